/* SPDX-License-Identifier: MIT */
/* Everything that points into the program's memory, in all the forms that a forwarder can get
 * wrong: arrays, indices, pixel stores, maps, read-backs, and what glGet says of them. */
#include "tests/gl/draw.h"

static const float quad[] = { -1, -1, 1, -1, -1, 1, 1, 1 };
static uint32_t seed = 1;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void geti(const char *what, GLenum pname)
{
	GLint v[4] = { 77, 0, 0, 0 };

	glGetIntegerv(pname, v);
	draw_say(" %s=%x", what, (GLuint)v[0]);
}

/* ---- arrays -------------------------------------------------------------------------- */

/* Fixed-function arrays of every type, with strides, offsets and a first vertex. */
static void array_types(void)
{
	static const GLenum types[] = { GL_SHORT, GL_INT, GL_FLOAT, GL_DOUBLE };
	uint8_t memory[4096];

	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_COLOR_ARRAY);
	glScalef(0.25f, 0.25f, 1);
	for (int t = 0; t < 4; t++) {
		GLsizei size = t == 0 ? 2 : t == 3 ? 8 : 4, stride = size * 2 + 8;
		uint8_t *base = memory + t * 8;

		for (int i = 0; i < 40; i++) {
			int x = (int)rnd(7) - 3, y = (int)rnd(7) - 3;
			uint8_t *v = base + i * stride;
			uint8_t rgba[4] = { (uint8_t)rnd(256), (uint8_t)rnd(256), (uint8_t)rnd(256), 255 };

			for (int c = 0; c < 2; c++) {
				int n = c ? y : x;
				int16_t s = (int16_t)n;
				float f = (float)n;
				double d = n;

				memcpy(v + c * size, t == 0 ? (void *)&s : t == 1 ? (void *)&n
				                     : t == 2 ? (void *)&f : (void *)&d, (size_t)size);
			}
			memcpy(v + 2 * size, rgba, 4);
		}
		glVertexPointer(2, types[t], stride, base);
		glColorPointer(t % 2 ? 3 : 4, GL_UNSIGNED_BYTE, stride, base + 2 * size);
		glDrawArrays(GL_TRIANGLES, 3 * t, 9);
		glDrawArrays(GL_LINES, 30, 6);
	}
	draw_say(" %x", glGetError());
}

/* Client indices of every type, with restart, base vertex and ranges. */
static void indices(void)
{
	float v[300][2];
	uint8_t b[24];
	uint16_t s[24];
	uint32_t n[24];

	for (int i = 0; i < 300; i++) {
		v[i][0] = (float)(int)rnd(200) / 100 - 1;
		v[i][1] = (float)(int)rnd(200) / 100 - 1;
	}
	for (int i = 0; i < 24; i++) {
		b[i] = (uint8_t)(i == 7 || i == 15 ? 255 : rnd(250));
		s[i] = (uint16_t)(i == 7 || i == 15 ? 999 : rnd(290));
		n[i] = i == 7 || i == 15 ? 0xffffffffu : 200 + rnd(90);
	}
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, v);
	glColor3f(1, 0, 0);
	glEnable(GL_PRIMITIVE_RESTART);
	glPrimitiveRestartIndex(255);
	glDrawElements(GL_LINE_STRIP, 24, GL_UNSIGNED_BYTE, b);
	glColor3f(0, 1, 0);
	glPrimitiveRestartIndex(999);
	glDrawElements(GL_LINE_STRIP, 24, GL_UNSIGNED_SHORT, s);
	glDisable(GL_PRIMITIVE_RESTART);
	glEnable(GL_PRIMITIVE_RESTART_FIXED_INDEX);
	glColor3f(0, 0, 1);
	glDrawElements(GL_LINE_STRIP, 24, GL_UNSIGNED_INT, n);
	glPushAttrib(GL_ENABLE_BIT);
	glDisable(GL_PRIMITIVE_RESTART_FIXED_INDEX);
	glColor3f(1, 1, 0);
	glDrawElementsBaseVertex(GL_LINE_STRIP, 6, GL_UNSIGNED_SHORT, s, 5);
	glDrawRangeElements(GL_POINTS, 200, 300, 7, GL_UNSIGNED_INT, n);
	glPopAttrib();
	glDrawElements(GL_POINTS, -1, GL_UNSIGNED_INT, n);
	draw_say(" %x", glGetError());
	glDrawElements(GL_POINTS, 1, GL_FLOAT, n);
	draw_say(" %x", glGetError());
	glDrawElements(0x777, 1, GL_UNSIGNED_INT, n);
	draw_say(" %x", glGetError());
}

/* Elements far from 0: they must keep their numbers, or nobody must see that they do not. */
static void far_elements(void)
{
	static const char vs[] = "#version 130\nin vec2 position; in vec3 tint; out vec3 c;\n"
	                         "void main() { c = tint * (float(gl_VertexID % 16) / 16.0);\n"
	                         " gl_Position = vec4(position, 0, 1); }\n";
	static const char fs[] = "#version 130\nin vec3 c; void main() { gl_FragColor = vec4(c, 1); }\n";
	enum { FIRST = 9000 };
	float *v = malloc(sizeof(float) * 5 * (FIRST + 64));
	uint32_t index[30];
	GLuint p, tint;

	for (int i = FIRST; i < FIRST + 64; i++)
		for (int k = 0; k < 5; k++)
			v[i * 5 + k] = k < 2 ? (float)(int)rnd(200) / 100 - 1 : (float)rnd(100) / 100;
	for (int i = 0; i < 30; i++)
		index[i] = FIRST + rnd(64);
	p = draw_program(vs, fs);
	tint = (GLuint)glGetAttribLocation(p, "tint");
	glEnableVertexAttribArray(0);
	glEnableVertexAttribArray(tint);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 20, v);
	glVertexAttribPointer(tint, 3, GL_FLOAT, GL_FALSE, 20, v + 2);
	glDrawArrays(GL_TRIANGLES, FIRST + 3, 30);
	glDrawElements(GL_TRIANGLES, 30, GL_UNSIGNED_INT, index);
	glDrawElementsBaseVertex(GL_TRIANGLES, 30, GL_UNSIGNED_INT, index, 1);
	free(v);
}

