/* SPDX-License-Identifier: MIT */
/*
 * Feedback and selection. The driver writes into memory of the worker; leaving
 * the mode brings what it wrote into the program's buffer.
 */
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"

void GLAPIENTRY entry_glFeedbackBuffer(GLsizei size, GLenum type, GLfloat *buffer)
{
	VGPU_GL_CONTEXT();
	if (size > 0 && !vgpu_fits(ctx, (uint64_t)size * 4))
		return;
	enc_glFeedbackBuffer(s, size, type);
	if (size >= 0 && (buffer || !size) && gl->feedback.mode != GL_FEEDBACK) {
		gl->feedback.feedback = buffer;
		gl->feedback.feedback_size = size;
		gl->feedback.feedback_type = type;
	}
}

void GLAPIENTRY entry_glSelectBuffer(GLsizei size, GLuint *buffer)
{
	VGPU_GL_CONTEXT();
	if (size > 0 && !vgpu_fits(ctx, (uint64_t)size * 4))
		return;
	enc_glSelectBuffer(s, size);
	if (size >= 0 && gl->feedback.mode != GL_SELECT) {
		gl->feedback.select = buffer;
		gl->feedback.select_size = size;
	}
}

GLint GLAPIENTRY entry_glRenderMode(GLenum mode)
{
	struct vgpu_gl_feedback *f;
	void *data = NULL;
	uint64_t room = 0;
	GLint result;

	VGPU_GL_CONTEXT(0);
	f = &gl->feedback;
	if (f->mode == GL_FEEDBACK) {
		data = f->feedback;
		room = (uint64_t)f->feedback_size * 4;
	} else if (f->mode == GL_SELECT) {
		data = f->select;
		room = (uint64_t)f->select_size * 4;
	}
	result = enc_glRenderMode(s, mode);
	if (data && result)
		enc_vgpuFeedbackRead(s, (GLsizei)room, data);
	if (mode == GL_RENDER || (mode == GL_FEEDBACK && f->feedback_size) ||
	    (mode == GL_SELECT && f->select_size))
		f->mode = mode;
	return result;
}
