/* SPDX-License-Identifier: MIT */
/* Drawing as newer programs do: shaders, buffers and their maps, uniform blocks, framebuffers,
 * instancing, queries, compute, transform feedback, read-back through buffers. */
#include "tests/gl/draw.h"

static const char vs[] = "#version 330\n"
                         "in vec2 position; uniform vec2 shift; uniform float size;\n"
                         "out vec2 uv; void main() { uv = position;\n"
                         "gl_Position = vec4(position * size + shift, 0.0, 1.0); }\n";
static const char fs[] = "#version 330\n"
                         "in vec2 uv; uniform vec4 color; out vec4 frag;\n"
                         "void main() { frag = color * vec4(uv * 0.5 + 0.5, 1.0, 1.0); }\n";
static const float quad[] = { -1, -1, 1, -1, -1, 1, 1, 1 };

/* A vertex array and a filled buffer at attribute 0. */
static GLuint buffer_with(const void *data, size_t bytes, GLint components)
{
	GLuint vao, vbo;

	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glGenBuffers(1, &vbo);
	glBindBuffer(GL_ARRAY_BUFFER, vbo);
	glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)bytes, data, GL_STATIC_DRAW);
	glVertexAttribPointer(0, components, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
	return vbo;
}

static GLuint plain_program(void)
{
	GLuint p = draw_program(vs, fs);

	glUniform1f(glGetUniformLocation(p, "size"), 0.7f);
	glUniform4f(glGetUniformLocation(p, "color"), 1, 0.8f, 0.5f, 1);
	return p;
}

static void uniforms(void)
{
	GLuint p = plain_program();
	float got[4] = { 0 };
	char name[64];
	GLint size, n;
	GLenum type;

	buffer_with(quad, sizeof(quad), 2);
	for (int i = 0; i < 4; i++) {
		glUniform2f(glGetUniformLocation(p, "shift"), 0.2f * (float)i, -0.1f * (float)i);
		glUniform1f(glGetUniformLocation(p, "size"), 0.8f - 0.2f * (float)i);
		glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	}
	glGetUniformfv(p, glGetUniformLocation(p, "color"), got);
	glGetProgramiv(p, GL_ACTIVE_UNIFORMS, &n);
	draw_say(" %g %d", (double)got[1], n);
	glGetActiveUniform(p, 0, sizeof(name), NULL, &size, &type, name);
	draw_say(" %s %x %d %d", name, type, size, glGetUniformLocation(p, "none"));
	glUniform1i(glGetUniformLocation(p, "color"), 3);
	draw_say(" %x", glGetError());
}

static void shader_errors(void)
{
	GLuint s = glCreateShader(GL_VERTEX_SHADER), p = glCreateProgram();
	const char *bad[] = { "#version 330\nvoid main() {", " gl_Position = nothing; }\n" };
	char log[1024] = "", source[128] = "";
	const GLint lengths[] = { 12, -1 };
	GLint ok = 1, length = 0;

	glShaderSource(s, 2, bad, NULL);
	glCompileShader(s);
	glGetShaderiv(s, GL_COMPILE_STATUS, &ok);
	glGetShaderiv(s, GL_INFO_LOG_LENGTH, &length);
	glGetShaderInfoLog(s, sizeof(log), NULL, log);
	draw_say(" %d %d %08x", ok, length, draw_crc(0, log, strlen(log)));
	glShaderSource(s, 2, bad, lengths);
	glGetShaderSource(s, sizeof(source), &length, source);
	draw_say(" %d %08x", length, draw_crc(0, source, strlen(source)));
	glAttachShader(p, s);
	glAttachShader(p, s);
	draw_say(" %x", glGetError());
	glLinkProgram(p);
	glGetProgramiv(p, GL_LINK_STATUS, &ok);
	glUseProgram(p);
	draw_say(" %d %x", ok, glGetError());
	glAttachShader(12345, s);
	draw_say(" %x", glGetError());
	glDeleteShader(s);
	glGetShaderiv(s, GL_DELETE_STATUS, &ok);
	draw_say(" %d %d", ok, glIsShader(s));
	glDeleteProgram(p);
	draw_say(" %d %d", glIsShader(s), glIsProgram(p));
}

