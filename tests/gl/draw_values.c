/* SPDX-License-Identifier: MIT */
/*
 * Vectors whose length a name decides, and sizes made of orders and strides: points D5 and D6 of
 * docs/marshalling.md. Each vector is set, read back with room around it, and the room must stay.
 */
#include "tests/gl/draw.h"

#define ROOM 24
#define GUARD 77

static void say_floats(const char *what, const float *v)
{
	int used = ROOM;

	while (used > 0 && v[used - 1] == GUARD)
		used--;
	draw_say(" %s", what);
	for (int i = 0; i < used; i++)
		draw_say(":%.4g", (double)v[i]);
}

static void say_ints(const char *what, const GLint *v)
{
	int used = ROOM;

	while (used > 0 && v[used - 1] == GUARD)
		used--;
	draw_say(" %s", what);
	for (int i = 0; i < used; i++)
		draw_say(":%d", v[i]);
}

#define FLOATS(what, call)                                                                        \
	do {                                                                                      \
		float v[ROOM];                                                                    \
		for (int k = 0; k < ROOM; k++)                                                    \
			v[k] = GUARD;                                                             \
		call;                                                                             \
		say_floats(what, v);                                                              \
	} while (0)
#define INTS(what, call)                                                                          \
	do {                                                                                      \
		GLint v[ROOM];                                                                    \
		for (int k = 0; k < ROOM; k++)                                                    \
			v[k] = GUARD;                                                             \
		call;                                                                             \
		say_ints(what, v);                                                                \
	} while (0)

static const float four[] = { 0.125f, 0.25f, 0.5f, 0.75f };
static const GLint ifour[] = { 1 << 30, 1 << 29, 1 << 28, 0 };

static void fixed_function_floats(void)
{
	glFogfv(GL_FOG_COLOR, four);
	glFogfv(GL_FOG_DENSITY, four);
	FLOATS("fog", glGetFloatv(GL_FOG_COLOR, v));
	glLightfv(GL_LIGHT0, GL_POSITION, four);
	glLightfv(GL_LIGHT0, GL_SPOT_DIRECTION, four);
	glLightfv(GL_LIGHT0, GL_SPOT_CUTOFF, (const float[]){ 45 });
	FLOATS("position", glGetLightfv(GL_LIGHT0, GL_POSITION, v));
	FLOATS("direction", glGetLightfv(GL_LIGHT0, GL_SPOT_DIRECTION, v));
	FLOATS("cutoff", glGetLightfv(GL_LIGHT0, GL_SPOT_CUTOFF, v));
	glLightModelfv(GL_LIGHT_MODEL_AMBIENT, four);
	glLightModeliv(GL_LIGHT_MODEL_TWO_SIDE, (const GLint[]){ 1 });
	FLOATS("model", glGetFloatv(GL_LIGHT_MODEL_AMBIENT, v));
	glMaterialfv(GL_FRONT, GL_AMBIENT_AND_DIFFUSE, four);
	glMaterialfv(GL_FRONT, GL_SHININESS, (const float[]){ 9 });
	FLOATS("diffuse", glGetMaterialfv(GL_FRONT, GL_DIFFUSE, v));
	FLOATS("shininess", glGetMaterialfv(GL_FRONT, GL_SHININESS, v));
	glTexEnvfv(GL_TEXTURE_ENV, GL_TEXTURE_ENV_COLOR, four);
	glTexEnviv(GL_TEXTURE_ENV, GL_TEXTURE_ENV_MODE, (const GLint[]){ GL_BLEND });
	FLOATS("env", glGetTexEnvfv(GL_TEXTURE_ENV, GL_TEXTURE_ENV_COLOR, v));
	INTS("mode", glGetTexEnviv(GL_TEXTURE_ENV, GL_TEXTURE_ENV_MODE, v));
	glTexGenfv(GL_S, GL_OBJECT_PLANE, four);
	glTexGeniv(GL_S, GL_TEXTURE_GEN_MODE, (const GLint[]){ GL_OBJECT_LINEAR });
	glTexGendv(GL_T, GL_EYE_PLANE, (const GLdouble[]){ 1, 2, 3, 4 });
	FLOATS("plane", glGetTexGenfv(GL_S, GL_OBJECT_PLANE, v));
	FLOATS("eye", glGetTexGenfv(GL_T, GL_EYE_PLANE, v));
	INTS("gen", glGetTexGeniv(GL_S, GL_TEXTURE_GEN_MODE, v));
	glPointParameterfv(GL_POINT_DISTANCE_ATTENUATION, four);
	FLOATS("point", glGetFloatv(GL_POINT_DISTANCE_ATTENUATION, v));
	glClipPlane(GL_CLIP_PLANE0, (const GLdouble[]){ 1, -2, 3, 4 });
	draw_say(" %x", glGetError());
	glFogfv(GL_POINT_SIZE, four);
	glLightfv(GL_LIGHT0, GL_SHININESS, four);
	draw_say(" %x", glGetError());
	FLOATS("wrong", glGetLightfv(GL_LIGHT0, GL_SHININESS, v));
	draw_say(" %x", glGetError());
}

