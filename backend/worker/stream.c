/* SPDX-License-Identifier: MIT */
/*
 * The stream thread. It copies commands out of shared memory once, in batches,
 * and decodes the copies. Only two things are used where they stand: the tail of
 * a large command whose bytes nothing checks (VGPU_OP_F_INPLACE), whose header and
 * fixed part are private like all others; and commands whose few fields are loaded
 * into registers, each once (vgpu_quicks), which is their copy.
 */
#include "backend/worker/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "backend/worker/conn.h"
#include "backend/worker/context.h"
#include "backend/worker/frame.h"
#include "backend/worker/gl_sync.h"
#include "decode.h"
#include "ops.h"

#define BATCH_BYTES (32u << 10)
#define BATCH_MEMORY (BATCH_BYTES + 64u) /* a header may be loaded where the batch ends */
#define AHEAD_BYTES 8192u         /* asked for from the guest's processor before they are copied */
#define IN_RING_AHEAD 2048u       /* the same where they are not copied */
#define COPY_BYTES 4096u          /* copied at a time: what a large command wastes at most */
#define KEEP_JOINED (32u << 20)   /* memory for fragments that is kept for the next command */
#define REPLY_PIECE (64u << 10)   /* a long reply is shown to the guest in such pieces */
#define FRAME_POLL_MS 1

#ifndef MADV_POPULATE_READ /* Linux 5.14; older ones ignore it */
#define MADV_POPULATE_READ 22
#endif

struct vgpu_wstream_env vgpu_wstream_env;

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

static void signal_guest(struct vgpu_wstream *s)
{
	uint64_t one = 1;
	ssize_t n = write(s->event_out, &one, sizeof(one));

	(void)n; /* EAGAIN: a wake-up is pending already */
}

static inline void set_at(struct vgpu_wstream *s, const uint8_t *at)
{
	atomic_store_explicit(&s->pulse.at, (uintptr_t)at, memory_order_relaxed);
}

/* Where what has not been consumed begins. No command runs. */
static void set_base(struct vgpu_wstream *s, const uint8_t *base)
{
	s->base = base;
	set_at(s, base);
}

static void consume(struct vgpu_wstream *s, uint32_t n)
{
	s->consumed += n;
	set_base(s, s->batch);
	if (vgpu_ring_consume(&s->cmd, n))
		signal_guest(s);
	vgpu_worder_moved(s);
}

void vgpu_wstream_show_progress(struct vgpu_replay *r)
{
	if (r->stream->memory)
		vgpu_worder_moved(r->stream);
}

void vgpu_wstream_fences_done(struct vgpu_replay *r, uint32_t id)
{
	struct vgpu_stream_shared *shared = r->stream->memory;

	if (shared)
		atomic_store_explicit(&shared->fences_done, id, memory_order_release);
}

uint64_t vgpu_wstream_replayed(const struct vgpu_wstream *s)
{
	return s->consumed +
	       (atomic_load_explicit(&s->pulse.at, memory_order_relaxed) - (uintptr_t)s->base);
}

uint64_t vgpu_wstream_published(struct vgpu_wstream *s)
{
	uint32_t prod = atomic_load(&s->cmd.shared->prod);
	uint64_t replayed = atomic_load(&s->order.position);
	uint32_t more = prod - (uint32_t)replayed;

	/* the stream's own thread may be past that by now, or the index may be a lie */
	return more > s->cmd.size ? replayed : replayed + more;
}

static void sleep_for_event(struct vgpu_wstream *s, int timeout_ms)
{
	struct pollfd pfd = { .fd = s->event_in, .events = POLLIN };
	bool busy = s->pulse.busy;
	uint64_t count;

	s->pulse.busy = false; /* it is the guest that is waited for */
	if (poll(&pfd, 1, timeout_ms) == 1) {
		ssize_t n = read(s->event_in, &count, sizeof(count));

		(void)n;
	}
	s->pulse.busy = busy;
}