/* Client arrays beside arrays in buffers, indices in either. */
static void mixed(void)
{
	static const char vs[] = "#version 130\nin vec2 position; in vec4 tint; out vec4 c;\n"
	                         "void main() { c = tint; gl_Position = vec4(position, 0, 1); }\n";
	static const char fs[] = "#version 130\nin vec4 c; void main() { gl_FragColor = c; }\n";
	uint8_t tints[64][4];
	float v[64][2];
	uint16_t index[24];
	GLuint p = draw_program(vs, fs), buffers[2], tint;

	for (int i = 0; i < 64; i++) {
		v[i][0] = (float)(int)rnd(200) / 100 - 1;
		v[i][1] = (float)(int)rnd(200) / 100 - 1;
		for (int k = 0; k < 4; k++)
			tints[i][k] = (uint8_t)rnd(256);
	}
	for (int i = 0; i < 24; i++)
		index[i] = (uint16_t)(10 + rnd(50));
	tint = (GLuint)glGetAttribLocation(p, "tint");
	glGenBuffers(2, buffers);
	glBindBuffer(GL_ARRAY_BUFFER, buffers[0]);
	glBufferData(GL_ARRAY_BUFFER, sizeof(v), v, GL_STATIC_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glBindBuffer(GL_ARRAY_BUFFER, 0);
	glVertexAttribPointer(tint, 4, GL_UNSIGNED_BYTE, GL_TRUE, 0, tints);
	glEnableVertexAttribArray(0);
	glEnableVertexAttribArray(tint);
	glDrawArrays(GL_TRIANGLES, 5, 12);
	glDrawElements(GL_TRIANGLES, 9, GL_UNSIGNED_SHORT, index);
	glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffers[1]);
	glBufferData(GL_ELEMENT_ARRAY_BUFFER, sizeof(index), index, GL_STATIC_DRAW);
	glDrawElements(GL_TRIANGLES, 9, GL_UNSIGNED_SHORT, (void *)(2 * 3));
	index[2] = 63;
	glBufferSubData(GL_ELEMENT_ARRAY_BUFFER, 0, 6, index);
	glDrawElements(GL_LINE_LOOP, 4, GL_UNSIGNED_SHORT, NULL);
	{
		const GLsizei count[] = { 3, 6 };
		const void *offsets[] = { (void *)6, (void *)24 };
		const GLint base[] = { 0, -3 };

		glMultiDrawElementsBaseVertex(GL_TRIANGLES, count, GL_UNSIGNED_SHORT, offsets, 2, base);
	}
	/* a buffer that an array reads is deleted: nothing may be read through it */
	glDeleteBuffers(1, &buffers[0]);
	geti("array", GL_ARRAY_BUFFER_BINDING);
	glGetVertexAttribiv(0, GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING, (GLint *)&p);
	draw_say(" %d", p);
}

static void instanced(void)
{
	static const char vs[] = "#version 140\nin vec2 position; in vec2 place; in vec4 tint; out vec4 c;\n"
	                         "void main() { c = tint + vec4(0, 0, float(gl_InstanceID) / 8.0, 0);\n"
	                         " gl_Position = vec4(position * 0.2 + place, 0, 1); }\n";
	static const char fs[] = "#version 140\nin vec4 c; out vec4 o; void main() { o = c; }\n";
	static const uint8_t index[] = { 0, 1, 2, 1, 2, 3 };
	float place[8][2], tints[4][4];
	GLuint p = draw_program(vs, fs), a = (GLuint)glGetAttribLocation(p, "place"),
	       b = (GLuint)glGetAttribLocation(p, "tint");

	for (int i = 0; i < 8; i++) {
		place[i][0] = (float)i / 4 - 0.9f;
		place[i][1] = (float)(int)rnd(160) / 100 - 0.8f;
	}
	for (int i = 0; i < 16; i++)
		tints[i / 4][i % 4] = (float)rnd(100) / 100;
	glEnableVertexAttribArray(0);
	glEnableVertexAttribArray(a);
	glEnableVertexAttribArray(b);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, quad);
	glVertexAttribPointer(a, 2, GL_FLOAT, GL_FALSE, 0, place);
	glVertexAttribPointer(b, 4, GL_FLOAT, GL_FALSE, 0, tints);
	glVertexAttribDivisor(a, 1);
	glVertexAttribDivisor(b, 3);
	glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, 5);
	glDrawElementsInstanced(GL_TRIANGLES, 6, GL_UNSIGNED_BYTE, index, 3);
	glDrawArraysInstancedBaseInstance(GL_TRIANGLE_STRIP, 0, 4, 3, 1);
	glDrawElementsInstancedBaseVertexBaseInstance(GL_TRIANGLES, 3, GL_UNSIGNED_BYTE, index, 2, 1, 1);
	draw_say(" %x", glGetError());
}

static void multi(void)
{
	float v[60][2];
	const GLint first[] = { 0, 30, 12 };
	const GLsizei count[] = { 3, 9, 6 };
	uint16_t a[] = { 1, 5, 9 }, b[] = { 40, 41, 42, 50, 51, 52 };
	const void *lists[] = { a, b };
	const GLsizei counts[] = { 3, 6 };
	struct {
		GLuint count, instances, first, base;
	} indirect[2] = { { 3, 1, 20, 0 }, { 6, 1, 33, 0 } };

	for (int i = 0; i < 60; i++) {
		v[i][0] = (float)(int)rnd(200) / 100 - 1;
		v[i][1] = (float)(int)rnd(200) / 100 - 1;
	}
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 8, v);
	glColor3f(1, 0, 1);
	glMultiDrawArrays(GL_TRIANGLES, first, count, 3);
	glColor3f(0, 1, 1);
	glMultiDrawElements(GL_TRIANGLES, counts, GL_UNSIGNED_SHORT, lists, 2);
	glColor3f(1, 1, 1);
	glDrawArraysIndirect(GL_LINE_LOOP, &indirect[0]);
	glMultiDrawArraysIndirect(GL_LINE_STRIP, indirect, 2, 16);
	draw_say(" %x", glGetError());
}

/* The element between glBegin and glEnd, attributes of every kind. */
static void elements(void)
{
	struct {
		int16_t v[3];
		int8_t n[3];
		uint16_t c[4];
		float t[2];
	} __attribute__((packed)) d[6];

	for (int i = 0; i < 6; i++) {
		for (int k = 0; k < 3; k++)
			d[i].v[k] = (int16_t)((int)rnd(5) - 2);
		for (int k = 0; k < 4; k++)
			d[i].c[k] = (uint16_t)rnd(65536);
		d[i].n[0] = d[i].n[1] = 0;
		d[i].n[2] = 127;
		d[i].t[0] = d[i].t[1] = 0.5f;
	}
	glScalef(0.4f, 0.4f, 0.1f);
	glVertexPointer(3, GL_SHORT, sizeof(d[0]), d[0].v);
	glNormalPointer(GL_BYTE, sizeof(d[0]), d[0].n);
	glColorPointer(4, GL_UNSIGNED_SHORT, sizeof(d[0]), d[0].c);
	glTexCoordPointer(2, GL_FLOAT, sizeof(d[0]), d[0].t);
	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_COLOR_ARRAY);
	glEnableClientState(GL_NORMAL_ARRAY);
	glEnableClientState(GL_TEXTURE_COORD_ARRAY);
	glBegin(GL_TRIANGLES);
	for (int i = 0; i < 6; i++)
		glArrayElement(i);
	glEnd();
	glTranslatef(1, 0, 0);
	glNewList(7, GL_COMPILE);
	glDrawArrays(GL_LINE_LOOP, 0, 6);
	glBegin(GL_POINTS);
	glArrayElement(2);
	glEnd();
	glEndList();
	memset(d, 0, sizeof(d)); /* the list has what it had when it was compiled */
	glCallList(7);
	draw_say(" %x", glGetError());
}

