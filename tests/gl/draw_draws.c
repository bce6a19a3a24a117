/* SPDX-License-Identifier: MIT */
/* Draws that read more than arrays: point D2 of docs/marshalling.md, as far as no older test has it. */
#include "tests/gl/draw.h"

#define PROC(type, name) type name = (type)eglGetProcAddress("gl" #name)

/* ---- D2 ---------------------------------------------------------------------------------- */

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
	glVertexPointer(2, GL_FLOAT, 0, draw_triangle);
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

	draw_triangle_program("void main() { o = vec4(0.5, 1, 0, 1); }\n");
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
	draw_triangle_program("void main() { o = vec4(1); }\n"); /* for its arrays */
	glUseProgram(p);
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
	draw_triangle_program("void main() { o = vec4(0, 1, 1, 1); }\n");
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
	{ "D2-base-vertex", DRAW_COMPAT, base_vertex },
	{ "D2-rectangles", DRAW_COMPAT, rectangles },
	{ "D2-indirect-of-the-client", DRAW_COMPAT, indirect_of_the_client },
	{ "D2-indirect-counts", DRAW_CORE, indirect_counts },
	{ "D2-dispatch-indirect", DRAW_CORE, dispatch_indirect },
	{ "D2-feedback-draws", DRAW_CORE, feedback_draws },
};

DRAW_MAIN(tests)
