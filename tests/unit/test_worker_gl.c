/* SPDX-License-Identifier: MIT */
/* The worker's GL side without a ring: contexts, drawables, frames, framebuffer 0. */
#include "protocol/gl_program.h"
#include "tests/unit/worker_fixture.h"

#define W 40
#define H 30
#define RED 0xff0000ffu /* as fix_fill takes them: RGBA */
#define GREEN 0x00ff00ffu
#define BLUE 0x0000ffffu
#define BGRA_RED 0xffff0000u /* as frames have them, little endian */
#define BGRA_GREEN 0xff00ff00u
#define BGRA_BLUE 0xff0000ffu

#define WINDOW(w, h)                                                                             \
	VGPU_DRAW_WIDTH, w, VGPU_DRAW_HEIGHT, h, VGPU_DRAW_RED, 8, VGPU_DRAW_GREEN, 8,           \
		VGPU_DRAW_BLUE, 8, VGPU_DRAW_DEPTH, 24, VGPU_DRAW_STENCIL, 8
#define COMPAT VGPU_CTX_API, VGPU_API_GL, VGPU_CTX_PROFILE, 2
#define CORE                                                                                     \
	VGPU_CTX_API, VGPU_API_GL, VGPU_CTX_MAJOR, 3, VGPU_CTX_MINOR, 3, VGPU_CTX_PROFILE, 1

static void check_size(uint32_t slot, uint32_t w, uint32_t h)
{
	assert_int_equal(fix_slot(slot)->width, w);
	assert_int_equal(fix_slot(slot)->height, h);
}

/* A picture in which every corner differs. */
static void draw_corners(void)
{
	fix_fill(0, 0, W, H, 0x000000ffu);
	fix_fill(0, H - 5, 10, 5, RED);   /* top left */
	fix_fill(W - 10, H - 5, 10, 5, GREEN); /* top right */
	fix_fill(0, 0, 10, 5, BLUE);      /* bottom left */
}

static void check_corners(const uint32_t *p, uint32_t mask)
{
	assert_int_equal(p[0] & mask, BGRA_RED & mask);
	assert_int_equal(p[W * 4 + 9] & mask, BGRA_RED & mask);
	assert_int_equal(p[W * 5] & mask, 0xff000000u & mask);
	assert_int_equal(p[W - 1] & mask, BGRA_GREEN & mask);
	assert_int_equal(p[W * (H - 1)] & mask, BGRA_BLUE & mask);
	assert_int_equal(p[W * H - 1] & mask, 0xff000000u & mask);
}

/* ---- contexts --------------------------------------------------------------------------- */

static void test_context_attribs(void **state)
{
	struct vgpu_replay *r = fix_stream();
	GLint odd[3] = { VGPU_CTX_API, 0, VGPU_CTX_MAJOR };
	struct args_vgpuContextCreate a = { .context = 9, .count = 3, .attribs = odd,
		                            .attribs_bytes = sizeof(odd) };

	replay_vgpuContextCreate(r, &a);
	assert_int_equal(fix_value(), EGL_BAD_PARAMETER);
	a.count = 1 << 20; /* says more than there is */
	replay_vgpuContextCreate(r, &a);
	assert_int_equal(fix_value(), EGL_BAD_PARAMETER);
	a.count = -2;
	replay_vgpuContextCreate(r, &a);
	assert_int_equal(fix_value(), EGL_BAD_PARAMETER);
	assert_int_equal(fix_context(r, 0, 0, COMPAT, 0), EGL_BAD_PARAMETER);
	assert_int_equal(fix_context(r, 1, 0, VGPU_CTX_API, 7, 0), EGL_BAD_ATTRIBUTE);
	assert_int_equal(fix_context(r, 1, 0, 99, 0, 0), EGL_BAD_ATTRIBUTE);
	assert_int_equal(fix_context(r, 1, 5, COMPAT, 0), EGL_BAD_CONTEXT);
	assert_int_not_equal(fix_context(r, 1, 0, VGPU_CTX_API, VGPU_API_GL, VGPU_CTX_MAJOR, 9,
	                                 VGPU_CTX_MINOR, 9, VGPU_CTX_PROFILE, 1, 0),
	                     EGL_SUCCESS);
	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_BAD_PARAMETER);
	assert_int_equal(fix_context(r, 2, 1, COMPAT, 0), EGL_SUCCESS);
	assert_ptr_equal(fix_conn.contexts->share, fix_conn.contexts->next->share);
	fix_stream_end(r);
}

static void test_bind(void **state)
{
	struct vgpu_replay *r = fix_stream(), *other = fix_stream();

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 2, 0), EGL_BAD_CONTEXT);
	assert_null(r->ctx);
	assert_int_equal(fix_bind(r, 1, 3), EGL_BAD_SURFACE);
	assert_int_equal(fix_bind(r, 1, 0), EGL_SUCCESS);
	assert_non_null(r->ctx);
	assert_int_equal(fix_bind(other, 1, 0), EGL_BAD_ACCESS);
	/* destroyed while it is current: goes when it is released */
	replay_vgpuContextDestroy(r, &(struct args_vgpuContextDestroy){ .context = 1 });
	assert_non_null(r->ctx);
	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 0, 0), EGL_SUCCESS);
	assert_null(r->ctx);
	assert_int_equal(fix_conn.n_contexts, 1);
	fix_stream_end(r);
	fix_stream_end(other);
}

