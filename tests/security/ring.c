/* SPDX-License-Identifier: MIT */
/* Points 1 to 13: indexes, sizes, framing, opcodes, and the broker's messages. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/broker.h"
#include "tests/security/hostile.h"

static struct vgpu_stream_shared *shared_of(struct peer *p)
{
	return p->stream.memory;
}

static void wake_worker(struct peer *p)
{
	uint64_t one = 1;

	if (write(p->stream.event_to_worker, &one, sizeof(one)) < 0)
		return; /* a wake-up is pending */
}

/* Until the backend has said that this program is cut off; the test's alarm ends what never comes. */
static void wait_for_loss(struct peer *p)
{
	struct vgpu_transport *t = p->client.transport;
	struct pollfd pfd = { .fd = t->impl->poll_fd(t), .events = POLLIN };

	while (t->impl->check(t))
		poll(&pfd, 1, -1);
	vgpu_stream_abandon(&p->stream);
}

/* What arg makes another program send must cut that program off. */
static bool closes(void (*fn)(struct peer *, uintptr_t), uintptr_t arg)
{
	struct peer other;
	bool alive;

	peer_open(&other);
	fn(&other, arg);
	alive = peer_sync(&other);
	peer_close(&other);
	return !alive;
}

/* ---- 1, 2: indexes ------------------------------------------------------------------- */

static void index_past_the_ring(struct peer *p)
{
	atomic_store(&shared_of(p)->cmd.prod, p->stream.cmd.size + 8);
	wake_worker(p);
	wait_for_loss(p);
}

static void index_runs_back(struct peer *p)
{
	peer_sync(p);
	atomic_store(&shared_of(p)->cmd.prod, p->stream.cmd.prod - 8);
	wake_worker(p);
	wait_for_loss(p);
}

static void index_not_aligned(struct peer *p)
{
	/* three octets of a command: the worker waits for the rest, it never comes */
	atomic_store(&shared_of(p)->cmd.prod, 3);
	wake_worker(p);
	wait_for_loss(p);
}

static void reply_index_lies(struct peer *p)
{
	struct vgpu_ring_shared *reply = &shared_of(p)->reply;
	uint32_t cons;

	CHECK(peer_sync(p));
	cons = atomic_load(&reply->cons);
	/* more is said to be consumed than was ever written: the answer goes nowhere */
	atomic_store(&reply->cons, cons + 4096);
	peer_words(p, VGPU_OP_vgpuSync, NULL, 0);
	while (atomic_load(&shared_of(p)->cmd.cons) != p->stream.cmd.prod)
		usleep(1000);
	atomic_store(&reply->cons, cons);
}

