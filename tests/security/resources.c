/* SPDX-License-Identifier: MIT */
/* Points 34 to 45: shaders, binaries, draws without state, frames. */
#include <limits.h>

#include "tests/security/hostile.h"

/* ---- 24, again: indexed bindings that begin past the end of their buffer ---------------- */

#define VERTEX "#version 430 compatibility\nvoid main(){gl_Position=vec4(0);}"

static void ranges_past_the_end(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	static const GLintptr far[] = { 256, 4096, 1 << 20, 1 << 30, INT64_MAX & ~255ll };
	size_t i;

	peer_window(p, 2);
	if (!peer_has(p, "GL_ARB_shader_storage_buffer_object"))
		skip("GL_ARB_shader_storage_buffer_object");
	peer_program(p, VERTEX,
	             "#version 430 compatibility\n"
	             "layout(std140,binding=0) uniform U { vec4 u[16]; };\n"
	             "layout(std430,binding=0) buffer S { vec4 v[16]; };\n"
	             "void main(){ v[1] = vec4(7); gl_FragColor = u[3] + v[2]; }");
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		peer_buffer(p, 10, GL_UNIFORM_BUFFER, 128);
		peer_buffer(p, 11, GL_SHADER_STORAGE_BUFFER, 128);
		while (peer_error(p))
			;
		enc_glBindBufferRange(s, GL_UNIFORM_BUFFER, 0, 10, far[i], 256);
		CHECK(peer_error(p) == GL_INVALID_VALUE);
		enc_glBindBufferRange(s, GL_SHADER_STORAGE_BUFFER, 0, 11, far[i], 256);
		CHECK(peer_error(p) == GL_INVALID_VALUE);
		enc_glRectf(s, -1, -1, 1, 1);
		CHECK(peer_sync(p));
	}
}

/* Bound while the buffer was large enough, made smaller afterwards. */
static void ranges_of_shrunk_buffers(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;

	peer_window(p, 2);
	if (!peer_has(p, "GL_ARB_shader_storage_buffer_object"))
		skip("GL_ARB_shader_storage_buffer_object");
	peer_program(p, VERTEX,
	             "#version 430 compatibility\n"
	             "layout(std430,binding=0) buffer S { vec4 v[16]; };\n"
	             "void main(){ v[1] = vec4(7); gl_FragColor = v[2]; }");
	peer_buffer(p, 10, GL_SHADER_STORAGE_BUFFER, 1 << 20);
	enc_glBindBufferRange(s, GL_SHADER_STORAGE_BUFFER, 0, 10, 1 << 19, 256);
	enc_glRectf(s, -1, -1, 1, 1);
	CHECK(peer_error(p) == GL_NO_ERROR);
	enc_glBufferData(s, GL_SHADER_STORAGE_BUFFER, 64, NO_REF, GL_STATIC_DRAW);
	CHECK(peer_error(p) == GL_OUT_OF_MEMORY);
	/* between glBegin and glEnd the driver refuses it, and its size stays what it was */
	enc_glBegin(s, GL_POINTS);
	enc_glBufferData(s, GL_SHADER_STORAGE_BUFFER, 1 << 20, NO_REF, GL_STATIC_DRAW);
	enc_glEnd(s);
	while (peer_error(p))
		;
	enc_glBindBufferRange(s, GL_SHADER_STORAGE_BUFFER, 0, 10, 1 << 22, 256);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	enc_glRectf(s, -1, -1, 1, 1);
	CHECK(peer_sync(p));
}

/* ---- 34, 35: shaders and binaries -------------------------------------------------------- */

static bool compiles(struct peer *p, const char *source)
{
	GLint status = 0;
	char log[64];

	enc_glCreateShader(&p->stream, GL_FRAGMENT_SHADER, 7);
	enc_glShaderSource(&p->stream, 7, 1, &source, NULL);
	enc_glCompileShader(&p->stream, 7);
	enc_glGetShaderiv(&p->stream, 7, GL_COMPILE_STATUS, &status);
	enc_glGetShaderInfoLog(&p->stream, 7, sizeof(log), NULL, log);
	enc_glDeleteShader(&p->stream, 7);
	return status;
}

static void shaders_that_hurt(struct peer *p)
{
	const size_t n = 20000;
	char *deep = malloc(2 * n + 200), *name = malloc(300000);

	peer_context(p, 2);
	strcpy(deep, "void main(){gl_FragColor=vec4(");
	memset(deep + strlen(deep), '(', n);
	memset(deep + 30 + n, 0, 10);
	strcpy(deep + 30 + n, "1");
	memset(deep + 31 + n, ')', n);
	strcpy(deep + 31 + 2 * n, ");}");
	compiles(p, deep);
	CHECK(peer_sync(p));
	strcpy(name, "float ");
	memset(name + 6, 'a', 200000);
	strcpy(name + 200006, ";void main(){}");
	compiles(p, name);
	CHECK(peer_sync(p));
	CHECK(!compiles(p, "#include \"/etc/passwd\"\nvoid main(){}"));
	CHECK(!compiles(p, "#if 1\nvoid main(){"));
	CHECK(!compiles(p, "\x01\x02\xff\xfe void main(){}"));
	CHECK(!compiles(p, "void main(){ int a[2147483647]; gl_FragColor=vec4(a[3]); "));
	CHECK(compiles(p, "void main(){gl_FragColor=vec4(1);}"));
	free(deep);
	free(name);
}