/* Every fixed-function array at once, two texture units. */
static void array_state(void)
{
	static const float v[64] = { 0 };
	void *p = NULL;
	GLuint buffer;

	glClientActiveTexture(GL_TEXTURE1);
	glTexCoordPointer(3, GL_FLOAT, 24, v + 1);
	glEnableClientState(GL_TEXTURE_COORD_ARRAY);
	glClientActiveTexture(GL_TEXTURE0);
	glTexCoordPointer(2, GL_SHORT, 0, v + 2);
	glGetPointerv(GL_TEXTURE_COORD_ARRAY_POINTER, &p);
	draw_say(" %d", (int)((float *)p - v));
	geti("size", GL_TEXTURE_COORD_ARRAY_SIZE);
	geti("type", GL_TEXTURE_COORD_ARRAY_TYPE);
	draw_say(" %d", glIsEnabled(GL_TEXTURE_COORD_ARRAY));
	glClientActiveTexture(GL_TEXTURE1);
	glGetPointerv(GL_TEXTURE_COORD_ARRAY_POINTER, &p);
	draw_say(" %d %d", (int)((float *)p - v), glIsEnabled(GL_TEXTURE_COORD_ARRAY));
	geti("stride", GL_TEXTURE_COORD_ARRAY_STRIDE);
	geti("unit", GL_CLIENT_ACTIVE_TEXTURE);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glVertexPointer(3, GL_FLOAT, 16, (void *)32);
	geti("buffer", GL_VERTEX_ARRAY_BUFFER_BINDING);
	glGetPointerv(GL_VERTEX_ARRAY_POINTER, &p);
	draw_say(" %d", (int)(intptr_t)p);
	glPushClientAttrib(GL_CLIENT_ALL_ATTRIB_BITS);
	geti("depth", GL_CLIENT_ATTRIB_STACK_DEPTH);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 9);
	glBindBuffer(GL_ARRAY_BUFFER, 0);
	glVertexPointer(2, GL_SHORT, 0, v);
	glDisableClientState(GL_TEXTURE_COORD_ARRAY);
	glEnableClientState(GL_FOG_COORD_ARRAY);
	glClientActiveTexture(GL_TEXTURE0);
	glPopClientAttrib();
	geti("row", GL_UNPACK_ROW_LENGTH);
	geti("bound", GL_ARRAY_BUFFER_BINDING);
	geti("size", GL_VERTEX_ARRAY_SIZE);
	geti("unit", GL_CLIENT_ACTIVE_TEXTURE);
	draw_say(" %d %d", glIsEnabled(GL_TEXTURE_COORD_ARRAY), glIsEnabled(GL_FOG_COORD_ARRAY));
	glPopClientAttrib();
	draw_say(" %x", glGetError());
	glVertexPointer(1, GL_FLOAT, 0, v);
	draw_say(" %x", glGetError());
	glVertexPointer(2, GL_UNSIGNED_BYTE, 0, v);
	draw_say(" %x", glGetError());
	glVertexPointer(2, GL_FLOAT, -4, v);
	draw_say(" %x", glGetError());
	glEnableClientState(GL_TEXTURE_2D);
	draw_say(" %x", glGetError());
	glEnableVertexAttribArray(4711);
	draw_say(" %x", glGetError());
}

static void attrib_state(void)
{
	static const GLenum names[] = {
		GL_VERTEX_ATTRIB_ARRAY_ENABLED, GL_VERTEX_ATTRIB_ARRAY_SIZE,
		GL_VERTEX_ATTRIB_ARRAY_STRIDE, GL_VERTEX_ATTRIB_ARRAY_TYPE,
		GL_VERTEX_ATTRIB_ARRAY_NORMALIZED, GL_VERTEX_ATTRIB_ARRAY_INTEGER,
		GL_VERTEX_ATTRIB_ARRAY_DIVISOR, GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING,
		GL_VERTEX_ATTRIB_BINDING, GL_VERTEX_ATTRIB_RELATIVE_OFFSET,
	};
	GLuint vaos[2], buffer;
	float current[4];
	GLint value;
	void *p;

	glGenVertexArrays(2, vaos);
	glGenBuffers(1, &buffer);
	glBindVertexArray(vaos[0]);
	glVertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, 0, quad);
	draw_say(" %x", glGetError()); /* no client memory in a vertex array object */
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(quad), quad, GL_STATIC_DRAW);
	glVertexAttribPointer(1, 2, GL_UNSIGNED_SHORT, GL_TRUE, 12, (void *)4);
	glVertexAttribIPointer(2, 3, GL_INT, 0, NULL);
	glEnableVertexAttribArray(1);
	glVertexAttribDivisor(2, 5);
	glVertexAttribFormat(3, 1, GL_BYTE, GL_FALSE, 3);
	glVertexAttribBinding(3, 1);
	glBindVertexBuffer(6, buffer, 8, 20);
	glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffer);
	for (GLuint i = 0; i < 5; i++) {
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			value = 77;
			glGetVertexAttribiv(i, names[k], &value);
			draw_say(" %x", (GLuint)value);
		}
		glGetVertexAttribPointerv(i, GL_VERTEX_ATTRIB_ARRAY_POINTER, &p);
		draw_say(" %d.", (int)(intptr_t)p);
	}
	glGetIntegeri_v(GL_VERTEX_BINDING_STRIDE, 6, &value);
	draw_say(" %d", value);
	glGetIntegeri_v(GL_VERTEX_BINDING_BUFFER, 6, &value);
	draw_say(" %d", value);
	glVertexAttrib4f(4, 1, 2, 3, 4);
	glGetVertexAttribfv(4, GL_CURRENT_VERTEX_ATTRIB, current);
	draw_say(" %g", (double)current[3]);
	geti("vao", GL_VERTEX_ARRAY_BINDING);
	geti("element", GL_ELEMENT_ARRAY_BUFFER_BINDING);
	glBindVertexArray(vaos[1]);
	geti("element", GL_ELEMENT_ARRAY_BUFFER_BINDING);
	glBindVertexArray(vaos[0]);
	glDeleteBuffers(1, &buffer);
	geti("element", GL_ELEMENT_ARRAY_BUFFER_BINDING);
	glDeleteVertexArrays(2, vaos);
	geti("vao", GL_VERTEX_ARRAY_BINDING);
	glBindVertexArray(vaos[0]);
	draw_say(" %x", glGetError());
}