/* Wait until there is something to read. Returns bytes, 0 to stop, or -EPROTO. */
static int64_t wait_commands(struct vgpu_wstream *s)
{
	uint64_t until = 0;
	int64_t n;

	for (uint32_t i = 0;; i++) {
		n = vgpu_ring_readable(&s->cmd);
		if (n != 0 || s->stop)
			return s->stop ? 0 : n;
		if ((i & 63) == 63) {
			uint64_t now = now_ns();

			if (until == 0)
				until = now + vgpu_wstream_env.spin_ns;
			if (now >= until)
				break;
			if (s->replay.fences_pending)
				vgpu_wfences_poll(&s->replay);
		}
		cpu_relax();
	}
	do {
		bool pending = vgpu_frames_poll(&s->replay, false);

		vgpu_ring_cons_waiting(&s->cmd, 1);
		n = vgpu_ring_readable(&s->cmd);
		if (n == 0 && !s->stop)
			sleep_for_event(s, pending ? FRAME_POLL_MS : -1);
		vgpu_ring_cons_waiting(&s->cmd, 0);
		n = vgpu_ring_readable(&s->cmd);
	} while (n == 0 && !s->stop);
	return s->stop ? 0 : n;
}

/* ---- replies ------------------------------------------------------------- */

static void reply_publish(struct vgpu_wstream *s)
{
	if (s->reply_unseen == 0)
		return;
	if (vgpu_ring_publish(&s->reply, s->reply.prod + s->reply_unseen))
		signal_guest(s);
	s->reply_unseen = 0;
}

static void reply_write(struct vgpu_wstream *s, const uint8_t *src, uint64_t n)
{
	if (!s->memory)
		return; /* a recording: nobody reads */
	while (n > 0 && !s->stop) {
		int64_t room = vgpu_ring_writable(&s->reply) - s->reply_unseen;
		uint32_t chunk;

		if (room < 0)
			return; /* a lying index: the guest harms itself only */
		if (room == 0) {
			reply_publish(s);
			vgpu_ring_prod_waiting(&s->reply, 1);
			if (vgpu_ring_writable(&s->reply) == 0 && !s->stop)
				sleep_for_event(s, -1);
			vgpu_ring_prod_waiting(&s->reply, 0);
			continue;
		}
		chunk = (uint64_t)room < n ? (uint32_t)room : (uint32_t)n;
		if (chunk > REPLY_PIECE)
			chunk = REPLY_PIECE;
		vgpu_ring_copy_in(&s->reply, s->reply.prod + s->reply_unseen, src, chunk);
		s->reply_unseen += chunk;
		src += chunk;
		n -= chunk;
		if (s->reply_unseen >= REPLY_PIECE)
			reply_publish(s);
	}
}

static void reply_zeros(struct vgpu_wstream *s, uint64_t n)
{
	static const uint8_t zeros[256];

	while (n > 0 && !s->stop) {
		uint64_t chunk = n < sizeof(zeros) ? n : sizeof(zeros);

		reply_write(s, zeros, chunk);
		n -= chunk;
	}
}

void vgpu_reply_send_begin(struct vgpu_replay *r, uint16_t opcode, uint64_t bytes)
{
	struct vgpu_wstream *s = r->stream;
	struct vgpu_wire_reply hdr = { .opcode = opcode, .bytes = bytes };

	s->reply_left = VGPU_PAD8(bytes);
	s->round_trips++;
	s->bytes_out += sizeof(hdr) + s->reply_left;
	reply_write(s, (const uint8_t *)&hdr, sizeof(hdr));
	if (s->reply_left == 0)
		reply_publish(s);
}

void vgpu_reply_send(struct vgpu_replay *r, const void *data, size_t n)
{
	struct vgpu_wstream *s = r->stream;

	if (n > s->reply_left)
		n = s->reply_left;
	reply_write(s, data, n);
	s->reply_left -= n;
	/* what is left can only be padding now */
	if (s->reply_left < 8 && s->reply_left > 0) {
		reply_zeros(s, s->reply_left);
		s->reply_left = 0;
	}
	if (s->reply_left == 0)
		reply_publish(s);
}