static void test_initial_state(void **state)
{
	struct vgpu_replay *r = fix_stream();
	GLint box[4];

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), 0), EGL_BAD_PARAMETER);
	assert_int_equal(fix_drawable(r, 2, VGPU_DRAW_WIDTH, 1 << 24, 0), EGL_BAD_PARAMETER);
	assert_int_equal(fix_drawable(r, 2, VGPU_DRAW_SAMPLES, 200, 0), EGL_BAD_PARAMETER);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	fix_gl->GetIntegerv(GL_VIEWPORT, box);
	assert_int_equal(box[2], W);
	assert_int_equal(box[3], H);
	fix_gl->GetIntegerv(GL_SCISSOR_BOX, box);
	assert_int_equal(box[2], W);
	assert_int_equal(box[3], H);
	assert_int_equal(fix_get(r, GL_DRAW_BUFFER), GL_BACK);
	assert_int_equal(fix_get(r, GL_READ_BUFFER), GL_BACK);
	assert_int_equal(fix_get(r, GL_DOUBLEBUFFER), 1);
	assert_int_equal(fix_get(r, GL_STEREO), 0);
	assert_int_equal(fix_get(r, GL_FRAMEBUFFER_BINDING), 0);
	assert_int_equal(fix_get(r, GL_READ_FRAMEBUFFER_BINDING), 0);
	assert_int_equal(fix_get(r, GL_ALPHA_BITS), 0);
	assert_int_equal(fix_get(r, GL_DEPTH_BITS), 24);
	assert_int_equal(fix_get(r, GL_STENCIL_BITS), 8);
	/* the host is asked for robust contexts, the guest did not ask */
	assert_int_equal(fix_get(r, GL_RESET_NOTIFICATION_STRATEGY), GL_NO_RESET_NOTIFICATION);
	assert_int_equal(fix_get(r, GL_CONTEXT_FLAGS) & GL_CONTEXT_FLAG_ROBUST_ACCESS_BIT, 0);
	assert_true(r->ctx->caps.robust);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	fix_stream_end(r);
}

/* ---- frames ------------------------------------------------------------------------------- */

struct config {
	const char *name;
	int api, profile, alpha, samples, two, srgb, no_flip, hardware, mask;
};

static void draw_and_show(const struct config *c)
{
	struct vgpu_replay *r = fix_stream();
	struct vgpu_host *host = (struct vgpu_host *)vgpu_host_get();
	bool software = host->software;
	const uint32_t *p;
	int i;

	print_message("  %s\n", c->name);
	assert_int_equal(fix_context(r, 1, 0, VGPU_CTX_API, c->api, VGPU_CTX_MAJOR,
	                             c->api == VGPU_API_GLES1   ? 1
	                             : c->api == VGPU_API_GLES2 ? 2
	                                                        : 3,
	                             VGPU_CTX_MINOR, c->profile ? 2 : 0, VGPU_CTX_PROFILE,
	                             c->profile, 0),
	                 EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_ALPHA, c->alpha,
	                              VGPU_DRAW_SAMPLES, c->samples, VGPU_DRAW_DOUBLE, c->two,
	                              VGPU_DRAW_SRGB, c->srgb, 0),
	                 EGL_SUCCESS);
	fix_pool(r, 1);
	/* play a host without GL_MESA_framebuffer_flip_y, and one whose reads take their time */
	assert_int_equal(fix_bind(r, 1, 0), EGL_SUCCESS);
	if (c->no_flip)
		r->ctx->caps.flip_y = false;
	host->software = software && !c->hardware;
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	for (i = 0; i < 5; i++) {
		draw_corners();
		fix_fill(20, 10, 4, 4, (uint32_t)i << 24 | 0xff);
		p = c->two ? fix_swap(r, 1, (uint32_t)i % FIX_SLOTS)
		           : fix_flush_front(r, 1, (uint32_t)i % FIX_SLOTS);
		check_size((uint32_t)i % FIX_SLOTS, W, H);
		check_corners(p, (uint32_t)c->mask);
		assert_int_equal(p[W * (H - 12) + 22] & 0xffffffu, i << 16);
	}
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	assert_int_equal(fix_conn.frames, 5);
	host->software = software;
	fix_stream_end(r);
}

static void test_frames(void **state)
{
	static const struct config configs[] = {
		{ "GL", VGPU_API_GL, 2, 0, 0, 1, 0, 0, 0, -1 },
		{ "GL core", VGPU_API_GL, 1, 0, 0, 1, 0, 0, 0, -1 },
		{ "GL, alpha", VGPU_API_GL, 2, 8, 0, 1, 0, 0, 0, -1 },
		{ "GL, multisampled", VGPU_API_GL, 2, 8, 4, 1, 0, 0, 0, -1 },
		{ "GL, single-buffered", VGPU_API_GL, 2, 0, 0, 0, 0, 0, 0, -1 },
		{ "GL, sRGB", VGPU_API_GL, 2, 8, 0, 1, 1, 0, 0, -1 },
		{ "GL, no flip", VGPU_API_GL, 2, 8, 0, 1, 0, 1, 0, -1 },
		{ "GL, no flip, multisampled", VGPU_API_GL, 2, 8, 4, 1, 0, 1, 0, -1 },
		{ "GL, GPU", VGPU_API_GL, 2, 8, 0, 1, 0, 0, 1, -1 },
		{ "GL, GPU without flip", VGPU_API_GL, 2, 8, 0, 1, 0, 1, 1, -1 },
		{ "GL, GPU without flip, multisampled", VGPU_API_GL, 2, 8, 4, 1, 0, 1, 1, -1 },
		{ "ES 2", VGPU_API_GLES2, 0, 8, 0, 1, 0, 0, 0, -1 },
		{ "ES 2, multisampled", VGPU_API_GLES2, 0, 8, 4, 1, 0, 0, 0, -1 },
		{ "ES 2, GPU without flip", VGPU_API_GLES2, 0, 8, 0, 1, 0, 1, 1, -1 },
		{ "ES 1", VGPU_API_GLES1, 0, 8, 0, 1, 0, 0, 0, -1 },
		{ "ES 1, single-buffered", VGPU_API_GLES1, 0, 0, 0, 0, 0, 0, 0, -1 },
	};
	size_t i;

	for (i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		draw_and_show(&configs[i]);
		assert_int_equal(fix_stop(NULL), 0);
		assert_int_equal(fix_start(NULL), 0);
	}
}

