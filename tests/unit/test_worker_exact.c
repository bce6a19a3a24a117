/* SPDX-License-Identifier: MIT */
/*
 * A frame of the worker is, byte for byte, what the host's GL draws to a surface
 * of its own: the same scene goes to an EGL pbuffer and to a drawable. What
 * depends on where the rows begin is in the scene: edges, lines, points,
 * stipples, gl_FragCoord, pixel rectangles, blits.
 */
#include "tests/unit/worker_fixture.h"

#define W 201
#define H 133

static void triangles(const struct vgpu_gl *gl)
{
	int i;

	gl->MatrixMode(GL_MODELVIEW);
	for (i = 0; i < 12; i++) {
		gl->LoadIdentity();
		gl->Rotatef((float)i * 31.7f, 0.1f * (float)i, 0.3f, 1.0f);
		gl->Begin(GL_TRIANGLES);
		gl->Color4f(1, 0.1f * (float)i, 0, 0.7f);
		gl->Vertex3f(-0.83f, -0.41f, 0.1f);
		gl->Color4f(0, 1, 0.07f * (float)i, 0.5f);
		gl->Vertex3f(0.77f, -0.53f, -0.3f);
		gl->Color4f(0.2f, 0.3f, 1, 1);
		gl->Vertex3f(0.11f, 0.91f, 0.2f);
		gl->End();
	}
	gl->LoadIdentity();
}

static void lines_and_points(const struct vgpu_gl *gl)
{
	int i;

	gl->Begin(GL_LINES);
	for (i = 0; i < 20; i++) {
		gl->Color3f(1, (float)i / 20, 1);
		gl->Vertex2f(-1 + 0.1f * (float)i, -0.97f);
		gl->Vertex2f(1 - 0.073f * (float)i, 0.99f);
	}
	gl->End();
	gl->PointSize(5);
	gl->Begin(GL_POINTS);
	for (i = 0; i < 20; i++)
		gl->Vertex2f(-0.9f + 0.09f * (float)i, 0.61f - 0.037f * (float)i);
	gl->End();
}

static void stipple(const struct vgpu_gl *gl)
{
	GLubyte mask[128];
	int i;

	for (i = 0; i < 128; i++)
		mask[i] = (GLubyte)(i * 37);
	gl->PolygonStipple(mask);
	gl->Enable(GL_POLYGON_STIPPLE);
	gl->Color3f(1, 1, 0);
	gl->Rectf(-0.95f, 0.3f, -0.3f, 0.95f);
	gl->Disable(GL_POLYGON_STIPPLE);
}

static void shader(const struct vgpu_gl *gl)
{
	static const char *const source =
		"#version 120\nvoid main() { gl_FragColor = vec4(fract(gl_FragCoord.x / 17.0),"
		" fract(gl_FragCoord.y / 23.0), gl_FragCoord.z, gl_PointCoord.y); }";
	GLuint fragment = gl->CreateShader(GL_FRAGMENT_SHADER), program = gl->CreateProgram();
	GLint linked = 0;

	gl->ShaderSource(fragment, 1, &source, NULL);
	gl->CompileShader(fragment);
	gl->AttachShader(program, fragment);
	gl->LinkProgram(program);
	gl->GetProgramiv(program, GL_LINK_STATUS, &linked);
	assert_true(linked);
	gl->UseProgram(program);
	gl->Begin(GL_TRIANGLES);
	gl->Vertex3f(0.2f, -0.9f, 0.4f);
	gl->Vertex3f(0.97f, -0.8f, 0.1f);
	gl->Vertex3f(0.6f, 0.2f, -0.9f);
	gl->End();
	gl->UseProgram(0);
	gl->DeleteShader(fragment);
	gl->DeleteProgram(program);
}

static void rectangles(const struct vgpu_gl *gl)
{
	uint32_t image[16 * 9];
	int i;

	for (i = 0; i < 16 * 9; i++)
		image[i] = (uint32_t)i * 0x01234567u;
	gl->RasterPos2f(-0.5f, -0.6f);
	gl->PixelZoom(2.5f, 1.5f);
	gl->DrawPixels(16, 9, GL_RGBA, GL_UNSIGNED_BYTE, image);
	gl->PixelZoom(1, 1);
	gl->RasterPos2f(-0.9f, -0.9f);
	gl->CopyPixels(60, 50, 40, 20, GL_COLOR);
	gl->Enable(GL_SCISSOR_TEST);
	gl->Scissor(150, 90, 31, 17);
	gl->ClearColor(0.9f, 0.4f, 0.1f, 0.5f);
	gl->Clear(GL_COLOR_BUFFER_BIT);
	gl->Disable(GL_SCISSOR_TEST);
	gl->BlitFramebuffer(10, 10, 60, 50, 120, 20, 163, 61, GL_COLOR_BUFFER_BIT, GL_LINEAR);
}