void *vgpu_reply_space(struct vgpu_replay *r, uint64_t want, uint64_t *have_out)
{
	struct vgpu_wstream *s = r->stream;
	uint32_t at = s->reply.prod + s->reply_unseen, offset = at & (s->reply.size - 1);
	uint64_t have = s->reply.size - offset;

	if (!s->memory)
		return NULL;
	if (have > s->reply.size / 4)
		have = s->reply.size / 4;
	if (have > want)
		have = want;
	while (!s->stop) {
		int64_t room = vgpu_ring_writable(&s->reply) - s->reply_unseen;

		if (room < 0)
			return NULL;
		if ((uint64_t)room >= have) {
			*have_out = have;
			return s->reply.data + offset;
		}
		reply_publish(s);
		vgpu_ring_prod_waiting(&s->reply, 1);
		if ((uint64_t)vgpu_ring_writable(&s->reply) < have && !s->stop)
			sleep_for_event(s, -1);
		vgpu_ring_prod_waiting(&s->reply, 0);
	}
	return NULL;
}

void vgpu_reply_wrote(struct vgpu_replay *r, uint64_t n)
{
	struct vgpu_wstream *s = r->stream;

	s->reply_unseen += (uint32_t)n;
	s->reply_left -= n;
	reply_publish(s);
}

void vgpu_reply_send_blob(struct vgpu_replay *r, const void *data, size_t n)
{
	static const uint8_t zeros[8];
	uint64_t count = n;

	vgpu_reply_send(r, &count, sizeof(count));
	if (n > 0)
		vgpu_reply_send(r, data, n);
	if (VGPU_PAD8(n) > n)
		vgpu_reply_send(r, zeros, VGPU_PAD8(n) - n);
}

/* ---- commands ------------------------------------------------------------ */

/* For the watchdog, which takes the position for a beat (set_at): a plain store. */
static inline void begin_command(struct vgpu_wstream *s, uint32_t opcode)
{
	atomic_store_explicit(&s->pulse.opcode, opcode, memory_order_relaxed);
}

static inline int run_command(struct vgpu_wstream *s, const struct vgpu_wire_hdr *hdr,
                              const uint8_t *fixed, const uint8_t *tail, uint64_t total)
{
	const struct vgpu_op_info *op;
	int rc;

	if (hdr->flags != 0 || hdr->opcode >= VGPU_OP_COUNT)
		return -EPROTO;
	op = &vgpu_ops[hdr->opcode];
	if (!vgpu_decoders[hdr->opcode] || total < sizeof(*hdr) + op->fixed_bytes)
		return -EPROTO;
	begin_command(s, hdr->opcode);
	vgpu_wpulse_beat(&s->pulse);
	if (!tail)
		tail = fixed + op->fixed_bytes;
	rc = vgpu_decoders[hdr->opcode](&s->replay, fixed, tail,
	                                total - sizeof(*hdr) - op->fixed_bytes);
	if (s->replay.scratch.used || s->replay.scratch.overflow)
		vgpu_scratch_reset(&s->replay);
	s->batch_calls++;
	return rc;
}

/* A complete command in private memory. */
static int run_private(struct vgpu_wstream *s, const uint8_t *bytes, uint64_t total)
{
	struct vgpu_wire_hdr hdr;

	memcpy(&hdr, bytes, sizeof(hdr));
	return run_command(s, &hdr, bytes + sizeof(hdr), NULL, total);
}

/* Memory for a command that is put together or copied whole: at least bytes of it. */
static int want_joined(struct vgpu_wstream *s, uint64_t bytes)
{
	if (s->joined_size >= bytes)
		return 0;
	free(s->joined);
	s->joined = malloc(bytes);
	s->joined_size = s->joined ? bytes : 0;
	return s->joined ? 0 : -ENOMEM;
}

/* A fragment of hdr->size bytes whose payload starts at src, in private or shared memory. */
static int join_fragment(struct vgpu_wstream *s, const struct vgpu_wire_fragment *f,
                         const uint8_t *src, uint32_t size)
{
	int rc = 0;

	if (f->offset != s->joined_have || f->bytes == 0 ||
	    f->bytes > size - sizeof(struct vgpu_wire_hdr) - sizeof(*f))
		return -EPROTO;
	if (f->offset == 0) {
		if (f->total < sizeof(struct vgpu_wire_hdr) || f->total > VGPU_MAX_COMMAND ||
		    f->total % 8 != 0)
			return -EPROTO;
		rc = want_joined(s, f->total);
		if (rc)
			return rc;
		s->joined_total = f->total;
	} else if (f->total != s->joined_total) {
		return -EPROTO;
	}
	if (f->bytes > s->joined_total - s->joined_have)
		return -EPROTO;
	memcpy(s->joined + s->joined_have, src, f->bytes);
	s->joined_have += f->bytes;
	if (s->joined_have < s->joined_total)
		return 0;
	/* the inner header's size field does not count: total does, and was checked */
	if (((struct vgpu_wire_hdr *)s->joined)->opcode == VGPU_OP_FRAGMENT ||
	    ((struct vgpu_wire_hdr *)s->joined)->size != s->joined_total)
		rc = -EPROTO;
	else
		rc = run_private(s, s->joined, s->joined_total);
	s->joined_have = s->joined_total = 0;
	if (s->joined_size > KEEP_JOINED) {
		free(s->joined);
		s->joined = NULL;
		s->joined_size = 0;
	}
	return rc;
}

