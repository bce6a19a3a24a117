/* SPDX-License-Identifier: MIT */
/* Point 29: contents of buffers from memory that the guest keeps (vgpuBufferFrom). */
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/security/hostile.h"

#define BYTES (1u << 20)
#define MAPPED (GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT)

/* A context, a pool of BYTES in p->pool, and buffer 1 of BYTES, which the driver can keep mapped. */
static void with_map(struct peer *p)
{
	struct vgpu_transport *t = p->client.transport;

	peer_context(p, 2);
	CHECK(t->impl->pool_open(t, BYTES, &p->pool) == 0);
	peer_buffer(p, 1, GL_ARRAY_BUFFER, 64);
	enc_glDeleteBuffers(&p->stream, 1, (const GLuint[]){ 1 });
	enc_glGenBuffers(&p->stream, 1, (const GLuint[]){ 1 });
	enc_glBindBuffer(&p->stream, GL_ARRAY_BUFFER, 1);
	enc_glBufferStorage(&p->stream, GL_ARRAY_BUFFER, BYTES, NO_REF, MAPPED);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void maps_ok(struct peer *p)
{
	static uint8_t back[BYTES];
	uint8_t *memory;
	GLuint name;

	with_map(p);
	memory = p->pool.memory;
	peer_buffer(p, 2, GL_ARRAY_BUFFER, BYTES); /* without a map */
	for (name = 1; name <= 2; name++) {
		for (uint32_t i = 0; i < BYTES; i++)
			memory[i] = (uint8_t)(i * 7 + i / 251 + name);
		enc_vgpuBufferFrom(&p->stream, name, 0, BYTES - 4096, p->pool.id, 0);
		enc_vgpuBufferFrom(&p->stream, name, BYTES - 4096, 4096, p->pool.id, BYTES - 4096);
		CHECK(enc_vgpuBufferRead(&p->stream, name, 0, BYTES, back) == 1);
		CHECK(memcmp(memory, back, BYTES) == 0);
		enc_vgpuBufferFrom(&p->stream, name, 5, 1001, p->pool.id, 77777);
		CHECK(enc_vgpuBufferRead(&p->stream, name, 5, 1001, back) == 1);
		CHECK(memcmp(memory + 77777, back, 1001) == 0);
	}
	CHECK(peer_error(p) == GL_NO_ERROR);
}

/* Ranges of the buffer: GL errors, for a buffer with and one without a map. */
static void ranges_of_the_buffer(struct peer *p)
{
	static const struct {
		GLintptr offset;
		GLsizeiptr size;
	} bad[] = { { -1, 16 }, { BYTES, 1 }, { BYTES - 15, 16 }, { INT64_MAX, 16 }, { INT64_MIN, 16 },
	            { INT64_MAX - 7, 8 }, { 1, BYTES }, { -4096, 8192 } };

	with_map(p);
	peer_buffer(p, 2, GL_ARRAY_BUFFER, BYTES);
	for (GLuint name = 1; name <= 2; name++) {
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			enc_vgpuBufferFrom(&p->stream, name, bad[i].offset, bad[i].size, p->pool.id, 0);
			CHECK(peer_error(p) == GL_INVALID_VALUE);
		}
	}
	/* no such buffer, none at all, no storage */
	enc_vgpuBufferFrom(&p->stream, 4711, 0, 16, p->pool.id, 0);
	enc_vgpuBufferFrom(&p->stream, 0, 0, 16, p->pool.id, 0);
	enc_glGenBuffers(&p->stream, 1, (const GLuint[]){ 3 });
	enc_vgpuBufferFrom(&p->stream, 3, 0, 16, p->pool.id, 0);
	CHECK(peer_sync(p));
}

/* Does this cut the program off? */
static bool closes(GLsizeiptr size, bool our_pool, GLuint64 start)
{
	struct peer other;
	bool alive;

	peer_open(&other);
	with_map(&other);
	enc_vgpuBufferFrom(&other.stream, 1, 0, size, our_pool ? other.pool.id : 0x7000, start);
	alive = peer_sync(&other);
	peer_close(&other);
	return !alive;
}