static void whole_ring_is_used(struct peer *p)
{
	uint32_t words[2] = { GL_DEPTH_TEST, 0 };
	int i;

	peer_context(p, 2);
	for (i = 0; i < 50000; i++) /* 16 octets each: 12 times round */
		peer_words(p, VGPU_OP_glEnable, words, 1);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

/* ---- 3: descriptors -------------------------------------------------------------------- */

static void fragment(struct peer *p, uint64_t total, uint64_t offset, uint64_t bytes, uint32_t size)
{
	uint8_t command[512] = { 0 };
	struct vgpu_wire_fragment f = { total, offset, bytes };
	struct vgpu_wire_hdr hdr = { .opcode = VGPU_OP_FRAGMENT, .size = size };

	memcpy(command, &hdr, sizeof(hdr));
	memcpy(command + 8, &f, sizeof(f));
	peer_raw(p, command, size);
}

static const uint64_t bad_fragments[][4] = {
	{ 64, 0, 200, 96 },                      /* says more than it carries */
	{ 64, 0, UINT64_MAX, 96 },
	{ 64, 0, 0, 96 },                        /* nothing */
	{ 64, 8, 32, 96 },                       /* does not begin at the start */
	{ VGPU_MAX_COMMAND + 8ull, 0, 64, 96 },  /* too large */
	{ UINT64_MAX - 7, 0, 64, 96 },
	{ 7, 0, 7, 96 },                         /* no header fits */
	{ 60, 0, 60, 96 },                       /* not a multiple of 8 */
	{ 32, 0, 64, 96 },                       /* more than the whole */
	{ 64, 0, 64, 16 },                       /* too short for itself */
};

static void bad_fragment(struct peer *p, uintptr_t i)
{
	const uint64_t *f = bad_fragments[i];

	fragment(p, f[0], f[1], f[2], (uint32_t)f[3]);
}

static void second_fragment(struct peer *p, uintptr_t i)
{
	static const uint64_t second[][3] = {
		{ 128, 0, 32 }, { 128, 64, 32 }, { 136, 32, 32 }, { 128, UINT64_MAX - 7, 32 },
	};

	fragment(p, 128, 0, 32, 96);
	if (i == 4)
		peer_words(p, VGPU_OP_vgpuSync, NULL, 0); /* something else between two of them */
	else
		fragment(p, second[i][0], second[i][1], second[i][2], 96);
}

static void descriptors(struct peer *p)
{
	uintptr_t i;

	for (i = 0; i < sizeof(bad_fragments) / sizeof(bad_fragments[0]); i++)
		CHECK(closes(bad_fragment, i));
	for (i = 0; i < 5; i++)
		CHECK(closes(second_fragment, i));
}

static void fragment_in_fragment(struct peer *p)
{
	uint8_t command[128] = { 0 };
	struct vgpu_wire_fragment outer = { 64, 0, 64 };
	struct vgpu_wire_hdr hdr = { .opcode = VGPU_OP_FRAGMENT, .size = 96 };
	struct vgpu_wire_hdr inner = { .opcode = VGPU_OP_FRAGMENT, .size = 64 };

	memcpy(command, &hdr, 8);
	memcpy(command + 8, &outer, sizeof(outer));
	memcpy(command + 32, &inner, 8);
	peer_raw(p, command, 96);
}

static void fragments_join(struct peer *p)
{
	static uint8_t data[300000], back[sizeof(data)];
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 251);
	peer_context(p, 2);
	peer_buffer(p, 5, GL_ARRAY_BUFFER, sizeof(data));
	enc_vgpuBufferWrite(&p->stream, 5, 0, sizeof(data), data);
	CHECK(enc_vgpuBufferRead(&p->stream, 5, 0, sizeof(back), back) == 1);
	CHECK(memcmp(data, back, sizeof(data)) == 0);
}

/* ---- 4: what changes under the worker's eyes ----------------------------------------------- */

/* Thirty programs, one after the other, send commands while another thread spoils their ring. */
static void send_spoilt(struct peer *p, void (*prepare)(struct peer *), void (*send)(struct peer *, int),
                        int times)
{
	struct scribbler scribbler = { 0 };
	struct peer other;
	pthread_t thread;
	int round, i;

	for (round = 0; round < 30; round++) {
		peer_open(&other);
		scribbler.at = other.stream.cmd.data;
		scribbler.bytes = other.stream.cmd.size;
		scribbler.stop = false;
		peer_context(&other, 2);
		prepare(&other);
		CHECK(pthread_create(&thread, NULL, scribble, &scribbler) == 0);
		for (i = 0; i < times && !other.stream.lost; i++)
			send(&other, i);
		scribbler.stop = true;
		pthread_join(thread, NULL);
		peer_close(&other);
	}
	CHECK(peer_sync(p));
}

static uint8_t spoilt_data[30000];

static void prepare_copied(struct peer *p)
{
	peer_buffer(p, 1, GL_ARRAY_BUFFER, sizeof(spoilt_data));
}

/* Commands of all paths: small, copied whole, in place, joined. */
static void send_copied(struct peer *p, int i)
{
	enc_vgpuBufferWrite(&p->stream, 1, 0, i % 3 ? sizeof(spoilt_data) : 64, spoilt_data);
	enc_glTexImage2D(&p->stream, GL_TEXTURE_2D, 0, GL_RGBA, 50, 50, 0, GL_RGBA, GL_UNSIGNED_BYTE,
			 BLOB(spoilt_data, 10000));
	enc_glColor4f(&p->stream, 1, 1, 1, 1);
	vgpu_stream_flush(&p->stream);
}

static void memory_changes(struct peer *p)
{
	send_spoilt(p, prepare_copied, send_copied, 200);
}

static void prepare_loaded(struct peer *p)
{
	peer_buffer(p, 1, GL_ELEMENT_ARRAY_BUFFER, 128);
	/* asks what is bound, so that the next ones need not */
	enc_glDrawElements(&p->stream, GL_TRIANGLES, 3, GL_UNSIGNED_SHORT, OFFSET(64));
	CHECK(peer_sync(p));
}