/* The front buffer is the picture that was shown, although nobody had asked for it before. */
static void test_front(void **state)
{
	struct vgpu_replay *r = fix_stream();
	uint32_t pixel;
	const uint32_t *p;

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, 0), EGL_SUCCESS);
	fix_pool(r, 1);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	draw_corners();
	fix_swap(r, 1, 0);
	fix_fill(0, 0, W, H, BLUE);
	replay_glReadBuffer(r, &(struct args_glReadBuffer){ .src = GL_FRONT });
	assert_int_equal(fix_get(r, GL_READ_BUFFER), GL_FRONT);
	fix_gl->ReadPixels(0, H - 1, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, &pixel);
	assert_int_equal(pixel, BGRA_RED);
	fix_gl->ReadPixels(W - 1, H - 1, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, &pixel);
	assert_int_equal(pixel, BGRA_GREEN);
	replay_glReadBuffer(r, &(struct args_glReadBuffer){ .src = GL_BACK });
	fix_gl->ReadPixels(0, H - 1, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, &pixel);
	assert_int_equal(pixel, BGRA_BLUE);
	/* the second swap copies */
	fix_swap(r, 1, 1);
	fix_fill(0, 0, W, H, RED);
	replay_glReadBuffer(r, &(struct args_glReadBuffer){ .src = GL_FRONT_LEFT });
	fix_gl->ReadPixels(0, H - 1, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, &pixel);
	assert_int_equal(pixel, BGRA_BLUE);
	/* drawing to the front, shown without a swap */
	replay_glDrawBuffer(r, &(struct args_glDrawBuffer){ .buf = GL_FRONT });
	fix_fill(0, 0, 10, 10, GREEN);
	p = fix_flush_front(r, 1, 2);
	assert_int_equal(p[0], BGRA_BLUE);
	assert_int_equal(p[W * (H - 1)], BGRA_GREEN);
	replay_glDrawBuffer(r, &(struct args_glDrawBuffer){ .buf = GL_FRONT_AND_BACK });
	fix_fill(0, 0, 10, 10, RED);
	p = fix_flush_front(r, 1, 0);
	assert_int_equal(p[W * (H - 1)], BGRA_RED);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	fix_stream_end(r);
}

static void test_stereo(void **state)
{
	struct vgpu_replay *r = fix_stream();
	uint32_t pixel;

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, VGPU_DRAW_STEREO, 1,
	                              0),
	                 EGL_SUCCESS);
	fix_pool(r, 1);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	assert_int_equal(fix_get(r, GL_STEREO), 1);
	fix_fill(0, 0, W, H, RED); /* GL_BACK: both eyes */
	replay_glDrawBuffer(r, &(struct args_glDrawBuffer){ .buf = GL_BACK_RIGHT });
	fix_fill(0, 0, 5, 5, GREEN);
	replay_glReadBuffer(r, &(struct args_glReadBuffer){ .src = GL_BACK_LEFT });
	fix_gl->ReadPixels(0, 0, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, &pixel);
	assert_int_equal(pixel, BGRA_RED);
	fix_swap(r, 1, 0);
	replay_glReadBuffer(r, &(struct args_glReadBuffer){ .src = GL_FRONT_RIGHT });
	fix_gl->ReadPixels(0, 0, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, &pixel);
	assert_int_equal(pixel, BGRA_GREEN);
	fix_gl->ReadPixels(20, 20, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, &pixel);
	assert_int_equal(pixel, BGRA_RED);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	fix_stream_end(r);
}

/* A swap leaves the guest's state and errors as they are, and is not misled by them. */
static void test_state_survives(void **state)
{
	struct vgpu_replay *r = fix_stream();
	GLuint guest = 70;
	const uint32_t *p;
	GLfloat scale;
	GLint value;

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, VGPU_DRAW_SAMPLES, 4,
	                              0),
	                 EGL_SUCCESS);
	fix_pool(r, 1);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	draw_corners();
	fix_gl->PixelStorei(GL_PACK_ROW_LENGTH, 7);
	fix_gl->PixelStorei(GL_PACK_SKIP_ROWS, 3);
	fix_gl->PixelStorei(GL_PACK_SWAP_BYTES, 1);
	fix_gl->PixelTransferf(GL_RED_SCALE, 0.25f);
	fix_gl->PixelTransferf(GL_GREEN_BIAS, 0.5f);
	fix_gl->Enable(GL_SCISSOR_TEST);
	fix_gl->Scissor(3, 3, 1, 1);
	vgpu_replay_gen_names(r, VGPU_NAME_BUFFER, 1, &guest, fix_gl->GenBuffers);
	fix_gl->BindBuffer(GL_PIXEL_PACK_BUFFER, vgpu_host_name(r, VGPU_NAME_BUFFER, guest));
	vgpu_replay_gen_names(r, VGPU_NAME_FRAMEBUFFER, 1, &guest, fix_gl->GenFramebuffers);
	replay_glBindFramebuffer(
		r, &(struct args_glBindFramebuffer){ .target = GL_FRAMEBUFFER, .framebuffer = guest });
	fix_gl->Enable(0x1234); /* an error of the guest's */
	p = fix_swap(r, 1, 0);
	check_corners(p, 0xffffffffu);
	assert_int_equal(fix_error(r), GL_INVALID_ENUM);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	fix_gl->GetIntegerv(GL_PACK_ROW_LENGTH, &value);
	assert_int_equal(value, 7);
	fix_gl->GetIntegerv(GL_PACK_SKIP_ROWS, &value);
	assert_int_equal(value, 3);
	fix_gl->GetIntegerv(GL_PACK_SWAP_BYTES, &value);
	assert_int_equal(value, 1);
	fix_gl->GetFloatv(GL_RED_SCALE, &scale);
	assert_true(scale == 0.25f);
	assert_int_equal(fix_gl->IsEnabled(GL_SCISSOR_TEST), 1);
	assert_int_equal(fix_get(r, GL_PIXEL_PACK_BUFFER_BINDING), (int)guest);
	assert_int_equal(fix_get(r, GL_FRAMEBUFFER_BINDING), (int)guest);
	fix_stream_end(r);
}

