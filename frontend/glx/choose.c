/* SPDX-License-Identifier: MIT */
/*
 * Choosing configs: section 3.3.3 of the GLX 1.4 specification, table 3.4 for
 * what matches and the list after it for the order.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/glx/glx.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum match { EXACT, SMALLEST, MASK };

static const struct rule {
	int attrib;
	enum match match;
	int initial; /* what is asked for when the list is silent */
} rules[] = {
	{ GLX_FBCONFIG_ID, EXACT, (int)GLX_DONT_CARE },
	{ GLX_BUFFER_SIZE, SMALLEST, 0 },
	{ GLX_LEVEL, EXACT, 0 },
	{ GLX_DOUBLEBUFFER, EXACT, (int)GLX_DONT_CARE },
	{ GLX_STEREO, EXACT, False },
	{ GLX_AUX_BUFFERS, SMALLEST, 0 },
	{ GLX_RED_SIZE, SMALLEST, 0 },
	{ GLX_GREEN_SIZE, SMALLEST, 0 },
	{ GLX_BLUE_SIZE, SMALLEST, 0 },
	{ GLX_ALPHA_SIZE, SMALLEST, 0 },
	{ GLX_DEPTH_SIZE, SMALLEST, 0 },
	{ GLX_STENCIL_SIZE, SMALLEST, 0 },
	{ GLX_ACCUM_RED_SIZE, SMALLEST, 0 },
	{ GLX_ACCUM_GREEN_SIZE, SMALLEST, 0 },
	{ GLX_ACCUM_BLUE_SIZE, SMALLEST, 0 },
	{ GLX_ACCUM_ALPHA_SIZE, SMALLEST, 0 },
	{ GLX_SAMPLE_BUFFERS, SMALLEST, 0 },
	{ GLX_SAMPLES, SMALLEST, 0 },
	{ GLX_RENDER_TYPE, MASK, GLX_RGBA_BIT },
	{ GLX_DRAWABLE_TYPE, MASK, GLX_WINDOW_BIT },
	{ GLX_X_RENDERABLE, EXACT, (int)GLX_DONT_CARE },
	{ GLX_X_VISUAL_TYPE, EXACT, (int)GLX_DONT_CARE },
	{ GLX_CONFIG_CAVEAT, EXACT, (int)GLX_DONT_CARE },
	{ GLX_TRANSPARENT_TYPE, EXACT, GLX_NONE },
	{ GLX_FRAMEBUFFER_SRGB_CAPABLE_EXT, EXACT, (int)GLX_DONT_CARE },
	{ GLX_SWAP_METHOD_OML, EXACT, (int)GLX_DONT_CARE },
	{ GLX_VISUAL_SELECT_GROUP_SGIX, SMALLEST, 0 },
	{ GLX_BIND_TO_TEXTURE_RGB_EXT, EXACT, (int)GLX_DONT_CARE },
	{ GLX_BIND_TO_TEXTURE_RGBA_EXT, EXACT, (int)GLX_DONT_CARE },
	{ GLX_BIND_TO_MIPMAP_TEXTURE_EXT, EXACT, (int)GLX_DONT_CARE },
	{ GLX_BIND_TO_TEXTURE_TARGETS_EXT, MASK, 0 },
	{ GLX_Y_INVERTED_EXT, EXACT, (int)GLX_DONT_CARE },
};
enum { RULE_COUNT = COUNT(rules) };

struct request {
	int value[RULE_COUNT];
};

static void request_init(struct request *r)
{
	for (size_t i = 0; i < RULE_COUNT; i++)
		r->value[i] = rules[i].initial;
}

static int *request_value(struct request *r, int attrib)
{
	for (size_t i = 0; i < RULE_COUNT; i++)
		if (rules[i].attrib == attrib)
			return &r->value[i];
	return NULL;
}

static int requested(const struct request *r, int attrib)
{
	return *request_value((struct request *)r, attrib);
}

static int get(const struct vgpu_glx_config *c, int attrib)
{
	int value = 0;

	vgpu_glx_config_attrib(c, attrib, &value);
	return value;
}

