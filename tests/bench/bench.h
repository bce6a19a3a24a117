/* SPDX-License-Identifier: MIT */
/* What the measures of bench.c share: the display, the clock, printing a result. */
#ifndef VGPU_TESTS_BENCH_BENCH_H
#define VGPU_TESTS_BENCH_BENCH_H

#define GL_GLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <stdbool.h>
#include <stdint.h>

struct bench {
	EGLDisplay dpy;
	EGLConfig config;
	EGLContext context;
	EGLSurface surface; /* pbuffer of 256x256, or a window */
	double seconds;     /* to spend on each measure, about */
};

/* Seconds, monotonic. */
double bench_now(void);

/*
 * Open a display without a window system: of EGL's devices the first that is no
 * software, else the first; or the surfaceless platform where there are no
 * devices. Makes a compatibility context current on a pbuffer of 256x256.
 * Returns false after a message on stderr.
 */
bool bench_open(struct bench *b);
/* The same on a window of width x height pixels on $DISPLAY. */
bool bench_open_window(struct bench *b, uint32_t width, uint32_t height);
void bench_close(struct bench *b);

/* One line: "NAME VALUE UNIT". Larger is better when the unit is a rate. */
void bench_print(const char *name, double value, const char *unit);

/* A program with attribute 0 = position and uniform "color" at location *color_out. */
GLuint bench_program(GLint *color_out);

/*
 * Calls fn(b, n) with growing n until it takes b->seconds, which is what fn must
 * have finished (glFinish) when it returns. Returns seconds for one of n.
 */
double bench_per(struct bench *b, void (*fn)(struct bench *b, long n));
/* Median of count calls of fn, in seconds; fn returns what it measured. */
double bench_median(struct bench *b, int count, double (*fn)(struct bench *b));

/* bench_data.c */
void bench_data(struct bench *b, const char *only);
/* bench_calls.c */
void bench_calls(struct bench *b, const char *only);
/* True when name is asked for: only is NULL or a comma list. */
bool bench_wanted(const char *only, const char *name);

#endif