/* Commands that are not copied: their fields are loaded from the ring, each once. */
static void send_loaded(struct peer *p, int i)
{
	enc_glVertexAttrib4f(&p->stream, 3, 1, 1, (float)i, 1);
	enc_glBindTexture(&p->stream, GL_TEXTURE_2D, (GLuint)i & 3);
	enc_glDrawArrays(&p->stream, GL_TRIANGLES, 0, 3);
	enc_glDrawElements(&p->stream, GL_TRIANGLES, 3, GL_UNSIGNED_SHORT, OFFSET(64));
}

static void fields_change(struct peer *p)
{
	send_spoilt(p, prepare_loaded, send_loaded, 20000);
}

/* ---- 6: storms ------------------------------------------------------------------------------- */

static void events_without_end(struct peer *p)
{
	for (int i = 0; i < 200000; i++)
		wake_worker(p);
}

/* ---- 8: no addresses --------------------------------------------------------------------------- */

static void no_command_answers_with_pointers(struct peer *p)
{
	static const char *const never[] = {
		"glGetPointerv",        "glGetBufferPointerv",       "glMapBuffer",
		"glMapBufferRange",     "glGetVertexAttribPointerv", "glBufferAddressRangeNV",
		"glGetIntegerui64vNV",  "glUniformui64NV",           "glImportSemaphoreFdEXT",
		"glGetBufferParameterui64vNV", "glMakeBufferResidentNV", "glImportMemoryFdEXT",
		"glVertexPointer",      "glVertexAttribPointer",     "glDebugMessageCallback",
	};
	unsigned int op, i;

	for (op = 0; op < VGPU_OP_COUNT; op++)
		for (i = 0; vgpu_ops[op].name && i < sizeof(never) / sizeof(never[0]); i++)
			CHECK(strcmp(vgpu_ops[op].name, never[i]) != 0);
}

/* ---- 9, 13: opcodes and sizes --------------------------------------------------------------------- */

static void header(struct peer *p, uint16_t opcode, uint16_t flags, uint32_t size)
{
	uint8_t bytes[64] = { 0 };
	struct vgpu_wire_hdr hdr = { .opcode = opcode, .flags = flags, .size = size };

	memcpy(bytes, &hdr, sizeof(hdr));
	peer_raw(p, bytes, sizeof(bytes));
}

static void opcode_alone(struct peer *p, uintptr_t opcode)
{
	header(p, (uint16_t)opcode, 0, 16);
}

static void opcodes_that_are_none(struct peer *p)
{
	unsigned int op, tried = 0;

	CHECK(closes(opcode_alone, 0));
	CHECK(closes(opcode_alone, 3));
	CHECK(closes(opcode_alone, VGPU_OP_COUNT));
	CHECK(closes(opcode_alone, 0x7fff));
	CHECK(closes(opcode_alone, 0xffff));
	for (op = 4; op < VGPU_OP_COUNT && tried < 20; op++)
		if (!vgpu_ops[op].name && ++tried)
			CHECK(closes(opcode_alone, op));
}

static void with_flags(struct peer *p)
{
	header(p, VGPU_OP_vgpuSync, 1, 8);
}

static void too_short(struct peer *p, uintptr_t op)
{
	uint32_t least = 8 + vgpu_ops[op].fixed_bytes;

	header(p, (uint16_t)op, 0, least - 8);
}

static void too_long(struct peer *p, uintptr_t op)
{
	header(p, (uint16_t)op, 0, 8 + vgpu_ops[op].fixed_bytes + 8);
}

static void size_of(struct peer *p, uintptr_t size)
{
	header(p, VGPU_OP_vgpuSync, 0, (uint32_t)size);
}

static void sizes_below_and_above(struct peer *p)
{
	unsigned int op;

	for (op = 16; op < VGPU_OP_COUNT; op += 37) {
		if (!vgpu_ops[op].name)
			continue;
		if (vgpu_ops[op].fixed_bytes)
			CHECK(closes(too_short, op));
		if (!vgpu_ops[op].blobs && vgpu_ops[op].fixed_bytes < 40)
			CHECK(closes(too_long, op));
	}
	CHECK(closes(size_of, 0));
	CHECK(closes(size_of, 4));
	CHECK(closes(size_of, 12));
	CHECK(closes(size_of, 0xfffffff8u));
	CHECK(closes(size_of, 0x80000000u));
}

