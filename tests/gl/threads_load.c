/* SPDX-License-Identifier: MIT */
/*
 * threads_load [SECONDS]: four threads that share objects, each with a context and a pbuffer of its
 * own: uploads, maps, draws, read-back, new and deleted objects, contexts made and destroyed. A load
 * to be killed at any point; every thread checks the colour it has drawn, and with a time given the
 * program ends with 0 when all was right.
 */
#include "tests/gl/draw.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define THREADS 4

static EGLContext root;
static atomic_int wrong, stop;
static atomic_long rounds;
static GLuint shared_texture;

static const char vs[] = "#version 330\nin vec2 position; void main() {\n"
                         "gl_Position = vec4(position, 0, 1); }\n";
static const char fs[] = "#version 330\nuniform vec4 color; out vec4 frag;\n"
                         "void main() { frag = color; }\n";

static void one_round(int me, GLint color, int round)
{
	static const float quad[] = { -1, -1, 1, -1, -1, 1, 1, 1 };
	uint8_t level = (uint8_t)((me * 50 + round * 5) & 255), pixel[4] = { 0 };
	uint8_t *texels = malloc(64 * 64 * 4);
	GLuint vbo, texture;
	void *map;

	memset(texels, level, 64 * 64 * 4);
	glGenBuffers(1, &vbo);
	glBindBuffer(GL_ARRAY_BUFFER, vbo);
	glBufferData(GL_ARRAY_BUFFER, 65536, NULL, GL_STREAM_DRAW);
	map = glMapBufferRange(GL_ARRAY_BUFFER, 0, sizeof(quad), GL_MAP_WRITE_BIT);
	if (map)
		memcpy(map, quad, sizeof(quad));
	glUnmapBuffer(GL_ARRAY_BUFFER);
	glEnableVertexAttribArray(0);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 64, 64, 0, GL_RGBA, GL_UNSIGNED_BYTE, texels);
	glBindTexture(GL_TEXTURE_2D, shared_texture);
	glTexSubImage2D(GL_TEXTURE_2D, 0, me * 8, 0, 8, 8, GL_RGBA, GL_UNSIGNED_BYTE, texels);
	glUniform4f(color, (float)level / 255, 0, 1, 1);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glReadPixels(3, 3, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	if (!stop && (pixel[0] != level || pixel[2] != 255)) {
		if (wrong++ < 3)
			fprintf(stderr, "thread %d round %d: %d,%d,%d instead of %d,0,255 (error %x)\n",
			        me, round, pixel[0], pixel[1], pixel[2], level, glGetError());
	}
	glDeleteTextures(1, &texture);
	glDeleteBuffers(1, &vbo);
	free(texels);
	rounds++;
}

static void *thread(void *arg)
{
	static const EGLint size[] = { EGL_WIDTH, 32, EGL_HEIGHT, 32, EGL_NONE };
	int me = (int)(intptr_t)arg;

	for (int life = 0; !stop; life++) {
		EGLContext context = draw_context(&draw_display, DRAW_CORE, root);
		EGLSurface surface = eglCreatePbufferSurface(
		        draw_display.dpy, draw_display.config[DRAW_CORE], size);
		GLuint vao, program;

		if (!eglMakeCurrent(draw_display.dpy, surface, surface, context)) {
			fprintf(stderr, "thread %d: not current: %x\n", me, eglGetError());
			wrong++;
			return NULL;
		}
		glGenVertexArrays(1, &vao);
		glBindVertexArray(vao);
		program = draw_program(vs, fs);
		for (int round = 0; round < 40 && !stop; round++)
			one_round(me, glGetUniformLocation(program, "color"), life * 40 + round);
		glDeleteProgram(program);
		eglMakeCurrent(draw_display.dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
		eglDestroySurface(draw_display.dpy, surface);
		eglDestroyContext(draw_display.dpy, context);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 0;
	pthread_t threads[THREADS];

	draw_open(&draw_display);
	root = draw_context(&draw_display, DRAW_CORE, EGL_NO_CONTEXT);
	if (!eglMakeCurrent(draw_display.dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, root)) {
		fprintf(stderr, "no surfaceless context: %x\n", eglGetError());
		return 1;
	}
	glGenTextures(1, &shared_texture);
	glBindTexture(GL_TEXTURE_2D, shared_texture);
	glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGBA8, 64, 64);
	glFinish();
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, thread, (void *)(intptr_t)i);
	printf("drawing\n");
	fflush(stdout);
	if (seconds > 0) {
		nanosleep(&(struct timespec){ (time_t)seconds,
		                              (long)((seconds - (double)(time_t)seconds) * 1e9) },
		          NULL);
		stop = 1;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%s\n", wrong ? "wrong" : rounds > 0 ? "right" : "nothing done");
	eglMakeCurrent(draw_display.dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroyContext(draw_display.dpy, root);
	eglTerminate(draw_display.dpy);
	return wrong || rounds == 0;
}