static void fixed_function_ints(void)
{
	glFogiv(GL_FOG_COLOR, ifour);
	FLOATS("fog", glGetFloatv(GL_FOG_COLOR, v));
	glMaterialiv(GL_BACK, GL_EMISSION, ifour);
	INTS("emission", glGetMaterialiv(GL_BACK, GL_EMISSION, v));
	glLightiv(GL_LIGHT1, GL_DIFFUSE, ifour);
	INTS("light", glGetLightiv(GL_LIGHT1, GL_DIFFUSE, v));
	glTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_BORDER_COLOR, ifour);
	INTS("border", glGetTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_BORDER_COLOR, v));
	FLOATS("border", glGetTexParameterfv(GL_TEXTURE_2D, GL_TEXTURE_BORDER_COLOR, v));
	glTexParameterIiv(GL_TEXTURE_2D, GL_TEXTURE_BORDER_COLOR, ifour);
	INTS("exact", glGetTexParameterIiv(GL_TEXTURE_2D, GL_TEXTURE_BORDER_COLOR, v));
	glTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_RGBA,
	                 (const GLint[]){ GL_ALPHA, GL_ZERO, GL_ONE, GL_RED });
	INTS("swizzle", glGetTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_RGBA, v));
	INTS("one", glGetTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_B, v));
	FLOATS("priority", glGetTexParameterfv(GL_TEXTURE_2D, GL_TEXTURE_PRIORITY, v));
	draw_say(" %x", glGetError());
}

