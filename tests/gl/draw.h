/* SPDX-License-Identifier: MIT */
/*
 * Small drawing tests that print what they drew: one line each, "NAME: CRC error=E". The line of
 * the native run is the expected one. Every test starts from a fresh context on a pbuffer of
 * DRAW_SIZE x DRAW_SIZE.
 */
#ifndef VGPU_TESTS_GL_DRAW_H
#define VGPU_TESTS_GL_DRAW_H

#define GL_GLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAW_SIZE 64

enum draw_api { DRAW_COMPAT, DRAW_CORE, DRAW_ES2, DRAW_ES1 };

struct draw_test {
	const char *name;
	enum draw_api api;
	void (*run)(void);
};

/* Fill in tests[] in draw_NAME.c; DRAW_MAIN makes a program of it. */
struct draw_display {
	EGLDisplay dpy;
	EGLConfig config[4]; /* by enum draw_api */
};

static inline uint32_t draw_crc(uint32_t crc, const void *data, size_t n)
{
	const uint8_t *p = data;

	crc = ~crc;
	while (n--) {
		crc ^= *p++;
		for (int k = 0; k < 8; k++)
			crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
	}
	return ~crc;
}

/* More words for the test's line. */
static char draw_words[4096];
static inline void draw_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#include <stdarg.h>
static inline void draw_say(const char *fmt, ...)
{
	size_t n = strlen(draw_words);
	va_list ap;

	va_start(ap, fmt);
	if (n < sizeof(draw_words))
		vsnprintf(draw_words + n, sizeof(draw_words) - n, fmt, ap);
	va_end(ap);
}

static inline GLuint draw_shader(GLenum type, const char *source)
{
	GLuint shader = glCreateShader(type);
	GLint ok = 0;

	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
	if (!ok) {
		char log[512] = "";

		glGetShaderInfoLog(shader, sizeof(log), NULL, log);
		draw_say(" compile failed: %.100s", log);
	}
	return shader;
}

static inline GLuint draw_program(const char *vertex, const char *fragment)
{
	GLuint program = glCreateProgram();
	GLint ok = 0;

	glAttachShader(program, draw_shader(GL_VERTEX_SHADER, vertex));
	if (fragment)
		glAttachShader(program, draw_shader(GL_FRAGMENT_SHADER, fragment));
	glBindAttribLocation(program, 0, "position");
	glLinkProgram(program);
	glGetProgramiv(program, GL_LINK_STATUS, &ok);
	if (!ok)
		draw_say(" link failed");
	glUseProgram(program);
	return program;
}

/* A triangle at attribute 0 of a new vertex array, and a program of GLSL 4.5: body writes o. */
static const float draw_triangle[] = { -0.9f, -0.9f, 0.9f, -0.9f, 0, 0.9f };
static inline GLuint draw_triangle_program(const char *body)
{
	static const char vs[] = "#version 450\nlayout(location=0) in vec2 position;\n"
	                         "void main() { gl_Position = vec4(position, 0, 1); }\n";
	char fs[1024];
	GLuint vao, buffer;

	snprintf(fs, sizeof(fs), "#version 450\nout vec4 o;\n%s", body);
	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(draw_triangle), draw_triangle, GL_STATIC_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
	return draw_program(vs, fs);
}