/*
 * The first command in the ring is too large for a batch. Its first have bytes
 * are in s->batch: the header that was checked, and as a rule the fixed part.
 */
static int run_large(struct vgpu_wstream *s, const struct vgpu_wire_hdr *hdr, uint32_t readable,
                     uint32_t have)
{
	const uint8_t *shared = s->cmd.data + (s->cmd.cons & (s->cmd.size - 1));
	uint32_t to_end = s->cmd.size - (s->cmd.cons & (s->cmd.size - 1));
	const struct vgpu_op_info *op;
	int rc;

	if (hdr->size > readable || hdr->size > to_end)
		return -EPROTO;
	if (hdr->opcode == VGPU_OP_FRAGMENT) {
		struct vgpu_wire_fragment f;

		if (have < sizeof(*hdr) + sizeof(f))
			return -EPROTO;
		memcpy(&f, s->batch + sizeof(*hdr), sizeof(f));
		rc = join_fragment(s, &f, shared + sizeof(*hdr) + sizeof(f), hdr->size);
	} else if (s->joined_total || hdr->opcode >= VGPU_OP_COUNT) {
		rc = -EPROTO;
	} else if ((op = &vgpu_ops[hdr->opcode])->flags & VGPU_OP_F_INPLACE &&
	           sizeof(*hdr) + op->fixed_bytes <= have) {
		rc = run_command(s, hdr, s->batch + sizeof(*hdr),
		                 shared + sizeof(*hdr) + op->fixed_bytes, hdr->size);
	} else {
		rc = want_joined(s, hdr->size);
		if (rc)
			return rc;
		memcpy(s->joined, shared, hdr->size);
		memcpy(s->joined, hdr, sizeof(*hdr)); /* the size that was checked */
		rc = run_private(s, s->joined, hdr->size);
	}
	return rc;
}

static void log_broken(struct vgpu_wstream *s, uint16_t opcode, uint32_t size, int rc)
{
	vgpu_replay_log(&s->replay, "%s (opcode %u, %u bytes): %s",
	                opcode < VGPU_OP_COUNT && vgpu_ops[opcode].name ? vgpu_ops[opcode].name :
	                "unknown command", opcode, size, strerror(-rc));
}

/* A command, or a fragment of one, that stands whole in private memory at at. */
static int run_whole(struct vgpu_wstream *s, const uint8_t *at, const struct vgpu_wire_hdr *hdr)
{
	struct vgpu_wire_fragment f;
	int rc;

	if (hdr->opcode == VGPU_OP_FRAGMENT) {
		if (hdr->size < sizeof(*hdr) + sizeof(f))
			return -EPROTO;
		memcpy(&f, at + sizeof(*hdr), sizeof(f));
		rc = join_fragment(s, &f, at + sizeof(*hdr) + sizeof(f), hdr->size);
	} else if (s->joined_total) {
		rc = -EPROTO;
	} else {
		rc = run_command(s, hdr, at + sizeof(*hdr), NULL, hdr->size);
	}
	if (rc)
		log_broken(s, hdr->opcode, hdr->size, rc);
	return rc;
}

static bool in_place(uint16_t opcode)
{
	return opcode == VGPU_OP_FRAGMENT ||
	       (opcode < VGPU_OP_COUNT && vgpu_ops[opcode].flags & VGPU_OP_F_INPLACE);
}