static void buffer_maps(void)
{
	float *map, got[8] = { 0 };
	GLuint vbo;
	GLint mapped = 0;

	plain_program();
	vbo = buffer_with(NULL, sizeof(quad), 2);
	map = glMapBuffer(GL_ARRAY_BUFFER, GL_WRITE_ONLY);
	memcpy(map, quad, sizeof(quad));
	glGetBufferParameteriv(GL_ARRAY_BUFFER, GL_BUFFER_MAPPED, &mapped);
	draw_say(" %d %d", mapped, glUnmapBuffer(GL_ARRAY_BUFFER));
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	map = glMapBufferRange(GL_ARRAY_BUFFER, 8, 16, GL_MAP_WRITE_BIT | GL_MAP_FLUSH_EXPLICIT_BIT);
	map[0] = 0.5f;
	map[1] = -0.5f;
	glFlushMappedBufferRange(GL_ARRAY_BUFFER, 0, 8);
	glUnmapBuffer(GL_ARRAY_BUFFER);
	glDrawArrays(GL_LINE_LOOP, 0, 4);
	map = glMapBufferRange(GL_ARRAY_BUFFER, 0, sizeof(quad), GL_MAP_READ_BIT | GL_MAP_WRITE_BIT);
	draw_say(" %g %g %g", (double)map[2], (double)map[3], (double)map[7]);
	map[0] = 0;
	glUnmapBuffer(GL_ARRAY_BUFFER);
	glBufferSubData(GL_ARRAY_BUFFER, 28, 4, quad);
	glGetBufferSubData(GL_ARRAY_BUFFER, 0, sizeof(got), got);
	draw_say(" %g %g", (double)got[0], (double)got[7]);
	draw_say(" %d", glMapBufferRange(GL_ARRAY_BUFFER, 20, 40, GL_MAP_READ_BIT) != NULL);
	draw_say(" %x", glGetError());
	glDeleteBuffers(1, &vbo);
}

static void persistent_map(void)
{
	const GLbitfield flags = GL_MAP_WRITE_BIT | GL_MAP_READ_BIT | GL_MAP_PERSISTENT_BIT |
	                         GL_MAP_COHERENT_BIT;
	GLuint vbo;
	float *map;
	uint32_t *back;
	GLsync sync;

	plain_program();
	buffer_with(NULL, 4, 2);
	glGenBuffers(1, &vbo);
	glBindBuffer(GL_ARRAY_BUFFER, vbo);
	glBufferStorage(GL_ARRAY_BUFFER, 65536, NULL, flags);
	map = glMapBufferRange(GL_ARRAY_BUFFER, 0, 65536, flags);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	for (int i = 0; i < 5; i++) {
		float *v = map + i * 1024; /* another page each time, never unmapped */

		for (int k = 0; k < 8; k++)
			v[k] = quad[k] * (1.0f - 0.2f * (float)i);
		glDrawArrays(GL_TRIANGLE_STRIP, i * 512, 4);
		glFinish();
		for (int k = 0; k < 8; k++)
			v[k] = 9; /* already drawn */
	}
	map[0] = 0.125f; /* the host must see this before it copies */
	glBindBuffer(GL_COPY_WRITE_BUFFER, vbo);
	glCopyBufferSubData(GL_ARRAY_BUFFER, GL_COPY_WRITE_BUFFER, 0, 40000, 64);
	/* and the program what the host wrote */
	glMemoryBarrier(GL_CLIENT_MAPPED_BUFFER_BARRIER_BIT);
	sync = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	draw_say(" %x", glClientWaitSync(sync, GL_SYNC_FLUSH_COMMANDS_BIT, 5000000000ull) !=
	                        GL_TIMEOUT_EXPIRED);
	draw_say(" %g", (double)map[10000]);
	glDeleteSync(sync);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, vbo);
	glReadPixels(0, 0, 2, 2, GL_RGBA, GL_UNSIGNED_BYTE, (void *)50000);
	glFinish();
	back = (uint32_t *)((char *)map + 50000);
	draw_say(" %08x", back[0]);
	glUnmapBuffer(GL_ARRAY_BUFFER);
}

