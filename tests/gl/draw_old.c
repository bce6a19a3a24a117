/* SPDX-License-Identifier: MIT */
/* Drawing as old programs do: immediate mode, client arrays, display lists, pixel transfers,
 * attribute stacks, feedback and selection, ES 1. */
#include "tests/gl/draw.h"

static const float triangle[] = { -0.9f, -0.8f, 0.8f, -0.7f, 0.1f, 0.9f };
static const uint8_t colors[] = { 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255 };

static void immediate(void)
{
	glShadeModel(GL_SMOOTH);
	glBegin(GL_TRIANGLES);
	for (int i = 0; i < 3; i++) {
		glColor4ubv(colors + 4 * i);
		glVertex2fv(triangle + 2 * i);
	}
	glEnd();
	glBegin(GL_LINE_LOOP);
	glColor3f(1, 1, 0);
	for (int i = 0; i < 3; i++)
		glVertex3d(-triangle[2 * i], -triangle[2 * i + 1], 0.0);
	glEnd();
	glRectf(-1.0f, -1.0f, -0.8f, -0.6f);
}

static void begin_end_errors(void)
{
	GLint value = 7;

	glBegin(GL_TRIANGLES);
	glGetIntegerv(GL_MAX_TEXTURE_SIZE, &value); /* an error between glBegin and glEnd */
	glVertex2f(0, 0);
	glEnd();
	draw_say(" %x", glGetError());
	glEnd();
	draw_say(" %x", glGetError());
	glBegin(0x1234);
	draw_say(" %x", glGetError());
	glEnable(0x4321);
	glFogi(GL_FOG_MODE, 5);
	draw_say(" %x %x", glGetError(), glGetError());
}

static void client_arrays(void)
{
	struct {
		float v[2];
		uint8_t c[4];
		uint8_t unused[5];
	} __attribute__((packed)) inter[3];
	static const uint16_t index[] = { 2, 1, 0 };

	memset(inter, 0, sizeof(inter));
	for (int i = 0; i < 3; i++) {
		memcpy(inter[i].v, triangle + 2 * i, 8);
		memcpy(inter[i].c, colors + 4 * i, 4);
	}
	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_COLOR_ARRAY);
	glVertexPointer(2, GL_FLOAT, sizeof(inter[0]), inter[0].v);
	glColorPointer(4, GL_UNSIGNED_BYTE, sizeof(inter[0]), inter[0].c);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glScalef(0.5f, 0.5f, 1.0f);
	memset(inter[0].c, 255, 3); /* changed after the draw: only the next one may see it */
	glDrawElements(GL_TRIANGLES, 3, GL_UNSIGNED_SHORT, index);
	glTranslatef(0.9f, 0, 0);
	glBegin(GL_TRIANGLES);
	for (int i = 0; i < 3; i++)
		glArrayElement(i);
	glEnd();
}

static void interleaved_arrays(void)
{
	float data[3][8];

	for (int i = 0; i < 3; i++) { /* GL_T2F_C3F_V3F */
		data[i][0] = data[i][1] = 0;
		data[i][2] = (float)i / 2;
		data[i][3] = 1.0f - (float)i / 3;
		data[i][4] = 0.5f;
		data[i][5] = triangle[2 * i];
		data[i][6] = triangle[2 * i + 1];
		data[i][7] = 0;
	}
	glInterleavedArrays(GL_T2F_C3F_V3F, 0, data);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glPushClientAttrib(GL_CLIENT_ALL_ATTRIB_BITS);
	glDisableClientState(GL_COLOR_ARRAY);
	glPopClientAttrib();
	draw_say(" %d %d", glIsEnabled(GL_COLOR_ARRAY), glIsEnabled(GL_NORMAL_ARRAY));
}

static void multi_draw(void)
{
	static const GLint first[] = { 0, 3 };
	static const GLsizei count[] = { 3, 3 };
	static const float v[] = { -1, -1, 0, -1, -1, 0, 1, 1, 0, 1, 1, 0 };
	static const uint8_t a[] = { 0, 1, 2 }, b[] = { 3, 4, 5 };
	static const void *const indices[] = { a, b };

	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, v);
	glColor3f(0, 1, 1);
	glMultiDrawArrays(GL_TRIANGLES, first, count, 2);
	glColor3f(1, 0, 1);
	glScalef(0.5f, 0.5f, 1);
	glMultiDrawElements(GL_TRIANGLES, count, GL_UNSIGNED_BYTE, indices, 2);
	glColor3f(1, 1, 1);
	glScalef(0.5f, 0.5f, 1);
	glDrawRangeElements(GL_TRIANGLES, 3, 5, 3, GL_UNSIGNED_BYTE, b);
}

