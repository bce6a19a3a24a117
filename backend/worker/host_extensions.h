/* SPDX-License-Identifier: MIT */
/*
 * The extensions that the host's drivers offer in any context. A command that no
 * version of GL has, only extensions, is kept from a driver without any of them:
 * drivers hand out functions for more than they can do, and Mesa's crash then.
 */
#ifndef VGPU_WORKER_HOST_EXTENSIONS_H
#define VGPU_WORKER_HOST_EXTENSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vgpu_gl;

/* Zeros: none yet. */
struct vgpu_host_extensions {
	char *names; /* each with its NUL */
	size_t used, room;
	const char **sorted;
	size_t count;
	bool failed; /* memory was short */
};

/* Add those of the current context, whose version is major * 10 + minor. */
void vgpu_host_extensions_add(struct vgpu_host_extensions *e, const struct vgpu_gl *gl,
                              uint32_t version);
/*
 * All have been added: decide which commands the host lacks (vgpu_lacks, generated). Returns
 * false, having decided nothing, when memory is short. Before any command.
 */
bool vgpu_host_extensions_decide(struct vgpu_host_extensions *e);
/* Release what is held; empty again. */
void vgpu_host_extensions_free(struct vgpu_host_extensions *e);

#endif
