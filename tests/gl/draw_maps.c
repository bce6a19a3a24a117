/* SPDX-License-Identifier: MIT */
/*
 * Programs that stream through persistent coherent maps, in every rhythm that a forwarder can
 * guess wrong. After each round of writes a draw reads the whole buffer and transform feedback
 * keeps what it read, which must be what the program has written: "wrong" words are counted.
 */
#include "tests/gl/draw.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES (512u << 10)
#define SLOT (BYTES / 8)
#define MAPPED (GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT)

static uint32_t seed;
static GLuint stream, captured;
static uint8_t *map, *shadow, *out; /* the map of BYTES from map_at on, what should be in it all, scratch */
static size_t map_at;
static GLsync fence;
static long wrong;
static int rounds;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)(seed >> 4) * n) >> 28);
}

/* Fill [at, at + n) of the buffer with something new, through memory of the program's first. */
static void fill(size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		shadow[at + i] = (uint8_t)(rnd(256));
	memcpy(map + (at - map_at), shadow + at, n);
}

static void map_it(size_t at, size_t n)
{
	glBindBuffer(GL_ARRAY_BUFFER, stream);
	map = glMapBufferRange(GL_ARRAY_BUFFER, (GLintptr)at, (GLsizeiptr)n, MAPPED);
	map_at = at;
	if (!map)
		draw_say(" no map %x", glGetError());
}

static void begin(uint32_t first)
{
	static const char vs[] = "#version 430\nin uint position; flat out uint seen;\n"
	                         "void main() { seen = position; gl_Position = vec4(0); }\n";
	static const char *const varying[] = { "seen" };
	GLuint vao, p = glCreateProgram();

	seed = first;
	wrong = 0;
	rounds = 0;
	fence = NULL;
	shadow = calloc(1, BYTES);
	out = malloc(BYTES);
	glAttachShader(p, draw_shader(GL_VERTEX_SHADER, vs));
	glBindAttribLocation(p, 0, "position");
	glTransformFeedbackVaryings(p, 1, varying, GL_INTERLEAVED_ATTRIBS);
	glLinkProgram(p);
	glUseProgram(p);
	glGenVertexArrays(1, &vao);
	glBindVertexArray(vao);
	glEnable(GL_RASTERIZER_DISCARD);
	glGenBuffers(1, &captured);
	glBindBuffer(GL_TRANSFORM_FEEDBACK_BUFFER, captured);
	glBufferData(GL_TRANSFORM_FEEDBACK_BUFFER, BYTES, NULL, GL_DYNAMIC_COPY);
	glBindBufferBase(GL_TRANSFORM_FEEDBACK_BUFFER, 0, captured);
	glGenBuffers(1, &stream);
	glBindBuffer(GL_ARRAY_BUFFER, stream);
	glBufferStorage(GL_ARRAY_BUFFER, BYTES, shadow, MAPPED | GL_DYNAMIC_STORAGE_BIT);
	glVertexAttribIPointer(0, 1, GL_UNSIGNED_INT, 4, NULL);
	glEnableVertexAttribArray(0);
	map_it(0, BYTES);
}

static void wait_gpu(void)
{
	if (fence) {
		glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, 10000000000ull);
		glDeleteSync(fence);
		fence = NULL;
	}
}

static void draw_all(void)
{
	glBeginTransformFeedback(GL_POINTS);
	glDrawArrays(GL_POINTS, 0, BYTES / 4);
	glEndTransformFeedback();
}

/* What the draw has read, against what it should have. */
static void compare(void)
{
	glGetBufferSubData(GL_TRANSFORM_FEEDBACK_BUFFER, 0, BYTES, out);
	for (size_t i = 0; i < BYTES; i += 4)
		wrong += memcmp(out + i, shadow + i, 4) != 0;
}

/* As engines do: a draw, a fence; the next writes wait for it. */
static void round_done(void)
{
	draw_all();
	fence = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	compare();
	wait_gpu();
	rounds++;
}

static void end(void)
{
	wait_gpu();
	glUnmapBuffer(GL_ARRAY_BUFFER);
	glGetBufferSubData(GL_ARRAY_BUFFER, 0, BYTES, out);
	draw_say(" rounds=%d wrong=%ld kept=%d %x", rounds, wrong, !memcmp(out, shadow, BYTES),
	         glGetError());
	glDeleteBuffers(1, &stream);
	free(shadow);
	free(out);
}

static void cyclic(void)
{
	begin(1);
	for (int i = 0; i < 40; i++) {
		fill((size_t)(i % 8) * SLOT, SLOT);
		round_done();
	}
	end();
}