static void test_resize(void **state)
{
	struct vgpu_replay *r = fix_stream();
	const uint32_t *p;
	GLint box[4];

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, VGPU_DRAW_ALPHA, 8,
	                              0),
	                 EGL_SUCCESS);
	fix_pool(r, 1);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	fix_fill(0, 0, W, H, RED);
	replay_vgpuDrawableResize(r, &(struct args_vgpuDrawableResize){ 1, 64, 50 });
	p = fix_swap(r, 1, 0);
	check_size(0, 64, 50);
	for (int i = 0; i < 64 * 50; i++)
		assert_int_equal(p[i], 0); /* nothing of before */
	fix_gl->GetIntegerv(GL_VIEWPORT, box);
	assert_int_equal(box[2], W); /* the program's to change */
	fix_fill(60, 48, 4, 2, GREEN);
	p = fix_swap(r, 1, 1);
	assert_int_equal(p[63], BGRA_GREEN);
	/* nothing at all is a pixel */
	replay_vgpuDrawableResize(r, &(struct args_vgpuDrawableResize){ 1, 0, 0 });
	fix_fill(0, 0, 1, 1, BLUE);
	p = fix_swap(r, 1, 2);
	check_size(2, 1, 1);
	assert_int_equal(p[0], BGRA_BLUE);
	/* more than a slot holds: the guest gets its slot back without a picture */
	replay_vgpuDrawableResize(r, &(struct args_vgpuDrawableResize){ 1, 1024, 512 });
	fix_swap(r, 1, 0);
	check_size(0, 0, 0);
	assert_int_equal(replay_vgpuDrawableResize(r, &(struct args_vgpuDrawableResize){ 1, -1, 5 }),
	                 -EPROTO);
	assert_int_equal(
		replay_vgpuDrawableResize(r, &(struct args_vgpuDrawableResize){ 1, 1 << 20, 5 }),
		-EPROTO);
	fix_stream_end(r);
}

static void test_hostile_pool(void **state)
{
	struct vgpu_replay *r = fix_stream();
	struct args_vgpuDrawablePool a = { .drawable = 1, .pool = 1, .slots = 3 };

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	a.slotBytes = FIX_POOL_BYTES / 3; /* the header page does not fit */
	assert_int_equal(replay_vgpuDrawablePool(r, &a), -EPROTO);
	a.slotBytes = 0x80000000u;
	assert_int_equal(replay_vgpuDrawablePool(r, &a), -EPROTO);
	a.slotBytes = 4096;
	a.slots = VGPU_POOL_MAX_SLOTS + 1;
	assert_int_equal(replay_vgpuDrawablePool(r, &a), -EPROTO);
	a.slots = 0;
	assert_int_equal(replay_vgpuDrawablePool(r, &a), -EPROTO);
	fix_pool(r, 1);
	assert_int_equal(replay_vgpuSwap(r, &(struct args_vgpuSwap){ 1, 200, 1 }), -EPROTO);
	/* a slot of a pool that is gone, a drawable that is gone: not the stream's fault */
	assert_int_equal(replay_vgpuSwap(r, &(struct args_vgpuSwap){ 1, FIX_SLOTS, 1 }), 0);
	assert_int_equal(replay_vgpuSwap(r, &(struct args_vgpuSwap){ 44, 0, 1 }), 0);
	fix_swap(r, 1, VGPU_SLOT_NONE);
	replay_vgpuDrawableDestroy(r, &(struct args_vgpuDrawableDestroy){ 1 });
	assert_int_equal(fix_conn.n_drawables, 0);
	assert_int_equal(fix_bind(r, 1, 0), EGL_SUCCESS);
	fix_stream_end(r);
}

/* ---- share groups ---------------------------------------------------------------------------- */

