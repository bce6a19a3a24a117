/* SPDX-License-Identifier: MIT */
/*
 * Mapping. The program gets a copy that the guest owns; what it wrote goes to
 * the host at unmap, at an explicit flush, or, for persistent maps, whenever
 * the host is about to look: of persistent maps the kernel tells the pages that
 * were written; where it cannot, or the GPU may write the same pages, a second
 * copy of what the host has is kept, and what differs is sent. The copy of a large
 * persistent map is shared with the worker (map_shared.h), and of such a one it is
 * guessed which pages come next (map_guess.h).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/dirty.h"
#include "frontend/gl/map_guess.h"
#include "frontend/gl/map_shared.h"
#include "frontend/gl/touched.h"
#include "frontend/gl/state.h"

#define PAGE 4096u
#define COMPARE_FROM 65536u /* smaller maps are sent whole */
#define SHARE_FROM 65536u   /* smaller ones are not worth a pool */

void vgpu_gl_copy_free(struct vgpu_gl_buffer *b)
{
	if (b->shared) {
		vgpu_gl_shared_close(b->shared);
		free(b->guess);
		b->guess = NULL;
	} else if (b->copy) {
		munmap(b->copy, b->copy_size);
	}
	b->shared = NULL;
	b->copy = NULL;
	b->valid_from = b->valid_to = 0;
}

/* A copy in shared memory, where one is of use and can be had. */
static void share_copy(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLsizeiptr length,
                       GLbitfield access)
{
	const GLbitfield wanted = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT;
	struct vgpu_gl_shared *shared;

	if ((access & (wanted | GL_MAP_READ_BIT | GL_MAP_FLUSH_EXPLICIT_BIT)) != wanted ||
	    length < SHARE_FROM || b->gpu_written)
		return;
	b->guess = malloc(sizeof(*b->guess));
	shared = b->guess ? vgpu_gl_shared_open(ctx, (uint64_t)b->size) : NULL;
	if (!shared) {
		free(b->guess);
		b->guess = NULL;
		return;
	}
	vgpu_gl_copy_free(b);
	b->shared = shared;
	b->copy = vgpu_gl_shared_memory(shared);
	b->copy_size = (uint64_t)b->size;
}