static void uniform_blocks(void)
{
	static const char block[] = "#version 330\n"
	                            "layout(std140) uniform Colors { vec4 a; vec4 b; };\n"
	                            "in vec2 uv; out vec4 frag;\n"
	                            "void main() { frag = mix(a, b, uv.x); }\n";
	static const float data[] = { 1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1 };
	GLuint p = draw_program(vs, block), ubo, index;
	GLint size = 0, offset[2] = { 0 }, align = 0;
	const char *names[] = { "a", "b" };
	GLuint indices[2] = { 9, 9 };

	glUniform1f(glGetUniformLocation(p, "size"), 0.9f);
	index = glGetUniformBlockIndex(p, "Colors");
	glUniformBlockBinding(p, index, 3);
	glGetActiveUniformBlockiv(p, index, GL_UNIFORM_BLOCK_DATA_SIZE, &size);
	glGetUniformIndices(p, 2, names, indices);
	glGetActiveUniformsiv(p, 2, indices, GL_UNIFORM_OFFSET, offset);
	glGetIntegerv(GL_UNIFORM_BUFFER_OFFSET_ALIGNMENT, &align);
	draw_say(" %u %d %d %d %d", index, size, offset[0], offset[1], align);
	glGenBuffers(1, &ubo);
	glBindBuffer(GL_UNIFORM_BUFFER, ubo);
	glBufferData(GL_UNIFORM_BUFFER, 512, NULL, GL_DYNAMIC_DRAW);
	glBufferSubData(GL_UNIFORM_BUFFER, 0, 32, data);
	glBufferSubData(GL_UNIFORM_BUFFER, 256, 32, data + 8);
	buffer_with(quad, sizeof(quad), 2);
	glBindBufferRange(GL_UNIFORM_BUFFER, 3, ubo, 0, 32);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glUniform1f(glGetUniformLocation(p, "size"), 0.4f);
	glBindBufferRange(GL_UNIFORM_BUFFER, 3, ubo, 256, 32);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static void instances(void)
{
	static const char source[] = "#version 330\nin vec2 position; out vec2 uv; void main() {\n"
	                             "uv = vec2(gl_InstanceID) * 0.2; gl_Position = vec4(position *\n"
	                             "0.1 + vec2(float(gl_InstanceID) * 0.25 - 0.8, 0), 0, 1); }\n";
	static const uint32_t index[] = { 0, 1, 2, 3, 0xffffffffu, 1, 3 };
	static const uint32_t command[] = { 4, 3, 0, 0, 0 };
	GLuint p = draw_program(source, fs), ibo, indirect;

	glUniform4f(glGetUniformLocation(p, "color"), 1, 1, 1, 1);
	buffer_with(quad, sizeof(quad), 2);
	glGenBuffers(1, &ibo);
	glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, ibo);
	glBufferData(GL_ELEMENT_ARRAY_BUFFER, sizeof(index), index, GL_STATIC_DRAW);
	glEnable(GL_PRIMITIVE_RESTART);
	glPrimitiveRestartIndex(0xffffffffu);
	glDrawElementsInstanced(GL_TRIANGLE_STRIP, 7, GL_UNSIGNED_INT, NULL, 6);
	glDrawElementsBaseVertex(GL_POINTS, 2, GL_UNSIGNED_INT, (void *)4, 1);
	glGenBuffers(1, &indirect);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, indirect);
	glBufferData(GL_DRAW_INDIRECT_BUFFER, sizeof(command), command, GL_STATIC_DRAW);
	glUniform4f(glGetUniformLocation(p, "color"), 0, 1, 1, 1);
	glDrawElementsIndirect(GL_TRIANGLE_STRIP, GL_UNSIGNED_INT, NULL);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, 0);
	/* no buffer: in the core profile an error, never a read of the program's memory */
	glDrawElementsIndirect(GL_TRIANGLE_STRIP, GL_UNSIGNED_INT, command);
	draw_say(" %x", glGetError());
}

