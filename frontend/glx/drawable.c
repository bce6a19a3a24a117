/* SPDX-License-Identifier: MIT */
/*
 * The table of drawables: X windows used directly, GLX windows, pixmaps and
 * pbuffers, by X server and ID. The buffers on the host are made when a context
 * is first made current on them, except a pbuffer's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/glx/drawable.h"
#include "frontend/glx/glx.h"
#include "frontend/present/x11.h"

#define BUCKETS 256u

static struct vgpu_glx_drawable *buckets[BUCKETS];

static struct vgpu_glx_drawable **bucket(XID id)
{
	return &buckets[(id ^ id >> 8) % BUCKETS];
}

/* IDs are unique on a server, and a program may use one on another connection. The lock is held. */
static struct vgpu_glx_drawable *find(Display *dpy, XID id)
{
	struct vgpu_glx_drawable *d;

	for (d = *bucket(id); d; d = d->next)
		if (d->id == id &&
		    (d->dpy == dpy || strcmp(d->screen->display_name, XDisplayString(dpy)) == 0))
			break;
	return d;
}

static bool is_gone(const struct vgpu_glx_drawable *d)
{
	return d->type == VGPU_GLX_PLAIN_WINDOW && d->drawable &&
	       vgpu_x11_present_gone(vgpu_drawable_present_data(d->drawable));
}

/* Take it out of the table; the caller owns the table's reference. The lock is held. */
static void unlink_drawable(struct vgpu_glx_drawable *d)
{
	for (struct vgpu_glx_drawable **at = bucket(d->id); *at; at = &(*at)->next) {
		if (*at == d) {
			*at = d->next;
			break;
		}
	}
	d->next = NULL;
	d->destroyed = true;
}

void vgpu_glx_drawable_unref(struct vgpu_glx_drawable *d)
{
	bool last;

	if (!d)
		return;
	pthread_mutex_lock(&vgpu_glx_lock);
	last = --d->users == 0;
	pthread_mutex_unlock(&vgpu_glx_lock);
	if (!last)
		return;
	vgpu_drawable_destroy(d->drawable);
	vgpu_drawable_destroy(d->retired);
	free(d);
}

void vgpu_glx_drawables_sweep(Display *dpy)
{
	struct vgpu_glx_drawable *gone = NULL, *d, *next;

	pthread_mutex_lock(&vgpu_glx_lock);
	for (size_t i = 0; i < BUCKETS; i++) {
		for (d = buckets[i]; d; d = next) {
			next = d->next;
			if (dpy ? d->dpy == dpy : is_gone(d)) {
				unlink_drawable(d);
				d->next = gone;
				gone = d;
			}
		}
	}
	pthread_mutex_unlock(&vgpu_glx_lock);
	for (d = gone; d; d = next) {
		next = d->next;
		d->next = NULL;
		vgpu_glx_drawable_unref(d);
	}
}

struct vgpu_glx_drawable *vgpu_glx_drawable_add(Display *dpy, const struct vgpu_glx_drawable *init)
{
	struct vgpu_glx_drawable *d = malloc(sizeof(*d)), *other;

	if (!d)
		return NULL;
	*d = *init;
	d->dpy = dpy;
	d->interval = -1;
	d->users = 2; /* the table and the caller */
	pthread_mutex_lock(&vgpu_glx_lock);
	other = find(dpy, d->id);
	if (other) {
		other->users++;
	} else {
		d->next = *bucket(d->id);
		*bucket(d->id) = d;
	}
	pthread_mutex_unlock(&vgpu_glx_lock);
	if (other)
		free(d);
	return other ? other : d;
}

struct vgpu_glx_drawable *vgpu_glx_drawable_get(Display *dpy, XID id, bool create)
{
	struct vgpu_glx_drawable init = { 0 }, *d;
	struct vgpu_glx_geometry geometry;
	bool stale = false;

	pthread_mutex_lock(&vgpu_glx_lock);
	d = find(dpy, id);
	if (d)
		stale = is_gone(d);
	if (d && !stale)
		d->users++;
	pthread_mutex_unlock(&vgpu_glx_lock);
	if (d && !stale)
		return d;
	/* An ID whose window went may have come again as another window. */
	if (create || stale)
		vgpu_glx_drawables_sweep(NULL);
	if (!create || !vgpu_glx_geometry(dpy, id, &geometry) || !geometry.visual ||
	    geometry.input_only)
		return NULL;
	init.id = init.x_drawable = id;
	init.type = VGPU_GLX_PLAIN_WINDOW;
	init.screen = vgpu_glx_screen_get(dpy, geometry.screen);
	if (!init.screen)
		return NULL;
	return vgpu_glx_drawable_add(dpy, &init);
}

bool vgpu_glx_drawable_remove(Display *dpy, XID id, enum vgpu_glx_drawable_type type)
{
	struct vgpu_glx_drawable *d;

	pthread_mutex_lock(&vgpu_glx_lock);
	d = find(dpy, id);
	if (d && d->type != type)
		d = NULL;
	if (d)
		unlink_drawable(d);
	pthread_mutex_unlock(&vgpu_glx_lock);
	vgpu_glx_drawable_unref(d);
	return d != NULL;
}

