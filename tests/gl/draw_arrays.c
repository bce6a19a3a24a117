/* SPDX-License-Identifier: MIT */
/*
 * Arrays whose pointers the guest has to understand: point D1 of docs/marshalling.md, as far as no
 * older test has it. Client memory is overwritten after each draw, so that what is read too late
 * shows.
 */
#include "tests/gl/draw.h"

#define PROC(type, name) type name = (type)eglGetProcAddress("gl" #name)

/* ---- D1 ---------------------------------------------------------------------------------- */

static void fog_and_secondary(void)
{
	float fog[] = { 0, 0.5f, 1 }, second[] = { 0, 0, 1, 0, 1, 0, 1, 0, 0 }, at[6];
	GLvoid *pointer = NULL;

	memcpy(at, draw_triangle, sizeof(at));
	glEnable(GL_FOG);
	glFogi(GL_FOG_MODE, GL_LINEAR);
	glFogi(GL_FOG_COORD_SRC, GL_FOG_COORD);
	glFogfv(GL_FOG_COLOR, (const float[]){ 0, 1, 1, 1 });
	glEnable(GL_COLOR_SUM);
	glColor3f(0.25f, 0.25f, 0.25f);
	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_FOG_COORD_ARRAY);
	glEnableClientState(GL_SECONDARY_COLOR_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, at);
	glFogCoordPointer(GL_FLOAT, 0, fog);
	glSecondaryColorPointer(3, GL_FLOAT, 0, second);
	glGetPointerv(GL_FOG_COORD_ARRAY_POINTER, &pointer);
	draw_say(" %d", pointer == fog);
	glGetPointerv(GL_SECONDARY_COLOR_ARRAY_POINTER, &pointer);
	draw_say(" %d", pointer == second);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	memset(fog, 0, sizeof(fog));
	memset(second, 0, sizeof(second));
	memset(at, 0, sizeof(at));
	glFinish();
	glDisableClientState(GL_VERTEX_ARRAY);
	glDisableClientState(GL_FOG_COORD_ARRAY);
	glDisableClientState(GL_SECONDARY_COLOR_ARRAY);
	glFogCoordPointer(GL_INT, 0, fog);
	draw_say(" %x", glGetError());
	glSecondaryColorPointer(2, GL_FLOAT, 0, second);
	draw_say(" %x", glGetError());
}

static void edge_flags(void)
{
	GLboolean flags[] = { 1, 0, 1, 1 };
	static const float quad[] = { -0.8f, -0.8f, 0.8f, -0.8f, 0.8f, 0.8f, -0.8f, 0.8f };
	GLubyte indices[] = { 1, 2, 3, 4 };

	glPolygonMode(GL_FRONT_AND_BACK, GL_LINE);
	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_EDGE_FLAG_ARRAY);
	glEnableClientState(GL_INDEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, quad);
	glEdgeFlagPointer(0, flags);
	glIndexPointer(GL_UNSIGNED_BYTE, 0, indices);
	glDrawArrays(GL_QUADS, 0, 4);
	memset(flags, 0, sizeof(flags));
	glFinish();
}

static void texture_units(void)
{
	float coords[2][6] = { { 0, 0, 1, 0, 0.5f, 1 }, { 1, 1, 0, 1, 0.5f, 0 } };
	PROC(PFNGLMULTITEXCOORDPOINTEREXTPROC, MultiTexCoordPointerEXT);
	PROC(PFNGLENABLECLIENTSTATEINDEXEDEXTPROC, EnableClientStateIndexedEXT);
	PROC(PFNGLGETPOINTERINDEXEDVEXTPROC, GetPointerIndexedvEXT);
	PROC(PFNGLCLIENTATTRIBDEFAULTEXTPROC, ClientAttribDefaultEXT);
	GLvoid *pointer = NULL;
	GLuint names[2];

	glGenTextures(2, names);
	for (int i = 0; i < 2; i++) {
		static const GLubyte texels[2][16] = {
			{ 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 0, 255 },
			{ 128, 128, 255, 255, 255, 128, 128, 255, 128, 255, 128, 255, 255, 255, 255, 255 },
		};

		glActiveTexture(GL_TEXTURE0 + (GLenum)i);
		glBindTexture(GL_TEXTURE_2D, names[i]);
		glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
		glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
		glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 2, 2, 0, GL_RGBA, GL_UNSIGNED_BYTE, texels[i]);
		glEnable(GL_TEXTURE_2D);
		if (MultiTexCoordPointerEXT && EnableClientStateIndexedEXT) {
			MultiTexCoordPointerEXT(GL_TEXTURE0 + (GLenum)i, 2, GL_FLOAT, 0, coords[i]);
			EnableClientStateIndexedEXT(GL_TEXTURE_COORD_ARRAY, (GLuint)i);
			GetPointerIndexedvEXT(GL_TEXTURE_COORD_ARRAY_POINTER, (GLuint)i, &pointer);
			draw_say(" %d", pointer == coords[i]);
		}
	}
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, draw_triangle);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	memset(coords, 0, sizeof(coords));
	glFinish();
	if (ClientAttribDefaultEXT) {
		ClientAttribDefaultEXT(GL_CLIENT_VERTEX_ARRAY_BIT);
		draw_say(" %d", glIsEnabled(GL_VERTEX_ARRAY));
	}
}