static void framebuffers(void)
{
	GLuint p = plain_program(), fbo, tex[2], rb;
	const GLenum buffers[] = { GL_COLOR_ATTACHMENT0, GL_NONE };
	GLint value = 0;
	float depth[4] = { 0 };

	buffer_with(quad, sizeof(quad), 2);
	glGenTextures(2, tex);
	for (int i = 0; i < 2; i++) {
		glBindTexture(GL_TEXTURE_2D, tex[i]);
		glTexStorage2D(GL_TEXTURE_2D, 3, i ? GL_RGBA16F : GL_RGBA8, 32, 32);
	}
	glGenRenderbuffers(1, &rb);
	glBindRenderbuffer(GL_RENDERBUFFER, rb);
	glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH24_STENCIL8, 32, 32);
	glGenFramebuffers(1, &fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, fbo);
	draw_say(" %x", glCheckFramebufferStatus(GL_FRAMEBUFFER));
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, tex[0], 1);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT1, GL_TEXTURE_2D, tex[1], 1);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT, GL_RENDERBUFFER, rb);
	glDrawBuffers(2, buffers);
	draw_say(" %x", glCheckFramebufferStatus(GL_FRAMEBUFFER));
	glGetFramebufferAttachmentParameteriv(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0,
	                                      GL_FRAMEBUFFER_ATTACHMENT_OBJECT_NAME, &value);
	draw_say(" %d", (GLuint)value == tex[0]);
	glViewport(0, 0, 16, 16);
	glEnable(GL_DEPTH_TEST);
	glClearBufferfv(GL_DEPTH, 0, (const float[]){ 0.75f });
	glClearBufferfv(GL_COLOR, 0, (const float[]){ 0, 0, 0.5f, 1 });
	glUniform2f(glGetUniformLocation(p, "shift"), 0.3f, 0);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glReadPixels(0, 0, 2, 2, GL_DEPTH_COMPONENT, GL_FLOAT, depth);
	draw_say(" %g", (double)depth[3]);
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
	glBlitFramebuffer(0, 0, 16, 16, 4, 4, 60, 50, GL_COLOR_BUFFER_BIT, GL_LINEAR);
	glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &value);
	draw_say(" %d", value);
	glGetIntegerv(GL_DRAW_BUFFER, &value);
	draw_say(" %x", value);
	glGetFramebufferAttachmentParameteriv(GL_DRAW_FRAMEBUFFER, GL_BACK_LEFT,
	                                      GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, &value);
	draw_say(" %x", value);
	glGetFramebufferAttachmentParameteriv(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0,
	                                      GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, &value);
	draw_say(" %x", glGetError());
	glDrawBuffer(GL_COLOR_ATTACHMENT0);
	draw_say(" %x", glGetError());
}

static void multisample(void)
{
	GLuint fbo, rb;

	plain_program();
	buffer_with(quad, sizeof(quad), 2);
	glGenRenderbuffers(1, &rb);
	glBindRenderbuffer(GL_RENDERBUFFER, rb);
	glRenderbufferStorageMultisample(GL_RENDERBUFFER, 4, GL_RGBA8, DRAW_SIZE, DRAW_SIZE);
	glGenFramebuffers(1, &fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, fbo);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, rb);
	glClear(GL_COLOR_BUFFER_BIT);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
	glBlitFramebuffer(0, 0, DRAW_SIZE, DRAW_SIZE, 0, 0, DRAW_SIZE, DRAW_SIZE,
	                  GL_COLOR_BUFFER_BIT, GL_NEAREST);
}

