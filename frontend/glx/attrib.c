/* SPDX-License-Identifier: MIT */
/* What a frame buffer configuration says of itself. */
#include "frontend/glx/glx.h"

/* With GLX_EXT_texture_from_pixmap: pixmaps can be textures of these targets. */
#define BIND_TARGETS                                                                               \
	(GLX_TEXTURE_1D_BIT_EXT | GLX_TEXTURE_2D_BIT_EXT | GLX_TEXTURE_RECTANGLE_BIT_EXT)

static int visual_type(const struct vgpu_glx_config *c)
{
	return c->visual_class == DirectColor ? GLX_DIRECT_COLOR : GLX_TRUE_COLOR;
}

int vgpu_glx_config_attrib(const struct vgpu_glx_config *c, int attrib, int *value)
{
	switch (attrib) {
	case GLX_USE_GL:
	case GLX_RGBA:
	case GLX_X_RENDERABLE:
		*value = True;
		break;
	case GLX_BUFFER_SIZE:
		*value = c->red + c->green + c->blue + c->alpha;
		break;
	case GLX_DOUBLEBUFFER:
		*value = c->double_buffer;
		break;
	case GLX_LEVEL:
	case GLX_STEREO:
	case GLX_AUX_BUFFERS:
	case GLX_VISUAL_SELECT_GROUP_SGIX:
	case GLX_OPTIMAL_PBUFFER_WIDTH_SGIX:
	case GLX_OPTIMAL_PBUFFER_HEIGHT_SGIX:
		*value = 0;
		break;
	case GLX_RED_SIZE:
		*value = c->red;
		break;
	case GLX_GREEN_SIZE:
		*value = c->green;
		break;
	case GLX_BLUE_SIZE:
		*value = c->blue;
		break;
	case GLX_ALPHA_SIZE:
		*value = c->alpha;
		break;
	case GLX_DEPTH_SIZE:
		*value = c->depth;
		break;
	case GLX_STENCIL_SIZE:
		*value = c->stencil;
		break;
	case GLX_ACCUM_RED_SIZE:
	case GLX_ACCUM_GREEN_SIZE:
	case GLX_ACCUM_BLUE_SIZE:
		*value = c->accum;
		break;
	case GLX_ACCUM_ALPHA_SIZE:
		*value = c->alpha ? c->accum : 0;
		break;
	case GLX_SAMPLE_BUFFERS:
		*value = c->samples > 0;
		break;
	case GLX_SAMPLES:
		*value = c->samples;
		break;
	case GLX_RENDER_TYPE:
		*value = GLX_RGBA_BIT;
		break;
	case GLX_DRAWABLE_TYPE:
		*value = GLX_PBUFFER_BIT | (c->visual_id ? GLX_WINDOW_BIT | GLX_PIXMAP_BIT : 0);
		break;
	case GLX_X_VISUAL_TYPE:
		*value = c->visual_id ? visual_type(c) : GLX_NONE;
		break;
	case GLX_CONFIG_CAVEAT:
		*value = c->accum ? GLX_SLOW_CONFIG : GLX_NONE;
		break;
	case GLX_TRANSPARENT_TYPE:
		*value = GLX_NONE;
		break;
	case GLX_TRANSPARENT_INDEX_VALUE:
	case GLX_TRANSPARENT_RED_VALUE:
	case GLX_TRANSPARENT_GREEN_VALUE:
	case GLX_TRANSPARENT_BLUE_VALUE:
	case GLX_TRANSPARENT_ALPHA_VALUE:
		*value = 0;
		break;
	case GLX_VISUAL_ID:
		*value = (int)c->visual_id;
		break;
	case GLX_FBCONFIG_ID:
		*value = (int)c->id;
		break;
	case GLX_SCREEN:
		*value = c->screen ? c->screen->number : 0;
		break;
	case GLX_MAX_PBUFFER_WIDTH:
	case GLX_MAX_PBUFFER_HEIGHT:
		*value = c->screen ? (int)c->screen->limits.max_drawable : 0;
		break;
	case GLX_MAX_PBUFFER_PIXELS: {
		uint64_t side = c->screen ? c->screen->limits.max_drawable : 0;

		*value = side * side > INT32_MAX ? INT32_MAX : (int)(side * side);
		break;
	}
	case GLX_SWAP_METHOD_OML:
		*value = GLX_SWAP_UNDEFINED_OML;
		break;
	case GLX_FRAMEBUFFER_SRGB_CAPABLE_EXT:
		*value = c->srgb;
		break;
	case GLX_BIND_TO_TEXTURE_RGB_EXT:
		*value = c->visual_id != 0;
		break;
	case GLX_BIND_TO_TEXTURE_RGBA_EXT:
		*value = c->visual_id && c->alpha;
		break;
	case GLX_BIND_TO_MIPMAP_TEXTURE_EXT:
		*value = False;
		break;
	case GLX_BIND_TO_TEXTURE_TARGETS_EXT:
		*value = c->visual_id ? BIND_TARGETS : 0;
		break;
	case GLX_Y_INVERTED_EXT:
		*value = True; /* a pixmap's top row is the texture's row 0 */
		break;
	default:
		return GLX_BAD_ATTRIBUTE;
	}
	return 0;
}