static void test_other_group(void **state)
{
	struct vgpu_replay *r = fix_stream(), *idle = fix_stream();
	const uint32_t *p;
	GLfloat depth;

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_context(r, 2, 0, VGPU_CTX_API, VGPU_API_GLES2, VGPU_CTX_MAJOR, 2, 0),
	                 EGL_SUCCESS);
	assert_int_equal(fix_context(r, 3, 0, CORE, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, VGPU_DRAW_ALPHA, 8,
	                              0),
	                 EGL_SUCCESS);
	fix_pool(r, 1);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	draw_corners();
	fix_gl->ClearDepth(0.25);
	fix_gl->Clear(GL_DEPTH_BUFFER_BIT);
	/* no context here, and one of another group: the picture is there all the same */
	check_corners(fix_swap(idle, 1, 0), 0xffffffffu);
	assert_int_equal(fix_bind(r, 2, 1), EGL_SUCCESS);
	check_corners(fix_swap(r, 1, 1), 0xffffffffu);
	fix_fill(0, 0, 3, 3, RED);
	assert_int_equal(fix_bind(r, 3, 1), EGL_SUCCESS);
	p = fix_swap(r, 1, 2);
	assert_int_equal(p[W * (H - 1)], BGRA_RED);
	assert_int_equal(p[W * (H - 1) + 4], BGRA_BLUE);
	fix_gl->ReadPixels(5, 5, 1, 1, GL_DEPTH_COMPONENT, GL_FLOAT, &depth);
	assert_true(depth > 0.249f && depth < 0.251f);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	/* the first context goes, then the window is bound again */
	replay_vgpuContextDestroy(r, &(struct args_vgpuContextDestroy){ .context = 1 });
	replay_vgpuContextDestroy(r, &(struct args_vgpuContextDestroy){ .context = 2 });
	assert_int_equal(fix_bind(r, 0, 0), EGL_SUCCESS);
	assert_int_equal(fix_context(r, 4, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 4, 1), EGL_SUCCESS);
	p = fix_swap(r, 1, 0);
	assert_int_equal(p[W * (H - 1)], BGRA_RED);
	assert_int_equal(p[0], BGRA_RED);
	assert_int_equal(p[W - 1], BGRA_GREEN);
	fix_stream_end(r);
	fix_stream_end(idle);
}

/* ---- framebuffer 0 ----------------------------------------------------------------------------- */

static GLint attachment(struct vgpu_replay *r, GLenum which, GLenum pname)
{
	struct args_glGetFramebufferAttachmentParameteriv a = {
		.target = GL_FRAMEBUFFER, .attachment = which, .pname = pname, .params_bytes = 16
	};
	GLint value = -1;
	uint64_t bytes;
	const void *data;

	assert_int_equal(replay_glGetFramebufferAttachmentParameteriv(r, &a), 0);
	data = fix_blob(0, false, &bytes);
	if (bytes >= 4)
		memcpy(&value, data, 4);
	return value;
}

static GLenum status(struct vgpu_replay *r)
{
	replay_glCheckFramebufferStatus(
		r, &(struct args_glCheckFramebufferStatus){ .target = GL_FRAMEBUFFER });
	return (GLenum)fix_value();
}

static void test_default_framebuffer(void **state)
{
	struct vgpu_replay *r = fix_stream();
	const GLuint fbo = 5, rb = 6;
	GLenum two[2] = { GL_BACK_LEFT, GL_FRONT };

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 1, 0), EGL_SUCCESS);
	assert_int_equal(status(r), GL_FRAMEBUFFER_UNDEFINED);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	assert_int_equal(status(r), GL_FRAMEBUFFER_COMPLETE);
	assert_int_equal(attachment(r, GL_BACK_LEFT, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE),
	                 GL_FRAMEBUFFER_DEFAULT);
	assert_int_equal(attachment(r, GL_FRONT_LEFT, GL_FRAMEBUFFER_ATTACHMENT_RED_SIZE), 8);
	assert_int_equal(attachment(r, GL_DEPTH, GL_FRAMEBUFFER_ATTACHMENT_DEPTH_SIZE), 24);
	assert_int_equal(attachment(r, GL_BACK_RIGHT, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE),
	                 GL_NONE);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	attachment(r, GL_COLOR_ATTACHMENT0, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE);
	assert_int_equal(fix_error(r), GL_INVALID_ENUM);

	/* what an FBO takes and a window does not, and the other way round */
	replay_glDrawBuffer(r, &(struct args_glDrawBuffer){ .buf = GL_COLOR_ATTACHMENT0 });
	assert_int_equal(fix_error(r), GL_INVALID_OPERATION);
	replay_glDrawBuffer(r, &(struct args_glDrawBuffer){ .buf = 0x1234 });
	assert_int_equal(fix_error(r), GL_INVALID_ENUM);
	replay_glDrawBuffer(r, &(struct args_glDrawBuffer){ .buf = GL_BACK_RIGHT });
	assert_int_equal(fix_error(r), GL_INVALID_OPERATION);
	replay_glDrawBuffers(r, &(struct args_glDrawBuffers){ 2, two, sizeof(two) });
	assert_int_equal(fix_error(r), GL_INVALID_ENUM);
	two[1] = GL_BACK_LEFT;
	replay_glDrawBuffers(r, &(struct args_glDrawBuffers){ 2, two, sizeof(two) });
	assert_int_equal(fix_error(r), GL_INVALID_OPERATION);
	two[1] = GL_FRONT_LEFT;
	replay_glDrawBuffers(r, &(struct args_glDrawBuffers){ 2, two, sizeof(two) });
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	assert_int_equal(fix_get(r, GL_DRAW_BUFFER1), GL_FRONT_LEFT);
	replay_glDrawBuffer(r, &(struct args_glDrawBuffer){ .buf = GL_NONE });
	assert_int_equal(fix_get(r, GL_DRAW_BUFFER), GL_NONE);

	/* the attribute stack holds the choice, and the host's idea of it stays out */
	replay_glDrawBuffer(r, &(struct args_glDrawBuffer){ .buf = GL_BACK });
	replay_glPushAttrib(r, &(struct args_glPushAttrib){ .mask = GL_ALL_ATTRIB_BITS });
	replay_glDrawBuffer(r, &(struct args_glDrawBuffer){ .buf = GL_FRONT });
	replay_glPopAttrib(r, &(struct args_glPopAttrib){ 0 });
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	assert_int_equal(fix_get(r, GL_DRAW_BUFFER), GL_BACK);
	fix_fill(0, 0, 4, 4, GREEN);
	fix_pool(r, 1);
	assert_int_equal(fix_swap(r, 1, 0)[W * (H - 1)], BGRA_GREEN);
	replay_glPopAttrib(r, &(struct args_glPopAttrib){ 0 });
	assert_int_equal(fix_error(r), GL_STACK_UNDERFLOW);

	/* the guest's own framebuffer, deleted while it is bound */
	vgpu_replay_gen_names(r, VGPU_NAME_FRAMEBUFFER, 1, &fbo, fix_gl->GenFramebuffers);
	vgpu_replay_gen_names(r, VGPU_NAME_RENDERBUFFER, 1, &rb, fix_gl->GenRenderbuffers);
	replay_glBindFramebuffer(r, &(struct args_glBindFramebuffer){ GL_FRAMEBUFFER, fbo });
	fix_gl->BindRenderbuffer(GL_RENDERBUFFER, vgpu_host_name(r, VGPU_NAME_RENDERBUFFER, rb));
	fix_gl->RenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, 8, 8);
	fix_gl->FramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER,
	                                vgpu_host_name(r, VGPU_NAME_RENDERBUFFER, rb));
	assert_int_equal(attachment(r, GL_COLOR_ATTACHMENT0, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_NAME),
	                 (int)rb);
	assert_int_equal(fix_get(r, GL_RENDERBUFFER_BINDING), (int)rb);
	assert_int_equal(fix_get(r, GL_DRAW_BUFFER), GL_COLOR_ATTACHMENT0);
	assert_int_equal(fix_get(r, GL_DRAW_FRAMEBUFFER_BINDING), (int)fbo);
	replay_glDeleteFramebuffers(r, &(struct args_glDeleteFramebuffers){ 1, &fbo, 4 });
	assert_int_equal(fix_get(r, GL_DRAW_FRAMEBUFFER_BINDING), 0);
	fix_fill(0, 0, 4, 4, BLUE);
	assert_int_equal(fix_swap(r, 1, 0)[W * (H - 1)], BGRA_BLUE);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	fix_stream_end(r);
}

