/* SPDX-License-Identifier: MIT */
/* Names, buffers and handles: points D9, D10 and D16 of docs/marshalling.md. */
#include "tests/gl/draw.h"

#define PROC(type, name) type name = (type)eglGetProcAddress("gl" #name)

/* ---- D9 ---------------------------------------------------------------------------------- */

static void names_of_all_kinds(void)
{
	GLuint n[10][2];

	memset(n, 0, sizeof(n));
	glGenTextures(2, n[0]);
	glCreateTextures(GL_TEXTURE_3D, 2, n[1]);
	glGenQueries(2, n[2]);
	glCreateQueries(GL_TIMESTAMP, 2, n[3]);
	glGenFramebuffers(2, n[4]);
	glCreateRenderbuffers(2, n[5]);
	glGenSamplers(2, n[6]);
	glGenProgramPipelines(2, n[7]);
	glGenTransformFeedbacks(2, n[8]);
	glCreateVertexArrays(2, n[9]);
	draw_say(" %d%d %d%d%d %d%d%d%d%d", glIsTexture(n[0][0]), glIsTexture(n[1][0]),
	         glIsQuery(n[2][0]), glIsQuery(n[3][1]), glIsFramebuffer(n[4][0]),
	         glIsRenderbuffer(n[5][1]), glIsSampler(n[6][0]), glIsProgramPipeline(n[7][0]),
	         glIsTransformFeedback(n[8][0]), glIsVertexArray(n[9][0]));
	glBindTexture(GL_TEXTURE_2D, n[0][0]);
	glBindTexture(GL_TEXTURE_3D, n[0][0]);
	draw_say(" %x", glGetError());
	glDeleteTextures(2, n[0]);
	glDeleteTextures(2, n[0]); /* again, and 0 */
	glDeleteTextures(1, (const GLuint[]){ 0 });
	draw_say(" %d %x", glIsTexture(n[0][0]), glGetError());
	glDeleteSamplers(-1, n[6]);
	draw_say(" %x", glGetError());
	glBindSampler(0, 4711);
	draw_say(" %x", glGetError());
	glDeleteProgram(4711);
	draw_say(" %x", glGetError());
	glBindTextures(0, 2, n[1]);
	glBindSamplers(0, 2, n[6]);
	n[1][1] = 4711;
	glBindTextures(0, 2, n[1]);
	draw_say(" %x", glGetError());
}

/* ---- D10 --------------------------------------------------------------------------------- */

static void mapped_in_the_way(void)
{
	GLuint buffers[2], texture;
	GLubyte data[64] = { 1 };

	glGenBuffers(2, buffers);
	glBindBuffer(GL_COPY_READ_BUFFER, buffers[0]);
	glBufferData(GL_COPY_READ_BUFFER, 64, NULL, GL_STATIC_DRAW);
	glBindBuffer(GL_COPY_WRITE_BUFFER, buffers[1]);
	glBufferData(GL_COPY_WRITE_BUFFER, 64, data, GL_STATIC_DRAW);
	glMapBufferRange(GL_COPY_READ_BUFFER, 16, 16, GL_MAP_WRITE_BIT);
	glBufferSubData(GL_COPY_READ_BUFFER, 20, 4, data);
	draw_say(" %x", glGetError());
	glGetBufferSubData(GL_COPY_READ_BUFFER, 20, 4, data);
	draw_say(" %x", glGetError());
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 16, 0, 4);
	draw_say(" %x", glGetError());
	glClearBufferSubData(GL_COPY_READ_BUFFER, GL_R8, 20, 4, GL_RED, GL_UNSIGNED_BYTE, data);
	draw_say(" %x", glGetError());
	glInvalidateBufferData(buffers[0]);
	draw_say(" %x", glGetError());
	glInvalidateBufferSubData(buffers[0], 20, 60);
	draw_say(" %x", glGetError());
	glInvalidateBufferSubData(buffers[0], 12, 8);
	draw_say(" %x", glGetError());
	glInvalidateBufferSubData(buffers[0], 40, 8);
	draw_say(" %x", glGetError());
	glMapBuffer(GL_COPY_READ_BUFFER, GL_READ_ONLY);
	draw_say(" %x", glGetError());
	glFlushMappedBufferRange(GL_COPY_READ_BUFFER, 0, 8);
	draw_say(" %x", glGetError());
	glBindBuffer(GL_PIXEL_UNPACK_BUFFER, buffers[0]);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 2, 2, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	draw_say(" %x", glGetError());
	glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, buffers[0]);
	glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	draw_say(" %x", glGetError());
	glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	draw_say(" %d", glUnmapBuffer(GL_COPY_READ_BUFFER));
	draw_say(" %d", glUnmapBuffer(GL_COPY_READ_BUFFER));
	draw_say(" %x", glGetError());
	glMapBufferRange(GL_COPY_READ_BUFFER, 0, 64, GL_MAP_WRITE_BIT);
	glBufferData(GL_COPY_READ_BUFFER, 32, data, GL_STATIC_DRAW); /* unmaps */
	draw_say(" %d %x", glUnmapBuffer(GL_COPY_READ_BUFFER), glGetError());
	glMapBufferRange(GL_COPY_READ_BUFFER, 0, 0, GL_MAP_WRITE_BIT);
	draw_say(" %x", glGetError());
	glMapBufferRange(GL_COPY_READ_BUFFER, 0, 16, GL_MAP_READ_BIT | GL_MAP_INVALIDATE_RANGE_BIT);
	draw_say(" %x", glGetError());
}

