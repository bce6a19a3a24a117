/* SPDX-License-Identifier: MIT */
/*
 * Vertex arrays as the guest tracks them. Arrays in buffer objects are the
 * host's business; arrays in client memory live here only and are sent when
 * something is drawn (draws.c).
 */
#ifndef VGPU_FRONTEND_GL_ARRAYS_H
#define VGPU_FRONTEND_GL_ARRAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/gl_arrays.h"

struct vgpu_context;
struct vgpu_gl_state;

struct vgpu_gl_array {
	uint32_t size; /* components, or GL_BGRA */
	uint32_t type;
	uint32_t flags;          /* enum vgpu_array_flags */
	int32_t stride;          /* as the program gave it */
	uint32_t element_bytes;
	uint32_t relative;       /* glVertexAttribFormat */
	uint32_t binding;        /* index into bindings */
	const void *pointer;     /* as the program gave it */
};

struct vgpu_gl_binding {
	uint32_t buffer;
	uint32_t stride;     /* in effect */
	uint32_t divisor;
	uint64_t offset;     /* into the buffer, or a client address */
};

struct vgpu_gl_vao {
	uint32_t name;
	uint32_t element_buffer;
	uint64_t enabled; /* bits: enum vgpu_array */
	uint64_t client;  /* the array is in client memory */
	struct vgpu_gl_array arrays[VGPU_ARRAY_COUNT];
	struct vgpu_gl_binding bindings[VGPU_ARRAY_COUNT];
};

struct vgpu_gl_restart {
	bool enabled, fixed;
	bool unknown; /* glPopAttrib may have changed it: ask */
	uint32_t index;
};

void vgpu_gl_vao_init(struct vgpu_gl_vao *vao, uint32_t name, bool desktop);
/* Free all but the default one. */
void vgpu_gl_vaos_finish(struct vgpu_gl_state *gl);
/* The vertex array object of this name, made if the name was generated. NULL: unknown. */
struct vgpu_gl_vao *vgpu_gl_vao_find(struct vgpu_context *ctx, uint32_t name);
/* A buffer was deleted: it leaves the current vertex array object. */
void vgpu_gl_vao_forget_buffer(struct vgpu_gl_vao *vao, uint32_t buffer);

/* Set one array as gl*Pointer does; raises the GL errors. */
void vgpu_gl_array_set(struct vgpu_context *ctx, uint32_t array, uint32_t size, uint32_t type,
                       uint32_t flags, int32_t stride, const void *pointer);
void vgpu_gl_array_enable(struct vgpu_context *ctx, uint32_t array, bool enable);
/* Bytes of one element, 0 for an unknown type. size may be GL_BGRA. */
uint32_t vgpu_gl_array_bytes(uint32_t size, uint32_t type);

/* The array that glEnableClientState names; VGPU_ARRAY_COUNT when none. */
uint32_t vgpu_gl_client_state(const struct vgpu_gl_state *gl, uint32_t cap, uint32_t unit);

/* draws.c and arrays_send.c: what a draw uses of the client arrays */
struct vgpu_gl_range {
	uint32_t first;     /* lowest vertex */
	uint64_t count;     /* vertices; 0: none */
	uint32_t instances; /* 0 is 1 */
	uint32_t base_instance;
};
/*
 * Send the enabled client arrays. Returns 0; -ERANGE when element `first` lies
 * too far from 0 to keep its number (nothing is sent then); -ENOMEM (GL error raised).
 */
int vgpu_gl_arrays_send(struct vgpu_context *ctx, const struct vgpu_gl_range *range,
                        bool renumber);

/* arrays_get.c: what glGetIntegerv and glIsEnabled say about fixed-function arrays. */
bool vgpu_gl_array_get(struct vgpu_context *ctx, uint32_t pname, int64_t *out);

static inline uint64_t vgpu_gl_vao_client(const struct vgpu_gl_vao *vao)
{
	return vao->client & vao->enabled;
}

#endif
