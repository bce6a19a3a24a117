/* SPDX-License-Identifier: MIT */
/*
 * Arrays and draws whose pointers the guest has to understand: points D1 and D2 of
 * docs/marshalling.md that no older test has. Client memory is overwritten after each draw, so
 * that what is read too late shows.
 */
#include "tests/gl/draw.h"

#define PROC(type, name) type name = (type)eglGetProcAddress("gl" #name)

static const float triangle[] = { -0.9f, -0.9f, 0.9f, -0.9f, 0, 0.9f };

/* ---- D1 ---------------------------------------------------------------------------------- */

static void fog_and_secondary(void)
{
	float fog[] = { 0, 0.5f, 1 }, second[] = { 0, 0, 1, 0, 1, 0, 1, 0, 0 }, at[6];
	GLvoid *pointer = NULL;

	memcpy(at, triangle, sizeof(at));
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
	glVertexPointer(2, GL_FLOAT, 0, triangle);
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
	memcpy(at, triangle, sizeof(at));
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
	glBufferData(GL_ARRAY_BUFFER, sizeof(triangle), triangle, GL_STATIC_DRAW);
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

/* ---- D2 ---------------------------------------------------------------------------------- */

static GLuint simple_program(const char *color)
{
	static const char vs[] = "#version 450\nlayout(location=0) in vec2 position;\n"
	                         "void main() { gl_Position = vec4(position, 0, 1); }\n";
	char fs[256];

	snprintf(fs, sizeof(fs), "#version 450\nout vec4 o; void main() { o = vec4(%s, 1); }\n", color);
	return draw_program(vs, fs);
}

static void triangle_buffer(void)
{
	GLuint vao, buffer;

	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(triangle), triangle, GL_STATIC_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
}

static void base_vertex(void)
{
	float at[] = { 9, 9, 9, 9, -0.9f, -0.9f, 0.9f, -0.9f, 0, 0.9f };
	GLushort indices[] = { 0, 1, 2, 0, 2, 1 };

	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, at);
	glDrawRangeElementsBaseVertex(GL_TRIANGLES, 0, 2, 3, GL_UNSIGNED_SHORT, indices, 2);
	glColor3f(1, 0, 0);
	glDrawElementsBaseVertex(GL_LINE_LOOP, 3, GL_UNSIGNED_SHORT, indices + 3, 2);
	glColor3f(0, 1, 0);
	glDrawElementsInstancedBaseVertex(GL_POINTS, 3, GL_UNSIGNED_SHORT, indices, 2, 2);
	memset(at, 0, sizeof(at));
	memset(indices, 0, sizeof(indices));
	glFinish();
	glDrawRangeElementsBaseVertex(GL_TRIANGLES, 3, 1, 3, GL_UNSIGNED_SHORT, indices, 0);
	draw_say(" %x", glGetError());
}

static void rectangles(void)
{
	static const GLshort s[] = { 0, 0, 1, 1 };
	static const GLint i[] = { -1, -1, 0, 0 };
	static const GLfloat f[] = { -0.5f, 0.25f, 0, 0.75f };
	static const GLdouble d[] = { 0.25, -0.75, 0.75, -0.25 };

	glColor3f(1, 0, 0);
	glRectsv(s, s + 2);
	glColor3f(0, 1, 0);
	glRectiv(i, i + 2);
	glColor3f(0, 0, 1);
	glRectfv(f, f + 2);
	glColor3f(1, 1, 0);
	glRectdv(d, d + 2);
}

/* In client memory in the compatibility profile. */
static void indirect_of_the_client(void)
{
	GLuint arrays[] = { 3, 1, 0, 0, 3, 2, 0, 0 }, elements[] = { 3, 1, 0, 0, 0 };
	static const GLubyte indices[] = { 0, 1, 2, 0 };
	GLuint buffer;

	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, triangle);
	glDrawArraysIndirect(GL_LINE_LOOP, arrays);
	draw_say(" %x", glGetError());
	glMultiDrawArraysIndirect(GL_POINTS, arrays, 2, 0);
	draw_say(" %x", glGetError());
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffer);
	glBufferData(GL_ELEMENT_ARRAY_BUFFER, sizeof(indices), indices, GL_STATIC_DRAW);
	glDrawElementsIndirect(GL_TRIANGLES, GL_UNSIGNED_BYTE, elements);
	draw_say(" %x", glGetError());
	memset(arrays, 0, sizeof(arrays));
	memset(elements, 0, sizeof(elements));
	glFinish();
}

static void indirect_counts(void)
{
	static const GLuint commands[] = { 3, 1, 0, 0, 3, 1, 0, 0, 3, 1, 0, 0 }, counts[] = { 2, 1 };
	PROC(PFNGLMULTIDRAWARRAYSINDIRECTCOUNTARBPROC, MultiDrawArraysIndirectCountARB);
	GLuint buffers[2];

	simple_program("0.5, 1, 0");
	triangle_buffer();
	glGenBuffers(2, buffers);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, buffers[0]);
	glBufferData(GL_DRAW_INDIRECT_BUFFER, sizeof(commands), commands, GL_STATIC_DRAW);
	glBindBuffer(GL_PARAMETER_BUFFER, buffers[1]);
	glBufferData(GL_PARAMETER_BUFFER, sizeof(counts), counts, GL_STATIC_DRAW);
	draw_say(" %x", glGetError());
	if (MultiDrawArraysIndirectCountARB) {
		MultiDrawArraysIndirectCountARB(GL_TRIANGLES, 0, 4, 3, 0);
		draw_say(" %x", glGetError());
		MultiDrawArraysIndirectCountARB(GL_TRIANGLES, 0, 3, 3, 0);
		draw_say(" %x", glGetError());
		MultiDrawArraysIndirectCountARB(GL_TRIANGLES, 0, 8, 3, 0);
		draw_say(" %x", glGetError());
	}
}

