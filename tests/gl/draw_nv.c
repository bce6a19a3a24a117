/* SPDX-License-Identifier: MIT */
/* Extensions that few drivers have: bindless textures, NV_vertex_program, the imaging subset, path
 * rendering, shading rates. A line says "no EXTENSION" where the driver lacks it. */
#include "tests/gl/draw.h"

static int has(const char *extension)
{
	GLint n = 0;

	glGetIntegerv(GL_NUM_EXTENSIONS, &n);
	for (GLint i = 0; i < n; i++)
		if (!strcmp((const char *)glGetStringi(GL_EXTENSIONS, (GLuint)i), extension))
			return 1;
	draw_say(" no %s", extension);
	return 0;
}

#define LOAD(type, name)                                                                          \
	type name = (type)eglGetProcAddress("gl" #name);                                          \
	if (!name) {                                                                              \
		draw_say(" no function gl" #name);                                                \
		return;                                                                           \
	}

static const float quad[] = { -0.8f, -0.8f, 0.8f, -0.8f, -0.8f, 0.8f, 0.8f, 0.8f };

static GLuint checkers(GLenum format)
{
	uint8_t pixels[8 * 8 * 4];
	GLuint texture;

	for (int i = 0; i < 8 * 8; i++) {
		pixels[i * 4] = (uint8_t)(i * 4);
		pixels[i * 4 + 1] = (i ^ i >> 3) & 1 ? 255 : 30;
		pixels[i * 4 + 2] = (uint8_t)(255 - i * 3);
		pixels[i * 4 + 3] = 255;
	}
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexStorage2D(GL_TEXTURE_2D, 1, format, 8, 8);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, 8, 8, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	return texture;
}

static void draw_quad(void)
{
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, quad);
	glEnableVertexAttribArray(0);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glDisableVertexAttribArray(0);
}

/* ---- bindless textures ------------------------------------------------------------------- */

static const char vs[] = "#version 430 compatibility\n"
                         "in vec2 position; out vec2 uv;\n"
                         "void main() { uv = position * 0.5 + 0.5; gl_Position = vec4(position, 0, 1); }\n";

static void bindless_uniform(void)
{
	static const char fs[] = "#version 430 compatibility\n"
	                         "#extension GL_ARB_bindless_texture : require\n"
	                         "layout(bindless_sampler) uniform sampler2D t; in vec2 uv;\n"
	                         "out vec4 frag; void main() { frag = texture(t, uv); }\n";
	GLuint p, texture, sampler;
	GLuint64 handle, other;

	if (!has("GL_ARB_bindless_texture"))
		return;
	LOAD(PFNGLGETTEXTUREHANDLEARBPROC, GetTextureHandleARB);
	LOAD(PFNGLGETTEXTURESAMPLERHANDLEARBPROC, GetTextureSamplerHandleARB);
	LOAD(PFNGLMAKETEXTUREHANDLERESIDENTARBPROC, MakeTextureHandleResidentARB);
	LOAD(PFNGLMAKETEXTUREHANDLENONRESIDENTARBPROC, MakeTextureHandleNonResidentARB);
	LOAD(PFNGLISTEXTUREHANDLERESIDENTARBPROC, IsTextureHandleResidentARB);
	LOAD(PFNGLUNIFORMHANDLEUI64ARBPROC, UniformHandleui64ARB);
	LOAD(PFNGLPROGRAMUNIFORMHANDLEUI64ARBPROC, ProgramUniformHandleui64ARB);
	LOAD(PFNGLVERTEXATTRIBL1UI64ARBPROC, VertexAttribL1ui64ARB);
	LOAD(PFNGLGETVERTEXATTRIBLUI64VARBPROC, GetVertexAttribLui64vARB);
	texture = checkers(GL_RGBA8);
	handle = GetTextureHandleARB(texture);
	draw_say(" %d %d", handle != 0, handle == GetTextureHandleARB(texture));
	glGenSamplers(1, &sampler);
	glSamplerParameteri(sampler, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
	glSamplerParameteri(sampler, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
	other = GetTextureSamplerHandleARB(texture, sampler);
	draw_say(" %d", other != 0 && other != handle);
	draw_say(" %d", IsTextureHandleResidentARB(handle));
	MakeTextureHandleResidentARB(handle);
	MakeTextureHandleResidentARB(other);
	draw_say(" %d %x", IsTextureHandleResidentARB(handle), glGetError());
	p = draw_program(vs, fs);
	UniformHandleui64ARB(glGetUniformLocation(p, "t"), handle);
	draw_quad();
	ProgramUniformHandleui64ARB(p, glGetUniformLocation(p, "t"), other);
	glViewport(0, 0, 32, 32);
	draw_quad();
	MakeTextureHandleNonResidentARB(other);
	draw_say(" %d %x", IsTextureHandleResidentARB(other), glGetError());
	MakeTextureHandleResidentARB(handle);
	draw_say(" %x", glGetError());
	MakeTextureHandleResidentARB(handle ^ 0x5a5a000000u);
	draw_say(" %x", glGetError());
	draw_say(" %d", GetTextureHandleARB(texture + 1000) != 0);
	draw_say(" %x", glGetError());
	VertexAttribL1ui64ARB(3, 0x123456789abcdefull);
	GetVertexAttribLui64vARB(3, GL_CURRENT_VERTEX_ATTRIB, &other);
	draw_say(" %llx", (unsigned long long)other);
	glDeleteTextures(1, &texture);
	IsTextureHandleResidentARB(handle);
	draw_say(" %x", glGetError());
}

static void bindless_buffer(void)
{
	static const char fs[] = "#version 430 compatibility\n"
	                         "#extension GL_ARB_bindless_texture : require\n"
	                         "layout(std140, binding = 2) uniform H { uvec2 h[2]; }; in vec2 uv;\n"
	                         "layout(std430, binding = 1) buffer I { uvec2 image; };\n"
	                         "out vec4 frag; void main() {\n"
	                         "frag = texture(sampler2D(h[uv.x > 0.5 ? 1 : 0]), uv);\n"
	                         "imageStore(layout(rgba8) image2D(image), ivec2(uv * 8.0), frag.gbra); }\n";
	GLuint textures[3], ubo, ssbo;
	GLuint64 handles[4] = { 0 }, image;
	uint8_t got[8 * 8 * 4] = { 0 };

	if (!has("GL_ARB_bindless_texture"))
		return;
	LOAD(PFNGLGETTEXTUREHANDLEARBPROC, GetTextureHandleARB);
	LOAD(PFNGLMAKETEXTUREHANDLERESIDENTARBPROC, MakeTextureHandleResidentARB);
	LOAD(PFNGLGETIMAGEHANDLEARBPROC, GetImageHandleARB);
	LOAD(PFNGLMAKEIMAGEHANDLERESIDENTARBPROC, MakeImageHandleResidentARB);
	LOAD(PFNGLISIMAGEHANDLERESIDENTARBPROC, IsImageHandleResidentARB);
	LOAD(PFNGLMAKEIMAGEHANDLENONRESIDENTARBPROC, MakeImageHandleNonResidentARB);
	for (int i = 0; i < 3; i++)
		textures[i] = checkers(i ? GL_RGBA8 : GL_RGBA4);
	handles[0] = GetTextureHandleARB(textures[0]);
	handles[2] = GetTextureHandleARB(textures[1]);
	image = GetImageHandleARB(textures[2], 0, GL_FALSE, 0, GL_RGBA8);
	MakeTextureHandleResidentARB(handles[0]);
	MakeTextureHandleResidentARB(handles[2]);
	MakeImageHandleResidentARB(image, GL_READ_WRITE);
	draw_say(" %d %x", IsImageHandleResidentARB(image), glGetError());
	draw_program(vs, fs);
	glGenBuffers(1, &ubo);
	glBindBufferBase(GL_UNIFORM_BUFFER, 2, ubo);
	glBufferData(GL_UNIFORM_BUFFER, sizeof(handles), handles, GL_STATIC_DRAW);
	glGenBuffers(1, &ssbo);
	glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 1, ssbo);
	glBufferData(GL_SHADER_STORAGE_BUFFER, sizeof(image), &image, GL_STATIC_DRAW);
	glViewport(0, 0, 8, 8);
	draw_quad();
	glMemoryBarrier(GL_ALL_BARRIER_BITS);
	glBindTexture(GL_TEXTURE_2D, textures[2]);
	glGetTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, got);
	draw_say(" %08x", draw_crc(0, got, sizeof(got)));
	MakeImageHandleNonResidentARB(image);
	draw_say(" %d %x", IsImageHandleResidentARB(image), glGetError());
}

static void bindless_nv(void)
{
	static const char fs[] = "#version 430 compatibility\n"
	                         "#extension GL_NV_bindless_texture : require\n"
	                         "#extension GL_NV_gpu_shader5 : require\n"
	                         "uniform uint64_t h; in vec2 uv; out vec4 frag;\n"
	                         "void main() { frag = texture(sampler2D(h), uv).bgra; }\n";
	GLuint p, texture;
	GLuint64 handle;

	if (!has("GL_NV_bindless_texture"))
		return;
	LOAD(PFNGLGETTEXTUREHANDLENVPROC, GetTextureHandleNV);
	LOAD(PFNGLMAKETEXTUREHANDLERESIDENTNVPROC, MakeTextureHandleResidentNV);
	LOAD(PFNGLISTEXTUREHANDLERESIDENTNVPROC, IsTextureHandleResidentNV);
	LOAD(PFNGLUNIFORMHANDLEUI64NVPROC, UniformHandleui64NV);
	texture = checkers(GL_RGBA8);
	handle = GetTextureHandleNV(texture);
	MakeTextureHandleResidentNV(handle);
	draw_say(" %d %d", handle != 0, IsTextureHandleResidentNV(handle));
	p = draw_program(vs, fs);
	UniformHandleui64NV(glGetUniformLocation(p, "h"), handle);
	draw_quad();
}

/* ---- NV_vertex_program ------------------------------------------------------------------- */

static void vertex_program(void)
{
	static const char text[] = "!!VP1.0\nMOV o[HPOS], v[OPOS];\nMUL o[COL0], v[3], c[4];\nEND";
	static const float colors[] = { 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 1 };
	static const float positions[] = { -0.9f, -0.9f, 0, 1, 0.9f, -0.9f, 0, 1,
		                           -0.9f, 0.9f,  0, 1, 0.9f, 0.9f,  0, 1 };
	static const uint8_t bytes[] = { 255, 0, 0, 255, 0, 255, 128, 255, 7, 0, 255, 255, 0, 0, 0, 255 };
	GLfloat value[4] = { 0 };
	GLint n[4] = { 0 };
	GLubyte source[256] = "";
	GLboolean resident[1] = { 0 };
	GLuint id, vbo;

	if (!has("GL_NV_vertex_program"))
		return;
	LOAD(PFNGLGENPROGRAMSNVPROC, GenProgramsNV);
	LOAD(PFNGLBINDPROGRAMNVPROC, BindProgramNV);
	LOAD(PFNGLLOADPROGRAMNVPROC, LoadProgramNV);
	LOAD(PFNGLISPROGRAMNVPROC, IsProgramNV);
	LOAD(PFNGLGETPROGRAMIVNVPROC, GetProgramivNV);
	LOAD(PFNGLGETPROGRAMSTRINGNVPROC, GetProgramStringNV);
	LOAD(PFNGLPROGRAMPARAMETER4FNVPROC, ProgramParameter4fNV);
	LOAD(PFNGLPROGRAMPARAMETERS4FVNVPROC, ProgramParameters4fvNV);
	LOAD(PFNGLGETPROGRAMPARAMETERFVNVPROC, GetProgramParameterfvNV);
	LOAD(PFNGLTRACKMATRIXNVPROC, TrackMatrixNV);
	LOAD(PFNGLGETTRACKMATRIXIVNVPROC, GetTrackMatrixivNV);
	LOAD(PFNGLVERTEXATTRIB4FNVPROC, VertexAttrib4fNV);
	LOAD(PFNGLVERTEXATTRIBS4FVNVPROC, VertexAttribs4fvNV);
	LOAD(PFNGLGETVERTEXATTRIBFVNVPROC, GetVertexAttribfvNV);
	LOAD(PFNGLGETVERTEXATTRIBIVNVPROC, GetVertexAttribivNV);
	LOAD(PFNGLVERTEXATTRIBPOINTERNVPROC, VertexAttribPointerNV);
	LOAD(PFNGLAREPROGRAMSRESIDENTNVPROC, AreProgramsResidentNV);
	GenProgramsNV(1, &id);
	draw_say(" %d", IsProgramNV(id));
	LoadProgramNV(GL_VERTEX_PROGRAM_NV, id, sizeof(text) - 1, (const GLubyte *)text);
	BindProgramNV(GL_VERTEX_PROGRAM_NV, id);
	draw_say(" %d %x", IsProgramNV(id), glGetError());
	GetProgramivNV(id, GL_PROGRAM_LENGTH_NV, n);
	GetProgramStringNV(id, GL_PROGRAM_STRING_NV, source);
	draw_say(" %d %08x", n[0], draw_crc(0, source, sizeof(source)));
	AreProgramsResidentNV(1, &id, resident);
	draw_say(" %x", glGetError());
	ProgramParameter4fNV(GL_VERTEX_PROGRAM_NV, 4, 1, 0.5f, 0.75f, 1);
	ProgramParameters4fvNV(GL_VERTEX_PROGRAM_NV, 5, 2, colors);
	GetProgramParameterfvNV(GL_VERTEX_PROGRAM_NV, 6, GL_PROGRAM_PARAMETER_NV, value);
	draw_say(" %g,%g,%g,%g", (double)value[0], (double)value[1], (double)value[2], (double)value[3]);
	TrackMatrixNV(GL_VERTEX_PROGRAM_NV, 8, GL_MODELVIEW, GL_IDENTITY_NV);
	GetTrackMatrixivNV(GL_VERTEX_PROGRAM_NV, 8, GL_TRACK_MATRIX_NV, n);
	draw_say(" %x %x", n[0], glGetError());
	glEnable(GL_VERTEX_PROGRAM_NV);
	/* immediate mode */
	glBegin(GL_TRIANGLES);
	for (int i = 0; i < 3; i++) {
		VertexAttrib4fNV(3, colors[i * 4], colors[i * 4 + 1], colors[i * 4 + 2], 1);
		VertexAttrib4fNV(0, positions[i * 4] * 0.3f, positions[i * 4 + 1] * 0.3f, 0, 1);
	}
	glEnd();
	VertexAttribs4fvNV(3, 1, colors + 8);
	GetVertexAttribfvNV(3, GL_CURRENT_ATTRIB_NV, value);
	draw_say(" %g,%g,%g,%g", (double)value[0], (double)value[1], (double)value[2], (double)value[3]);
	/* arrays in client memory, then one in a buffer */
	glViewport(0, 0, 32, 64);
	VertexAttribPointerNV(0, 4, GL_FLOAT, 0, positions);
	VertexAttribPointerNV(3, 4, GL_UNSIGNED_BYTE, 0, bytes);
	glEnableClientState(GL_VERTEX_ATTRIB_ARRAY0_NV);
	glEnableClientState(GL_VERTEX_ATTRIB_ARRAY3_NV);
	GetVertexAttribivNV(3, GL_ATTRIB_ARRAY_SIZE_NV, n);
	GetVertexAttribivNV(3, GL_ATTRIB_ARRAY_TYPE_NV, n + 1);
	draw_say(" %d %x %d", n[0], n[1], glIsEnabled(GL_VERTEX_ATTRIB_ARRAY3_NV));
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	draw_say(" %x", glGetError());
	glViewport(32, 0, 32, 64);
	glGenBuffers(1, &vbo);
	glBindBuffer(GL_ARRAY_BUFFER, vbo);
	glBufferData(GL_ARRAY_BUFFER, sizeof(colors), colors, GL_STATIC_DRAW);
	VertexAttribPointerNV(3, 4, GL_FLOAT, 0, NULL);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	VertexAttribPointerNV(16, 4, GL_FLOAT, 0, NULL);
	draw_say(" %x", glGetError());
	glDisableClientState(GL_VERTEX_ATTRIB_ARRAY0_NV);
	glDisableClientState(GL_VERTEX_ATTRIB_ARRAY3_NV);
	glDisable(GL_VERTEX_PROGRAM_NV);
}

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
	static const GLfloat row[5] = { 0.1f, 0.2f, 0.4f, 0.2f, 0.1f }, column[3] = { 0.25f, 0.5f, 0.25f };
	GLfloat got[64] = { 0 }, other[64] = { 0 };
	GLuint pbo;

	if (!has("GL_ARB_imaging"))
		return;
	glConvolutionFilter2D(GL_CONVOLUTION_2D, GL_LUMINANCE, 3, 3, GL_LUMINANCE, GL_FLOAT, kernel);
	glGetConvolutionFilter(GL_CONVOLUTION_2D, GL_LUMINANCE, GL_FLOAT, got);
	draw_say(" %08x %x", draw_crc(0, got, sizeof(got)), glGetError());
	glConvolutionParameteri(GL_CONVOLUTION_2D, GL_CONVOLUTION_BORDER_MODE, GL_REPLICATE_BORDER);
	glEnable(GL_CONVOLUTION_2D);
	glRasterPos2f(-0.9f, -0.9f);
	picture();
	glDisable(GL_CONVOLUTION_2D);
	glSeparableFilter2D(GL_SEPARABLE_2D, GL_LUMINANCE, 5, 3, GL_LUMINANCE, GL_FLOAT, row, column);
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
	draw_say(" %d%d%d %x", IsPathNV(path), IsPathNV(path + 1), IsPathNV(path + 2), glGetError());
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
	draw_say(" %d%d", IsPointInFillPathNV(path, 0xff, 30, 30), IsPointInFillPathNV(path, 0xff, 1, 63));
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
	static const char text[] = "V\xc3\xa4" "GPU";
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
	GetPathMetricsNV(GL_GLYPH_HORIZONTAL_BEARING_ADVANCE_BIT_NV | GL_GLYPH_WIDTH_BIT_NV, 5, GL_UTF8_NV,
	                 text, paths, sizeof(metrics[0]), metrics[0]);
	draw_say(" %08x %x", draw_crc(0, metrics, sizeof(metrics)), glGetError());
	GetPathMetricRangeNV(GL_GLYPH_HEIGHT_BIT_NV, paths + 'A', 5, 0, metrics[0]);
	draw_say(" %08x %x", draw_crc(0, metrics, sizeof(metrics)), glGetError());
	GetPathSpacingNV(GL_ACCUM_ADJACENT_PAIRS_NV, 5, GL_UTF8_NV, text, paths, 1, 1, GL_TRANSLATE_X_NV,
	                 spacing);
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
		                                      GL_BOUNDING_BOX_NV, GL_TRANSLATE_2D_NV, places);
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

