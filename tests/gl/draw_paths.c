/* SPDX-License-Identifier: MIT */
/* GL_NV_path_rendering: shapes, strokes, text, what paths are asked. */
#include "tests/gl/draw_ext.h"

/* ---- path rendering ---------------------------------------------------------------------- */

static void path_shapes(void)
{
	static const GLubyte commands[] = { GL_MOVE_TO_NV, GL_LINE_TO_NV, GL_CUBIC_CURVE_TO_NV,
					    GL_CLOSE_PATH_NV };
	static const GLshort coords[] = { 5, 5, 55, 10, 50, 40, 30, 60, 10, 50 };
	static const char svg[] = "M10,10 L50,20 Q60,40 20,55 Z";
	GLubyte got_commands[32] = { 0 };
	GLfloat got[64] = { 0 }, x = 0, y = 0, tx = 0, ty = 0, length;
	static const GLfloat dashes[] = { 6, 3 };
	static const GLfloat gen[] = { 0.02f, 0, 0, 0, 0.02f, 0, 0, 0, 0.5f };
	GLint n[4] = { 0 };
	GLuint path;

	if (!has("GL_NV_path_rendering"))
		return;
	LOAD(PFNGLGENPATHSNVPROC, GenPathsNV);
	LOAD(PFNGLDELETEPATHSNVPROC, DeletePathsNV);
	LOAD(PFNGLISPATHNVPROC, IsPathNV);
	LOAD(PFNGLPATHCOMMANDSNVPROC, PathCommandsNV);
	LOAD(PFNGLPATHSUBCOORDSNVPROC, PathSubCoordsNV);
	LOAD(PFNGLPATHSTRINGNVPROC, PathStringNV);
	LOAD(PFNGLPATHPARAMETERFNVPROC, PathParameterfNV);
	LOAD(PFNGLPATHDASHARRAYNVPROC, PathDashArrayNV);
	LOAD(PFNGLSTENCILFILLPATHNVPROC, StencilFillPathNV);
	LOAD(PFNGLCOVERFILLPATHNVPROC, CoverFillPathNV);
	LOAD(PFNGLSTENCILTHENCOVERSTROKEPATHNVPROC, StencilThenCoverStrokePathNV);
	LOAD(PFNGLGETPATHPARAMETERIVNVPROC, GetPathParameterivNV);
	LOAD(PFNGLGETPATHCOMMANDSNVPROC, GetPathCommandsNV);
	LOAD(PFNGLGETPATHCOORDSNVPROC, GetPathCoordsNV);
	LOAD(PFNGLGETPATHDASHARRAYNVPROC, GetPathDashArrayNV);
	LOAD(PFNGLGETPATHLENGTHNVPROC, GetPathLengthNV);
	LOAD(PFNGLPOINTALONGPATHNVPROC, PointAlongPathNV);
	LOAD(PFNGLCOPYPATHNVPROC, CopyPathNV);
	LOAD(PFNGLISPOINTINFILLPATHNVPROC, IsPointInFillPathNV);
	LOAD(PFNGLMATRIXLOADIDENTITYEXTPROC, MatrixLoadIdentityEXT);
	LOAD(PFNGLMATRIXORTHOEXTPROC, MatrixOrthoEXT);
	LOAD(PFNGLPATHCOLORGENNVPROC, PathColorGenNV);
	MatrixLoadIdentityEXT(GL_PATH_PROJECTION_NV);
	MatrixOrthoEXT(GL_PATH_PROJECTION_NV, 0, 64, 0, 64, -1, 1);
	path = GenPathsNV(3);
	draw_say(" %d %d", path != 0, IsPathNV(path));
	PathCommandsNV(path, 4, commands, 10, GL_SHORT, coords);
	PathStringNV(path + 1, GL_PATH_FORMAT_SVG_NV, sizeof(svg) - 1, svg);
	PathParameterfNV(path + 1, GL_PATH_STROKE_WIDTH_NV, 3);
	PathDashArrayNV(path + 1, 2, dashes);
	CopyPathNV(path + 2, path);
	PathSubCoordsNV(path + 2, 0, 2, GL_SHORT, coords + 2);
	draw_say(" %d%d%d %x", IsPathNV(path), IsPathNV(path + 1), IsPathNV(path + 2),
		 glGetError());
	glEnable(GL_STENCIL_TEST);
	glStencilFunc(GL_NOTEQUAL, 0, 0xff);
	glStencilOp(GL_KEEP, GL_KEEP, GL_ZERO);
	StencilFillPathNV(path, GL_COUNT_UP_NV, 0xff);
	glColor3f(1, 0.6f, 0.1f);
	CoverFillPathNV(path, GL_BOUNDING_BOX_NV);
	glColor3f(0.2f, 0.9f, 1);
	PathColorGenNV(GL_PRIMARY_COLOR, GL_PATH_OBJECT_BOUNDING_BOX_NV, GL_RGB, gen);
	StencilThenCoverStrokePathNV(path + 1, 1, 0xff, GL_BOUNDING_BOX_NV);
	PathColorGenNV(GL_PRIMARY_COLOR, GL_NONE, 0, NULL);
	draw_say(" %x", glGetError());
	GetPathParameterivNV(path + 1, GL_PATH_COMMAND_COUNT_NV, n);
	GetPathCommandsNV(path + 1, got_commands);
	GetPathCoordsNV(path + 1, got);
	draw_say(" %d %08x %08x", n[0], draw_crc(0, got_commands, sizeof(got_commands)),
		 draw_crc(0, got, sizeof(got)));
	memset(got, 0, sizeof(got));
	GetPathDashArrayNV(path + 1, got);
	length = GetPathLengthNV(path, 0, 4);
	draw_say(" %g %g %.4f", (double)got[0], (double)got[1], (double)length);
	draw_say(" %d", PointAlongPathNV(path, 0, 3, 20, &x, &y, &tx, &ty));
	draw_say(" %.3f,%.3f %.3f,%.3f", (double)x, (double)y, (double)tx, (double)ty);
	draw_say(" %d%d", IsPointInFillPathNV(path, 0xff, 30, 30),
		 IsPointInFillPathNV(path, 0xff, 1, 63));
	PathCommandsNV(path, 4, commands, 9, GL_SHORT, coords);
	draw_say(" %x", glGetError());
	GetPathCommandsNV(path + 77, got_commands);
	draw_say(" %x", glGetError());
	DeletePathsNV(path, 2);
	draw_say(" %d%d %x", IsPathNV(path), IsPathNV(path + 2), glGetError());
	glDisable(GL_STENCIL_TEST);
}

