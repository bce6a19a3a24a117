/* SPDX-License-Identifier: MIT */
/*
 * What the guest knows of a context's GL state: what it needs to decide what a
 * pointer means, and what it can answer without asking the host. Used only by
 * the thread that has the context current.
 */
#ifndef VGPU_FRONTEND_GL_STATE_H
#define VGPU_FRONTEND_GL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <GL/gl.h>
#include <GL/glext.h>

#include "frontend/client.h"
#include "frontend/gl/arrays.h"
#include "frontend/gl/bindings.h"
#include "frontend/gl/names.h"
#include "frontend/transport/stream.h"
#include "protocol/gl_image.h"

struct vgpu_gl_strings; /* get.c, under VGPU_DEBUG=verify: value is what glGetIntegerv is to say; the host says the same. */
void vgpu_gl_verify(struct vgpu_context *ctx, GLenum pname, int64_t value);

/* strings.c */
struct vgpu_gl_limits;  /* get.c */

/* A callback of the program (debug.c). */
struct vgpu_gl_debug {
	GLDEBUGPROC callback;
	const void *user;
	bool in_callback;
};

/* Where results of feedback and selection go (feedback.c). */
struct vgpu_gl_feedback {
	GLenum mode; /* GL_RENDER, GL_FEEDBACK, GL_SELECT */
	GLfloat *feedback;
	GLsizei feedback_size; /* GLfloats */
	GLenum feedback_type;
	GLuint *select;
	GLsizei select_size; /* GLuints */
};

#define VGPU_CLIENT_STACK 16u

struct vgpu_gl_client_attrib; /* arrays_stack.c */

struct vgpu_gl_state {
	struct vgpu_context *context;
	GLenum error;  /* GL_NO_ERROR, or what glGetError returns before the host's */
	bool desktop;  /* not GLES */
	bool core;     /* desktop core profile */
	bool free_names; /* names may be used without glGen* */
	bool told_lost; /* glGetError has said that the context is lost */
	bool front;     /* the default framebuffer is drawn into its front buffer */
	bool convolution; /* was ever enabled: rows of an upload are not independent */
	uint32_t draw_framebuffer; /* bound for drawing, 0: default */

	struct vgpu_name_space names[VGPU_NAME_COUNT - VGPU_NAME_SHARED_COUNT];
	struct vgpu_name_pool freed[VGPU_NAME_SHARED_COUNT];

	struct vgpu_gl_bindings bound;
	struct vgpu_pixel_store pack, unpack;

	struct vgpu_gl_vao default_vao;
	struct vgpu_gl_vao *vao; /* never NULL */
	struct vgpu_idmap vaos;  /* struct vgpu_gl_vao */
	GLint locked_first; /* glLockArraysEXT */
	GLsizei locked_count; /* 0: not locked */
	uint32_t client_texture; /* unit of glClientActiveTexture */
	struct vgpu_gl_restart restart;
	struct vgpu_gl_client_attrib *client_stack[VGPU_CLIENT_STACK];
	uint32_t client_depth;

	struct vgpu_gl_feedback feedback;
	struct vgpu_gl_debug debug;
	bool inside; /* between glBegin and glEnd, as far as is known: lists may hold either */
	struct vgpu_idmap texture_targets; /* texture_target.c: what textures were used as last */
	uint32_t shader_types; /* shaders.c: bits of those that the host is known to have */
	GLuint list_mode; /* GL_COMPILE, GL_COMPILE_AND_EXECUTE, or 0 outside glNewList */

	struct vgpu_gl_unified *unified; /* unified.c; NULL: never used */
	uint64_t unified_indices, unified_indirect; /* where in its buffer an address begins, or 0 */

	struct vgpu_gl_strings *strings;
	struct vgpu_gl_limits *limits;
	uint8_t *scratch; /* vgpu_gl_scratch */
	size_t scratch_size;
};

/*
 * Every entry point starts with this: `ctx`, `gl` and `s` of the calling thread,
 * or a return with the given value when no context is current.
 */
#define VGPU_GL_CONTEXT(...)                                                                      \
	struct vgpu_context *const ctx = vgpu_current;                                            \
	if (__builtin_expect(!ctx, 0))                                                            \
		return __VA_ARGS__;                                                               \
	struct vgpu_gl_state *const gl = ctx->gl;                                                 \
	struct vgpu_stream *const s = ctx->stream;                                                \
	(void)gl;                                                                                 \
	(void)s

/* What the guest answers alone must fail between glBegin and glEnd, as the host's commands do. */
#define VGPU_GL_OUTSIDE(...)                                                                      \
	do {                                                                                      \
		if (__builtin_expect(gl->inside, 0)) {                                            \
			vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);                             \
			return __VA_ARGS__;                                                       \
		}                                                                                 \
	} while (0)

/* Record an error that the guest found; the first one stays until glGetError. */
void vgpu_gl_set_error(struct vgpu_context *ctx, GLenum error);

/*
 * Memory of the context for the length of one call. NULL when it is short: the
 * caller raises GL_OUT_OF_MEMORY. A second call invalidates the first.
 */
void *vgpu_gl_scratch(struct vgpu_gl_state *gl, size_t bytes);

/* strings.c */
void vgpu_gl_strings_destroy(struct vgpu_gl_strings *strings);
/* True if the context's extension list, as the program sees it, has this name. */
bool vgpu_gl_has_extension(struct vgpu_context *ctx, const char *name);
/* Number of extensions the program sees. */
GLint vgpu_gl_extension_count(struct vgpu_context *ctx);

/* get.c: a constant of the host with one value (GL_MAX_...), asked once. */
GLint vgpu_gl_limit(struct vgpu_context *ctx, GLenum pname);
void vgpu_gl_limits_destroy(struct vgpu_gl_limits *limits);

/* debug.c: hand the host's messages to the program's callback. */
void vgpu_gl_debug_poll(struct vgpu_context *ctx);

#endif
