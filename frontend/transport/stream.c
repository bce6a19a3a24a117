/* SPDX-License-Identifier: MIT */
#include "frontend/transport/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "frontend/connection.h"
#include "frontend/debug.h"
#include "frontend/transport/record.h"

/* A publish at least every so many bytes, so that the worker starts early. */
#define PUBLISH_BYTES 4096u
#define SCRATCH_BYTES (64u << 10)
#define KEEP_LARGE (16u << 20) /* memory for a large command that is kept for the next */
/* A long reply is taken in such pieces, so that the worker soon has room for more. */
#define TAKE_BYTES (128u << 10)
/* Half a ring of so much keeps the worker busy for longer than it takes to wake this thread. */
#define SLEEP_HALF (1u << 20)

static uint8_t *index_ptr(const struct vgpu_stream *s, uint32_t index)
{
	return s->cmd.data + (index & (s->cmd.size - 1));
}

/* Bytes written since the last publish. Writing never passes the ring's end. */
static uint32_t unpublished(const struct vgpu_stream *s)
{
	return (uint32_t)(s->wr - index_ptr(s, s->cmd.prod));
}

static void signal_worker(struct vgpu_stream *s)
{
	uint64_t one = 1;
	ssize_t n = write(s->event_to_worker, &one, sizeof(one));

	(void)n; /* EAGAIN means that a wake-up is pending already */
}

/* Then look at order.behind: who sets that clears the limit afterwards. */
static void set_limit(struct vgpu_stream *s, uint8_t *limit)
{
	atomic_store(&s->limit, limit);
}

static bool sleep_for_event(struct vgpu_stream *s);
static void become_lost(struct vgpu_stream *s);

/* A guest that is about to be saved: nothing new until its agent says so. False: lost. */
static bool wait_for_agent(struct vgpu_stream *s)
{
	struct vgpu_stream_shared *shared = s->memory;

	if (!atomic_load_explicit(&shared->pause, memory_order_acquire))
		return true;
	/* the agent waits until the worker has read all: an early publish may have gone unnoticed */
	if (s->early && vgpu_ring_publish(&s->cmd, s->cmd.prod))
		signal_worker(s);
	s->early = false;
	while (atomic_load_explicit(&shared->pause, memory_order_acquire))
		if (!sleep_for_event(s))
			return false;
	return true;
}

static void publish_to(struct vgpu_stream *s, bool early)
{
	uint32_t n = unpublished(s);
	bool sleeps;

	/* an early one may have gone unnoticed: repeat it, with nothing new if need be */
	if (n == 0 && (early || !s->early))
		return;
	if (!wait_for_agent(s)) {
		become_lost(s);
		return;
	}
	if (vgpu_recording && n)
		vgpu_record_commands(s->id, s->wr - n, n);
	s->position += n;
	sleeps = early ? vgpu_ring_publish_early(&s->cmd, s->cmd.prod + n)
	               : vgpu_ring_publish(&s->cmd, s->cmd.prod + n);
	s->early = early;
	if (sleeps)
		signal_worker(s);
	s->wr = index_ptr(s, s->cmd.prod);
	set_limit(s, s->wr);
}

static void publish(struct vgpu_stream *s)
{
	publish_to(s, false);
}

static void become_lost(struct vgpu_stream *s)
{
	s->lost = true;
	s->wr = s->scratch;
	set_limit(s, s->scratch + SCRATCH_BYTES);
	vgpu_client_lost(s->client);
}

void vgpu_stream_abandon(struct vgpu_stream *s)
{
	s->lost = true;
	s->wr = s->scratch;
	set_limit(s, s->scratch + SCRATCH_BYTES);
}

/*
 * Sleep until the worker signals this stream or the transport has news.
 * Returns false when the backend is lost.
 */