static void path_text(void)
{
	static const char text[] = "V\xc3\xa4"
				   "GPU";
	GLfloat spacing[16] = { 0 }, metrics[5][4], moves[5] = { 0 };
	GLuint paths, made[2] = { 0 };
	GLenum status;

	if (!has("GL_NV_path_rendering"))
		return;
	LOAD(PFNGLGENPATHSNVPROC, GenPathsNV);
	LOAD(PFNGLPATHGLYPHSNVPROC, PathGlyphsNV);
	LOAD(PFNGLPATHGLYPHRANGENVPROC, PathGlyphRangeNV);
	LOAD(PFNGLPATHGLYPHINDEXRANGENVPROC, PathGlyphIndexRangeNV);
	LOAD(PFNGLGETPATHSPACINGNVPROC, GetPathSpacingNV);
	LOAD(PFNGLGETPATHMETRICSNVPROC, GetPathMetricsNV);
	LOAD(PFNGLGETPATHMETRICRANGENVPROC, GetPathMetricRangeNV);
	LOAD(PFNGLSTENCILFILLPATHINSTANCEDNVPROC, StencilFillPathInstancedNV);
	LOAD(PFNGLCOVERFILLPATHINSTANCEDNVPROC, CoverFillPathInstancedNV);
	LOAD(PFNGLSTENCILTHENCOVERSTROKEPATHINSTANCEDNVPROC, StencilThenCoverStrokePathInstancedNV);
	LOAD(PFNGLMATRIXLOADIDENTITYEXTPROC, MatrixLoadIdentityEXT);
	LOAD(PFNGLMATRIXORTHOEXTPROC, MatrixOrthoEXT);
	LOAD(PFNGLISPATHNVPROC, IsPathNV);
	MatrixLoadIdentityEXT(GL_PATH_PROJECTION_NV);
	MatrixOrthoEXT(GL_PATH_PROJECTION_NV, 0, 64, 0, 64, -1, 1);
	paths = GenPathsNV(256);
	PathGlyphRangeNV(paths, GL_STANDARD_FONT_NAME_NV, "Sans", GL_BOLD_BIT_NV, 0, 256,
			 GL_USE_MISSING_GLYPH_NV, 0, 24);
	draw_say(" %d %x", IsPathNV(paths + 'A'), glGetError());
	memset(metrics, 0, sizeof(metrics));
	GetPathMetricsNV(GL_GLYPH_HORIZONTAL_BEARING_ADVANCE_BIT_NV | GL_GLYPH_WIDTH_BIT_NV, 5,
			 GL_UTF8_NV, text, paths, sizeof(metrics[0]), metrics[0]);
	draw_say(" %08x %x", draw_crc(0, metrics, sizeof(metrics)), glGetError());
	GetPathMetricRangeNV(GL_GLYPH_HEIGHT_BIT_NV, paths + 'A', 5, 0, metrics[0]);
	draw_say(" %08x %x", draw_crc(0, metrics, sizeof(metrics)), glGetError());
	GetPathSpacingNV(GL_ACCUM_ADJACENT_PAIRS_NV, 5, GL_UTF8_NV, text, paths, 1, 1,
			 GL_TRANSLATE_X_NV, spacing);
	draw_say(" %08x %x", draw_crc(0, spacing, sizeof(spacing)), glGetError());
	for (int i = 1; i < 5; i++)
		moves[i] = spacing[i - 1] * 0.8f;
	glEnable(GL_STENCIL_TEST);
	glStencilFunc(GL_NOTEQUAL, 0, 0xff);
	glStencilOp(GL_KEEP, GL_KEEP, GL_ZERO);
	StencilFillPathInstancedNV(5, GL_UTF8_NV, text, paths, GL_PATH_FILL_MODE_NV, 0xff,
				   GL_TRANSLATE_X_NV, moves);
	glColor3f(1, 1, 0.4f);
	CoverFillPathInstancedNV(5, GL_UTF8_NV, text, paths, GL_BOUNDING_BOX_OF_BOUNDING_BOXES_NV,
				 GL_TRANSLATE_X_NV, moves);
	draw_say(" %x", glGetError());
	{
		static const GLushort names[] = { 'X', 'e', 'n' };
		static const GLfloat places[] = { 2, 34, 20, 34, 38, 30 };

		glColor3f(0.3f, 0.9f, 0.4f);
		StencilThenCoverStrokePathInstancedNV(3, GL_UNSIGNED_SHORT, names, paths, 1, 0xff,
						      GL_BOUNDING_BOX_NV, GL_TRANSLATE_2D_NV,
						      places);
	}
	draw_say(" %x", glGetError());
	PathGlyphsNV(paths + 300, GL_STANDARD_FONT_NAME_NV, "Serif", 0, 4, GL_UTF8_NV, text,
		     GL_SKIP_MISSING_GLYPH_NV, paths, 16);
	draw_say(" %d%d %x", IsPathNV(paths + 300), IsPathNV(paths + 304), glGetError());
	PathGlyphsNV(paths + 400, GL_FILE_NAME_NV, "/no/such/font.ttf", 0, 1, GL_UNSIGNED_BYTE, "A",
		     GL_SKIP_MISSING_GLYPH_NV, paths, 16);
	draw_say(" %d %x", IsPathNV(paths + 400), glGetError());
	status = PathGlyphIndexRangeNV(GL_STANDARD_FONT_NAME_NV, "Mono", 0, paths, 16, made);
	draw_say(" %x %d %x", status, made[1] > 0, glGetError());
	glDisable(GL_STENCIL_TEST);
}

static const struct draw_test tests[] = {
	{ "path-shapes", DRAW_COMPAT, path_shapes },
	{ "path-text", DRAW_COMPAT, path_text },
};
DRAW_MAIN(tests)
