/* SPDX-License-Identifier: MIT */
/*
 * lost [for-good | SECONDS]: draws until its context is lost, which the test brings about by killing the worker. Prints
 * what EGL and GL then say, and (unless for-good) whether a new context works afterwards. Never hangs: it ends
 * with 3 when nothing was lost within SECONDS (30) of drawing.
 */
#include "tests/gl/draw.h"

#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static EGLContext robust_context(void)
{
	static const EGLint attribs[] = { EGL_CONTEXT_MAJOR_VERSION, 4, EGL_CONTEXT_MINOR_VERSION, 5,
		                          EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY,
		                          EGL_LOSE_CONTEXT_ON_RESET, EGL_NONE };

	eglBindAPI(EGL_OPENGL_API);
	return eglCreateContext(draw_display.dpy, draw_display.config[DRAW_CORE], EGL_NO_CONTEXT,
	                        attribs);
}

static int works(EGLSurface surface, EGLContext context)
{
	uint8_t pixel[4] = { 0 };

	if (context == EGL_NO_CONTEXT ||
	    !eglMakeCurrent(draw_display.dpy, surface, surface, context))
		return 0;
	glClearColor(1, 0, 0.5f, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	return pixel[0] == 255 && pixel[1] == 0;
}

int main(int argc, char **argv)
{
	GLuint query;
	GLsync fence;
	static const EGLint size[] = { EGL_WIDTH, 64, EGL_HEIGHT, 64, EGL_NONE };
	PFNGLGETGRAPHICSRESETSTATUSPROC reset;
	EGLSurface surface;
	EGLContext context;
	GLenum status = 0;
	double patience = argc > 1 && atof(argv[1]) > 0 ? atof(argv[1]) : 30, end, lost_at;
	EGLint error;

	draw_open(&draw_display);
	surface = eglCreatePbufferSurface(draw_display.dpy, draw_display.config[DRAW_CORE], size);
	context = robust_context();
	if (!works(surface, context)) {
		printf("cannot draw: %x\n", eglGetError());
		return 1;
	}
	reset = (PFNGLGETGRAPHICSRESETSTATUSPROC)eglGetProcAddress("glGetGraphicsResetStatus");
	glGenQueries(1, &query);
	glBeginQuery(GL_SAMPLES_PASSED, query);
	glEndQuery(GL_SAMPLES_PASSED);
	fence = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	printf("drawing\n");
	fflush(stdout);
	end = now() + patience;
	while (now() < end && status == 0) {
		glClear(GL_COLOR_BUFFER_BIT);
		glFinish();
		status = reset();
		usleep(1000);
	}
	if (status == 0) {
		printf("nothing was lost\n");
		return 3;
	}
	lost_at = now();
	printf("reset status %x\n", status);
	/* none of these may hang or crash */
	for (int i = 0; i < 1000; i++) {
		GLuint name = 0;

		glGenBuffers(1, &name);
		glBindBuffer(GL_ARRAY_BUFFER, name);
		glBufferData(GL_ARRAY_BUFFER, 65536, NULL, GL_STATIC_DRAW);
		glDrawArrays(GL_TRIANGLES, 0, 3);
		glFinish();
	}
	/* who polls must come to an end */
	for (GLuint available = 0; !available;)
		glGetQueryObjectuiv(query, GL_QUERY_RESULT_AVAILABLE, &available);
	while (glClientWaitSync(fence, 0, 0) == GL_TIMEOUT_EXPIRED)
		;
	eglSwapBuffers(draw_display.dpy, surface);
	eglMakeCurrent(draw_display.dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	error = eglMakeCurrent(draw_display.dpy, surface, surface, context) ? EGL_SUCCESS
	                                                                    : eglGetError();
	printf("making it current again: %x\n", error);
	eglMakeCurrent(draw_display.dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroyContext(draw_display.dpy, context);
	eglDestroySurface(draw_display.dpy, surface);
	printf("calls took %s\n", now() - lost_at < patience / 3 ? "no time" : "too long");
	if (argc > 1 && atof(argv[1]) <= 0)
		return 0;
	/* a new worker needs a moment to start */
	end = now() + patience;
	do {
		surface = eglCreatePbufferSurface(draw_display.dpy,
		                                  draw_display.config[DRAW_CORE], size);
		context = robust_context();
		if (works(surface, context)) {
			printf("a new context draws\n");
			eglTerminate(draw_display.dpy);
			return 0;
		}
		if (context != EGL_NO_CONTEXT)
			eglDestroyContext(draw_display.dpy, context);
		if (surface != EGL_NO_SURFACE)
			eglDestroySurface(draw_display.dpy, surface);
		usleep(200000);
	} while (now() < end);
	printf("no new context draws: %x\n", eglGetError());
	return 4;
}