static bool sleep_for_event(struct vgpu_stream *s)
{
	struct vgpu_transport *t = s->client->transport;
	struct pollfd pfd[2] = {
		{ .fd = s->event_to_guest, .events = POLLIN },
		{ .fd = t->impl->poll_fd(t), .events = POLLIN },
	};
	uint64_t count;
	ssize_t n;

	if (poll(pfd, 2, -1) < 0)
		return errno == EINTR;
	if (pfd[0].revents & POLLIN) {
		n = read(s->event_to_guest, &count, sizeof(count));
		(void)n;
		return true;
	}
	if (pfd[1].revents)
		return t->impl->check(t);
	return true;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}

/* Look for need bytes for a while, since an awake worker answers within microseconds. */
static int64_t spin_for(struct vgpu_stream *s, struct vgpu_ring *ring,
                        int64_t (*look)(struct vgpu_ring *), int64_t need)
{
	int64_t n = look(ring);
	uint64_t until = 0;

	for (uint32_t i = 0; n >= 0 && n < need; i++) {
		if ((i & 63) == 63) {
			uint64_t now = now_ns();

			if (until == 0)
				until = now + s->client->spin_ns;
			if (now >= until)
				break;
		}
		cpu_relax();
		n = look(ring);
	}
	return n;
}

/* Until there are need bytes: announce that wake bytes are waited for, and sleep. */
static int64_t sleep_for(struct vgpu_stream *s, struct vgpu_ring *ring,
                         int64_t (*look)(struct vgpu_ring *), int64_t need,
                         void (*announce)(struct vgpu_ring *, uint32_t), uint32_t wake)
{
	int64_t n;

	for (;;) {
		announce(ring, wake);
		n = look(ring);
		if (n < 0 || n >= need)
			break;
		if (!sleep_for_event(s)) {
			n = -EPIPE;
			break;
		}
	}
	announce(ring, 0);
	return n;
}

static int64_t wait_reply(struct vgpu_stream *s, int64_t need)
{
	int64_t n = spin_for(s, &s->reply, vgpu_ring_readable, need);

	if (n < 0 || n >= need)
		return n;
	return sleep_for(s, &s->reply, vgpu_ring_readable, need, vgpu_ring_cons_waiting, 1);
}

/*
 * The ring is full: the program is ahead of the worker and gains nothing by watching it.
 * It sleeps until half is free, so that it is not woken for every few commands, and the
 * worker's processor, which may be half of one, has less to share. need is at most a quarter.
 */
static int64_t wait_free(struct vgpu_stream *s, int64_t need)
{
	uint32_t half = s->cmd.size / 2;

	if (half < SLEEP_HALF) {
		int64_t n = spin_for(s, &s->cmd, vgpu_ring_writable, need);

		if (n < 0 || n >= need)
			return n;
	}
	return sleep_for(s, &s->cmd, vgpu_ring_writable, need, vgpu_ring_prod_waiting, half);
}

/* Wait until need bytes can be written from the published index on. False: lost. */
static bool wait_room(struct vgpu_stream *s, uint32_t need, uint32_t *room_out)
{
	int64_t room = vgpu_ring_writable(&s->cmd);

	if (room >= 0 && room < need) {
		uint64_t began = s->count_waits ? vgpu_debug_now() : 0;

		publish(s); /* nobody may sleep unnoticed now */
		if (s->lost)
			return false;
		room = wait_free(s, need);
		if (began)
			vgpu_debug_waited(0, began);
	}
	if (room < 0) {
		become_lost(s);
		return false;
	}
	*room_out = (uint32_t)room;
	return true;
}

/*
 * A private buffer for a command that does not fit; vgpu_stream_send_large sends
 * it. The caller is bound to write size bytes, so there is no error to return:
 * when there is no address space left, wait for some.
 */
static uint8_t *begin_large(struct vgpu_stream *s, uint32_t size)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	void *p = NULL;

	if (s->spare && s->spare_bytes >= size) {
		p = s->spare;
	} else if (s->spare) {
		munmap(s->spare, s->spare_bytes);
		s->spare = NULL;
	}
	while (!p && (p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) == MAP_FAILED) {
		p = NULL;
		nanosleep(&pause, NULL);
	}
	s->saved_wr = s->wr;
	s->large = p;
	s->large_bytes = size;
	return s->large;
}

