/* SPDX-License-Identifier: MIT */
#include "frontend/gl/texture_target.h"

#include "encode.h"
#include "frontend/gl/state.h"

/* The target that a texture is bound to for this one; 0: none that a texture stays with. */
static GLenum base_of(GLenum target)
{
	switch (target) {
	case GL_TEXTURE_1D:
	case GL_TEXTURE_2D:
	case GL_TEXTURE_3D:
	case GL_TEXTURE_1D_ARRAY:
	case GL_TEXTURE_2D_ARRAY:
	case GL_TEXTURE_RECTANGLE:
	case GL_TEXTURE_CUBE_MAP_ARRAY:
		return target;
	default:
		return target >= GL_TEXTURE_CUBE_MAP_POSITIVE_X &&
				       target <= GL_TEXTURE_CUBE_MAP_NEGATIVE_Z
			       ? GL_TEXTURE_CUBE_MAP
			       : 0;
	}
}

bool vgpu_gl_texture_is(GLuint texture, GLenum target)
{
	struct vgpu_context *ctx = vgpu_current;
	GLenum base = base_of(target), before, error;
	GLint width = 0;

	/* a list takes the pixels now and finds the error when it is called */
	if (!ctx || !texture || !base || ctx->gl->inside || ctx->gl->list_mode)
		return true;
	before = (GLenum)vgpu_idmap_get(&ctx->gl->texture_targets, texture);
	if (before == base)
		return true;
	if (before) {
		/* keeps the host's earlier error, so that what comes now is of the question */
		if (ctx->gl->error == GL_NO_ERROR)
			ctx->gl->error = enc_glGetError(ctx->stream);
		enc_glGetTextureLevelParameterivEXT(ctx->stream, texture, target, 0, GL_TEXTURE_WIDTH,
						    &width);
		error = enc_glGetError(ctx->stream);
		if (error != GL_NO_ERROR) {
			vgpu_gl_set_error(ctx, error);
			return false;
		}
	}
	vgpu_idmap_set(&ctx->gl->texture_targets, texture, base); /* without memory it is asked again */
	return true;
}