static void matrices(void)
{
	static const GLdouble d[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	float f[16];

	for (int i = 0; i < 16; i++)
		f[i] = (float)(i * i);
	glMatrixMode(GL_MODELVIEW);
	glLoadMatrixd(d);
	FLOATS("d", glGetFloatv(GL_MODELVIEW_MATRIX, v));
	glMultMatrixf(f);
	FLOATS("df", glGetFloatv(GL_MODELVIEW_MATRIX, v));
	glLoadTransposeMatrixd(d);
	FLOATS("transposed", glGetFloatv(GL_MODELVIEW_MATRIX, v));
	glMultTransposeMatrixf(f);
	FLOATS("product", glGetFloatv(GL_TRANSPOSE_MODELVIEW_MATRIX, v));
	glLoadMatrixf(f);
	INTS("ints", glGetIntegerv(GL_MODELVIEW_MATRIX, v));
}

static void vectors_of_state(void)
{
	float ports[] = { 0, 0, 10, 20, 1, 2, 30, 40 };
	GLint boxes[] = { 1, 2, 3, 4, 5, 6, 7, 8 }; /* Mesa clamps in the caller's memory */
	GLdouble ranges[] = { 0.25, 0.5, 0.125, 1 };
	GLdouble d[2] = { 0 };
	GLint64 big[4] = { GUARD, GUARD, GUARD, GUARD };
	GLboolean mask[5] = { 9, 9, 9, 9, 9 };

	glViewportArrayv(1, 2, ports);
	glScissorArrayv(2, 2, boxes);
	glDepthRangeArrayv(3, 2, ranges);
	FLOATS("viewport", glGetFloati_v(GL_VIEWPORT, 2, v));
	INTS("scissor", glGetIntegeri_v(GL_SCISSOR_BOX, 3, v));
	glGetDoublei_v(GL_DEPTH_RANGE, 4, d);
	draw_say(" %g %g", d[0], d[1]);
	glPatchParameterfv(GL_PATCH_DEFAULT_OUTER_LEVEL, four);
	glPatchParameterfv(GL_PATCH_DEFAULT_INNER_LEVEL, four);
	FLOATS("outer", glGetFloatv(GL_PATCH_DEFAULT_OUTER_LEVEL, v));
	FLOATS("inner", glGetFloatv(GL_PATCH_DEFAULT_INNER_LEVEL, v));
	glGetInteger64v(GL_VIEWPORT, big);
	draw_say(" %ld %ld %ld", (long)big[2], (long)big[3], (long)big[1]);
	glColorMask(1, 0, 1, 0);
	glGetBooleanv(GL_COLOR_WRITEMASK, mask);
	draw_say(" %d%d%d%d%d", mask[0], mask[1], mask[2], mask[3], mask[4]);
	glColorMask(1, 1, 1, 1);
	glGetDoublev(GL_DEPTH_RANGE, d);
	draw_say(" %g %g", d[0], d[1]);
	INTS("dims", glGetIntegerv(GL_MAX_VIEWPORT_DIMS, v));
	glViewportArrayv(15, 2, ports);
	draw_say(" %x", glGetError());
	glPatchParameterfv(GL_PATCH_VERTICES, four);
	draw_say(" %x", glGetError());
}

/* Lists as long as another value says. */
static void counted_lists(void)
{
	static const GLenum lists[][2] = {
		{ GL_NUM_COMPRESSED_TEXTURE_FORMATS, GL_COMPRESSED_TEXTURE_FORMATS },
		{ GL_NUM_PROGRAM_BINARY_FORMATS, GL_PROGRAM_BINARY_FORMATS },
		{ GL_NUM_SHADER_BINARY_FORMATS, GL_SHADER_BINARY_FORMATS },
	};
	GLint values[256], n;
	GLint64 big[64];

	for (int i = 0; i < 3; i++) {
		n = 0;
		memset(values, 0, sizeof(values));
		glGetIntegerv(lists[i][0], &n);
		if (n <= 256)
			glGetIntegerv(lists[i][1], values);
		draw_say(" %d:%08x", n, draw_crc(0, values, sizeof(values)));
	}
	memset(values, 0, sizeof(values));
	glGetInternalformativ(GL_RENDERBUFFER, GL_RGBA8, GL_NUM_SAMPLE_COUNTS, 1, &n);
	glGetInternalformativ(GL_RENDERBUFFER, GL_RGBA8, GL_SAMPLES, 64, values);
	draw_say(" %d %d %d", n, values[0], values[n]);
	glGetInternalformativ(GL_TEXTURE_2D, GL_RGB9_E5, GL_INTERNALFORMAT_SUPPORTED, 1, values);
	draw_say(" %d", values[0]);
	memset(big, 0, sizeof(big));
	glGetInternalformati64v(GL_TEXTURE_3D, GL_RGBA16F, GL_MAX_COMBINED_DIMENSIONS, 1, big);
	draw_say(" %ld %x", (long)big[0], glGetError());
	glGetInternalformativ(GL_TEXTURE_2D, GL_RGBA8, GL_SAMPLES, -1, values);
	draw_say(" %x", glGetError());
	for (int i = 0; i < 3; i++) {
		float at[2] = { 0 };

		glGetMultisamplefv(GL_SAMPLE_POSITION, (GLuint)i, at);
		draw_say(" %g,%g,%x", (double)at[0], (double)at[1], glGetError());
	}
}

static void sampler_values(void)
{
	GLuint sampler, renderbuffer, program = glCreateProgram();
	GLint n = GUARD;

	glGenSamplers(1, &sampler);
	glSamplerParameterfv(sampler, GL_TEXTURE_BORDER_COLOR, four);
	FLOATS("border", glGetSamplerParameterfv(sampler, GL_TEXTURE_BORDER_COLOR, v));
	glSamplerParameterIiv(sampler, GL_TEXTURE_BORDER_COLOR, ifour);
	INTS("exact", glGetSamplerParameterIiv(sampler, GL_TEXTURE_BORDER_COLOR, v));
	glSamplerParameterIuiv(sampler, GL_TEXTURE_BORDER_COLOR, (const GLuint[]){ 1, 2, 3, 4 });
	INTS("unsigned", glGetSamplerParameterIuiv(sampler, GL_TEXTURE_BORDER_COLOR, (GLuint *)v));
	glSamplerParameteriv(sampler, GL_TEXTURE_WRAP_S, (const GLint[]){ GL_CLAMP_TO_EDGE });
	INTS("wrap", glGetSamplerParameteriv(sampler, GL_TEXTURE_WRAP_S, v));
	INTS("wrong", glGetSamplerParameteriv(sampler, GL_TEXTURE_WIDTH, v));
	draw_say(" %x", glGetError());
	glGenRenderbuffers(1, &renderbuffer);
	glBindRenderbuffer(GL_RENDERBUFFER, renderbuffer);
	glRenderbufferStorage(GL_RENDERBUFFER, GL_RGB5_A1, 7, 9);
	INTS("width", glGetRenderbufferParameteriv(GL_RENDERBUFFER, GL_RENDERBUFFER_WIDTH, v));
	INTS("green", glGetRenderbufferParameteriv(GL_RENDERBUFFER, GL_RENDERBUFFER_GREEN_SIZE, v));
	glGetQueryIndexediv(GL_PRIMITIVES_GENERATED, 1, GL_CURRENT_QUERY, &n);
	draw_say(" %d", n);
	glGetProgramStageiv(program, GL_VERTEX_SHADER, GL_ACTIVE_SUBROUTINES, &n);
	draw_say(" %d %x", n, glGetError());
}

static void attribute_values(void)
{
	GLdouble d[4] = { 0 };

	glVertexAttrib4fv(3, four);
	FLOATS("f", glGetVertexAttribfv(3, GL_CURRENT_VERTEX_ATTRIB, v));
	glGetVertexAttribdv(3, GL_CURRENT_VERTEX_ATTRIB, d);
	draw_say(" %g %g", d[0], d[3]);
	glVertexAttribI4iv(4, ifour);
	INTS("i", glGetVertexAttribIiv(4, GL_CURRENT_VERTEX_ATTRIB, v));
	glVertexAttrib4Nusv(5, (const GLushort[]){ 0, 65535, 32768, 1 });
	FLOATS("n", glGetVertexAttribfv(5, GL_CURRENT_VERTEX_ATTRIB, v));
	glVertexAttribP4ui(6, GL_INT_2_10_10_10_REV, GL_TRUE, 0x2007fc01);
	FLOATS("p", glGetVertexAttribfv(6, GL_CURRENT_VERTEX_ATTRIB, v));
	INTS("size", glGetVertexAttribiv(3, GL_VERTEX_ATTRIB_ARRAY_SIZE, v));
	glGetVertexAttribfv(99, GL_CURRENT_VERTEX_ATTRIB, (float[4]){ 0 });
	draw_say(" %x", glGetError());
}

/* What glClearBuffer* reads depends on the buffer. */
static void clear_buffers(void)
{
	GLuint framebuffer, textures[2], got[4] = { 0 };
	GLint igot[4] = { 0 };

	/* not GL_COLOR: Mesa clears no colour of a pbuffer in this way, having no back buffer there */
	glClearBufferfv(GL_DEPTH, 0, four + 2);
	glClearBufferiv(GL_STENCIL, 0, (const GLint[]){ 5 });
	glReadPixels(1, 1, 1, 1, GL_STENCIL_INDEX, GL_INT, igot);
	draw_say(" %d", igot[0]);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glGenTextures(2, textures);
	glBindTexture(GL_TEXTURE_2D, textures[0]);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA32UI, 4, 4, 0, GL_RGBA_INTEGER, GL_UNSIGNED_INT, NULL);
	glFramebufferTexture(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, textures[0], 0);
	glClearBufferuiv(GL_COLOR, 0, (const GLuint[]){ 1, 2, 3, 0xffffffffu });
	glReadPixels(3, 3, 1, 1, GL_RGBA_INTEGER, GL_UNSIGNED_INT, got);
	draw_say(" %u %u %u %u", got[0], got[1], got[2], got[3]);
	glBindTexture(GL_TEXTURE_2D, textures[1]);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA16I, 4, 4, 0, GL_RGBA_INTEGER, GL_INT, NULL);
	glFramebufferTexture(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, textures[1], 0);
	glClearBufferiv(GL_COLOR, 0, (const GLint[]){ -1, -2, 3, 4 });
	glReadPixels(0, 0, 1, 1, GL_RGBA_INTEGER, GL_INT, igot);
	draw_say(" %d %d %d %d %x", igot[0], igot[1], igot[2], igot[3], glGetError());
	glClearBufferiv(GL_DEPTH, 0, igot);
	draw_say(" %x", glGetError());
	glClearBufferfv(GL_COLOR, 99, four);
	draw_say(" %x", glGetError());
}

