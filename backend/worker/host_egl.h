/* SPDX-License-Identifier: MIT */
/*
 * The host's EGL: one display per worker process, without a window system. All
 * contexts of all programs of the guest are made on it.
 *
 * vgpu_host_open is called once, by the main thread, before any other thread of
 * the worker runs: it sets VGPU_WORKER in the environment, which makes our own
 * vendor library step aside. All else may be called from any thread.
 */
#ifndef VGPU_BACKEND_WORKER_HOST_EGL_H
#define VGPU_BACKEND_WORKER_HOST_EGL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include "backend/worker/host_extensions.h"
#include "host_gl.h"
#include "protocol/wire.h"

struct vgpu_host {
	EGLDisplay display;
	EGLConfig config[3];     /* by enum vgpu_api; EGL_NO_CONFIG_KHR where that works */
	struct vgpu_gl *gl;
	struct vgpu_gl *direct;  /* while the display is being opened: gl without libglvnd's stubs */
	struct vgpu_host_info info;
	struct vgpu_host_extensions extensions; /* while the display is being opened */
	bool software;           /* pixels are in the worker's memory: read them at once */
	bool robust_gl;          /* robust access and reset notification, desktop contexts */
	bool robust_es;          /* the same, ES contexts */
	bool context_flags;      /* EGL 1.5 or EGL_KHR_create_context */
	bool release_behavior;   /* EGL_KHR_context_flush_control */
	bool priority;           /* EGL_IMG_context_priority */
	PFNEGLCREATEIMAGEKHRPROC create_image; /* NULL without EGL images */
	PFNEGLDESTROYIMAGEKHRPROC destroy_image;
};

/*
 * Open the display: the device that $VGPU_DEVICE names (a device node such as
 * /dev/dri/renderD128, an index, or "software"), else the first that works,
 * else Mesa's surfaceless platform, else the default display. With VGPU_DEVICE
 * set, nothing else is tried.
 *
 * Returns 0, or a negative errno with the cause and the next step in error.
 */
int vgpu_host_open(char *error, size_t error_size);

/* The open display, NULL before vgpu_host_open. */
const struct vgpu_host *vgpu_host_get(void);

/* Terminate the display. No context may be left. */
void vgpu_host_close(void);

struct vgpu_host_context_params {
	enum vgpu_api api;
	int major, minor;      /* 0, 0: whatever the host gives */
	uint32_t profile;      /* 0: by default, 1 core, 2 compatibility */
	bool debug, forward, release_none;
	int priority;          /* 0 low, 1 medium */
	EGLContext share;      /* or EGL_NO_CONTEXT */
};

/*
 * Make a context; robust whenever the host can do it, whatever was asked, and
 * with the one reset strategy that all contexts have. Returns EGL_SUCCESS or an
 * EGL error code. *robust_out tells whether it is robust.
 */
EGLint vgpu_host_context_create(const struct vgpu_host_context_params *params,
                                EGLContext *context_out, bool *robust_out);
void vgpu_host_context_destroy(EGLContext context);

/* Make current without a surface on the calling thread; EGL_NO_CONTEXT releases. */
EGLint vgpu_host_make_current(EGLContext context, enum vgpu_api api);

/*
 * An EGL image of a texture or renderbuffer of context's share group; target is
 * one of EGL_KHR_gl_*_image's, and the host has that extension. Returns
 * EGL_SUCCESS or an EGL error code.
 */
EGLint vgpu_host_image_create(EGLContext context, EGLenum target, GLuint object, EGLint level,
                              EGLint zoffset, EGLImageKHR *image_out);
void vgpu_host_image_destroy(EGLImageKHR image);

/* True if the space-separated list has the word. */
bool vgpu_host_has_word(const char *list, const char *word);

#endif
