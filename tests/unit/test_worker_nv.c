/* SPDX-License-Identifier: MIT */
/*
 * Commands of extensions that the host here lacks: a driver of our own stands in,
 * which counts what reaches it. What lies must not.
 */
#include "protocol/gl_size.h"
#include "protocol/wire.h"
#include "tests/unit/worker_fixture.h"

#define COMPAT VGPU_CTX_API, VGPU_API_GL, VGPU_CTX_PROFILE, 2

static struct vgpu_gl fake; /* the host's, with the functions below */
static unsigned int calls;  /* of those that a lie must not reach */

/* ---- the driver ---------------------------------------------------------------------------- */

static GLuint64 GLAPIENTRY texture_handle(GLuint texture)
{
	return texture ? UINT64_C(0x100000000) | texture : 0;
}

static GLuint64 GLAPIENTRY image_handle(GLuint texture, GLint level, GLboolean layered, GLint layer,
					GLenum format)
{
	return UINT64_C(0x200000000) | texture;
}

static void GLAPIENTRY take_handle(GLuint64 handle)
{
	calls++;
}

static void GLAPIENTRY take_image(GLuint64 handle, GLenum access)
{
	calls++;
}

static void GLAPIENTRY take_uniforms(GLint location, GLsizei count, const GLuint64 *value)
{
	calls++;
}

static GLint path_commands[8]; /* of paths 1 to 7; 0: there is none */

static GLboolean GLAPIENTRY is_path(GLuint path)
{
	return path && path < 8 && path_commands[path];
}

static void GLAPIENTRY path_parameter(GLuint path, GLenum pname, GLint *value)
{
	*value = is_path(path) && pname == GL_PATH_COMMAND_COUNT_NV ? path_commands[path] : 0;
}

static void GLAPIENTRY set_path(GLuint path, GLsizei n, const GLubyte *commands, GLsizei coords,
				GLenum type, const void *data)
{
	calls++;
	if (path < 8)
		path_commands[path] = n;
}

static void GLAPIENTRY get_commands(GLuint path, GLubyte *commands)
{
	calls++;
	memset(commands, 7, (size_t)path_commands[path]);
}

static void GLAPIENTRY delete_paths(GLuint path, GLsizei range)
{
	calls++;
}

static void GLAPIENTRY fill_many(GLsizei n, GLenum type, const void *paths, GLuint base,
				 GLenum mode, GLuint mask, GLenum transform, const GLfloat *values)
{
	calls++;
}

static void GLAPIENTRY metrics(GLbitfield mask, GLsizei n, GLenum type, const void *paths,
			       GLuint base, GLsizei stride, GLfloat *out)
{
	calls++;
}

static void GLAPIENTRY glyph_range(GLuint first, GLenum target, const void *font, GLbitfield style,
				   GLuint glyph, GLsizei n, GLenum missing, GLuint like,
				   GLfloat scale)
{
	calls++;
}

static void GLAPIENTRY table_parameter(GLenum target, GLenum pname, GLint *params)
{
	*params = 4;
}

static void GLAPIENTRY get_table(GLenum target, GLenum format, GLenum type, void *table)
{
	calls++;
	memset(table, 9, 16);
}

static void GLAPIENTRY filter_parameter(GLenum target, GLenum pname, GLint *params)
{
	*params = pname == GL_CONVOLUTION_WIDTH ? 5 : 3;
}

static void GLAPIENTRY get_separable(GLenum target, GLenum format, GLenum type, void *row,
				     void *column, void *span)
{
	calls++;
	memset(row, 1, 5 * 4);
	memset(column, 2, 3 * 4);
}

static void GLAPIENTRY set_separable(GLenum target, GLenum internal, GLsizei width, GLsizei height,
				     GLenum format, GLenum type, const void *row,
				     const void *column)
{
	calls++;
}

static void GLAPIENTRY attribs(GLuint index, GLsizei n, const GLfloat *v)
{
	calls++;
}

static void GLAPIENTRY sample_order(GLenum rate, GLuint samples, const GLint *locations)
{
	calls++;
}

/* ---- helpers ------------------------------------------------------------------------------- */

static struct vgpu_replay *start(uint32_t context, uint32_t share)
{
	struct vgpu_replay *r = fix_stream();