static void locked_arrays(void)
{
	PROC(PFNGLLOCKARRAYSEXTPROC, LockArraysEXT);
	PROC(PFNGLUNLOCKARRAYSEXTPROC, UnlockArraysEXT);
	const GLubyte *all = glGetString(GL_EXTENSIONS);
	GLint first = 0, count = 0;
	float at[6];

	if (!all || !strstr((const char *)all, "GL_EXT_compiled_vertex_array") || !LockArraysEXT) {
		draw_say(" none");
		return;
	}
	memcpy(at, draw_triangle, sizeof(at));
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, at);
	LockArraysEXT(1, 2);
	glGetIntegerv(GL_ARRAY_ELEMENT_LOCK_FIRST_EXT, &first);
	glGetIntegerv(GL_ARRAY_ELEMENT_LOCK_COUNT_EXT, &count);
	draw_say(" %d %d", first, count);
	LockArraysEXT(0, 3);
	draw_say(" %x", glGetError());
	glDrawArrays(GL_TRIANGLES, 0, 3);
	UnlockArraysEXT();
	at[0] = 0;
	glColor3f(1, 0, 0);
	LockArraysEXT(0, 3);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	UnlockArraysEXT();
	UnlockArraysEXT();
	draw_say(" %x", glGetError());
}

static void integer_and_double(void)
{
	static const char vs[] = "#version 450\nlayout(location=0) in vec2 at;\n"
	                         "layout(location=1) in ivec2 i; layout(location=2) in dvec2 d;\n"
	                         "out vec4 c; void main() { gl_Position = vec4(at, 0, 1);\n"
	                         "c = vec4(vec2(i) / 10.0, vec2(d)); }\n";
	static const char fs[] = "#version 450\nin vec4 c; out vec4 o; void main() { o = c; }\n";
	static const GLshort ints[] = { 1, 9, 5, 5, 9, 1 };
	static const GLdouble doubles[] = { 0.25, 1, 0.5, 1, 1, 1 };
	GLuint vao, buffers[3], got[2] = { 0 };
	const GLintptr offsets[] = { 0, 0, 0 };
	const GLsizei strides[] = { 8, 4, 16 };
	void *pointer = (void *)1;
	GLint value = 0;
	GLdouble current[4];

	draw_program(vs, fs);
	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glGenBuffers(3, buffers);
	glBindBuffer(GL_ARRAY_BUFFER, buffers[0]);
	glBufferData(GL_ARRAY_BUFFER, sizeof(draw_triangle), draw_triangle, GL_STATIC_DRAW);
	glBindBuffer(GL_ARRAY_BUFFER, buffers[1]);
	glBufferData(GL_ARRAY_BUFFER, sizeof(ints), ints, GL_STATIC_DRAW);
	glBindBuffer(GL_ARRAY_BUFFER, buffers[2]);
	glBufferData(GL_ARRAY_BUFFER, sizeof(doubles), doubles, GL_STATIC_DRAW);
	glVertexAttribFormat(0, 2, GL_FLOAT, GL_FALSE, 0);
	glVertexAttribIFormat(1, 2, GL_SHORT, 0);
	glVertexAttribLFormat(2, 2, GL_DOUBLE, 0);
	glBindVertexBuffers(0, 3, buffers, offsets, strides);
	for (GLuint i = 0; i < 3; i++) {
		glVertexAttribBinding(i, i);
		glVertexBindingDivisor(i, 0);
		glEnableVertexAttribArray(i);
	}
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glGetVertexAttribIuiv(1, GL_VERTEX_ATTRIB_ARRAY_INTEGER, got);
	glGetVertexAttribiv(2, GL_VERTEX_ATTRIB_ARRAY_LONG, &value);
	glGetVertexAttribPointerv(2, GL_VERTEX_ATTRIB_ARRAY_POINTER, &pointer);
	draw_say(" %u %d %d", got[0], value, pointer == NULL);
	glVertexAttribLPointer(2, 2, GL_DOUBLE, 0, (void *)16);
	glGetVertexAttribPointerv(2, GL_VERTEX_ATTRIB_ARRAY_POINTER, &pointer);
	draw_say(" %d", pointer == (void *)16);
	glVertexBindingDivisor(1, 3);
	glGetVertexAttribiv(1, GL_VERTEX_ATTRIB_ARRAY_DIVISOR, &value);
	draw_say(" %d", value);
	glDisableVertexAttribArray(2);
	glVertexAttribL2d(2, 0.5, 0.75);
	glGetVertexAttribLdv(2, GL_CURRENT_VERTEX_ATTRIB, current);
	draw_say(" %g %g", current[0], current[1]);
	glDrawArraysInstanced(GL_LINE_LOOP, 0, 3, 2);
	glBindVertexBuffers(0, 3, NULL, NULL, NULL);
	glGetIntegeri_v(GL_VERTEX_BINDING_BUFFER, 1, &value);
	draw_say(" %d %x", value, glGetError());
}