/* ---- shading rates ----------------------------------------------------------------------- */

static void shading_rate(void)
{
	static const char fs[] = "#version 430 compatibility\nin vec2 uv; out vec4 frag;\n"
	                         "void main() { frag = vec4(uv, fract(uv.x * 16.0), 1); }\n";
	static const GLenum rates[] = { GL_SHADING_RATE_1_INVOCATION_PER_PIXEL_NV,
		                        GL_SHADING_RATE_1_INVOCATION_PER_4X4_PIXELS_NV };
	static const GLint order[] = { 1, 0, 0, 0, 0, 0 };
	GLint location[3] = { -1, -1, -1 }, texel[2] = { 16, 16 };
	GLenum rate = 0;
	GLuint texture, fbo, rb;
	uint8_t image[64] = { 0 };

	if (!has("GL_NV_shading_rate_image"))
		return;
	LOAD(PFNGLSHADINGRATEIMAGEPALETTENVPROC, ShadingRateImagePaletteNV);
	LOAD(PFNGLGETSHADINGRATEIMAGEPALETTENVPROC, GetShadingRateImagePaletteNV);
	LOAD(PFNGLBINDSHADINGRATEIMAGENVPROC, BindShadingRateImageNV);
	LOAD(PFNGLSHADINGRATESAMPLEORDERCUSTOMNVPROC, ShadingRateSampleOrderCustomNV);
	LOAD(PFNGLGETSHADINGRATESAMPLELOCATIONIVNVPROC, GetShadingRateSampleLocationivNV);
	ShadingRateImagePaletteNV(0, 0, 2, rates);
	GetShadingRateImagePaletteNV(0, 1, &rate);
	draw_say(" %x %x", rate, glGetError());
	ShadingRateSampleOrderCustomNV(GL_SHADING_RATE_1_INVOCATION_PER_2X1_PIXELS_NV, 1, order);
	draw_say(" %x", glGetError());
	GetShadingRateSampleLocationivNV(GL_SHADING_RATE_1_INVOCATION_PER_2X1_PIXELS_NV, 1, 0, location);
	draw_say(" %d,%d,%d %x", location[0], location[1], location[2], glGetError());
	ShadingRateSampleOrderCustomNV(0x1234, 1, order);
	draw_say(" %x", glGetError());
	glGetIntegerv(GL_SHADING_RATE_IMAGE_TEXEL_WIDTH_NV, &texel[0]);
	glGetIntegerv(GL_SHADING_RATE_IMAGE_TEXEL_HEIGHT_NV, &texel[1]);
	draw_say(" %dx%d", texel[0], texel[1]);
	for (int i = 0; i < 64; i++)
		image[i] = (uint8_t)(i & 1);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexStorage2D(GL_TEXTURE_2D, 1, GL_R8UI, 4, 4);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, 4, 4, GL_RED_INTEGER, GL_UNSIGNED_BYTE, image);
	BindShadingRateImageNV(texture);
	glGenFramebuffers(1, &fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, fbo);
	glGenRenderbuffers(1, &rb);
	glBindRenderbuffer(GL_RENDERBUFFER, rb);
	glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, DRAW_SIZE, DRAW_SIZE);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, rb);
	glEnable(GL_SHADING_RATE_IMAGE_NV);
	draw_program(vs, fs);
	draw_quad();
	glDisable(GL_SHADING_RATE_IMAGE_NV);
	draw_say(" %x", glGetError());
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
	glBlitFramebuffer(0, 0, DRAW_SIZE, DRAW_SIZE, 0, 0, DRAW_SIZE, DRAW_SIZE, GL_COLOR_BUFFER_BIT,
	                  GL_NEAREST);
}

