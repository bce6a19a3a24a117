/* SPDX-License-Identifier: MIT */
/* What calls cost: those that return nothing, those that do, and a wake-up. */
#include "tests/bench/bench.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static GLint color;

/* What the calling thread itself spends: few enough calls that nobody waits for anybody. */
static double scalar_guest(struct bench *b)
{
	double began;

	(void)b;
	glFinish();
	began = bench_now();
	for (int i = 0; i < 512; i++)
		glVertexAttrib4f(3, 0.1f, 0.2f, (float)i, 1);
	return (bench_now() - began) / 512;
}

static void scalar_total(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++)
		glVertexAttrib4f(3, 0.1f, 0.2f, (float)i, 1);
	glFinish();
}

static double pairs_guest(struct bench *b)
{
	double began;

	(void)b;
	glFinish();
	began = bench_now();
	for (int i = 0; i < 128; i++) {
		glUniform4f(color, 0.1f, (float)i, 0.3f, 1);
		glDrawArrays(GL_TRIANGLES, 0, 3);
	}
	return (bench_now() - began) / 128;
}

static void pairs_total(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++) {
		glUniform4f(color, 0.1f, (float)(i & 255) / 255, 0.3f, 1);
		glDrawArrays(GL_TRIANGLES, 0, 3);
	}
	glFinish();
}

static void client_arrays(struct bench *b, long n)
{
	static float v[300 * 4];

	(void)b;
	glBindBuffer(GL_ARRAY_BUFFER, 0);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 16, v);
	for (long i = 0; i < n; i++)
		glDrawArrays(GL_TRIANGLES, 0, 300);
	glFinish();
}

static void immediate(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++) {
		glBegin(GL_TRIANGLES);
		for (int k = 0; k < 30; k++) {
			glColor3f(0, 1, (float)k);
			glVertex2f(0.001f * (float)k, 0);
		}
		glEnd();
	}
	glFinish();
}

static void get_limit(struct bench *b, long n)
{
	GLint value;

	(void)b;
	for (long i = 0; i < n; i++)
		glGetIntegerv(GL_MAX_TEXTURE_SIZE, &value);
}

static void get_error(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++)
		glGetError();
}

static void finish(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++)
		glFinish();
}

/* After a pause in which both ends have gone to sleep. */
static double finish_asleep(struct bench *b)
{
	double began;

	(void)b;
	nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
	began = bench_now();
	glFinish();
	return bench_now() - began;
}

/* What the machine itself takes to wake a thread and to be woken by it: nothing of GL. */
static int ping, pong;

static void wait_event(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t count;
	ssize_t n;

	poll(&p, 1, -1);
	n = read(fd, &count, sizeof(count));
	(void)n;
}

static void send_event(int fd)
{
	uint64_t one = 1;
	ssize_t n = write(fd, &one, sizeof(one));

	(void)n;
}

static void *answer(void *data)
{
	for (const int *left = data; *left; left++) {
		wait_event(ping);
		send_event(pong);
	}
	return NULL;
}

static double wake_asleep(struct bench *b)
{
	double began;

	(void)b;
	nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
	began = bench_now();
	send_event(ping);
	wait_event(pong);
	return bench_now() - began;
}

#define WAKES 40
static void measure_wake(struct bench *b)
{
	int turns[WAKES + 1];
	pthread_t thread;

	for (int i = 0; i <= WAKES; i++)
		turns[i] = i < WAKES;
	ping = eventfd(0, EFD_CLOEXEC);
	pong = eventfd(0, EFD_CLOEXEC);
	if (ping < 0 || pong < 0 || pthread_create(&thread, NULL, answer, turns))
		return;
	bench_print("eventfd-asleep", bench_median(b, WAKES, wake_asleep) * 1e6, "us");
	pthread_join(thread, NULL);
	close(ping);
	close(pong);
}

void bench_calls(struct bench *b, const char *only)
{
	static const float triangle[] = { -0.1f, -0.1f, 0.1f, -0.1f, 0, 0.1f };
	GLuint vbo;

	glViewport(0, 0, 64, 64);
	bench_program(&color);
	glGenBuffers(1, &vbo);
	glBindBuffer(GL_ARRAY_BUFFER, vbo);
	glBufferData(GL_ARRAY_BUFFER, sizeof(triangle), triangle, GL_STATIC_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
	if (bench_wanted(only, "scalar-guest"))
		bench_print("scalar-guest", bench_median(b, 200, scalar_guest) * 1e9, "ns");
	if (bench_wanted(only, "scalar"))
		bench_print("scalar", bench_per(b, scalar_total) * 1e9, "ns");
	if (bench_wanted(only, "uniform-draw-guest"))
		bench_print("uniform-draw-guest", bench_median(b, 50, pairs_guest) * 1e9, "ns");
	if (bench_wanted(only, "uniform-draw"))
		bench_print("uniform-draw", bench_per(b, pairs_total) * 1e9, "ns");
	if (bench_wanted(only, "get-limit"))
		bench_print("get-limit", bench_per(b, get_limit) * 1e9, "ns");
	if (bench_wanted(only, "get-error"))
		bench_print("get-error", bench_per(b, get_error) * 1e6, "us");
	if (bench_wanted(only, "finish"))
		bench_print("finish", bench_per(b, finish) * 1e6, "us");
	if (bench_wanted(only, "finish-asleep"))
		bench_print("finish-asleep", bench_median(b, 40, finish_asleep) * 1e6, "us");
	if (bench_wanted(only, "eventfd-asleep"))
		measure_wake(b);
	if (bench_wanted(only, "client-arrays"))
		bench_print("client-arrays", bench_per(b, client_arrays) * 1e6, "us");
	glDisableVertexAttribArray(0);
	glUseProgram(0);
	if (bench_wanted(only, "immediate"))
		bench_print("immediate", bench_per(b, immediate) / 30 * 1e9, "ns");
	glDeleteBuffers(1, &vbo);
}
