/* SPDX-License-Identifier: MIT */
/*
 * Object names, chosen here so that glGen* never waits, and what the guest
 * knows of a share group.
 *
 * A name that one context has freed is handed out again only by that context
 * while others share its objects: the delete and the next glGen* then travel in
 * one stream, and the worker cannot see them in the wrong order.
 */
#ifndef VGPU_FRONTEND_GL_NAMES_H
#define VGPU_FRONTEND_GL_NAMES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "protocol/idmap.h"
#include "protocol/names.h"

struct vgpu_context;
struct vgpu_gl_buffer;
struct vgpu_gl_semaphores;

/* One name space: which names are in use. */
struct vgpu_name_space {
	_Atomic uint64_t *_Atomic used; /* bitmap of VGPU_MAX_NAMES; NULL: none is in use */
	uint32_t hint;                  /* no free word below this one */
	_Atomic uint32_t monotonic;     /* last name of a kind whose names are never used twice */
};

/* Names that a context has freed and may use again. */
struct vgpu_name_pool {
	uint32_t *names;
	uint32_t count, size;
};

struct vgpu_share {
	pthread_mutex_t lock;
	_Atomic uint32_t refs;
	_Atomic uint32_t contexts; /* guest states alive; changed under the lock */
	struct vgpu_name_space names[VGPU_NAME_SHARED_COUNT];
	struct vgpu_idmap buffers;  /* struct vgpu_gl_buffer, frontend/gl/buffers.h */
	struct vgpu_idmap programs; /* struct vgpu_gl_program, frontend/gl/programs.h */
	struct vgpu_gl_buffer *persistent; /* list of those with a persistent map */
	_Atomic uint32_t maps;      /* how many: draws must look at them */
	struct vgpu_gl_semaphores *semaphores; /* semaphores.c; NULL: none was ever made */
};

/*
 * Take n unused names of a kind. Returns 0, or -ENOSPC or -ENOMEM (the caller
 * raises GL_OUT_OF_MEMORY) with nothing taken.
 */
int vgpu_guest_names_alloc(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t n,
                           uint32_t *out);
/* Take n names in a row; returns the first, 0 when there is no room. */
uint32_t vgpu_guest_names_range(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t n);
/* Names that were deleted; 0 and unknown ones are ignored. */
void vgpu_guest_names_free(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t n,
                           const uint32_t *names);
/* The program uses a name it may have invented: never hand it out. */
void vgpu_guest_names_note(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t name);
/* True if the name was handed out or noted and not freed since. */
bool vgpu_guest_names_known(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t name);

/*
 * The context stops being current: wait until the deletion of the names that it
 * has freed has been replayed, for then another context may hand them out.
 */
void vgpu_guest_names_settle(struct vgpu_context *ctx);
/* For state.c: a context joins or leaves its share group; frees its name spaces. */
void vgpu_guest_names_join(struct vgpu_context *ctx);
void vgpu_guest_names_leave(struct vgpu_context *ctx);

#endif