/* Do buffers of this shape serve the config? More than it asks for is fine. */
static bool suits(const struct vgpu_drawable_params *have, const struct vgpu_glx_config *want)
{
	return have->red == want->red && have->green == want->green && have->blue == want->blue &&
	       have->samples == want->samples && have->double_buffer == want->double_buffer &&
	       have->alpha >= want->alpha && have->depth >= want->depth &&
	       have->stencil >= want->stencil && have->accum >= want->accum &&
	       have->srgb >= want->srgb;
}

static uint8_t larger(uint8_t a, uint8_t b)
{
	return a > b ? a : b;
}

/*
 * Buffers for the config. Contexts of several configs may take turns on a
 * window: new buffers keep what the old ones had, so that they soon suit all.
 */
static void shape(const struct vgpu_glx_config *c, const struct vgpu_drawable_params *old,
		  struct vgpu_drawable_params *p)
{
	p->red = c->red;
	p->green = c->green;
	p->blue = c->blue;
	p->alpha = larger(c->alpha, old->alpha);
	p->depth = larger(c->depth, old->depth);
	p->stencil = larger(c->stencil, old->stencil);
	p->accum = larger(c->accum, old->accum);
	p->samples = c->samples;
	p->double_buffer = c->double_buffer;
	p->srgb = c->srgb || old->srgb;
}

bool vgpu_glx_drawable_extent(Display *dpy, const struct vgpu_glx_drawable *d, uint32_t *width,
			      uint32_t *height)
{
	struct vgpu_glx_geometry geometry;

	if (d->type == VGPU_GLX_PBUFFER) {
		*width = d->width;
		*height = d->height;
		return true;
	}
	if (!vgpu_glx_geometry(dpy, d->x_drawable, &geometry))
		return false;
	*width = geometry.width;
	*height = geometry.height;
	return true;
}

/* The config to use when neither the drawable nor the context has one. */
static struct vgpu_glx_config *any_config(Display *dpy, const struct vgpu_glx_drawable *d)
{
	struct vgpu_glx_geometry geometry;
	struct vgpu_glx_config *config = NULL;

	if (d->x_drawable && vgpu_glx_geometry(dpy, d->x_drawable, &geometry))
		config = vgpu_glx_visual_id_config(dpy, d->screen->number, geometry.visual);
	return config ? config : &d->screen->configs[0];
}

static int make_buffers(Display *dpy, const struct vgpu_glx_drawable *d, struct vgpu_client *client,
			struct vgpu_drawable_params *p, struct vgpu_drawable **out)
{
	struct vgpu_x11_present *present = NULL;
	int rc;

	/* this round trip also makes sure that the server knows the window */
	if (!vgpu_glx_drawable_extent(dpy, d, &p->width, &p->height))
		return -ENOENT;
	if (p->width == 0 || p->height == 0) /* a pbuffer of no size can be made current */
		p->width = p->height = 1;
	if (d->x_drawable) {
		p->kind = d->type == VGPU_GLX_PIXMAP ? VGPU_DRAWABLE_PIXMAP : VGPU_DRAWABLE_WINDOW;
		rc = vgpu_x11_present_create(XDisplayString(dpy), (uint32_t)d->x_drawable,
					     d->screen->number, &present);
		if (rc)
			return rc;
		p->present = &vgpu_x11_present_impl;
		p->present_data = present;
	} else {
		p->kind = VGPU_DRAWABLE_PBUFFER;
	}
	rc = vgpu_drawable_create(client, p, out);
	if (rc)
		vgpu_x11_present_destroy(present);
	return rc;
}

int vgpu_glx_drawable_realize(Display *dpy, struct vgpu_glx_drawable *d, struct vgpu_client *client,
			      struct vgpu_glx_config *config, struct vgpu_drawable **out)
{
	struct vgpu_drawable_params params = { 0 };
	struct vgpu_drawable *fresh, *trash;
	int rc;

	if (d->config)
		config = d->config; /* GLX objects have their own */
	pthread_mutex_lock(&vgpu_glx_lock);
	fresh = d->drawable;
	if (fresh && d->client == client && (!config || suits(&d->shape, config))) {
		pthread_mutex_unlock(&vgpu_glx_lock);
		*out = fresh;
		return 0;
	}
	params = d->shape;
	pthread_mutex_unlock(&vgpu_glx_lock);
	if (!config)
		config = any_config(dpy, d);
	shape(config, &params, &params);
	rc = make_buffers(dpy, d, client, &params, &fresh);
	if (rc)
		return rc;
	if (d->interval >= 0)
		vgpu_drawable_set_swap_interval(fresh, d->interval);
	else if (vgpu_glx_default_interval() >= 0)
		vgpu_drawable_set_swap_interval(fresh, vgpu_glx_default_interval());
	pthread_mutex_lock(&vgpu_glx_lock);
	trash = d->retired; /* a thread may be about to use d->drawable: one more round for it */
	d->retired = d->drawable;
	d->drawable = fresh;
	d->client = client;
	d->shape = params;
	pthread_mutex_unlock(&vgpu_glx_lock);
	vgpu_drawable_destroy(trash);
	*out = fresh;
	return 0;
}
