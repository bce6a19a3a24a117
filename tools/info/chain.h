/* SPDX-License-Identifier: MIT */
/*
 * The chain from a program to the GPU, link by link. A link after a broken one is
 * still looked at where that makes sense; the first broken one is the answer.
 */
#ifndef VGPU_TOOLS_INFO_CHAIN_H
#define VGPU_TOOLS_INFO_CHAIN_H

#include <stdbool.h>

struct json_object;

enum vgpu_link_state {
	VGPU_LINK_OK,
	VGPU_LINK_BROKEN,
	VGPU_LINK_UNKNOWN, /* not looked at: it hangs on a broken one */
};

#define VGPU_CHAIN_LINKS 7

struct vgpu_link {
	const char *name;
	enum vgpu_link_state state;
	char detail[640];          /* what is there, or why it is broken */
	char hint[320];            /* what to do, or "" */
	int exit_code;             /* of vgpu-info when this is the first broken link */
	struct json_object *facts; /* for --json; may be NULL */
};

struct vgpu_chain {
	struct vgpu_link links[VGPU_CHAIN_LINKS];
	int count;
};

/* Look at everything. Takes a second or so; starts the worker if none runs. */
void vgpu_chain_look(struct vgpu_chain *chain);
void vgpu_chain_finish(struct vgpu_chain *chain);
/* The first broken link, or NULL. */
const struct vgpu_link *vgpu_chain_broken(const struct vgpu_chain *chain);

#endif
