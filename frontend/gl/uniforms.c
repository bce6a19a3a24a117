/* SPDX-License-Identifier: MIT */
#include "frontend/gl/uniforms.h"

#include "encode.h"
#include "frontend/gl/programs.h"
#include "frontend/gl/state.h"

bool vgpu_gl_uniform_count(struct vgpu_context *ctx, GLuint program, GLint location, GLsizei *count)
{
	struct vgpu_gl_program_info *info;
	GLint current = 0, left = 0;
	bool array = false;

	if (ctx->gl->inside)
		return true;
	if (location < 0) {
		*count = 0; /* nothing of it is read, whatever else is wrong */
		return true;
	}
	if (!program) {
		enc_glGetIntegerv(ctx->stream, GL_CURRENT_PROGRAM, &current);
		program = (GLuint)current;
	}
	if (!program)
		return true;
	vgpu_gl_program_fetch(ctx, program);
	pthread_mutex_lock(&ctx->share->lock);
	info = vgpu_gl_program_info(ctx->share, program);
	if (info)
		left = vgpu_gl_program_info_left(info, location, &array);
	pthread_mutex_unlock(&ctx->share->lock);
	if (!left)
		return true; /* nothing is known of it */
	if (!array) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return false;
	}
	if (*count > left)
		*count = left;
	return true;
}
