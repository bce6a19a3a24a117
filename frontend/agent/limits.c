/* SPDX-License-Identifier: MIT */
#include "frontend/agent/limits.h"

#include <errno.h>
#include <stdlib.h>

struct vgpu_usage *vgpu_usage_get(struct vgpu_usage **list, uid_t uid)
{
	struct vgpu_usage *user;

	for (user = *list; user; user = user->next)
		if (user->uid == uid)
			return user;
	user = calloc(1, sizeof(*user));
	if (!user)
		return NULL;
	user->uid = uid;
	user->next = *list;
	*list = user;
	return user;
}

void vgpu_usage_prune(struct vgpu_usage **list)
{
	while (*list) {
		struct vgpu_usage *user = *list;

		if (user->held.connections || user->held.streams || user->held.pages) {
			list = &user->next;
		} else {
			*list = user->next;
			free(user);
		}
	}
}

static uint32_t *field(struct vgpu_limits *limits, enum vgpu_resource what)
{
	switch (what) {
	case VGPU_CONNECTIONS:
		return &limits->connections;
	case VGPU_STREAMS:
		return &limits->streams;
	default:
		return &limits->pages;
	}
}

int vgpu_usage_take(struct vgpu_usage *user, const struct vgpu_limits *limits,
                    enum vgpu_resource what, uint32_t n)
{
	struct vgpu_limits copy = *limits;
	uint32_t *held = field(&user->held, what);

	if (user->uid != 0 && (uint64_t)*held + n > *field(&copy, what))
		return -EDQUOT;
	*held += n;
	return 0;
}

void vgpu_usage_give(struct vgpu_usage *user, enum vgpu_resource what, uint32_t n)
{
	*field(&user->held, what) -= n;
}

const char *vgpu_resource_option(enum vgpu_resource what)
{
	switch (what) {
	case VGPU_CONNECTIONS:
		return "--user-connections";
	case VGPU_STREAMS:
		return "--user-streams";
	default:
		return "--user-pages";
	}
}