static void queries(void)
{
	GLuint q[3], result = 7, available = 0;
	GLuint64 big = 0;
	GLint bits = 0;

	plain_program();
	buffer_with(quad, sizeof(quad), 2);
	glGenQueries(3, q);
	glBeginQuery(GL_SAMPLES_PASSED, q[0]);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glEndQuery(GL_SAMPLES_PASSED);
	glBeginQuery(GL_PRIMITIVES_GENERATED, q[1]);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glEndQuery(GL_PRIMITIVES_GENERATED);
	glGetQueryObjectuiv(q[0], GL_QUERY_RESULT, &result);
	draw_say(" %u", result);
	glGetQueryObjectuiv(q[1], GL_QUERY_RESULT, &result);
	glGetQueryObjectuiv(q[1], GL_QUERY_RESULT_AVAILABLE, &available);
	draw_say(" %u %u", result, available);
	glQueryCounter(q[2], GL_TIMESTAMP);
	glGetQueryObjectui64v(q[2], GL_QUERY_RESULT, &big);
	glGetQueryiv(GL_TIMESTAMP, GL_QUERY_COUNTER_BITS, &bits);
	draw_say(" %d %d %d", big != 0, bits, glIsQuery(q[2]));
	glDeleteQueries(3, q);
	draw_say(" %d", glIsQuery(q[2]));
}

static void compute(void)
{
	static const char source[] = "#version 430\nlayout(local_size_x = 8) in;\n"
	                             "layout(std430, binding = 1) buffer B { uint v[]; };\n"
	                             "void main() { v[gl_GlobalInvocationID.x] =\n"
	                             "v[gl_GlobalInvocationID.x] * 3u + gl_WorkGroupID.x; }\n";
	GLuint p = glCreateProgram(), ssbo;
	uint32_t data[32];

	for (uint32_t i = 0; i < 32; i++)
		data[i] = i;
	glAttachShader(p, draw_shader(GL_COMPUTE_SHADER, source));
	glLinkProgram(p);
	glUseProgram(p);
	glGenBuffers(1, &ssbo);
	glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 1, ssbo);
	glBufferData(GL_SHADER_STORAGE_BUFFER, sizeof(data), data, GL_DYNAMIC_COPY);
	glDispatchCompute(4, 1, 1);
	glMemoryBarrier(GL_BUFFER_UPDATE_BARRIER_BIT);
	glGetBufferSubData(GL_SHADER_STORAGE_BUFFER, 0, sizeof(data), data);
	draw_say(" %08x", draw_crc(0, data, sizeof(data)));
}

static void transform_feedback(void)
{
	static const char source[] = "#version 330\nin vec2 position; out vec4 moved; flat out int id;"
	                             "void main() { moved = vec4(position * 2.0, 1, 2);"
	                             "id = gl_VertexID; gl_Position = moved; }\n";
	const char *names[] = { "moved", "id" };
	GLuint p = glCreateProgram(), tfb;
	float data[20];

	glAttachShader(p, draw_shader(GL_VERTEX_SHADER, source));
	glBindAttribLocation(p, 0, "position");
	glTransformFeedbackVaryings(p, 2, names, GL_INTERLEAVED_ATTRIBS);
	glLinkProgram(p);
	glUseProgram(p);
	buffer_with(quad, sizeof(quad), 2);
	glGenBuffers(1, &tfb);
	glBindBufferBase(GL_TRANSFORM_FEEDBACK_BUFFER, 0, tfb);
	glBufferData(GL_TRANSFORM_FEEDBACK_BUFFER, sizeof(data), NULL, GL_STATIC_READ);
	glEnable(GL_RASTERIZER_DISCARD);
	glBeginTransformFeedback(GL_POINTS);
	glDrawArrays(GL_POINTS, 0, 4);
	glEndTransformFeedback();
	glGetBufferSubData(GL_TRANSFORM_FEEDBACK_BUFFER, 0, sizeof(data), data);
	draw_say(" %08x", draw_crc(0, data, sizeof(data)));
}

