/* SPDX-License-Identifier: MIT */
/*
 * Drawables of GLX: X windows used directly, GLX windows, pixmaps, pbuffers.
 * Found by X server and ID in a table (drawable.c); made by the functions of
 * surface.c, or when a plain window is first made current.
 */
#ifndef VGPU_GLX_DRAWABLE_H
#define VGPU_GLX_DRAWABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <X11/Xlib.h>

#include "frontend/client.h"

struct vgpu_glx_config;
struct vgpu_glx_screen;

enum vgpu_glx_drawable_type {
	VGPU_GLX_PLAIN_WINDOW, /* an X window used directly */
	VGPU_GLX_WINDOW,
	VGPU_GLX_PIXMAP,
	VGPU_GLX_PBUFFER,
};

struct vgpu_glx_drawable {
	struct vgpu_glx_drawable *next;
	Display *dpy;   /* whose closing ends it; for comparing only */
	XID id;         /* GLXDrawable */
	XID x_drawable; /* window or pixmap; 0 for a pbuffer */
	enum vgpu_glx_drawable_type type;
	struct vgpu_glx_screen *screen;
	struct vgpu_glx_config *config; /* NULL for a plain window: the context's */
	uint32_t width, height;         /* pbuffers, in pixels */
	bool largest, preserved;        /* pbuffers, as asked for */
	unsigned long event_mask;
	int interval;                       /* swap interval, -1: never set */
	int texture_target, texture_format; /* GLX_EXT_texture_from_pixmap */
	bool mipmap;
	/* Guarded by vgpu_glx_lock: */
	int users;      /* 1 while it is in the table, 1 for each thread it is current in */
	bool destroyed; /* out of the table */
	struct vgpu_drawable *drawable;    /* the host's buffers, NULL until they are needed */
	struct vgpu_drawable *retired;     /* those before, still safe to use for a while */
	struct vgpu_drawable_params shape; /* drawable's buffers */
	struct vgpu_client *client;        /* drawable's */
};

/* Put a copy into the table. Returns it, or the one that has the ID already, with a reference. */
struct vgpu_glx_drawable *vgpu_glx_drawable_add(Display *dpy, const struct vgpu_glx_drawable *init);
/*
 * The drawable for an ID with a reference, or NULL. With create, an X window
 * that is not known yet is taken up, unless there is no such window, or it
 * is InputOnly.
 */
struct vgpu_glx_drawable *vgpu_glx_drawable_get(Display *dpy, XID id, bool create);
/* NULL is fine. */
void vgpu_glx_drawable_unref(struct vgpu_glx_drawable *drawable);
/* Destroy: it lives on while current. Returns false when there is none of that type. */
bool vgpu_glx_drawable_remove(Display *dpy, XID id, enum vgpu_glx_drawable_type type);
/* Forget all of a display that is being closed, or, for NULL, windows that are gone. */
void vgpu_glx_drawables_sweep(Display *dpy);

/*
 * See that buffers exist on the host, belong to the client and suit the config
 * (NULL: any). *out stays valid while the caller holds its reference on the
 * drawable and no two contexts of different configs compete for it. Returns 0,
 * -ENOENT when the window is gone, or another negative errno.
 */
int vgpu_glx_drawable_realize(Display *dpy, struct vgpu_glx_drawable *drawable,
			      struct vgpu_client *client, struct vgpu_glx_config *config,
			      struct vgpu_drawable **out);
/* The size now, asked of the X server. False when the X drawable is gone. */
bool vgpu_glx_drawable_extent(Display *dpy, const struct vgpu_glx_drawable *drawable,
			      uint32_t *width, uint32_t *height);
/* The swap interval as it stands. */
int vgpu_glx_drawable_interval(const struct vgpu_glx_drawable *drawable);
/* The texture target glXBindTexImageEXT uses for a pixmap, GLX_TEXTURE_..._EXT; 0 for others. */
int vgpu_glx_texture_target(const struct vgpu_glx_drawable *drawable);
/* What vblank_mode of the environment asks for: 0, or -1 when it says nothing. */
int vgpu_glx_default_interval(void);

#endif