static bool matches(const struct vgpu_glx_config *c, const struct request *r)
{
	bool windows = requested(r, GLX_DRAWABLE_TYPE) & GLX_WINDOW_BIT;

	/* An ID says it all. */
	if (requested(r, GLX_FBCONFIG_ID) != (int)GLX_DONT_CARE)
		return get(c, GLX_FBCONFIG_ID) == requested(r, GLX_FBCONFIG_ID);
	for (size_t i = 0; i < RULE_COUNT; i++) {
		int want = r->value[i], have;

		if (want == (int)GLX_DONT_CARE ||
		    (rules[i].attrib == GLX_X_VISUAL_TYPE && !windows))
			continue;
		have = get(c, rules[i].attrib);
		if ((rules[i].match == EXACT && have != want) ||
		    (rules[i].match == SMALLEST && have < want) ||
		    (rules[i].match == MASK && (have & want) != want))
			return false;
	}
	return true;
}

/* The colour bits that count for the order: those of components asked for. */
static int colour_bits(const struct vgpu_glx_config *c, const struct request *r)
{
	return (requested(r, GLX_RED_SIZE) > 0 ? c->red : 0) +
	       (requested(r, GLX_GREEN_SIZE) > 0 ? c->green : 0) +
	       (requested(r, GLX_BLUE_SIZE) > 0 ? c->blue : 0) +
	       (requested(r, GLX_ALPHA_SIZE) > 0 ? c->alpha : 0);
}

/* Larger first when it was asked for, smaller first otherwise. */
static int by_wish(int a, int b, int wish)
{
	return wish > 0 ? b - a : a - b;
}

/* Negative when a comes first. */
static int compare(const struct vgpu_glx_config *a, const struct vgpu_glx_config *b,
		   const struct request *r)
{
	int d;

	d = (a->accum > 0) - (b->accum > 0); /* caveat: NONE before SLOW */
	if (d)
		return d;
	d = colour_bits(b, r) - colour_bits(a, r);
	if (d)
		return d;
	d = get(a, GLX_BUFFER_SIZE) - get(b, GLX_BUFFER_SIZE);
	if (d)
		return d;
	d = a->double_buffer - b->double_buffer;
	if (d)
		return d;
	d = a->samples - b->samples; /* sample buffers, then samples */
	if (d)
		return d;
	d = by_wish(a->depth, b->depth, requested(r, GLX_DEPTH_SIZE));
	if (d)
		return d;
	d = a->stencil - b->stencil;
	if (d)
		return d;
	d = by_wish(a->accum, b->accum, requested(r, GLX_ACCUM_RED_SIZE));
	if (d)
		return d;
	d = (a->visual_class == DirectColor) - (b->visual_class == DirectColor);
	if (d)
		return d;
	return a < b ? -1 : a > b;
}

static int compare_entry(const void *a, const void *b, void *request)
{
	return compare(*(struct vgpu_glx_config *const *)a, *(struct vgpu_glx_config *const *)b,
		       request);
}

static size_t select_configs(struct vgpu_glx_config *configs, size_t count, struct request *r,
			     struct vgpu_glx_config **result)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (matches(&configs[i], r))
			result[n++] = &configs[i];
	qsort_r(result, n, sizeof(*result), compare_entry, r);
	return n;
}

size_t vgpu_glx_choose(struct vgpu_glx_config *configs, size_t count, const int *attribs,
		       struct vgpu_glx_config **result)
{
	struct request r;

	request_init(&r);
	for (const int *a = attribs; a && a[0] != None; a += 2) {
		int *value = request_value(&r, a[0]);

		/* An attribute of an extension that is not offered is no reason to find nothing. */
		if (value)
			*value = a[1];
	}
	return select_configs(configs, count, &r, result);
}

struct vgpu_glx_config *vgpu_glx_choose_visual(struct vgpu_glx_config *configs, size_t count,
					       const int *attribs)
{
	struct vgpu_glx_config **result, *best = NULL;
	struct request r;

	request_init(&r);
	*request_value(&r, GLX_DOUBLEBUFFER) = False;
	for (const int *a = attribs; a && *a != None; a++) {
		int *value;

		switch (*a) {
		case GLX_USE_GL:
		case GLX_RGBA: /* there is nothing else, so asking for colour indices gives it too
				*/
			continue;
		case GLX_DOUBLEBUFFER:
		case GLX_STEREO:
			*request_value(&r, *a) = True;
			continue;
		default:
			value = request_value(&r, *a);
			a++;
			if (value)
				*value = *a;
		}
	}
	result = calloc(count ? count : 1, sizeof(struct vgpu_glx_config *));
	if (!result)
		return NULL;
	if (select_configs(configs, count, &r, result) > 0)
		best = result[0];
	free(result);
	return best && best->visual_id ? best : NULL;
}
