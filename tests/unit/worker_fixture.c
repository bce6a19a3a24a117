/* SPDX-License-Identifier: MIT */
#include "tests/unit/worker_fixture.h"
#include "backend/worker/egl_image.h"

#include "backend/worker/stream.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

struct vgpu_wconn fix_conn;
__thread struct fix_reply fix_reply;
_Atomic unsigned int fix_signals;
const struct vgpu_gl *fix_gl;
static struct vgpu_wpool fix_the_pool;

/*
 * Mesa leaks a little of its own per process. Its libraries stay loaded, so that
 * the leak checker can tell; what is ours is reported.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libEGL_mesa\nleak:_dri.so\nleak:libgallium\nleak:libLLVM\n";
}

/* ---- in place of conn.c and stream.c ------------------------------------------------- */

struct vgpu_wpool *vgpu_wconn_pool_get(struct vgpu_wconn *conn, uint32_t id)
{
	if (id != fix_the_pool.id)
		return NULL;
	fix_the_pool.refs++;
	return &fix_the_pool;
}

void vgpu_wconn_pool_put(struct vgpu_wpool *pool)
{
	if (pool)
		pool->refs--;
}

void vgpu_wstream_show_progress(struct vgpu_replay *r)
{
	(void)r; /* there is no ring */
}

void vgpu_wstream_fences_done(struct vgpu_replay *r, uint32_t id)
{
	(void)r;
	(void)id; /* nobody reads it there */
}

void vgpu_wconn_frame_signal(struct vgpu_wconn *conn)
{
	fix_signals++;
}

void vgpu_replay_log(struct vgpu_replay *r, const char *fmt, ...)
{
}

void vgpu_reply_send_begin(struct vgpu_replay *r, uint16_t opcode, uint64_t bytes)
{
	fix_reply.used = 0;
	fix_reply.count++;
}

void vgpu_reply_send(struct vgpu_replay *r, const void *data, size_t n)
{
	assert_true(n <= sizeof(fix_reply.bytes) - fix_reply.used);
	if (n)
		memcpy(fix_reply.bytes + fix_reply.used, data, n);
	fix_reply.used += n;
}

/* There is no ring: what reads into it must do without. */
void *vgpu_reply_space(struct vgpu_replay *r, uint64_t want, uint64_t *have_out)
{
	(void)r;
	(void)want;
	(void)have_out;
	return NULL;
}

void vgpu_reply_wrote(struct vgpu_replay *r, uint64_t n)
{
	(void)r;
	(void)n;
	abort();
}

void vgpu_reply_send_blob(struct vgpu_replay *r, const void *data, size_t n)
{
	static const uint64_t zero;
	uint64_t count = n;

	vgpu_reply_send(r, &count, sizeof(count));
	vgpu_reply_send(r, data, n);
	vgpu_reply_send(r, &zero, VGPU_PAD8(n) - n);
}

/* ---- life ------------------------------------------------------------------------------ */

