/* SPDX-License-Identifier: MIT */
/* eglChooseConfig: matching and sorting as EGL 1.5, section 3.4.1.2, says. */
#include <stdlib.h>
#include <string.h>

#include "frontend/egl/config.h"

#define ALL_SURFACES                                                                               \
	(EGL_PBUFFER_BIT | EGL_PIXMAP_BIT | EGL_WINDOW_BIT | EGL_VG_COLORSPACE_LINEAR_BIT |        \
	 EGL_VG_ALPHA_FORMAT_PRE_BIT | EGL_MULTISAMPLE_RESOLVE_BOX_BIT |                           \
	 EGL_SWAP_BEHAVIOR_PRESERVED_BIT)
#define ALL_APIS                                                                                   \
	(EGL_OPENGL_ES_BIT | EGL_OPENVG_BIT | EGL_OPENGL_ES2_BIT | EGL_OPENGL_ES3_BIT |            \
	 EGL_OPENGL_BIT)

enum criterion { AT_LEAST, EXACT, MASK, IGNORED };

enum check { SIZE, ANY, SURFACES, APIS, BOOLEAN, CAVEAT, BUFFER_TYPE, COMPONENT, TRANSPARENT };

struct rule {
	EGLint attribute;
	enum criterion criterion;
	EGLint fallback;
	enum check check; /* of the value asked for */
};