static void binaries(struct peer *p)
{
	static uint8_t junk[4096];
	GLint status = 1;
	static const GLuint shader = 2;
	size_t i;

	peer_context(p, 1);
	for (i = 0; i < sizeof(junk); i++)
		junk[i] = (uint8_t)(i * 31);
	enc_glCreateProgram(&p->stream, 1);
	for (GLenum format = 0x875f; format < 0x8760; format++)
		enc_glProgramBinary(&p->stream, 1, format, junk, sizeof(junk));
	while (peer_error(p))
		;
	enc_glGetProgramiv(&p->stream, 1, GL_LINK_STATUS, &status);
	CHECK(status == 0);
	enc_glCreateShader(&p->stream, GL_VERTEX_SHADER, 2);
	enc_glShaderBinary(&p->stream, 1, &shader, 0x8fc4, junk, sizeof(junk));
	CHECK(peer_error(p) == GL_INVALID_ENUM);
	CHECK(peer_sync(p));
}

/* SPIR-V that is none: its header, its lengths, its bound. */
static void spirv(struct peer *p)
{
	static const GLuint shader = 2;
	uint32_t words[64] = { 0x07230203, 0x00010000, 0, 16, 0, 0x00020011, 1 };

	peer_context(p, 1);
	if (!peer_has(p, "GL_ARB_gl_spirv"))
		skip("GL_ARB_gl_spirv");
	enc_glCreateShader(&p->stream, GL_VERTEX_SHADER, 2);
	words[6] = 1;
	words[7] = 0xffff0011; /* an instruction that is longer than the module */
	enc_glShaderBinary(&p->stream, 1, &shader, 0x9551, words, sizeof(words));
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	words[7] = 0x00000011; /* one of no words */
	enc_glShaderBinary(&p->stream, 1, &shader, 0x9551, words, sizeof(words));
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	words[7] = 0x00020011;
	words[3] = 0xffffffff; /* so many identifiers */
	enc_glShaderBinary(&p->stream, 1, &shader, 0x9551, words, 36);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	words[0] = 0;
	enc_glShaderBinary(&p->stream, 1, &shader, 0x9551, words, 36);
	CHECK(peer_error(p) == GL_INVALID_VALUE);
	CHECK(peer_sync(p));
}

/* ---- 41: without what a draw needs ------------------------------------------------------------ */

static void draws_without_state(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	static const GLuint one = 1;

	peer_context(p, 1); /* a core profile: no program, no vertex array, no framebuffer */
	enc_glDrawArrays(s, GL_TRIANGLES, 0, 3);
	enc_glDispatchCompute(s, 1, 1, 1);
	enc_glGenVertexArrays(s, 1, &one);
	enc_glBindVertexArray(s, 1);
	enc_glDrawArrays(s, GL_TRIANGLES, 0, 3);
	enc_glDrawArrays(s, GL_PATCHES, 0, 3);
	enc_glGenFramebuffers(s, 1, &one);
	enc_glBindFramebuffer(s, GL_FRAMEBUFFER, 1);
	enc_glDrawArrays(s, GL_TRIANGLES, 0, 3);
	enc_glClear(s, 0xffffffffu);
	enc_glBlitFramebuffer(s, 0, 0, 9, 9, INT_MIN, INT_MIN, INT_MAX, INT_MAX, GL_COLOR_BUFFER_BIT,
	                      GL_NEAREST);
	enc_glEndTransformFeedback(s);
	enc_glEndQuery(s, GL_SAMPLES_PASSED);
	CHECK(peer_sync(p));
	CHECK(peer_error(p) != GL_NO_ERROR);
}

/* ---- 45: frames --------------------------------------------------------------------------------- */

static bool pool_closes(GLuint pool_of, GLuint slots, GLuint slot_bytes, GLuint swap)
{
	struct peer other;
	bool alive;

	peer_open(&other);
	peer_window(&other, 2);
	enc_vgpuDrawablePool(&other.stream, 1, pool_of ? pool_of : other.pool.id, slots, slot_bytes);
	enc_vgpuSwap(&other.stream, 1, swap, 1);
	alive = peer_sync(&other);
	peer_close(&other);
	return !alive;
}

static void frames(struct peer *p)
{
	CHECK(pool_closes(0, 9, 4096, 0));
	CHECK(pool_closes(0, 0, 4096, 0));
	CHECK(pool_closes(0, 2, 8192, 0));
	CHECK(pool_closes(0, 1, 0xfffffffcu, 0));
	CHECK(pool_closes(0, 2, 4095, 0));
	CHECK(pool_closes(0, 2, 4096, 8));
	CHECK(!pool_closes(0, 2, 4096, 1));
	CHECK(!pool_closes(0, 2, 64, 1)); /* too small for the picture: none is written */
	peer_window(p, 2);
	enc_vgpuDrawableResize(&p->stream, 1, 3000, 3000);
	enc_vgpuSwap(&p->stream, 1, 0, 1);
	CHECK(peer_sync(p));
	enc_vgpuDrawableResize(&p->stream, 1, -5, 1);
	CHECK(!peer_sync(p));
}

const struct test resource_tests[] = {
	{ "24-ranges-past-the-end", ALIVE, ranges_past_the_end },
	{ "24-ranges-of-shrunk-buffers", ALIVE, ranges_of_shrunk_buffers },
	{ "34-shaders-that-hurt", ALIVE, shaders_that_hurt },
	{ "35-binaries", ALIVE, binaries },
	{ "35-spirv", ALIVE, spirv },
	{ "41-draws-without-state", ALIVE, draws_without_state },
	{ "45-frames", EITHER, frames },
	{ 0 },
};