/* ---- D6 ---------------------------------------------------------------------------------- */

static void maps(void)
{
	/* a stride larger than the components, and points that are not read */
	static const float f[] = { 0, 0, 0, 99, 1, 2, 0, 99, 2, -1, 0, 99 };
	static const GLdouble d[] = { 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0 };
	GLdouble got[16];
	GLint order[2] = { 0 };

	glMap1f(GL_MAP1_VERTEX_3, 0, 1, 4, 3, f);
	FLOATS("1f", glGetMapfv(GL_MAP1_VERTEX_3, GL_COEFF, v));
	glMap2d(GL_MAP2_VERTEX_3, 0, 1, 3, 2, 0, 1, 6, 2, d);
	for (int i = 0; i < 16; i++)
		got[i] = GUARD;
	glGetMapdv(GL_MAP2_VERTEX_3, GL_COEFF, got);
	for (int i = 0; i < 13; i++)
		draw_say(":%g", got[i]);
	glGetMapiv(GL_MAP2_VERTEX_3, GL_ORDER, order);
	draw_say(" %d %d", order[0], order[1]);
	FLOATS("domain", glGetMapfv(GL_MAP2_VERTEX_3, GL_DOMAIN, v));
	glMap1d(GL_MAP1_COLOR_4, 0, 1, 4, 2, d);
	FLOATS("color", glGetMapfv(GL_MAP1_COLOR_4, GL_COEFF, v));
	glMap2f(GL_MAP2_INDEX, 0, 1, 1, 2, 0, 1, 2, 2, f);
	draw_say(" %x", glGetError());
	glMap1f(GL_MAP1_VERTEX_3, 0, 1, 2, 3, f);
	draw_say(" %x", glGetError());
	glMap1f(GL_MAP1_VERTEX_3, 0, 1, 3, 0, f);
	draw_say(" %x", glGetError());
	glEnable(GL_MAP1_VERTEX_3);
	glMapGrid1d(8, 0, 1);
	glEvalMesh1(GL_LINE, 0, 8);
}

