/* SPDX-License-Identifier: MIT */
/*
 * Displays and screens as GLX sees them, and the few questions that are put to
 * the X server. Round trips go through xcb on the program's own connection, so
 * that an X error comes back here and not to the program.
 */
#include <stdlib.h>
#include <string.h>
#include <X11/Xlib-xcb.h>
#include <X11/Xlibint.h>
#include <xcb/xcb.h>

#include "frontend/glx/glx.h"

pthread_mutex_t vgpu_glx_lock = PTHREAD_MUTEX_INITIALIZER;

static struct vgpu_glx_display *displays;
static struct vgpu_glx_screen *screens;
static uint32_t next_config_id = 0x1000; /* far from the IDs of visuals, which start low */

static struct vgpu_glx_display *display_find(Display *dpy)
{
	struct vgpu_glx_display *d;

	for (d = displays; d; d = d->next)
		if (d->dpy == dpy)
			break;
	return d;
}

/* Called by XCloseDisplay. Host drawables that are current somewhere live on until they are not. */
static int closing(Display *dpy, XExtCodes *codes)
{
	struct vgpu_glx_display *gone = NULL;

	vgpu_glx_drawables_sweep(dpy);
	pthread_mutex_lock(&vgpu_glx_lock);
	for (struct vgpu_glx_display **at = &displays; *at; at = &(*at)->next) {
		if ((*at)->dpy == dpy) {
			gone = *at;
			*at = gone->next;
			break;
		}
	}
	pthread_mutex_unlock(&vgpu_glx_lock);
	free(gone);
	return 0;
}

struct vgpu_glx_display *vgpu_glx_display_get(Display *dpy)
{
	struct vgpu_glx_display *d, *fresh;
	XExtCodes *codes;

	pthread_mutex_lock(&vgpu_glx_lock);
	d = display_find(dpy);
	pthread_mutex_unlock(&vgpu_glx_lock);
	if (d)
		return d;
	fresh = calloc(1, sizeof(*fresh));
	if (!fresh)
		return NULL;
	fresh->dpy = dpy;
	fresh->error_base = -1;
	codes = XAddExtension(dpy); /* asks nothing of the server */
	if (codes)
		XESetCloseDisplay(dpy, codes->extension, closing);
	pthread_mutex_lock(&vgpu_glx_lock);
	d = display_find(dpy); /* another thread may have been faster */
	if (!d) {
		fresh->next = displays;
		displays = d = fresh;
		fresh = NULL;
	}
	pthread_mutex_unlock(&vgpu_glx_lock);
	free(fresh);
	return d;
}

/* The visuals of a screen, in the server's order. Returns the count. */
static size_t read_visuals(Display *dpy, int number, struct vgpu_glx_visual **out)
{
	XVisualInfo template = { .screen = number };
	int n = 0;
	XVisualInfo *infos = XGetVisualInfo(dpy, VisualScreenMask, &template, &n);
	struct vgpu_glx_visual *visuals = NULL;
	VisualID first = XVisualIDFromVisual(DefaultVisual(dpy, number));
	size_t count = 0;

	if (infos && n > 0)
		visuals = calloc((size_t)n, sizeof(*visuals));
	if (visuals) {
		/* The root window's visual leads: programs that do not choose use it. */
		for (int pass = 0; pass < 2; pass++) {
			for (int i = 0; i < n; i++) {
				if ((infos[i].visualid == first) != (pass == 0))
					continue;
				visuals[count++] = (struct vgpu_glx_visual){
					.id = infos[i].visualid,
					.class = infos[i].class,
					.depth = infos[i].depth,
					.red_mask = infos[i].red_mask,
					.green_mask = infos[i].green_mask,
					.blue_mask = infos[i].blue_mask,
				};
			}
		}
	}
	if (infos)
		XFree(infos);
	*out = visuals;
	return count;
}

/* The lock is held. */
static struct vgpu_glx_screen *screen_find(const char *name, int number)
{
	struct vgpu_glx_screen *s;

	for (s = screens; s; s = s->next)
		if (s->number == number && strcmp(s->display_name, name) == 0)
			break;
	return s;
}

static void screen_free(struct vgpu_glx_screen *s)
{
	if (!s)
		return;
	free(s->display_name);
	free(s->visuals);
	free(s->configs);
	free(s->extensions);
	free(s->server_extensions);
	free(s);
}