static void read_back(void)
{
	static const struct {
		GLenum format, type;
		int bytes;
	} as[] = { { GL_RGBA, GL_UNSIGNED_BYTE, 4 },   { GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, 4 },
		   { GL_RGB, GL_FLOAT, 12 },           { GL_RED, GL_UNSIGNED_SHORT, 2 },
		   { GL_RGB, GL_UNSIGNED_SHORT_5_6_5, 2 } };
	uint8_t *pixels = malloc(DRAW_SIZE * DRAW_SIZE * 16);
	GLuint pbo;

	plain_program();
	buffer_with(quad, sizeof(quad), 2);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glPixelStorei(GL_PACK_ALIGNMENT, 8);
	glPixelStorei(GL_PACK_ROW_LENGTH, 40);
	glPixelStorei(GL_PACK_SKIP_PIXELS, 3);
	glPixelStorei(GL_PACK_SKIP_ROWS, 2);
	for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++) {
		memset(pixels, 0xee, DRAW_SIZE * DRAW_SIZE * 16);
		glReadPixels(5, 6, 31, 33, as[i].format, as[i].type, pixels);
		draw_say(" %08x", draw_crc(0, pixels, DRAW_SIZE * DRAW_SIZE * 16));
	}
	glGenBuffers(1, &pbo);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, pbo);
	glBufferData(GL_PIXEL_PACK_BUFFER, 40 * 40 * 4, NULL, GL_STREAM_READ);
	glReadPixels(5, 6, 31, 33, GL_RGBA, GL_UNSIGNED_BYTE, (void *)64);
	memset(pixels, 0, 16);
	glGetBufferSubData(GL_PIXEL_PACK_BUFFER, 64 + (2 * 40 + 3) * 4, 16, pixels);
	draw_say(" %08x", draw_crc(0, pixels, 16));
	glReadPixels(0, 0, 64, 64, GL_RGBA, GL_UNSIGNED_BYTE, (void *)64); /* does not fit */
	draw_say(" %x", glGetError());
	free(pixels);
}

