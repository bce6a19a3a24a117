/* SPDX-License-Identifier: MIT */
/*
 * The accumulation buffer of framebuffer 0. Framebuffer objects have none, so
 * it is kept here, in memory, as Mesa's own drivers keep it: sixteen bits a
 * component, signed. Rows lie as in the drawable's storage. It is not drawn to
 * from display lists.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/fbo.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/image.h"
#include "backend/worker/srgb.h"
#include "decode.h"
#include "host_gl.h"

#define ONE 32767.0f

/* What an operation works on: columns x to x2, rows y to y2 of the storage. */
struct region {
	struct vgpu_wdrawable *d;
	struct vgpu_wstorage *st;
	uint32_t x, y, x2, y2;
};

static bool compiling(struct vgpu_replay *r)
{
	GLint mode = 0;

	r->gl->GetIntegerv(GL_LIST_MODE, &mode);
	return mode == GL_COMPILE;
}

static bool has_accum(struct vgpu_replay *r)
{
	const struct vgpu_wcontext *ctx = r->ctx;

	return ctx->caps.compat && ctx->draw && ctx->draw == ctx->read && !ctx->draw_fbo &&
	       !ctx->read_fbo && ctx->draw_fb && ctx->draw->format.accum && !compiling(r);
}

static uint32_t clamp(int64_t value, uint32_t most)
{
	return value < 0 ? 0 : value > most ? most : (uint32_t)value;
}

/* The scissor box, or all. drawable->lock is held. False: no memory. */
static bool begin(struct vgpu_replay *r, struct region *g)
{
	struct vgpu_wdrawable *d = r->ctx->draw;
	GLint box[4] = { 0 };
	uint64_t bytes;

	g->d = d;
	g->st = vgpu_wstorage_get(r, d);
	if (!g->st)
		return false;
	if (!d->accum || d->accum_width != g->st->width || d->accum_height != g->st->height) {
		bytes = (uint64_t)g->st->width * g->st->height * 4 * sizeof(*d->accum);
		free(d->accum);
		d->accum = calloc(1, bytes);
		d->accum_width = g->st->width;
		d->accum_height = g->st->height;
	}
	if (!d->accum)
		return false;
	g->x = g->y = 0;
	g->x2 = g->st->width;
	g->y2 = g->st->height;
	if (!r->gl->IsEnabled(GL_SCISSOR_TEST))
		return true;
	r->gl->GetIntegerv(GL_SCISSOR_BOX, box);
	g->x = clamp(box[0], g->st->width);
	g->x2 = clamp((int64_t)box[0] + box[2], g->st->width);
	g->y = clamp(box[1], g->st->height);
	g->y2 = clamp((int64_t)box[1] + box[3], g->st->height);
	if (g->st->top_first) {
		uint32_t low = g->y;

		g->y = g->st->height - g->y2;
		g->y2 = g->st->height - low;
	}
	return true;
}

/* As a conversion by the processor: what does not fit keeps its lower bits. */
static int16_t to_short(float f)
{
	if (!(f > -2147483648.0f && f < 2147483648.0f))
		return 0;
	return (int16_t)(uint16_t)(uint32_t)(int32_t)f;
}

/* Colours of an image, as they lie in memory. */
struct colors {
	void *pixels;
	uint32_t bytes; /* of a pixel */
	bool srgb;      /* red, green and blue are encoded; the accumulation buffer is linear */
};

static float component(const struct colors *c, size_t i)
{
	const void *pixels = c->pixels;

	switch (c->bytes) {
	case 4:
		if (c->srgb && i % 4 < 3)
			return vgpu_srgb_decode(((const uint8_t *)pixels)[i]);
		return (float)((const uint8_t *)pixels)[i] * (1.0f / 255.0f);
	case 8:
		return (float)((const uint16_t *)pixels)[i] * (1.0f / 65535.0f);
	default:
		return ((const float *)pixels)[i];
	}
}

static uint32_t nearest(float f)
{
	uint32_t n = (uint32_t)f;
	float rest = f - (float)n;

	return rest > 0.5f || (rest == 0.5f && (n & 1)) ? n + 1 : n;
}

static void set_component(const struct colors *c, size_t i, float f)
{
	float unit = f > 0 ? f < 1 ? f : 1 : 0;
	void *pixels = c->pixels;

	if (c->srgb && i % 4 < 3)
		((uint8_t *)pixels)[i] = vgpu_srgb_encode(f);
	else if (c->bytes == 4)
		((uint8_t *)pixels)[i] = (uint8_t)nearest(unit * 255.0f);
	else if (c->bytes == 8)
		((uint16_t *)pixels)[i] = (uint16_t)nearest(unit * 65535.0f);
	else
		((float *)pixels)[i] = f;
}

/* ---- operations ----------------------------------------------------------------------- */

static void change(const struct region *g, float factor, float offset)
{
	for (uint32_t y = g->y; y < g->y2; y++) {
		int16_t *acc = g->d->accum + ((size_t)y * g->st->width + g->x) * 4;

		for (uint32_t i = 0; i < (g->x2 - g->x) * 4; i++)
			acc[i] = factor == 1 ? (int16_t)(acc[i] + to_short(offset * ONE))
			                     : to_short((float)acc[i] * factor);
	}
}

