/* SPDX-License-Identifier: MIT */
/* What does not fit the rings, or goes through them in pieces; maps that last while others write. */
#include "tests/gl/draw.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static uint8_t *noise(size_t n, uint32_t seed)
{
	uint8_t *p = malloc(n);

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		p[i] = (uint8_t)(seed >> 24);
	}
	return p;
}

/* A framebuffer over the texture that is bound. */
static GLuint framebuffer(GLuint texture)
{
	GLuint fbo;

	glGenFramebuffers(1, &fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, fbo);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	return fbo;
}

/* Odd widths, so that rows have padding; parts that reach out of the image must change nothing. */
static void large_texture(void)
{
	static const struct {
		GLsizei width, height;
		GLenum format;
		int bytes;
	} kinds[] = { { 1283, 719, GL_RGBA, 4 }, { 1021, 1500, GL_RGB, 3 }, { 4096, 300, GL_BGRA, 4 } };

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		GLsizei w = kinds[k].width, h = kinds[k].height;
		size_t row = ((size_t)w * (size_t)kinds[k].bytes + 3) & ~(size_t)3, n = row * (size_t)h;
		uint8_t *data = noise(n, 7), *out = malloc(n);
		GLuint tex, fbo;

		glGenTextures(1, &tex);
		glBindTexture(GL_TEXTURE_2D, tex);
		glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, w, h, 0, kinds[k].format, GL_UNSIGNED_BYTE, data);
		fbo = framebuffer(tex);
		memset(out, 0xcd, n);
		glReadPixels(0, 0, w, h, kinds[k].format, GL_UNSIGNED_BYTE, out);
		draw_say(" %08x %x", draw_crc(0, out, n), glGetError());
		free(data);
		data = noise(n, 99);
		glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 1, w, h, kinds[k].format, GL_UNSIGNED_BYTE, data);
		draw_say(" %x", glGetError());
		glTexSubImage2D(GL_TEXTURE_2D, 0, 0, -1, w, h, kinds[k].format, GL_UNSIGNED_BYTE, data);
		draw_say(" %x", glGetError());
		glTexSubImage2D(GL_TEXTURE_2D, 0, 1, 0, w, h, kinds[k].format, GL_UNSIGNED_BYTE, data);
		draw_say(" %x", glGetError());
		glReadPixels(0, 0, w, h, kinds[k].format, GL_UNSIGNED_BYTE, out);
		draw_say(" %08x", draw_crc(0, out, n));
		glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, w, h, kinds[k].format, GL_UNSIGNED_BYTE, data);
		glPixelStorei(GL_PACK_ROW_LENGTH, w);
		glPixelStorei(GL_PACK_SKIP_PIXELS, 3);
		glReadPixels(3, 5, w - 3, h - 5, kinds[k].format, GL_UNSIGNED_BYTE, out);
		glPixelStorei(GL_PACK_ROW_LENGTH, 0);
		glPixelStorei(GL_PACK_SKIP_PIXELS, 0);
		draw_say(" %08x %x", draw_crc(0, out, n), glGetError());
		glReadPixels(0, 0, w, h, kinds[k].format, 0x1234, out);
		draw_say(" %08x %x", draw_crc(0, out, n), glGetError());
		glDeleteFramebuffers(1, &fbo);
		glDeleteTextures(1, &tex);
		free(data);
		free(out);
	}
}

static void large_buffer(void)
{
	const size_t n = 5u * 1000 * 1000 + 3;
	uint8_t *data = noise(n, 3), *out = malloc(n);
	GLuint buffer;
	void *p;

	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)n, data, GL_DYNAMIC_DRAW);
	glBufferSubData(GL_ARRAY_BUFFER, 1001, 3000001, data);
	glBufferSubData(GL_ARRAY_BUFFER, 3000001, 3000001, data);
	draw_say(" %x", glGetError());
	glGetBufferSubData(GL_ARRAY_BUFFER, 0, (GLsizeiptr)n, out);
	draw_say(" %08x", draw_crc(0, out, n));
	p = glMapBufferRange(GL_ARRAY_BUFFER, 777, 4000000, GL_MAP_READ_BIT | GL_MAP_WRITE_BIT);
	draw_say(" %08x", p ? draw_crc(0, p, 4000000) : 0);
	if (p)
		memset((uint8_t *)p + 1999999, 0x5a, 100001);
	glUnmapBuffer(GL_ARRAY_BUFFER);
	memset(out, 0, n);
	glGetBufferSubData(GL_ARRAY_BUFFER, 5, (GLsizeiptr)n - 9, out);
	draw_say(" %08x %x", draw_crc(0, out, n), glGetError());
	glDeleteBuffers(1, &buffer);
	free(data);
	free(out);
}