static bool make_copy(struct vgpu_gl_buffer *b)
{
	void *p;

	if (b->copy)
		return true;
	b->copy_size = (uint64_t)b->size;
	p = mmap(NULL, b->copy_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return false;
	b->copy = p;
	b->valid_from = b->valid_to = 0;
	return true;
}

static void mark_valid(struct vgpu_gl_buffer *b, uint64_t from, uint64_t to)
{
	if (b->valid_from == b->valid_to || from > b->valid_to || to < b->valid_from) {
		b->valid_from = from;
		b->valid_to = to;
	} else {
		b->valid_from = from < b->valid_from ? from : b->valid_from;
		b->valid_to = to > b->valid_to ? to : b->valid_to;
	}
}

/* Make [from, to) of the copy what the host has. */
static bool fill_copy(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, uint64_t from, uint64_t to)
{
	if (!b->gpu_written) {
		if (b->undefined)
			return true;
		if (from >= b->valid_from && to <= b->valid_to)
			return true;
	}
	if (vgpu_gl_buffer_read(ctx, b->name, from, to - from, b->copy + from))
		return false;
	mark_valid(b, from, to);
	return true;
}

/* Send the pages of [at, end) of the map that differ from what the host has. */
static void send_changed(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, uint64_t at,
                         uint64_t end)
{
	const uint8_t *now = b->copy + b->map_offset;

	while (at < end) {
		uint64_t n = end - at < PAGE ? end - at : PAGE, run;

		if (!memcmp(now + at, b->sent + at, n)) {
			at += n;
			continue;
		}
		/* take what is copied, not what the program may be writing meanwhile */
		for (run = at; run < end; run += n) {
			n = end - run < PAGE ? end - run : PAGE;
			if (!memcmp(now + run, b->sent + run, n))
				break;
			memcpy(b->sent + run, now + run, n);
		}
		vgpu_gl_buffer_write(ctx, b->name, b->map_offset + at, run - at, b->sent + at);
		b->version++;
		at = run;
	}
}

struct sender {
	struct vgpu_context *ctx;
	struct vgpu_gl_buffer *b;
};

/* The copy as we read and write it ourselves: what we do is not the program's. */
static uint8_t *view(const struct vgpu_gl_buffer *b)
{
	return b->shared ? vgpu_touched_view(vgpu_gl_shared_touched(b->shared)) : b->copy;
}

/* Pages of the copy were written. */
static void send_pages(void *data, size_t from, size_t to)
{
	struct vgpu_gl_buffer *b = ((struct sender *)data)->b;
	struct vgpu_context *ctx = ((struct sender *)data)->ctx;
	uint64_t low = b->map_offset, high = b->map_offset + b->map_length;

	low = from > low ? from : low;
	high = to < high ? to : high;
	if (low >= high)
		return;
	if (b->sent) {
		send_changed(ctx, b, low - b->map_offset, high - b->map_offset);
		return;
	}
	/* what is written from now on counts as written again */
	if (b->shared && !b->gpu_written)
		vgpu_gl_shared_send(ctx, b->shared, b->name, low, high - low);
	else
		vgpu_gl_buffer_write(ctx, b->name, low, high - low, view(b) + low);
	b->version++;
}

/* Let the program write these pages without being noticed: they are sent with the next commit. */
static void open_pages(struct vgpu_gl_buffer *b, struct vgpu_gl_pages pages)
{
	pages = vgpu_gl_guess_open(b->guess, pages);
	vgpu_touched_open(vgpu_gl_shared_touched(b->shared), (size_t)pages.from * PAGE,
	                  (size_t)pages.to * PAGE);
}

static void send_touched(void *data, size_t from, size_t to)
{
	struct vgpu_gl_guess *g = ((struct sender *)data)->b->guess;

	vgpu_gl_guess_found(g, (struct vgpu_gl_pages){ (uint32_t)(from / PAGE), (uint32_t)(to / PAGE) });
	send_pages(data, from, to);
}

/*
 * The pages that are open, and the two at their ends, which are not. True: nothing
 * else was touched, as the number of faults tells.
 */
static bool send_open(struct vgpu_gl_buffer *b, struct sender *s, uint64_t epoch)
{
	const struct vgpu_gl_guess *g = b->guess;
	size_t from = (size_t)g->open.from * PAGE, to = (size_t)g->open.to * PAGE;

	return from != to &&
	       vgpu_touched_take(vgpu_gl_shared_touched(b->shared), from, to, send_touched, s) && epoch &&
	       vgpu_dirty_epoch() == epoch &&
	       epoch - b->epoch == (uint64_t)((g->touched & 1) + (g->touched >> 1 & 1));
}

/* All pages that were touched. */
static bool send_all(struct vgpu_gl_buffer *b, struct sender *s)
{
	struct vgpu_touched *touched = vgpu_gl_shared_touched(b->shared);

	return vgpu_touched_take(touched, 0, (size_t)((b->copy_size + PAGE - 1) & ~(uint64_t)(PAGE - 1)),
	                         send_touched, s) &&
	       vgpu_touched_take_lost(touched, send_touched, s);
}

/* Of a shared copy: of some pages it has been guessed that they are written. */
static void send_shared(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, bool may_open)
{
	uint64_t epoch = vgpu_dirty_epoch();
	struct vgpu_gl_guess *g = b->guess;
	struct sender s = { ctx, b };
	uint32_t version = b->version;
	struct vgpu_gl_pages open;

	vgpu_gl_guess_begin(g);
	if ((!epoch || epoch != b->epoch || g->open.from != g->open.to) && !send_open(b, &s, epoch) &&
	    !send_all(b, &s)) {
		send_pages(&s, 0, (size_t)b->copy_size);
		epoch = 0; /* look again the next time, whatever it is then */
	}
	b->epoch = epoch;
	if (b->version != version)
		vgpu_gl_shared_sent(ctx, b->shared);
	if (vgpu_gl_guess_end(g, &open) && may_open && !b->gpu_written)
		open_pages(b, open);
}

/* Send what the program wrote into the map. */
static void send_written(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, bool may_open)
{
	struct sender sender = { ctx, b };
	uint64_t epoch;

	if (b->shared) {
		send_shared(ctx, b, may_open);
		return;
	}
	if (!b->tracked) {
		send_changed(ctx, b, 0, b->map_length);
		return;
	}
	epoch = vgpu_dirty_epoch();
	if (epoch && epoch == b->epoch)
		return;
	b->epoch = epoch;
	if (!vgpu_dirty_take(b->copy, b->copy_size, send_pages, &sender)) {
		send_pages(&sender, 0, (size_t)b->copy_size);
		b->epoch = 0; /* some pages may be unprotected still */
	}
}

static void unlink_map(struct vgpu_context *ctx, struct vgpu_gl_buffer *b)
{
	struct vgpu_gl_buffer **p;

	pthread_mutex_lock(&ctx->share->lock);
	for (p = &ctx->share->persistent; *p && *p != b; p = &(*p)->next_map)
		;
	if (*p) {
		*p = b->next_map;
		atomic_fetch_sub(&ctx->share->maps, 1);
	}
	pthread_mutex_unlock(&ctx->share->lock);
}

void vgpu_gl_map_drop(struct vgpu_context *ctx, struct vgpu_gl_buffer *b)
{
	if (!b->mapped)
		return;
	if (b->access & GL_MAP_PERSISTENT_BIT)
		unlink_map(ctx, b);
	b->mapped = false;
	if (b->tracked)
		vgpu_dirty_end(b->copy, b->copy_size);
	b->tracked = false;
	free(b->sent);
	b->sent = NULL;
}

static void commit(struct vgpu_context *ctx, bool may_open)
{
	struct vgpu_gl_buffer *b;

	pthread_mutex_lock(&ctx->share->lock);
	for (b = ctx->share->persistent; b; b = b->next_map) {
		if ((b->sent || b->tracked || b->shared) && !(b->access & GL_MAP_FLUSH_EXPLICIT_BIT))
			send_written(ctx, b, may_open);
	}
	pthread_mutex_unlock(&ctx->share->lock);
}

void vgpu_gl_maps_commit(struct vgpu_context *ctx)
{
	commit(ctx, true);
}

void vgpu_gl_maps_settle(struct vgpu_context *ctx)
{
	commit(ctx, false);
}

void vgpu_gl_maps_waited(struct vgpu_context *ctx)
{
	struct vgpu_gl_pages open;
	struct vgpu_gl_buffer *b;

	if (!atomic_load(&ctx->share->maps))
		return;
	pthread_mutex_lock(&ctx->share->lock);
	for (b = ctx->share->persistent; b; b = b->next_map) {
		if (b->shared && vgpu_gl_guess_waited(b->guess, &open) && !b->gpu_written)
			open_pages(b, open);
	}
	pthread_mutex_unlock(&ctx->share->lock);
}

static bool any_gpu_written(struct vgpu_share *share)
{
	struct vgpu_gl_buffer *b;

	pthread_mutex_lock(&share->lock);
	for (b = share->persistent; b && !b->gpu_written; b = b->next_map)
		;
	pthread_mutex_unlock(&share->lock);
	return b != NULL;
}

void vgpu_gl_maps_refresh(struct vgpu_context *ctx)
{
	struct vgpu_gl_buffer *b;
	uint8_t *fresh = NULL;
	uint64_t i;

	if (!atomic_load(&ctx->share->maps) || !any_gpu_written(ctx->share))
		return;
	vgpu_gl_maps_settle(ctx);
	pthread_mutex_lock(&ctx->share->lock);
	for (b = ctx->share->persistent; b; b = b->next_map) {
		uint8_t *now = view(b) + b->map_offset;

		/* also maps that are not for reading: natively they show it */
		if (!b->gpu_written)
			continue;
		if (!b->sent) {
			vgpu_gl_buffer_read(ctx, b->name, b->map_offset, b->map_length, now);
			continue;
		}
		fresh = malloc(b->map_length);
		if (!fresh || vgpu_gl_buffer_read(ctx, b->name, b->map_offset, b->map_length, fresh)) {
			free(fresh);
			continue;
		}
		/* what the program has written since the commit stays */
		for (i = 0; i < b->map_length; i++) {
			if (fresh[i] != b->sent[i]) {
				if (now[i] == b->sent[i])
					now[i] = fresh[i];
				b->sent[i] = fresh[i];
			}
		}
		free(fresh);
	}
	pthread_mutex_unlock(&ctx->share->lock);
}

static const GLbitfield known_access = GL_MAP_READ_BIT | GL_MAP_WRITE_BIT |
	GL_MAP_INVALIDATE_RANGE_BIT | GL_MAP_INVALIDATE_BUFFER_BIT | GL_MAP_FLUSH_EXPLICIT_BIT |
	GL_MAP_UNSYNCHRONIZED_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;

/* What the specification says about a map; GL_NO_ERROR when it is allowed. */
static GLenum check_map(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLintptr offset,
                        GLsizeiptr length, GLbitfield access)
{
	const GLbitfield stored = GL_MAP_READ_BIT | GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT |
		GL_MAP_COHERENT_BIT;
	uint64_t size = vgpu_gl_buffer_size(ctx, b);

	if (offset < 0 || length < 0 || (access & ~known_access) || (uint64_t)offset > size ||
	    (uint64_t)length > size - (uint64_t)offset)
		return GL_INVALID_VALUE;
	if (!length || !(access & (GL_MAP_READ_BIT | GL_MAP_WRITE_BIT)) || b->mapped)
		return GL_INVALID_OPERATION;
	if ((access & GL_MAP_READ_BIT) &&
	    (access & (GL_MAP_INVALIDATE_RANGE_BIT | GL_MAP_INVALIDATE_BUFFER_BIT |
	               GL_MAP_UNSYNCHRONIZED_BIT)))
		return GL_INVALID_OPERATION;
	if ((access & GL_MAP_FLUSH_EXPLICIT_BIT) && !(access & GL_MAP_WRITE_BIT))
		return GL_INVALID_OPERATION;
	if ((access & GL_MAP_COHERENT_BIT) && !(access & GL_MAP_PERSISTENT_BIT))
		return GL_INVALID_VALUE;
	if ((b->immutable ? access & stored & ~b->storage : access & GL_MAP_PERSISTENT_BIT))
		return GL_INVALID_OPERATION;
	return GL_NO_ERROR;
}

/* What has been filled in of a shared copy counts as untouched. */
static void begin_shared(struct vgpu_gl_buffer *b)
{
	struct vgpu_gl_pages limit = {
		(uint32_t)(b->map_offset / PAGE),
		(uint32_t)((b->map_offset + b->map_length + PAGE - 1) / PAGE),
	};

	vgpu_touched_take(vgpu_gl_shared_touched(b->shared), (size_t)limit.from * PAGE,
	                  (size_t)limit.to * PAGE, NULL, NULL);
	vgpu_gl_guess_init(b->guess, limit);
	b->epoch = 0;
}

static void *map(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLintptr offset,
                 GLsizeiptr length, GLbitfield access)
{
	uint64_t from = (uint64_t)offset, to = from + (uint64_t)length;
	GLenum error = b ? check_map(ctx, b, offset, length, access) : GL_INVALID_OPERATION;
	bool discard;

	if (error != GL_NO_ERROR) {
		vgpu_gl_set_error(ctx, error);
		return NULL;
	}
	share_copy(ctx, b, length, access);
	if (!make_copy(b)) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return NULL;
	}
	discard = access & (GL_MAP_INVALIDATE_RANGE_BIT | GL_MAP_INVALIDATE_BUFFER_BIT);
	if (access & GL_MAP_PERSISTENT_BIT)
		discard = false; /* later commits compare with what the host has */
	if (!discard && !fill_copy(ctx, b, from, to)) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return NULL;
	}
	b->access = access;
	b->map_offset = from;
	b->map_length = (uint64_t)length;
	if (b->shared) {
		begin_shared(b);
	} else if ((access & (GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_FLUSH_EXPLICIT_BIT)) ==
	           (GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT)) {
		b->tracked = vgpu_dirty_begin(b->copy, b->copy_size);
		b->epoch = 0;
	}
	if ((access & GL_MAP_WRITE_BIT) && !discard && !b->shared &&
	    !(access & GL_MAP_FLUSH_EXPLICIT_BIT) &&
	    (!b->tracked || (access & GL_MAP_READ_BIT)) &&
	    (length >= COMPARE_FROM || (access & GL_MAP_PERSISTENT_BIT))) {
		b->sent = malloc((size_t)length);
		if (b->sent)
			memcpy(b->sent, b->copy + from, (size_t)length);
		else if (access & GL_MAP_PERSISTENT_BIT) {
			if (b->tracked)
				vgpu_dirty_end(b->copy, b->copy_size);
			b->tracked = false;
			vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
			return NULL;
		}
		/* undefined contents: what the program leaves alone need not be sent */
	}
	b->mapped = true;
	if (access & GL_MAP_PERSISTENT_BIT) {
		pthread_mutex_lock(&ctx->share->lock);
		b->next_map = ctx->share->persistent;
		ctx->share->persistent = b;
		atomic_fetch_add(&ctx->share->maps, 1);
		pthread_mutex_unlock(&ctx->share->lock);
	}
	return b->copy + from;
}