/* ---- buffers by address ------------------------------------------------------------------ */

struct corner {
	float position[2];
	uint8_t color[4];
};
static const struct corner corners[] = {
	{ { -0.9f, -0.9f }, { 255, 0, 0, 255 } },  { { 0.9f, -0.9f }, { 0, 255, 0, 255 } },
	{ { -0.9f, 0.9f }, { 0, 0, 255, 255 } },   { { 0.9f, 0.9f }, { 255, 255, 0, 255 } },
	{ { -0.5f, -0.2f }, { 0, 255, 255, 255 } }, { { 0.5f, -0.2f }, { 255, 255, 255, 255 } },
	{ { 0, 0.7f }, { 30, 30, 30, 255 } },
};

/* A buffer with this in it, resident; its address. */
static GLuint64EXT addressed(GLenum target, const void *data, size_t bytes)
{
	PFNGLMAKEBUFFERRESIDENTNVPROC resident =
	        (PFNGLMAKEBUFFERRESIDENTNVPROC)eglGetProcAddress("glMakeBufferResidentNV");
	PFNGLGETBUFFERPARAMETERUI64VNVPROC get =
	        (PFNGLGETBUFFERPARAMETERUI64VNVPROC)eglGetProcAddress("glGetBufferParameterui64vNV");
	GLuint64EXT address = 0;
	GLuint buffer;

	glGenBuffers(1, &buffer);
	glBindBuffer(target, buffer);
	glBufferData(target, (GLsizeiptr)bytes, data, GL_STATIC_DRAW);
	resident(target, GL_READ_ONLY);
	get(target, GL_BUFFER_GPU_ADDRESS_NV, &address);
	glBindBuffer(target, 0);
	return address;
}