/* Arrays that are enabled and have no buffer: a core profile draws without them. */
static void enabled_without(void)
{
	static const uint16_t index[] = { 2, 1, 0 };
	GLuint vao, buffer;

	draw_program("#version 330\nin vec2 position; in vec4 tint; out vec4 c;\n"
	             "void main() { c = vec4(1, 0.5, 0, 1); gl_Position = vec4(position * 0.5, 0, 1); }\n",
	             "#version 330\nin vec4 c; out vec4 o; void main() { o = c; }\n");
	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(quad), quad, GL_STATIC_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
	glEnableVertexAttribArray(5);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	draw_say(" %x", glGetError());
	glDrawElements(GL_TRIANGLES, 3, GL_UNSIGNED_SHORT, index); /* Mesa takes it */
	draw_say(" %x", glGetError());
}

/* Vertex arrays by name, EXT_direct_state_access and GL 4.5. */
static void by_name(void)
{
	PFNGLVERTEXARRAYVERTEXATTRIBOFFSETEXTPROC offset =
		(PFNGLVERTEXARRAYVERTEXATTRIBOFFSETEXTPROC)eglGetProcAddress(
			"glVertexArrayVertexAttribOffsetEXT");
	PFNGLENABLEVERTEXARRAYATTRIBEXTPROC enable =
		(PFNGLENABLEVERTEXARRAYATTRIBEXTPROC)eglGetProcAddress("glEnableVertexArrayAttribEXT");
	GLuint vao[2], buffer[2];
	static const uint8_t index[] = { 0, 1, 2, 2, 1, 3 };
	GLint value = 0;

	draw_program("#version 130\nin vec2 position;\n"
	             "void main() { gl_Position = vec4(position * 0.7, 0, 1); }\n",
	             "#version 130\nvoid main() { gl_FragColor = vec4(0, 1, 0.5, 1); }\n");
	glCreateVertexArrays(2, vao);
	glCreateBuffers(2, buffer);
	glNamedBufferData(buffer[0], sizeof(quad), quad, GL_STATIC_DRAW);
	glNamedBufferStorage(buffer[1], sizeof(index), index, 0);
	glVertexArrayVertexBuffer(vao[0], 0, buffer[0], 0, 8);
	glVertexArrayAttribFormat(vao[0], 0, 2, GL_FLOAT, GL_FALSE, 0);
	glVertexArrayAttribBinding(vao[0], 0, 0);
	glEnableVertexArrayAttrib(vao[0], 0);
	glVertexArrayElementBuffer(vao[0], buffer[1]);
	geti("vao", GL_VERTEX_ARRAY_BINDING);
	glGetVertexArrayiv(vao[0], GL_ELEMENT_ARRAY_BUFFER_BINDING, &value);
	draw_say(" %d", value);
	glGetVertexArrayIndexediv(vao[0], 0, GL_VERTEX_ATTRIB_ARRAY_ENABLED, &value);
	draw_say(" %d", value);
	glBindVertexArray(vao[0]);
	glDrawElements(GL_TRIANGLES, 6, GL_UNSIGNED_BYTE, NULL);
	if (offset && enable) {
		offset(vao[1], buffer[0], 0, 2, GL_FLOAT, GL_FALSE, 8, 8);
		enable(vao[1], 0);
		glBindVertexArray(vao[1]);
		glDrawArrays(GL_LINES, 0, 3);
	}
	glNamedBufferSubData(buffer[1], 0, 1, index);
	draw_say(" %x", glGetError());
	glNamedBufferData(buffer[1], 1, index, GL_STATIC_DRAW);
	draw_say(" %x", glGetError());
	glVertexArrayVertexBuffer(4711, 0, buffer[0], 0, 8);
	draw_say(" %x", glGetError());
}

/* ---- pixels ---------------------------------------------------------------------------- */

static const struct {
	GLenum internal, format, type;
	int bytes;
} formats[] = {
	{ GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, 4 },
	{ GL_RGB8, GL_RGB, GL_UNSIGNED_BYTE, 3 },
	{ GL_RGB8, GL_BGR, GL_UNSIGNED_BYTE, 3 },
	{ GL_RGBA8, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, 4 },
	{ GL_RGB5, GL_RGB, GL_UNSIGNED_SHORT_5_6_5, 2 },
	{ GL_RGB5_A1, GL_BGRA, GL_UNSIGNED_SHORT_1_5_5_5_REV, 2 },
	{ GL_R3_G3_B2, GL_RGB, GL_UNSIGNED_BYTE_3_3_2, 1 },
	{ GL_RGB10_A2, GL_RGBA, GL_UNSIGNED_INT_2_10_10_10_REV, 4 },
	{ GL_LUMINANCE8_ALPHA8, GL_LUMINANCE_ALPHA, GL_UNSIGNED_BYTE, 2 },
	{ GL_RG16, GL_RG, GL_UNSIGNED_SHORT, 4 },
	{ GL_RGBA16F, GL_RGBA, GL_HALF_FLOAT, 8 },
	{ GL_RGB32F, GL_RGB, GL_FLOAT, 12 },
	{ GL_R8, GL_RED, GL_UNSIGNED_BYTE, 1 },
	{ GL_RGBA16, GL_ABGR_EXT, GL_SHORT, 8 },
	{ GL_RGBA8UI, GL_RGBA_INTEGER, GL_UNSIGNED_BYTE, 4 },
};

static void store(GLenum base, GLint alignment, GLint row, GLint image, GLint px, GLint rows,
                  GLint images, GLint swap)
{
	const GLint v[] = { swap, 0, row, rows, px, alignment, images, image };
	static const GLenum pack[] = { GL_PACK_SWAP_BYTES, GL_PACK_LSB_FIRST, GL_PACK_ROW_LENGTH,
		GL_PACK_SKIP_ROWS, GL_PACK_SKIP_PIXELS, GL_PACK_ALIGNMENT, GL_PACK_SKIP_IMAGES,
		GL_PACK_IMAGE_HEIGHT };
	static const GLenum unpack[] = { GL_UNPACK_SWAP_BYTES, GL_UNPACK_LSB_FIRST,
		GL_UNPACK_ROW_LENGTH, GL_UNPACK_SKIP_ROWS, GL_UNPACK_SKIP_PIXELS, GL_UNPACK_ALIGNMENT,
		GL_UNPACK_SKIP_IMAGES, GL_UNPACK_IMAGE_HEIGHT };

	for (int i = 0; i < 8; i++)
		glPixelStorei(base == GL_PACK_ALIGNMENT ? pack[i] : unpack[i], v[i]);
}