static GLboolean unmap(struct vgpu_context *ctx, struct vgpu_gl_buffer *b)
{
	if (!b || !b->mapped) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return GL_FALSE;
	}
	if ((b->access & GL_MAP_WRITE_BIT) && !(b->access & GL_MAP_FLUSH_EXPLICIT_BIT)) {
		if (b->sent || b->tracked || b->shared)
			send_written(ctx, b, false);
		else
			vgpu_gl_buffer_write(ctx, b->name, b->map_offset, b->map_length,
			                     b->copy + b->map_offset);
	}
	if (b->access & GL_MAP_WRITE_BIT) {
		mark_valid(b, b->map_offset, b->map_offset + b->map_length);
		b->undefined = false;
		b->version++;
	}
	vgpu_gl_map_drop(ctx, b);
	if (b->shared) /* what is written at the next map must not reach what was sent now */
		vgpu_gl_copy_free(b);
	return GL_TRUE;
}

static void flush(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLintptr offset,
                  GLsizeiptr length)
{
	if (offset < 0 || length < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	} else if (!b || !b->mapped || !(b->access & GL_MAP_FLUSH_EXPLICIT_BIT)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	} else if ((uint64_t)offset > b->map_length ||
	           (uint64_t)length > b->map_length - (uint64_t)offset) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	} else {
		uint64_t from = b->map_offset + (uint64_t)offset;

		vgpu_gl_buffer_write(ctx, b->name, from, (uint64_t)length, b->copy + from);
		b->undefined = false;
		b->version++;
	}
}

