/* SPDX-License-Identifier: MIT */
/*
 * The list of frame buffer configurations: every combination of buffers for
 * each kind of RGB visual (class, depth, masks) that the screen has.
 *
 * Visuals and configs: a config needs a visual of its kind for its windows; a
 * visual stands for one config (old programs pass visuals about). A server with
 * GLX has hundreds of visuals, then each config gets one of its own. One without
 * has one or two of a kind, and the configs share it: which one it means is
 * decided by what the program chose last (visual.c).
 */
#include <stdlib.h>

#include "frontend/glx/glx.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A kind of visual and what its configs have in common. */
struct kind {
	int class, depth;
	unsigned long red_mask, green_mask, blue_mask;
	uint8_t red, green, blue;
	uint8_t alphas[2];
	size_t alpha_count;
	size_t first_visual;
};

static const struct {
	uint8_t depth, stencil;
} zs[] = { { 24, 8 }, { 24, 0 }, { 32, 0 }, { 16, 0 }, { 0, 0 } };

static const uint8_t sample_counts[] = { 0, 4, 8 };

static uint8_t bits(unsigned long mask)
{
	return (uint8_t)__builtin_popcountl(mask);
}

/* Fills in a kind. Returns false when the host cannot draw for such a visual. */
static bool kind_of(const struct vgpu_glx_visual *v, struct kind *k)
{
	if (v->class != TrueColor && v->class != DirectColor)
		return false;
	*k = (struct kind){
		.class = v->class,
		.depth = v->depth,
		.red_mask = v->red_mask,
		.green_mask = v->green_mask,
		.blue_mask = v->blue_mask,
		.red = bits(v->red_mask),
		.green = bits(v->green_mask),
		.blue = bits(v->blue_mask),
	};
	if (k->red == 8 && k->green == 8 && k->blue == 8) {
		k->alphas[0] = 8;
		k->alpha_count = v->depth == 32 ? 1 : 2; /* 32 is chosen for its alpha */
		return true;
	}
	if (k->red == 10 && k->green == 10 && k->blue == 10) {
		k->alphas[0] = 2;
		k->alpha_count = v->depth == 32 ? 1 : 2;
		return true;
	}
	if (k->red == 5 && k->green == 6 && k->blue == 5) {
		k->alpha_count = 1;
		return true;
	}
	return false;
}

static bool same_kind(const struct kind *k, const struct vgpu_glx_visual *v)
{
	return k->class == v->class && k->depth == v->depth && k->red_mask == v->red_mask &&
	       k->green_mask == v->green_mask && k->blue_mask == v->blue_mask;
}

/* Where configs go; out is NULL to count them only. */
struct list {
	struct vgpu_glx_config *out;
	size_t n;
	uint8_t max_depth;
};

/* A config with each of the depth and stencil buffers, double buffered and not. */
static void add_buffers(struct list *list, const struct vgpu_glx_config *like)
{
	for (int single = 0; single < 2; single++) {
		for (size_t i = 0; i < COUNT(zs); i++) {
			struct vgpu_glx_config c = *like;

			if (zs[i].depth > list->max_depth)
				continue;
			c.depth = zs[i].depth;
			c.stencil = zs[i].stencil;
			c.double_buffer = !single;
			if (list->out)
				list->out[list->n] = c;
			list->n++;
		}
	}
}

/* Each of the kind's alpha sizes, without and with sRGB. */
static void add_colours(struct list *list, const struct kind *k, uint8_t samples, uint8_t accum)
{
	struct vgpu_glx_config c = {
		.visual_class = (uint8_t)k->class,
		.visual_depth = (uint8_t)k->depth,
		.red = k->red,
		.green = k->green,
		.blue = k->blue,
		.samples = samples,
		.accum = accum,
	};

	for (int srgb = 0; srgb <= (k->red == 8); srgb++) {
		for (size_t i = 0; i < k->alpha_count; i++) {
			c.alpha = k->alphas[i];
			c.srgb = srgb;
			add_buffers(list, &c);
		}
	}
}

/*
 * The configs of a kind, the usual ones first: where choosing finds nothing to
 * prefer, an earlier one wins. Stores at out unless it is NULL. Returns how many.
 */
static size_t kind_configs(const struct kind *k, const struct vgpu_glx_limits *limits,
			   struct vgpu_glx_config *out)
{
	struct list list = { .out = out, .max_depth = limits->depth32 ? 32 : 24 };

	for (size_t i = 0; i < COUNT(sample_counts); i++)
		if (sample_counts[i] <= limits->max_samples)
			add_colours(&list, k, sample_counts[i], 0);
	if (limits->accum)
		add_colours(&list, k, 0, 16);
	return list.n;
}

/* Hand the visuals of a kind round to its configs. */
static void assign_visuals(const struct kind *k, struct vgpu_glx_visual *visuals,
			   size_t visual_count, struct vgpu_glx_config *configs, size_t n)
{
	size_t next = 0;

	for (size_t i = 0; i < n; i++)
		configs[i].visual_id = visuals[k->first_visual].id;
	for (size_t i = k->first_visual; i < visual_count; i++) {
		if (!same_kind(k, &visuals[i]))
			continue;
		/* more visuals than configs: the rest mean the same as the first */
		visuals[i].primary = &configs[next < n ? next : 0];
		if (next < n)
			configs[next].visual_id = visuals[i].id;
		next++;
	}
}

size_t vgpu_glx_configs_build(struct vgpu_glx_visual *visuals, size_t visual_count,
			      const struct vgpu_glx_limits *limits, uint32_t first_id,
			      struct vgpu_glx_config **configs_out)
{
	struct kind *kinds = calloc(visual_count + 1, sizeof(*kinds));
	struct vgpu_glx_config *configs;
	size_t kind_count = 0, total = 0, at = 0;
	bool windows = true;

	if (!kinds)
		return 0;
	/* TrueColor kinds first: they win where DirectColor would do as well. */
	for (int class = TrueColor; class <= DirectColor; class ++) {
		for (size_t i = 0; i < visual_count; i++) {
			struct kind *k = &kinds[kind_count];
			bool known = false;

			for (size_t j = 0; j < kind_count && !known; j++)
				known = same_kind(&kinds[j], &visuals[i]);
			if (known || visuals[i].class != class || !kind_of(&visuals[i], k))
				continue;
			k->first_visual = i;
			kind_count++;
		}
	}
	if (kind_count == 0) {
		/* Nothing to show frames on (a PseudoColor screen): pbuffers still work. */
		kinds[kind_count++] = (struct kind){
			.class = TrueColor,
			.red = 8,
			.green = 8,
			.blue = 8,
			.alphas = { 8, 0 },
			.alpha_count = 2,
		};
		windows = false;
	}
	for (size_t i = 0; i < kind_count; i++)
		total += kind_configs(&kinds[i], limits, NULL);
	configs = calloc(total, sizeof(*configs));
	if (!configs) {
		free(kinds);
		return 0;
	}
	for (size_t i = 0; i < kind_count; i++) {
		size_t n = kind_configs(&kinds[i], limits, configs + at);

		if (windows)
			assign_visuals(&kinds[i], visuals, visual_count, configs + at, n);
		at += n;
	}
	for (size_t i = 0; i < total; i++)
		configs[i].id = first_id + (uint32_t)i;
	free(kinds);
	*configs_out = configs;
	return total;
}
