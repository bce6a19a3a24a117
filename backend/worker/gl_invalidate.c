/* SPDX-License-Identifier: MIT */
/*
 * glInvalidateTexSubImage: Mesa 22.3 follows a null pointer where the texture or
 * its level does not exist, so that is found out beforehand.
 */
#include "backend/worker/context.h"
#include "backend/worker/names.h"
#include "decode.h"

#define MAX_LEVELS 32

static bool level_exists(struct vgpu_replay *r, GLuint texture, GLint level)
{
	GLint width = 0;

	if (level < 0 || level >= MAX_LEVELS || !r->gl->IsTexture(texture))
		return false;
	if (r->ctx->caps.version < 45 || !r->gl->GetTextureLevelParameteriv)
		return true;
	vgpu_wcontext_keep_errors(r);
	r->gl->GetTextureLevelParameteriv(texture, level, GL_TEXTURE_WIDTH, &width);
	return r->gl->GetError() == GL_NO_ERROR && width > 0;
}

int replay_glInvalidateTexSubImage(struct vgpu_replay *r,
                                   const struct args_glInvalidateTexSubImage *a)
{
	GLuint texture = vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture);

	if (level_exists(r, texture, a->level))
		r->gl->InvalidateTexSubImage(texture, a->level, a->xoffset, a->yoffset, a->zoffset,
		                             a->width, a->height, a->depth);
	else
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	return 0;
}