static bool old_access(struct vgpu_context *ctx, GLenum access, GLbitfield *bits_out)
{
	switch (access) {
	case GL_READ_ONLY:
		*bits_out = GL_MAP_READ_BIT;
		break;
	case GL_WRITE_ONLY:
		*bits_out = GL_MAP_WRITE_BIT;
		break;
	case GL_READ_WRITE:
		*bits_out = GL_MAP_READ_BIT | GL_MAP_WRITE_BIT;
		break;
	default:
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return false;
	}
	return true;
}

static struct vgpu_gl_buffer *target_buffer(struct vgpu_context *ctx, GLenum target)
{
	if (vgpu_gl_target(target) == VGPU_TARGET_UNKNOWN) {
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return NULL;
	}
	return vgpu_gl_buffer_bound(ctx, target);
}

static struct vgpu_gl_buffer *named_buffer(struct vgpu_context *ctx, GLuint name)
{
	if (!name || !vgpu_guest_names_known(ctx, VGPU_NAME_BUFFER, name)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return NULL;
	}
	return vgpu_gl_buffer_get(ctx, name);
}

/* EXT_direct_state_access makes a buffer of any name. */
static struct vgpu_gl_buffer *named_buffer_ext(struct vgpu_context *ctx, GLuint name)
{
	if (!ctx->gl->core)
		vgpu_guest_names_note(ctx, VGPU_NAME_BUFFER, name);
	return named_buffer(ctx, name);
}

