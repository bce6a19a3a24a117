/* SPDX-License-Identifier: MIT */
/* Point 18: sizes of images, pixel stores, compressed blocks, pixel buffers. */
#include <limits.h>

#include "tests/security/hostile.h"

#define DXT1 GL_COMPRESSED_RGBA_S3TC_DXT1_EXT

static const GLenum unpack_stores[] = { GL_UNPACK_ROW_LENGTH,  GL_UNPACK_IMAGE_HEIGHT,
	                                GL_UNPACK_SKIP_PIXELS, GL_UNPACK_SKIP_ROWS,
	                                GL_UNPACK_SKIP_IMAGES };
static const GLenum pack_stores[] = { GL_PACK_ROW_LENGTH,  GL_PACK_IMAGE_HEIGHT,
	                              GL_PACK_SKIP_PIXELS, GL_PACK_SKIP_ROWS,
	                              GL_PACK_SKIP_IMAGES };

/* Row length and skips are the guest's affair: set on the host, they must not move what is read. */
static void store_upload(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	uint8_t data[4 * 4 * 4], back[sizeof(data)];
	size_t i;

	peer_context(p, 2);
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i + 1);
	for (i = 0; i < 5; i++) {
		enc_glPixelStorei(s, unpack_stores[i], 1000000);
		enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA8, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE,
		                 BLOB(data, sizeof(data)));
		memset(back, 0, sizeof(back));
		enc_glGetTexImage(s, GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE,
		                  BLOB(back, sizeof(back)));
		CHECK(memcmp(data, back, sizeof(data)) == 0);
		enc_glPixelStorei(s, unpack_stores[i], 0);
	}
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void store_read(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	uint8_t back[32 * 32 * 4];
	size_t i;

	peer_window(p, 2);
	enc_glClearColor(s, 1, 0, 1, 1);
	enc_glClear(s, GL_COLOR_BUFFER_BIT);
	for (i = 0; i < 5; i++) {
		enc_glPixelStorei(s, pack_stores[i], 1 << 20);
		memset(back, 0, sizeof(back));
		enc_glReadPixels(s, 0, 0, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, BLOB(back, sizeof(back)));
		CHECK(back[0] == 255 && back[1] == 0 && back[sizeof(back) - 2] == 255);
		enc_glPixelStorei(s, pack_stores[i], 0);
	}
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void store_values(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;

	peer_context(p, 2);
	for (size_t i = 0; i < 5; i++) {
		enc_glPixelStorei(s, unpack_stores[i], INT_MIN);
		CHECK(peer_error(p) == GL_INVALID_VALUE);
		enc_glPixelStorei(s, pack_stores[i], -1);
		CHECK(peer_error(p) == GL_INVALID_VALUE);
	}
	enc_glPixelStorei(s, GL_UNPACK_ALIGNMENT, 3);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	enc_glPixelStorei(s, 0xffffffffu, 1);
	CHECK(peer_error(p) == GL_INVALID_ENUM);
}

/* ---- compressed blocks -------------------------------------------------------------------- */

static void block_store(struct peer *p, bool pack, GLint w, GLint h, GLint d, GLint size)
{
	struct vgpu_stream *s = &p->stream;

	enc_glPixelStorei(s, pack ? GL_PACK_COMPRESSED_BLOCK_WIDTH : GL_UNPACK_COMPRESSED_BLOCK_WIDTH, w);
	enc_glPixelStorei(s, pack ? GL_PACK_COMPRESSED_BLOCK_HEIGHT : GL_UNPACK_COMPRESSED_BLOCK_HEIGHT,
	                  h);
	enc_glPixelStorei(s, pack ? GL_PACK_COMPRESSED_BLOCK_DEPTH : GL_UNPACK_COMPRESSED_BLOCK_DEPTH, d);
	enc_glPixelStorei(s, pack ? GL_PACK_COMPRESSED_BLOCK_SIZE : GL_UNPACK_COMPRESSED_BLOCK_SIZE, size);
}

static void compressed_texture(struct peer *p)
{
	static uint8_t data[2048];
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 13 + 5);
	enc_glCompressedTexImage2D(&p->stream, GL_TEXTURE_2D, 0, DXT1, 64, 64, 0, sizeof(data),
	                           BLOB(data, sizeof(data)));
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void need_s3tc(struct peer *p)
{
	peer_context(p, 2);
	if (!peer_has(p, "GL_EXT_texture_compression_s3tc"))
		skip("GL_EXT_texture_compression_s3tc");
}

/* A driver that believes these counts rows of pixels as rows of blocks: four times what there is. */
static void block_lies_read(struct peer *p)
{
	static uint8_t back[2048];
	int i;

	need_s3tc(p);
	compressed_texture(p);
	for (i = 0; i < 32; i++) {
		block_store(p, true, 1 + i % 8, 1, 1, 8);
		enc_glGetCompressedTexImage(&p->stream, GL_TEXTURE_2D, 0, BLOB(back, sizeof(back)));
		enc_glGetnCompressedTexImage(&p->stream, GL_TEXTURE_2D, 0, sizeof(back),
		                             BLOB(back, sizeof(back)));
		CHECK(peer_sync(p));
	}
}

static void block_lies_upload(struct peer *p)
{
	static const uint8_t data[2048] = { 1 };
	int i;

	need_s3tc(p);
	for (i = 0; i < 32; i++) {
		block_store(p, false, 1 + i % 8, 1, 1, 8);
		enc_glCompressedTexImage2D(&p->stream, GL_TEXTURE_2D, 0, DXT1, 64, 64, 0, sizeof(data),
		                           BLOB(data, sizeof(data)));
		enc_glCompressedTexSubImage2D(&p->stream, GL_TEXTURE_2D, 0, 0, 0, 64, 64, DXT1,
		                              sizeof(data), BLOB(data, sizeof(data)));
		CHECK(peer_sync(p));
	}
}

/* From and to a pixel buffer the block store counts; what it describes must lie in the buffer. */
static void block_lies_buffer(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLint skip_rows;

	need_s3tc(p);
	compressed_texture(p);
	peer_buffer(p, 1, GL_PIXEL_UNPACK_BUFFER, 2048);
	for (skip_rows = 0; skip_rows <= 1 << 20; skip_rows = skip_rows ? skip_rows * 4 : 4) {
		block_store(p, false, 4, 4, 1, 8);
		enc_glPixelStorei(s, GL_UNPACK_ROW_LENGTH, 64 + skip_rows);
		enc_glPixelStorei(s, GL_UNPACK_SKIP_ROWS, skip_rows);
		enc_glCompressedTexSubImage2D(s, GL_TEXTURE_2D, 0, 0, 0, 64, 64, DXT1, 2048, OFFSET(0));
		CHECK(peer_error(p) == (skip_rows ? GL_INVALID_OPERATION : GL_NO_ERROR));
		block_store(p, false, 4, 1, 1, 8);
		enc_glCompressedTexSubImage2D(s, GL_TEXTURE_2D, 0, 0, 0, 64, 64, DXT1, 2048, OFFSET(0));
		CHECK(peer_error(p) == GL_INVALID_OPERATION);
	}
	enc_glBindBuffer(s, GL_PIXEL_UNPACK_BUFFER, 0);
	peer_buffer(p, 2, GL_PIXEL_PACK_BUFFER, 2048);
	block_store(p, true, 4, 1, 1, 8);
	enc_glGetCompressedTexImage(s, GL_TEXTURE_2D, 0, OFFSET(0));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

static void block_ok(struct peer *p)
{
	static uint8_t back[2048], data[2048];
	size_t i;

	need_s3tc(p);
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 13 + 5);
	block_store(p, false, 4, 4, 1, 8);
	block_store(p, true, 4, 4, 1, 8);
	compressed_texture(p);
	enc_glGetCompressedTexImage(&p->stream, GL_TEXTURE_2D, 0, BLOB(back, sizeof(back)));
	CHECK(memcmp(data, back, sizeof(data)) == 0);
	peer_buffer(p, 1, GL_PIXEL_PACK_BUFFER, 2048);
	enc_glGetCompressedTexImage(&p->stream, GL_TEXTURE_2D, 0, OFFSET(0));
	CHECK(peer_error(p) == GL_NO_ERROR);
	memset(back, 0, sizeof(back));
	CHECK(enc_vgpuBufferRead(&p->stream, 1, 0, sizeof(back), back) == 1);
	CHECK(memcmp(data, back, sizeof(data)) == 0);
}

/* ---- sizes ------------------------------------------------------------------------------------ */

static void sizes_overflow(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	struct peer other;
	static const uint8_t data[64];

	peer_context(p, 2);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA, INT_MAX, INT_MAX, 0, GL_RGBA, GL_FLOAT, NO_REF);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	enc_glTexImage3D(s, GL_TEXTURE_3D, 0, GL_RGBA, 65536, 65536, 65536, 0, GL_RGBA, GL_FLOAT, NO_REF);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	enc_glRenderbufferStorage(s, GL_RENDERBUFFER, GL_RGBA32F, INT_MAX, INT_MAX);
	CHECK(peer_error(p) != GL_NO_ERROR);
	/* 2^31-1 squared times 16 overflows 64 bits: no blob is of that size */
	peer_open(&other);
	peer_context(&other, 2);
	enc_glTexImage3D(&other.stream, GL_TEXTURE_3D, 0, GL_RGBA, INT_MAX, INT_MAX, INT_MAX, 0, GL_RGBA,
	                 GL_FLOAT, BLOB(data, sizeof(data)));
	CHECK(!peer_sync(&other));
	peer_close(&other);
}