static void arrays_by_name(void)
{
	PROC(PFNGLVERTEXARRAYVERTEXATTRIBOFFSETEXTPROC, VertexArrayVertexAttribOffsetEXT);
	PROC(PFNGLGETVERTEXARRAYPOINTERI_VEXTPROC, GetVertexArrayPointeri_vEXT);
	PROC(PFNGLGETVERTEXARRAYINTEGERI_VEXTPROC, GetVertexArrayIntegeri_vEXT);
	GLuint vao, buffer;
	void *pointer = NULL;
	GLint value = 0;
	GLint64 value64 = 0;

	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glBindVertexArray(0);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, 64, NULL, GL_STATIC_DRAW);
	if (!VertexArrayVertexAttribOffsetEXT || !GetVertexArrayPointeri_vEXT) {
		draw_say(" none");
		return;
	}
	VertexArrayVertexAttribOffsetEXT(vao, buffer, 3, 4, GL_FLOAT, GL_FALSE, 16, 32);
	GetVertexArrayPointeri_vEXT(vao, 3, GL_VERTEX_ATTRIB_ARRAY_POINTER, &pointer);
	GetVertexArrayIntegeri_vEXT(vao, 3, GL_VERTEX_ATTRIB_ARRAY_STRIDE, &value);
	draw_say(" %d %d", pointer == (void *)32, value);
	glGetVertexArrayIndexediv(vao, 3, GL_VERTEX_ATTRIB_ARRAY_SIZE, &value);
	glGetVertexArrayIndexed64iv(vao, 3, GL_VERTEX_BINDING_OFFSET, &value64);
	draw_say(" %d %ld", value, (long)value64);
	glVertexArrayElementBuffer(vao, buffer);
	glGetVertexArrayiv(vao, GL_ELEMENT_ARRAY_BUFFER_BINDING, &value);
	draw_say(" %d", value == (GLint)buffer);
}

static const struct draw_test tests[] = {
	{ "D1-fog-and-secondary", DRAW_COMPAT, fog_and_secondary },
	{ "D1-edge-flags", DRAW_COMPAT, edge_flags },
	{ "D1-texture-units", DRAW_COMPAT, texture_units },
	{ "D1-locked-arrays", DRAW_COMPAT, locked_arrays },
	{ "D1-integer-and-double", DRAW_CORE, integer_and_double },
	{ "D1-arrays-by-name", DRAW_COMPAT, arrays_by_name },
};

DRAW_MAIN(tests)