static void *write_map(void *map)
{
	memset((uint8_t *)map + 70001, 0x11, 5000);
	return NULL;
}

/* What a copy on the host has seen of the map. */
static void say_copy(GLuint from, GLuint to, size_t n, uint8_t *out)
{
	glBindBuffer(GL_COPY_READ_BUFFER, from);
	glBindBuffer(GL_COPY_WRITE_BUFFER, to);
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, (GLsizeiptr)n);
	glGetBufferSubData(GL_COPY_WRITE_BUFFER, 0, (GLsizeiptr)n, out);
	draw_say(" %08x", draw_crc(0, out, n));
}

/* Written by this thread, by another one, and by the kernel; nothing is written between two looks. */
static void persistent(GLbitfield more)
{
	const GLbitfield flags = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT | more;
	const size_t n = 1u << 20;
	uint8_t *data = noise(n, 5), *out = malloc(n), *map;
	int file = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	GLuint buffers[2];
	pthread_t thread;

	glGenBuffers(2, buffers);
	glBindBuffer(GL_COPY_WRITE_BUFFER, buffers[1]);
	glBufferData(GL_COPY_WRITE_BUFFER, (GLsizeiptr)n, NULL, GL_STREAM_READ);
	glBindBuffer(GL_ARRAY_BUFFER, buffers[0]);
	glBufferStorage(GL_ARRAY_BUFFER, (GLsizeiptr)n, data, flags | GL_DYNAMIC_STORAGE_BIT);
	map = glMapBufferRange(GL_ARRAY_BUFFER, 100, (GLsizeiptr)n - 200, flags);
	if (!map) {
		draw_say(" no map %x", glGetError());
		return;
	}
	say_copy(buffers[0], buffers[1], n, out);
	for (int round = 0; round < 3; round++) {
		memset(map + 5000 * round, 0x20 + round, 12345);
		say_copy(buffers[0], buffers[1], n, out);
		say_copy(buffers[0], buffers[1], n, out);
	}
	pthread_create(&thread, NULL, write_map, map);
	pthread_join(thread, NULL);
	say_copy(buffers[0], buffers[1], n, out);
	draw_say(" %zd", read(file, map + 300000, 20000));
	say_copy(buffers[0], buffers[1], n, out);
	glBufferSubData(GL_ARRAY_BUFFER, 299000, 3000, data);
	map[299999] = 1;
	say_copy(buffers[0], buffers[1], n, out);
	map[n - 201] = 0x77;
	glUnmapBuffer(GL_ARRAY_BUFFER);
	say_copy(buffers[0], buffers[1], n, out);
	draw_say(" %x", glGetError());
	glDeleteBuffers(2, buffers);
	close(file);
	free(data);
	free(out);
}

static void persistent_write(void)
{
	persistent(0);
}

static void persistent_both(void)
{
	persistent(GL_MAP_READ_BIT);
}

/* More client memory than the streaming buffers hold, while the GPU is still reading. */
static void client_stream(void)
{
	enum { POINTS = 60000 };
	float *v = malloc(POINTS * 2 * sizeof(*v));
	uint32_t *index = malloc(POINTS * sizeof(*index));

	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, v);
	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < POINTS; i++) {
			int at = i + round * 101;

			v[2 * i] = (float)(at % 64) / 32 - 1 + 1.0f / 64;
			v[2 * i + 1] = (float)(at / 64 % (round + 1)) / 32 - 1 + 1.0f / 64;
			index[i] = (uint32_t)(POINTS - 1 - i);
		}
		glColor3f((float)(round & 7) / 7, (float)(round & 3) / 3, 1 - (float)round / 40);
		if (round & 1)
			glDrawElements(GL_POINTS, POINTS / (round + 1), GL_UNSIGNED_INT, index);
		else
			glDrawArrays(GL_POINTS, 0, POINTS / (round + 1));
	}
	free(v);
	free(index);
}

static const struct draw_test tests[] = {
	{ "large-texture", DRAW_CORE, large_texture },
	{ "large-buffer", DRAW_CORE, large_buffer },
	{ "persistent-write", DRAW_CORE, persistent_write },
	{ "persistent-both", DRAW_CORE, persistent_both },
	{ "client-stream", DRAW_COMPAT, client_stream },
};

DRAW_MAIN(tests)
