/* SPDX-License-Identifier: MIT */
#include "frontend/gl/names.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/client.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/programs.h"
#include "frontend/gl/semaphores.h"
#include "frontend/gl/state.h"
#include "frontend/transport/stream.h"
#include "protocol/wire.h"

#define BIT(n) (UINT64_C(1) << ((n) % 64))

#define WORDS (VGPU_MAX_NAMES / 64)

/* Takes no lock: the bitmap, once there, stays until the share group goes. */
static bool space_test(const struct vgpu_name_space *s, uint32_t name)
{
	_Atomic uint64_t *used = s->used;

	return used && name < VGPU_MAX_NAMES &&
	       (atomic_load_explicit(&used[name / 64], memory_order_relaxed) & BIT(name));
}

static int space_set(struct vgpu_name_space *s, uint32_t name)
{
	if (name >= VGPU_MAX_NAMES)
		return -ENOSPC;
	if (!s->used) {
		/* large enough that the C library maps it: untouched pages cost nothing */
		_Atomic uint64_t *used = calloc(2 * WORDS, sizeof(*used));

		if (!used)
			return -ENOMEM;
		used[0] = 1; /* 0 is no name */
		s->used = used;
	}
	s->used[name / 64] |= BIT(name);
	return 0;
}

/*
 * A freed name that only one context may hand out again stands in the second
 * half of the bitmap.
 */
static void space_retire(struct vgpu_name_space *s, uint32_t name, bool retired)
{
	if (retired)
		s->used[WORDS + name / 64] |= BIT(name);
	else
		s->used[WORDS + name / 64] &= ~BIT(name);
}

static void space_clear(struct vgpu_name_space *s, uint32_t name)
{
	if (!name || !space_test(s, name))
		return;
	s->used[name / 64] &= ~BIT(name);
	if (name / 64 < s->hint)
		s->hint = name / 64;
}

/* The lowest free name; 0 when there is none. */
static uint32_t space_take(struct vgpu_name_space *s)
{
	uint32_t w, name;

	if (!s->used)
		return space_set(s, 1) ? 0 : 1;
	for (w = s->hint; w < WORDS && !~(s->used[w] | s->used[WORDS + w]); w++)
		;
	s->hint = w;
	if (w == WORDS)
		return 0;
	name = w * 64 + (uint32_t)__builtin_ctzll(~(s->used[w] | s->used[WORDS + w]));
	return space_set(s, name) ? 0 : name;
}

/*
 * Shader and program names are never used twice: the host may keep a deleted
 * shader alive under its name for as long as a program holds it.
 */
static bool is_monotonic(enum vgpu_name_kind kind)
{
	return kind == VGPU_NAME_PROGRAM;
}

static bool is_shared(enum vgpu_name_kind kind)
{
	return kind < VGPU_NAME_SHARED_COUNT;
}

static struct vgpu_name_space *space_of(struct vgpu_context *ctx, enum vgpu_name_kind kind)
{
	return is_shared(kind) ? &ctx->share->names[kind]
	                       : &ctx->gl->names[kind - VGPU_NAME_SHARED_COUNT];
}

static void lock(struct vgpu_context *ctx, enum vgpu_name_kind kind)
{
	if (is_shared(kind))
		pthread_mutex_lock(&ctx->share->lock);
}

static void unlock(struct vgpu_context *ctx, enum vgpu_name_kind kind)
{
	if (is_shared(kind))
		pthread_mutex_unlock(&ctx->share->lock);
}

static void pool_push(struct vgpu_name_pool *pool, uint32_t name)
{
	uint32_t *names;

	if (pool->count == pool->size) {
		names = realloc(pool->names, (pool->size * 2 + 16) * sizeof(*names));
		if (!names)
			return;
		pool->names = names;
		pool->size = pool->size * 2 + 16;
	}
	pool->names[pool->count++] = name;
}

static uint32_t take(struct vgpu_context *ctx, enum vgpu_name_kind kind)
{
	struct vgpu_name_space *s = space_of(ctx, kind);

	if (is_monotonic(kind))
		return ++s->monotonic ? s->monotonic : ++s->monotonic;
	while (is_shared(kind) && ctx->gl->freed[kind].count) {
		uint32_t name = ctx->gl->freed[kind].names[--ctx->gl->freed[kind].count];

		space_retire(s, name, false);
		if (!space_test(s, name)) /* the program may have taken it up by itself */
			return space_set(s, name) ? 0 : name;
	}
	return space_take(s);
}

static void give(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t name)
{
	struct vgpu_name_space *s = space_of(ctx, kind);

	if (is_monotonic(kind) || !name || !space_test(s, name))
		return;
	space_clear(s, name);
	if (is_shared(kind) && ctx->share->contexts > 1) {
		space_retire(s, name, true); /* lost if the pool cannot grow */
		pool_push(&ctx->gl->freed[kind], name);
	}
}

