/* SPDX-License-Identifier: MIT */
/* Points 11 to 17: counts, strings, sums, and sizes that are said twice. */
#include <limits.h>

#include "protocol/gl_arrays.h"
#include "tests/security/hostile.h"

/* A fresh program with a context sends it and is cut off. */
static bool closes(void (*fn)(struct peer *))
{
	struct peer other;
	bool alive;

	peer_open(&other);
	peer_context(&other, 2);
	fn(&other);
	alive = peer_sync(&other);
	peer_close(&other);
	return !alive;
}

/* The fields of the command that was just encoded at at, but not seen by the worker yet. */
static void spoil32(uint8_t *at, uint32_t offset, uint32_t value)
{
	memcpy(at + 8 + offset, &value, sizeof(value));
}

static void spoil64(uint8_t *at, uint32_t offset, uint64_t value)
{
	memcpy(at + 8 + offset, &value, sizeof(value));
}

/* ---- 11: counts ------------------------------------------------------------------------- */

static void negative_counts(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	static const GLuint name = 1;
	static const float v[4];

	peer_context(p, 2);
	enc_glDrawArrays(s, GL_POINTS, 0, -1);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	enc_glGenTextures(s, -1, &name);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	enc_glDeleteTextures(s, -2147483647, &name);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	enc_glUniform4fv(s, 0, -1, v);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_glBufferData(s, GL_ARRAY_BUFFER, -1, NO_REF, GL_STATIC_DRAW);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_glTexImage2D(s, GL_TEXTURE_2D, 0, GL_RGBA, -4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, NO_REF);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	enc_glCallLists(s, -1, GL_UNSIGNED_INT, NULL);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
}

static void count_says_more(struct peer *p)
{
	static const GLuint names[4] = { 1, 2, 3, 4 };
	uint8_t *at = peer_next(p);

	enc_glGenTextures(&p->stream, 4, names);
	spoil32(at, 0, 5);
}

static void count_says_less(struct peer *p)
{
	static const GLuint names[4] = { 1, 2, 3, 4 };
	uint8_t *at = peer_next(p);

	enc_glGenTextures(&p->stream, 4, names);
	spoil32(at, 0, 2);
}

static void count_overflows(struct peer *p)
{
	static const float v[64];
	uint8_t *at = peer_next(p);

	enc_glUniformMatrix4fv(&p->stream, 0, 4, 0, v);
	spoil32(at, 4, 0x7fffffff); /* times 64 octets: more than 32 bits */
}

static void count_wraps_to_fit(struct peer *p)
{
	static const float v[16];
	uint8_t *at = peer_next(p);

	enc_glUniformMatrix4fv(&p->stream, 0, 1, 0, v);
	spoil32(at, 4, 0x04000001); /* times 64 is 64 in 32 bits */
}

static void names_of_zero(struct peer *p)
{
	static const GLuint names[2] = { 1, 0 };

	enc_glGenTextures(&p->stream, 2, names);
}

static void counts(struct peer *p)
{
	CHECK(closes(count_says_more));
	CHECK(closes(count_says_less));
	CHECK(closes(count_overflows));
	CHECK(closes(count_wraps_to_fit));
	CHECK(closes(names_of_zero));
}