/* Up and down again under random pixel stores, client memory and buffers. */
static void pixel_stores(void)
{
	enum { BYTES = 65536 };
	uint8_t *in = malloc(BYTES), *out = malloc(BYTES);
	uint32_t crc = 0;
	GLuint tex[3], pbo[2];

	for (int i = 0; i < BYTES; i++)
		in[i] = (uint8_t)rnd(256);
	glGenTextures(3, tex);
	glGenBuffers(2, pbo);
	for (int round = 0; round < 120; round++) {
		int f = round % (int)(sizeof(formats) / sizeof(formats[0])), dims = 1 + (int)rnd(3);
		static const GLenum targets[] = { GL_TEXTURE_1D, GL_TEXTURE_2D, GL_TEXTURE_3D };
		GLenum target = targets[dims - 1], format = formats[f].format, type = formats[f].type;
		GLsizei w = 1 + (GLsizei)rnd(13), h = 1 + (GLsizei)rnd(7), d = 1 + (GLsizei)rnd(4);
		const void *source = in + 16 * rnd(10);
		void *target_memory = out;

		glBindTexture(target, tex[dims - 1]);
		store(GL_UNPACK_ALIGNMENT, 1 << rnd(4), rnd(2) ? w + (GLint)rnd(5) : 0,
		      rnd(2) ? h + (GLint)rnd(3) : 0, (GLint)rnd(2) * (GLint)rnd(4), (GLint)rnd(3),
		      (GLint)rnd(2), 0);
		if (round % 5 == 0) /* Mesa gets skips wrong where it swaps bytes */
			store(GL_UNPACK_ALIGNMENT, 4, w + 1, 0, 0, 0, 0, 1);
		if (round % 3 == 1) {
			glBindBuffer(GL_PIXEL_UNPACK_BUFFER, pbo[0]);
			glBufferData(GL_PIXEL_UNPACK_BUFFER, BYTES, in, GL_STREAM_DRAW);
			source = (void *)(uintptr_t)(16 * rnd(10));
		}
		if (dims == 1)
			glTexImage1D(target, 0, (GLint)formats[f].internal, w, 0, format, type, source);
		else if (dims == 2)
			glTexImage2D(target, 0, (GLint)formats[f].internal, w, h, 0, format, type, source);
		else
			glTexImage3D(target, 0, (GLint)formats[f].internal, w, h, d, 0, format, type, source);
		if (dims == 2 && w > 2 && h > 2)
			glTexSubImage2D(target, 0, 1, 1, w - 2, h - 2, format, type, source);
		glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
		store(GL_PACK_ALIGNMENT, 1 << rnd(4), rnd(2) ? w + (GLint)rnd(5) : 0,
		      rnd(2) ? h + (GLint)rnd(3) : 0, (GLint)rnd(2) * (GLint)rnd(4), (GLint)rnd(3),
		      (GLint)rnd(2), round % 7 == 0);
		memset(out, 0xcd, BYTES);
		if (round % 4 == 2) {
			glBindBuffer(GL_PIXEL_PACK_BUFFER, pbo[1]);
			glBufferData(GL_PIXEL_PACK_BUFFER, BYTES, out, GL_STREAM_READ);
			target_memory = NULL;
		}
		if (round % 2)
			glGetTexImage(target, 0, format, type, target_memory);
		else
			glGetTextureImage(tex[dims - 1], 0, format, type, BYTES, target_memory);
		if (!target_memory)
			glGetBufferSubData(GL_PIXEL_PACK_BUFFER, 0, BYTES, out);
		glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
		crc = draw_crc(crc, out, BYTES);
		if (glGetError())
			draw_say(" %d!", round);
	}
	draw_say(" %08x", crc);
	store(GL_PACK_ALIGNMENT, 4, 0, 0, 0, 0, 0, 0);
	free(in);
	free(out);
}

/* ReadPixels of every format, clipped and skipped; what is not written must stay. */
static void read_pixels(void)
{
	static const struct {
		GLenum format, type;
	} kinds[] = {
		{ GL_RGBA, GL_UNSIGNED_BYTE }, { GL_RGB, GL_UNSIGNED_BYTE }, { GL_BGRA, GL_UNSIGNED_BYTE },
		{ GL_RGB, GL_UNSIGNED_SHORT_5_6_5 }, { GL_RGBA, GL_FLOAT }, { GL_LUMINANCE, GL_FLOAT },
		{ GL_DEPTH_COMPONENT, GL_FLOAT }, { GL_DEPTH_COMPONENT, GL_UNSIGNED_SHORT },
		{ GL_STENCIL_INDEX, GL_UNSIGNED_BYTE }, { GL_DEPTH_STENCIL, GL_UNSIGNED_INT_24_8 },
		{ GL_RED, GL_INT }, { GL_GREEN, GL_HALF_FLOAT },
	};
	uint8_t out[16384];

	glEnable(GL_DEPTH_TEST);
	glEnable(GL_STENCIL_TEST);
	glStencilFunc(GL_ALWAYS, 3, 255);
	glStencilOp(GL_REPLACE, GL_REPLACE, GL_REPLACE);
	glBegin(GL_TRIANGLES);
	glColor3f(1, 0.2f, 0.4f);
	glVertex3f(-1, -1, 0.3f);
	glColor3f(0.1f, 1, 0.2f);
	glVertex3f(1, -0.5f, -0.5f);
	glColor3f(0.1f, 0.3f, 1);
	glVertex3f(0, 1, 0.9f);
	glEnd();
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		memset(out, 0xcd, sizeof(out));
		store(GL_PACK_ALIGNMENT, 1 << k % 4, k % 2 ? 20 : 0, 0, k % 3 == 2 ? 3 : 0, k % 5 == 1 ? 2 : 0,
		      0, 0);
		glReadPixels(13, 7, 11, 9, kinds[k].format, kinds[k].type, out);
		draw_say(" %08x/%x", draw_crc(0, out, sizeof(out)), glGetError());
	}
	store(GL_PACK_ALIGNMENT, 4, 0, 0, 0, 0, 0, 0);
	memset(out, 0xcd, sizeof(out));
	glReadPixels(0, 0, 4, 4, GL_RGBA, 0x1234, out);
	draw_say(" %x/%08x", glGetError(), draw_crc(0, out, sizeof(out)));
	glReadPixels(0, 0, -4, 4, GL_RGBA, GL_FLOAT, out);
	draw_say(" %x/%08x", glGetError(), draw_crc(0, out, sizeof(out)));
	glReadnPixels(0, 0, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, 63, out);
	draw_say(" %x/%08x", glGetError(), draw_crc(0, out, sizeof(out)));
	glReadnPixels(0, 0, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, 64, out);
	draw_say(" %x/%08x", glGetError(), draw_crc(0, out, sizeof(out)));
}

