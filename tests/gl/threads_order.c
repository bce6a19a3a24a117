/* SPDX-License-Identifier: MIT */
/*
 * threads_order [ROUNDS]: what one thread has done before glFlush, a swap or letting go of a
 * context is there for another one that was told of it, in the ways programs use: textures made in
 * one and read in another, fences in both directions, contexts that move, names that are deleted in
 * one and used again in the other. Two threads take turns; every colour read must be the one that
 * was written. One line for each way.
 */
#include "tests/gl/draw.h"

#include <pthread.h>

#define SIZE 512

static EGLContext root, moving, other[2];
static int rounds = 100;
static pthread_barrier_t turn;
static GLuint texture, buffer;
static GLsync fences[2];
static int wrong[4];

static void next(void)
{
	pthread_barrier_wait(&turn);
}

static uint32_t color(int round)
{
	return 0xff000000u | (uint32_t)(round * 2654435761u >> 8);
}

/* A texture that takes the worker a while. */
static void upload(uint32_t value)
{
	uint32_t *texels = malloc(SIZE * SIZE * 4);

	for (int i = 0; i < SIZE * SIZE; i++)
		texels[i] = value;
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, SIZE, SIZE, 0, GL_RGBA, GL_UNSIGNED_BYTE, texels);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_COPY_READ_BUFFER, buffer);
	glBufferData(GL_COPY_READ_BUFFER, SIZE, texels, GL_STATIC_DRAW);
	free(texels);
}

/* The texture's last texel and the buffer's last word; both objects are deleted. */
static int is_wrong(uint32_t value)
{
	uint32_t texel = 1, word = 2;
	GLuint fbo;

	glGenFramebuffers(1, &fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, fbo);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	glReadPixels(SIZE - 1, SIZE - 1, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, &texel);
	glBindBuffer(GL_COPY_READ_BUFFER, buffer);
	glGetBufferSubData(GL_COPY_READ_BUFFER, SIZE - 4, 4, &word);
	glDeleteFramebuffers(1, &fbo);
	glDeleteTextures(1, &texture);
	glDeleteBuffers(1, &buffer);
	return texel != value || word != value || glGetError();
}

static void flushes(int me)
{
	for (int i = 0; i < rounds; i++) {
		if (i % 2 == me) {
			upload(color(i));
			glFlush();
			next();
		} else {
			next();
			wrong[0] += is_wrong(color(i));
			glFlush(); /* the names are free again */
		}
		next();
	}
}

static void fenced(int me)
{
	for (int i = 0; i < rounds; i++) {
		if (i % 2 == me) {
			upload(color(i));
			fences[0] = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
			glFlush();
			next();
			next();
			glWaitSync(fences[1], 0, GL_TIMEOUT_IGNORED);
			glDeleteSync(fences[1]);
		} else {
			next();
			glWaitSync(fences[0], 0, GL_TIMEOUT_IGNORED);
			wrong[1] += is_wrong(color(i));
			fences[1] = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
			glFlush();
			glDeleteSync(fences[0]);
			next();
		}
		next();
	}
}

static int bind(EGLContext context)
{
	if (eglMakeCurrent(draw_display.dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
		return 0;
	fprintf(stderr, "not current: %x\n", eglGetError());
	return 1;
}

/* The moving context draws in turns here and there; how it is let go of changes. */
static void moves(int me)
{
	for (int i = 0; i < rounds; i++) {
		if (i % 2 == me) {
			wrong[2] += bind(moving);
			if (i)
				wrong[2] += is_wrong(color(i - 1));
			upload(color(i));
			bind(i % 4 < 2 ? EGL_NO_CONTEXT : other[me]);
		}
		next();
	}
	bind(other[me]);
}

/* Many names at a time, so that deleted ones are used again. */
static void names(int me)
{
	GLuint list[64], value;

	for (int i = 0; i < rounds; i++) {
		if (i % 2 == me) {
			glGenBuffers(64, list);
			for (uint32_t k = 0; k < 64; k++) {
				value = color(i) + k;
				glBindBuffer(GL_COPY_READ_BUFFER, list[k]);
				glBufferData(GL_COPY_READ_BUFFER, 4, &value, GL_STATIC_DRAW);
			}
			for (uint32_t k = 0; k < 64; k++) {
				glBindBuffer(GL_COPY_READ_BUFFER, list[k]);
				glGetBufferSubData(GL_COPY_READ_BUFFER, 0, 4, &value);
				wrong[3] += value != color(i) + k;
			}
			glDeleteBuffers(64, list);
			glFlush();
		}
		next();
	}
}

static void *thread(void *arg)
{
	int me = (int)(intptr_t)arg;

	bind(other[me]);
	next();
	flushes(me);
	next();
	fenced(me);
	next();
	moves(me);
	next();
	names(me);
	next();
	bind(EGL_NO_CONTEXT);
	return NULL;
}

int main(int argc, char **argv)
{
	static const char *const ways[] = { "flush", "fences", "moving context", "names" };
	pthread_t threads[2];
	int bad = 0;

	if (argc > 1)
		rounds = atoi(argv[1]);
	draw_open(&draw_display);
	root = draw_context(&draw_display, DRAW_CORE, EGL_NO_CONTEXT);
	moving = draw_context(&draw_display, DRAW_CORE, root);
	for (int i = 0; i < 2; i++)
		other[i] = draw_context(&draw_display, DRAW_CORE, root);
	pthread_barrier_init(&turn, NULL, 2);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, thread, (void *)(intptr_t)i);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 4; i++) {
		printf("%s: %d of %d rounds wrong\n", ways[i], wrong[i], rounds);
		bad += wrong[i];
	}
	return bad != 0;
}
