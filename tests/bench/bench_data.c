/* SPDX-License-Identifier: MIT */
/* What data costs: uploads by copy and by map, and read-back. Rates in 10^9 octets a second. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 1920
#define HEIGHT 1080
#define FRAME ((size_t)WIDTH * HEIGHT * 4)
#define MIB (1u << 20)

static uint8_t *memory; /* FRAME octets of the program's */
static size_t piece;
static void *map;
static GLsync fences[16];
static GLuint packs[3];

static void upload_buffer(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++)
		glBufferSubData(GL_ARRAY_BUFFER, (GLintptr)((size_t)(i & 7) * piece),
		                (GLsizeiptr)piece, memory);
	glFinish();
}

static void upload_texture(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++) {
		memory[i & 4095]++;
		glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, WIDTH, HEIGHT, GL_BGRA,
		                GL_UNSIGNED_INT_8_8_8_8_REV, memory);
	}
	glFinish();
}

/* As engines stream: write a part of a persistent map, draw from it, fence, go on to the next. */
static void stream_map(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++) {
		int slot = (int)(i & 15);

		if (fences[slot]) {
			glClientWaitSync(fences[slot], GL_SYNC_FLUSH_COMMANDS_BIT, 1000000000ull);
			glDeleteSync(fences[slot]);
		}
		memcpy((uint8_t *)map + (size_t)slot * MIB, memory, MIB);
		glDrawArrays(GL_POINTS, slot * (GLint)(MIB / 8), 1);
		fences[slot] = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	}
	glFinish();
}

static void map_unmap(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++) {
		void *p = glMapBufferRange(GL_ARRAY_BUFFER, 0, MIB,
		                           GL_MAP_WRITE_BIT | GL_MAP_INVALIDATE_BUFFER_BIT);

		if (p)
			memcpy(p, memory, MIB);
		glUnmapBuffer(GL_ARRAY_BUFFER);
	}
	glFinish();
}

static void read_pixels(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++)
		glReadPixels(0, 0, WIDTH, HEIGHT, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, memory);
}

/* Three read-backs in flight, each copied out of its buffer: how frames leave a GPU. */
static void read_async(struct bench *b, long n)
{
	(void)b;
	for (long i = 0; i < n; i++) {
		glBindBuffer(GL_PIXEL_PACK_BUFFER, packs[i % 3]);
		if (i >= 3) {
			void *p = glMapBufferRange(GL_PIXEL_PACK_BUFFER, 0, FRAME, GL_MAP_READ_BIT);

			if (p)
				memcpy(memory, p, FRAME);
			glUnmapBuffer(GL_PIXEL_PACK_BUFFER);
		}
		glReadPixels(0, 0, WIDTH, HEIGHT, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, NULL);
	}
	glFinish();
	glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
}

static double rate(double bytes, double seconds)
{
	return bytes / seconds * 1e-9;
}

static void measure_map(struct bench *b, const char *only)
{
	const GLbitfield flags = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
	GLuint buffer;

	if (!bench_wanted(only, "map-persistent"))
		return;
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferStorage(GL_ARRAY_BUFFER, 16 * MIB, NULL, flags);
	map = glMapBufferRange(GL_ARRAY_BUFFER, 0, 16 * MIB, flags);
	if (!map || glGetError() != GL_NO_ERROR) {
		fprintf(stderr, "bench: no persistent map\n");
		return;
	}
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
	bench_print("map-persistent", rate(MIB, bench_per(b, stream_map)), "GB/s");
	for (int i = 0; i < 16; i++)
		if (fences[i])
			glDeleteSync(fences[i]);
	glUnmapBuffer(GL_ARRAY_BUFFER);
	glDeleteBuffers(1, &buffer);
}

void bench_data(struct bench *b, const char *only)
{
	GLuint buffer, texture, framebuffer;

	memory = aligned_alloc(4096, (FRAME + 4095) & ~(size_t)4095);
	memset(memory, 0x55, FRAME);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, 8 * MIB, NULL, GL_DYNAMIC_DRAW);
	piece = 64 << 10;
	if (bench_wanted(only, "buffer-64k"))
		bench_print("buffer-64k", rate((double)piece, bench_per(b, upload_buffer)), "GB/s");
	piece = MIB;
	if (bench_wanted(only, "buffer-1m"))
		bench_print("buffer-1m", rate((double)piece, bench_per(b, upload_buffer)), "GB/s");
	if (bench_wanted(only, "map-1m"))
		bench_print("map-1m", rate(MIB, bench_per(b, map_unmap)), "GB/s");
	measure_map(b, only);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, WIDTH, HEIGHT, 0, GL_BGRA,
	             GL_UNSIGNED_INT_8_8_8_8_REV, NULL);
	if (bench_wanted(only, "texture-1080p"))
		bench_print("texture-1080p", rate((double)FRAME, bench_per(b, upload_texture)),
		            "GB/s");
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	glClear(GL_COLOR_BUFFER_BIT);
	if (bench_wanted(only, "read-1080p"))
		bench_print("read-1080p", rate((double)FRAME, bench_per(b, read_pixels)), "GB/s");
	if (bench_wanted(only, "read-async-1080p")) {
		glGenBuffers(3, packs);
		for (int i = 0; i < 3; i++) {
			glBindBuffer(GL_PIXEL_PACK_BUFFER, packs[i]);
			glBufferData(GL_PIXEL_PACK_BUFFER, FRAME, NULL, GL_STREAM_READ);
		}
		bench_print("read-async-1080p", rate((double)FRAME, bench_per(b, read_async)),
		            "GB/s");
		glDeleteBuffers(3, packs);
	}
	glBindFramebuffer(GL_FRAMEBUFFER, 0);
	glDeleteFramebuffers(1, &framebuffer);
	glDeleteTextures(1, &texture);
	glDeleteBuffers(1, &buffer);
	free(memory);
}
