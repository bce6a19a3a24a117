/* SPDX-License-Identifier: MIT */
/* glGetError and the reset status. */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"

/*
 * Errors that the guest found come before the host's. Once the backend is gone
 * there is one GL_CONTEXT_LOST, then none: programs loop until there is none.
 */
GLenum GLAPIENTRY entry_glGetError(void)
{
	GLenum error;

	VGPU_GL_CONTEXT(GL_NO_ERROR);
	error = gl->error;
	gl->error = GL_NO_ERROR;
	if (error == GL_NO_ERROR && s->lost && !gl->told_lost) {
		gl->told_lost = true;
		return ctx->params.robust_access || ctx->params.lose_context_on_reset ? GL_CONTEXT_LOST
		                                                                     : GL_NO_ERROR;
	}
	if (error == GL_NO_ERROR)
		error = enc_glGetError(s);
	if (gl->debug.callback)
		vgpu_gl_debug_poll(ctx);
	return error;
}

GLenum GLAPIENTRY entry_glGetGraphicsResetStatus(void)
{
	VGPU_GL_CONTEXT(GL_NO_ERROR);
	if (s->lost || ctx->lost)
		return ctx->params.lose_context_on_reset ? GL_UNKNOWN_CONTEXT_RESET : GL_NO_ERROR;
	return enc_glGetGraphicsResetStatus(s);
}