static void texture_kinds(void)
{
	uint8_t texels[16 * 16 * 4], got[16 * 16 * 4];
	GLuint tex[4];
	GLint w = 0, levels = 0;

	for (size_t i = 0; i < sizeof(texels); i++)
		texels[i] = (uint8_t)(i * 13);
	glGenTextures(4, tex);
	glBindTexture(GL_TEXTURE_3D, tex[0]);
	glTexImage3D(GL_TEXTURE_3D, 0, GL_RGBA8, 4, 4, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, texels);
	glGenerateMipmap(GL_TEXTURE_3D);
	memset(got, 0, sizeof(got));
	glGetTexImage(GL_TEXTURE_3D, 1, GL_RGBA, GL_UNSIGNED_BYTE, got);
	draw_say(" %08x", draw_crc(0, got, sizeof(got)));
	glBindTexture(GL_TEXTURE_CUBE_MAP, tex[1]);
	for (GLenum f = 0; f < 6; f++)
		glTexImage2D(GL_TEXTURE_CUBE_MAP_POSITIVE_X + f, 0, GL_RGB8, 4, 4, 0, GL_RGB,
		             GL_UNSIGNED_BYTE, texels + 8 * f);
	memset(got, 0, sizeof(got));
	glGetTexImage(GL_TEXTURE_CUBE_MAP_NEGATIVE_Y, 0, GL_RGBA, GL_UNSIGNED_BYTE, got);
	draw_say(" %08x", draw_crc(0, got, sizeof(got)));
	glBindTexture(GL_TEXTURE_2D, tex[2]);
	glCompressedTexImage2D(GL_TEXTURE_2D, 0, GL_COMPRESSED_RGB_S3TC_DXT1_EXT, 16, 16, 0, 128,
	                       texels);
	glCompressedTexSubImage2D(GL_TEXTURE_2D, 0, 4, 4, 8, 8, GL_COMPRESSED_RGB_S3TC_DXT1_EXT, 32,
	                          texels + 40);
	glGetTexLevelParameteriv(GL_TEXTURE_2D, 0, GL_TEXTURE_COMPRESSED_IMAGE_SIZE, &w);
	memset(got, 0, sizeof(got));
	glGetCompressedTexImage(GL_TEXTURE_2D, 0, got);
	draw_say(" %d %08x", w, draw_crc(0, got, sizeof(got)));
	glCompressedTexImage2D(GL_TEXTURE_2D, 0, GL_COMPRESSED_RGB_S3TC_DXT1_EXT, 16, 16, 0, 100,
	                       texels);
	draw_say(" %x", glGetError());
	glCreateTextures(GL_TEXTURE_2D_ARRAY, 1, &tex[3]);
	glTextureStorage3D(tex[3], 2, GL_RG8, 8, 8, 3);
	glTextureSubImage3D(tex[3], 0, 1, 2, 1, 4, 4, 2, GL_RG, GL_UNSIGNED_BYTE, texels);
	glClearTexImage(tex[3], 1, GL_RG, GL_UNSIGNED_BYTE, "\x40\x80");
	memset(got, 0, sizeof(got));
	glGetTextureImage(tex[3], 0, GL_RG, GL_UNSIGNED_BYTE, sizeof(got), got);
	glGetTextureParameteriv(tex[3], GL_TEXTURE_IMMUTABLE_LEVELS, &levels);
	draw_say(" %08x %d", draw_crc(0, got, 8 * 8 * 3 * 2), levels);
}

static void introspection(void)
{
	GLuint p = plain_program(), names[4] = { 0 };
	const GLenum props[] = { GL_TYPE, GL_LOCATION, GL_ARRAY_SIZE };
	GLint got[3] = { -1, -1, -1 }, n = 0, format = 0;
	char name[32] = "", *binary;
	GLint length = 0;

	glGetProgramInterfaceiv(p, GL_UNIFORM, GL_ACTIVE_RESOURCES, &n);
	glGetProgramResourceiv(p, GL_UNIFORM, glGetProgramResourceIndex(p, GL_UNIFORM, "shift"), 3,
	                       props, 3, NULL, got);
	glGetProgramResourceName(p, GL_PROGRAM_INPUT, 0, sizeof(name), NULL, name);
	draw_say(" %d %x %d %s", n, got[0], got[2], name);
	glGetAttachedShaders(p, 4, &n, names);
	draw_say(" %d %d", n, glIsShader(names[0]));
	glGetProgramiv(p, GL_PROGRAM_BINARY_LENGTH, &length);
	binary = calloc(1, (size_t)length + 1);
	glGetProgramBinary(p, length, &n, (GLenum *)&format, binary);
	draw_say(" %d", n == length);
	if (n > 0) {
		glProgramBinary(p, (GLenum)format, binary, n);
		glGetProgramiv(p, GL_LINK_STATUS, &n);
		draw_say(" %d", n);
	}
	free(binary);
	glGetIntegeri_v(GL_VIEWPORT, 0, got);
	draw_say(" %x", glGetError());
	glObjectLabel(GL_PROGRAM, p, -1, "label");
	glGetObjectLabel(GL_PROGRAM, p, sizeof(name), &n, name);
	draw_say(" %d %s", n, name);
}