/* Colours and positions at an address, one array after the other. */
static GLuint64EXT unified_begin(int generic)
{
	PFNGLBUFFERADDRESSRANGENVPROC range =
	        (PFNGLBUFFERADDRESSRANGENVPROC)eglGetProcAddress("glBufferAddressRangeNV");
	PFNGLVERTEXFORMATNVPROC position =
	        (PFNGLVERTEXFORMATNVPROC)eglGetProcAddress("glVertexFormatNV");
	PFNGLCOLORFORMATNVPROC color = (PFNGLCOLORFORMATNVPROC)eglGetProcAddress("glColorFormatNV");
	PFNGLVERTEXATTRIBFORMATNVPROC attrib =
	        (PFNGLVERTEXATTRIBFORMATNVPROC)eglGetProcAddress("glVertexAttribFormatNV");
	GLuint64EXT vertices = addressed(GL_ARRAY_BUFFER, corners, sizeof(corners));

	draw_say(" %d %x", vertices != 0, glGetError());
	if (generic) {
		draw_program("#version 330 compatibility\nin vec2 position; layout(location = 3) in vec4 c;\n"
		             "out vec4 v; void main() { v = c; gl_Position = vec4(position, 0, 1); }\n",
		             "#version 330 compatibility\nin vec4 v; out vec4 f; void main() { f = v; }\n");
		attrib(0, 2, GL_FLOAT, GL_FALSE, sizeof(struct corner));
		attrib(3, 4, GL_UNSIGNED_BYTE, GL_TRUE, sizeof(struct corner));
		glEnableVertexAttribArray(0);
		glEnableVertexAttribArray(3);
		glEnableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
		range(GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV, 0, vertices, sizeof(corners));
		range(GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV, 3, vertices + 8, sizeof(corners) - 8);
	} else {
		position(2, GL_FLOAT, sizeof(struct corner));
		color(4, GL_UNSIGNED_BYTE, sizeof(struct corner));
		glEnableClientState(GL_VERTEX_ARRAY);
		glEnableClientState(GL_COLOR_ARRAY);
		glEnableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
		range(GL_VERTEX_ARRAY_ADDRESS_NV, 0, vertices, sizeof(corners));
		range(GL_COLOR_ARRAY_ADDRESS_NV, 0, vertices + 8, sizeof(corners) - 8);
	}
	draw_say(" %d %x", glIsEnabled(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV), glGetError());
	return vertices;
}