/* Bits: bitmaps, stipples, skips inside bytes, both orders. */
static void bits(void)
{
	uint8_t map[512], got[128], stored[256];

	for (size_t i = 0; i < sizeof(map); i++)
		map[i] = (uint8_t)rnd(256);
	glColor3f(1, 1, 0);
	for (int i = 0; i < 4; i++) {
		store(GL_UNPACK_ALIGNMENT, 1 << i, i % 2 ? 53 : 0, 0, i * 3, i, 0, 0);
		glPixelStorei(GL_UNPACK_LSB_FIRST, i / 2);
		glRasterPos2f(-0.9f + 0.5f * (float)i, 0.2f);
		glBitmap(19, 11, 0, 0, 5, 5, map);
	}
	store(GL_UNPACK_ALIGNMENT, 4, 40, 0, 5, 1, 0, 0);
	glEnable(GL_POLYGON_STIPPLE);
	glPolygonStipple(map);
	glColor3f(0, 1, 1);
	glRectf(-1, -1, 1, 0);
	memset(got, 0xcd, sizeof(got));
	glGetPolygonStipple(got);
	draw_say(" %08x", draw_crc(0, got, sizeof(got)));
	store(GL_PACK_ALIGNMENT, 2, 45, 0, 6, 1, 0, 0);
	glPixelStorei(GL_PACK_LSB_FIRST, 1);
	memset(stored, 0xcd, sizeof(stored));
	glGetPolygonStipple(stored);
	memset(got, 0, sizeof(got)); /* bits beside the image are anything */
	for (int i = 0; i < 32 * 32; i++) {
		int at = (1 + i / 32) * 48 + 6 + i % 32;

		got[i / 8] |= (uint8_t)((stored[at / 8] >> at % 8 & 1) << i % 8);
	}
	draw_say(" %08x", draw_crc(0, got, sizeof(got)));
	store(GL_PACK_ALIGNMENT, 4, 0, 0, 0, 0, 0, 0);
}

static void transfer(void)
{
	static const GLfloat curve[] = { 0, 0.3f, 0.9f, 1 };
	static const GLushort table[] = { 1, 2, 3, 65535, 0, 0, 7, 8 };
	GLfloat f[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };
	GLuint u[8] = { 0 };
	uint8_t image[16][16][4];

	for (int i = 0; i < 16 * 16 * 4; i++)
		((uint8_t *)image)[i] = (uint8_t)rnd(256);
	glPixelMapfv(GL_PIXEL_MAP_R_TO_R, 4, curve);
	glPixelMapusv(GL_PIXEL_MAP_I_TO_I, 8, table);
	glGetPixelMapfv(GL_PIXEL_MAP_R_TO_R, f);
	glGetPixelMapuiv(GL_PIXEL_MAP_I_TO_I, u);
	draw_say(" %g %g %u %u", (double)f[1], (double)f[4], u[0], u[3]);
	glPixelMapfv(GL_PIXEL_MAP_R_TO_R, 0, curve);
	draw_say(" %x", glGetError());
	glPixelTransferi(GL_MAP_COLOR, 1);
	glRasterPos2f(-0.5f, -0.5f);
	glPixelZoom(2, 2);
	glDrawPixels(16, 16, GL_RGBA, GL_UNSIGNED_BYTE, image);
	store(GL_UNPACK_ALIGNMENT, 1, 16, 0, 4, 5, 0, 0);
	glRasterPos2f(0.3f, 0.3f);
	glDrawPixels(9, 7, GL_RGBA, GL_UNSIGNED_BYTE, image);
	draw_say(" %x", glGetError());
}

static void compressed(void)
{
	uint8_t blocks[16 * 16], got[16 * 16], part[64];
	GLuint tex;
	GLint size = 0;

	for (size_t i = 0; i < sizeof(blocks); i++)
		blocks[i] = (uint8_t)rnd(256);
	glGenTextures(1, &tex);
	glBindTexture(GL_TEXTURE_2D, tex);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 3); /* means nothing here */
	glPixelStorei(GL_UNPACK_SKIP_ROWS, 5);
	glCompressedTexImage2D(GL_TEXTURE_2D, 0, GL_COMPRESSED_RED_RGTC1, 16, 16, 0, 128, blocks);
	draw_say(" %x", glGetError());
	glCompressedTexSubImage2D(GL_TEXTURE_2D, 0, 4, 8, 8, 4, GL_COMPRESSED_RED_RGTC1, 16, blocks + 128);
	draw_say(" %x", glGetError());
	glCompressedTexImage2D(GL_TEXTURE_2D, 0, GL_COMPRESSED_RED_RGTC1, 16, 16, 0, 100, blocks);
	draw_say(" %x", glGetError());
	glGetTexLevelParameteriv(GL_TEXTURE_2D, 0, GL_TEXTURE_COMPRESSED_IMAGE_SIZE, &size);
	memset(got, 0xcd, sizeof(got));
	glGetCompressedTexImage(GL_TEXTURE_2D, 0, got);
	draw_say(" %d %08x", size, draw_crc(0, got, sizeof(got)));
	memset(part, 0xcd, sizeof(part));
	glGetCompressedTextureSubImage(tex, 0, 4, 4, 0, 8, 8, 1, sizeof(part), part);
	draw_say(" %08x/%x", draw_crc(0, part, sizeof(part)), glGetError());
	glGetTexImage(GL_TEXTURE_2D, 0, GL_RED, GL_UNSIGNED_BYTE, got);
	draw_say(" %08x", draw_crc(0, got, sizeof(got)));
}