static void *map_whole(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLenum access)
{
	GLbitfield bits;

	if (!old_access(ctx, access, &bits))
		return NULL;
	return map(ctx, b, 0, b ? (GLsizeiptr)vgpu_gl_buffer_size(ctx, b) : 0, bits);
}

void *GLAPIENTRY entry_glMapBuffer(GLenum target, GLenum access)
{
	VGPU_GL_CONTEXT(NULL);
	return map_whole(ctx, target_buffer(ctx, target), access);
}

void *GLAPIENTRY entry_glMapBufferRange(GLenum target, GLintptr offset, GLsizeiptr length,
                                        GLbitfield access)
{
	VGPU_GL_CONTEXT(NULL);
	return map(ctx, target_buffer(ctx, target), offset, length, access);
}

void *GLAPIENTRY entry_glMapNamedBuffer(GLuint buffer, GLenum access)
{
	VGPU_GL_CONTEXT(NULL);
	return map_whole(ctx, named_buffer(ctx, buffer), access);
}

void *GLAPIENTRY entry_glMapNamedBufferEXT(GLuint buffer, GLenum access)
{
	VGPU_GL_CONTEXT(NULL);
	return map_whole(ctx, named_buffer_ext(ctx, buffer), access);
}

void *GLAPIENTRY entry_glMapNamedBufferRange(GLuint buffer, GLintptr offset, GLsizeiptr length,
                                             GLbitfield access)
{
	VGPU_GL_CONTEXT(NULL);
	return map(ctx, named_buffer(ctx, buffer), offset, length, access);
}