static void ranges_of_the_pool(struct peer *p)
{
	CHECK(!closes(BYTES, true, 0));
	CHECK(closes(0, true, 0));
	CHECK(closes(-1, true, 0));
	CHECK(closes(INT64_MIN, true, 0));
	CHECK(closes(16, true, BYTES));
	CHECK(closes(17, true, BYTES - 16));
	CHECK(closes(16, true, UINT64_MAX));
	CHECK(closes(16, true, UINT64_MAX - 15));
	CHECK(closes(INT64_MAX, true, 1));
	CHECK(closes(16, false, 0));
	CHECK(peer_sync(p));
}

/* Another program's pool has a number of its own there, or none. */
static void pools_of_others(struct peer *p)
{
	static uint8_t back[4096];
	struct peer other;

	with_map(p);
	peer_open(&other);
	with_map(&other);
	memset(p->pool.memory, 0xc3, BYTES);
	for (GLuint pool = 1; pool < 8; pool++) {
		struct peer liar;

		peer_open(&liar);
		with_map(&liar);
		enc_vgpuBufferFrom(&liar.stream, 1, 0, sizeof(back), pool, 0);
		if (enc_vgpuBufferRead(&liar.stream, 1, 0, sizeof(back), back) == 1 && !liar.stream.lost)
			CHECK(back[0] != 0xc3 && back[sizeof(back) - 1] != 0xc3);
		peer_close(&liar);
	}
	peer_close(&other);
	CHECK(peer_sync(p));
}

static void pool_goes(struct peer *p)
{
	struct vgpu_transport *t = p->client.transport;
	int i;

	with_map(p);
	for (i = 0; i < 400 && !p->stream.lost; i++) {
		enc_vgpuBufferFrom(&p->stream, 1, 0, BYTES, p->pool.id, 0);
		if (i == 200) {
			vgpu_stream_flush(&p->stream);
			t->impl->pool_close(t, &p->pool);
			p->pool.memory = NULL;
		}
	}
	/* the worker hears of it from the daemon, some time */
	for (i = 0; i < 1000 && peer_sync(p); i++) {
		usleep(10000);
		enc_vgpuBufferFrom(&p->stream, 1, 0, BYTES, p->pool.id, 0);
	}
	CHECK(!peer_sync(p));
}

static void memory_changes(struct peer *p)
{
	static uint8_t back[64];
	struct scribbler scribbler = { 0 };
	pthread_t thread;
	int i;

	with_map(p);
	scribbler.at = p->pool.memory;
	scribbler.bytes = BYTES;
	CHECK(pthread_create(&thread, NULL, scribble, &scribbler) == 0);
	for (i = 0; i < 500; i++)
		enc_vgpuBufferFrom(&p->stream, 1, 0, BYTES - (i % 7), p->pool.id, (GLuint64)(i % 7));
	scribbler.stop = true;
	pthread_join(thread, NULL);
	CHECK(enc_vgpuBufferRead(&p->stream, 1, 0, sizeof(back), back) == 1);
}

/* The driver unmaps a buffer that is deleted; the same name comes again, smaller. */
static void buffer_goes(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	const GLuint one = 1;
	int i;

	with_map(p);
	for (i = 0; i < 50; i++) {
		GLsizeiptr bytes = i % 2 ? BYTES : 4096;

		enc_vgpuBufferFrom(s, 1, 0, 4096, p->pool.id, 0);
		enc_glDeleteBuffers(s, 1, &one);
		enc_vgpuBufferFrom(s, 1, 0, 4096, p->pool.id, 0);
		enc_glGenBuffers(s, 1, &one);
		enc_glBindBuffer(s, GL_ARRAY_BUFFER, 1);
		enc_glBufferStorage(s, GL_ARRAY_BUFFER, bytes, NO_REF, MAPPED);
		CHECK(peer_error(p) == GL_NO_ERROR);
		enc_vgpuBufferFrom(s, 1, 8192, 4096, p->pool.id, 0);
		CHECK(peer_error(p) == (i % 2 ? GL_NO_ERROR : GL_INVALID_VALUE));
	}
}

