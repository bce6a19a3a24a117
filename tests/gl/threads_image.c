/* SPDX-License-Identifier: MIT */
/*
 * threads_image: four threads draw with four contexts of one share group. In each round a thread
 * uploads one texture and draws with its neighbour's; then the contexts move to the next thread,
 * which draws on with them. Prints a checksum for each context, and ends while all threads still
 * draw and nothing has been cleaned up. The lines of the native run are the expected ones.
 */
#include "tests/gl/draw.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS 4
#define ROUNDS 6
#define TEXELS 32

static EGLContext contexts[THREADS];
static EGLSurface surfaces[THREADS];
static GLuint textures[THREADS], programs[THREADS];
static GLsync uploaded[THREADS];
static uint32_t sums[THREADS];
static pthread_barrier_t together, done; /* done: with main */
static atomic_int failed;

static const char vs[] = "#version 330\nin vec2 position; uniform vec4 strip; out vec2 at;\n"
                         "void main() { at = position; gl_Position = vec4(strip.xy + position *\n"
                         "strip.zw, 0, 1); }\n";
static const char fs[] = "#version 330\nuniform sampler2D image; in vec2 at; out vec4 frag;\n"
                         "void main() { frag = texture(image, at) * 0.75; }\n";

static void wrong(const char *what, int me)
{
	fprintf(stderr, "thread %d: %s (EGL error %x)\n", me, what, eglGetError());
	failed = 1;
}

static void upload(int me, int round)
{
	static _Thread_local uint8_t texels[TEXELS * TEXELS * 4];

	for (int i = 0; i < TEXELS * TEXELS * 4; i++)
		texels[i] = (uint8_t)(i * (me + 3) + round * 29 + (i >> 5) * me);
	glBindTexture(GL_TEXTURE_2D, textures[me]);
	if (round % 2)
		glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, TEXELS, TEXELS, GL_RGBA, GL_UNSIGNED_BYTE,
		                texels);
	else
		glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, TEXELS, TEXELS, 0, GL_RGBA,
		             GL_UNSIGNED_BYTE, texels);
	/* the memory is the program's own again once the call has returned */
	memset(texels, 0xa5, sizeof(texels));
	uploaded[me] = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	glFlush();
}

static void draw(int from, int context, int round)
{
	float step = 2.0f / (ROUNDS + 2);
	GLint strip = glGetUniformLocation(programs[context], "strip");

	glBindTexture(GL_TEXTURE_2D, textures[from]);
	glUniform4f(strip, -1, -1 + step * (float)round, 2, step * 1.5f);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static int begin(int me)
{
	static const float quad[] = { 0, 0, 1, 0, 0, 1, 1, 1 };
	GLuint vao, vbo;

	if (!eglMakeCurrent(draw_display.dpy, surfaces[me], surfaces[me], contexts[me])) {
		wrong("its own context does not become current", me);
		return 0;
	}
	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glGenBuffers(1, &vbo);
	glBindBuffer(GL_ARRAY_BUFFER, vbo);
	glBufferData(GL_ARRAY_BUFFER, sizeof(quad), quad, GL_STATIC_DRAW);
	glEnableVertexAttribArray(0);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	programs[me] = draw_program(vs, fs);
	glUseProgram(programs[me]);
	glEnable(GL_BLEND);
	glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
	glClearColor(0.1f * (float)me, 0.2f, 0.3f, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glGenTextures(1, &textures[me]);
	glBindTexture(GL_TEXTURE_2D, textures[me]);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	return 1;
}

static void *thread(void *arg)
{
	static _Thread_local uint8_t pixels[DRAW_SIZE * DRAW_SIZE * 4];
	int me = (int)(intptr_t)arg, next = (me + 1) % THREADS;

	if (!begin(me))
		exit(2); /* the others would wait for ever */
	for (int round = 0; round < ROUNDS; round++) {
		upload(me, round);
		pthread_barrier_wait(&together);
		glWaitSync(uploaded[next], 0, GL_TIMEOUT_IGNORED);
		draw(next, me, round);
		glFinish();
		pthread_barrier_wait(&together);
		glDeleteSync(uploaded[me]);
	}
	/* every context moves on to the next thread */
	eglMakeCurrent(draw_display.dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	pthread_barrier_wait(&together);
	if (!eglMakeCurrent(draw_display.dpy, surfaces[next], surfaces[next], contexts[next]))
		wrong("its neighbour's context does not become current", me);
	draw(me, next, ROUNDS);
	draw((me + 2) % THREADS, next, ROUNDS + 1);
	glReadPixels(0, 0, DRAW_SIZE, DRAW_SIZE, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	sums[next] = draw_crc(glGetError(), pixels, sizeof(pixels));
	pthread_barrier_wait(&done);
	for (;;) { /* until the process ends */
		draw(me, next, ROUNDS);
		glReadPixels(0, 0, 8, 8, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	}
}

int main(void)
{
	static const EGLint size[] = { EGL_WIDTH, DRAW_SIZE, EGL_HEIGHT, DRAW_SIZE, EGL_NONE };
	pthread_t id;

	draw_open(&draw_display);
	pthread_barrier_init(&together, NULL, THREADS);
	pthread_barrier_init(&done, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++) {
		contexts[i] = draw_context(&draw_display, DRAW_CORE, contexts[0]);
		surfaces[i] = eglCreatePbufferSurface(draw_display.dpy,
		                                      draw_display.config[DRAW_CORE], size);
		if (contexts[i] == EGL_NO_CONTEXT || surfaces[i] == EGL_NO_SURFACE) {
			wrong("no context or surface", i);
			return 1;
		}
	}
	for (int i = 0; i < THREADS; i++)
		pthread_create(&id, NULL, thread, (void *)(intptr_t)i);
	pthread_barrier_wait(&done);
	for (int i = 0; i < THREADS; i++)
		printf("context %d: %08x\n", i, sums[i]);
	fflush(stdout);
	return failed;
}
