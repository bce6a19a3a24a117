/* SPDX-License-Identifier: MIT */
/*
 * Debug output. The host keeps messages in its log; where the guest waits for
 * the host anyway it fetches them and calls the program's callback. A message
 * comes later than it would natively, also with GL_DEBUG_OUTPUT_SYNCHRONOUS.
 */
#include <stdlib.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"

#define BATCH 16
#define TEXT 65536

void GLAPIENTRY entry_glDebugMessageCallback(GLDEBUGPROC callback, const void *userParam)
{
	VGPU_GL_CONTEXT();
	gl->debug.callback = callback;
	gl->debug.user = userParam;
}

GLuint GLAPIENTRY entry_glGetDebugMessageLog(GLuint count, GLsizei bufSize, GLenum *sources,
                                             GLenum *types, GLuint *ids, GLenum *severities,
                                             GLsizei *lengths, GLchar *messageLog)
{
	GLchar *unwanted = NULL;
	GLuint n;

	VGPU_GL_CONTEXT(0);
	if (gl->debug.callback) /* then nothing is logged */
		return 0;
	if (bufSize < 0 && messageLog) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return 0;
	}
	if (!messageLog) {
		/* no size is too small for text that nobody wants; on the wire it is one */
		unwanted = malloc(TEXT);
		if (!unwanted) {
			vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
			return 0;
		}
		bufSize = TEXT;
	}
	n = enc_glGetDebugMessageLog(s, count < 4096 ? count : 4096, bufSize, sources, types, ids,
	                             severities, lengths, unwanted ? unwanted : messageLog);
	free(unwanted);
	return n;
}

void vgpu_gl_debug_poll(struct vgpu_context *ctx)
{
	struct vgpu_gl_debug *debug = &ctx->gl->debug;
	GLenum sources[BATCH], types[BATCH], severities[BATCH];
	GLuint ids[BATCH], n, i;
	GLsizei lengths[BATCH];
	char *text, *at;

	if (!debug->callback || debug->in_callback || ctx->stream->lost)
		return;
	text = malloc(TEXT);
	if (!text)
		return;
	debug->in_callback = true;
	do {
		n = enc_glGetDebugMessageLog(ctx->stream, BATCH, TEXT, sources, types, ids, severities,
		                             lengths, text);
		for (i = 0, at = text; i < n && i < BATCH && debug->callback; i++) {
			if (lengths[i] <= 0 || lengths[i] > text + TEXT - at)
				break;
			debug->callback(sources[i], types[i], ids[i], severities[i], lengths[i] - 1, at,
			                debug->user);
			at += lengths[i];
		}
	} while (n == BATCH && debug->callback);
	debug->in_callback = false;
	free(text);
}