uint8_t *vgpu_stream_more(struct vgpu_stream *s, uint32_t size)
{
	uint32_t room, offset, to_end, span;

	if (s->lost) {
		if (size > SCRATCH_BYTES)
			return begin_large(s, size);
		s->wr = s->scratch;
		set_limit(s, s->scratch + SCRATCH_BYTES);
		return s->scratch;
	}
	if (!s->in_pieces && atomic_load_explicit(&s->order.behind, memory_order_relaxed))
		vgpu_order_follow(s);
	if (s->lost)
		return vgpu_stream_more(s, size);
	publish_to(s, true);
	if (size > s->max_inline)
		return begin_large(s, size);
	offset = s->cmd.prod & (s->cmd.size - 1);
	to_end = s->cmd.size - offset;
	if (to_end < size) {
		if (!wait_room(s, to_end, &room))
			return vgpu_stream_more(s, size);
		*(struct vgpu_wire_hdr *)s->wr =
			(struct vgpu_wire_hdr){ .opcode = VGPU_OP_PAD, .size = to_end };
		s->wr += to_end;
		/* unpublished() would see 0 here: wr has come round to the start */
		s->position += to_end;
		if (vgpu_ring_publish(&s->cmd, s->cmd.prod + to_end))
			signal_worker(s);
		s->wr = index_ptr(s, s->cmd.prod);
		s->early = false;
		to_end = s->cmd.size;
	}
	if (!wait_room(s, size, &room))
		return vgpu_stream_more(s, size);
	s->wr = index_ptr(s, s->cmd.prod);
	span = size > PUBLISH_BYTES ? size : PUBLISH_BYTES;
	if (span > room)
		span = room;
	if (span > to_end)
		span = to_end;
	set_limit(s, s->wr + span);
	if (atomic_load(&s->order.behind))
		set_limit(s, NULL);
	return s->wr;
}

void vgpu_stream_send_large(struct vgpu_stream *s)
{
	uint8_t *bytes = s->large;
	uint64_t total = s->large_bytes, sent = 0;

	s->large = NULL;
	s->wr = s->saved_wr;
	set_limit(s, s->wr); /* vgpu_stream_more looks afresh */
	s->in_pieces = true;
	while (!s->lost && sent < total) {
		uint64_t n = total - sent;
		uint64_t most = s->max_inline / 2;
		struct vgpu_wire_fragment *f;

		if (n > most)
			n = most;
		f = (struct vgpu_wire_fragment *)vgpu_cmd_begin(
			s, VGPU_OP_FRAGMENT, (uint32_t)(8 + sizeof(*f) + ((n + 7) & ~7ull)));
		*f = (struct vgpu_wire_fragment){ .total = total, .offset = sent, .bytes = n };
		memcpy(f + 1, bytes + sent, n);
		sent += n;
	}
	s->in_pieces = false;
	if (s->lost)
		vgpu_stream_abandon(s);
	if (bytes == s->spare)
		return;
	if (total <= KEEP_LARGE && !s->spare) {
		s->spare = bytes;
		s->spare_bytes = total;
	} else {
		munmap(bytes, total);
	}
}

void vgpu_stream_flush(struct vgpu_stream *s)
{
	if (!s->lost)
		publish(s);
}

uint32_t vgpu_stream_fences_done(const struct vgpu_stream *s)
{
	const struct vgpu_stream_shared *shared = s->memory;

	return atomic_load_explicit(&shared->fences_done, memory_order_acquire);
}

uint64_t vgpu_stream_written(const struct vgpu_stream *s)
{
	return s->position + (s->lost ? 0 : unpublished(s));
}

bool vgpu_stream_is_past(const struct vgpu_stream *s, uint64_t position)
{
	uint32_t left = (uint32_t)position - atomic_load(&s->cmd.shared->cons);

	return left == 0 || left > s->cmd.size; /* more than the ring holds: long past */
}