static void test_multisample_read(void **state)
{
	struct vgpu_replay *r = fix_stream();
	uint32_t pixel = 0;

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, VGPU_DRAW_SAMPLES, 4,
	                              0),
	                 EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	assert_int_equal(fix_get(r, GL_SAMPLES), 4);
	draw_corners();
	vgpu_wfbo_read_begin(r, GL_COLOR_BUFFER_BIT);
	fix_gl->ReadPixels(0, H - 1, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, &pixel);
	vgpu_wfbo_read_end(r);
	assert_int_equal(pixel, BGRA_RED);
	if (fix_gl->CopyTextureImage2DEXT) {
		const struct args_glCopyTextureImage2DEXT image = {
			.texture = 9, .target = GL_TEXTURE_2D, .internalformat = GL_RGBA8,
			.width = W, .height = H,
		};
		const struct args_glCopyMultiTexSubImage2DEXT part = {
			.texunit = GL_TEXTURE0, .target = GL_TEXTURE_2D, .y = H - 1, .width = 1,
			.height = 1,
		};
		static uint32_t texels[W * H];

		replay_glCopyTextureImage2DEXT(r, &image);
		fix_gl->BindTexture(GL_TEXTURE_2D, vgpu_host_name(r, VGPU_NAME_TEXTURE, 9));
		fix_gl->GetTexImage(GL_TEXTURE_2D, 0, GL_BGRA, GL_UNSIGNED_BYTE, texels);
		assert_int_equal(texels[W * (H - 1)], BGRA_RED);
		assert_int_not_equal(texels[0], BGRA_RED);
		replay_glCopyMultiTexSubImage2DEXT(r, &part);
		fix_gl->GetTexImage(GL_TEXTURE_2D, 0, GL_BGRA, GL_UNSIGNED_BYTE, texels);
		assert_int_equal(texels[0], BGRA_RED);
	}
	assert_int_equal(fix_get(r, GL_READ_FRAMEBUFFER_BINDING), 0);
	assert_int_equal(fix_get(r, GL_SAMPLES), 4);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	fix_stream_end(r);
}