/* Copy at least least bytes more, or all up to n, behind the have first bytes of the batch. */
static uint32_t copy_more(struct vgpu_wstream *s, uint32_t have, uint32_t n, uint32_t least)
{
	uint32_t more = least > COPY_BYTES ? least : COPY_BYTES;

	if (more > n - have)
		more = n - have;
	vgpu_ring_copy_out(&s->cmd, s->cmd.cons + have, s->batch + have, more);
	return have + more;
}

/* What run_small needs of an opcode, in one place. */
struct way {
	/* the header of a command that quick takes; else one that no command has, of the least size */
	uint64_t word;
	vgpu_quick_fn *quick;
	vgpu_gl_fn *fn; /* quick's function of the host */
	vgpu_decode_fn *decode;
};
/* Every masked number has a place: a wrong one leads nowhere, not even speculatively. */
#define WAYS 4096u
_Static_assert(VGPU_OP_COUNT <= WAYS, "a place for each opcode");
static struct way ways[WAYS] __attribute__((aligned(64)));
static pthread_once_t ways_once = PTHREAD_ONCE_INIT;

static void ways_init(void)
{
	for (uint32_t i = 0; i < WAYS; i++) {
		uint64_t least = UINT32_MAX;
		vgpu_gl_fn *fn = NULL;

		if (i < VGPU_OP_COUNT && vgpu_decoders[i]) {
			least = sizeof(struct vgpu_wire_hdr) + vgpu_ops[i].fixed_bytes;
			ways[i].decode = vgpu_decoders[i];
			if (vgpu_quicks[i].run && vgpu_wstream_env.gl)
				memcpy(&fn, (const char *)vgpu_wstream_env.gl + vgpu_quicks[i].gl,
				       sizeof(fn));
		}
		/* ~i is no header at this place */
		ways[i].word = least << 32 | (fn ? i : (uint32_t)~i);
		ways[i].quick = fn ? vgpu_quicks[i].run : NULL;
		ways[i].fn = fn;
	}
}

/*
 * The decoder's way, for a command of size octets that are there. 1: something is
 * wrong with its header, and nothing was done; else 0 or a negative errno.
 */
static __attribute__((noinline)) int run_decoder(struct vgpu_wstream *s, const struct way *way,
                                                 const uint8_t *at, uint64_t word)
{
	uint64_t size = word >> 32, least = way->word >> 32;
	int rc;

	/* the number, and flags, which must be 0 */
	if ((uint32_t)word >= VGPU_OP_COUNT || size % 8 != 0 || size < least)
		return 1;
	begin_command(s, (uint32_t)word);
	set_at(s, at);
	rc = way->decode(&s->replay, at + sizeof(struct vgpu_wire_hdr), at + least, size - least);
	if (__builtin_expect(s->replay.scratch.used || s->replay.scratch.overflow, 0))
		vgpu_scratch_reset(&s->replay);
	return rc <= 0 ? rc : -EPROTO;
}

static __attribute__((noinline, cold)) int broken_at(struct vgpu_wstream *s, uint64_t word, int rc)
{
	log_broken(s, (uint16_t)word, (uint32_t)(word >> 32), rc);
	return rc;
}

/*
 * Commands that need no copy, as long as one follows the other: all fixed part, so that
 * the header, loaded once as one word, says all that must be so, and each field is loaded
 * once by whoever uses it. They stand in the ring, n octets at shared, of there that may be
 * asked for in advance. Returns the octets done, or a negative errno.
 */
static __attribute__((noinline)) int64_t run_in_ring(struct vgpu_wstream *s, const uint8_t *shared,
                                                     uint32_t n, uint32_t there)
{
	const uint8_t *at = shared, *const end = shared + n, *const last = shared + there;

	if (s->joined_total || !s->replay.ctx)
		return 0;
	set_base(s, shared);
	while (at < end) {
		uint64_t word = *(const volatile uint64_t *)at;
		const struct way *way = &ways[word & (WAYS - 1)];
		const uint8_t *behind = at + (word >> 32);

		if (word != way->word || behind > end)
			break;
		begin_command(s, (uint32_t)word);
		set_at(s, at);
		way->quick(&s->replay, at + sizeof(struct vgpu_wire_hdr), way->fn);
		s->batch_calls++;
		if (__builtin_expect(s->replay.broken, 0))
			return broken_at(s, word, s->replay.broken);
		/* the guest's processor holds the lines that come next: ask for them in time */
		if (at + IN_RING_AHEAD < last)
			__builtin_prefetch(at + IN_RING_AHEAD);
		at = behind;
	}
	set_base(s, s->batch);
	return at - shared;
}

