/* SPDX-License-Identifier: MIT */
/*
 * semaphores [ROUNDS]: semaphores with a growing value order two threads with contexts of one share
 * group: what one has drawn before its signal is there after the other's wait, of the GPU's and of
 * the client's. No driver has these without another API to import from, so there is nothing native
 * to compare: every colour read must be the one that was drawn. One line for each way.
 */
#include "tests/gl/draw.h"

#include <pthread.h>

static PFNGLCREATESEMAPHORESNVPROC create;
static PFNGLSEMAPHOREPARAMETERIVNVPROC parameter;
static PFNGLSEMAPHOREPARAMETERUI64VEXTPROC value;
static PFNGLSIGNALSEMAPHOREEXTPROC signal_one;
static PFNGLWAITSEMAPHOREEXTPROC wait_one;
static PFNGLDELETESEMAPHORESEXTPROC delete_some;
static PFNGLISSEMAPHOREEXTPROC is;
static PFNGLCREATEPROGRESSFENCENVXPROC create_fence;
static PFNGLCLIENTWAITSEMAPHOREUI64NVXPROC wait_client;
static PFNGLSIGNALSEMAPHOREUI64NVXPROC signal_fences;

static EGLContext contexts[2];
static GLuint timeline, fence, texture;
static int rounds = 50, wrong[2], errors;

static void current(EGLContext context)
{
	static const EGLint size[] = { EGL_WIDTH, 16, EGL_HEIGHT, 16, EGL_NONE };
	EGLSurface surface;

	eglBindAPI(EGL_OPENGL_API);
	surface = eglCreatePbufferSurface(draw_display.dpy, draw_display.config[DRAW_COMPAT], size);
	eglMakeCurrent(draw_display.dpy, surface, surface, context);
}

static void set(GLuint64 to)
{
	value(timeline, GL_TIMELINE_SEMAPHORE_VALUE_NV, &to);
}

static GLuint target(void)
{
	GLuint fbo;

	glGenFramebuffers(1, &fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, fbo);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	return fbo;
}

/* Odd values are signalled when a colour has been drawn, even ones when it has been read. */
static void *draw(void *data)
{
	GLuint64 seen;

	current(contexts[0]);
	target();
	for (int i = 0; i < rounds; i++) {
		glClearColor((float)(i % 250) / 255.0f, 1, 0, 1);
		glClear(GL_COLOR_BUFFER_BIT);
		if (i % 2) {
			set(2u * (GLuint64)i + 1);
			signal_one(timeline, 0, NULL, 0, NULL, NULL);
		} else {
			seen = 2u * (GLuint64)i + 1;
			signal_fences(0, 1, &fence, &seen);
		}
		seen = 2u * (GLuint64)i + 2;
		wait_client(1, &fence, &seen);
	}
	errors |= (int)glGetError();
	return data;
}

static void *read_back(void *data)
{
	uint8_t pixel[4];

	current(contexts[1]);
	target();
	for (int i = 0; i < rounds; i++) {
		GLuint64 seen = 2u * (GLuint64)i + 1;

		if (i % 2) {
			/* the first wait may come before the signal */
			set(seen);
			wait_one(timeline, 0, NULL, 0, NULL, NULL);
		} else {
			wait_client(1, &fence, &seen);
		}
		glReadPixels(3, 3, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
		wrong[i % 2] += pixel[0] != i % 250;
		seen++;
		signal_fences(0, 1, &fence, &seen);
	}
	errors |= (int)glGetError();
	return data;
}

int main(int argc, char **argv)
{
	const GLint type = GL_SEMAPHORE_TYPE_TIMELINE_NV;
	pthread_t threads[2];

	if (argc > 1)
		rounds = atoi(argv[1]);
#define GET(name, function) *(void **)&name = (void *)eglGetProcAddress(function)
	GET(create, "glCreateSemaphoresNV");
	GET(parameter, "glSemaphoreParameterivNV");
	GET(value, "glSemaphoreParameterui64vEXT");
	GET(signal_one, "glSignalSemaphoreEXT");
	GET(wait_one, "glWaitSemaphoreEXT");
	GET(delete_some, "glDeleteSemaphoresEXT");
	GET(is, "glIsSemaphoreEXT");
	GET(create_fence, "glCreateProgressFenceNVX");
	GET(wait_client, "glClientWaitSemaphoreui64NVX");
	GET(signal_fences, "glSignalSemaphoreui64NVX");
	draw_open(&draw_display);
	contexts[0] = draw_context(&draw_display, DRAW_COMPAT, EGL_NO_CONTEXT);
	contexts[1] = draw_context(&draw_display, DRAW_COMPAT, contexts[0]);
	current(contexts[0]);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGBA8, 256, 256);
	create(1, &timeline);
	parameter(timeline, GL_SEMAPHORE_TYPE_NV, &type);
	fence = create_fence();
	glFinish();
	printf("made: %d %d %x\n", is(timeline), is(fence), glGetError());
	eglMakeCurrent(draw_display.dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	pthread_create(&threads[0], NULL, draw, NULL);
	pthread_create(&threads[1], NULL, read_back, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	printf("progress fences: %d of %d wrong\n", wrong[0], (rounds + 1) / 2);
	printf("timelines: %d of %d wrong\n", wrong[1], rounds / 2);
	current(contexts[0]);
	delete_some(1, &timeline);
	delete_some(1, &fence);
	printf("deleted: %d %d %x %x\n", is(timeline), is(fence), glGetError(), errors);
	return 0;
}