/* Behind commands that go the quickest way, with a context current. */
static void behind_good_ones(struct peer *p, uint16_t opcode, uint16_t flags, uint32_t size)
{
	peer_context(p, 2);
	for (int i = 0; i < 100; i++)
		enc_glVertexAttrib4f(&p->stream, 3, 1, 1, (float)i, 1);
	header(p, opcode, flags, size);
}

static void attrib_of_size(struct peer *p, uintptr_t size)
{
	behind_good_ones(p, VGPU_OP_glVertexAttrib4f, 0, (uint32_t)size);
}

static void attrib_with_flags(struct peer *p, uintptr_t flags)
{
	behind_good_ones(p, VGPU_OP_glVertexAttrib4f, (uint16_t)flags, 32);
}

/* Numbers that are one of ours once they are cut short. */
static void attrib_and_more(struct peer *p, uintptr_t more)
{
	behind_good_ones(p, (uint16_t)(VGPU_OP_glVertexAttrib4f | more), 0, 32);
}

static void quick_sizes_and_numbers(struct peer *p)
{
	static const uint32_t sizes[] = { 0, 8, 24, 31, 33, 40, 64, 0x80000020u, UINT32_MAX - 7 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		CHECK(closes(attrib_of_size, sizes[i]));
	CHECK(closes(attrib_with_flags, 1));
	CHECK(closes(attrib_with_flags, 0x8000));
	CHECK(closes(attrib_and_more, 0x1000));
	CHECK(closes(attrib_and_more, 0x8000));
	peer_context(p, 2);
	for (int i = 0; i < 50000; i++) /* 24 times round */
		enc_glVertexAttrib4f(&p->stream, 3, 1, 1, (float)i, 1);
	CHECK(peer_error(p) == GL_NO_ERROR);
}

static void pad_not_to_the_end(struct peer *p)
{
	header(p, VGPU_OP_PAD, 0, 32);
}

/* Every private command at its right size, all zeros: refused or done, never more. */
static void zeros_of_every_command(struct peer *p)
{
	unsigned int op;

	for (op = 16; op < VGPU_OP_COUNT; op++) {
		struct peer other;

		if (!vgpu_ops[op].name || (op > 64 && op % 29))
			continue;
		peer_open(&other);
		peer_context(&other, 2);
		header(&other, (uint16_t)op, 0, 8 + vgpu_ops[op].fixed_bytes);
		peer_close(&other);
	}
}

/* ---- 10, 12: the broker ------------------------------------------------------------------------------- */

static int broker(uint32_t type, uint32_t a, uint32_t b, struct vgpu_broker_msg *answer, int sock)
{
	struct vgpu_broker_msg msg;
	int fds[VGPU_BROKER_MAX_FDS], rc;

	vgpu_broker_msg_init(&msg, (enum vgpu_broker_type)type, "hostile\x1b[31m%s", "%n");
	msg.a = a;
	msg.b = b;
	if (vgpu_broker_send(sock, &msg, NULL))
		return -1;
	rc = vgpu_broker_recv(sock, answer, fds);
	for (int i = 0; rc == 0 && i < VGPU_BROKER_MAX_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return rc;
}

static void versions_are_fixed(struct peer *p)
{
	struct vgpu_broker_msg answer;
	int sock = vgpu_broker_connect();

	CHECK(sock >= 0);
	CHECK(broker(VGPU_BROKER_HELLO, 7, 9, &answer, sock) == 0);
	CHECK(answer.type == VGPU_BROKER_ERROR);
	CHECK(broker(VGPU_BROKER_STREAM_OPEN, 65536, 65536, &answer, sock) == 0);
	CHECK(answer.type == VGPU_BROKER_ERROR);
	CHECK(broker(VGPU_BROKER_HELLO, 1, 1, &answer, sock) == 0);
	CHECK(answer.type == VGPU_BROKER_WELCOME);
	CHECK(broker(VGPU_BROKER_HELLO, 1, 1, &answer, sock) == 0);
	CHECK(answer.type == VGPU_BROKER_ERROR);
	close(sock);
}

static void broker_refuses(struct peer *p)
{
	static const uint32_t rings[] = { 0, 1, 4096, 65537, 98304, 0x80000000u, 0xffffffffu };
	struct vgpu_broker_msg answer;
	int sock = vgpu_broker_connect();
	size_t i;

	CHECK(sock >= 0);
	CHECK(broker(VGPU_BROKER_HELLO, 1, 1, &answer, sock) == 0);
	for (i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		CHECK(broker(VGPU_BROKER_STREAM_OPEN, rings[i], 65536, &answer, sock) == 0);
		CHECK(answer.type == VGPU_BROKER_ERROR);
		CHECK(broker(VGPU_BROKER_POOL_OPEN, rings[i] | 1, 0, &answer, sock) == 0);
		CHECK(answer.type == VGPU_BROKER_ERROR);
	}
	/* what only the daemon says to a worker */
	broker(VGPU_BROKER_W_CONN_DEL, 1, 0, &answer, sock);
	CHECK(broker(VGPU_BROKER_STREAM_OPEN, 65536, 65536, &answer, sock) != 0 ||
	      answer.type != VGPU_BROKER_STREAM);
	close(sock);
}

static void broker_gets_junk(struct peer *p)
{
	static uint8_t junk[sizeof(struct vgpu_broker_msg) + 64];
	size_t n;

	memset(junk, 0x5a, sizeof(junk));
	for (n = 0; n < sizeof(junk); n += 97) {
		int sock = vgpu_broker_connect();

		CHECK(sock >= 0);
		if (send(sock, junk, n, MSG_NOSIGNAL) < 0)
			close(sock);
		else
			close(sock);
	}
}

/* A number that is no stream of ours must not make room for one more (37). */
static void closing_what_is_not_ours(struct peer *p)
{
	struct vgpu_broker_msg answer, msg;
	int sock = vgpu_broker_connect(), i, refused = 0;

	CHECK(sock >= 0);
	CHECK(broker(VGPU_BROKER_HELLO, 1, 1, &answer, sock) == 0);
	for (i = 0; i < 2 * (int)VGPU_MAX_STREAMS && !refused; i++) {
		vgpu_broker_msg_init(&msg, VGPU_BROKER_STREAM_CLOSE, NULL);
		msg.a = 1000000;
		CHECK(vgpu_broker_send(sock, &msg, NULL) == 0);
		refused = broker(VGPU_BROKER_STREAM_OPEN, 65536, 65536, &answer, sock) ||
		          answer.type != VGPU_BROKER_STREAM;
	}
	CHECK(refused && i <= (int)VGPU_MAX_STREAMS + 1);
	close(sock);
}

const struct test ring_tests[] = {
	{ "01-index-past-the-ring", CLOSED, index_past_the_ring },
	{ "01-reply-index-lies", ALIVE, reply_index_lies },
	{ "02-index-runs-back", CLOSED, index_runs_back },
	{ "02-index-not-aligned", CLOSED, index_not_aligned },
	{ "02-whole-ring-is-used-ok", ALIVE, whole_ring_is_used },
	{ "03-descriptors", ALIVE, descriptors },
	{ "03-fragment-in-fragment", CLOSED, fragment_in_fragment },
	{ "03-fragments-join-ok", ALIVE, fragments_join },
	{ "04-memory-changes", ALIVE, memory_changes },
	{ "04-fields-change", ALIVE, fields_change },
	{ "06-events-without-end", ALIVE, events_without_end },
	{ "08-no-pointers", ALIVE, no_command_answers_with_pointers },
	{ "09-unknown-opcodes", ALIVE, opcodes_that_are_none },
	{ "09-flags", CLOSED, with_flags },
	{ "10-version-is-fixed", ALIVE, versions_are_fixed },
	{ "12-broker-sizes", ALIVE, broker_refuses },
	{ "12-broker-junk", ALIVE, broker_gets_junk },
	{ "13-sizes", ALIVE, sizes_below_and_above },
	{ "13-quick-sizes", ALIVE, quick_sizes_and_numbers },
	{ "13-pad", CLOSED, pad_not_to_the_end },
	{ "13-zeros", ALIVE, zeros_of_every_command },
	{ "37-closing-what-is-not-ours", ALIVE, closing_what_is_not_ours },
	{ 0 },
};