/* Lines of the ring that the guest's processor holds, to be asked for in time. */
struct ahead {
	const uint8_t *next, *end;
};

/*
 * The way of all others that stand whole, and as they should be, between *done and have,
 * and of those between them. Stops at the first that does not, with which nothing has
 * been done then. Returns 0 or a negative errno. A header may be loaded behind have, where
 * the batch has memory of its own.
 */
static __attribute__((noinline)) int run_small(struct vgpu_wstream *s, uint32_t *done,
                                               uint32_t have, struct ahead *ahead)
{
	const uint8_t *at = s->batch + *done, *next = ahead->next;
	const uint8_t *const end = s->batch + have, *const last = ahead->end;
	int rc = 0;

	if (s->joined_total)
		return 0;
	for (;;) {
		const struct way *way;
		const uint8_t *behind;
		uint64_t word;

		memcpy(&word, at, sizeof(word));
		way = &ways[word & (WAYS - 1)];
		behind = at + (word >> 32);
		if (behind > end)
			break;
		if (word == way->word && s->replay.ctx) {
			begin_command(s, (uint32_t)word);
			set_at(s, at);
			way->quick(&s->replay, at + sizeof(struct vgpu_wire_hdr), way->fn);
			rc = s->replay.broken;
		} else {
			rc = run_decoder(s, way, at, word);
		}
		if (__builtin_expect(rc != 0, 0)) {
			rc = rc < 0 ? broken_at(s, word, rc) : 0;
			break;
		}
		s->batch_calls++;
		at = behind;
		/* a line for each command: they are there when copy_more comes to them */
		if (next < last) {
			__builtin_prefetch(next);
			next += 64;
		}
	}
	*done = (uint32_t)(at - s->batch);
	ahead->next = next;
	return rc;
}

/*
 * Replay what is readable up to the end of the ring or the batch. Returns bytes
 * consumed, or a negative errno: the stream is broken. Each byte is copied once,
 * a few KiB at a time, so that little is copied of what is then used in place.
 */
static int64_t run_batch(struct vgpu_wstream *s, uint32_t readable)
{
	uint32_t to_end = s->cmd.size - (s->cmd.cons & (s->cmd.size - 1));
	uint32_t n = readable < to_end ? readable : to_end, there = n;
	uint32_t done = 0, have = 0;
	const uint8_t *shared = s->cmd.data + (s->cmd.cons & (s->cmd.size - 1));
	struct ahead ahead;
	int64_t in_ring;
	int rc;

	if (n > BATCH_BYTES)
		n = BATCH_BYTES;
	in_ring = run_in_ring(s, shared, n, there);
	if (in_ring < 0)
		return in_ring;
	/* what follows is copied to where it would be if all had been */
	done = have = (uint32_t)in_ring;
	ahead.next = shared + have + COPY_BYTES;
	while (n - done >= sizeof(struct vgpu_wire_hdr)) {
		struct vgpu_wire_hdr hdr;
		uint8_t *at;

		if (have - done < sizeof(hdr))
			have = copy_more(s, have, n, COPY_BYTES);
		ahead.end = shared + (have + AHEAD_BYTES < there ? have + AHEAD_BYTES : there);
		rc = run_small(s, &done, have, &ahead);
		if (rc)
			return rc;
		if (have - done < sizeof(hdr))
			continue;
		at = s->batch + done;
		set_at(s, at);
		memcpy(&hdr, at, sizeof(hdr));
		if (hdr.size < sizeof(hdr) || hdr.size % 8 != 0)
			return -EPROTO;
		if (hdr.opcode == VGPU_OP_PAD) {
			if (hdr.size != to_end - done || hdr.size > readable - done)
				return -EPROTO;
			return done + hdr.size;
		}
		if (hdr.size > n - done ||
		    (hdr.size > VGPU_MAX_COPY_COMMAND && in_place(hdr.opcode))) {
			if (done > 0)
				return done; /* it comes first in the next batch */
			rc = run_large(s, &hdr, readable, have);
			return rc ? rc : (int64_t)hdr.size;
		}
		if (hdr.size > have - done) {
			have = copy_more(s, have, n, hdr.size);
			continue;
		}
		rc = run_whole(s, at, &hdr);
		if (rc)
			return rc;
		done += hdr.size;
	}
	return done > 0 ? (int64_t)done : -EPROTO;
}