	fake = *fix_gl;
	fake.GetTextureHandleARB = texture_handle;
	fake.GetImageHandleARB = image_handle;
	fake.MakeTextureHandleResidentARB = take_handle;
	fake.MakeImageHandleResidentARB = take_image;
	fake.UniformHandleui64vARB = take_uniforms;
	fake.IsPathNV = is_path;
	fake.GetPathParameterivNV = path_parameter;
	fake.PathCommandsNV = set_path;
	fake.GetPathCommandsNV = get_commands;
	fake.DeletePathsNV = delete_paths;
	fake.StencilFillPathInstancedNV = fill_many;
	fake.GetPathMetricsNV = metrics;
	fake.PathGlyphRangeNV = glyph_range;
	fake.GetColorTableParameteriv = table_parameter;
	fake.GetColorTable = get_table;
	fake.GetConvolutionParameteriv = filter_parameter;
	fake.GetSeparableFilter = get_separable;
	fake.SeparableFilter2D = set_separable;
	fake.VertexAttribs4fvNV = attribs;
	fake.ShadingRateSampleOrderCustomNV = sample_order;
	assert_int_equal(fix_context(r, context, share, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, context, 0), EGL_SUCCESS);
	r->gl = &fake;
	r->ctx->caps.imaging = true;
	memset(path_commands, 0, sizeof(path_commands));
	calls = 0;
	return r;
}

static GLenum error_of(struct vgpu_replay *r)
{
	GLenum error = r->ctx->error;

	r->ctx->error = GL_NO_ERROR;
	return error;
}

/* ---- bindless textures ---------------------------------------------------------------------- */

static uint64_t give(struct vgpu_replay *r, GLuint texture)
{
	replay_glGetTextureHandleARB(r, &(struct args_glGetTextureHandleARB){ .texture = texture });
	return fix_value();
}

static void use(struct vgpu_replay *r, uint64_t handle)
{
	replay_glMakeTextureHandleResidentARB(
		r, &(struct args_glMakeTextureHandleResidentARB){ .handle = handle });
}

static void test_handles(void **state)
{
	static const GLuint names[] = { 11, 12 };
	struct vgpu_replay *r = start(1, 0), *shared = start(2, 1), *other = start(3, 0);
	uint64_t handle, image;

	vgpu_replay_gen_names(r, VGPU_NAME_TEXTURE, 2, names, r->gl->GenTextures);
	handle = give(r, 11);
	assert_true(handle != 0);
	use(r, handle);
	use(shared, handle);
	assert_int_equal(calls, 2);
	assert_int_equal(error_of(r), GL_NO_ERROR);
	/* numbers that nobody was given, or another share group */
	use(r, handle + 5);
	use(r, 0);
	use(other, handle);
	assert_int_equal(calls, 2);
	assert_int_equal(error_of(r), GL_INVALID_OPERATION);
	assert_int_equal(error_of(other), GL_INVALID_OPERATION);
	/* a texture's is not an image's */
	replay_glGetImageHandleARB(r, &(struct args_glGetImageHandleARB){ .texture = 12 });
	image = fix_value();
	use(r, image);
	replay_glMakeImageHandleResidentARB(
		r, &(struct args_glMakeImageHandleResidentARB){ .handle = handle });
	assert_int_equal(calls, 2);
	assert_int_equal(error_of(r), GL_INVALID_OPERATION);
	/* uniforms: all, or none */
	replay_glUniformHandleui64vARB(
		r, &(struct args_glUniformHandleui64vARB){
			   .count = 3, .value = (const GLuint64[]){ handle, 0, image } });
	assert_int_equal(calls, 3);
	replay_glUniformHandleui64vARB(
		r, &(struct args_glUniformHandleui64vARB){
			   .count = 3, .value = (const GLuint64[]){ handle, image, 77 } });
	assert_int_equal(calls, 3);
	assert_int_equal(error_of(r), GL_INVALID_OPERATION);
	/* the texture goes, and its handle with it */
	vgpu_replay_delete_names(r, VGPU_NAME_TEXTURE, 1, names, r->gl->DeleteTextures);
	use(r, handle);
	assert_int_equal(calls, 3);
	assert_int_equal(error_of(r), GL_INVALID_OPERATION);
	fix_stream_end(r);
	fix_stream_end(shared);
	fix_stream_end(other);
}