/* What an accumulation buffer does, and where. In an sRGB window, so that every driver decodes. */
static void test_accumulation(void **state)
{
	struct vgpu_replay *r = fix_stream();
	const struct args_glClear clear = { .mask = GL_ACCUM_BUFFER_BIT | GL_COLOR_BUFFER_BIT };
	uint8_t low[4], high[4];

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 1, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, VGPU_DRAW_ALPHA, 8,
	                              VGPU_DRAW_ACCUM, 16, VGPU_DRAW_SRGB, 1, 0),
	                 EGL_SUCCESS);
	assert_int_equal(fix_drawable(r, 2, WINDOW(W, H), VGPU_DRAW_DOUBLE, 1, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 1, 2), EGL_SUCCESS);
	replay_glAccum(r, &(struct args_glAccum){ .op = GL_LOAD, .value = 1 });
	assert_int_equal(fix_error(r), GL_INVALID_OPERATION); /* no such buffer */
	assert_int_equal(fix_bind(r, 1, 1), EGL_SUCCESS);
	replay_glAccum(r, &(struct args_glAccum){ .op = GL_RGBA, .value = 1 });
	assert_int_equal(fix_error(r), GL_INVALID_ENUM);
	fix_gl->ClearColor(0.4f, 0.2f, 1, 1);
	fix_gl->ClearAccum(0.1f, 0, -1, 0);
	replay_glClear(r, &clear);
	/* acc = 0.1 0 -1 0 + 0.5 * (0.133 0.033 1 1), which 0.4 0.2 1 1 mean; then all * 0.5 in the upper half; + 0.125 */
	replay_glAccum(r, &(struct args_glAccum){ .op = GL_ACCUM, .value = 0.5f });
	fix_gl->Enable(GL_SCISSOR_TEST);
	fix_gl->Scissor(0, H / 2, W, H);
	replay_glAccum(r, &(struct args_glAccum){ .op = GL_MULT, .value = 0.5f });
	fix_gl->Disable(GL_SCISSOR_TEST);
	replay_glAccum(r, &(struct args_glAccum){ .op = GL_ADD, .value = 0.125f });
	fix_gl->ColorMask(1, 1, 1, 0);
	replay_glAccum(r, &(struct args_glAccum){ .op = GL_RETURN, .value = 2 });
	fix_gl->ReadPixels(1, 1, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, low);
	fix_gl->ReadPixels(1, H - 2, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, high);
	assert_in_range(low[0], 200, 202); /* the code of 2 * (0.166 + 0.125) */
	assert_in_range(low[1], 144, 146); /* 2 * (0.017 + 0.125) */
	assert_int_equal(low[2], 0);
	assert_int_equal(low[3], 255);
	assert_in_range(high[0], 172, 174); /* 2 * (0.083 + 0.125) */
	assert_in_range(high[1], 140, 142); /* 2 * (0.008 + 0.125) */
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	fix_stream_end(r);
}

/* All of a linked program in one answer; nothing of what is none, and no more than is asked for. */
static void test_program_info(void **state)
{
	static const char *const vs = "attribute vec4 at; uniform float n[3]; void main() {\n"
	                              "gl_Position = at * n[1]; }";
	struct vgpu_replay *r = fix_stream();
	const struct args_vgpuProgramInfo whole = { .program = 7, .bufSize = 4096, .info_bytes = 4096 };
	const struct args_vgpuProgramInfo small = { .program = 7, .bufSize = 20, .info_bytes = 20 };
	const struct args_vgpuProgramInfo huge = { .program = 7, .info_bytes = VGPU_MAX_PROGRAM_INFO + 1 };
	const struct args_vgpuProgramInfo shader = { .program = 8, .bufSize = 64, .info_bytes = 64 };
	const struct args_vgpuProgramInfo unknown = { .program = 99, .bufSize = 64, .info_bytes = 64 };
	struct vgpu_program_info info;
	struct vgpu_program_variable v;
	const uint8_t *data;
	uint64_t bytes;
	GLuint program, object;

	replay_vgpuProgramInfo(r, &whole); /* no context */
	assert_int_equal(fix_value(), 0);
	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 1, 0), EGL_SUCCESS);
	vgpu_replay_add_name(r, VGPU_NAME_PROGRAM, 7, fix_gl->CreateProgram());
	vgpu_replay_add_name(r, VGPU_NAME_PROGRAM, 8, fix_gl->CreateShader(GL_VERTEX_SHADER));
	replay_vgpuProgramInfo(r, &whole); /* not linked */
	assert_int_equal(fix_value(), 0);
	program = vgpu_host_name(r, VGPU_NAME_PROGRAM, 7);
	object = vgpu_host_name(r, VGPU_NAME_PROGRAM, 8);
	fix_gl->ShaderSource(object, 1, &vs, NULL);
	fix_gl->CompileShader(object);
	fix_gl->AttachShader(program, object);
	fix_gl->LinkProgram(program);
	replay_vgpuProgramInfo(r, &whole);
	bytes = fix_value();
	data = fix_blob(0, true, &bytes);
	assert_int_equal(bytes, fix_value());
	memcpy(&info, data, sizeof(info));
	assert_int_equal(info.uniforms, 1);
	assert_int_equal(info.attribs, 1);
	memcpy(&v, data + sizeof(info), sizeof(v));
	assert_int_equal(v.location, fix_gl->GetUniformLocation(program, "n"));
	assert_int_equal(v.type, GL_FLOAT);
	assert_string_equal((const char *)data + sizeof(info) + sizeof(v), "n[0]");
	replay_vgpuProgramInfo(r, &small); /* says how much there is, and nothing of it */
	assert_true(fix_value() > 20);
	fix_blob(0, true, &bytes);
	assert_int_equal(bytes, 0);
	assert_int_equal(replay_vgpuProgramInfo(r, &huge), -EPROTO);
	replay_vgpuProgramInfo(r, &shader);
	assert_int_equal(fix_value(), 0);
	replay_vgpuProgramInfo(r, &unknown);
	assert_int_equal(fix_value(), 0);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	fix_stream_end(r);
}

/* ---- names ---------------------------------------------------------------------------------------- */