/* Cube maps and arrays by name, clears, errors of read-backs. */
static void images(void)
{
	GLuint tex[3];
	uint8_t data[6 * 4 * 4 * 4], out[1024];
	const float clear[4] = { 0.25f, 0.5f, 0.75f, 1 };

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)rnd(256);
	glCreateTextures(GL_TEXTURE_CUBE_MAP, 1, &tex[0]);
	glCreateTextures(GL_TEXTURE_2D_ARRAY, 1, &tex[1]);
	glCreateTextures(GL_TEXTURE_1D_ARRAY, 1, &tex[2]);
	glTextureStorage2D(tex[0], 1, GL_RGBA8, 4, 4);
	glTextureStorage3D(tex[1], 2, GL_RGBA8, 4, 4, 3);
	glTextureStorage2D(tex[2], 1, GL_RGBA8, 8, 5);
	glTextureSubImage3D(tex[0], 0, 0, 0, 0, 4, 4, 6, GL_RGBA, GL_UNSIGNED_BYTE, data);
	glTextureSubImage3D(tex[1], 0, 0, 0, 1, 4, 4, 2, GL_RGBA, GL_UNSIGNED_BYTE, data);
	glTextureSubImage2D(tex[2], 0, 0, 1, 8, 3, GL_RGBA, GL_UNSIGNED_BYTE, data);
	glClearTexImage(tex[1], 1, GL_RGBA, GL_FLOAT, clear);
	glClearTexSubImage(tex[2], 0, 2, 2, 0, 3, 1, 1, GL_RGBA, GL_FLOAT, clear);
	for (int i = 0; i < 3; i++) {
		memset(out, 0xcd, sizeof(out));
		glGetTextureImage(tex[i], i == 1, GL_RGBA, GL_UNSIGNED_BYTE, sizeof(out), out);
		draw_say(" %08x/%x", draw_crc(0, out, sizeof(out)), glGetError());
	}
	memset(out, 0xcd, sizeof(out));
	glGetTextureSubImage(tex[1], 0, 1, 1, 1, 2, 3, 2, GL_BGRA, GL_UNSIGNED_BYTE, sizeof(out), out);
	draw_say(" %08x/%x", draw_crc(0, out, sizeof(out)), glGetError());
	glGetTextureImage(tex[0], 0, GL_RGBA, GL_UNSIGNED_BYTE, 100, out);
	draw_say(" %x", glGetError());
	glGetTextureImage(4711, 0, GL_RGBA, GL_UNSIGNED_BYTE, sizeof(out), out);
	draw_say(" %x", glGetError());
	glBindTexture(GL_TEXTURE_CUBE_MAP, tex[0]);
	glGetTexImage(GL_TEXTURE_CUBE_MAP_NEGATIVE_Y, 0, GL_RGB, GL_UNSIGNED_BYTE, out);
	draw_say(" %08x/%x", draw_crc(0, out, sizeof(out)), glGetError());
	glGetTexImage(GL_TEXTURE_2D, 99, GL_RGB, GL_UNSIGNED_BYTE, out);
	draw_say(" %x", glGetError());
	glGetTexImage(0x1234, 0, GL_RGB, GL_UNSIGNED_BYTE, out);
	draw_say(" %x", glGetError());
	glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, 4, 4, GL_RGBA, 0x1234, data);
	draw_say(" %x", glGetError());
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 4, -4, 0, GL_RGBA, GL_UNSIGNED_BYTE, data);
	draw_say(" %x", glGetError());
}

/* ---- buffers ------------------------------------------------------------------------------ */

static void say_buffer(GLenum target, GLintptr offset, GLsizeiptr size)
{
	uint8_t *data = malloc((size_t)size);

	memset(data, 0xcd, (size_t)size);
	glGetBufferSubData(target, offset, size, data);
	draw_say(" %08x", draw_crc(0, data, (size_t)size));
	free(data);
}

static void buffers(void)
{
	enum { LARGE = 3 << 20 };
	uint8_t *data = malloc(LARGE), *p;
	GLuint b[3];
	GLint value;
	GLint64 value64;
	void *pointer = NULL;

	for (int i = 0; i < LARGE; i++)
		data[i] = (uint8_t)rnd(256);
	glGenBuffers(3, b);
	glBindBuffer(GL_ARRAY_BUFFER, b[0]);
	glBufferData(GL_ARRAY_BUFFER, LARGE, data, GL_DYNAMIC_DRAW); /* larger than the ring */
	say_buffer(GL_ARRAY_BUFFER, 0, LARGE);
	glBufferSubData(GL_ARRAY_BUFFER, 12345, 2000000, data);
	say_buffer(GL_ARRAY_BUFFER, 12340, 2000010);
	glGetBufferParameteriv(GL_ARRAY_BUFFER, GL_BUFFER_SIZE, &value);
	glGetBufferParameteri64v(GL_ARRAY_BUFFER, GL_BUFFER_USAGE, &value64);
	draw_say(" %d %x", value, (int)value64);
	/* written, not read: what is left alone stays */
	p = glMapBuffer(GL_ARRAY_BUFFER, GL_WRITE_ONLY);
	p[100] = 1;
	p[LARGE - 1] = 2;
	glGetBufferParameteriv(GL_ARRAY_BUFFER, GL_BUFFER_MAPPED, &value);
	glGetBufferPointerv(GL_ARRAY_BUFFER, GL_BUFFER_MAP_POINTER, &pointer);
	draw_say(" %d %d", value, pointer == p);
	glBufferSubData(GL_ARRAY_BUFFER, 0, 10, data);
	draw_say(" %x", glGetError());
	draw_say(" %d", glUnmapBuffer(GL_ARRAY_BUFFER));
	draw_say(" %d %x", glUnmapBuffer(GL_ARRAY_BUFFER), glGetError());
	say_buffer(GL_ARRAY_BUFFER, 0, LARGE);
	p = glMapBufferRange(GL_ARRAY_BUFFER, 1000, 500, GL_MAP_READ_BIT | GL_MAP_WRITE_BIT);
	draw_say(" %08x", draw_crc(0, p, 500));
	memset(p + 10, 7, 20);
	glUnmapBuffer(GL_ARRAY_BUFFER);
	say_buffer(GL_ARRAY_BUFFER, 900, 700);
	p = glMapBufferRange(GL_ARRAY_BUFFER, 64, 256, GL_MAP_WRITE_BIT | GL_MAP_INVALIDATE_RANGE_BIT);
	memset(p, 9, 256);
	glUnmapBuffer(GL_ARRAY_BUFFER);
	p = glMapBufferRange(GL_ARRAY_BUFFER, 4096, 8192, GL_MAP_WRITE_BIT | GL_MAP_FLUSH_EXPLICIT_BIT |
	                                                  GL_MAP_UNSYNCHRONIZED_BIT);
	memset(p + 100, 3, 50);
	glFlushMappedBufferRange(GL_ARRAY_BUFFER, 100, 50);
	glUnmapBuffer(GL_ARRAY_BUFFER);
	say_buffer(GL_ARRAY_BUFFER, 0, 16384);
	glBindBuffer(GL_COPY_WRITE_BUFFER, b[1]);
	glBufferData(GL_COPY_WRITE_BUFFER, 1024, NULL, GL_STREAM_COPY);
	glClearBufferData(GL_COPY_WRITE_BUFFER, GL_R8UI, GL_RED_INTEGER, GL_UNSIGNED_BYTE, "x");
	glClearBufferSubData(GL_COPY_WRITE_BUFFER, GL_R32F, 16, 64, GL_RED, GL_FLOAT, &quad[1]);
	glCopyBufferSubData(GL_ARRAY_BUFFER, GL_COPY_WRITE_BUFFER, 64, 512, 256);
	p = glMapBuffer(GL_COPY_WRITE_BUFFER, GL_READ_ONLY);
	draw_say(" %08x", draw_crc(0, p, 1024));
	glUnmapBuffer(GL_COPY_WRITE_BUFFER);
	glCopyBufferSubData(GL_ARRAY_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, 100);
	p = glMapBuffer(GL_COPY_WRITE_BUFFER, GL_READ_WRITE); /* not what it was before the copy */
	draw_say(" %08x", draw_crc(0, p, 1024));
	glDeleteBuffers(1, &b[1]); /* while mapped */
	draw_say(" %d", glIsBuffer(b[1]));
	/* errors */
	glMapBufferRange(GL_ARRAY_BUFFER, 0, LARGE + 1, GL_MAP_READ_BIT);
	draw_say(" %x", glGetError());
	glMapBufferRange(GL_ARRAY_BUFFER, 0, 0, GL_MAP_READ_BIT);
	draw_say(" %x", glGetError());
	glMapBufferRange(GL_ARRAY_BUFFER, 0, 16, GL_MAP_READ_BIT | GL_MAP_PERSISTENT_BIT);
	draw_say(" %x", glGetError());
	glMapBufferRange(GL_ARRAY_BUFFER, 0, 16, 0);
	draw_say(" %x", glGetError());
	glMapBuffer(GL_PIXEL_PACK_BUFFER, GL_READ_ONLY);
	draw_say(" %x", glGetError());
	glBufferSubData(GL_ARRAY_BUFFER, LARGE - 5, 10, data);
	draw_say(" %x", glGetError());
	glBufferData(GL_ARRAY_BUFFER, -1, data, GL_STATIC_DRAW);
	draw_say(" %x", glGetError());
	glBufferData(0x1234, 1, data, GL_STATIC_DRAW);
	draw_say(" %x", glGetError());
	glBufferData(GL_ARRAY_BUFFER, 16, data, 0x1234);
	draw_say(" %x", glGetError());
	free(data);
}