static void unified_fixed(void)
{
	GLuint64EXT vertices;

	if (!has("GL_NV_vertex_buffer_unified_memory"))
		return;
	LOAD(PFNGLBUFFERADDRESSRANGENVPROC, BufferAddressRangeNV);
	vertices = unified_begin(0);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	/* from an address in the middle */
	glDisableClientState(GL_COLOR_ARRAY);
	glColor3f(0.5f, 0.2f, 0.9f);
	glViewport(0, 0, 20, 20);
	BufferAddressRangeNV(GL_VERTEX_ARRAY_ADDRESS_NV, 0, vertices + 4 * sizeof(struct corner),
	                     3 * sizeof(struct corner));
	glDrawArrays(GL_TRIANGLES, 0, 3);
	draw_say(" %x", glGetError());
}

static void unified_generic(void)
{
	GLuint64EXT vertices, got = 0;

	if (!has("GL_NV_vertex_buffer_unified_memory"))
		return;
	LOAD(PFNGLBUFFERADDRESSRANGENVPROC, BufferAddressRangeNV);
	LOAD(PFNGLGETINTEGERUI64I_VNVPROC, GetIntegerui64i_vNV);
	vertices = unified_begin(1);
	GetIntegerui64i_vNV(GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV, 3, &got);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	draw_say(" %d %x", got == vertices + 8, glGetError());
	BufferAddressRangeNV(GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV, 0, vertices, -1);
	draw_say(" %x", glGetError());
}

/* Indices from an address, with an offset added or without. */
static void unified_indices(size_t address_bytes, size_t offset, GLsizei count)
{
	static const GLushort indices[] = { 9, 9, 0, 1, 2, 2, 1, 3, 4, 5, 6, 0 };
	GLuint64EXT elements;

	if (!has("GL_NV_vertex_buffer_unified_memory"))
		return;
	LOAD(PFNGLBUFFERADDRESSRANGENVPROC, BufferAddressRangeNV);
	elements = addressed(GL_ELEMENT_ARRAY_BUFFER, indices, sizeof(indices));
	unified_begin(1);
	glEnableClientState(GL_ELEMENT_ARRAY_UNIFIED_NV);
	BufferAddressRangeNV(GL_ELEMENT_ARRAY_ADDRESS_NV, 0, elements + address_bytes,
	                     (GLsizeiptr)(sizeof(indices) - address_bytes));
	glDrawElements(GL_TRIANGLES, count, GL_UNSIGNED_SHORT, (void *)offset);
	draw_say(" %x", glGetError());
	glDisableClientState(GL_ELEMENT_ARRAY_UNIFIED_NV);
	draw_say(" %d", glIsEnabled(GL_ELEMENT_ARRAY_UNIFIED_NV));
}