static void many_bindings(void)
{
	GLuint buffers[3];
	const GLintptr offsets[] = { 0, 256, 0 };
	const GLsizeiptr sizes[] = { 64, 64, 128 };
	GLint value = 0;
	GLint64 big = 0;

	glGenBuffers(3, buffers);
	for (int i = 0; i < 3; i++) {
		glBindBuffer(GL_UNIFORM_BUFFER, buffers[i]);
		glBufferData(GL_UNIFORM_BUFFER, 512, NULL, GL_STATIC_DRAW);
	}
	glBindBuffersBase(GL_UNIFORM_BUFFER, 1, 3, buffers);
	glGetIntegeri_v(GL_UNIFORM_BUFFER_BINDING, 2, &value);
	draw_say(" %d", value == (GLint)buffers[1]);
	glBindBuffersRange(GL_UNIFORM_BUFFER, 1, 3, buffers, offsets, sizes);
	glGetInteger64i_v(GL_UNIFORM_BUFFER_START, 2, &big);
	draw_say(" %ld", (long)big);
	glGetInteger64i_v(GL_UNIFORM_BUFFER_SIZE, 3, &big);
	draw_say(" %ld", (long)big);
	glBindBuffersBase(GL_UNIFORM_BUFFER, 1, 3, NULL);
	glGetIntegeri_v(GL_UNIFORM_BUFFER_BINDING, 2, &value);
	draw_say(" %d %x", value, glGetError());
	glBindBuffersRange(GL_SHADER_STORAGE_BUFFER, 0, 2, buffers, offsets, sizes);
	buffers[1] = 4711;
	glBindBuffersBase(GL_UNIFORM_BUFFER, 1, 3, buffers);
	draw_say(" %x", glGetError());
}

static void texture_buffers(void)
{
	static const float colors[] = { 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1 };
	GLuint buffer, texture;
	GLint align = 256, value = 0;
	GLubyte *fill = calloc(1, 1024);

	draw_triangle_program("uniform samplerBuffer s; void main() { o = texelFetch(s, int(gl_FragCoord.x) / 24); }\n");
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_TEXTURE_BUFFER, buffer);
	memcpy(fill + 256, colors, sizeof(colors));
	glBufferData(GL_TEXTURE_BUFFER, 1024, fill, GL_STATIC_DRAW);
	free(fill);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_BUFFER, texture);
	glTexBuffer(GL_TEXTURE_BUFFER, GL_RGBA8, buffer);
	glGetTexLevelParameteriv(GL_TEXTURE_BUFFER, 0, GL_TEXTURE_WIDTH, &value);
	draw_say(" %d", value);
	glTexBufferRange(GL_TEXTURE_BUFFER, GL_RGBA32F, buffer, align, sizeof(colors));
	glGetTexLevelParameteriv(GL_TEXTURE_BUFFER, 0, GL_TEXTURE_BUFFER_SIZE, &value);
	draw_say(" %d %x", value, glGetError());
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glTexBufferRange(GL_TEXTURE_BUFFER, GL_RGBA32F, buffer, 768, 512);
	draw_say(" %x", glGetError());
	glTexBufferRange(GL_TEXTURE_BUFFER, GL_RGBA32F, buffer, 3, 16);
	draw_say(" %x", glGetError());
	glTexBuffer(GL_TEXTURE_BUFFER, GL_RGBA, buffer);
	draw_say(" %x", glGetError());
}

/* ---- D16 --------------------------------------------------------------------------------- */

static void handles(void)
{
	PROC(PFNGLGETTEXTUREHANDLEARBPROC, GetTextureHandleARB);
	PROC(PFNGLMAKETEXTUREHANDLERESIDENTARBPROC, MakeTextureHandleResidentARB);
	PROC(PFNGLUNIFORMHANDLEUI64ARBPROC, UniformHandleui64ARB);
	PROC(PFNGLISTEXTUREHANDLERESIDENTARBPROC, IsTextureHandleResidentARB);
	PROC(PFNGLGETIMAGEHANDLEARBPROC, GetImageHandleARB);
	static const GLubyte texel[] = { 255, 128, 0, 255 };
	GLint n = 0, has = 0;
	GLuint64 handle;
	GLuint texture, p;

	glGetIntegerv(GL_NUM_EXTENSIONS, &n);
	for (GLint i = 0; i < n; i++)
		has |= !strcmp((const char *)glGetStringi(GL_EXTENSIONS, (GLuint)i), "GL_ARB_bindless_texture");
	if (!has || !GetTextureHandleARB) {
		draw_say(" none");
		return;
	}
	p = draw_triangle_program("#extension GL_ARB_bindless_texture : require\n"
	            "layout(bindless_sampler) uniform sampler2D s; void main() { o = texture(s, vec2(0.5)); }\n");
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 1, 1, 0, GL_RGBA, GL_UNSIGNED_BYTE, texel);
	handle = GetTextureHandleARB(texture);
	MakeTextureHandleResidentARB(handle);
	draw_say(" %d %d", handle != 0, IsTextureHandleResidentARB(handle));
	UniformHandleui64ARB(glGetUniformLocation(p, "s"), handle);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	draw_say(" %x", glGetError());
	MakeTextureHandleResidentARB(handle + 4711);
	draw_say(" %x", glGetError());
	GetTextureHandleARB(4711);
	draw_say(" %x", glGetError());
	draw_say(" %d", GetImageHandleARB(texture, 0, GL_FALSE, 0, GL_RGBA8) != 0);
}

static const struct draw_test tests[] = {
	{ "D9-names-of-all-kinds", DRAW_CORE, names_of_all_kinds },
	{ "D10-mapped-in-the-way", DRAW_CORE, mapped_in_the_way },
	{ "D10-many-bindings", DRAW_CORE, many_bindings },
	{ "D10-texture-buffers", DRAW_CORE, texture_buffers },
	{ "D16-handles", DRAW_CORE, handles },
};

DRAW_MAIN(tests)