struct vgpu_glx_screen *vgpu_glx_screen_get(Display *dpy, int number)
{
	const char *name = XDisplayString(dpy);
	const struct vgpu_host_info *host;
	struct vgpu_client *client;
	struct vgpu_glx_screen *s, *fresh;
	uint32_t first_id;

	if (number < 0 || number >= ScreenCount(dpy))
		return NULL;
	pthread_mutex_lock(&vgpu_glx_lock);
	s = screen_find(name, number);
	first_id = next_config_id;
	pthread_mutex_unlock(&vgpu_glx_lock);
	if (s || vgpu_client_get(&client))
		return s;
	if (!vgpu_glx_display_get(dpy))
		return NULL;
	host = vgpu_client_host(client);
	fresh = calloc(1, sizeof(*fresh));
	if (!fresh)
		return NULL;
	fresh->number = number;
	fresh->display_name = strdup(name);
	fresh->limits.max_samples = host->max_samples;
	fresh->limits.max_drawable = host->max_drawable;
	fresh->limits.depth32 = vgpu_glx_host_is_software(host);
	fresh->limits.accum = host->version_compat > 0; /* the worker keeps them */
	fresh->visual_count = read_visuals(dpy, number, &fresh->visuals);
	fresh->extensions = vgpu_glx_extensions_build(host, false);
	fresh->server_extensions = vgpu_glx_extensions_build(host, true);
	if (fresh->display_name && fresh->extensions && fresh->server_extensions)
		fresh->config_count =
			vgpu_glx_configs_build(fresh->visuals, fresh->visual_count, &fresh->limits,
					       first_id, &fresh->configs);
	if (fresh->config_count == 0) {
		screen_free(fresh);
		return NULL;
	}
	for (size_t i = 0; i < fresh->config_count; i++)
		fresh->configs[i].screen = fresh;
	pthread_mutex_lock(&vgpu_glx_lock);
	s = screen_find(name, number);
	if (!s) {
		/* Another screen may have taken the IDs meanwhile. */
		for (size_t i = 0; i < fresh->config_count; i++)
			fresh->configs[i].id = next_config_id++;
		fresh->next = screens;
		screens = s = fresh;
		fresh = NULL;
	}
	pthread_mutex_unlock(&vgpu_glx_lock);
	screen_free(fresh);
	return s;
}

bool vgpu_glx_config_valid(GLXFBConfig handle)
{
	const struct vgpu_glx_config *config = (const void *)handle;
	bool valid = false;

	pthread_mutex_lock(&vgpu_glx_lock);
	for (struct vgpu_glx_screen *s = screens; s && !valid; s = s->next)
		valid = config >= s->configs && config < s->configs + s->config_count;
	pthread_mutex_unlock(&vgpu_glx_lock);
	return valid;
}

bool vgpu_glx_geometry(Display *dpy, XID id, struct vgpu_glx_geometry *out)
{
	xcb_connection_t *xcb = XGetXCBConnection(dpy);
	xcb_get_geometry_cookie_t geometry_cookie;
	xcb_get_window_attributes_cookie_t window_cookie;
	xcb_get_geometry_reply_t *geometry;
	xcb_get_window_attributes_reply_t *window;
	xcb_generic_error_t *error = NULL, *ignored = NULL;

	if (id == None || id > 0xffffffffu)
		return false;
	geometry_cookie = xcb_get_geometry(xcb, (xcb_drawable_t)id);
	window_cookie = xcb_get_window_attributes(xcb, (xcb_window_t)id);
	geometry = xcb_get_geometry_reply(xcb, geometry_cookie, &error);
	window = xcb_get_window_attributes_reply(xcb, window_cookie, &ignored);
	free(error);
	free(ignored); /* a pixmap */
	if (geometry) {
		*out = (struct vgpu_glx_geometry){
			.width = geometry->width,
			.height = geometry->height,
			.depth = geometry->depth,
			.visual = window ? window->visual : 0,
			.input_only = window && window->_class == XCB_WINDOW_CLASS_INPUT_ONLY,
		};
		for (int i = 0; i < ScreenCount(dpy); i++)
			if (RootWindow(dpy, i) == geometry->root)
				out->screen = i;
	}
	free(window);
	free(geometry);
	return geometry != NULL;
}

XID vgpu_glx_alloc_id(Display *dpy)
{
	XID id;

	LockDisplay(dpy);
	id = XAllocID(dpy);
	UnlockDisplay(dpy);
	return id;
}