/* The table grows, and leaves out what is gone. */
static void test_many_handles(void **state)
{
	struct vgpu_replay *r = start(1, 0);
	uint64_t handles[300];
	GLuint name;

	for (name = 1; name <= 300; name++) {
		vgpu_replay_gen_names(r, VGPU_NAME_TEXTURE, 1, &name, r->gl->GenTextures);
		handles[name - 1] = give(r, name);
		if (name % 3 == 0)
			vgpu_replay_delete_names(r, VGPU_NAME_TEXTURE, 1, &name,
						 r->gl->DeleteTextures);
	}
	for (name = 1; name <= 300; name++)
		if (name % 3)
			use(r, handles[name - 1]);
	assert_int_equal(calls, 200);
	assert_int_equal(error_of(r), GL_NO_ERROR);
	fix_stream_end(r);
}

/* ---- paths ---------------------------------------------------------------------------------- */

static void commands(struct vgpu_replay *r, GLuint path, GLsizei n)
{
	replay_glPathCommandsNV(r,
				&(struct args_glPathCommandsNV){ .path = path, .numCommands = n });
}

static void test_path_limits(void **state)
{
	struct vgpu_replay *r = start(1, 0);

	commands(r, 3, 100);
	assert_int_equal(calls, 1);
	/* names and sums beyond the limits */
	commands(r, VGPU_MAX_PATHS + 1, 1);
	commands(r, UINT32_MAX, 1);
	assert_int_equal(calls, 1);
	assert_int_equal(error_of(r), GL_OUT_OF_MEMORY);
	commands(r, 4, VGPU_MAX_PATH_BYTES - 1000);
	assert_int_equal(calls, 2);
	assert_int_equal(error_of(r), GL_NO_ERROR);
	commands(r, 5, 2000);
	assert_int_equal(calls, 2);
	assert_int_equal(error_of(r), GL_OUT_OF_MEMORY);
	/* what is deleted no longer counts */
	path_commands[4] = 0;
	replay_glDeletePathsNV(r, &(struct args_glDeletePathsNV){ .path = 4, .range = INT32_MAX });
	commands(r, 5, 2000);
	assert_int_equal(calls, 4);
	assert_int_equal(error_of(r), GL_NO_ERROR);
	/* glyphs up to the last name, and not past it */
	replay_glPathGlyphRangeNV(
		r, &(struct args_glPathGlyphRangeNV){ .firstPathName = VGPU_MAX_PATHS - 1,
						      .fontTarget = GL_STANDARD_FONT_NAME_NV,
						      .fontName = "Sans",
						      .numGlyphs = 1000 });
	assert_int_equal(calls, 4);
	assert_int_equal(error_of(r), GL_OUT_OF_MEMORY);
	fix_stream_end(r);
}

static void test_path_fonts(void **state)
{
	static const GLenum hosts[] = { GL_FILE_NAME_NV, GL_SYSTEM_FONT_NAME_NV };
	struct vgpu_replay *r = start(1, 0);
	struct args_glPathGlyphRangeNV a = { .firstPathName = 1,
					     .fontName = "/etc/passwd",
					     .numGlyphs = 1 };
	size_t i;

	for (i = 0; i < 2; i++) {
		a.fontTarget = hosts[i];
		replay_glPathGlyphRangeNV(r, &a);
	}
	assert_int_equal(calls, 0);
	assert_int_equal(error_of(r), GL_NO_ERROR);
	a.fontTarget = GL_STANDARD_FONT_NAME_NV;
	replay_glPathGlyphRangeNV(r, &a);
	assert_int_equal(calls, 1);
	fix_stream_end(r);
}

static int fill(struct vgpu_replay *r, GLsizei n, GLenum type, const void *list, uint64_t bytes)
{
	return replay_glStencilFillPathInstancedNV(
		r,
		&(struct args_glStencilFillPathInstancedNV){
			.numPaths = n, .pathNameType = type, .paths = list, .paths_bytes = bytes });
}