/* Counters are added up once a batch: an atomic addition costs as much as a GL call. */
static void count_batch(struct vgpu_wstream *s, uint64_t bytes)
{
	atomic_fetch_add_explicit(&s->calls, s->batch_calls, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->bytes_in, bytes, memory_order_relaxed);
	s->batch_calls = 0;
}

/* As run_batch, watched, and counted. */
static int64_t replay(struct vgpu_wstream *s, uint32_t readable)
{
	int64_t n;

	s->pulse.busy = true;
	vgpu_wpulse_beat(&s->pulse);
	n = run_batch(s, readable);
	s->pulse.busy = false;
	if (n > 0)
		consume(s, (uint32_t)n);
	count_batch(s, n > 0 ? (uint64_t)n : 0);
	return n;
}

static void serve(void *data)
{
	struct vgpu_wstream *s = data;
	int64_t n;

	for (;;) {
		n = wait_commands(s);
		if (n > 0)
			n = replay(s, (uint32_t)n);
		if (n <= 0)
			break;
		if (s->replay.fences_pending)
			vgpu_wfences_poll(&s->replay);
	}
	s->pulse.busy = true;
	while (vgpu_frames_poll(&s->replay, true))
		vgpu_wpulse_beat(&s->pulse);
	vgpu_replay_thread_end(&s->replay);
	s->pulse.busy = false;
	if (n < 0 && !s->stop)
		vgpu_wstream_env.broken(s->conn, strerror((int)-n));
}

/*
 * Is the next command one that asks about the host, and needs no driver? Answer it.
 * 1: done; 0: it is not; or a negative errno.
 */
static int64_t answer_host_info(struct vgpu_wstream *s, int64_t readable)
{
	struct vgpu_wire_hdr hdr;
	int64_t n;

	if (readable < (int64_t)sizeof(hdr))
		return 0;
	vgpu_ring_copy_out(&s->cmd, s->cmd.cons, &hdr, sizeof(hdr));
	if (hdr.opcode != VGPU_OP_vgpuHostInfo || hdr.size > readable)
		return 0;
	n = replay(s, hdr.size);
	return n > 0 ? 1 : n;
}

/*
 * A library that only looks whether there is a backend, as GLX's does in programs
 * that use EGL, gets no further than this.
 */
static void *stream_thread(void *data)
{
	struct vgpu_wstream *s = data;
	int64_t n;

	while ((n = wait_commands(s)) > 0) {
		n = answer_host_info(s, n);
		if (n <= 0)
			break;
	}
	if (s->stop && !s->replay.ctx)
		return NULL;
	/* it draws; what is current belongs to this thread already if the guest has cheated */
	s->moved = n == 0 && !s->replay.ctx && vgpu_task_try(&s->task);
	if (!s->moved)
		serve(s);
	return NULL;
}

