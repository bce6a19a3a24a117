/* SPDX-License-Identifier: MIT */
/*
 * The states that inputs start from, written by the guest library's encoders into
 * a plain buffer: the functions of frontend/transport/stream.h that they call are
 * defined here instead, and every reply is zeros.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "frontend/gl/state.h"
#include "frontend/transport/stream.h"
#include "tests/fuzz/decode_input.h"

#define PRELUDE_BYTES 65536u

static uint8_t bytes[PRELUDE_BYTES] __attribute__((aligned(16)));

uint8_t *vgpu_stream_more(struct vgpu_stream *stream, uint32_t size)
{
	abort(); /* a prelude is small */
}

void vgpu_stream_send_large(struct vgpu_stream *stream)
{
	abort();
}

void vgpu_gl_set_error(struct vgpu_context *context, GLenum error)
{
	abort(); /* nothing of a prelude is refused */
}

void vgpu_stream_flush(struct vgpu_stream *stream)
{
}

bool vgpu_reply_begin(struct vgpu_stream *stream, uint16_t opcode)
{
	return false;
}

void vgpu_reply_read(struct vgpu_stream *stream, void *dst, size_t n)
{
	memset(dst, 0, n);
}

size_t vgpu_reply_read_blob(struct vgpu_stream *stream, void *dst, size_t capacity)
{
	return 0;
}

void vgpu_reply_end(struct vgpu_stream *stream)
{
}

/* Some of each kind of object: names 1 to 4, the first of them bound and filled. */
static void objects(struct vgpu_stream *s)
{
	static const GLuint names[] = { 1, 2, 3, 4 };
	static const float quad[] = { -1, -1, 1, -1, -1, 1, 1, 1 };
	static const uint8_t texels[16 * 16 * 4] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	const struct vgpu_ref vertices = { VGPU_REF_BLOB, sizeof(quad), quad };
	const struct vgpu_ref image = { VGPU_REF_BLOB, sizeof(texels), texels };

	enc_glGenBuffers(s, 4, names);
	enc_glGenTextures(s, 4, names);
	enc_glGenFramebuffers(s, 4, names);
	enc_glGenRenderbuffers(s, 4, names);
	enc_glGenVertexArrays(s, 4, names);
	enc_glGenQueries(s, 4, names);
	enc_glGenSamplers(s, 4, names);
	enc_glBindVertexArray(s, 1);
	enc_glBindBuffer(s, GL_ARRAY_BUFFER, 1);
	enc_glBufferData(s, GL_ARRAY_BUFFER, sizeof(quad), vertices, GL_STATIC_DRAW);
	enc_glBindTexture(s, GL_TEXTURE_2D, 1);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA, 16, 16, 0, GL_RGBA, GL_UNSIGNED_BYTE, image);
	enc_glBindRenderbuffer(s, GL_RENDERBUFFER, 1);
	enc_glRenderbufferStorage(s, GL_RENDERBUFFER, GL_RGBA8, 16, 16);
}

const uint8_t *fuzz_prelude(enum fuzz_start start, size_t *n_out)
{
	static const GLint context[3][6] = {
		{ VGPU_CTX_API, VGPU_API_GL, VGPU_CTX_PROFILE, 2, VGPU_CTX_DEBUG, 0 },
		{ VGPU_CTX_API, VGPU_API_GL, VGPU_CTX_MAJOR, 4, VGPU_CTX_PROFILE, 1 },
		{ VGPU_CTX_API, VGPU_API_GLES2, VGPU_CTX_MAJOR, 3, VGPU_CTX_MINOR, 0 },
	};
	static const GLint drawable[] = {
		VGPU_DRAW_WIDTH, 32, VGPU_DRAW_HEIGHT, 32, VGPU_DRAW_RED, 8, VGPU_DRAW_GREEN, 8,
		VGPU_DRAW_BLUE, 8, VGPU_DRAW_ALPHA, 8, VGPU_DRAW_DEPTH, 24, VGPU_DRAW_STENCIL, 8,
		VGPU_DRAW_DOUBLE, 1, VGPU_DRAW_KIND, VGPU_DRAWABLE_WINDOW,
	};
	struct vgpu_stream s = { .wr = bytes, .limit = bytes + sizeof(bytes) };

	if (start < FUZZ_NOTHING) {
		enc_vgpuContextCreate(&s, 1, 0, 6, context[start]);
		enc_vgpuDrawableCreate(&s, 1, sizeof(drawable) / sizeof(drawable[0]), drawable);
		enc_vgpuContextBind(&s, 1, 1, 1);
		enc_vgpuDrawablePool(&s, 1, 1, 4, 32 * 32 * 4);
		objects(&s);
	}
	*n_out = (size_t)(s.wr - bytes);
	return bytes;
}
