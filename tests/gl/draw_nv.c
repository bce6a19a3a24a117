/* SPDX-License-Identifier: MIT */
/* Bindless textures, NV_vertex_program, shading rates. */
#include "tests/gl/draw_ext.h"

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

/* ---- bindless textures ------------------------------------------------------------------- */

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
	static const char fs[] =
		"#version 430 compatibility\n"
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
	static const uint8_t bytes[] = { 255, 0, 0,   255, 0, 255, 128, 255,
					 7,   0, 255, 255, 0, 0,   0,   255 };
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
	draw_say(" %g,%g,%g,%g", (double)value[0], (double)value[1], (double)value[2],
		 (double)value[3]);
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
	draw_say(" %g,%g,%g,%g", (double)value[0], (double)value[1], (double)value[2],
		 (double)value[3]);
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
	GetShadingRateSampleLocationivNV(GL_SHADING_RATE_1_INVOCATION_PER_2X1_PIXELS_NV, 1, 0,
					 location);
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
	glBlitFramebuffer(0, 0, DRAW_SIZE, DRAW_SIZE, 0, 0, DRAW_SIZE, DRAW_SIZE,
			  GL_COLOR_BUFFER_BIT, GL_NEAREST);
}

static const struct draw_test tests[] = {
	{ "bindless-uniform", DRAW_COMPAT, bindless_uniform },
	{ "bindless-buffer", DRAW_COMPAT, bindless_buffer },
	{ "bindless-nv", DRAW_COMPAT, bindless_nv },
	{ "vertex-program", DRAW_COMPAT, vertex_program },
	{ "shading-rate", DRAW_COMPAT, shading_rate },
};
DRAW_MAIN(tests)
