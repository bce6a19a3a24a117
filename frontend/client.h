/* SPDX-License-Identifier: MIT */
/*
 * What the window-system libraries (frontend/egl, frontend/glx) and the GL
 * entry points (frontend/gl) stand on: the process's connection to the backend,
 * contexts, drawables, making them current, showing frames.
 *
 * Names of functions here carry the struct they act on. All functions may be
 * called from any thread unless they say otherwise.
 */
#ifndef VGPU_FRONTEND_CLIENT_H
#define VGPU_FRONTEND_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "protocol/wire.h"

struct vgpu_client;   /* the connection; one per process, made at first use */
struct vgpu_stream;   /* one thread's ring (frontend/transport/stream.h) */
struct vgpu_gl_state; /* guest-side GL state of a context (frontend/gl/state.h) */
struct vgpu_share;    /* guest-side names of a share group (frontend/gl/names.h) */
struct vgpu_present_impl;
struct vgpu_drawable;
struct vgpu_context;

/*
 * The connection. The first call connects; later ones return the same one until
 * the backend is lost, after which the next call tries again. Returns 0, or
 * -ENOENT when there is no backend (the vendor libraries then step aside), or
 * another negative errno. Nothing to release.
 */
int vgpu_client_get(struct vgpu_client **client_out);

/* What the host can do. Valid as long as the process lives. */
const struct vgpu_host_info *vgpu_client_host(struct vgpu_client *client);

/* Why vgpu_client_get last failed, for vgpu-info. Never NULL. */
const char *vgpu_client_error(void);

struct vgpu_drawable_params {
	enum vgpu_drawable_kind kind;
	uint32_t width, height;
	uint8_t red, green, blue, alpha, depth, stencil, samples, accum;
	bool double_buffer, stereo, srgb, float_color;
	/* Shows frames; NULL for pbuffers. present_data is the presenter's own. */
	const struct vgpu_present_impl *present;
	void *present_data;
};

/* A finished frame: pixels lie in a pool at offset; rows from the top, BGRA. */
struct vgpu_show_frame {
	struct vgpu_drawable *drawable;
	uint32_t slot; /* what vgpu_drawable_frame_done is told */
	const uint8_t *pixels;
	uint64_t offset;
	uint32_t width, height, stride; /* pixels, and octets from row to row */
	uint32_t swap_interval;         /* display refreshes until the next one; 0: do not wait */
};

/*
 * How frames reach a window. pool and pool_gone are called with the drawable's
 * lock held and must not call vgpu_drawable_*; the others with no lock held.
 * NULL functions are not allowed.
 */
struct vgpu_present_impl {
	/*
	 * Ask the window system for the size now. Returns false when the window is gone.
	 * Calling thread: the GL thread.
	 */
	bool (*size)(void *data, uint32_t *width, uint32_t *height);
	/*
	 * A new pool of frames: fd is its memory (borrowed: dup to keep), base its
	 * mapping, bytes its size. The presenter may attach it to the window system.
	 * base stays mapped until pool_gone.
	 */
	void (*pool)(void *data, int fd, void *base, uint64_t bytes);
	void (*pool_gone)(void *data, void *base);
	/*
	 * Show a frame (borrowed; its pixels stay as they are until it is done). The
	 * presenter calls vgpu_drawable_frame_done(drawable, slot) once the window
	 * system has read it, at once if it copied. Called in order, on the client's
	 * frame thread.
	 */
	void (*show)(void *data, const struct vgpu_show_frame *frame);
	/* The drawable is being destroyed; forget it. No show follows. */
	void (*destroy)(void *data);
};

/* Create a drawable on the host. Returns 0 and sets *out, or a negative errno. */
int vgpu_drawable_create(struct vgpu_client *client, const struct vgpu_drawable_params *params,
                         struct vgpu_drawable **out);
/* Drop the caller's reference; the drawable goes when no context has it current. NULL is fine. */
void vgpu_drawable_destroy(struct vgpu_drawable *drawable);
/* Current size in pixels, as far as known here. */
void vgpu_drawable_size(struct vgpu_drawable *drawable, uint32_t *width, uint32_t *height);
/* False: what is drawn is shown without a swap. */
bool vgpu_drawable_double_buffered(const struct vgpu_drawable *drawable);
/* Ask the presenter for the size and resize the host's buffers if it changed. GL thread. */
void vgpu_drawable_check_size(struct vgpu_drawable *drawable);
/* 0: show as soon as possible; n: at most one frame per n display refreshes. */
void vgpu_drawable_set_swap_interval(struct vgpu_drawable *drawable, int interval);
/*
 * Buffer age as EGL_EXT_buffer_age defines it: 1, or 0 before the first swap and after a change of
 * size. When it is 1, the size stays until the next swap.
 */