static void dispatch_indirect(void)
{
	static const char cs[] = "#version 450\nlayout(local_size_x=1) in;\n"
	                         "layout(std430, binding=0) buffer b { uint sum; };\n"
	                         "void main() { atomicAdd(sum, gl_WorkGroupID.x + 1u); }\n";
	static const GLuint groups[] = { 0, 4, 2, 1 };
	GLuint buffers[2], sum = 0, p = glCreateProgram();

	glAttachShader(p, draw_shader(GL_COMPUTE_SHADER, cs));
	glLinkProgram(p);
	glUseProgram(p);
	glGenBuffers(2, buffers);
	glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 0, buffers[0]);
	glBufferData(GL_SHADER_STORAGE_BUFFER, sizeof(sum), &sum, GL_STATIC_DRAW);
	glDispatchComputeIndirect(0);
	draw_say(" %x", glGetError());
	glBindBuffer(GL_DISPATCH_INDIRECT_BUFFER, buffers[1]);
	glBufferData(GL_DISPATCH_INDIRECT_BUFFER, sizeof(groups), groups, GL_STATIC_DRAW);
	glDispatchComputeIndirect(4);
	draw_say(" %x", glGetError());
	glDispatchComputeIndirect(8);
	draw_say(" %x", glGetError());
	glDispatchComputeIndirect(2);
	draw_say(" %x", glGetError());
	glMemoryBarrier(GL_BUFFER_UPDATE_BARRIER_BIT);
	glGetBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, sizeof(sum), &sum);
	draw_say(" %u", sum);
}

static void feedback_draws(void)
{
	static const char vs[] = "#version 450\nlayout(location=0) in vec2 position; out vec4 where;\n"
	                         "void main() { where = vec4(-position, 0, 1); gl_Position = where; }\n";
	static const char *const names[] = { "where" };
	GLuint p = glCreateProgram(), buffer, object, second;
	GLint size = 0, type = 0, length = 0;
	char name[16];

	glAttachShader(p, draw_shader(GL_VERTEX_SHADER, vs));
	glTransformFeedbackVaryings(p, 1, names, GL_INTERLEAVED_ATTRIBS);
	glLinkProgram(p);
	glGetTransformFeedbackVarying(p, 0, sizeof(name), &length, &size, (GLenum *)&type, name);
	draw_say(" %s %d %d %x", name, length, size, type);
	glUseProgram(p);
	triangle_buffer();
	glGenTransformFeedbacks(1, &object);
	glBindTransformFeedback(GL_TRANSFORM_FEEDBACK, object);
	glGenBuffers(1, &buffer);
	glBindBufferBase(GL_TRANSFORM_FEEDBACK_BUFFER, 0, buffer);
	glBufferData(GL_TRANSFORM_FEEDBACK_BUFFER, 256, NULL, GL_STATIC_DRAW);
	glEnable(GL_RASTERIZER_DISCARD);
	glBeginTransformFeedback(GL_TRIANGLES);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glEndTransformFeedback();
	glDisable(GL_RASTERIZER_DISCARD);
	simple_program("0, 1, 1");
	glGenVertexArrays(1, &second);
	glBindVertexArray(second);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 16, NULL);
	glEnableVertexAttribArray(0);
	glDrawTransformFeedback(GL_TRIANGLES, object);
	glDrawTransformFeedbackInstanced(GL_LINE_LOOP, object, 2);
	glDrawTransformFeedbackStream(GL_POINTS, object, 0);
	draw_say(" %x", glGetError());
	glDrawTransformFeedback(GL_TRIANGLES, 4711);
	draw_say(" %x", glGetError());
	glGetTransformFeedbackiv(object, GL_TRANSFORM_FEEDBACK_ACTIVE, &size);
	glGetTransformFeedbacki_v(object, GL_TRANSFORM_FEEDBACK_BUFFER_BINDING, 0, &type);
	draw_say(" %d %d", size, type == (GLint)buffer);
}

static const struct draw_test tests[] = {
	{ "D1-fog-and-secondary", DRAW_COMPAT, fog_and_secondary },
	{ "D1-edge-flags", DRAW_COMPAT, edge_flags },
	{ "D1-texture-units", DRAW_COMPAT, texture_units },
	{ "D1-locked-arrays", DRAW_COMPAT, locked_arrays },
	{ "D1-integer-and-double", DRAW_CORE, integer_and_double },
	{ "D1-arrays-by-name", DRAW_COMPAT, arrays_by_name },
	{ "D2-base-vertex", DRAW_COMPAT, base_vertex },
	{ "D2-rectangles", DRAW_COMPAT, rectangles },
	{ "D2-indirect-of-the-client", DRAW_COMPAT, indirect_of_the_client },
	{ "D2-indirect-counts", DRAW_CORE, indirect_counts },
	{ "D2-dispatch-indirect", DRAW_CORE, dispatch_indirect },
	{ "D2-feedback-draws", DRAW_CORE, feedback_draws },
};

DRAW_MAIN(tests)
