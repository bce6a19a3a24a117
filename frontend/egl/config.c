/* SPDX-License-Identifier: MIT */
/* Which EGL configs a display has. */
#include "frontend/egl/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/present/x11.h"
#include "protocol/wire.h"

#define NO_VISUAL 0 /* a window all the same */
#define TRUE_COLOR 4
#define DIRECT_COLOR 5
#define MAX_PBUFFER 16384
#define MAX_SWAP_INTERVAL 10

struct color {
	EGLint red, green, blue, alpha;
	bool float_color;
};

static const struct color rgb10_a2 = { 10, 10, 10, 2, false };
static const struct color rgb10 = { 10, 10, 10, 0, false };
static const struct color rgba8 = { 8, 8, 8, 8, false };
static const struct color rgb8 = { 8, 8, 8, 0, false };
static const struct color rgb565 = { 5, 6, 5, 0, false };
static const struct color rgba16f = { 16, 16, 16, 16, true };
static const struct color rgb16f = { 16, 16, 16, 0, true };

struct list {
	const struct vgpu_host_info *host;
	struct vgpu_egl_config *configs;
	EGLint count, room;
	bool failed;
};

static EGLint renderable(const struct vgpu_host_info *host)
{
	EGLint bits = 0;

	if (host->version_compat || host->version_core)
		bits |= EGL_OPENGL_BIT;
	if (host->version_gles1)
		bits |= EGL_OPENGL_ES_BIT;
	if (host->version_gles2)
		bits |= EGL_OPENGL_ES2_BIT;
	if (host->version_gles2 >= 30)
		bits |= EGL_OPENGL_ES3_BIT;
	return bits;
}

static void append(struct list *list, const struct vgpu_egl_config *config)
{
	if (list->count == list->room) {
		EGLint room = list->room ? 2 * list->room : 64;
		struct vgpu_egl_config *configs =
			realloc(list->configs, (size_t)room * sizeof(*configs));

		if (!configs) {
			list->failed = true;
			return;
		}
		list->configs = configs;
		list->room = room;
	}
	list->configs[list->count] = *config;
	list->configs[list->count].id = list->count + 1;
	list->count++;
}

/* All depth, stencil and sample combinations of one colour format. */
static void append_color(struct list *list, const struct color *color,
                         const struct vgpu_x11_visual *visual)
{
	static const EGLint zs[][2] = { { 0, 0 }, { 16, 0 }, { 24, 0 }, { 24, 8 }, { 32, 0 } };
	static const EGLint samples[] = { 0, 4, 8, 16 };
	const bool has_visual = visual && visual->class != NO_VISUAL;
	uint32_t max = list->host->max_drawable;

	for (size_t s = 0; s < sizeof(samples) / sizeof(samples[0]); s++) {
		if (samples[s] > 0 && (uint32_t)samples[s] > list->host->max_samples)
			break;
		for (size_t i = 0; i < sizeof(zs) / sizeof(zs[0]); i++) {
			struct vgpu_egl_config config = {
				.red = color->red,
				.green = color->green,
				.blue = color->blue,
				.alpha = color->alpha,
				.float_color = color->float_color,
				.depth = zs[i][0],
				.stencil = zs[i][1],
				.samples = samples[s],
				.visual_id = visual ? (EGLint)visual->id : 0,
				.visual_type = has_visual ? visual->class : EGL_NONE,
				.surface_type = EGL_PBUFFER_BIT,
				.renderable_type = renderable(list->host),
				.max_pbuffer = max && max < MAX_PBUFFER ? (EGLint)max : MAX_PBUFFER,
			};

			/* the worker keeps the back buffer over a swap */
			if (visual)
				config.surface_type |=
					EGL_WINDOW_BIT | EGL_SWAP_BEHAVIOR_PRESERVED_BIT;
			if (has_visual)
				config.surface_type |= EGL_PIXMAP_BIT;
			append(list, &config);
		}
	}
}

static EGLint bits(uint32_t mask)
{
	return __builtin_popcount(mask);
}

static void append_visual(struct list *list, const struct vgpu_x11_visual *visual)
{
	const EGLint red = bits(visual->red_mask), green = bits(visual->green_mask),
		     blue = bits(visual->blue_mask);

	if (red == 8 && green == 8 && blue == 8) {
		append_color(list, &rgba8, visual);
		if (visual->depth == 24)
			append_color(list, &rgb8, visual);
	} else if (red == 5 && green == 6 && blue == 5 && visual->depth == 16) {
		append_color(list, &rgb565, visual);
	} else if (red == 10 && green == 10 && blue == 10 && visual->depth == 30) {
		append_color(list, &rgb10_a2, visual);
		append_color(list, &rgb10, visual);
	}
}