int vgpu_wstream_start(struct vgpu_wconn *conn, uint32_t id, uint32_t cmd_bytes,
                       uint32_t reply_bytes, int memory, int event_in, int event_out)
{
	struct vgpu_stream_shared *shared;
	struct vgpu_wstream *s;
	int rc;

	/* those that are being joined hold a thread each, and a driver may hold them */
	if (conn->n_streams + conn->ending_streams >= 2 * VGPU_MAX_STREAMS ||
	    conn->n_streams >= VGPU_MAX_STREAMS)
		return -EMFILE;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->batch = aligned_alloc(64, BATCH_MEMORY);
	if (!s->batch) {
		rc = -ENOMEM;
		goto out;
	}
	memset(s->batch, 0, BATCH_MEMORY);
	s->memory_bytes = VGPU_STREAM_HEADER + (size_t)cmd_bytes + reply_bytes;
	s->memory = mmap(NULL, s->memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	if (s->memory == MAP_FAILED) {
		rc = -errno;
		goto out;
	}
	/* as in the guest (frontend/transport): faults of ours would slow the first commands */
	madvise(s->memory, VGPU_STREAM_HEADER + (size_t)cmd_bytes, MADV_POPULATE_READ);
	shared = s->memory;
	pthread_once(&ways_once, ways_init);
	s->conn = conn;
	s->id = id;
	set_base(s, s->batch);
	s->event_in = event_in;
	s->event_out = event_out;
	vgpu_ring_init(&s->cmd, &shared->cmd, (uint8_t *)s->memory + VGPU_STREAM_HEADER, cmd_bytes);
	vgpu_ring_init(&s->reply, &shared->reply,
	               (uint8_t *)s->memory + VGPU_STREAM_HEADER + cmd_bytes, reply_bytes);
	s->replay.gl = vgpu_wstream_env.gl;
	s->replay.stream = s;
	s->replay.conn = conn;
	s->replay.bind_status = 0x3000; /* EGL_SUCCESS */
	s->pulse.conn = conn;
	vgpu_watchdog_add(&s->pulse);
	s->task = (struct vgpu_task){ .fn = serve, .data = s, .owner = conn };
	rc = -pthread_create(&s->thread, NULL, stream_thread, s);
	if (rc) {
		vgpu_watchdog_remove(&s->pulse);
		munmap(s->memory, s->memory_bytes);
		goto out;
	}
	close(memory);
	pthread_mutex_lock(&conn->lock);
	s->next = conn->streams;
	conn->streams = s;
	conn->n_streams++;
	pthread_cond_broadcast(&conn->stream_moved);
	pthread_mutex_unlock(&conn->lock);
	return 0;
out:
	free(s->batch);
	free(s);
	return rc;
}

struct vgpu_wstream *vgpu_wstream_offline(struct vgpu_wconn *conn, uint32_t id)
{
	struct vgpu_wstream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->conn = conn;
	s->id = id;
	s->replay.gl = vgpu_wstream_env.gl;
	s->replay.stream = s;
	s->replay.conn = conn;
	s->replay.bind_status = 0x3000; /* EGL_SUCCESS */
	return s;
}

int vgpu_wstream_feed(struct vgpu_wstream *s, const uint8_t *bytes, size_t n)
{
	size_t done = 0;
	int rc;

	while (n - done >= sizeof(struct vgpu_wire_hdr)) {
		struct vgpu_wire_hdr hdr;

		memcpy(&hdr, bytes + done, sizeof(hdr));
		if (hdr.size < sizeof(hdr) || hdr.size % 8 != 0 || hdr.size > n - done)
			return -EPROTO;
		if (hdr.opcode != VGPU_OP_PAD) {
			rc = run_whole(s, bytes + done, &hdr);
			if (rc)
				return rc;
		}
		done += hdr.size;
	}
	count_batch(s, n);
	while (vgpu_frames_poll(&s->replay, true))
		;
	return done == n ? 0 : -EPROTO;
}

void vgpu_wstream_offline_end(struct vgpu_wstream *s)
{
	vgpu_replay_thread_end(&s->replay);
	free(s->joined);
	vgpu_scratch_free(&s->replay);
	vgpu_wfences_free(&s->replay);
	free(s);
}

void vgpu_wstream_stop(struct vgpu_wstream *s)
{
	uint64_t one = 1;
	ssize_t n;

	s->stop = true;
	vgpu_worder_wake(s->conn);
	n = write(s->event_in, &one, sizeof(one));
	(void)n;
}

void vgpu_wstream_join(struct vgpu_wstream *s)
{
	struct vgpu_wconn *conn = s->conn;

	pthread_join(s->thread, NULL);
	vgpu_watchdog_remove(&s->pulse);
	if (s->moved)
		vgpu_task_join(&s->task);
	pthread_mutex_lock(&conn->lock);
	if (!s->counted) {
		conn->calls += s->calls;
		conn->bytes_in += s->bytes_in;
		conn->bytes_out += s->bytes_out;
		conn->round_trips += s->round_trips;
	}
	pthread_mutex_unlock(&conn->lock);
	munmap(s->memory, s->memory_bytes);
	if (vgpu_wconn_unmapped)
		vgpu_wconn_unmapped(conn->id, s->id);
	close(s->event_in);
	close(s->event_out);
	free(s->joined);
	vgpu_scratch_free(&s->replay);
	vgpu_wfences_free(&s->replay);
	free(s->batch);
	free(s);
}
