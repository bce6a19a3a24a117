/* SPDX-License-Identifier: MIT */
/*
 * Frames on Wayland surfaces, by wl_shm. Surfaces belong to the program's own
 * connection, so its wl_display is used, with an event queue of ours and one
 * thread that waits for its events (a buffer was released, a frame was shown),
 * all signals blocked. The frame pool itself is given to the compositor where it
 * is memory that the compositor can map, else pixels are copied.
 *
 * All functions may be called from any thread, none from inside
 * vgpu_drawable_frame_done.
 */
#ifndef VGPU_PRESENT_WAYLAND_H
#define VGPU_PRESENT_WAYLAND_H

#include <stdbool.h>

#include "frontend/client.h"

struct wl_display;
struct wl_egl_window;
struct vgpu_wayland;         /* one program's connection */
struct vgpu_wayland_present; /* one surface */

/* The presenter's functions; the data is a struct vgpu_wayland_present. */
extern const struct vgpu_present_impl vgpu_wayland_present_impl;

/*
 * Use a display, or connect to $WAYLAND_DISPLAY when it is NULL. Returns 0,
 * -ECONNREFUSED (no compositor), -ENOTSUP (no wl_shm) or -ENOMEM. The thread runs
 * until vgpu_wayland_close, which must come before the program disconnects.
 */
int vgpu_wayland_open(struct wl_display *display, struct vgpu_wayland **wayland_out);
/* NULL is fine. Presents keep the connection until they are destroyed. */
void vgpu_wayland_close(struct vgpu_wayland *wayland);

/*
 * Present to a window; opaque: its alpha channel means nothing. Returns 0,
 * -EINVAL when it is no window, -EBUSY when it is presented to already, or
 * -ENOMEM. The vgpu_drawable it is given to frees it through destroy.
 */
int vgpu_wayland_present_create(struct vgpu_wayland *wayland, struct wl_egl_window *window,
                                bool opaque, struct vgpu_wayland_present **present_out);

#endif
