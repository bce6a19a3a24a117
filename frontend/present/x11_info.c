/* SPDX-License-Identifier: MIT */
/* What an X display has: screens, visuals, sizes, refresh rates. */
#include <stdlib.h>
#include <string.h>
#include <xcb/randr.h>

#include "frontend/present/x11_internal.h"

#define DEFAULT_REFRESH_MHZ 60000u

int vgpu_x11_default_screen(const struct vgpu_x11 *x11)
{
	return x11->default_screen;
}

int vgpu_x11_screen_count(const struct vgpu_x11 *x11)
{
	return xcb_setup_roots_length(xcb_get_setup(x11->c));
}

static const xcb_screen_t *get_screen(const struct vgpu_x11 *x11, int screen)
{
	xcb_screen_iterator_t it = xcb_setup_roots_iterator(xcb_get_setup(x11->c));

	if (screen < 0)
		return NULL;
	while (it.rem && screen-- > 0)
		xcb_screen_next(&it);
	return it.rem ? it.data : NULL;
}

size_t vgpu_x11_visuals(const struct vgpu_x11 *x11, int screen, struct vgpu_x11_visual *visuals,
                        size_t capacity)
{
	const xcb_screen_t *s = get_screen(x11, screen);
	xcb_depth_iterator_t depth;
	size_t n = 0;

	if (!s)
		return 0;
	for (depth = xcb_screen_allowed_depths_iterator(s); depth.rem; xcb_depth_next(&depth)) {
		xcb_visualtype_iterator_t it = xcb_depth_visuals_iterator(depth.data);

		for (; it.rem; xcb_visualtype_next(&it), n++) {
			if (n >= capacity)
				continue;
			visuals[n] = (struct vgpu_x11_visual){
				.id = it.data->visual_id,
				.class = it.data->_class,
				.depth = depth.data->depth,
				.bits_per_rgb = it.data->bits_per_rgb_value,
				.red_mask = it.data->red_mask,
				.green_mask = it.data->green_mask,
				.blue_mask = it.data->blue_mask,
			};
		}
	}
	return n;
}

bool vgpu_x11_geometry(struct vgpu_x11 *x11, uint32_t drawable,
                       struct vgpu_x11_geometry *geometry_out)
{
	xcb_get_window_attributes_cookie_t attributes_cookie;
	xcb_get_window_attributes_reply_t *attributes = NULL;
	xcb_get_geometry_reply_t *geometry = NULL;
	xcb_get_geometry_cookie_t geometry_cookie;
	xcb_screen_iterator_t it;
	int screen = 0;

	pthread_mutex_lock(&x11->lock);
	if (!x11->lost) {
		geometry_cookie = xcb_get_geometry(x11->c, drawable);
		attributes_cookie = xcb_get_window_attributes(x11->c, drawable);
		geometry = xcb_get_geometry_reply(x11->c, geometry_cookie, NULL);
		/* a pixmap gives an error here, which is dropped */
		attributes = xcb_get_window_attributes_reply(x11->c, attributes_cookie, NULL);
	}
	vgpu_x11_drain(x11, false);
	pthread_mutex_unlock(&x11->lock);
	if (geometry) {
		it = xcb_setup_roots_iterator(xcb_get_setup(x11->c));
		while (it.rem && it.data->root != geometry->root) {
			screen++;
			xcb_screen_next(&it);
		}
		*geometry_out = (struct vgpu_x11_geometry){
			.width = geometry->width,
			.height = geometry->height,
			.depth = geometry->depth,
			.visual = attributes ? attributes->visual : 0,
			.screen = screen,
		};
	}
	free(attributes);
	free(geometry);
	return geometry != NULL;
}

/* The refresh rate of a mode in mHz, 0 if it does not say. */
static uint32_t mode_refresh(const xcb_randr_mode_info_t *mode)
{
	uint64_t total = (uint64_t)mode->htotal * mode->vtotal;

	if (mode->mode_flags & XCB_RANDR_MODE_FLAG_DOUBLE_SCAN)
		total *= 2;
	if (mode->mode_flags & XCB_RANDR_MODE_FLAG_INTERLACE)
		total /= 2;
	return total ? (uint32_t)((uint64_t)mode->dot_clock * 1000 / total) : 0;
}

static uint32_t ask_refresh(struct vgpu_x11 *x11, xcb_window_t root)
{
	const xcb_query_extension_reply_t *extension;
	xcb_randr_get_screen_resources_current_reply_t *resources;
	const xcb_randr_mode_info_t *modes;
	const xcb_randr_crtc_t *crtcs;
	uint32_t best = 0;

	extension = xcb_get_extension_data(x11->c, &xcb_randr_id);
	if (!extension || !extension->present)
		return 0;
	/* the server wants to know our version before it answers the rest */
	free(xcb_randr_query_version_reply(x11->c, xcb_randr_query_version(x11->c, 1, 3), NULL));
	resources = xcb_randr_get_screen_resources_current_reply(
		x11->c, xcb_randr_get_screen_resources_current(x11->c, root), NULL);
	if (!resources)
		return 0;
	modes = xcb_randr_get_screen_resources_current_modes(resources);
	crtcs = xcb_randr_get_screen_resources_current_crtcs(resources);
	for (int i = 0; i < resources->num_crtcs; i++) {
		xcb_randr_get_crtc_info_reply_t *crtc = xcb_randr_get_crtc_info_reply(
			x11->c,
			xcb_randr_get_crtc_info(x11->c, crtcs[i], resources->config_timestamp),
			NULL);

		for (int m = 0; crtc && m < resources->num_modes; m++) {
			uint32_t rate = mode_refresh(&modes[m]);

			if (modes[m].id == crtc->mode && rate > best)
				best = rate;
		}
		free(crtc);
	}
	free(resources);
	return best;
}

uint32_t vgpu_x11_refresh_mhz(struct vgpu_x11 *x11, int screen)
{
	const xcb_screen_t *s = get_screen(x11, screen);
	uint32_t rate = DEFAULT_REFRESH_MHZ;

	if (!s)
		return rate;
	pthread_mutex_lock(&x11->lock);
	if (x11->refresh_mhz[screen] == 0 && !x11->lost) {
		uint32_t asked = ask_refresh(x11, s->root);

		/* a virtual display may claim anything: pace only by what a screen can be */
		x11->refresh_mhz[screen] =
			asked >= 10000 && asked <= 1000000 ? asked : DEFAULT_REFRESH_MHZ;
	}
	if (x11->refresh_mhz[screen])
		rate = x11->refresh_mhz[screen];
	vgpu_x11_drain(x11, false);
	pthread_mutex_unlock(&x11->lock);
	return rate;
}