static void unified_elements(void)
{
	unified_indices(4, 0, 6);
}

static void unified_elements_offset(void)
{
	unified_indices(4, 12, 3);
}

static void unified_off(void)
{
	if (!has("GL_NV_vertex_buffer_unified_memory"))
		return;
	unified_begin(1);
	glDisableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
	glDisableVertexAttribArray(3);
	glVertexAttrib4f(3, 1, 1, 1, 1);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, sizeof(struct corner), corners[4].position);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	draw_say(" %d %x", glIsEnabled(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV), glGetError());
}

static void unified_uniforms(void)
{
	static float colors[2][64] = { { 1, 0.5f, 0, 1 }, { 0, 0.5f, 1, 1 } };
	GLuint64EXT address;
	GLuint program, ubo;

	if (!has("GL_NV_uniform_buffer_unified_memory"))
		return;
	LOAD(PFNGLBUFFERADDRESSRANGENVPROC, BufferAddressRangeNV);
	address = addressed(GL_UNIFORM_BUFFER, colors, sizeof(colors));
	program = draw_program(vs, "#version 430 compatibility\nlayout(std140) uniform C { vec4 c; };\n"
	                           "in vec2 uv; out vec4 f; void main() { f = c * vec4(uv, 1, 1); }\n");
	glUniformBlockBinding(program, glGetUniformBlockIndex(program, "C"), 3);
	glGenBuffers(1, &ubo);
	glBindBufferBase(GL_UNIFORM_BUFFER, 3, ubo);
	glBufferData(GL_UNIFORM_BUFFER, 16, (const float[]){ 1, 1, 1, 1 }, GL_STATIC_DRAW);
	glEnableClientState(GL_UNIFORM_BUFFER_UNIFIED_NV);
	BufferAddressRangeNV(GL_UNIFORM_BUFFER_ADDRESS_NV, 3, address, 16);
	draw_quad();
	BufferAddressRangeNV(GL_UNIFORM_BUFFER_ADDRESS_NV, 3, address + 256, 16);
	glViewport(0, 0, 32, 32);
	draw_quad();
	glDisableClientState(GL_UNIFORM_BUFFER_UNIFIED_NV);
	glViewport(32, 32, 32, 32);
	draw_quad();
	draw_say(" %x", glGetError());
}

struct pointer {
	GLuint index, reserved;
	GLuint64EXT address, length;
};

static void pointers(struct pointer *p, GLuint64EXT vertices, size_t skip)
{
	for (GLuint k = 0; k < 2; k++)
		p[k] = (struct pointer){ k * 3, 0, vertices + skip + k * 8, sizeof(corners) - skip - k * 8 };
}

static void bindless_arrays(int counted)
{
	struct {
		GLuint count, instances, first, base;
		struct pointer vertices[2];
	} arrays[3];
	static const GLuint counts[] = { 7, 2, 0, 0 };
	GLuint64EXT vertices;
	GLuint indirect, parameter;

	LOAD(PFNGLMULTIDRAWARRAYSINDIRECTBINDLESSNVPROC, MultiDrawArraysIndirectBindlessNV);
	vertices = unified_begin(1);
	memset(arrays, 0, sizeof(arrays));
	for (GLuint i = 0; i < 3; i++) {
		arrays[i].count = i ? 3 : 4;
		arrays[i].instances = 1;
		pointers(arrays[i].vertices, vertices, i ? 4 * sizeof(struct corner) : 0);
	}
	glGenBuffers(1, &indirect);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, indirect);
	glBufferData(GL_DRAW_INDIRECT_BUFFER, sizeof(arrays), arrays, GL_STATIC_DRAW);
	if (counted) {
		LOAD(PFNGLMULTIDRAWARRAYSINDIRECTBINDLESSCOUNTNVPROC, MultiDrawArraysIndirectBindlessCountNV);
		glGenBuffers(1, &parameter);
		glBindBuffer(GL_PARAMETER_BUFFER, parameter);
		glBufferData(GL_PARAMETER_BUFFER, sizeof(counts), counts, GL_STATIC_DRAW);
		MultiDrawArraysIndirectBindlessCountNV(GL_TRIANGLE_STRIP, NULL, 4, 3, 0, 2);
	} else {
		MultiDrawArraysIndirectBindlessNV(GL_TRIANGLE_STRIP, NULL, 2, 0, 2);
	}
	draw_say(" %x", glGetError());
	glDisableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
	MultiDrawArraysIndirectBindlessNV(GL_TRIANGLE_STRIP, NULL, 1, 0, 2);
	draw_say(" %x", glGetError());
}

static void bindless_draws(void)
{
	if (has("GL_NV_bindless_multi_draw_indirect"))
		bindless_arrays(0);
}

static void bindless_count(void)
{
	if (has("GL_NV_bindless_multi_draw_indirect_count"))
		bindless_arrays(1);
}

