/* SPDX-License-Identifier: MIT */
/*
 * bench [-t SECONDS] [-o NAME,...] MODE: measures GL, on whatever GL it finds.
 *   calls     all measures that need no window
 *   window    frames in a window of 1920x1080
 *   start     create a context, draw, read a pixel, end: to be timed from outside
 *   starts N  the same N times, one process each: mean milliseconds
 *   frames S  draw small frames off screen for S seconds: for several at once
 */
#include "tests/bench/bench.h"

#include <X11/Xlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void bench_print(const char *name, double value, const char *unit)
{
	printf("%s %.6g %s\n", name, value, unit);
	fflush(stdout);
}

bool bench_wanted(const char *only, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = only; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
		if (strncmp(p, name, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	return !only;
}

double bench_per(struct bench *b, void (*fn)(struct bench *b, long n))
{
	double took = 0;
	long n = 1;

	fn(b, 1); /* what happens once only */
	for (;;) {
		double began = bench_now();

		fn(b, n);
		took = bench_now() - began;
		if (took >= b->seconds * 0.7 || n > 1L << 40)
			return took / (double)n;
		n = took < b->seconds / 64 ? n * 8 : (long)((double)n * b->seconds / took) + 1;
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(struct bench *b, int count, double (*fn)(struct bench *b))
{
	double *values = calloc((size_t)count, sizeof(*values)), median;

	for (int i = 0; i < count; i++)
		values[i] = fn(b);
	qsort(values, (size_t)count, sizeof(*values), by_value);
	median = values[count / 2];
	free(values);
	return median;
}

/* Not a renderer on the CPU; what does not say so is taken for hardware. */
static bool is_software(EGLDeviceEXT device)
{
	PFNEGLQUERYDEVICESTRINGEXTPROC query =
	        (PFNEGLQUERYDEVICESTRINGEXTPROC)eglGetProcAddress("eglQueryDeviceStringEXT");
	const char *text = query ? query(device, EGL_EXTENSIONS) : NULL;

	return text && strstr(text, "EGL_MESA_device_software");
}

static EGLDisplay find_display(void)
{
	PFNEGLGETPLATFORMDISPLAYEXTPROC get =
	        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
	PFNEGLQUERYDEVICESEXTPROC query =
	        (PFNEGLQUERYDEVICESEXTPROC)eglGetProcAddress("eglQueryDevicesEXT");
	EGLDeviceEXT devices[32];
	EGLint n = 0;

	if (!get)
		return EGL_NO_DISPLAY;
	if (query && query(32, devices, &n) && n > 0) {
		/* under vgpu-run its device is the first of the list */
		bool split = getenv("VGPU_SOCKET") != NULL;

		for (int pass = split ? 1 : 0; pass < 2; pass++)
			for (int i = 0; i < n; i++) {
				EGLDisplay dpy;

				if (pass == 0 && is_software(devices[i]))
					continue;
				dpy = get(EGL_PLATFORM_DEVICE_EXT, devices[i], NULL);
				if (dpy != EGL_NO_DISPLAY && eglInitialize(dpy, NULL, NULL))
					return dpy;
			}
	}
	return get(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
}

static bool choose_and_create(struct bench *b, EGLint surface_type)
{
	const EGLint attribs[] = { EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8,
		                   EGL_DEPTH_SIZE, 24, EGL_SURFACE_TYPE, surface_type,
		                   EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE };
	EGLint n = 0;

	if (!eglInitialize(b->dpy, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API) ||
	    !eglChooseConfig(b->dpy, attribs, &b->config, 1, &n) || n < 1) {
		fprintf(stderr, "bench: no EGL display with desktop GL: %x\n", eglGetError());
		return false;
	}
	b->context = eglCreateContext(b->dpy, b->config, EGL_NO_CONTEXT, NULL);
	return b->context != EGL_NO_CONTEXT;
}

static bool make_current(struct bench *b)
{
	if (b->surface == EGL_NO_SURFACE ||
	    !eglMakeCurrent(b->dpy, b->surface, b->surface, b->context)) {
		fprintf(stderr, "bench: cannot make current: %x\n", eglGetError());
		return false;
	}
	fprintf(stderr, "bench: %s, %s\n", (const char *)glGetString(GL_RENDERER),
	        (const char *)glGetString(GL_VERSION));
	return true;
}

bool bench_open(struct bench *b)
{
	static const EGLint size[] = { EGL_WIDTH, 256, EGL_HEIGHT, 256, EGL_NONE };

	b->dpy = find_display();
	if (!choose_and_create(b, EGL_PBUFFER_BIT))
		return false;
	b->surface = eglCreatePbufferSurface(b->dpy, b->config, size);
	return make_current(b);
}

bool bench_open_window(struct bench *b, uint32_t width, uint32_t height)
{
	PFNEGLGETPLATFORMDISPLAYEXTPROC get =
	        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
	Display *x = XOpenDisplay(NULL);
	Window window;

	if (!x) {
		fprintf(stderr, "bench: no X display\n");
		return false;
	}
	b->dpy = get ? get(EGL_PLATFORM_X11_EXT, x, NULL) : EGL_NO_DISPLAY;
	if (!choose_and_create(b, EGL_WINDOW_BIT))
		return false;
	window = XCreateSimpleWindow(x, DefaultRootWindow(x), 0, 0, width, height, 0, 0, 0);
	XMapWindow(x, window);
	XSync(x, False);
	b->surface = eglCreateWindowSurface(b->dpy, b->config, window, NULL);
	return make_current(b);
}

void bench_close(struct bench *b)
{
	eglMakeCurrent(b->dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroyContext(b->dpy, b->context);
	eglDestroySurface(b->dpy, b->surface);
	eglTerminate(b->dpy);
}

GLuint bench_program(GLint *color_out)
{
	static const char *vs = "#version 130\nin vec2 position; void main() {\n"
	                        "gl_Position = vec4(position, 0, 1); }\n";
	static const char *fs = "#version 130\nuniform vec4 color; void main() {\n"
	                        "gl_FragColor = color; }\n";
	GLuint program = glCreateProgram(), v = glCreateShader(GL_VERTEX_SHADER),
	       f = glCreateShader(GL_FRAGMENT_SHADER);

	glShaderSource(v, 1, &vs, NULL);
	glShaderSource(f, 1, &fs, NULL);
	glCompileShader(v);
	glCompileShader(f);
	glAttachShader(program, v);
	glAttachShader(program, f);
	glBindAttribLocation(program, 0, "position");
	glLinkProgram(program);
	glUseProgram(program);
	*color_out = glGetUniformLocation(program, "color");
	return program;
}

static void window_frames(struct bench *b, long n)
{
	for (long i = 0; i < n; i++) {
		glClearColor((float)(i & 63) / 63, 0.5f, 0.2f, 1);
		glClear(GL_COLOR_BUFFER_BIT);
		eglSwapBuffers(b->dpy, b->surface);
	}
	glFinish();
}

static int run_window(struct bench *b)
{
	uint8_t pixel[4];

	if (!bench_open_window(b, 1920, 1080))
		return 1;
	eglSwapInterval(b->dpy, 0);
	bench_print("window-frames-1080p", 1 / bench_per(b, window_frames), "frames/s");
	glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	bench_close(b);
	return 0;
}

static int run_start(struct bench *b)
{
	uint8_t pixel[4] = { 0 };

	if (!bench_open(b))
		return 1;
	glClearColor(1, 0, 1, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glReadPixels(9, 9, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	bench_close(b);
	return pixel[0] == 255 && pixel[1] == 0 ? 0 : 1;
}

static int run_starts(char *self, int count)
{
	double began = bench_now(), best = 1e9;

	for (int i = 0; i < count; i++) {
		double now = bench_now();
		pid_t pid = fork();
		int status = -1;

		if (pid == 0) {
			if (!freopen("/dev/null", "w", stderr))
				_exit(125);
			execl("/proc/self/exe", self, "start", (char *)NULL);
			_exit(126);
		}
		if (waitpid(pid, &status, 0) != pid || status != 0) {
			fprintf(stderr, "bench: a start failed (%x)\n", (unsigned)status);
			return 1;
		}
		now = bench_now() - now;
		best = now < best ? now : best;
	}
	bench_print("start", (bench_now() - began) / count * 1e3, "ms");
	bench_print("start-best", best * 1e3, "ms");
	return 0;
}

static int run_frames(struct bench *b, double seconds)
{
	static const float triangle[] = { -0.5f, -0.5f, 0.5f, -0.5f, 0, 0.5f };
	GLint color;
	double began;
	long frames = 0;

	if (!bench_open(b))
		return 1;
	bench_program(&color);
	glEnableVertexAttribArray(0);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, triangle);
	began = bench_now();
	while (bench_now() - began < seconds) {
		glClear(GL_COLOR_BUFFER_BIT);
		for (int i = 0; i < 50; i++) {
			glUniform4f(color, (float)i / 50, 0, 1, 1);
			glDrawArrays(GL_TRIANGLES, 0, 3);
		}
		glFinish();
		frames++;
	}
	bench_print("frames", (double)frames / (bench_now() - began), "frames/s");
	bench_close(b);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench b = { .seconds = 0.5 };
	const char *only = NULL, *mode;
	int c;

	while ((c = getopt(argc, argv, "t:o:")) != -1) {
		if (c == 't')
			b.seconds = atof(optarg);
		else if (c == 'o')
			only = optarg;
		else
			return 2;
	}
	mode = optind < argc ? argv[optind] : "calls";
	if (strcmp(mode, "window") == 0)
		return run_window(&b);
	if (strcmp(mode, "start") == 0)
		return run_start(&b);
	if (strcmp(mode, "starts") == 0)
		return run_starts(argv[0], optind + 1 < argc ? atoi(argv[optind + 1]) : 10);
	if (strcmp(mode, "frames") == 0)
		return run_frames(&b, optind + 1 < argc ? atof(argv[optind + 1]) : 2);
	if (strcmp(mode, "calls") != 0 || !bench_open(&b)) {
		fprintf(stderr, "bench: cannot run %s\n", mode);
		return 1;
	}
	bench_calls(&b, only);
	bench_data(&b, only);
	bench_close(&b);
	return 0;
}