struct copier {
	struct vgpu_stream stream;
	GLuint pool;
	_Atomic bool stop;
};

static void *copy(void *data)
{
	struct copier *c = data;

	for (int i = 0; !c->stop && !c->stream.lost; i++) {
		enc_vgpuBufferFrom(&c->stream, 1, 0, i % 3 ? BYTES : 64, c->pool, 0);
		if (i % 16 == 0)
			enc_glGetError(&c->stream);
	}
	enc_vgpuContextBind(&c->stream, 0, 0, 0);
	enc_vgpuSync(&c->stream);
	return NULL;
}

/* One stream copies into the buffer that another deletes. */
static void buffer_goes_elsewhere(struct peer *p)
{
	static struct copier copier;
	const GLint attribs[] = { VGPU_CTX_API, VGPU_API_GL, VGPU_CTX_PROFILE, 2 };
	const GLuint one = 1;
	pthread_t thread;
	int i;

	with_map(p);
	copier = (struct copier){ .pool = p->pool.id };
	CHECK(vgpu_stream_init(&copier.stream, &p->client) == 0);
	CHECK(enc_vgpuContextCreate(&copier.stream, 2, 1, 4, attribs) == 0x3000);
	enc_vgpuContextBind(&copier.stream, 2, 0, 0);
	CHECK(enc_vgpuContextStatus(&copier.stream) == 0x3000);
	CHECK(pthread_create(&thread, NULL, copy, &copier) == 0);
	for (i = 0; i < 300; i++) {
		enc_glDeleteBuffers(&p->stream, 1, &one);
		enc_glGenBuffers(&p->stream, 1, &one);
		enc_glBindBuffer(&p->stream, GL_ARRAY_BUFFER, 1);
		enc_glBufferStorage(&p->stream, GL_ARRAY_BUFFER, i % 2 ? BYTES : 4096, NO_REF, MAPPED);
		enc_vgpuBufferFrom(&p->stream, 1, 0, 4096, p->pool.id, 0);
	}
	copier.stop = true;
	pthread_join(thread, NULL);
	CHECK(peer_sync(p));
}

/* Fences that are waited for and deleted in all orders, and contexts that leave them behind. */
static void fences(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;
	GLuint i;

	peer_context(p, 2);
	for (i = 1; i < 400; i++) {
		enc_glFenceSync(s, GL_SYNC_GPU_COMMANDS_COMPLETE, 0, i);
		if (i % 3 == 0)
			enc_glDeleteSync(s, i);
		if (i % 9 == 8)
			enc_glDeleteSync(s, i - 7); /* of long ago */
		if (i % 50 == 0) {
			enc_vgpuContextBind(s, 0, 0, 0);
			enc_glFenceSync(s, GL_SYNC_GPU_COMMANDS_COMPLETE, 0, i + 1000);
			enc_vgpuContextBind(s, 1, 0, 0);
		}
	}
	CHECK(peer_sync(p));
	enc_vgpuContextDestroy(s, 1); /* with fences that nobody deleted */
	CHECK(peer_sync(p));
}

const struct test map_tests[] = {
	{ "29-maps-ok", ALIVE, maps_ok },
	{ "29-ranges-of-the-buffer", ALIVE, ranges_of_the_buffer },
	{ "29-ranges-of-the-pool", ALIVE, ranges_of_the_pool },
	{ "29-pools-of-others", ALIVE, pools_of_others },
	{ "29-pool-goes", CLOSED, pool_goes },
	{ "29-memory-changes", ALIVE, memory_changes },
	{ "29-buffer-goes", ALIVE, buffer_goes },
	{ "29-buffer-goes-elsewhere", ALIVE, buffer_goes_elsewhere },
	{ "29-fences", ALIVE, fences },
	{ 0 },
};
