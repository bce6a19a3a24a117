/* SPDX-License-Identifier: MIT */
/* Display lists, compiled on the host under the names the program uses; glBegin and glEnd. */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/encode_support.h"
#include "frontend/gl/state.h"

GLuint GLAPIENTRY entry_glGenLists(GLsizei range)
{
	uint32_t first;

	VGPU_GL_CONTEXT(0);
	if (range < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return 0;
	}
	if (!range)
		return 0;
	first = vgpu_guest_names_range(ctx, VGPU_NAME_LIST, (uint32_t)range);
	if (first)
		enc_glGenLists(s, range, first);
	return first;
}

void GLAPIENTRY entry_glDeleteLists(GLuint list, GLsizei range)
{
	GLsizei i;

	VGPU_GL_CONTEXT();
	if (range < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	enc_glDeleteLists(s, list, range);
	for (i = 0; i < range && list + (GLuint)i < VGPU_MAX_NAMES; i++) {
		uint32_t name = list + (GLuint)i;

		vgpu_guest_names_free(ctx, VGPU_NAME_LIST, 1, &name);
	}
}

void GLAPIENTRY entry_glNewList(GLuint list, GLenum mode)
{
	VGPU_GL_CONTEXT();
	if (!gl->list_mode && !gl->inside && list &&
	    (mode == GL_COMPILE || mode == GL_COMPILE_AND_EXECUTE)) {
		gl->list_mode = mode;
		vgpu_guest_names_note(ctx, VGPU_NAME_LIST, list);
	}
	enc_glNewList(s, list, mode);
}

void GLAPIENTRY entry_glEndList(void)
{
	VGPU_GL_CONTEXT();
	if (!gl->inside)
		gl->list_mode = 0;
	enc_glEndList(s);
}

/* ---- glBegin and glEnd, seen or hidden in a list ------------------------------------------ */

void GLAPIENTRY entry_glBegin(GLenum mode)
{
	VGPU_GL_CONTEXT();
	enc_glBegin(s, mode);
	if (mode <= GL_PATCHES && !gl->core && gl->desktop && gl->list_mode != GL_COMPILE)
		gl->inside = true;
}

void GLAPIENTRY entry_glEnd(void)
{
	VGPU_GL_CONTEXT();
	enc_glEnd(s);
	if (gl->list_mode != GL_COMPILE)
		gl->inside = false;
}

void GLAPIENTRY entry_glCallList(GLuint list)
{
	VGPU_GL_CONTEXT();
	enc_glCallList(s, list);
	gl->inside = false; /* the list may have ended it: better no error than a wrong one */
}

void GLAPIENTRY entry_glCallLists(GLsizei n, GLenum type, const void *lists)
{
	VGPU_GL_CONTEXT();
	if (!vgpu_fits(ctx, vgpu_call_lists_bytes(n, type)))
		return;
	enc_glCallLists(s, n, type, lists);
	gl->inside = false;
}