static const struct rule rules[] = {
	{ EGL_BUFFER_SIZE, AT_LEAST, 0, SIZE },
	{ EGL_RED_SIZE, AT_LEAST, 0, SIZE },
	{ EGL_GREEN_SIZE, AT_LEAST, 0, SIZE },
	{ EGL_BLUE_SIZE, AT_LEAST, 0, SIZE },
	{ EGL_LUMINANCE_SIZE, AT_LEAST, 0, SIZE },
	{ EGL_ALPHA_SIZE, AT_LEAST, 0, SIZE },
	{ EGL_ALPHA_MASK_SIZE, AT_LEAST, 0, SIZE },
	{ EGL_BIND_TO_TEXTURE_RGB, EXACT, EGL_DONT_CARE, BOOLEAN },
	{ EGL_BIND_TO_TEXTURE_RGBA, EXACT, EGL_DONT_CARE, BOOLEAN },
	{ EGL_COLOR_BUFFER_TYPE, EXACT, EGL_RGB_BUFFER, BUFFER_TYPE },
	{ EGL_COLOR_COMPONENT_TYPE_EXT, EXACT, EGL_COLOR_COMPONENT_TYPE_FIXED_EXT, COMPONENT },
	{ EGL_CONFIG_CAVEAT, EXACT, EGL_DONT_CARE, CAVEAT },
	{ EGL_CONFIG_ID, EXACT, EGL_DONT_CARE, SIZE },
	{ EGL_CONFORMANT, MASK, 0, APIS },
	{ EGL_DEPTH_SIZE, AT_LEAST, 0, SIZE },
	{ EGL_LEVEL, EXACT, 0, ANY },
	{ EGL_MATCH_NATIVE_PIXMAP, IGNORED, EGL_NONE, ANY },
	{ EGL_MAX_PBUFFER_WIDTH, IGNORED, 0, ANY },
	{ EGL_MAX_PBUFFER_HEIGHT, IGNORED, 0, ANY },
	{ EGL_MAX_PBUFFER_PIXELS, IGNORED, 0, ANY },
	{ EGL_MAX_SWAP_INTERVAL, EXACT, EGL_DONT_CARE, SIZE },
	{ EGL_MIN_SWAP_INTERVAL, EXACT, EGL_DONT_CARE, SIZE },
	{ EGL_NATIVE_RENDERABLE, EXACT, EGL_DONT_CARE, BOOLEAN },
	{ EGL_NATIVE_VISUAL_ID, IGNORED, 0, ANY },
	{ EGL_NATIVE_VISUAL_TYPE, EXACT, EGL_DONT_CARE, ANY },
	{ EGL_RENDERABLE_TYPE, MASK, EGL_OPENGL_ES_BIT, APIS },
	{ EGL_SAMPLE_BUFFERS, AT_LEAST, 0, SIZE },
	{ EGL_SAMPLES, AT_LEAST, 0, SIZE },
	{ EGL_STENCIL_SIZE, AT_LEAST, 0, SIZE },
	{ EGL_SURFACE_TYPE, MASK, EGL_WINDOW_BIT, SURFACES },
	{ EGL_TRANSPARENT_TYPE, EXACT, EGL_NONE, TRANSPARENT },
	{ EGL_TRANSPARENT_RED_VALUE, EXACT, EGL_DONT_CARE, ANY },
	{ EGL_TRANSPARENT_GREEN_VALUE, EXACT, EGL_DONT_CARE, ANY },
	{ EGL_TRANSPARENT_BLUE_VALUE, EXACT, EGL_DONT_CARE, ANY },
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

struct wish {
	EGLint value[RULES]; /* in the order of rules */
};

static size_t rule_of(EGLint attribute)
{
	size_t i = 0;

	while (i < RULES && rules[i].attribute != attribute)
		i++;
	return i;
}

static EGLint wished(const struct wish *wish, EGLint attribute)
{
	return wish->value[rule_of(attribute)];
}

static bool is_transparent_value(EGLint attribute)
{
	return attribute == EGL_TRANSPARENT_RED_VALUE || attribute == EGL_TRANSPARENT_GREEN_VALUE ||
	       attribute == EGL_TRANSPARENT_BLUE_VALUE;
}

static bool acceptable(const struct rule *rule, EGLint value)
{
	if (rule->attribute == EGL_LEVEL)
		return value != EGL_DONT_CARE;
	if (rule->attribute == EGL_CONFIG_ID)
		return value == EGL_DONT_CARE || value > 0;
	if (value == EGL_DONT_CARE)
		return true;
	switch (rule->check) {
	case SIZE:
		return value >= 0;
	case ANY:
		return true;
	case SURFACES:
		return (value & ~ALL_SURFACES) == 0;
	case APIS:
		return (value & ~ALL_APIS) == 0;
	case BOOLEAN:
		return value == EGL_TRUE || value == EGL_FALSE;
	case CAVEAT:
		return value == EGL_NONE || value == EGL_SLOW_CONFIG ||
		       value == EGL_NON_CONFORMANT_CONFIG;
	case BUFFER_TYPE:
		return value == EGL_RGB_BUFFER || value == EGL_LUMINANCE_BUFFER;
	case COMPONENT:
		return value == EGL_COLOR_COMPONENT_TYPE_FIXED_EXT ||
		       value == EGL_COLOR_COMPONENT_TYPE_FLOAT_EXT;
	case TRANSPARENT:
		return value == EGL_NONE || value == EGL_TRANSPARENT_RGB;
	}
	return false;
}

static EGLint parse(struct wish *wish, const EGLint *attribs)
{
	for (size_t i = 0; i < RULES; i++)
		wish->value[i] = rules[i].fallback;
	for (; attribs && attribs[0] != EGL_NONE; attribs += 2) {
		size_t i = rule_of(attribs[0]);

		if (i == RULES || !acceptable(&rules[i], attribs[1]))
			return EGL_BAD_ATTRIBUTE;
		wish->value[i] = attribs[1];
	}
	return EGL_SUCCESS;
}

static bool matches(const struct vgpu_egl_config *config, const struct wish *wish,
                    EGLint pixmap_depth)
{
	/* an ID asked for overrides everything else */
	EGLint id = wished(wish, EGL_CONFIG_ID), value = 0;

	if (id != EGL_DONT_CARE)
		return config->id == id;
	for (size_t i = 0; i < RULES; i++) {
		EGLint want = wish->value[i];

		if (want == EGL_DONT_CARE || rules[i].criterion == IGNORED)
			continue;
		if (is_transparent_value(rules[i].attribute) &&
		    wished(wish, EGL_TRANSPARENT_TYPE) != EGL_TRANSPARENT_RGB)
			continue;
		/* what a visual is like matters only to windows */
		if (rules[i].attribute == EGL_NATIVE_VISUAL_TYPE &&
		    !(wished(wish, EGL_SURFACE_TYPE) & EGL_WINDOW_BIT))
			continue;
		vgpu_egl_config_attrib(config, rules[i].attribute, &value);
		if ((rules[i].criterion == AT_LEAST && value < want) ||
		    (rules[i].criterion == EXACT && value != want) ||
		    (rules[i].criterion == MASK && (value & want) != want))
			return false;
	}
	if (pixmap_depth > 0) {
		vgpu_egl_config_attrib(config, EGL_BUFFER_SIZE, &value);
		if (value != pixmap_depth || !(config->surface_type & EGL_PIXMAP_BIT))
			return false;
	}
	return true;
}

/* The colour bits that count for sorting: of the components asked for. */
static EGLint color_bits(const struct vgpu_egl_config *config, const struct wish *wish)
{
	static const EGLint components[] = { EGL_RED_SIZE, EGL_GREEN_SIZE, EGL_BLUE_SIZE,
		                             EGL_ALPHA_SIZE };
	EGLint sum = 0, value = 0;

	for (size_t i = 0; i < 4; i++) {
		EGLint want = wished(wish, components[i]);

		if (want == 0 || want == EGL_DONT_CARE)
			continue;
		vgpu_egl_config_attrib(config, components[i], &value);
		sum += value;
	}
	return sum;
}

/* Negative when a is the better one. */
static int order(const struct vgpu_egl_config *a, const struct vgpu_egl_config *b,
                 const struct wish *wish)
{
	static const EGLint smaller[] = { EGL_BUFFER_SIZE,  EGL_SAMPLE_BUFFERS,
		                          EGL_SAMPLES,      EGL_DEPTH_SIZE,
		                          EGL_STENCIL_SIZE, EGL_NATIVE_VISUAL_TYPE,
		                          EGL_CONFIG_ID };
	EGLint value_a = 0, value_b = 0;

	/* fixed point before floating point; all else that comes first is equal here */
	if (a->float_color != b->float_color)
		return a->float_color ? 1 : -1;
	value_a = color_bits(a, wish);
	value_b = color_bits(b, wish);
	if (value_a != value_b)
		return value_b - value_a;
	for (size_t i = 0; i < sizeof(smaller) / sizeof(smaller[0]); i++) {
		vgpu_egl_config_attrib(a, smaller[i], &value_a);
		vgpu_egl_config_attrib(b, smaller[i], &value_b);
		if (value_a != value_b)
			return value_a - value_b;
	}
	return 0;
}

EGLint vgpu_egl_config_choose(const struct vgpu_egl_config *configs, EGLint count,
                              const EGLint *attribs, EGLint (*pixmap_depth)(void *, EGLint),
                              void *data, const struct vgpu_egl_config **chosen, EGLint capacity,
                              EGLint *count_out)
{
	const struct vgpu_egl_config **found;
	EGLint n = 0, pixmap, depth = 0, error;
	struct wish wish;

	error = parse(&wish, attribs);
	if (error != EGL_SUCCESS)
		return error;
	pixmap = wished(&wish, EGL_MATCH_NATIVE_PIXMAP);
	if (pixmap != EGL_NONE && pixmap != EGL_DONT_CARE) {
		depth = pixmap_depth(data, pixmap);
		if (depth <= 0)
			return EGL_BAD_NATIVE_PIXMAP;
	}
	found = malloc(((size_t)count + 1) * sizeof(*found));
	if (!found)
		return EGL_BAD_ALLOC;
	for (EGLint i = 0; i < count; i++) {
		EGLint at = n;

		if (!matches(&configs[i], &wish, depth))
			continue;
		/* insert where it belongs: lists are short */
		while (at > 0 && order(&configs[i], found[at - 1], &wish) < 0) {
			found[at] = found[at - 1];
			at--;
		}
		found[at] = &configs[i];
		n++;
	}
	if (chosen) {
		if (n > capacity)
			n = capacity;
		memcpy(chosen, found, (size_t)n * sizeof(*found));
	}
	free(found);
	*count_out = n;
	return EGL_SUCCESS;
}