static void test_names_on_host(void **state)
{
	struct vgpu_replay *r = fix_stream();
	const GLuint names[3] = { 10, 4000000000u, 12 }, zero = 0;
	GLuint host;

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_context(r, 2, 1, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_context(r, 3, 0, CORE, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 1, 0), EGL_SUCCESS);
	assert_int_equal(vgpu_replay_gen_names(r, VGPU_NAME_TEXTURE, 3, names, fix_gl->GenTextures),
	                 0);
	assert_int_equal(vgpu_replay_gen_names(r, VGPU_NAME_TEXTURE, 1, &zero, fix_gl->GenTextures),
	                 -EPROTO);
	assert_int_equal(vgpu_replay_gen_names(r, VGPU_NAME_TEXTURE, 1 << 30, names,
	                                       fix_gl->GenTextures),
	                 -EPROTO);
	vgpu_replay_gen_names(r, VGPU_NAME_TEXTURE, -1, names, fix_gl->GenTextures);
	assert_int_equal(fix_error(r), GL_INVALID_VALUE);
	host = vgpu_host_name(r, VGPU_NAME_TEXTURE, 4000000000u);
	assert_int_not_equal(host, VGPU_UNKNOWN_NAME);
	fix_gl->BindTexture(GL_TEXTURE_2D, host);
	assert_int_equal((GLuint)fix_get(r, GL_TEXTURE_BINDING_2D), 4000000000u);
	/* compatibility makes objects of names it has never seen */
	host = vgpu_host_name_bind(r, VGPU_NAME_TEXTURE, 99, GL_TEXTURE_2D);
	assert_int_not_equal(host, VGPU_UNKNOWN_NAME);
	fix_gl->BindTexture(GL_TEXTURE_2D, host);
	assert_int_equal(fix_get(r, GL_TEXTURE_BINDING_2D), 99);
	/* shared with 2, deleted there, still bound here */
	assert_int_equal(fix_bind(r, 2, 0), EGL_SUCCESS);
	assert_int_equal(vgpu_host_name(r, VGPU_NAME_TEXTURE, 99), host);
	vgpu_replay_delete_names(r, VGPU_NAME_TEXTURE, 1, &(GLuint){ 99 }, fix_gl->DeleteTextures);
	assert_int_equal(vgpu_host_name(r, VGPU_NAME_TEXTURE, 99), VGPU_UNKNOWN_NAME);
	assert_int_equal(fix_bind(r, 1, 0), EGL_SUCCESS);
	assert_int_equal(fix_get(r, GL_TEXTURE_BINDING_2D), 99);
	/* another group knows nothing, and core makes nothing */
	assert_int_equal(fix_bind(r, 3, 0), EGL_SUCCESS);
	assert_int_equal(vgpu_host_name(r, VGPU_NAME_TEXTURE, 10), VGPU_UNKNOWN_NAME);
	assert_int_equal(vgpu_host_name_bind(r, VGPU_NAME_TEXTURE, 10, GL_TEXTURE_2D),
	                 VGPU_UNKNOWN_NAME);
	fix_gl->BindTexture(GL_TEXTURE_2D, VGPU_UNKNOWN_NAME);
	assert_int_equal(fix_error(r), GL_INVALID_OPERATION);
	fix_stream_end(r);
}

/* ---- sync ------------------------------------------------------------------------------------------ */

static void *waiting_stream(void *data)
{
	struct vgpu_replay *r = fix_stream();

	assert_int_equal(fix_bind(r, 2, 0), EGL_SUCCESS);
	replay_glClientWaitSync(r, &(struct args_glClientWaitSync){ 0x1000000007ull, 0, ~0ull });
	*(uint64_t *)data = fix_value();
	replay_glDeleteSync(r, &(struct args_glDeleteSync){ 0x1000000007ull });
	fix_stream_end(r);
	return NULL;
}

/* The wait comes first, by another stream. */
static void test_sync(void **state)
{
	struct vgpu_replay *r = fix_stream();
	const struct timespec pause = { .tv_nsec = 50000000 };
	uint64_t answer = 0;
	pthread_t thread;

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_context(r, 2, 1, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 1, 0), EGL_SUCCESS);
	assert_int_equal(pthread_create(&thread, NULL, waiting_stream, &answer), 0);
	nanosleep(&pause, NULL);
	replay_glFenceSync(r, &(struct args_glFenceSync){ GL_SYNC_GPU_COMMANDS_COMPLETE, 0,
	                                                  0x1000000007ull });
	replay_glFlush(r, &(struct args_glFlush){ 0 });
	pthread_join(thread, NULL);
	assert_true(answer == GL_ALREADY_SIGNALED || answer == GL_CONDITION_SATISFIED);
	replay_glIsSync(r, &(struct args_glIsSync){ 0x1000000007ull });
	assert_int_equal(fix_value(), 0);
	/* an invalid condition makes nothing */
	replay_glFenceSync(r, &(struct args_glFenceSync){ 0, 0, 8 });
	assert_int_equal(fix_error(r), GL_INVALID_ENUM);
	replay_glIsSync(r, &(struct args_glIsSync){ 8 });
	assert_int_equal(fix_value(), 0);
	assert_int_equal(replay_glFenceSync(
				 r, &(struct args_glFenceSync){ GL_SYNC_GPU_COMMANDS_COMPLETE, 0, 0 }),
	                 -EPROTO);
	replay_glFenceSync(r, &(struct args_glFenceSync){ GL_SYNC_GPU_COMMANDS_COMPLETE, 0, 8 });
	replay_glGetSynciv(r, &(struct args_glGetSynciv){ 8, GL_OBJECT_TYPE, 1, 4, 4 });
	assert_int_equal(*(const GLint *)fix_blob(1, false, NULL), GL_SYNC_FENCE);
	fix_stream_end(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fix_start, fix_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_context_attribs), TEST(test_bind),
		TEST(test_initial_state),   TEST(test_frames),
		TEST(test_front),           TEST(test_stereo),
		TEST(test_state_survives),  TEST(test_resize),
		TEST(test_hostile_pool),    TEST(test_other_group),
		TEST(test_default_framebuffer), TEST(test_multisample_read),
		TEST(test_accumulation), TEST(test_program_info),
		TEST(test_names_on_host),   TEST(test_sync),
	};

	return cmocka_run_group_tests(tests, fix_open, fix_close);
}