static void test_path_lists(void **state)
{
	static const uint8_t utf8[] = { 'a', 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80 };
	static const uint16_t utf16[] = { 'a', 0xd83d, 0xde00 };
	struct vgpu_replay *r = start(1, 0);

	assert_int_equal(fill(r, 4, GL_UTF8_NV, utf8, sizeof(utf8)), 0);
	assert_int_equal(fill(r, 2, GL_UTF16_NV, utf16, sizeof(utf16)), 0);
	assert_int_equal(fill(r, 5, GL_UNSIGNED_SHORT, utf8, 10), 0);
	assert_int_equal(fill(r, -1, GL_UNSIGNED_SHORT, utf8, 0), 0);
	assert_int_equal(calls, 4);
	/* more or fewer than there are, cut in the middle, malformed, of no encoding */
	assert_int_equal(fill(r, 5, GL_UTF8_NV, utf8, sizeof(utf8)), -EPROTO);
	assert_int_equal(fill(r, 3, GL_UTF8_NV, utf8, sizeof(utf8)), -EPROTO);
	assert_int_equal(fill(r, 4, GL_UTF8_NV, utf8, sizeof(utf8) - 1), -EPROTO);
	assert_int_equal(fill(r, 1, GL_UTF8_NV, utf8 + 2, 1), -EPROTO);
	assert_int_equal(fill(r, 2, GL_UTF16_NV, utf16, 4), -EPROTO);
	assert_int_equal(fill(r, INT32_MAX, GL_UNSIGNED_INT, utf8, 8), -EPROTO);
	assert_int_equal(fill(r, 4, 0x1234, utf8, 4), -EPROTO);
	assert_int_equal(calls, 4);
	fix_stream_end(r);
}

static void test_path_answers(void **state)
{
	struct vgpu_replay *r = start(1, 0);
	struct args_glGetPathMetricsNV m = { .metricQueryMask = 0x11,
					     .numPaths = 2,
					     .pathNameType = GL_UNSIGNED_BYTE,
					     .paths = "ab",
					     .paths_bytes = 2,
					     .metrics_bytes = 16 };
	uint64_t bytes;

	assert_int_equal(replay_glGetPathMetricsNV(r, &m), 0);
	assert_int_equal(calls, 2); /* asked twice over two patterns */
	m.metrics_bytes = 12;
	assert_int_equal(replay_glGetPathMetricsNV(r, &m), -EPROTO);
	m.metrics_bytes = 16;
	m.stride = 4;
	assert_int_equal(replay_glGetPathMetricsNV(r, &m), -EPROTO);
	assert_int_equal(calls, 2);
	/* a list that has grown since the guest asked */
	commands(r, 2, 50);
	calls = 0;
	fix_reply = (struct fix_reply){ 0 };
	replay_glGetPathCommandsNV(
		r, &(struct args_glGetPathCommandsNV){ .path = 2, .commands_bytes = 49 });
	assert_int_equal(calls, 0);
	fix_reply = (struct fix_reply){ 0 };
	replay_glGetPathCommandsNV(
		r, &(struct args_glGetPathCommandsNV){ .path = 2, .commands_bytes = 50 });
	fix_blob(0, false, &bytes);
	assert_int_equal(bytes, 50);
	fix_stream_end(r);
}

/* ---- the imaging subset -----------------------------------------------------------------------
 */

static void table(struct vgpu_replay *r, uint32_t kind, uint64_t value)
{
	fix_reply = (struct fix_reply){ 0 };
	replay_glGetColorTable(
		r, &(struct args_glGetColorTable){ .target = GL_COLOR_TABLE,
						   .format = GL_RGBA,
						   .type = GL_UNSIGNED_BYTE,
						   .table = { .kind = kind, .value = value } });
}

