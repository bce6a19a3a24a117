/* SPDX-License-Identifier: MIT */
/*
 * Sequences that crash Mesa 22.3 natively, or let it write where it must not: the worker keeps them
 * from the driver, or makes them harmless. The points are the ones that the commands belong to.
 */
#include "tests/security/hostile.h"

/* st_indirect_draw_vbo: an element buffer is bound, but nothing was ever stored in it. */
static void indirect_without_indices(struct peer *p)
{
	static const GLuint one[5] = { 3, 1, 0, 0, 0 };
	struct vgpu_stream *s = &p->stream;
	const GLuint name = 3;

	peer_window(p, 2);
	if (!peer_has(p, "GL_ARB_multi_draw_indirect"))
		skip("GL_ARB_multi_draw_indirect");
	peer_buffer(p, 2, GL_DRAW_INDIRECT_BUFFER, sizeof(one));
	enc_vgpuBufferWrite(s, 2, 0, sizeof(one), (const uint8_t *)one);
	enc_glGenBuffers(s, 1, &name);
	enc_glBindBuffer(s, GL_ELEMENT_ARRAY_BUFFER, name);
	enc_glDrawElementsIndirect(s, GL_POINTS, GL_UNSIGNED_INT, OFFSET(0));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glMultiDrawElementsIndirect(s, GL_POINTS, GL_UNSIGNED_INT, OFFSET(0), 1, 0);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

/* read_pixels: what is cut off at the frame's edge was not counted, but rows stay as far apart. */
static void reads_past_the_frame(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	int i;

	peer_window(p, 1);
	peer_buffer(p, 2, GL_PIXEL_PACK_BUFFER, 6400);
	for (i = 0; i < 64; i++) {
		enc_glReadPixels(s, 0, 0, 64, 64, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(64));
		CHECK(peer_error(p) == GL_INVALID_OPERATION);
		enc_glReadPixels(s, 0, 0, 32, 32 + (1 << 20), GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
		CHECK(peer_error(p) == GL_INVALID_OPERATION);
		enc_glReadPixels(s, 0, -(1 << 20), 1, (1 << 20) + 1, GL_RED, GL_UNSIGNED_BYTE,
				 OFFSET(0));
		CHECK(peer_error(p) == GL_INVALID_OPERATION);
	}
	/* rows and skips of the pixel store */
	enc_glPixelStorei(s, GL_PACK_ROW_LENGTH, 1 << 20);
	enc_glReadPixels(s, 0, 0, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glPixelStorei(s, GL_PACK_ROW_LENGTH, 0);
	enc_glPixelStorei(s, GL_PACK_SKIP_ROWS, 1 << 20);
	enc_glReadPixels(s, 0, 0, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glPixelStorei(s, GL_PACK_SKIP_ROWS, 0);
	/* to no buffer: the image lies outside the frame but for one pixel */
	enc_glBindBuffer(s, GL_PIXEL_PACK_BUFFER, 0);
	enc_glReadPixels(s, -(1 << 24), 0, (1 << 24) + 1, 1, GL_RED, GL_UNSIGNED_BYTE, NO_REF);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

static void reads_inside(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;

	peer_window(p, 1);
	peer_buffer(p, 2, GL_PIXEL_PACK_BUFFER, 64 * 64 * 4);
	enc_glReadPixels(s, 0, 0, 64, 64, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glReadPixels(s, -16, -16, 64, 64, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glPixelStorei(s, GL_PACK_ROW_LENGTH, 128);
	enc_glPixelStorei(s, GL_PACK_SKIP_PIXELS, 64);
	enc_glReadPixels(s, 0, 0, 64, 32, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_NO_ERROR);
}

/* Lists that are replayed call by call read as many vertices as there are indices. */
static void lists_by_calls(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	int i, k;

	peer_window(p, 2);
	for (k = 0; k < 8; k++) {
		enc_glNewList(s, 1, k % 2 ? GL_COMPILE : GL_COMPILE_AND_EXECUTE);
		for (i = 0; i < 100; i++) {
			enc_glBegin(s, i % 2 ? GL_TRIANGLES : GL_LINE_STRIP);
			enc_glVertex2f(s, 1, 2);
			if (k & 2)
				enc_glMaterialf(s, GL_FRONT, GL_SHININESS, 1);
			if (k & 4)
				enc_glEvalCoord1f(s, 0.5f);
			enc_glVertex2f(s, 1, 2);
			enc_glEnd(s);
		}
		enc_glBegin(s, GL_TRIANGLES);
		enc_glVertex2f(s, 1, 2);
		enc_glEndList(s);
		enc_glEnd(s);
		enc_glCallList(s, 1);
		CHECK(peer_sync(p));
	}
}

static void all_attributes(struct vgpu_stream *s)
{
	static const float four[4] = { 1, 1, 1, 1 };
	GLuint i;

	for (i = 0; i < 8; i++)
		enc_glMultiTexCoord4f(s, GL_TEXTURE0 + i, 1, 2, 3, 4);
	enc_glNormal3f(s, 1, 2, 3);
	enc_glColor4f(s, 1, 1, 1, 1);
	enc_glSecondaryColor3f(s, 1, 1, 1);
	enc_glFogCoordf(s, 1);
	for (i = 0; i < 2; i++) {
		enc_glMaterialfv(s, i ? GL_FRONT : GL_BACK, GL_EMISSION, four);
		enc_glMaterialfv(s, i ? GL_FRONT : GL_BACK, GL_AMBIENT_AND_DIFFUSE, four);
		enc_glMaterialfv(s, i ? GL_FRONT : GL_BACK, GL_SPECULAR, four);
	}
}

/* vbo_exec, vbo_save: the vertex that is being made has room for four floats an attribute. */
static void many_doubles(struct peer *p)
{
	static const double four[4] = { 1, 2, 3, 4 };
	struct vgpu_stream *s = &p->stream;
	int k;
	GLuint i;

	peer_window(p, 2);
	for (k = 0; k < 3; k++) {
		if (k)
			enc_glNewList(s, 1, k == 1 ? GL_COMPILE : GL_COMPILE_AND_EXECUTE);
		enc_glBegin(s, GL_POINTS);
		all_attributes(s);
		for (i = 1; i < 16; i++) {
			if (i % 2)
				enc_glVertexAttribL4d(s, i, 1, 2, 3, 4);
			else
				enc_glVertexAttribL3dv(s, i, four);
		}
		for (i = 0; i < 16; i++)
			enc_glVertex4f(s, 1, 2, 3, 4);
		enc_glEnd(s);
		if (k)
			enc_glEndList(s);
		CHECK(peer_error(p) == GL_OUT_OF_MEMORY);
		enc_glCallList(s, 1);
		CHECK(peer_sync(p));
	}
}

static void some_doubles(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint i;

	peer_window(p, 2);
	enc_glBegin(s, GL_POINTS);
	all_attributes(s);
	for (i = 1; i < 7; i++)
		enc_glVertexAttribL4d(s, i, 1, 2, 3, 4);
	enc_glVertex4f(s, 1, 2, 3, 4);
	enc_glEnd(s);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

/* _mesa_clip_readpixels, _mesa_clip_to_region: where a rectangle ends is added in 32 bits. */
static void reads_from_afar(struct peer *p)
{
	static const GLint far[] = { 0x7ffffffd, -0x7ffffffd, 0x7fffffff, 0x40000001 };
	struct vgpu_stream *s = &p->stream;
	static uint8_t pixels[64 * 64 * 4];
	size_t i;

	peer_window(p, 2);
	peer_buffer(p, 2, GL_PIXEL_PACK_BUFFER, sizeof(pixels));
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		enc_glReadPixels(s, 0, far[i], 64, 64, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
		CHECK(peer_error(p) == GL_INVALID_VALUE);
		enc_glReadPixels(s, far[i], 0, 64, 64, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
		CHECK(peer_error(p) == GL_INVALID_VALUE);
		enc_glCopyTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA, far[i], far[i], 64, 64, 0);
		CHECK(peer_error(p) == GL_INVALID_VALUE);
		enc_glCopyPixels(s, far[i], far[i], 64, 64, GL_COLOR);
		CHECK(peer_error(p) == GL_INVALID_VALUE);
	}
	enc_glBindBuffer(s, GL_PIXEL_PACK_BUFFER, 0);
	enc_glReadPixels(s, 0, far[0], 64, 64, GL_RGBA, GL_UNSIGNED_BYTE,
			 BLOB(pixels, sizeof(pixels)));
	CHECK(peer_error(p) == GL_INVALID_VALUE);
}

/* read_pixels of ES 3: there is no read buffer. */
static void reads_from_nothing(struct peer *p)
{
	static const GLint es3[] = { VGPU_CTX_API,   VGPU_API_GLES2,
				     VGPU_CTX_MAJOR, 3,
				     VGPU_CTX_MINOR, 0 };
	struct vgpu_stream *s = &p->stream;
	const GLuint name = 2;

	peer_window(p, 1);
	enc_vgpuContextCreate(s, 2, 0, 6, es3);
	enc_vgpuContextBind(s, 2, 1, 1);
	enc_glGenBuffers(s, 1, &name);
	enc_glBindBuffer(s, GL_PIXEL_PACK_BUFFER, name);
	enc_glBufferData(s, GL_PIXEL_PACK_BUFFER, 64 * 64 * 4, NO_REF, GL_STREAM_READ);
	enc_glReadBuffer(s, GL_NONE);
	enc_glReadPixels(s, 0, 0, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

/* st_feedback_draw_vbo: an array's buffer without storage, a block without a buffer. */
static void feedback_without_buffers(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	const GLuint name = 1;

	peer_window(p, 2);
	enc_glFeedbackBuffer(s, 1024, GL_3D);
	enc_glRenderMode(s, GL_FEEDBACK);
	enc_glGenBuffers(s, 1, &name);
	enc_glBindBuffer(s, GL_ARRAY_BUFFER, name);
	enc_vgpuArrayPointer(s, 0, 4, GL_FLOAT, 0, 16, 0);
	enc_vgpuArrayEnable(s, 0, 1);
	enc_glDrawArrays(s, GL_POINTS, 0, 1);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_vgpuArrayEnable(s, 0, 0);
	peer_program(p,
		     "#version 140\nlayout(std140) uniform b { vec4 v; };\nvoid main() { "
		     "gl_Position = v; }",
		     "#version 140\nvoid main() { gl_FragColor = vec4(1); }");
	enc_glUseProgram(s, 1);
	enc_glDrawArrays(s, GL_POINTS, 0, 1);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

/* GL_VERTEX_ARRAY_STRIDE is kept in 16 bits; elements of lists are read with all of it. */
static void long_strides(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;

	peer_window(p, 2);
	peer_buffer(p, 1, GL_ARRAY_BUFFER, 64);
	enc_vgpuArrayPointer(s, 0, 4, GL_FLOAT, 0, 0x38000008, 0);
	enc_vgpuArrayEnable(s, 0, 1);
	enc_glNewList(s, 1, GL_COMPILE_AND_EXECUTE);
	enc_glDrawArrays(s, GL_POINTS, 0, 3);
	enc_glEndList(s);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_glBegin(s, GL_POINTS);
	enc_glArrayElement(s, 2);
	enc_glEnd(s);
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

const struct test driver_tests[] = {
	{ "20-some-doubles-ok", ALIVE, some_doubles },
	{ "20-many-doubles", ALIVE, many_doubles },
	{ "24-reads-inside-ok", ALIVE, reads_inside },
	{ "24-reads-past-the-frame", ALIVE, reads_past_the_frame },
	{ "24-reads-from-afar", ALIVE, reads_from_afar },
	{ "24-reads-from-nothing", ALIVE, reads_from_nothing },
	{ "24-feedback-without-buffers", ALIVE, feedback_without_buffers },
	{ "24-long-strides", ALIVE, long_strides },
	{ "25-indirect-without-indices", ALIVE, indirect_without_indices },
	{ "27-lists-by-calls", ALIVE, lists_by_calls },
	{ 0 },
};