static inline void draw_open(struct draw_display *d)
{
	static const EGLint bits[4] = { EGL_OPENGL_BIT, EGL_OPENGL_BIT, EGL_OPENGL_ES2_BIT,
		                        EGL_OPENGL_ES_BIT };
	PFNEGLGETPLATFORMDISPLAYEXTPROC get =
	        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");

	d->dpy = get ? get(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL)
	             : EGL_NO_DISPLAY;
	if (!eglInitialize(d->dpy, NULL, NULL)) {
		/* a vendor's driver may have only its devices */
		PFNEGLQUERYDEVICESEXTPROC devices =
		        (PFNEGLQUERYDEVICESEXTPROC)eglGetProcAddress("eglQueryDevicesEXT");
		EGLDeviceEXT device[16];
		EGLint n = 0;

		d->dpy = EGL_NO_DISPLAY;
		if (get && devices && devices(16, device, &n))
			for (EGLint i = 0; i < n && d->dpy == EGL_NO_DISPLAY; i++) {
				d->dpy = get(EGL_PLATFORM_DEVICE_EXT, device[i], NULL);
				if (!eglInitialize(d->dpy, NULL, NULL))
					d->dpy = EGL_NO_DISPLAY;
			}
	}
	if (d->dpy == EGL_NO_DISPLAY) {
		fprintf(stderr, "no EGL display: %x\n", eglGetError());
		exit(1);
	}
	for (int i = 0; i < 4; i++) {
		const EGLint attribs[] = { EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8,
			                   EGL_ALPHA_SIZE, 8, EGL_DEPTH_SIZE, 24, EGL_STENCIL_SIZE, 8,
			                   EGL_SAMPLES, 0, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT,
			                   EGL_RENDERABLE_TYPE, bits[i], EGL_NONE };
		EGLint n = 0;

		if (eglChooseConfig(d->dpy, attribs, &d->config[i], 1, &n) && n >= 1)
			continue;
		d->config[i] = NULL; /* not every driver has OpenGL ES 1 */
		if (bits[i] != EGL_OPENGL_ES_BIT) {
			fprintf(stderr, "no EGL config\n");
			exit(1);
		}
	}
}

static inline EGLContext draw_context(struct draw_display *d, enum draw_api api, EGLContext share)
{
	static const EGLint compat[] = { EGL_NONE };
	static const EGLint core[] = { EGL_CONTEXT_MAJOR_VERSION, 4, EGL_CONTEXT_MINOR_VERSION, 5,
		                       EGL_CONTEXT_OPENGL_PROFILE_MASK,
		                       EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE };
	static const EGLint es2[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_NONE };
	static const EGLint es1[] = { EGL_CONTEXT_MAJOR_VERSION, 1, EGL_NONE };
	static const EGLint *const attribs[] = { compat, core, es2, es1 };

	eglBindAPI(api <= DRAW_CORE ? EGL_OPENGL_API : EGL_OPENGL_ES_API);
	return eglCreateContext(d->dpy, d->config[api], share, attribs[api]);
}

static inline void draw_one(struct draw_display *d, const struct draw_test *test)
{
	static const EGLint size[] = { EGL_WIDTH, DRAW_SIZE, EGL_HEIGHT, DRAW_SIZE, EGL_NONE };
	EGLSurface surface = eglCreatePbufferSurface(d->dpy, d->config[test->api], size);
	EGLContext context = draw_context(d, test->api, EGL_NO_CONTEXT);
	uint8_t *pixels = calloc(DRAW_SIZE * DRAW_SIZE, 4);

	draw_words[0] = '\0';
	if (context == EGL_NO_CONTEXT || !eglMakeCurrent(d->dpy, surface, surface, context)) {
		printf("%s: no context: %x\n", test->name, eglGetError());
	} else {
		GLenum error;

		glClearColor(0.1f, 0.2f, 0.3f, 1.0f);
		glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT);
		test->run();
		error = glGetError();
		if (test->api != DRAW_ES1) {
			glBindFramebuffer(GL_FRAMEBUFFER, 0);
			glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
		}
		glPixelStorei(GL_PACK_ALIGNMENT, 4);
		glReadPixels(0, 0, DRAW_SIZE, DRAW_SIZE, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
		printf("%s: %08x error=%x,%x%s\n", test->name,
		       draw_crc(0, pixels, DRAW_SIZE * DRAW_SIZE * 4), error, glGetError(), draw_words);
	}
	fflush(stdout);
	eglMakeCurrent(d->dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	if (context != EGL_NO_CONTEXT)
		eglDestroyContext(d->dpy, context);
	eglDestroySurface(d->dpy, surface);
	free(pixels);
}

/* No argument: all; else those named. */
static struct draw_display draw_display;
#define DRAW_MAIN(tests)                                                                          \
	int main(int argc, char **argv)                                                           \
	{                                                                                         \
		draw_open(&draw_display);                                                         \
		for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {                   \
			int wanted = argc < 2;                                                    \
			for (int a = 1; a < argc; a++)                                            \
				wanted |= strcmp(argv[a], tests[i].name) == 0;                    \
			if (wanted)                                                               \
				draw_one(&draw_display, &tests[i]);                               \
		}                                                                                 \
		eglTerminate(draw_display.dpy);                                                   \
		return 0;                                                                         \
	}

#endif
