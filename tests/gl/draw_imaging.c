/* SPDX-License-Identifier: MIT */
/* The imaging subset: tables, filters, histograms, extremes. */
#include "tests/gl/draw_ext.h"

/* ---- the imaging subset ------------------------------------------------------------------ */

static void picture(void)
{
	uint8_t pixels[24 * 24 * 4];

	for (int i = 0; i < 24 * 24 * 4; i++)
		pixels[i] = (uint8_t)((i * 7) ^ (i >> 5) * 31);
	glDrawPixels(24, 24, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
}

static void imaging_tables(void)
{
	uint8_t table[256 * 3], got[256 * 4 + 64] = { 0 };
	GLfloat scale[4] = { 0.5f, 1, 1, 1 };
	GLint width = 0;

	if (!has("GL_ARB_imaging"))
		return;
	LOAD(PFNGLGETNCOLORTABLEARBPROC, GetnColorTableARB);
	for (int i = 0; i < 256; i++) {
		table[i * 3] = (uint8_t)(255 - i);
		table[i * 3 + 1] = (uint8_t)(i / 2);
		table[i * 3 + 2] = (uint8_t)(i * i >> 8);
	}
	glColorTableParameterfv(GL_COLOR_TABLE, GL_COLOR_TABLE_SCALE, scale);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glColorTable(GL_COLOR_TABLE, GL_RGB, 256, GL_RGB, GL_UNSIGNED_BYTE, table);
	glColorSubTable(GL_COLOR_TABLE, 10, 20, GL_RGB, GL_UNSIGNED_BYTE, table + 300);
	glGetColorTableParameteriv(GL_COLOR_TABLE, GL_COLOR_TABLE_WIDTH, &width);
	glPixelStorei(GL_PACK_SKIP_PIXELS, 3);
	glGetColorTable(GL_COLOR_TABLE, GL_RGBA, GL_UNSIGNED_BYTE, got);
	glPixelStorei(GL_PACK_SKIP_PIXELS, 0);
	draw_say(" %d %08x %x", width, draw_crc(0, got, sizeof(got)), glGetError());
	GetnColorTableARB(GL_COLOR_TABLE, GL_RGBA, GL_UNSIGNED_BYTE, 100, got);
	draw_say(" %x", glGetError());
	glGetColorTable(GL_TEXTURE_2D, GL_RGBA, GL_UNSIGNED_BYTE, got);
	draw_say(" %x", glGetError());
	glEnable(GL_COLOR_TABLE);
	glRasterPos2f(-0.9f, -0.9f);
	picture();
	glDisable(GL_COLOR_TABLE);
}

static void imaging_filters(void)
{
	static const GLfloat kernel[9] = { 0.1f, 0.1f, 0.1f, 0.1f, 0.2f, 0.1f, 0.1f, 0.1f, 0.1f };
	static const GLfloat row[5] = { 0.1f, 0.2f, 0.4f, 0.2f, 0.1f },
			     column[3] = { 0.25f, 0.5f, 0.25f };
	GLfloat got[64] = { 0 }, other[64] = { 0 };
	GLuint pbo;

	if (!has("GL_ARB_imaging"))
		return;
	glConvolutionFilter2D(GL_CONVOLUTION_2D, GL_LUMINANCE, 3, 3, GL_LUMINANCE, GL_FLOAT,
			      kernel);
	glGetConvolutionFilter(GL_CONVOLUTION_2D, GL_LUMINANCE, GL_FLOAT, got);
	draw_say(" %08x %x", draw_crc(0, got, sizeof(got)), glGetError());
	glConvolutionParameteri(GL_CONVOLUTION_2D, GL_CONVOLUTION_BORDER_MODE, GL_REPLICATE_BORDER);
	glEnable(GL_CONVOLUTION_2D);
	glRasterPos2f(-0.9f, -0.9f);
	picture();
	glDisable(GL_CONVOLUTION_2D);
	glSeparableFilter2D(GL_SEPARABLE_2D, GL_LUMINANCE, 5, 3, GL_LUMINANCE, GL_FLOAT, row,
			    column);
	memset(got, 0, sizeof(got));
	glGetSeparableFilter(GL_SEPARABLE_2D, GL_RGB, GL_FLOAT, got, other, NULL);
	draw_say(" %08x %08x %x", draw_crc(0, got, sizeof(got)), draw_crc(0, other, sizeof(other)),
		 glGetError());
	glGenBuffers(1, &pbo);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, pbo);
	glBufferData(GL_PIXEL_PACK_BUFFER, sizeof(got), NULL, GL_STREAM_READ);
	glGetSeparableFilter(GL_SEPARABLE_2D, GL_LUMINANCE, GL_FLOAT, NULL, (void *)64, NULL);
	memset(got, 0, sizeof(got));
	glGetBufferSubData(GL_PIXEL_PACK_BUFFER, 0, 20, got);
	glGetBufferSubData(GL_PIXEL_PACK_BUFFER, 64, 12, got + 16);
	draw_say(" %08x %x", draw_crc(0, got, sizeof(got)), glGetError());
	glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	glEnable(GL_SEPARABLE_2D);
	glRasterPos2f(0.1f, 0.1f);
	picture();
	glDisable(GL_SEPARABLE_2D);
	draw_say(" %x", glGetError());
}

static void imaging_statistics(void)
{
	GLuint counts[64] = { 0 };
	GLfloat extremes[8] = { 0 };
	GLint width = 0;

	if (!has("GL_ARB_imaging"))
		return;
	glHistogram(GL_HISTOGRAM, 16, GL_RGBA, GL_FALSE);
	glMinmax(GL_MINMAX, GL_RGBA, GL_FALSE);
	glEnable(GL_HISTOGRAM);
	glEnable(GL_MINMAX);
	glRasterPos2f(-0.5f, -0.5f);
	picture();
	glGetHistogramParameteriv(GL_HISTOGRAM, GL_HISTOGRAM_WIDTH, &width);
	glGetHistogram(GL_HISTOGRAM, GL_TRUE, GL_RGBA, GL_UNSIGNED_INT, counts);
	draw_say(" %d %08x %x", width, draw_crc(0, counts, sizeof(counts)), glGetError());
	glGetHistogram(GL_HISTOGRAM, GL_FALSE, GL_RGBA, GL_UNSIGNED_INT, counts);
	glGetMinmax(GL_MINMAX, GL_FALSE, GL_RGBA, GL_FLOAT, extremes);
	draw_say(" %08x %g %g %x", draw_crc(0, counts, sizeof(counts)), (double)extremes[0],
		 (double)extremes[4], glGetError());
	glResetMinmax(GL_MINMAX);
	glDisable(GL_HISTOGRAM);
	glDisable(GL_MINMAX);
}

static const struct draw_test tests[] = {
	{ "imaging-tables", DRAW_COMPAT, imaging_tables },
	{ "imaging-filters", DRAW_COMPAT, imaging_filters },
	{ "imaging-statistics", DRAW_COMPAT, imaging_statistics },
};
DRAW_MAIN(tests)