int fix_open(void **state)
{
	static const char *const drivers[] = { "libEGL_mesa.so.0", "swrast_dri.so",
		                               "/usr/lib/x86_64-linux-gnu/dri/swrast_dri.so" };
	char error[300] = "";

	if (vgpu_host_open(error, sizeof(error))) {
		fprintf(stderr, "%s\n", error);
		return -1;
	}
	fix_gl = vgpu_host_get()->gl;
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		dlopen(drivers[i], RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
	return 0;
}

int fix_close(void **state)
{
	vgpu_host_close();
	return 0;
}

int fix_start(void **state)
{
	memset(&fix_conn, 0, sizeof(fix_conn));
	fix_conn.id = 1;
	pthread_mutex_init(&fix_conn.lock, NULL);
	fix_the_pool = (struct vgpu_wpool){ .id = 1, .bytes = FIX_POOL_BYTES, .refs = 1 };
	fix_the_pool.base = calloc(1, FIX_POOL_BYTES);
	return fix_the_pool.base ? 0 : -1;
}

int fix_stop(void **state)
{
	vgpu_weglimage_destroy_all(&fix_conn);
	vgpu_wcontext_destroy_all(&fix_conn);
	vgpu_wdrawable_destroy_all(&fix_conn);
	assert_null(fix_conn.contexts);
	assert_null(fix_conn.drawables);
	assert_int_equal(fix_conn.n_contexts, 0);
	assert_int_equal(fix_conn.n_drawables, 0);
	assert_int_equal(fix_the_pool.refs, 1);
	free(fix_the_pool.base);
	pthread_mutex_destroy(&fix_conn.lock);
	return 0;
}

struct vgpu_replay *fix_stream(void)
{
	struct vgpu_replay *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->gl = fix_gl;
	r->conn = &fix_conn;
	return r;
}

void fix_stream_end(struct vgpu_replay *r)
{
	while (vgpu_frames_poll(r, true))
		;
	vgpu_replay_thread_end(r);
	assert_null(r->ctx);
	vgpu_scratch_free(r);
	free(r);
}

/* ---- answers ----------------------------------------------------------------------------- */

uint64_t fix_value(void)
{
	uint64_t value = 0;

	assert_true(fix_reply.used >= sizeof(value));
	memcpy(&value, fix_reply.bytes, sizeof(value));
	return value;
}

const void *fix_blob(unsigned int index, bool has_value, uint64_t *bytes_out)
{
	size_t at = has_value ? 8 : 0;
	uint64_t n;

	for (;;) {
		assert_true(fix_reply.used >= at + sizeof(n));
		memcpy(&n, fix_reply.bytes + at, sizeof(n));
		at += sizeof(n);
		if (index-- == 0)
			break;
		at += VGPU_PAD8(n);
	}
	assert_true(fix_reply.used >= at + n);
	if (bytes_out)
		*bytes_out = n;
	return fix_reply.bytes + at;
}

/* ---- commands ------------------------------------------------------------------------------ */

static GLsizei collect(GLint *list, GLsizei max, va_list ap)
{
	GLsizei n = 0;
	int name;

	while ((name = va_arg(ap, int)) != 0) {
		assert_true(n + 2 <= max);
		list[n++] = name;
		list[n++] = va_arg(ap, int);
	}
	return n;
}

EGLint fix_context(struct vgpu_replay *r, uint32_t id, uint32_t share, ...)
{
	GLint list[32];
	struct args_vgpuContextCreate a = { .context = id, .share = share, .attribs = list };
	va_list ap;

	va_start(ap, share);
	a.count = collect(list, 32, ap);
	va_end(ap);
	a.attribs_bytes = (uint64_t)a.count * sizeof(GLint);
	assert_int_equal(replay_vgpuContextCreate(r, &a), 0);
	return (EGLint)fix_value();
}

EGLint fix_drawable(struct vgpu_replay *r, uint32_t id, ...)
{
	GLint list[48];
	struct args_vgpuDrawableCreate a = { .drawable = id, .attribs = list };
	va_list ap;

	va_start(ap, id);
	a.count = collect(list, 48, ap);
	va_end(ap);
	a.attribs_bytes = (uint64_t)a.count * sizeof(GLint);
	assert_int_equal(replay_vgpuDrawableCreate(r, &a), 0);
	return (EGLint)fix_value();
}

EGLint fix_bind(struct vgpu_replay *r, uint32_t context, uint32_t drawable)
{
	struct args_vgpuContextBind a = { .context = context, .draw = drawable, .read = drawable };
	struct args_vgpuContextStatus status = { 0 };

	assert_int_equal(replay_vgpuContextBind(r, &a), 0);
	assert_int_equal(replay_vgpuContextStatus(r, &status), 0);
	return (EGLint)fix_value();
}

void fix_pool(struct vgpu_replay *r, uint32_t drawable)
{
	struct args_vgpuDrawablePool a = {
		.drawable = drawable, .pool = 1, .slots = FIX_SLOTS, .slotBytes = FIX_SLOT_BYTES
	};

	assert_int_equal(replay_vgpuDrawablePool(r, &a), 0);
}

struct vgpu_frame_slot *fix_slot(uint32_t slot)
{
	return (struct vgpu_frame_slot *)fix_the_pool.base + slot;
}

static const uint32_t *frame(struct vgpu_replay *r, uint32_t slot, uint32_t seq)
{
	struct vgpu_frame_slot *header = fix_slot(slot);

	while (vgpu_frames_poll(r, true))
		;
	assert_int_equal(header->state, VGPU_SLOT_READY);
	assert_int_equal(header->seq, seq);
	assert_int_equal(header->stride, header->width * 4);
	return (const uint32_t *)(fix_the_pool.base + VGPU_POOL_HEADER + slot * FIX_SLOT_BYTES);
}

const uint32_t *fix_swap(struct vgpu_replay *r, uint32_t drawable, uint32_t slot)
{
	static uint32_t seq;
	struct args_vgpuSwap a = { .drawable = drawable, .slot = slot, .seq = ++seq };

	if (slot < FIX_SLOTS)
		fix_slot(slot)->state = VGPU_SLOT_QUEUED;
	assert_int_equal(replay_vgpuSwap(r, &a), 0);
	return slot == VGPU_SLOT_NONE ? NULL : frame(r, slot, seq);
}

const uint32_t *fix_flush_front(struct vgpu_replay *r, uint32_t drawable, uint32_t slot)
{
	struct args_vgpuFlushFront a = { .drawable = drawable, .slot = slot, .seq = 77 };

	fix_slot(slot)->state = VGPU_SLOT_QUEUED;
	assert_int_equal(replay_vgpuFlushFront(r, &a), 0);
	return frame(r, slot, 77);
}

GLint fix_get(struct vgpu_replay *r, GLenum pname)
{
	struct args_glGetIntegerv a = { .pname = pname, .data_bytes = 64 };
	GLint value = -12345;
	uint64_t bytes;
	const void *data;

	assert_int_equal(replay_glGetIntegerv(r, &a), 0);
	data = fix_blob(0, false, &bytes);
	if (bytes >= sizeof(value))
		memcpy(&value, data, sizeof(value));
	return value;
}

GLenum fix_error(struct vgpu_replay *r)
{
	struct args_glGetError a = { 0 };

	assert_int_equal(replay_glGetError(r, &a), 0);
	return (GLenum)fix_value();
}

void fix_fill(int x, int y, int w, int h, uint32_t rgba)
{
	GLint box[4];
	GLboolean on = fix_gl->IsEnabled(GL_SCISSOR_TEST);

	fix_gl->GetIntegerv(GL_SCISSOR_BOX, box);
	fix_gl->Enable(GL_SCISSOR_TEST);
	fix_gl->Scissor(x, y, w, h);
	fix_gl->ClearColor((float)(rgba >> 24) / 255.0f, (float)(rgba >> 16 & 255) / 255.0f,
	                   (float)(rgba >> 8 & 255) / 255.0f, (float)(rgba & 255) / 255.0f);
	fix_gl->Clear(GL_COLOR_BUFFER_BIT);
	fix_gl->Scissor(box[0], box[1], box[2], box[3]);
	if (!on)
		fix_gl->Disable(GL_SCISSOR_TEST);
}