static void texture(const struct vgpu_gl *gl)
{
	uint32_t image[8 * 8];
	GLuint name;
	int i;

	for (i = 0; i < 64; i++)
		image[i] = (uint32_t)(i * i) * 0x00030507u | 0xff000000u;
	gl->GenTextures(1, &name);
	gl->BindTexture(GL_TEXTURE_2D, name);
	gl->TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
	gl->TexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, image);
	gl->Enable(GL_TEXTURE_2D);
	gl->Color3f(1, 1, 1);
	gl->Begin(GL_QUADS);
	gl->TexCoord2f(0, 0);
	gl->Vertex2f(0.1f, 0.35f);
	gl->TexCoord2f(1.7f, 0);
	gl->Vertex2f(0.93f, 0.28f);
	gl->TexCoord2f(1.7f, 1.3f);
	gl->Vertex2f(0.88f, 0.81f);
	gl->TexCoord2f(0, 1.3f);
	gl->Vertex2f(0.22f, 0.97f);
	gl->End();
	/* what was drawn, read back as a texture and drawn again, upside down */
	gl->CopyTexImage2D(GL_TEXTURE_2D, 0, GL_RGB, 30, 30, 64, 64, 0);
	gl->Begin(GL_QUADS);
	gl->TexCoord2f(0, 1);
	gl->Vertex2f(-0.97f, -0.3f);
	gl->TexCoord2f(1, 1);
	gl->Vertex2f(-0.61f, -0.31f);
	gl->TexCoord2f(1, 0);
	gl->Vertex2f(-0.6f, 0.19f);
	gl->TexCoord2f(0, 0);
	gl->Vertex2f(-0.95f, 0.2f);
	gl->End();
	gl->Disable(GL_TEXTURE_2D);
	gl->DeleteTextures(1, &name);
}

static void scene(const struct vgpu_gl *gl)
{
	gl->ClearColor(0.13f, 0.27f, 0.41f, 0.5f);
	gl->Clear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT);
	gl->Enable(GL_DEPTH_TEST);
	gl->Enable(GL_BLEND);
	gl->BlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_DST_ALPHA);
	triangles(gl);
	gl->Disable(GL_DEPTH_TEST);
	gl->BlendFunc(GL_ONE, GL_DST_ALPHA);
	lines_and_points(gl);
	gl->Disable(GL_BLEND);
	stipple(gl);
	shader(gl);
	texture(gl);
	rectangles(gl);
}

/* The host's own surface, rows from the bottom. */
static uint32_t *native(int alpha, int samples)
{
	const EGLint attribs[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
		                   EGL_OPENGL_BIT, EGL_RED_SIZE, 8, EGL_ALPHA_SIZE, alpha,
		                   EGL_DEPTH_SIZE, 24, EGL_STENCIL_SIZE, 8, EGL_SAMPLES, samples,
		                   EGL_NONE };
	const EGLint size[] = { EGL_WIDTH, W, EGL_HEIGHT, H, EGL_NONE };
	EGLDisplay display = vgpu_host_get()->display;
	EGLConfig configs[200];
	EGLint n = 0, i, value;
	EGLSurface surface;
	EGLContext context;
	uint32_t *pixels = malloc(W * H * 4);

	assert_true(eglChooseConfig(display, attribs, configs, 200, &n));
	for (i = 0; i < n; i++) {
		eglGetConfigAttrib(display, configs[i], EGL_ALPHA_SIZE, &value);
		if (value != alpha)
			continue;
		eglGetConfigAttrib(display, configs[i], EGL_RED_SIZE, &value);
		if (value == 8)
			break;
	}
	assert_true(i < n);
	eglBindAPI(EGL_OPENGL_API);
	context = eglCreateContext(display, configs[i], EGL_NO_CONTEXT, NULL);
	surface = eglCreatePbufferSurface(display, configs[i], size);
	assert_true(eglMakeCurrent(display, surface, surface, context));
	scene(fix_gl);
	fix_gl->ReadPixels(0, 0, W, H, GL_BGRA, GL_UNSIGNED_BYTE, pixels);
	assert_int_equal(fix_gl->GetError(), GL_NO_ERROR);
	eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroySurface(display, surface);
	eglDestroyContext(display, context);
	return pixels;
}

static void compare(int alpha)
{
	uint32_t *want = native(alpha, 0), differ = 0;
	struct vgpu_replay *r = fix_stream();
	const uint32_t *have;
	int x, y;

	assert_int_equal(fix_context(r, 1, 0, VGPU_CTX_API, VGPU_API_GL, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, VGPU_DRAW_WIDTH, W, VGPU_DRAW_HEIGHT, H, VGPU_DRAW_RED,
	                              8, VGPU_DRAW_GREEN, 8, VGPU_DRAW_BLUE, 8, VGPU_DRAW_ALPHA,
	                              alpha, VGPU_DRAW_DEPTH, 24, VGPU_DRAW_STENCIL, 8,
	                              VGPU_DRAW_DOUBLE, 1, 0),
	                 EGL_SUCCESS);
	fix_pool(r, 1);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	scene(fix_gl);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	have = fix_swap(r, 1, 0);
	for (y = 0; y < H; y++)
		for (x = 0; x < W; x++)
			differ += have[y * W + x] != want[(H - 1 - y) * W + x];
	assert_int_equal(differ, 0);
	free(want);
	fix_stream_end(r);
}

static void test_exact(void **state)
{
	compare(0);
}

static void test_exact_alpha(void **state)
{
	compare(8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fix_start, fix_stop)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_exact), TEST(test_exact_alpha) };

	return cmocka_run_group_tests(tests, fix_open, fix_close);
}