void *GLAPIENTRY entry_glMapNamedBufferRangeEXT(GLuint buffer, GLintptr offset, GLsizeiptr length,
                                                GLbitfield access)
{
	VGPU_GL_CONTEXT(NULL);
	return map(ctx, named_buffer_ext(ctx, buffer), offset, length, access);
}

GLboolean GLAPIENTRY entry_glUnmapBuffer(GLenum target)
{
	VGPU_GL_CONTEXT(GL_FALSE);
	return unmap(ctx, target_buffer(ctx, target));
}

GLboolean GLAPIENTRY entry_glUnmapNamedBuffer(GLuint buffer)
{
	VGPU_GL_CONTEXT(GL_FALSE);
	return unmap(ctx, named_buffer(ctx, buffer));
}

GLboolean GLAPIENTRY entry_glUnmapNamedBufferEXT(GLuint buffer)
{
	return entry_glUnmapNamedBuffer(buffer);
}

void GLAPIENTRY entry_glFlushMappedBufferRange(GLenum target, GLintptr offset, GLsizeiptr length)
{
	VGPU_GL_CONTEXT();
	flush(ctx, target_buffer(ctx, target), offset, length);
}

void GLAPIENTRY entry_glFlushMappedNamedBufferRange(GLuint buffer, GLintptr offset,
                                                    GLsizeiptr length)
{
	VGPU_GL_CONTEXT();
	flush(ctx, named_buffer(ctx, buffer), offset, length);
}

void GLAPIENTRY entry_glFlushMappedNamedBufferRangeEXT(GLuint buffer, GLintptr offset,
                                                       GLsizeiptr length)
{
	entry_glFlushMappedNamedBufferRange(buffer, offset, length);
}

static void get_pointer(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLenum pname,
                        void **params)
{
	if (pname != GL_BUFFER_MAP_POINTER)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else if (!b)
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	else
		*params = b->mapped ? b->copy + b->map_offset : NULL;
}

void GLAPIENTRY entry_glGetBufferPointerv(GLenum target, GLenum pname, void **params)
{
	VGPU_GL_CONTEXT();
	get_pointer(ctx, target_buffer(ctx, target), pname, params);
}

void GLAPIENTRY entry_glGetNamedBufferPointerv(GLuint buffer, GLenum pname, void **params)
{
	VGPU_GL_CONTEXT();
	get_pointer(ctx, named_buffer(ctx, buffer), pname, params);
}

void GLAPIENTRY entry_glGetNamedBufferPointervEXT(GLuint buffer, GLenum pname, void **params)
{
	VGPU_GL_CONTEXT();
	get_pointer(ctx, named_buffer_ext(ctx, buffer), pname, params);
}

void GLAPIENTRY entry_glMemoryBarrier(GLbitfield barriers)
{
	VGPU_GL_CONTEXT();
	if (atomic_load(&ctx->share->maps))
		vgpu_gl_maps_commit(ctx);
	enc_glMemoryBarrier(s, barriers);
}

void GLAPIENTRY entry_glMemoryBarrierByRegion(GLbitfield barriers)
{
	VGPU_GL_CONTEXT();
	enc_glMemoryBarrierByRegion(s, barriers);
}