static void residence(void)
{
	GLuint names[3];
	static const float priorities[] = { 0.25f, 0.5f, 1 };
	GLboolean resident[4] = { 5, 5, 5, 5 }, all;

	glGenTextures(3, names);
	for (int i = 0; i < 3; i++) {
		glBindTexture(GL_TEXTURE_2D, names[i]);
		glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 1, 1, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	}
	glPrioritizeTextures(3, names, priorities);
	FLOATS("priority", glGetTexParameterfv(GL_TEXTURE_2D, GL_TEXTURE_PRIORITY, v));
	all = glAreTexturesResident(3, names, resident);
	draw_say(" %d %d%d", all, all || resident[0] < 2, resident[3]);
	glAreTexturesResident(-1, names, resident);
	draw_say(" %x", glGetError());
}

static void uniform_arrays(void)
{
	static const char vs[] = "#version 450\nin vec2 position; void main() { gl_Position = vec4(position,0,1); }\n";
	static const char fs[] = "#version 450\nout vec4 o; uniform vec3 a[4]; uniform mat2x3 m[2];\n"
	                         "uniform ivec2 i; uniform uint u[3]; uniform double d; uniform bool b[2];\n"
	                         "void main() { o = vec4(a[0] + a[3] + m[1][1], float(i.x + int(u[2])) + float(d));\n"
	                         "if (b[1]) o = o.wzyx; }\n";
	float many[30];
	GLuint p = draw_program(vs, fs), u[3] = { 0 };
	GLint a = glGetUniformLocation(p, "a"), m = glGetUniformLocation(p, "m"), two[2] = { 0 };
	GLdouble d = 0;

	for (int i = 0; i < 30; i++)
		many[i] = (float)i / 8;
	glUniform3fv(a, 4, many);
	glUniform3fv(glGetUniformLocation(p, "a[2]"), 9, many + 1); /* past the end: ignored */
	FLOATS("a3", glGetUniformfv(p, glGetUniformLocation(p, "a[3]"), v));
	glUniform3fv(a, 0x7fffffff / 3, many); /* no memory is that long */
	FLOATS("a0", glGetUniformfv(p, a, v));
	glUniformMatrix2x3fv(m, 2, GL_TRUE, many);
	FLOATS("m1", glGetUniformfv(p, glGetUniformLocation(p, "m[1]"), v));
	glProgramUniform2iv(p, glGetUniformLocation(p, "i"), 1, (const GLint[]){ 3, 4 });
	glGetUniformiv(p, glGetUniformLocation(p, "i"), two);
	glProgramUniform1uiv(p, glGetUniformLocation(p, "u"), 3, (const GLuint[]){ 7, 8, 9 });
	glGetUniformuiv(p, glGetUniformLocation(p, "u[2]"), u);
	glUniform1d(glGetUniformLocation(p, "d"), 0.125);
	glGetUniformdv(p, glGetUniformLocation(p, "d"), &d);
	draw_say(" %d %d %u %g %x", two[0], two[1], u[0], d, glGetError());
	glUniform1iv(glGetUniformLocation(p, "b"), 2, (const GLint[]){ 0, 5 });
	glGetnUniformiv(p, glGetUniformLocation(p, "b[1]"), 4, two);
	draw_say(" %d %x", two[0], glGetError());
	glGetnUniformfv(p, a, 8, many); /* too short */
	draw_say(" %x", glGetError());
	glUniform3fv(a, -1, many);
	draw_say(" %x", glGetError());
	glUniform2iv(glGetUniformLocation(p, "i"), 2, two);
	draw_say(" %x", glGetError());
	glUniform2iv(glGetUniformLocation(p, "i"), 0x7fffffff / 2, two);
	draw_say(" %x", glGetError());
	glUniform2iv(-1, 0x7fffffff / 2, two);
	draw_say(" %x", glGetError());
}

static const struct draw_test tests[] = {
	{ "D5-fixed-function-floats", DRAW_COMPAT, fixed_function_floats },
	{ "D5-fixed-function-ints", DRAW_COMPAT, fixed_function_ints },
	{ "D5-matrices", DRAW_COMPAT, matrices },
	{ "D5-vectors-of-state", DRAW_CORE, vectors_of_state },
	{ "D5-counted-lists", DRAW_CORE, counted_lists },
	{ "D5-sampler-values", DRAW_CORE, sampler_values },
	{ "D5-attribute-values", DRAW_CORE, attribute_values },
	{ "D5-clear-buffers", DRAW_CORE, clear_buffers },
	{ "D6-maps", DRAW_COMPAT, maps },
	{ "D6-residence", DRAW_COMPAT, residence },
	{ "D6-uniform-arrays", DRAW_CORE, uniform_arrays },
};

DRAW_MAIN(tests)
