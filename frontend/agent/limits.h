/* SPDX-License-Identifier: MIT */
/* What one user of the guest may take of it, so that nobody can starve the others. */
#ifndef VGPU_FRONTEND_AGENT_LIMITS_H
#define VGPU_FRONTEND_AGENT_LIMITS_H

#include <stdint.h>
#include <sys/types.h>

struct vgpu_limits {
	uint32_t connections; /* programs at once */
	uint32_t streams;     /* of all the user's programs */
	uint32_t pages;       /* granted, of all streams and pools */
};

/* What a user holds. Freed when it is nothing. */
struct vgpu_usage {
	struct vgpu_usage *next;
	uid_t uid;
	struct vgpu_limits held;
};

enum vgpu_resource { VGPU_CONNECTIONS, VGPU_STREAMS, VGPU_PAGES };

/* The record of a user, made if there is none. NULL when memory is short. */
struct vgpu_usage *vgpu_usage_get(struct vgpu_usage **list, uid_t uid);
/* Forget records of users that hold nothing. */
void vgpu_usage_prune(struct vgpu_usage **list);
/* Take n more. 0, or -EDQUOT when the limit would be passed (root has none). */
int vgpu_usage_take(struct vgpu_usage *user, const struct vgpu_limits *limits,
                    enum vgpu_resource what, uint32_t n);
void vgpu_usage_give(struct vgpu_usage *user, enum vgpu_resource what, uint32_t n);
/* The option that raises a limit. */
const char *vgpu_resource_option(enum vgpu_resource what);

#endif
