/* SPDX-License-Identifier: MIT */
/*
 * The inside of the EGL vendor library: displays, the objects that belong to
 * them, and what a thread has current.
 *
 * One lock, vgpu_egl_lock, guards displays, their object lists and reference
 * counts. It is never held over a call into the client or the X server. A
 * handle is the object's address and is looked up in the display's list before
 * it is used.
 */
#ifndef VGPU_EGL_EGL_H
#define VGPU_EGL_EGL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <glvnd/libeglabi.h>

#include "frontend/client.h"
#include "frontend/egl/config.h"

struct vgpu_x11;
struct vgpu_wayland;

enum vgpu_egl_kind { VGPU_EGL_CONTEXT, VGPU_EGL_SURFACE, VGPU_EGL_SYNC, VGPU_EGL_IMAGE };

/* The first member of everything an EGL handle but a config stands for. */
struct vgpu_egl_object {
	enum vgpu_egl_kind kind;
	unsigned int refs; /* the handle's, and one for each place where it is current or used */
	struct vgpu_egl_display *display;
	struct vgpu_egl_object *next;
};

struct vgpu_egl_display {
	struct vgpu_egl_display *next;
	EGLenum platform; /* EGL_PLATFORM_ X11_KHR, XCB_EXT, WAYLAND_KHR, SURFACELESS_MESA,
	                     DEVICE_EXT */
	void *native;     /* Display, xcb_connection_t, wl_display; NULL for one of our own */
	char *x_name;     /* the X display's name, NULL for $DISPLAY */
	int asked_screen; /* -1: the default one */
	int screen;
	/* the rest is set while initialised; configs stay, handles to them may live on */
	bool initialized;
	struct vgpu_x11 *x11;         /* on X11 */
	struct vgpu_wayland *wayland; /* on Wayland */
	struct vgpu_egl_config *configs;
	EGLint config_count;
	struct vgpu_egl_object *objects;
	char extensions[1024];
};

struct vgpu_egl_context {
	struct vgpu_egl_object object;
	const struct vgpu_egl_config *config; /* NULL: EGL_NO_CONFIG_KHR */
	struct vgpu_context *context;
	EGLenum api;                    /* EGL_OPENGL_API or EGL_OPENGL_ES_API */
	struct vgpu_egl_thread *thread; /* where it is current */
};

struct vgpu_egl_surface {
	struct vgpu_egl_object object;
	const struct vgpu_egl_config *config;
	EGLint type; /* EGL_WINDOW_BIT, EGL_PBUFFER_BIT or EGL_PIXMAP_BIT */
	struct vgpu_drawable *drawable;
	const struct vgpu_present_impl *impl; /* the drawable's presenter, NULL for pbuffers */
	void *present;
	uintptr_t native;     /* X window or pixmap, struct wl_egl_window */
	EGLint width, height; /* of a pbuffer */
	EGLint render_buffer, swap_behavior;
	EGLint colorspace;
	EGLint vg_colorspace, vg_alpha_format;
	EGLint largest_pbuffer, mipmap_texture, mipmap_level;
	EGLint texture_format, texture_target;
	EGLint multisample_resolve;
	bool age_read, damage_set; /* since the last swap */
	bool texture_bound; /* eglBindTexImage without a release yet */
	GLuint texture;     /* to this one, of these */
	const struct vgpu_context *texture_context; /* only to compare; whose texture 0 it is */
	struct vgpu_share *texture_share; /* referenced; NULL: bound without a context */
	unsigned int bound; /* how many times current, all in one thread */
	struct vgpu_egl_thread *thread;
};

struct vgpu_egl_thread {
	EGLint error;
	struct vgpu_egl_context *context;
	struct vgpu_egl_surface *draw, *read;
};

extern pthread_mutex_t vgpu_egl_lock;
extern const __EGLapiExports *vgpu_egl_exports; /* libEGL's functions */

/* The calling thread's state; made at first use, gone with the thread. */
struct vgpu_egl_thread *vgpu_egl_thread(void);
/* Set what eglGetError returns. Returns EGL_FALSE, so that it can be returned. */
EGLBoolean vgpu_egl_error(EGLint error);
/* Forget the error of the call before. Every entry point that can fail begins so. */
void vgpu_egl_clear_error(void);

/* display.c: the display of a handle; NULL and an error if it is none or not initialised. */
struct vgpu_egl_display *vgpu_egl_display_get(EGLDisplay handle);
/* The backend, connected again if it was lost. NULL and EGL_BAD_ALLOC if there is none. */
struct vgpu_client *vgpu_egl_client(struct vgpu_egl_display *display);
/* The config of a handle, NULL if it is none of this display. Sets no error. */
const struct vgpu_egl_config *vgpu_egl_config_get(const struct vgpu_egl_display *display,
                                                  EGLConfig handle);
/* For eglGetDisplay and eglGetPlatformDisplay; EGL_NO_DISPLAY when it is not for us. */
EGLDisplay vgpu_egl_get_platform_display(EGLenum platform, void *native, const EGLAttrib *attribs);
bool vgpu_egl_is_x11(const struct vgpu_egl_display *display);
/* The one device, and whether a handle is it. */
EGLDeviceEXT vgpu_egl_device(void);

/* object.c: give a new object its handle (one reference) and a place in the display's list. */
void vgpu_egl_object_add(struct vgpu_egl_object *object, enum vgpu_egl_kind kind,
                         struct vgpu_egl_display *display);
/* The object of a handle, with one more reference; NULL if there is none. Sets no error. */
void *vgpu_egl_object_get(struct vgpu_egl_display *display, void *handle, enum vgpu_egl_kind kind);
/* Take the handle away: its reference is the caller's then. NULL if there was none. */
void *vgpu_egl_object_take(struct vgpu_egl_display *display, void *handle, enum vgpu_egl_kind kind);
/* Drop a reference; the last one frees. NULL is fine. Without the lock. */
void vgpu_egl_object_put(struct vgpu_egl_object *object);
/* Take all handles of a display away (eglTerminate). */
void vgpu_egl_objects_drop(struct vgpu_egl_display *display);
/* What the last reference does. */
void vgpu_egl_context_free(struct vgpu_egl_context *context);
void vgpu_egl_surface_free(struct vgpu_egl_surface *surface);
struct vgpu_egl_sync;
void vgpu_egl_sync_free(struct vgpu_egl_sync *sync);
struct vgpu_egl_image;
void vgpu_egl_image_free(struct vgpu_egl_image *image);

/* image.c: an image of the current context's display on the wire; 0: the handle is none. */
uint32_t vgpu_egl_image_number(const void *handle);

/*
 * texture.c: a pbuffer that was drawn to while bound: its texture gets what was drawn. The
 * calling thread has a context current.
 */
void vgpu_egl_texture_refresh(struct vgpu_egl_surface *surface);

/* current.c: make nothing current on the calling thread. */
void vgpu_egl_release_current(void);

/* native_x11.c: the name of a program's X connection; to free, NULL if unknown. */
char *vgpu_egl_xlib_name(void *xlib_display);
char *vgpu_egl_xcb_name(void *xcb_connection);
int vgpu_egl_xlib_screen(void *xlib_display);
/* Wait until the X server knows what the program has sent it. */
void vgpu_egl_native_sync(const struct vgpu_egl_display *display);

/* vendor.c and dispatch.c: libglvnd's tables. */
void *vgpu_egl_get_proc(const char *name);
void *vgpu_egl_dispatch_address(const char *name);
void vgpu_egl_set_dispatch_index(const char *name, int index);

#endif