static void lists(void)
{
	static const uint16_t names[] = { 1, 0 };
	GLuint base = glGenLists(3);

	for (GLuint i = 0; i < 2; i++) {
		glNewList(base + i, GL_COMPILE);
		glColor3f((float)i, 1, 0);
		glBegin(GL_TRIANGLES);
		for (int k = 0; k < 3; k++)
			glVertex2f(triangle[2 * k] * (1 - 0.4f * (float)i), triangle[2 * k + 1]);
		glEnd();
		glEndList();
	}
	glNewList(base + 2, GL_COMPILE_AND_EXECUTE);
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, triangle);
	glDrawArrays(GL_LINE_LOOP, 0, 3); /* the arrays are read while compiling */
	glEndList();
	glListBase(base);
	glCallLists(2, GL_UNSIGNED_SHORT, names);
	glScalef(0.3f, 0.3f, 1);
	glCallList(base + 2);
	draw_say(" %d %d %d", glIsList(base), glIsList(base + 3),
	         glGenLists(2) != 0);
	glDeleteLists(base, 3);
	draw_say(" %d", glIsList(base));
}

static void textures(void)
{
	uint8_t texels[8 * 10 * 3];
	float border[] = { 1, 0, 0, 1 }, got[4];
	GLuint tex;
	GLint w;

	for (size_t i = 0; i < sizeof(texels); i++)
		texels[i] = (uint8_t)(i * 37);
	glGenTextures(1, &tex);
	glBindTexture(GL_TEXTURE_2D, tex);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 10);
	glPixelStorei(GL_UNPACK_SKIP_PIXELS, 1);
	glPixelStorei(GL_UNPACK_SKIP_ROWS, 2);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB, 4, 4, 0, GL_RGB, GL_UNSIGNED_BYTE, texels);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 1, 1, 2, 2, GL_RGB, GL_UNSIGNED_SHORT, texels);
	glTexParameterfv(GL_TEXTURE_2D, GL_TEXTURE_BORDER_COLOR, border);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_BORDER);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
	glGetTexParameterfv(GL_TEXTURE_2D, GL_TEXTURE_BORDER_COLOR, got);
	glGetTexLevelParameteriv(GL_TEXTURE_2D, 0, GL_TEXTURE_WIDTH, &w);
	draw_say(" %g %g %d", (double)got[0], (double)got[1], w);
	glEnable(GL_TEXTURE_2D);
	glTexEnvi(GL_TEXTURE_ENV, GL_TEXTURE_ENV_MODE, GL_MODULATE);
	glColor3f(1, 0.8f, 1);
	glBegin(GL_QUADS);
	glTexCoord2f(-0.5f, 0);
	glVertex2f(-0.9f, -0.9f);
	glTexCoord2f(1.5f, 0);
	glVertex2f(0.9f, -0.9f);
	glTexCoord2f(1.5f, 1);
	glVertex2f(0.9f, 0.9f);
	glTexCoord2f(-0.5f, 1);
	glVertex2f(-0.9f, 0.9f);
	glEnd();
}

static void draw_pixels(void)
{
	uint8_t image[16 * 16 * 4], stipple[128];
	static const uint8_t bits[] = { 0xf0, 0x90, 0x90, 0xf0, 0x0f, 0x09, 0x09, 0x0f };
	static const float map[] = { 1.0f, 0.5f, 0.25f, 0.0f };
	uint32_t crc;

	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(stipple); i++)
		stipple[i] = (uint8_t)(i * 31);
	glRasterPos2f(-0.9f, -0.9f);
	glPixelZoom(2, 1.5f);
	glDrawPixels(16, 16, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, image);
	glPixelMapfv(GL_PIXEL_MAP_R_TO_R, 4, map);
	glPixelTransferi(GL_MAP_COLOR, GL_TRUE);
	glPixelTransferf(GL_GREEN_SCALE, 0.5f);
	glRasterPos2f(0.1f, -0.5f);
	glDrawPixels(8, 8, GL_RGBA, GL_UNSIGNED_BYTE, image);
	glPixelTransferi(GL_MAP_COLOR, GL_FALSE);
	glPixelZoom(1, 1);
	glColor3f(1, 1, 1);
	glRasterPos2f(-0.5f, 0.5f);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glBitmap(8, 8, 0, 0, 10, 0, bits);
	glBitmap(8, 8, 0, 0, 0, 0, bits);
	glPolygonStipple(stipple);
	glEnable(GL_POLYGON_STIPPLE);
	glRectf(0, 0, 1, 1);
	memset(stipple, 0, sizeof(stipple));
	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	glGetPolygonStipple(stipple);
	crc = draw_crc(0, stipple, sizeof(stipple));
	glCopyPixels(0, 0, 20, 20, GL_COLOR);
	draw_say(" %08x", crc);
}

