/* SPDX-License-Identifier: MIT */
/*
 * steady [-w] [-n FRAMES] [-d DRAWS] [-p MS] [-l N]: draws the same picture frame after frame, in a
 * window of 128 x 128 (-w) or without one, with DRAWS draw calls a frame (at least 64) and MS
 * between frames, and looks at every pixel of every Nth frame (1): what it must be is computed
 * here. Every frame is a line "frame N wrong M"; M counts frames that were not right. Ends with 0
 * after FRAMES (0: never), 3 when a frame was wrong, 4 when its context was lost, 1 when it cannot
 * draw.
 */
#define GL_GLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES2/gl2.h>
#include <GLES2/gl2ext.h>
#include <X11/Xlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE 128
#define CELLS 8 /* columns and rows of the picture */

static EGLDisplay dpy;
static EGLSurface surface;
static PFNGLGETGRAPHICSRESETSTATUSEXTPROC reset_status;

/* Colours of which every GL stores the same octets. */
static void cell_colour(int x, int y, uint8_t rgb[3])
{
	int bits = (x * 3 + y * 5 + x * y) % 8;

	for (int i = 0; i < 3; i++)
		rgb[i] = bits >> i & 1 ? 255 : 0;
}

static bool open_display(bool window)
{
	static const EGLint attribs[] = { EGL_RED_SIZE,
					  8,
					  EGL_GREEN_SIZE,
					  8,
					  EGL_BLUE_SIZE,
					  8,
					  EGL_RENDERABLE_TYPE,
					  EGL_OPENGL_ES2_BIT,
					  EGL_SURFACE_TYPE,
					  0,
					  EGL_NONE };
	static const EGLint robust[] = { EGL_CONTEXT_CLIENT_VERSION, 2,
					 EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY,
					 EGL_LOSE_CONTEXT_ON_RESET, EGL_NONE };
	static const EGLint pbuffer[] = { EGL_WIDTH, SIZE, EGL_HEIGHT, SIZE, EGL_NONE };
	EGLint wanted[sizeof(attribs) / sizeof(attribs[0])], n = 0;
	Display *x = window ? XOpenDisplay(NULL) : NULL;
	EGLContext context;
	EGLConfig config;

	if (window && !x)
		return false;
	memcpy(wanted, attribs, sizeof(attribs));
	wanted[9] = window ? EGL_WINDOW_BIT : EGL_PBUFFER_BIT;
	dpy = window ? eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, x, NULL)
		     : eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY,
					     NULL);
	if (!eglInitialize(dpy, NULL, NULL) || !eglBindAPI(EGL_OPENGL_ES_API) ||
	    !eglChooseConfig(dpy, wanted, &config, 1, &n) || n < 1)
		return false;
	if (window) {
		Window win =
			XCreateSimpleWindow(x, DefaultRootWindow(x), 0, 0, SIZE, SIZE, 0, 0, 0);

		XMapWindow(x, win);
		XSync(x, False);
		surface = eglCreateWindowSurface(dpy, config, (EGLNativeWindowType)win, NULL);
	} else {
		surface = eglCreatePbufferSurface(dpy, config, pbuffer);
	}
	context = eglCreateContext(dpy, config, EGL_NO_CONTEXT, robust);
	return surface != EGL_NO_SURFACE && context != EGL_NO_CONTEXT &&
	       eglMakeCurrent(dpy, surface, surface, context);
}

static GLint colour_at;

static void make_program(void)
{
	static const char *const sources[2] = {
		"attribute vec2 at; void main() { gl_Position = vec4(at, 0.0, 1.0); }",
		"precision mediump float; uniform vec4 colour; void main() { gl_FragColor = "
		"colour; }",
	};
	GLuint program = glCreateProgram();

	for (int i = 0; i < 2; i++) {
		GLuint shader = glCreateShader(i ? GL_FRAGMENT_SHADER : GL_VERTEX_SHADER);

		glShaderSource(shader, 1, &sources[i], NULL);
		glCompileShader(shader);
		glAttachShader(program, shader);
	}
	glBindAttribLocation(program, 0, "at");
	glLinkProgram(program);
	glUseProgram(program);
	colour_at = glGetUniformLocation(program, "colour");
	glEnableVertexAttribArray(0);
}

static void draw_cell(int x, int y)
{
	float step = 2.0f / CELLS, left = -1 + (float)x * step, low = -1 + (float)y * step;
	float corners[8] = {
		left, low, left + step, low, left, low + step, left + step, low + step
	};
	uint8_t rgb[3];

	cell_colour(x, y, rgb);
	glUniform4f(colour_at, rgb[0] / 255, rgb[1] / 255, rgb[2] / 255, 1);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, corners);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static bool picture_is_right(void)
{
	static uint8_t pixels[SIZE * SIZE * 4];
	uint8_t rgb[3];

	memset(pixels, 0x55, sizeof(pixels));
	glReadPixels(0, 0, SIZE, SIZE, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	for (int y = 0; y < SIZE; y++) {
		for (int x = 0; x < SIZE; x++) {
			cell_colour(x * CELLS / SIZE, y * CELLS / SIZE, rgb);
			if (memcmp(rgb, &pixels[(y * SIZE + x) * 4], 3) != 0)
				return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	long frames = 0, wrong = 0, most = 0, draws = 0, pause_ms = 0, look = 1;
	bool window = false;
	int c;

	while ((c = getopt(argc, argv, "wn:d:p:l:")) != -1) {
		if (c == 'w')
			window = true;
		else if (c == 'n')
			most = atol(optarg);
		else if (c == 'd')
			draws = atol(optarg);
		else if (c == 'p')
			pause_ms = atol(optarg);
		else if (c == 'l')
			look = atol(optarg);
		else
			return 2;
	}
	if (!open_display(window)) {
		printf("cannot draw: %x\n", (unsigned)eglGetError());
		return 1;
	}
	reset_status = (PFNGLGETGRAPHICSRESETSTATUSEXTPROC)eglGetProcAddress(
		"glGetGraphicsResetStatusEXT");
	make_program();
	printf("drawing with %s\n", (const char *)glGetString(GL_RENDERER));
	while (most == 0 || frames < most) {
		GLenum lost;

		glClearColor(0.5f, 0.5f, 0.5f, 1);
		glClear(GL_COLOR_BUFFER_BIT);
		for (long i = 0; i < draws || i < CELLS * CELLS; i++)
			draw_cell((int)(i % CELLS), (int)(i / CELLS % CELLS));
		lost = 0;
		if (frames % look == 0) { /* both wait for the worker */
			wrong += !picture_is_right();
			lost = reset_status ? reset_status() : 0;
		}
		if (lost || !eglSwapBuffers(dpy, surface)) {
			printf("lost after %ld frames: status %x\n", frames, (unsigned)lost);
			return 4;
		}
		frames++;
		printf("frame %ld wrong %ld\n", frames, wrong);
		fflush(stdout);
		usleep((useconds_t)pause_ms * 1000);
	}
	return wrong ? 3 : 0;
}