static void pixel_buffer_bounds(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;

	peer_window(p, 2);
	peer_buffer(p, 1, GL_PIXEL_UNPACK_BUFFER, 4096);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA, 32, 32, 0, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA, 32, 32, 0, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(4));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA, 32, 32, 0, GL_RGBA, GL_UNSIGNED_BYTE,
	                 OFFSET(UINT64_MAX - 3));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glPixelStorei(s, GL_UNPACK_SKIP_ROWS, INT_MAX);
	enc_glPixelStorei(s, GL_UNPACK_ROW_LENGTH, INT_MAX);
	enc_glTexSubImage2D(s, GL_TEXTURE_2D, 0, 0, 0, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glDrawPixels(s, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glPixelStorei(s, GL_UNPACK_SKIP_ROWS, 0);
	enc_glPixelStorei(s, GL_UNPACK_ROW_LENGTH, 0);
	enc_glPixelMapfv(s, GL_PIXEL_MAP_R_TO_R, 256, OFFSET(4000));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glBitmap(s, 32, 32, 0, 0, 0, 0, OFFSET(4090));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glBindBuffer(s, GL_PIXEL_UNPACK_BUFFER, 0);
	peer_buffer(p, 2, GL_PIXEL_PACK_BUFFER, 4096);
	enc_glReadPixels(s, 0, 0, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glReadPixels(s, 0, 0, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(16));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glPixelStorei(s, GL_PACK_SKIP_PIXELS, INT_MAX);
	enc_glReadPixels(s, 0, 0, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, OFFSET(0));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
	enc_glGetTexImage(s, GL_TEXTURE_2D, 0, GL_RGBA, GL_FLOAT, OFFSET(0));
	CHECK(peer_error(p) == GL_INVALID_OPERATION);
}

/* What is read back must be of the size that the guest expects, whatever the texture has become. */
static void texture_grows(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	static uint8_t back[64];

	peer_context(p, 2);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA8, 1024, 1024, 0, GL_RGBA, GL_UNSIGNED_BYTE, NO_REF);
	enc_glGetTexImage(s, GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, BLOB(back, sizeof(back)));
	enc_glGetTexImage(s, GL_TEXTURE_2D, 0, GL_RGBA, GL_DOUBLE, BLOB(back, sizeof(back)));
	enc_glGetTexImage(s, GL_TEXTURE_2D, 99, GL_RGBA, GL_UNSIGNED_BYTE, BLOB(back, sizeof(back)));
	enc_glReadPixels(s, 0, 0, INT_MAX, INT_MAX, GL_RGBA, GL_FLOAT, BLOB(back, sizeof(back)));
	CHECK(peer_sync(p));
}

const struct test pixel_tests[] = {
	{ "18-store-upload-ok", ALIVE, store_upload },
	{ "18-store-read-ok", ALIVE, store_read },
	{ "18-store-values", ALIVE, store_values },
	{ "18-block-lies-read", ALIVE, block_lies_read },
	{ "18-block-lies-upload", ALIVE, block_lies_upload },
	{ "18-block-lies-buffer", ALIVE, block_lies_buffer },
	{ "18-block-ok", ALIVE, block_ok },
	{ "18-sizes-overflow", ALIVE, sizes_overflow },
	{ "18-pixel-buffer-bounds", ALIVE, pixel_buffer_bounds },
	{ "18-texture-grows", ALIVE, texture_grows },
	{ 0 },
};
