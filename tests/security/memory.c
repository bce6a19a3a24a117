/* SPDX-License-Identifier: MIT */
/* What a guest may have, and what it may make the driver hold (points 37 and 38). */
#include "tests/security/hostile.h"

#include "protocol/wire.h"

static void drawables_are_capped(struct peer *p)
{
	static const GLint attribs[] = { VGPU_DRAW_WIDTH, 1, VGPU_DRAW_HEIGHT, 1 };
	GLuint i, made = 0;

	for (i = 1; i <= VGPU_MAX_DRAWABLES + 8; i++)
		made += enc_vgpuDrawableCreate(&p->stream, i, 4, attribs) == 0x3000;
	CHECK(made == VGPU_MAX_DRAWABLES);
}

static void pools_are_capped(struct peer *p)
{
	struct vgpu_transport *t = p->client.transport;
	struct vgpu_transport_pool pool;
	unsigned int made = 0;

	/* the worker refuses, the daemon hears of it and cuts off: a few more are opened meanwhile */
	while (made < 512 && t->impl->pool_open(t, VGPU_MAX_POOL_BYTES, &pool) == 0 && peer_sync(p))
		made++;
	CHECK(made >= VGPU_MAX_POOL_TOTAL / VGPU_MAX_POOL_BYTES && made < 512);
}

static void memory_is_capped(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint i, refused = 0;

	peer_context(p, 2);
	for (i = 1; i < 400 && !refused; i++) {
		peer_buffer(p, i, GL_ARRAY_BUFFER, 1 << 20);
		refused = peer_error(p) == GL_OUT_OF_MEMORY;
	}
	/* cases_security.py allows 64 MiB */
	CHECK(refused && i > 60 && i < 68);
	for (i = 1; i < 40; i++)
		enc_glDeleteBuffers(s, 1, &i);
	peer_buffer(p, 1000, GL_ARRAY_BUFFER, 16 << 20);
	CHECK(peer_error(p) == GL_NO_ERROR);
	for (i = 0; i < 100; i++) /* the same storage anew is not more */
		enc_glBufferData(s, GL_ARRAY_BUFFER, 16 << 20, NO_REF, GL_STATIC_DRAW);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

/* A texture of 16 MiB in its first level, by each way that GL has. Returns the error. */
static GLenum texture(struct peer *p, GLuint name, int way)
{
	struct vgpu_stream *s = &p->stream;
	const GLsizei side = 2048;

	enc_glBindTexture(s, GL_TEXTURE_2D, name);
	switch (way) {
	case 0:
		enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA8, side, side, 0, GL_RGBA,
		                 GL_UNSIGNED_BYTE, NO_REF);
		break;
	case 1:
		enc_glTexStorage2D(s, GL_TEXTURE_2D, 1, GL_RGBA8, side, side);
		break;
	case 2:
		enc_glTextureStorage2D(s, name, 1, GL_RGBA8, side, side);
		break;
	case 3:
		enc_glTextureImage2DEXT(s, name, GL_TEXTURE_2D, 0, GL_RGBA8, side, side, 0, GL_RGBA,
		                        GL_UNSIGNED_BYTE, NO_REF);
		break;
	case 4:
		enc_glMultiTexImage2DEXT(s, GL_TEXTURE0, GL_TEXTURE_2D, 0, GL_RGBA8, side, side, 0,
		                         GL_RGBA, GL_UNSIGNED_BYTE, NO_REF);
		break;
	default:
		enc_glBindRenderbuffer(s, GL_RENDERBUFFER, name);
		enc_glRenderbufferStorage(s, GL_RENDERBUFFER, GL_RGBA8, side, side);
		break;
	}
	return peer_error(p);
}

#define WAYS 6

static void images_are_capped(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;

	peer_context(p, 2);
	for (int way = 0; way < WAYS; way++) {
		GLuint i, first = 1 + 100 * (GLuint)way;

		for (i = first; i < first + 8 && texture(p, i, way) == GL_NO_ERROR; i++)
			;
		CHECK(i == first + 4); /* cases_security.py allows 64 MiB */
		CHECK(texture(p, i + 1, (way + 1) % WAYS) == GL_OUT_OF_MEMORY);
		peer_buffer(p, 1000, GL_ARRAY_BUFFER, 1 << 20);
		CHECK(peer_error(p) == GL_OUT_OF_MEMORY); /* one cap for all */
		for (i = first; i < first + 4; i++) {
			enc_glDeleteTextures(s, 1, &i);
			enc_glDeleteRenderbuffers(s, 1, &i);
		}
		CHECK(peer_error(p) == GL_NO_ERROR);
	}
}