/* A ring of pieces that begin and end within pages. */
static void odd_pieces(void)
{
	size_t at = 0;

	begin(2);
	for (int i = 0; i < 40; i++) {
		size_t n = 70000 + rnd(3) * 777;

		if (at + n > BYTES)
			at = 0;
		fill(at, n);
		at += n;
		round_done();
	}
	end();
}

/* Ranges that become smaller, and larger again, where they were and elsewhere. */
static void shrinking(void)
{
	begin(3);
	for (int i = 0; i < 36; i++) {
		size_t n = (size_t)(i < 18 ? 18 - i : i - 17) * 7000;

		fill(i % 3 ? 0 : 20000, n);
		round_done();
	}
	end();
}

static void scattered(void)
{
	begin(4);
	for (int i = 0; i < 30; i++) {
		for (int k = 0; k < 20; k++) {
			size_t n = 1 + rnd(k % 4 ? 40 : 5000);

			fill(rnd((uint32_t)(BYTES - n)), n);
		}
		round_done();
	}
	end();
}

static void anywhere(void)
{
	begin(5);
	for (int i = 0; i < 40; i++) {
		size_t n = 1 + rnd(BYTES / 2);

		fill(rnd((uint32_t)(BYTES - n)), n);
		round_done();
	}
	end();
}

/* A rhythm that is broken in all ways once it is well known. */
static void broken_rhythm(void)
{
	begin(6);
	for (int i = 0; i < 90; i++) {
		size_t at = (size_t)(i % 8) * SLOT;

		switch (i < 20 ? 0 : i % 7 ? 0 : i / 7 % 8) {
		case 0: fill(at, SLOT); break;
		case 1: fill(at + 3 * 4096 + 5, 9); break;      /* a few octets in its midst */
		case 2: fill(at, SLOT / 2 - 100); break;
		case 3: fill(at + SLOT / 2 + 4096, SLOT / 4); break;
		case 4: fill((at + 3 * SLOT) % BYTES, SLOT); break;
		case 5: break;                                  /* nothing at all */
		case 6: fill(at, SLOT); fill((at + 4 * SLOT) % BYTES + 5000, 3); break;
		case 7: fill(0, BYTES); break;
		}
		round_done();
	}
	end();
}

/* Draws without a write between, always as many or not; writes between fence and wait. */
static void several_draws(void)
{
	begin(7);
	for (int i = 0; i < 60; i++) {
		int more = i < 30 ? 3 : (int)rnd(4);

		fill((size_t)(i % 8) * SLOT, SLOT);
		for (int k = 0; k < more; k++)
			draw_all();
		if (i % 16 == 15)
			fill((size_t)((i + 1) % 8) * SLOT + 8192, 1);
		if (i % 5 == 4)
			glFinish();
		round_done();
	}
	end();
}

/* The kernel writes: read(2) into the map, from the midst of what is expected on. */
static void system_calls(void)
{
	int file = memfd_create("data", 0);

	begin(8);
	for (int i = 0; i < 40; i++) {
		size_t at = (size_t)(i % 8) * SLOT, from = i % 9 == 8 ? 5 * 4096 : 0;
		ssize_t n;

		for (size_t k = at + from; k < at + SLOT; k++)
			shadow[k] = (uint8_t)rnd(256);
		n = pwrite(file, shadow + at + from, SLOT - from, 0);
		if (n != (ssize_t)(SLOT - from) || pread(file, map + at + from, (size_t)n, 0) != n)
			draw_say(" read failed");
		round_done();
	}
	close(file);
	end();
}

static void *half(void *data)
{
	size_t at = (uintptr_t)data;

	memcpy(map + at, shadow + at, SLOT / 4);
	return NULL;
}

/* Four threads each write a part. */
static void threads(void)
{
	begin(9);
	for (int i = 0; i < 40; i++) {
		size_t at = (size_t)(i % 8) * SLOT;
		pthread_t thread[4];

		for (size_t k = 0; k < SLOT; k++)
			shadow[at + k] = (uint8_t)rnd(256);
		for (uintptr_t t = 0; t < 4; t++)
			pthread_create(&thread[t], NULL, half, (void *)(at + t * (SLOT / 4)));
		for (int t = 0; t < 4; t++)
			pthread_join(thread[t], NULL);
		round_done();
	}
	end();
}

