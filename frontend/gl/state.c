/* SPDX-License-Identifier: MIT */
/* A context's guest-side state: born, bound, freed. */
#include "encode.h"
#include "frontend/gl/state.h"
#include "frontend/gl/unified.h"

#include <stdlib.h>

#include "frontend/gl/arrays_stack.h"

struct vgpu_gl_state *vgpu_gl_state_create(struct vgpu_context *context)
{
	struct vgpu_gl_state *gl = calloc(1, sizeof(*gl));

	if (!gl)
		return NULL;
	gl->context = context;
	gl->desktop = context->params.api == VGPU_API_GL;
	gl->free_names = true; /* until the version is known */
	gl->pack.alignment = 4;
	gl->unpack.alignment = 4;
	gl->feedback.mode = GL_RENDER;
	vgpu_gl_vao_init(&gl->default_vao, 0, gl->desktop);
	gl->vao = &gl->default_vao;
	context->gl = gl;
	vgpu_guest_names_join(context);
	return gl;
}

/*
 * A core profile is what the host says it is: asked for 3.1 or more without a
 * compatibility profile, or with one and given what it has.
 */
static bool is_core(struct vgpu_context *context)
{
	if (context->params.api != VGPU_API_GL || context->version < 31)
		return false;
	if (context->version >= 32)
		return vgpu_gl_limit(context, GL_CONTEXT_PROFILE_MASK) & GL_CONTEXT_CORE_PROFILE_BIT;
	return !vgpu_gl_has_extension(context, "GL_ARB_compatibility");
}

void vgpu_gl_state_bound(struct vgpu_context *context, bool first)
{
	struct vgpu_gl_state *gl = context->gl;

	if (!first)
		return;
	gl->core = is_core(context);
	gl->free_names = !gl->core;
}

void vgpu_gl_state_release(struct vgpu_context *context)
{
	vgpu_gl_debug_poll(context);
	vgpu_guest_names_settle(context);
}

void vgpu_gl_state_destroy(struct vgpu_gl_state *state)
{
	if (!state)
		return;
	vgpu_guest_names_leave(state->context);
	vgpu_gl_vaos_finish(state);
	vgpu_gl_client_stack_finish(state);
	vgpu_idmap_finish(&state->texture_targets);
	vgpu_gl_strings_destroy(state->strings);
	vgpu_gl_limits_destroy(state->limits);
	vgpu_gl_unified_destroy(state->unified);
	free(state->scratch);
	free(state);
}

void vgpu_gl_set_error(struct vgpu_context *ctx, GLenum error)
{
	GLenum earlier = GL_NO_ERROR;

	if (ctx->gl->error != GL_NO_ERROR)
		return;
	/* of several errors the first is kept, and the host may have one from before */
	if (!ctx->gl->inside && ctx->stream && !ctx->stream->lost)
		earlier = enc_glGetError(ctx->stream);
	ctx->gl->error = earlier != GL_NO_ERROR ? earlier : error;
}

void *vgpu_gl_scratch(struct vgpu_gl_state *gl, size_t bytes)
{
	/* what was needed once for a large image is not kept for ever */
	if (bytes > gl->scratch_size || (gl->scratch_size > (16u << 20) && bytes < (1u << 20))) {
		size_t size = bytes < 65536 ? 65536 : bytes;

		free(gl->scratch);
		gl->scratch = malloc(size);
		gl->scratch_size = gl->scratch ? size : 0;
	}
	return gl->scratch;
}