static void bindless_elements(void)
{
	struct {
		GLuint count, instances, first;
		GLint base_vertex;
		GLuint base, reserved;
		struct pointer indices, vertices[2];
	} elements;
	static const GLuint indices[] = { 0, 1, 2, 0, 2, 1, 4, 5, 6, 0 };
	GLuint64EXT vertices, index;
	GLuint indirect;

	if (!has("GL_NV_bindless_multi_draw_indirect"))
		return;
	LOAD(PFNGLMULTIDRAWELEMENTSINDIRECTBINDLESSNVPROC, MultiDrawElementsIndirectBindlessNV);
	index = addressed(GL_ARRAY_BUFFER, indices, sizeof(indices));
	vertices = unified_begin(1);
	memset(&elements, 0, sizeof(elements));
	elements.count = 3;
	elements.instances = 1;
	elements.first = 1;
	elements.indices.address = index + 20;
	elements.indices.length = sizeof(indices) - 20;
	pointers(elements.vertices, vertices, 0);
	glGenBuffers(1, &indirect);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, indirect);
	glBufferData(GL_DRAW_INDIRECT_BUFFER, sizeof(elements), &elements, GL_STATIC_DRAW);
	glEnableClientState(GL_ELEMENT_ARRAY_UNIFIED_NV);
	MultiDrawElementsIndirectBindlessNV(GL_TRIANGLES, GL_UNSIGNED_INT, NULL, 1, 0, 2);
	draw_say(" %x", glGetError());
	glDisableClientState(GL_ELEMENT_ARRAY_UNIFIED_NV);
	glDisableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
}

/* ---- one GPU of many, semaphores ---------------------------------------------------------- */