/* Mapped anew: all of it, a part, without persistence; written by name meanwhile. */
static void remapped(void)
{
	begin(10);
	for (int i = 0; i < 48; i++) {
		size_t at = (size_t)(i % 8) * SLOT;

		if (i % 6 == 5) {
			size_t from = i % 4 ? 4096 * rnd(20) : rnd(90000);

			glUnmapBuffer(GL_ARRAY_BUFFER);
			if (i % 12 == 11) {
				map = glMapBufferRange(GL_ARRAY_BUFFER, 0, BYTES, GL_MAP_WRITE_BIT);
				map_at = 0;
				fill(rnd(1000), 100000);
				glUnmapBuffer(GL_ARRAY_BUFFER);
				draw_all();
				map_it(0, BYTES);
			} else {
				map_it(from, BYTES - from);
			}
		}
		if (at < map_at)
			at = map_at;
		fill(at, BYTES - at < SLOT ? BYTES - at : SLOT);
		if (i % 7 == 6) {
			fill(BYTES - 300, 200);
			for (int k = 0; k < 100; k++)
				shadow[BYTES - 250 + k] = (uint8_t)rnd(256);
			glBufferSubData(GL_ARRAY_BUFFER, BYTES - 250, 100, shadow + BYTES - 250);
		}
		round_done();
	}
	end();
}

/* From some round on the GPU writes it as well. */
static void host_writes(void)
{
	GLuint other;

	begin(11);
	glGenBuffers(1, &other);
	glBindBuffer(GL_COPY_READ_BUFFER, other);
	glBufferData(GL_COPY_READ_BUFFER, SLOT, NULL, GL_STATIC_DRAW);
	for (int i = 0; i < 60; i++) {
		fill((size_t)(i % 6) * SLOT, SLOT);
		if (i >= 30 && i % 3 == 0) {
			for (size_t k = 0; k < SLOT; k++)
				shadow[7 * SLOT + k] = (uint8_t)rnd(256);
			glBufferSubData(GL_COPY_READ_BUFFER, 0, SLOT, shadow + 7 * SLOT);
			glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_ARRAY_BUFFER, 0, 7 * SLOT, SLOT);
			glFinish();
		}
		if (i == 50) {
			static const uint32_t value = 0x12345678;

			glClearBufferSubData(GL_ARRAY_BUFFER, GL_R32UI, 6 * SLOT, SLOT, GL_RED_INTEGER,
			                     GL_UNSIGNED_INT, &value);
			for (size_t k = 0; k < SLOT; k += 4)
				memcpy(shadow + 6 * SLOT + k, &value, 4);
			draw_say(" %x", glGetError());
		}
		round_done();
	}
	for (int k = 0; k < 2; k++) {
		glFinish();
		wrong += memcmp(map + 7 * SLOT, shadow + 7 * SLOT, SLOT) != 0;
	}
	glDeleteBuffers(1, &other);
	end();
}

/* Several maps at once; one goes while it is mapped. */
static void several_maps(void)
{
	GLuint name[4];
	uint8_t *at[4];

	begin(12);
	glGenBuffers(4, name);
	for (int k = 0; k < 4; k++) {
		glBindBuffer(GL_COPY_WRITE_BUFFER, name[k]);
		glBufferStorage(GL_COPY_WRITE_BUFFER, BYTES, NULL, MAPPED);
		at[k] = glMapBufferRange(GL_COPY_WRITE_BUFFER, 0, BYTES, MAPPED);
	}
	for (int i = 0; i < 40; i++) {
		for (int k = 0; k < 4; k++)
			if (k != 2 || i < 20)
				memset(at[k] + (size_t)(i % 8) * SLOT, i * 4 + k, SLOT);
		fill((size_t)(i % 8) * SLOT, SLOT);
		if (i == 20)
			glDeleteBuffers(1, &name[2]);
		round_done();
	}
	for (int k = 0; k < 4; k++) {
		if (k == 2)
			continue;
		glBindBuffer(GL_COPY_WRITE_BUFFER, name[k]);
		glGetBufferSubData(GL_COPY_WRITE_BUFFER, 0, BYTES, out);
		for (size_t i = 0; i < BYTES; i++)
			wrong += out[i] != (uint8_t)((32 + i / SLOT) * 4 + (size_t)k);
	}
	end();
	draw_say(" %x", glGetError());
}

static const struct draw_test tests[] = {
	{ "cyclic", DRAW_CORE, cyclic },
	{ "odd-pieces", DRAW_CORE, odd_pieces },
	{ "shrinking", DRAW_CORE, shrinking },
	{ "scattered", DRAW_CORE, scattered },
	{ "anywhere", DRAW_CORE, anywhere },
	{ "broken-rhythm", DRAW_CORE, broken_rhythm },
	{ "several-draws", DRAW_CORE, several_draws },
	{ "system-calls", DRAW_CORE, system_calls },
	{ "threads", DRAW_CORE, threads },
	{ "remapped", DRAW_CORE, remapped },
	{ "host-writes", DRAW_CORE, host_writes },
	{ "several-maps", DRAW_CORE, several_maps },
};

DRAW_MAIN(tests)