int vgpu_guest_names_alloc(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t n,
                           uint32_t *out)
{
	uint32_t i;
	int rc = 0;

	lock(ctx, kind);
	for (i = 0; i < n; i++) {
		out[i] = take(ctx, kind);
		if (!out[i]) {
			while (i--)
				give(ctx, kind, out[i]);
			rc = -ENOSPC;
			break;
		}
	}
	unlock(ctx, kind);
	return rc;
}

uint32_t vgpu_guest_names_range(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t n)
{
	struct vgpu_name_space *s = space_of(ctx, kind);
	uint32_t first, i = 0;

	if (!n || n >= VGPU_MAX_NAMES)
		return 0;
	lock(ctx, kind);
	first = s->hint ? s->hint * 64 : 1;
	while (i < n) {
		if (first + n > VGPU_MAX_NAMES) {
			first = 0;
			goto out;
		}
		if (space_test(s, first + i) ||
		    (s->used && (s->used[WORDS + (first + i) / 64] & BIT(first + i)))) {
			first += i + 1;
			i = 0;
		} else {
			i++;
		}
	}
	for (i = 0; i < n && first; i++) {
		if (space_set(s, first + i))
			first = 0;
	}
out:
	unlock(ctx, kind);
	return first;
}

void vgpu_guest_names_free(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t n,
                           const uint32_t *names)
{
	uint32_t i;

	lock(ctx, kind);
	for (i = 0; i < n; i++)
		give(ctx, kind, names[i]);
	unlock(ctx, kind);
}

void vgpu_guest_names_note(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t name)
{
	if (!name || is_monotonic(kind) || space_test(space_of(ctx, kind), name))
		return;
	lock(ctx, kind);
	space_set(space_of(ctx, kind), name);
	unlock(ctx, kind);
}

bool vgpu_guest_names_known(struct vgpu_context *ctx, enum vgpu_name_kind kind, uint32_t name)
{
	struct vgpu_name_space *s = space_of(ctx, kind);

	return name && (is_monotonic(kind) ? name <= s->monotonic : space_test(s, name));
}

void vgpu_guest_names_join(struct vgpu_context *ctx)
{
	pthread_mutex_lock(&ctx->share->lock);
	ctx->share->contexts++;
	pthread_mutex_unlock(&ctx->share->lock);
}

void vgpu_guest_names_settle(struct vgpu_context *ctx)
{
	uint32_t freed = 0;

	if (!ctx->stream || ctx->share->contexts < 2)
		return;
	for (uint32_t k = 0; k < VGPU_NAME_SHARED_COUNT; k++)
		freed |= ctx->gl->freed[k].count;
	if (freed)
		vgpu_order_release(ctx->stream); /* who takes such a name comes after its end */
}

void vgpu_guest_names_leave(struct vgpu_context *ctx)
{
	struct vgpu_gl_state *gl = ctx->gl;
	uint32_t i, k;

	pthread_mutex_lock(&ctx->share->lock);
	for (k = 0; k < VGPU_NAME_SHARED_COUNT; k++) {
		for (i = 0; i < gl->freed[k].count; i++)
			space_retire(&ctx->share->names[k], gl->freed[k].names[i], false);
		if (gl->freed[k].count)
			ctx->share->names[k].hint = 0;
		free(gl->freed[k].names);
	}
	ctx->share->contexts--;
	pthread_mutex_unlock(&ctx->share->lock);
	for (k = 0; k < VGPU_NAME_COUNT - VGPU_NAME_SHARED_COUNT; k++)
		free(gl->names[k].used);
}

struct vgpu_share *vgpu_share_create(void)
{
	struct vgpu_share *share = calloc(1, sizeof(*share));

	if (!share)
		return NULL;
	pthread_mutex_init(&share->lock, NULL);
	share->refs = 1;
	return share;
}

struct vgpu_share *vgpu_share_ref(struct vgpu_share *share)
{
	if (share)
		atomic_fetch_add(&share->refs, 1);
	return share;
}

void vgpu_share_unref(struct vgpu_share *share)
{
	uint32_t k;

	if (!share || atomic_fetch_sub(&share->refs, 1) != 1)
		return;
	vgpu_gl_buffers_finish(share);
	vgpu_gl_semaphores_destroy(share->semaphores);
	vgpu_gl_programs_finish(share);
	for (k = 0; k < VGPU_NAME_SHARED_COUNT; k++)
		free(share->names[k].used);
	pthread_mutex_destroy(&share->lock);
	free(share);
}