static void lighting(void)
{
	static const float direction[] = { 0.5f, 0.5f, 1, 0 }, ambient[] = { 0.2f, 0.1f, 0.3f, 1 };
	static const double plane[] = { 1, 0, 0, 0.3 };
	float got[4];
	double gotd[4];

	glEnable(GL_LIGHTING);
	glEnable(GL_LIGHT0);
	glLightfv(GL_LIGHT0, GL_POSITION, direction);
	glMaterialfv(GL_FRONT_AND_BACK, GL_AMBIENT, ambient);
	glMaterialf(GL_FRONT, GL_SHININESS, 20);
	glClipPlane(GL_CLIP_PLANE0, plane);
	glEnable(GL_CLIP_PLANE0);
	glFogfv(GL_FOG_COLOR, ambient);
	glEnable(GL_FOG);
	glPushMatrix();
	glRotatef(30, 0, 0, 1);
	glBegin(GL_QUAD_STRIP);
	for (int i = 0; i < 6; i++) {
		glNormal3f((float)i / 5, 0.2f, 1);
		glVertex3f((float)i / 3 - 0.8f, -0.5f, 0);
		glVertex3f((float)i / 3 - 0.8f, 0.7f, -0.5f);
	}
	glEnd();
	glPopMatrix();
	glGetLightfv(GL_LIGHT0, GL_POSITION, got);
	glGetClipPlane(GL_CLIP_PLANE0, gotd);
	draw_say(" %g %g %g", (double)got[0], (double)got[2], gotd[3]);
	glGetMaterialfv(GL_FRONT, GL_SHININESS, got);
	draw_say(" %g", (double)got[0]);
}

static void attribute_stack(void)
{
	GLint depth, mode, dims[2];
	float m[16];

	glPushAttrib(GL_ALL_ATTRIB_BITS);
	glEnable(GL_BLEND);
	glMatrixMode(GL_TEXTURE);
	glViewport(3, 4, 20, 30);
	glGetIntegerv(GL_ATTRIB_STACK_DEPTH, &depth);
	glPopAttrib();
	glGetIntegerv(GL_MATRIX_MODE, &mode);
	glGetIntegerv(GL_MAX_VIEWPORT_DIMS, dims);
	draw_say(" %d %d %x %d", depth, glIsEnabled(GL_BLEND), mode, dims[0]);
	glPopAttrib();
	draw_say(" %x", glGetError());
	glMatrixMode(GL_PROJECTION);
	glOrtho(-2, 2, -1.5, 1.5, -1, 1);
	glGetFloatv(GL_PROJECTION_MATRIX, m);
	draw_say(" %g %g", (double)m[0], (double)m[5]);
	glMatrixMode(GL_MODELVIEW);
	glColor3f(0.3f, 0.6f, 0.9f);
	glRectf(-1, -1, 1, 1);
}

static void feedback(void)
{
	float buffer[64];
	GLuint selected[32];
	GLint n;

	memset(buffer, 0, sizeof(buffer));
	glFeedbackBuffer(64, GL_2D, buffer);
	draw_say(" %d", glRenderMode(GL_FEEDBACK));
	glBegin(GL_TRIANGLES);
	for (int i = 0; i < 3; i++)
		glVertex2fv(triangle + 2 * i);
	glEnd();
	n = glRenderMode(GL_RENDER);
	draw_say(" %d %g %g %g", n, (double)buffer[0], (double)buffer[1], (double)buffer[2]);
	memset(selected, 0, sizeof(selected));
	glSelectBuffer(32, selected);
	glRenderMode(GL_SELECT);
	glInitNames();
	glPushName(42);
	glRectf(-0.5f, -0.5f, 0.5f, 0.5f);
	n = glRenderMode(GL_RENDER);
	draw_say(" %d %u %u", n, selected[0], selected[3]);
}