/* The first visual of each RGB class at each depth; programs find ARGB windows last. */
static void append_visuals(struct list *list, const struct vgpu_x11_visual *visuals, size_t count)
{
	static const uint8_t depths[] = { 24, 30, 16, 32 };
	static const uint8_t classes[] = { NO_VISUAL, TRUE_COLOR, DIRECT_COLOR };

	for (size_t d = 0; d < sizeof(depths); d++) {
		for (size_t c = 0; c < sizeof(classes); c++) {
			size_t i = 0;

			while (i < count &&
			       (visuals[i].depth != depths[d] || visuals[i].class != classes[c]))
				i++;
			if (i < count)
				append_visual(list, &visuals[i]);
		}
	}
}

struct vgpu_egl_config *vgpu_egl_configs_create(const struct vgpu_host_info *host,
                                                const struct vgpu_x11_visual *visuals,
                                                size_t visual_count, EGLint *count_out)
{
	struct list list = { .host = host };

	if (visual_count > 0) {
		append_visuals(&list, visuals, visual_count);
	} else {
		append_color(&list, &rgb10_a2, NULL);
		append_color(&list, &rgb10, NULL);
		append_color(&list, &rgba8, NULL);
		append_color(&list, &rgb8, NULL);
		append_color(&list, &rgb565, NULL);
		append_color(&list, &rgba16f, NULL);
		append_color(&list, &rgb16f, NULL);
	}
	if (list.failed || (!list.configs && !(list.configs = malloc(1)))) {
		free(list.configs);
		return NULL;
	}
	*count_out = list.count;
	return list.configs;
}

EGLint vgpu_egl_config_attrib(const struct vgpu_egl_config *c, EGLint attribute, EGLint *value_out)
{
	switch (attribute) {
	case EGL_CONFIG_ID:
		*value_out = c->id;
		break;
	case EGL_BUFFER_SIZE:
		*value_out = c->red + c->green + c->blue + c->alpha;
		break;
	case EGL_RED_SIZE:
		*value_out = c->red;
		break;
	case EGL_GREEN_SIZE:
		*value_out = c->green;
		break;
	case EGL_BLUE_SIZE:
		*value_out = c->blue;
		break;
	case EGL_ALPHA_SIZE:
		*value_out = c->alpha;
		break;
	case EGL_DEPTH_SIZE:
		*value_out = c->depth;
		break;
	case EGL_STENCIL_SIZE:
		*value_out = c->stencil;
		break;
	case EGL_SAMPLES:
		*value_out = c->samples;
		break;
	case EGL_SAMPLE_BUFFERS:
		*value_out = c->samples > 0;
		break;
	case EGL_NATIVE_VISUAL_ID:
		*value_out = c->visual_id;
		break;
	case EGL_NATIVE_VISUAL_TYPE:
		*value_out = c->visual_type;
		break;
	case EGL_SURFACE_TYPE:
		*value_out = c->surface_type;
		break;
	case EGL_RENDERABLE_TYPE:
	case EGL_CONFORMANT:
		*value_out = c->renderable_type;
		break;
	case EGL_MAX_PBUFFER_WIDTH:
	case EGL_MAX_PBUFFER_HEIGHT:
		*value_out = c->max_pbuffer;
		break;
	case EGL_MAX_PBUFFER_PIXELS:
		*value_out = c->max_pbuffer * c->max_pbuffer;
		break;
	case EGL_MAX_SWAP_INTERVAL:
		*value_out = MAX_SWAP_INTERVAL;
		break;
	case EGL_COLOR_BUFFER_TYPE:
		*value_out = EGL_RGB_BUFFER;
		break;
	case EGL_COLOR_COMPONENT_TYPE_EXT:
		*value_out = c->float_color ? EGL_COLOR_COMPONENT_TYPE_FLOAT_EXT
		                            : EGL_COLOR_COMPONENT_TYPE_FIXED_EXT;
		break;
	case EGL_NATIVE_RENDERABLE:
		*value_out = EGL_TRUE;
		break;
	case EGL_BIND_TO_TEXTURE_RGB:
		*value_out = !c->float_color;
		break;
	case EGL_BIND_TO_TEXTURE_RGBA:
		*value_out = !c->float_color && c->alpha > 0;
		break;
	case EGL_CONFIG_CAVEAT:
	case EGL_TRANSPARENT_TYPE:
		*value_out = EGL_NONE;
		break;
	case EGL_MIN_SWAP_INTERVAL:
	case EGL_LEVEL:
	case EGL_LUMINANCE_SIZE:
	case EGL_ALPHA_MASK_SIZE:
	case EGL_TRANSPARENT_RED_VALUE:
	case EGL_TRANSPARENT_GREEN_VALUE:
	case EGL_TRANSPARENT_BLUE_VALUE:
		*value_out = 0;
		break;
	default:
		return EGL_BAD_ATTRIBUTE;
	}
	return EGL_SUCCESS;
}

bool vgpu_egl_config_compatible(const struct vgpu_egl_config *a, const struct vgpu_egl_config *b)
{
	return a == b || (a->red == b->red && a->green == b->green && a->blue == b->blue &&
	                  a->alpha == b->alpha && a->depth == b->depth &&
	                  a->stencil == b->stencil && a->float_color == b->float_color);
}