static void multicast(void)
{
	static const uint8_t bytes[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint8_t got[16] = { 0 };
	GLuint buffers[2], query, result = 0;
	GLint gpus = 0;

	if (!has("GL_NV_gpu_multicast"))
		return;
	LOAD(PFNGLRENDERGPUMASKNVPROC, RenderGpuMaskNV);
	LOAD(PFNGLMULTICASTBUFFERSUBDATANVPROC, MulticastBufferSubDataNV);
	LOAD(PFNGLMULTICASTCOPYBUFFERSUBDATANVPROC, MulticastCopyBufferSubDataNV);
	LOAD(PFNGLMULTICASTBARRIERNVPROC, MulticastBarrierNV);
	LOAD(PFNGLMULTICASTWAITSYNCNVPROC, MulticastWaitSyncNV);
	LOAD(PFNGLMULTICASTBLITFRAMEBUFFERNVPROC, MulticastBlitFramebufferNV);
	LOAD(PFNGLMULTICASTGETQUERYOBJECTUIVNVPROC, MulticastGetQueryObjectuivNV);
	glGetIntegerv(GL_MULTICAST_GPUS_NV, &gpus);
	draw_say(" %d %x", gpus, glGetError());
	RenderGpuMaskNV(1);
	draw_say(" %x", glGetError());
	RenderGpuMaskNV(2);
	draw_say(" %x", glGetError());
	RenderGpuMaskNV(0);
	draw_say(" %x", glGetError());
	glCreateBuffers(2, buffers);
	glNamedBufferData(buffers[0], 16, NULL, GL_STATIC_DRAW);
	glNamedBufferData(buffers[1], 16, bytes, GL_STATIC_DRAW);
	MulticastBufferSubDataNV(1, buffers[0], 0, 16, bytes);
	MulticastCopyBufferSubDataNV(0, 1, buffers[0], buffers[1], 0, 8, 8);
	glGetNamedBufferSubData(buffers[1], 0, 16, got);
	draw_say(" %08x %x", draw_crc(0, got, 16), glGetError());
	MulticastBufferSubDataNV(2, buffers[0], 0, 16, bytes);
	draw_say(" %x", glGetError());
	MulticastCopyBufferSubDataNV(1, 1, buffers[0], buffers[1], 0, 8, 8);
	draw_say(" %x", glGetError());
	MulticastBarrierNV();
	draw_say(" %x", glGetError());
	MulticastWaitSyncNV(0, 1);
	draw_say(" %x", glGetError());
	MulticastWaitSyncNV(1, 1);
	draw_say(" %x", glGetError());
	glGenQueries(1, &query);
	glBeginQuery(GL_SAMPLES_PASSED, query);
	glRectf(-0.5f, -0.5f, 0.5f, 0.5f);
	glEndQuery(GL_SAMPLES_PASSED);
	MulticastGetQueryObjectuivNV(0, query, GL_QUERY_RESULT, &result);
	draw_say(" %u %x", result, glGetError());
	MulticastGetQueryObjectuivNV(1, query, GL_QUERY_RESULT, &result);
	draw_say(" %x", glGetError());
	MulticastBlitFramebufferNV(0, 1, 0, 0, 32, 32, 32, 32, 64, 64, GL_COLOR_BUFFER_BIT, GL_NEAREST);
	draw_say(" %x", glGetError());
}

static void progress_fence(void)
{
	GLuint64 one = 1, two = 2;
	GLuint fence;

	if (!has("GL_NVX_progress_fence"))
		return;
	LOAD(PFNGLCREATEPROGRESSFENCENVXPROC, CreateProgressFenceNVX);
	LOAD(PFNGLSIGNALSEMAPHOREUI64NVXPROC, SignalSemaphoreui64NVX);
	LOAD(PFNGLWAITSEMAPHOREUI64NVXPROC, WaitSemaphoreui64NVX);
	LOAD(PFNGLCLIENTWAITSEMAPHOREUI64NVXPROC, ClientWaitSemaphoreui64NVX);
	LOAD(PFNGLISSEMAPHOREEXTPROC, IsSemaphoreEXT);
	LOAD(PFNGLDELETESEMAPHORESEXTPROC, DeleteSemaphoresEXT);
	/* a driver whose context has one GPU gives none: the picture is the same without */
	fence = CreateProgressFenceNVX();
	draw_say(" %x", glGetError());
	glRectf(-0.5f, -0.5f, 0.5f, 0.5f);
	if (fence) {
		SignalSemaphoreui64NVX(0, 1, &fence, &one);
		WaitSemaphoreui64NVX(0, 1, &fence, &one);
	}
	glColor3f(1, 0, 1);
	glRectf(-0.2f, -0.9f, 0.2f, 0.9f);
	if (fence) {
		SignalSemaphoreui64NVX(0, 1, &fence, &two);
		ClientWaitSemaphoreui64NVX(1, &fence, &one);
		ClientWaitSemaphoreui64NVX(1, &fence, &two);
	}
	draw_say(" %x", glGetError());
	SignalSemaphoreui64NVX(1, 1, &fence, &two);
	draw_say(" %x", glGetError());
	DeleteSemaphoresEXT(1, &fence);
	draw_say(" %d %x", IsSemaphoreEXT(fence), glGetError());
}

static void semaphores(void)
{
	GLuint64 value = 0;
	GLuint s[2] = { 0 };
	GLint type = 0;

	if (!has("GL_EXT_semaphore"))
		return;
	LOAD(PFNGLGENSEMAPHORESEXTPROC, GenSemaphoresEXT);
	LOAD(PFNGLISSEMAPHOREEXTPROC, IsSemaphoreEXT);
	LOAD(PFNGLDELETESEMAPHORESEXTPROC, DeleteSemaphoresEXT);
	LOAD(PFNGLSIGNALSEMAPHOREEXTPROC, SignalSemaphoreEXT);
	LOAD(PFNGLSEMAPHOREPARAMETERUI64VEXTPROC, SemaphoreParameterui64vEXT);
	LOAD(PFNGLGETSEMAPHOREPARAMETERUI64VEXTPROC, GetSemaphoreParameterui64vEXT);
	GenSemaphoresEXT(1, s);
	draw_say(" %d %d %d %x", s[0] != 0, IsSemaphoreEXT(s[0]), IsSemaphoreEXT(s[0] + 9), glGetError());
	SignalSemaphoreEXT(s[0], 0, NULL, 0, NULL, NULL);
	draw_say(" %x", glGetError());
	SignalSemaphoreEXT(s[0] + 9, 0, NULL, 0, NULL, NULL);
	draw_say(" %x", glGetError());
	SemaphoreParameterui64vEXT(s[0], 0x1234, &value);
	draw_say(" %x", glGetError());
	if (has("GL_NV_timeline_semaphore")) {
		LOAD(PFNGLCREATESEMAPHORESNVPROC, CreateSemaphoresNV);
		LOAD(PFNGLSEMAPHOREPARAMETERIVNVPROC, SemaphoreParameterivNV);
		LOAD(PFNGLGETSEMAPHOREPARAMETERIVNVPROC, GetSemaphoreParameterivNV);

		CreateSemaphoresNV(1, s + 1);
		draw_say(" %d %x", IsSemaphoreEXT(s[1]), glGetError());
		GetSemaphoreParameterivNV(s[1], GL_SEMAPHORE_TYPE_NV, &type);
		draw_say(" %x %x", type, glGetError());
		type = GL_SEMAPHORE_TYPE_TIMELINE_NV;
		SemaphoreParameterivNV(s[1], GL_SEMAPHORE_TYPE_NV, &type);
		type = 0;
		GetSemaphoreParameterivNV(s[1], GL_SEMAPHORE_TYPE_NV, &type);
		draw_say(" %x %x", type, glGetError());
		value = 3;
		SemaphoreParameterui64vEXT(s[1], GL_TIMELINE_SEMAPHORE_VALUE_NV, &value);
		draw_say(" %x", glGetError());
		value = 0;
		GetSemaphoreParameterui64vEXT(s[1], GL_TIMELINE_SEMAPHORE_VALUE_NV, &value);
		draw_say(" %d %x", (int)value, glGetError());
		/* a driver may want a semaphore to be imported first */
		SignalSemaphoreEXT(s[1], 0, NULL, 0, NULL, NULL);
		glGetError();
	}
	DeleteSemaphoresEXT(2, s);
	draw_say(" %d %x", IsSemaphoreEXT(s[0]), glGetError());
}

static void import_sync(void)
{
	if (!has("GL_EXT_import_sync_object"))
		return;
	LOAD(PFNGLIMPORTSYNCEXTPROC, ImportSyncEXT);
	draw_say(" %d", ImportSyncEXT(GL_SYNC_X11_FENCE_EXT, 12345, 0) != NULL);
	draw_say(" %x", glGetError());
	draw_say(" %d", ImportSyncEXT(0x1234, 0, 0) != NULL);
	draw_say(" %x", glGetError());
}

static const struct draw_test tests[] = {
	{ "bindless-uniform", DRAW_COMPAT, bindless_uniform },
	{ "bindless-buffer", DRAW_COMPAT, bindless_buffer },
	{ "bindless-nv", DRAW_COMPAT, bindless_nv },
	{ "vertex-program", DRAW_COMPAT, vertex_program },
	{ "imaging-tables", DRAW_COMPAT, imaging_tables },
	{ "imaging-filters", DRAW_COMPAT, imaging_filters },
	{ "imaging-statistics", DRAW_COMPAT, imaging_statistics },
	{ "path-shapes", DRAW_COMPAT, path_shapes },
	{ "path-text", DRAW_COMPAT, path_text },
	{ "shading-rate", DRAW_COMPAT, shading_rate },
	{ "unified-fixed", DRAW_COMPAT, unified_fixed },
	{ "unified-generic", DRAW_COMPAT, unified_generic },
	{ "unified-elements", DRAW_COMPAT, unified_elements },
	{ "unified-elements-offset", DRAW_COMPAT, unified_elements_offset },
	{ "unified-off", DRAW_COMPAT, unified_off },
	{ "unified-uniforms", DRAW_COMPAT, unified_uniforms },
	{ "bindless-draws", DRAW_COMPAT, bindless_draws },
	{ "bindless-count", DRAW_COMPAT, bindless_count },
	{ "bindless-elements", DRAW_COMPAT, bindless_elements },
	{ "multicast", DRAW_COMPAT, multicast },
	{ "progress-fence", DRAW_COMPAT, progress_fence },
	{ "semaphores", DRAW_COMPAT, semaphores },
	{ "import-sync", DRAW_COMPAT, import_sync },
};
DRAW_MAIN(tests)