int vgpu_drawable_buffer_age(struct vgpu_drawable *drawable);
/*
 * Swap buffers. Waits only when all frame slots are in flight. The calling
 * thread's stream is used; drawable need not be current (then the context that
 * is current is flushed first). Returns 0 or a negative errno (-EIO: lost).
 */
int vgpu_drawable_swap(struct vgpu_drawable *drawable);
/* Show the front buffer of a single-buffered (or front-rendered) window: for glFlush, glFinish. */
int vgpu_drawable_flush_front(struct vgpu_drawable *drawable);
/* Presenter: the slot may be filled again. Any thread. */
void vgpu_drawable_frame_done(struct vgpu_drawable *drawable, uint32_t slot);
/* The presenter's data given at creation. */
void *vgpu_drawable_present_data(struct vgpu_drawable *drawable);
/* Wait until every frame swapped so far has been handed to the window system (glXWaitGL, tests). */
void vgpu_drawable_drain(struct vgpu_drawable *drawable);

struct vgpu_context_params {
	enum vgpu_api api;
	int major, minor;
	uint32_t profile; /* 1 core, 2 compatibility */
	bool debug, forward_compatible, robust_access, no_error;
	bool lose_context_on_reset;
	bool release_none;
	int priority; /* 0 low, 1 medium, 2 high */
	struct vgpu_context *share; /* or NULL */
};

/*
 * Create a context on the host. Returns the host's EGL error code: EGL_SUCCESS
 * (0x3000) and sets *out, or EGL_BAD_MATCH and so on, or EGL_CONTEXT_LOST.
 */
uint32_t vgpu_context_create(struct vgpu_client *client, const struct vgpu_context_params *params,
                             struct vgpu_context **out);
/* Drop the caller's reference; it goes when it is no longer current anywhere. NULL is fine. */
void vgpu_context_destroy(struct vgpu_context *context);
const struct vgpu_context_params *vgpu_context_params(const struct vgpu_context *context);
/* True once the worker that held it is gone. */
bool vgpu_context_lost(const struct vgpu_context *context);

/*
 * Make current on the calling thread; context NULL releases, draw and read may
 * be NULL (surfaceless). Moving a context from another thread waits for that
 * thread's stream; the worker orders the two streams. Returns an EGL error code (EGL_SUCCESS,
 * EGL_BAD_ACCESS: current in another thread, EGL_CONTEXT_LOST ...).
 */
uint32_t vgpu_context_make_current(struct vgpu_context *context, struct vgpu_drawable *draw,
                                   struct vgpu_drawable *read);

/*
 * A context. The window-system libraries treat it as opaque; frontend/gl reads
 * the fields below of the current one.
 */
struct vgpu_context {
	struct vgpu_client *client;
	struct vgpu_stream *stream; /* the current thread's while current, else NULL */
	struct vgpu_gl_state *gl;   /* owned: made by vgpu_gl_state_create */
	struct vgpu_share *share;   /* counted reference */
	struct vgpu_drawable *draw, *read; /* while current; may be NULL */
	struct vgpu_context_params params; /* share is NULL here */
	uint32_t id;                /* on the wire */
	uint32_t version;           /* major * 10 + minor, known after the first bind */
	_Atomic bool lost;
	void *priv;                 /* frontend/context.c */
};

/* The calling thread's current context, NULL if none. */
extern __thread struct vgpu_context *vgpu_current __attribute__((visibility("hidden"), tls_model("initial-exec")));

/*
 * An EGL image of a texture or renderbuffer of the context's share group; target,
 * level and zoffset are EGL's. Returns an EGL error code and sets *image_out, the
 * image's number.
 */
uint32_t vgpu_image_create(struct vgpu_context *context, uint32_t target, uint32_t object,
                           int32_t level, int32_t zoffset, uint32_t *image_out);
void vgpu_image_destroy(struct vgpu_client *client, uint32_t image);
/* Set by the EGL library: the number of an image's handle, 0 if it is none. */
extern uint32_t (*vgpu_image_lookup)(const void *handle);

/* The entry point for a gl* name, NULL if the wire does not carry it. */
void *vgpu_gl_get_proc(const char *name);

/*
 * Provided by frontend/gl for frontend/context.c. create: called once a context
 * exists on the host, not current yet. bound: called each time the context
 * became current, on its thread, after the bind was sent; first is true the
 * first time (fetch strings and limits, set the initial viewport).
 * release: before it stops being current. destroy: frees.
 */
struct vgpu_gl_state *vgpu_gl_state_create(struct vgpu_context *context);
void vgpu_gl_state_bound(struct vgpu_context *context, bool first);
void vgpu_gl_state_release(struct vgpu_context *context);
void vgpu_gl_state_destroy(struct vgpu_gl_state *state);
struct vgpu_share *vgpu_share_create(void);
struct vgpu_share *vgpu_share_ref(struct vgpu_share *share);
void vgpu_share_unref(struct vgpu_share *share);

/* Debug log: silent unless VGPU_DEBUG is set. Never changes errno. */
void vgpu_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