static void evaluators(void)
{
	static const float points[4][3] = { { -0.9f, -0.9f, 0 }, { -0.3f, 0.9f, 0 },
		                            { 0.3f, -0.9f, 0 }, { 0.9f, 0.9f, 0 } };
	float got[12];
	GLint order = 0;

	glMap1f(GL_MAP1_VERTEX_3, 0, 1, 3, 4, &points[0][0]);
	glEnable(GL_MAP1_VERTEX_3);
	glColor3f(1, 1, 0);
	glBegin(GL_LINE_STRIP);
	for (int i = 0; i <= 20; i++)
		glEvalCoord1f((float)i / 20);
	glEnd();
	memset(got, 0, sizeof(got));
	glGetMapiv(GL_MAP1_VERTEX_3, GL_ORDER, &order);
	glGetMapfv(GL_MAP1_VERTEX_3, GL_COEFF, got);
	draw_say(" %d %g %g", order, (double)got[0], (double)got[11]);
	glMapGrid1f(10, 0, 1);
	glTranslatef(0, 0.2f, 0);
	glEvalMesh1(GL_POINT, 0, 10);
}

static void accumulate(void)
{
	glRectf(-0.5f, -0.5f, 0.5f, 0.5f);
	glReadBuffer(GL_BACK);
	draw_say(" %x", glGetError());
	glDrawBuffer(GL_FRONT);
	draw_say(" %x", glGetError());
	glDrawBuffer(GL_NONE);
	glRectf(-1, -1, 1, 1);
}

static void arb_program(void)
{
	static const char source[] = "!!ARBfp1.0\nMUL result.color, fragment.color, program.local[1];"
	                             "\nEND\n";
	static const float local[] = { 0.5f, 1.0f, 0.25f, 1.0f };
	PFNGLPROGRAMSTRINGARBPROC string =
	        (PFNGLPROGRAMSTRINGARBPROC)eglGetProcAddress("glProgramStringARB");
	PFNGLGENPROGRAMSARBPROC gen =
	        (PFNGLGENPROGRAMSARBPROC)eglGetProcAddress("glGenProgramsARB");
	PFNGLBINDPROGRAMARBPROC bind =
	        (PFNGLBINDPROGRAMARBPROC)eglGetProcAddress("glBindProgramARB");
	PFNGLPROGRAMLOCALPARAMETER4FVARBPROC parameter =
	        (PFNGLPROGRAMLOCALPARAMETER4FVARBPROC)eglGetProcAddress(
	                "glProgramLocalParameter4fvARB");
	GLint position = 0;
	GLuint name = 0;

	gen(1, &name);
	bind(GL_FRAGMENT_PROGRAM_ARB, name);
	string(GL_FRAGMENT_PROGRAM_ARB, GL_PROGRAM_FORMAT_ASCII_ARB, sizeof(source) - 1, source);
	glGetIntegerv(GL_PROGRAM_ERROR_POSITION_ARB, &position);
	parameter(GL_FRAGMENT_PROGRAM_ARB, 1, local);
	glEnable(GL_FRAGMENT_PROGRAM_ARB);
	immediate();
	string(GL_FRAGMENT_PROGRAM_ARB, GL_PROGRAM_FORMAT_ASCII_ARB, 5, "nonse");
	draw_say(" %d %x", position, glGetError());
}

static void es1_fixed(void)
{
	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_COLOR_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, triangle);
	glColorPointer(4, GL_UNSIGNED_BYTE, 0, colors);
	glRotatef(20, 0, 0, 1);
	glDrawArrays(GL_TRIANGLES, 0, 3);
}

static const struct draw_test tests[] = {
	{ "immediate", DRAW_COMPAT, immediate },
	{ "begin-end-errors", DRAW_COMPAT, begin_end_errors },
	{ "client-arrays", DRAW_COMPAT, client_arrays },
	{ "interleaved-arrays", DRAW_COMPAT, interleaved_arrays },
	{ "multi-draw", DRAW_COMPAT, multi_draw },
	{ "lists", DRAW_COMPAT, lists },
	{ "textures", DRAW_COMPAT, textures },
	{ "draw-pixels", DRAW_COMPAT, draw_pixels },
	{ "lighting", DRAW_COMPAT, lighting },
	{ "attribute-stack", DRAW_COMPAT, attribute_stack },
	{ "feedback", DRAW_COMPAT, feedback },
	{ "evaluators", DRAW_COMPAT, evaluators },
	{ "draw-buffers", DRAW_COMPAT, accumulate },
	{ "arb-program", DRAW_COMPAT, arb_program },
	{ "es1-fixed", DRAW_ES1, es1_fixed },
};

DRAW_MAIN(tests)
