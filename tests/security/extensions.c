/* SPDX-License-Identifier: MIT */
/*
 * Points 18, 21 and 37 for extensions that only some drivers have: bindless
 * textures, path rendering, the imaging subset. Where the host lacks one, its
 * commands must do nothing; tests/unit/test_worker_nv.c has a driver of its own.
 */
#include "protocol/wire.h"
#include "tests/security/hostile.h"

/* This error; a host without the extension may have the commands, and refuse them, or not. */
static bool refused(struct peer *p, bool has, GLenum error)
{
	GLenum got = peer_error(p);

	return got == error || (!has && (got == GL_NO_ERROR || got == GL_INVALID_OPERATION));
}

/* Handles that nobody was given. */
static void handles_of_nothing(struct peer *p)
{
	static const GLuint64 made_up[] = { 1, 0x100000001u, 0xffffffffffffffffu, 0 };
	struct vgpu_stream *s = &p->stream;
	bool has;
	size_t i;

	peer_context(p, 2);
	has = peer_has(p, "GL_ARB_bindless_texture");
	for (i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++) {
		enc_glMakeTextureHandleResidentARB(s, made_up[i]);
		CHECK(refused(p, has, GL_INVALID_OPERATION));
		enc_glMakeImageHandleResidentARB(s, made_up[i], GL_READ_ONLY);
		CHECK(refused(p, has, GL_INVALID_OPERATION));
		CHECK(!enc_glIsTextureHandleResidentARB(s, made_up[i]) || !has);
		CHECK(refused(p, has, GL_INVALID_OPERATION));
	}
	enc_glUniformHandleui64vARB(s, 0, 4, made_up);
	CHECK(refused(p, has, GL_INVALID_OPERATION));
	CHECK(!enc_glGetTextureHandleARB(s, 4711) || !has);
	CHECK(peer_sync(p));
}

/* Paths beyond all limits, fonts of the host. */
static void paths_without_end(struct peer *p)
{
	static const GLubyte commands[64] = { 2, 4 };
	static const GLfloat coords[4];
	struct vgpu_stream *s = &p->stream;
	GLuint made[2] = { 0 };
	bool has;

	peer_context(p, 2);
	has = peer_has(p, "GL_NV_path_rendering");
	enc_glPathCommandsNV(s, VGPU_MAX_PATHS + 1, 2, commands, 4, GL_FLOAT, coords);
	CHECK(refused(p, has, GL_OUT_OF_MEMORY));
	enc_glPathCommandsNV(s, 0xffffffffu, 2, commands, 4, GL_FLOAT, coords);
	CHECK(refused(p, has, GL_OUT_OF_MEMORY));
	CHECK(enc_glGenPathsNV(s, 0x7fffffff) == 0);
	CHECK(refused(p, has, GL_OUT_OF_MEMORY));
	enc_glDeletePathsNV(s, 0xffffff00u, 0x7fffffff);
	peer_error(p);
	enc_glPathGlyphRangeNV(s, 1, GL_FILE_NAME_NV, "/etc/passwd", 0, 0, 4,
			       GL_USE_MISSING_GLYPH_NV, 0, 1);
	CHECK(refused(p, has, GL_NO_ERROR));
	CHECK(!enc_glIsPathNV(s, 1) || !has);
	CHECK(enc_glPathGlyphIndexRangeNV(s, GL_SYSTEM_FONT_NAME_NV, "Sans", 0, 0, 1, made) ==
		      GL_FONT_UNAVAILABLE_NV ||
	      !has);
	CHECK(peer_sync(p));
}

/* A list of names that is shorter than its characters say. */
static void path_list_lies(struct peer *p)
{
	peer_context(p, 2);
	if (!peer_has(p, "GL_NV_path_rendering"))
		skip("GL_NV_path_rendering");
	enc_glStencilFillPathInstancedNV(&p->stream, 2, GL_UTF8_NV, "a\xf0", 2, 0, GL_COUNT_UP_NV,
					 0xff, GL_NONE, NULL);
	peer_sync(p);
}

/* Which half of a filter? And its two halves of different kinds. */
static void filter_halves(struct peer *p)
{
	static const float row[4];
	struct vgpu_stream *s = &p->stream;
	uint8_t room[64];

	peer_context(p, 2);
	enc_vgpuSeparableFilter(s, GL_SEPARABLE_2D, GL_RGBA, GL_UNSIGNED_BYTE, 1, BLOB(room, 64));
	peer_error(p);
	enc_vgpuSeparableToBuffer(s, GL_SEPARABLE_2D, GL_RGBA, GL_UNSIGNED_BYTE, 1 << 20, -64);
	peer_error(p);
	enc_glSeparableFilter2D(s, GL_SEPARABLE_2D, GL_RGBA, 1, 1, GL_RGBA, GL_FLOAT, BLOB(row, 16),
				OFFSET(4096));
	peer_error(p);
	CHECK(peer_sync(p));
	enc_vgpuSeparableFilter(s, GL_SEPARABLE_2D, GL_RGBA, GL_UNSIGNED_BYTE, 2, BLOB(room, 64));
}

/* Mesa hands out these functions and crashes in them when the driver beneath cannot do it. */
static void functions_that_are_none(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint id = 7;
	bool has;

	peer_context(p, 2);
	has = peer_has(p, "GL_INTEL_performance_query");
	enc_glGetFirstPerfQueryIdINTEL(s, &id);
	CHECK(refused(p, has, GL_INVALID_OPERATION));
	enc_glGetNextPerfQueryIdINTEL(s, id, &id);
	CHECK(refused(p, has, GL_INVALID_OPERATION) || peer_sync(p));
	enc_glBeginPerfQueryINTEL(s, 1);
	enc_glEndPerfQueryINTEL(s, 1);
	CHECK(peer_sync(p));
}

const struct test extension_tests[] = {
	{ "09-functions-that-are-none", ALIVE, functions_that_are_none },
	{ "18-filter-halves", CLOSED, filter_halves },
	{ "18-path-list-lies", CLOSED, path_list_lies },
	{ "21-handles-of-nothing", ALIVE, handles_of_nothing },
	{ "37-paths-without-end", ALIVE, paths_without_end },
	{ 0 },
};