static void test_imaging_sizes(void **state)
{
	static const float line[5];
	struct vgpu_replay *r = start(1, 0);
	struct args_glSeparableFilter2D s = {
		.width = 5,
		.height = 3,
		.format = GL_LUMINANCE,
		.type = GL_FLOAT,
		.row = { VGPU_REF_BLOB, 20, line },
		.column = { VGPU_REF_BLOB, 12, line },
	};
	struct args_vgpuSeparableFilter g = { .target = GL_SEPARABLE_2D,
					      .format = GL_LUMINANCE,
					      .type = GL_FLOAT,
					      .column = 1,
					      .pixels = { VGPU_REF_BLOB, 12, NULL } };
	uint64_t bytes;

	table(r, VGPU_REF_BLOB, 16);
	assert_int_equal(calls, 1);
	fix_blob(0, false, &bytes);
	assert_int_equal(bytes, 16);
	/* another size than the table has; an offset with no buffer bound */
	table(r, VGPU_REF_BLOB, 12);
	table(r, VGPU_REF_BLOB, 1u << 20);
	assert_int_equal(calls, 1);
	table(r, VGPU_REF_OFFSET, 0x1000);
	assert_int_equal(calls, 1);
	assert_int_equal(error_of(r), GL_INVALID_OPERATION);
	/* a filter in two parts, each of its size */
	assert_int_equal(replay_glSeparableFilter2D(r, &s), 0);
	assert_int_equal(calls, 2);
	s.column.value = 8;
	assert_int_equal(replay_glSeparableFilter2D(r, &s), -EPROTO);
	s.column.value = 12;
	s.row.kind = VGPU_REF_OFFSET;
	assert_int_equal(replay_glSeparableFilter2D(r, &s), 0);
	assert_int_equal(calls, 2);
	assert_int_equal(error_of(r), GL_INVALID_OPERATION);
	/* and back: one of them in the answer, the other nowhere near it */
	fix_reply = (struct fix_reply){ 0 };
	assert_int_equal(replay_vgpuSeparableFilter(r, &g), 0);
	assert_int_equal(((const uint8_t *)fix_blob(0, false, &bytes))[11], 2);
	assert_int_equal(bytes, 12);
	g.column = 2;
	assert_int_equal(replay_vgpuSeparableFilter(r, &g), -EPROTO);
	g.column = 0;
	g.pixels.kind = VGPU_REF_OFFSET;
	assert_int_equal(replay_vgpuSeparableFilter(r, &g), -EPROTO);
	replay_vgpuSeparableToBuffer(r, &(struct args_vgpuSeparableToBuffer){ .row = 64 });
	assert_int_equal(error_of(r), GL_INVALID_OPERATION);
	assert_int_equal(calls, 3);
	fix_stream_end(r);
}

/* ---- numbers -----------------------------------------------------------------------------------
 */

static void test_numbers(void **state)
{
	static const GLfloat v[64];
	static const GLint order[48];
	struct vgpu_replay *r = start(1, 0);
	struct args_glVertexAttribs4fvNV a = { .index = 12, .count = 4, .v = v };
	struct args_glShadingRateSampleOrderCustomNV s = {
		.rate = GL_SHADING_RATE_1_INVOCATION_PER_2X2_PIXELS_NV,
		.samples = 4,
		.locations = order
	};

	replay_glVertexAttribs4fvNV(r, &a);
	assert_int_equal(calls, 1);
	a.index = 13;
	replay_glVertexAttribs4fvNV(r, &a);
	a.index = UINT32_MAX - 1;
	replay_glVertexAttribs4fvNV(r, &a);
	assert_int_equal(calls, 1);
	assert_int_equal(error_of(r), GL_INVALID_VALUE);
	replay_glShadingRateSampleOrderCustomNV(r, &s);
	assert_int_equal(calls, 2);
	s.rate = 0x1234;
	replay_glShadingRateSampleOrderCustomNV(r, &s);
	assert_int_equal(calls, 2);
	assert_int_equal(error_of(r), GL_INVALID_ENUM);
	fix_stream_end(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_handles, fix_start, fix_stop),
		cmocka_unit_test_setup_teardown(test_many_handles, fix_start, fix_stop),
		cmocka_unit_test_setup_teardown(test_path_limits, fix_start, fix_stop),
		cmocka_unit_test_setup_teardown(test_path_fonts, fix_start, fix_stop),
		cmocka_unit_test_setup_teardown(test_path_lists, fix_start, fix_stop),
		cmocka_unit_test_setup_teardown(test_path_answers, fix_start, fix_stop),
		cmocka_unit_test_setup_teardown(test_imaging_sizes, fix_start, fix_stop),
		cmocka_unit_test_setup_teardown(test_numbers, fix_start, fix_stop),
	};

	return cmocka_run_group_tests(tests, fix_open, fix_close);
}