static void es3_draw(void)
{
	static const char v[] = "#version 300 es\nin vec2 position; out vec2 uv;\n"
	                        "void main() { uv = position; gl_Position = vec4(position, 0, 1); }\n";
	static const char f[] = "#version 300 es\nprecision mediump float; in vec2 uv; out vec4 c;\n"
	                        "void main() { c = vec4(abs(uv), 0.5, 1); }\n";
	static const float tri[] = { -1, -1, 1, -1, 0, 1 };
	static const uint16_t index[] = { 0, 1, 2 };

	draw_program(v, f);
	glEnableVertexAttribArray(0);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, tri); /* client memory is legal in ES */
	glDrawElements(GL_TRIANGLES, 3, GL_UNSIGNED_SHORT, index);
	glDrawBuffers(1, (const GLenum[]){ GL_BACK });
	draw_say(" %x", glGetError());
	glDrawBuffers(1, (const GLenum[]){ GL_COLOR_ATTACHMENT0 });
	draw_say(" %x", glGetError());
}

/* Formats and buffers apart, in the vertex array object that is bound or in the default one. */
static void attrib_binding(void)
{
	static const struct {
		float position[2];
		uint8_t color[4];
	} corners[] = { { { -0.9f, -0.9f }, { 255, 0, 0, 255 } },
		        { { 0.9f, -0.9f }, { 0, 255, 0, 255 } },
		        { { -0.9f, 0.9f }, { 0, 0, 255, 255 } },
		        { { 0.9f, 0.9f }, { 255, 255, 0, 255 } } };
	GLuint vao, vbo;
	GLint profile = 0;

	draw_program("#version 330\nin vec2 position; layout(location = 3) in vec4 c; out vec4 v;\n"
	             "void main() { v = c; gl_Position = vec4(position, 0.0, 1.0); }\n",
	             "#version 330\nin vec4 v; out vec4 f; void main() { f = v; }\n");
	glGetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
	if (profile & GL_CONTEXT_CORE_PROFILE_BIT) {
		glGenVertexArrays(1, &vao);
		glBindVertexArray(vao);
	}
	glGenBuffers(1, &vbo);
	glBindBuffer(GL_ARRAY_BUFFER, vbo);
	glBufferData(GL_ARRAY_BUFFER, sizeof(corners), corners, GL_STATIC_DRAW);
	glBindBuffer(GL_ARRAY_BUFFER, 0);
	glVertexAttribFormat(0, 2, GL_FLOAT, GL_FALSE, 0);
	glVertexAttribFormat(3, 4, GL_UNSIGNED_BYTE, GL_TRUE, 8);
	glVertexAttribBinding(0, 1);
	glVertexAttribBinding(3, 1);
	glBindVertexBuffer(1, vbo, 0, sizeof(corners[0]));
	glEnableVertexAttribArray(0);
	glEnableVertexAttribArray(3);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	draw_say(" %x", glGetError());
	glBindVertexBuffer(0, vbo, sizeof(corners[0]), sizeof(corners[0]));
	glVertexAttribBinding(0, 0);
	glViewport(0, 0, 32, 32);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	draw_say(" %x", glGetError());
}

static const struct draw_test tests[] = {
	{ "uniforms", DRAW_CORE, uniforms },
	{ "shader-errors", DRAW_CORE, shader_errors },
	{ "buffer-maps", DRAW_CORE, buffer_maps },
	{ "persistent-map", DRAW_CORE, persistent_map },
	{ "uniform-blocks", DRAW_CORE, uniform_blocks },
	{ "instances", DRAW_CORE, instances },
	{ "framebuffers", DRAW_CORE, framebuffers },
	{ "multisample", DRAW_CORE, multisample },
	{ "queries", DRAW_CORE, queries },
	{ "compute", DRAW_CORE, compute },
	{ "transform-feedback", DRAW_CORE, transform_feedback },
	{ "read-back", DRAW_CORE, read_back },
	{ "texture-kinds", DRAW_CORE, texture_kinds },
	{ "introspection", DRAW_CORE, introspection },
	{ "es3-draw", DRAW_ES2, es3_draw },
	{ "attrib-binding", DRAW_CORE, attrib_binding },
	{ "attrib-binding-default", DRAW_COMPAT, attrib_binding },
};

DRAW_MAIN(tests)