/* What was drawn into a buffer comes through a map that was there before. */
static void persistent_read(void)
{
	const GLbitfield flags = GL_MAP_READ_BIT | GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT |
		GL_MAP_COHERENT_BIT;
	GLuint b;
	uint8_t *p;
	GLsync sync;

	glGenBuffers(1, &b);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, b);
	glBufferStorage(GL_PIXEL_PACK_BUFFER, 65536, NULL, flags);
	p = glMapBufferRange(GL_PIXEL_PACK_BUFFER, 0, 65536, flags);
	memset(p, 0x11, 65536);
	glClearColor(0.5f, 1, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glReadPixels(0, 0, 16, 16, GL_RGBA, GL_UNSIGNED_BYTE, (void *)4096);
	sync = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	draw_say(" %d", glIsSync(sync));
	glClientWaitSync(sync, GL_SYNC_FLUSH_COMMANDS_BIT, 1000000000);
	draw_say(" %08x", draw_crc(0, p, 65536));
	p[5000] = 77;
	p[20000] = 78;
	glReadPixels(0, 0, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, (void *)40000);
	glFinish();
	draw_say(" %08x", draw_crc(0, p, 65536));
	glUnmapBuffer(GL_PIXEL_PACK_BUFFER);
	say_buffer(GL_PIXEL_PACK_BUFFER, 0, 65536);
	glDeleteSync(sync);
	draw_say(" %x", glGetError());
}

/* Arrays enabled in one place, drawn in another; many small client draws. */
static void many(void)
{
	float v[3][2];
	uint8_t c[3][4];

	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_COLOR_ARRAY);
	for (int i = 0; i < 3000; i++) {
		for (int k = 0; k < 3; k++) {
			v[k][0] = (float)(int)rnd(200) / 100 - 1;
			v[k][1] = (float)(int)rnd(200) / 100 - 1;
			c[k][0] = (uint8_t)i;
			c[k][1] = (uint8_t)(i / 3);
			c[k][2] = (uint8_t)(i * k);
			c[k][3] = 255;
		}
		glVertexPointer(2, GL_FLOAT, 0, v);
		glColorPointer(4, GL_UNSIGNED_BYTE, 0, c);
		glDrawArrays(GL_TRIANGLES, 0, 3);
	}
}

static void es_arrays(void)
{
	static const uint16_t index[] = { 0, 1, 2, 3 };
	GLuint buffer;
	uint8_t rgb[4 * 3 * 3 + 2], out[64];
	GLuint tex;

	draw_program("#version 100\nattribute vec2 position; varying vec2 uv;\n"
	             "void main() { uv = position; gl_Position = vec4(position * 0.8, 0, 1); }\n",
	             "#version 100\nprecision mediump float; varying vec2 uv; uniform sampler2D s;\n"
	             "void main() { gl_FragColor = texture2D(s, uv); }\n");
	for (size_t i = 0; i < sizeof(rgb); i++)
		rgb[i] = (uint8_t)rnd(256);
	glGenTextures(1, &tex);
	glBindTexture(GL_TEXTURE_2D, tex);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB, 3, 3, 0, GL_RGB, GL_UNSIGNED_BYTE, rgb);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 1, 1, 1, 2, GL_RGB, GL_UNSIGNED_BYTE, rgb);
	glEnableVertexAttribArray(0);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, quad);
	glDrawElements(GL_TRIANGLE_STRIP, 4, GL_UNSIGNED_SHORT, index);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffer);
	glBufferData(GL_ELEMENT_ARRAY_BUFFER, sizeof(index), index, GL_STATIC_DRAW);
	glDrawElements(GL_LINE_LOOP, 3, GL_UNSIGNED_SHORT, (void *)2);
	memset(out, 0xcd, sizeof(out));
	glReadPixels(30, 30, 3, 3, GL_RGBA, GL_UNSIGNED_BYTE, out);
	draw_say(" %08x %x", draw_crc(0, out, sizeof(out)), glGetError());
}

static const struct draw_test tests[] = {
	{ "array-types", DRAW_COMPAT, array_types },
	{ "indices", DRAW_COMPAT, indices },
	{ "far-elements", DRAW_COMPAT, far_elements },
	{ "mixed", DRAW_COMPAT, mixed },
	{ "instanced", DRAW_COMPAT, instanced },
	{ "multi", DRAW_COMPAT, multi },
	{ "elements", DRAW_COMPAT, elements },
	{ "array-state", DRAW_COMPAT, array_state },
	{ "attrib-state", DRAW_COMPAT, attrib_state },
	{ "attrib-state-core", DRAW_CORE, attrib_state },
	{ "enabled-without", DRAW_CORE, enabled_without },
	{ "by-name", DRAW_COMPAT, by_name },
	{ "pixel-stores", DRAW_COMPAT, pixel_stores },
	{ "read-pixels", DRAW_COMPAT, read_pixels },
	{ "bits", DRAW_COMPAT, bits },
	{ "transfer", DRAW_COMPAT, transfer },
	{ "compressed", DRAW_CORE, compressed },
	{ "images", DRAW_CORE, images },
	{ "buffers", DRAW_CORE, buffers },
	{ "persistent-read", DRAW_CORE, persistent_read },
	{ "many", DRAW_COMPAT, many },
	{ "es-arrays", DRAW_ES2, es_arrays },
};

DRAW_MAIN(tests)