static void counts_ok(struct peer *p)
{
	static const GLuint names[4] = { 1, 2, 3, 4 };

	peer_context(p, 2);
	enc_glGenTextures(&p->stream, 4, names);
	enc_glDeleteTextures(&p->stream, 4, names);
	enc_glGenTextures(&p->stream, 0, names);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

/* ---- 14: strings --------------------------------------------------------------------------- */

static const char *const text = "void main(){}                    ";

static void shader_source(struct peer *p)
{
	enc_glCreateShader(&p->stream, GL_VERTEX_SHADER, 1);
	vgpu_stream_flush(&p->stream);
}

static void string_not_ended(struct peer *p)
{
	uint8_t *at;
	uint32_t length = (uint32_t)strlen(text);

	shader_source(p);
	at = peer_next(p);
	enc_glShaderSource(&p->stream, 1, 1, &text, NULL);
	/* shader, count, bytes; then the length, the text and its NUL */
	at[8 + vgpu_ops[VGPU_OP_glShaderSource].fixed_bytes + 4 + length] = 'x';
}

static void string_length_lies(struct peer *p)
{
	uint8_t *at;

	shader_source(p);
	at = peer_next(p);
	enc_glShaderSource(&p->stream, 1, 1, &text, NULL);
	spoil32(at, vgpu_ops[VGPU_OP_glShaderSource].fixed_bytes, 0x7fffffff);
}

static void string_length_minus_one(struct peer *p)
{
	uint8_t *at;

	shader_source(p);
	at = peer_next(p);
	enc_glShaderSource(&p->stream, 1, 1, &text, NULL);
	spoil32(at, vgpu_ops[VGPU_OP_glShaderSource].fixed_bytes, UINT32_MAX);
}

static void string_count_lies(struct peer *p)
{
	uint8_t *at;

	shader_source(p);
	at = peer_next(p);
	enc_glShaderSource(&p->stream, 1, 1, &text, NULL);
	spoil32(at, 4, 0x10000);
}

static void string_bytes_lie(struct peer *p)
{
	uint8_t *at;

	shader_source(p);
	at = peer_next(p);
	enc_glShaderSource(&p->stream, 1, 1, &text, NULL);
	spoil64(at, 8, UINT64_MAX - 3);
}

static void name_not_ended(struct peer *p)
{
	uint8_t *at = peer_next(p);

	enc_glCreateProgram(&p->stream, 1);
	vgpu_stream_flush(&p->stream);
	at = peer_next(p);
	enc_glBindAttribLocation(&p->stream, 1, 0, "abcdefg");
	at[8 + vgpu_ops[VGPU_OP_glBindAttribLocation].fixed_bytes + 7] = 'h';
}

static void strings(struct peer *p)
{
	CHECK(closes(string_not_ended));
	CHECK(closes(string_length_lies));
	CHECK(closes(string_length_minus_one));
	CHECK(closes(string_count_lies));
	CHECK(closes(string_bytes_lie));
	CHECK(closes(name_not_ended));
}

static void strings_ok(struct peer *p)
{
	static const char *const parts[] = { "void main()\n", "{ gl_Position = gl_Vertex; }" };
	static const GLint lengths[] = { 12, -1 };
	GLint status = 0;

	peer_context(p, 2);
	enc_glCreateShader(&p->stream, GL_VERTEX_SHADER, 1);
	enc_glShaderSource(&p->stream, 1, 2, parts, lengths);
	enc_glCompileShader(&p->stream, 1);
	enc_glGetShaderiv(&p->stream, 1, GL_COMPILE_STATUS, &status);
	CHECK(status == 1);
}

/* Longer than any string may be: our own encoders never write that. */
static void string_too_long(struct peer *p)
{
	const uint32_t length = VGPU_MAX_STRING + 3; /* with its NUL a multiple of 8, less 4 */
	const uint64_t bytes = 4 + (uint64_t)length + 1;
	uint8_t *at;

	shader_source(p);
	at = vgpu_cmd_begin(&p->stream, VGPU_OP_glShaderSource, (uint32_t)(8 + 16 + bytes));
	memset(at, ' ', 16 + bytes);
	((uint32_t *)at)[0] = 1;
	((uint32_t *)at)[1] = 1;
	memcpy(at + 8, &bytes, sizeof(bytes));
	memcpy(at + 16, &length, sizeof(length));
	at[16 + 4 + length] = 0;
	vgpu_cmd_end(&p->stream);
}

static void string_cap(struct peer *p)
{
	CHECK(closes(string_too_long));
}

/* ---- 15, 16: limits, and sums that would wrap ------------------------------------------------- */

static GLenum drawable_of(struct peer *p, GLint attrib, GLint value)
{
	GLint list[] = { VGPU_DRAW_WIDTH, 8, VGPU_DRAW_HEIGHT, 8, attrib, value };

	return enc_vgpuDrawableCreate(&p->stream, 9, 6, list);
}

static void limits(struct peer *p)
{
	static const GLint attribs[] = { VGPU_DRAW_WIDTH, VGPU_DRAW_HEIGHT, VGPU_DRAW_RED,
		                         VGPU_DRAW_DEPTH, VGPU_DRAW_STENCIL, VGPU_DRAW_SAMPLES,
		                         VGPU_DRAW_DOUBLE, VGPU_DRAW_KIND, VGPU_DRAW_ACCUM, 0, 99 };
	size_t i;

	for (i = 0; i < sizeof(attribs) / sizeof(attribs[0]); i++) {
		CHECK(drawable_of(p, attribs[i], 100000) != 0x3000);
		CHECK(drawable_of(p, attribs[i], -1) != 0x3000);
		CHECK(drawable_of(p, attribs[i], INT_MIN) != 0x3000);
	}
	CHECK(drawable_of(p, VGPU_DRAW_RED, 8) == 0x3000);
}

static void sums(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	static const GLuint names[2] = { 1, 1 };
	uint8_t data[16] = { 0 };

	peer_context(p, 2);
	peer_buffer(p, 1, GL_ARRAY_BUFFER, 64);
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glBindBuffersBase(s, GL_UNIFORM_BUFFER, 0xffffffffu, 2, names);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_vgpuBufferWrite(s, 1, INT64_MAX - 7, 16, data);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_vgpuBufferWrite(s, 1, -8, 16, data);
	CHECK(peer_error(p) != GL_NO_ERROR);
	enc_vgpuBufferWrite(s, 1, 56, 16, data);
	CHECK(peer_error(p) != GL_NO_ERROR);
	CHECK(enc_vgpuBufferRead(s, 1, INT64_MAX - 7, 16, data) == 0);
	CHECK(enc_vgpuBufferRead(s, 1, -8, 16, data) == 0);
	CHECK(enc_vgpuBufferRead(s, 1, 56, 16, data) == 0);
	CHECK(enc_vgpuBufferRead(s, 1, 48, 16, data) == 1);
	enc_glCopyBufferSubData(s, GL_ARRAY_BUFFER, GL_ARRAY_BUFFER, INT64_MAX - 1, 0, 8);
	CHECK(peer_error(p) != GL_NO_ERROR);
	if (peer_has(p, "GL_ARB_uniform_buffer_object")) {
		enc_glBindBufferRange(s, GL_UNIFORM_BUFFER, 0, 1, INT64_MAX - 255, 512);
		peer_error(p);
	}
}

static void multi_draw(struct peer *p, GLsizei count, GLuint64 offset)
{
	static const uint16_t indices[4];

	enc_vgpuMultiDrawElements(&p->stream, GL_POINTS, GL_UNSIGNED_SHORT, 1, &count, &offset, 0,
	                          NULL, BLOB(indices, sizeof(indices)));
}

static void multi_draw_offset(struct peer *p)
{
	multi_draw(p, 4, UINT64_MAX - 3);
}

static void multi_draw_count(struct peer *p)
{
	multi_draw(p, 0x7fffffff, 0);
}

static void multi_draw_both(struct peer *p)
{
	multi_draw(p, 4, 2);
}

static void client_array(struct peer *p, uint32_t field, uint32_t value)
{
	uint32_t array[VGPU_CLIENT_ARRAY_WORDS] = { 0, 2, GL_FLOAT, 0, 8, 0, 0, 0 };
	static const float data[8];

	array[field] = value;
	enc_vgpuClientArrays(&p->stream, 1, array, sizeof(data), data);
}

static void array_number(struct peer *p)
{
	client_array(p, 0, 48);
}

static void array_flags(struct peer *p)
{
	client_array(p, 3, 0x100);
}

static void array_stride(struct peer *p)
{
	client_array(p, 4, 0x80000000u);
}

static void array_offset(struct peer *p)
{
	client_array(p, 6, 0xfffffff8u);
}

static void sums_that_close(struct peer *p)
{
	CHECK(closes(multi_draw_offset));
	CHECK(closes(multi_draw_count));
	CHECK(closes(multi_draw_both));
	CHECK(closes(array_number));
	CHECK(closes(array_flags));
	CHECK(closes(array_stride));
	CHECK(closes(array_offset));
}

/* first * stride is more than any buffer has: refused, not wrapped. */
static void gap_is_large(struct peer *p)
{
	uint32_t array[VGPU_CLIENT_ARRAY_WORDS] = { 0, 2, GL_FLOAT, 0, 0x7fffffff, 0xffffffffu, 0, 0 };
	static const float data[8];

	peer_context(p, 2);
	enc_vgpuClientArrays(&p->stream, 1, array, sizeof(data), data);
	CHECK(peer_error(p) == GL_OUT_OF_MEMORY);
}

/* ---- 17: the same size said twice ------------------------------------------------------------- */

static void buffer_larger_than_blob(struct peer *p)
{
	static const uint8_t data[16];
	uint8_t *at;

	peer_buffer(p, 1, GL_ARRAY_BUFFER, 16);
	at = peer_next(p);
	enc_glBufferData(&p->stream, GL_ARRAY_BUFFER, 16, BLOB(data, 16), GL_STATIC_DRAW);
	spoil64(at, 8, 1 << 20); /* target, pad, size */
}

static void image_larger_than_blob(struct peer *p)
{
	static const uint8_t data[64];

	enc_glTexImage2D(&p->stream, GL_TEXTURE_2D, 0, GL_RGBA, 1024, 1024, 0, GL_RGBA,
	                 GL_UNSIGNED_BYTE, BLOB(data, sizeof(data)));
}

static void image_smaller_than_blob(struct peer *p)
{
	static const uint8_t data[64];

	enc_glTexImage2D(&p->stream, GL_TEXTURE_2D, 0, GL_RGBA, 2, 2, 0, GL_RGBA, GL_UNSIGNED_BYTE,
	                 BLOB(data, sizeof(data)));
}

static void compressed_size_lies(struct peer *p)
{
	static const uint8_t data[64];

	enc_glCompressedTexImage2D(&p->stream, GL_TEXTURE_2D, 0, GL_COMPRESSED_RGBA_S3TC_DXT1_EXT,
	                           64, 64, 0, 2048, BLOB(data, sizeof(data)));
}

static void indices_fewer_than_count(struct peer *p)
{
	static const uint16_t indices[4];

	enc_glDrawElements(&p->stream, GL_POINTS, 4000, GL_UNSIGNED_SHORT, BLOB(indices, 8));
}

static void clear_value_is_short(struct peer *p)
{
	static const uint8_t data[4];

	peer_buffer(p, 1, GL_ARRAY_BUFFER, 64);
	enc_glClearBufferData(&p->stream, GL_ARRAY_BUFFER, GL_RGBA32F, GL_RGBA, GL_FLOAT,
	                      BLOB(data, 4));
}

static void pixel_map_lies(struct peer *p)
{
	static const float data[4];

	enc_glPixelMapfv(&p->stream, GL_PIXEL_MAP_R_TO_R, 256, BLOB(data, sizeof(data)));
}

static void blob_past_the_tail(struct peer *p)
{
	static const uint8_t data[64];
	uint8_t *at;

	peer_buffer(p, 1, GL_ARRAY_BUFFER, 16);
	at = peer_next(p);
	enc_glBufferData(&p->stream, GL_ARRAY_BUFFER, 64, BLOB(data, 64), GL_STATIC_DRAW);
	spoil64(at, 8, UINT64_MAX);
	spoil64(at, 24, UINT64_MAX);
}

static void sizes_said_twice(struct peer *p)
{
	CHECK(closes(buffer_larger_than_blob));
	CHECK(closes(image_larger_than_blob));
	CHECK(closes(image_smaller_than_blob));
	CHECK(closes(compressed_size_lies));
	CHECK(closes(indices_fewer_than_count));
	CHECK(closes(clear_value_is_short));
	CHECK(closes(pixel_map_lies));
	CHECK(closes(blob_past_the_tail));
}

const struct test decode_tests[] = {
	{ "11-negative-counts", ALIVE, negative_counts },
	{ "11-counts", ALIVE, counts },
	{ "11-counts-ok", ALIVE, counts_ok },
	{ "14-strings", ALIVE, strings },
	{ "14-string-cap", ALIVE, string_cap },
	{ "14-strings-ok", ALIVE, strings_ok },
	{ "15-limits", ALIVE, limits },
	{ "16-sums", ALIVE, sums },
	{ "16-sums-that-close", ALIVE, sums_that_close },
	{ "16-gap-is-large", ALIVE, gap_is_large },
	{ "17b-sizes-said-twice", ALIVE, sizes_said_twice },
	{ 0 },
};