static void load(const struct region *g, const struct colors *c, float value, bool add)
{
	float scale = value * ONE;

	for (uint32_t y = g->y; y < g->y2; y++) {
		size_t at = ((size_t)y * g->st->width + g->x) * 4;
		int16_t *acc = g->d->accum + at;

		for (uint32_t i = 0; i < (g->x2 - g->x) * 4; i++) {
			float color = component(c, at + i) * scale;

			acc[i] = to_short(add ? (float)acc[i] + color : color);
		}
	}
}

static void unload(const struct region *g, const struct colors *c, float value,
                   const GLboolean mask[4])
{
	float scale = value / ONE;

	for (uint32_t y = g->y; y < g->y2; y++) {
		size_t at = ((size_t)y * g->st->width + g->x) * 4;
		const int16_t *acc = g->d->accum + at;

		for (uint32_t i = 0; i < (g->x2 - g->x) * 4; i++)
			if (mask[i % 4])
				set_component(c, at + i, (float)acc[i] * scale);
	}
}

/* Bits of the images that are drawn to, or of the one that is read. */
static int images(const struct vgpu_wcontext *ctx, bool read)
{
	int bits = 0, one;

	if (read) {
		bits = vgpu_wfbo_buffer_attachments(ctx->draw, false, ctx->buffers.read);
		return bits > 0 ? bits & -bits : 0;
	}
	for (GLsizei i = 0; i < ctx->buffers.n_draw; i++) {
		one = vgpu_wfbo_buffer_attachments(ctx->draw, false, ctx->buffers.draw[i]);
		bits |= one > 0 ? one : 0;
	}
	return bits;
}

/*
 * Mesa keeps every window of eight bits a component in an sRGB format, whatever its config says
 * and whether GL_FRAMEBUFFER_SRGB is on, and accumulates what the codes mean.
 */
static bool encoded(const struct vgpu_gl *gl, GLenum format)
{
	const char *version = (const char *)gl->GetString(GL_VERSION);

	return format == GL_SRGB8_ALPHA8 || ((format == GL_RGBA8 || format == GL_RGB8) && version &&
	                                     strstr(version, "Mesa"));
}

/* Colours come from an image or go to one: whole, through the service context. */
static void with_images(struct vgpu_replay *r, const struct region *g, GLenum op, GLfloat value)
{
	struct vgpu_wservice s = { .gl = vgpu_host_get()->gl, .caps = &g->st->share->service_caps };
	bool back = op == GL_RETURN;
	int bits = images(r->ctx, !back);
	GLboolean mask[4] = { 1, 1, 1, 1 };

	r->gl->GetBooleanv(GL_COLOR_WRITEMASK, mask);
	if (vgpu_wservice_enter(r, g->st->share))
		return;
	for (int i = 0; i < VGPU_WBUF_COUNT; i++) {
		const struct vgpu_wimage *image = &g->st->color[i];
		struct colors c = { .bytes = vgpu_wimage_pixel_bytes(image->format) };

		if (!(bits >> i & 1) || !image->name)
			continue;
		c.srgb = encoded(s.gl, image->format);
		c.pixels = vgpu_wimage_get(&s, image, g->st->width, g->st->height,
		                         g->d->format.samples);
		if (c.pixels && back) {
			unload(g, &c, value, mask);
			vgpu_wimage_put(&s, image, g->st->width, g->st->height, c.pixels, false, false);
		} else if (c.pixels) {
			load(g, &c, value, op == GL_ACCUM);
		}
		free(c.pixels);
	}
	vgpu_wservice_leave(r, g->st->share);
}

int replay_glAccum(struct vgpu_replay *r, const struct args_glAccum *a)
{
	struct region g;

	if (!r->gl->Accum)
		return 0;
	if (!has_accum(r) || (a->op != GL_ACCUM && a->op != GL_LOAD && a->op != GL_ADD &&
	                      a->op != GL_MULT && a->op != GL_RETURN)) {
		r->gl->Accum(a->op, a->value); /* for the error */
		return 0;
	}
	vgpu_wfbo_check(r);
	pthread_mutex_lock(&r->ctx->draw->lock);
	if (!begin(r, &g))
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
	else if (a->op == GL_MULT)
		change(&g, a->value, 0);
	else if (a->op == GL_ADD)
		change(&g, 1, a->value);
	else
		with_images(r, &g, a->op, a->value);
	pthread_mutex_unlock(&r->ctx->draw->lock);
	return 0;
}

static void clear(struct vgpu_replay *r)
{
	GLfloat value[4] = { 0 };
	int16_t pixel[4];
	struct region g;

	r->gl->GetFloatv(GL_ACCUM_CLEAR_VALUE, value);
	for (int i = 0; i < 4; i++)
		pixel[i] = to_short(value[i] * ONE);
	pthread_mutex_lock(&r->ctx->draw->lock);
	if (begin(r, &g)) {
		for (uint32_t y = g.y; y < g.y2; y++) {
			int16_t *acc = g.d->accum + ((size_t)y * g.st->width + g.x) * 4;

			for (uint32_t x = g.x; x < g.x2; x++, acc += 4)
				memcpy(acc, pixel, sizeof(pixel));
		}
	}
	pthread_mutex_unlock(&r->ctx->draw->lock);
}

int replay_glClear(struct vgpu_replay *r, const struct args_glClear *a)
{
	r->gl->Clear(a->mask);
	if (__builtin_expect((a->mask & GL_ACCUM_BUFFER_BIT) != 0, 0) && has_accum(r))
		clear(r);
	return 0;
}
