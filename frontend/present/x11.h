/* SPDX-License-Identifier: MIT */
/*
 * Frames on X11 windows and pixmaps, for EGL and GLX.
 *
 * The presenter has an X connection of its own, one per process and display
 * name, so that errors about a window the program has destroyed never reach the
 * program. One thread per connection waits for its events, all signals blocked;
 * it sleeps without a timeout unless a frame waits for its turn.
 *
 * A frame pool is attached to the X server by its file descriptor, so that the
 * server reads the worker's pixels without a copy in the guest. Where that does
 * not work (old server, pool memory that cannot be mapped there) pixels are
 * copied to a MIT-SHM segment, on a remote display they go over the wire.
 *
 * All functions may be called from any thread, none from inside
 * vgpu_drawable_frame_done.
 */
#ifndef VGPU_PRESENT_X11_H
#define VGPU_PRESENT_X11_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frontend/client.h"

struct vgpu_x11;         /* the connection to one X display; counted */
struct vgpu_x11_present; /* one window or pixmap */

/* How frames reach windows: give it to vgpu_drawable_create with a struct vgpu_x11_present. */
extern const struct vgpu_present_impl vgpu_x11_present_impl;

/*
 * Present to a window or pixmap. display_name is XDisplayString's, or NULL for
 * $DISPLAY. The drawable must be known to the X server: a program that has just
 * created it has to be synchronised first (XSync). Returns 0 and sets
 * *present_out, -ENOENT when there is no such drawable, -ECONNREFUSED when the
 * display cannot be reached, -ENOTSUP when its visual is not RGB (TrueColor or
 * DirectColor). The vgpu_drawable it is given to frees it through destroy.
 */
int vgpu_x11_present_create(const char *display_name, uint32_t drawable, int screen,
                            struct vgpu_x11_present **present_out);
/* For a present whose vgpu_drawable could not be created. NULL is fine. */
void vgpu_x11_present_destroy(struct vgpu_x11_present *present);
/* Wait until the X server has executed everything shown so far. */
void vgpu_x11_present_sync(struct vgpu_x11_present *present);
/* True once the window is known to be destroyed. */
bool vgpu_x11_present_gone(struct vgpu_x11_present *present);

/* Connect, or count one more user. Returns 0, -ECONNREFUSED or -ENOMEM. */
int vgpu_x11_open(const char *display_name, struct vgpu_x11 **x11_out);
/* NULL is fine. The last user's close ends the thread and the connection. */
void vgpu_x11_close(struct vgpu_x11 *x11);
/* The screen the display name asks for, and how many there are. */
int vgpu_x11_default_screen(const struct vgpu_x11 *x11);
int vgpu_x11_screen_count(const struct vgpu_x11 *x11);

struct vgpu_x11_visual {
	uint32_t id;
	uint8_t class; /* as X: 4 TrueColor, 5 DirectColor */
	uint8_t depth;
	uint8_t bits_per_rgb;
	uint32_t red_mask, green_mask, blue_mask;
};

/*
 * All visuals of a screen, in the server's order (depth by depth). Stores up to
 * capacity, returns how many there are; 0 when there is no such screen.
 */
size_t vgpu_x11_visuals(const struct vgpu_x11 *x11, int screen, struct vgpu_x11_visual *visuals,
                        size_t capacity);

struct vgpu_x11_geometry {
	uint32_t width, height; /* without the border */
	uint32_t depth;
	uint32_t visual; /* 0 for a pixmap */
	int screen;
};

/* Ask the X server (one or two round trips). Returns false when there is no such drawable. */
bool vgpu_x11_geometry(struct vgpu_x11 *x11, uint32_t drawable,
                       struct vgpu_x11_geometry *geometry_out);

/*
 * The fastest refresh rate of the screen's active outputs in mHz, 60000 when the
 * server does not say. Asked once per screen.
 */
uint32_t vgpu_x11_refresh_mhz(struct vgpu_x11 *x11, int screen);

#endif