bool vgpu_reply_begin(struct vgpu_stream *s, uint16_t opcode)
{
	struct vgpu_wire_reply hdr;
	uint64_t began;
	int64_t n;

	s->reply_left = 0;
	if (s->lost)
		return false;
	began = s->count_waits ? vgpu_debug_now() : 0;
	publish(s);
	s->round_trips++;
	n = wait_reply(s, sizeof(hdr));
	if (began)
		vgpu_debug_waited(opcode, began);
	if (n < 0) {
		become_lost(s);
		return false;
	}
	vgpu_ring_copy_out(&s->reply, s->reply.cons, &hdr, sizeof(hdr));
	if (vgpu_ring_consume(&s->reply, sizeof(hdr)))
		signal_worker(s);
	if (hdr.opcode != opcode || hdr.bytes > VGPU_MAX_REPLY) {
		become_lost(s);
		return false;
	}
	s->reply_left = VGPU_PAD(hdr.bytes);
	return true;
}

/* Take n bytes of payload; dst NULL skips them. False: lost. */
static bool take(struct vgpu_stream *s, uint8_t *dst, size_t n)
{
	while (n > 0) {
		int64_t avail = wait_reply(s, 1);
		uint32_t chunk;

		if (avail <= 0) {
			become_lost(s);
			s->reply_left = 0;
			return false;
		}
		chunk = (uint64_t)avail > n ? (uint32_t)n : (uint32_t)avail;
		if (chunk > TAKE_BYTES)
			chunk = TAKE_BYTES;
		if (dst) {
			vgpu_ring_copy_out(&s->reply, s->reply.cons, dst, chunk);
			dst += chunk;
		}
		if (vgpu_ring_consume(&s->reply, chunk))
			signal_worker(s);
		n -= chunk;
		s->reply_left -= chunk;
	}
	return true;
}

void vgpu_reply_read(struct vgpu_stream *s, void *dst, size_t n)
{
	size_t have = n > s->reply_left ? (size_t)s->reply_left : n;

	if (!take(s, dst, have))
		have = 0;
	memset((uint8_t *)dst + have, 0, n - have);
}

size_t vgpu_reply_read_blob(struct vgpu_stream *s, void *dst, size_t capacity)
{
	uint64_t bytes = 0;
	size_t stored;

	vgpu_reply_read(s, &bytes, sizeof(bytes));
	if (bytes > s->reply_left)
		bytes = s->reply_left;
	stored = bytes > capacity ? capacity : (size_t)bytes;
	if (!take(s, dst, stored))
		return 0;
	take(s, NULL, (size_t)(VGPU_PAD(bytes) - stored));
	return stored;
}

void vgpu_reply_end(struct vgpu_stream *s)
{
	if (s->reply_left)
		take(s, NULL, s->reply_left);
}

int vgpu_stream_init(struct vgpu_stream *s, struct vgpu_client *client)
{
	struct vgpu_transport *t = client->transport;
	struct vgpu_transport_stream ts;
	struct vgpu_stream_shared *shared;
	int rc;

	memset(s, 0, sizeof(*s));
	s->scratch = malloc(SCRATCH_BYTES);
	if (!s->scratch)
		return -ENOMEM;
	rc = t->impl->stream_open(t, client->cmd_bytes, client->reply_bytes, &ts);
	if (rc) {
		free(s->scratch);
		return rc;
	}
	shared = ts.memory;
	s->client = client;
	s->id = ts.id;
	s->memory = ts.memory;
	s->memory_bytes = ts.memory_bytes;
	s->event_to_worker = ts.event_to_worker;
	s->event_to_guest = ts.event_to_guest;
	s->max_inline = ts.cmd_bytes / 4;
	s->count_waits = vgpu_debug_on(VGPU_DEBUG_SYNC);
	vgpu_ring_init(&s->cmd, &shared->cmd, (uint8_t *)ts.memory + VGPU_STREAM_HEADER,
	               ts.cmd_bytes);
	vgpu_ring_init(&s->reply, &shared->reply,
	               (uint8_t *)ts.memory + VGPU_STREAM_HEADER + ts.cmd_bytes, ts.reply_bytes);
	s->wr = s->cmd.data;
	set_limit(s, s->wr);
	vgpu_order_join(s);
	return 0;
}