static void images_are_given_back(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint one = 1;

	peer_context(p, 2);
	for (int i = 0; i < 50; i++) /* the same image anew is not more */
		CHECK(texture(p, 1, 0) == GL_NO_ERROR);
	for (int i = 0; i < 50; i++) {
		CHECK(texture(p, 1, i % WAYS) == GL_NO_ERROR);
		enc_glDeleteTextures(s, 1, &one);
		enc_glDeleteRenderbuffers(s, 1, &one);
	}
	/* a proxy takes nothing */
	for (int i = 0; i < 50; i++)
		enc_glTexImage2D(s, GL_PROXY_TEXTURE_2D, 0, GL_RGBA8, 4096, 4096, 0, GL_RGBA,
		                 GL_UNSIGNED_BYTE, NO_REF);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

/* What fails changes nothing: it must not make room. */
static void images_that_fail(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint made = 0;

	peer_context(p, 2);
	for (GLuint i = 1; i < 12; i++) {
		made += texture(p, i, 1) == GL_NO_ERROR;
		enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA8, 1, 1, 0, GL_RGBA, GL_UNSIGNED_BYTE,
		                 NO_REF); /* it is immutable */
		enc_glTexStorage2D(s, GL_TEXTURE_2D, 1, GL_RGBA8, 1, 1);
		enc_glRenderbufferStorage(s, GL_RENDERBUFFER, 0, 1, 1);
		peer_error(p);
		peer_error(p);
	}
	CHECK(made == 4);
}

static void mipmaps_and_faces_are_capped(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint one = 1;

	peer_context(p, 2);
	/* six faces of 16 MiB, however they are asked for */
	enc_glBindTexture(s, GL_TEXTURE_CUBE_MAP, 1);
	enc_glTexStorage2D(s, GL_TEXTURE_CUBE_MAP, 1, GL_RGBA8, 2048, 2048);
	CHECK(peer_error(p) == GL_OUT_OF_MEMORY);
	enc_glTextureStorage2D(s, 1, 1, GL_RGBA8, 2048, 2048);
	CHECK(peer_error(p) == GL_OUT_OF_MEMORY);
	enc_glTextureStorage2D(s, 1, 1, GL_RGBA8, 1024, 1024);
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glDeleteTextures(s, 1, &one);
	/* 4000 x 4000 are 61 MiB, and their mipmaps another 20 */
	enc_glBindTexture(s, GL_TEXTURE_2D, 1);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA8, 4000, 4000, 0, GL_RGBA, GL_UNSIGNED_BYTE, NO_REF);
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glGenerateMipmap(s, GL_TEXTURE_2D);
	CHECK(peer_error(p) == GL_OUT_OF_MEMORY);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA8, 2000, 2000, 0, GL_RGBA, GL_UNSIGNED_BYTE, NO_REF);
	enc_glGenerateMipmap(s, GL_TEXTURE_2D);
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glDeleteTextures(s, 1, &one);
	/* samples count, and a window's images as well */
	enc_glBindRenderbuffer(s, GL_RENDERBUFFER, 1);
	enc_glRenderbufferStorageMultisample(s, GL_RENDERBUFFER, 4, GL_RGBA8, 2100, 2100);
	CHECK(peer_error(p) == GL_OUT_OF_MEMORY);
	enc_glRenderbufferStorageMultisample(s, GL_RENDERBUFFER, 4, GL_RGBA8, 1000, 1000);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void memory_runs_short(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	static const GLuint names[2] = { 1, 2 };
	int i;

	peer_context(p, 2);
	enc_glGenTextures(s, 2, names);
	for (i = 0; i < 10; i++) {
		enc_glBindTexture(s, GL_TEXTURE_3D, 1);
		enc_glTexImage3D(s, GL_TEXTURE_3D, 0, GL_RGBA32F, 2048, 2048, 2048, 0, GL_RGBA, GL_FLOAT, NO_REF);
		CHECK(peer_error(p) != GL_NO_ERROR);
		enc_glBufferData(s, GL_ARRAY_BUFFER, 1ll << 46, NO_REF, GL_STATIC_DRAW);
		CHECK(peer_error(p) != GL_NO_ERROR);
	}
	CHECK(peer_sync(p));
}

const struct test memory_tests[] = {
	{ "37-drawables-are-capped", ALIVE, drawables_are_capped },
	{ "37-pools-are-capped", EITHER, pools_are_capped },
	{ "37-memory-is-capped", ALIVE, memory_is_capped },
	{ "37-images-are-capped", ALIVE, images_are_capped },
	{ "37-images-are-given-back-ok", ALIVE, images_are_given_back },
	{ "37-images-that-fail", ALIVE, images_that_fail },
	{ "37-mipmaps-and-faces-are-capped", ALIVE, mipmaps_and_faces_are_capped },
	{ "38-memory-runs-short", ALIVE, memory_runs_short },
	{ 0 },
};
