/* SPDX-License-Identifier: MIT */
/*
 * Drawables: what a window, pbuffer or pixmap of the guest is in the worker.
 * Its buffers (storage) are renderbuffers and textures of a share group, made
 * in the service context of that group; each context that uses it has a
 * framebuffer object over them (fbo.h). Where the host has
 * GL_MESA_framebuffer_flip_y, rows run from the top, exactly as Mesa lays out a
 * window; elsewhere from the bottom.
 *
 * Lock order: drawable, then share group's service, then connection.
 */
#ifndef VGPU_BACKEND_WORKER_DRAWABLE_H
#define VGPU_BACKEND_WORKER_DRAWABLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/conn.h"
#include "backend/worker/context.h"
#include "host_gl.h"
#include "protocol/wire.h"

struct vgpu_wformat {
	uint8_t red, green, blue, alpha, depth, stencil, samples, accum;
	bool double_buffer, stereo, srgb, float_color;
};

/* Which buffer; also its colour attachment in a framebuffer object. */
enum vgpu_wbuffer {
	VGPU_WBUF_MAIN = 0,       /* back left, or front left when single-buffered */
	VGPU_WBUF_FRONT = 1,      /* front left; made when the guest first asks for it */
	VGPU_WBUF_MAIN_RIGHT = 2, /* the same for the right eye */
	VGPU_WBUF_FRONT_RIGHT = 3,
	VGPU_WBUF_COUNT = 4,
};

/* A texture or renderbuffer. */
struct vgpu_wimage {
	GLuint name; /* 0: not made */
	bool texture;
	GLenum format;
};

struct vgpu_wstorage {
	struct vgpu_wstorage *next;
	struct vgpu_wshare *share; /* counted */
	bool top_first;
	uint32_t width, height;    /* at least 1 */
	uint64_t generation;       /* unique; changes whenever an image does */
	struct vgpu_wimage color[VGPU_WBUF_COUNT];
	struct vgpu_wimage depth_stencil;
	struct vgpu_wimage resolved;  /* single-sample, rows as in color; multisample only */
	struct vgpu_wimage resolved_depth; /* the same for what the guest reads */
	struct vgpu_wimage shown;     /* single-sample, rows from the top; when color's do not */
};

struct vgpu_wdrawable {
	struct vgpu_wdrawable *next; /* conn->drawables */
	struct vgpu_wconn *conn;
	uint32_t id;
	_Atomic int refs;
	_Atomic bool dead;         /* destroyed by the guest */
	enum vgpu_drawable_kind kind;
	struct vgpu_wformat format;

	pthread_mutex_t lock; /* all below */
	uint32_t width, height;    /* as the guest says, 0 is possible */
	bool front_used;           /* the front buffer is kept apart from now on */
	struct vgpu_wstorage *storages;
	struct vgpu_wstorage *latest; /* has the contents; NULL: nothing drawn yet */
	struct vgpu_wpool *pool;   /* counted, or NULL */
	int16_t *accum;            /* accum.c: RGBA, rows as in the storage; NULL: not used yet */
	uint32_t accum_width, accum_height;
	uint32_t slots;
	uint64_t slot_bytes;
	uint32_t last_slot;        /* holds what is shown, or VGPU_SLOT_NONE */
	_Atomic uint64_t frames;
};

struct vgpu_wdrawable *vgpu_wdrawable_ref(struct vgpu_wdrawable *drawable);
/* The last one frees its storage: the thread's context is switched for that. NULL is fine. */
void vgpu_wdrawable_unref(struct vgpu_replay *r, struct vgpu_wdrawable *drawable);
/* A counted reference to the drawable with this id, or NULL. */
struct vgpu_wdrawable *vgpu_wdrawable_get(struct vgpu_wconn *conn, uint32_t id);
/* A program is gone; its stream threads have ended and no context is current here. */
void vgpu_wdrawable_destroy_all(struct vgpu_wconn *conn);

/*
 * What vgpuDrawableCreate, Destroy, Resize and Pool ask for. create returns an
 * EGL error code, list is not checked yet; the others return false for what
 * breaks the protocol. A drawable of a window that is bound elsewhere goes
 * when it is released there.
 */
EGLint vgpu_wdrawable_create(struct vgpu_wconn *conn, uint32_t id, const GLint *list, GLsizei count,
                             uint64_t bytes);
void vgpu_wdrawable_destroy(struct vgpu_replay *r, uint32_t id);
bool vgpu_wdrawable_resize(struct vgpu_replay *r, uint32_t id, GLsizei width, GLsizei height);
bool vgpu_wdrawable_set_pool(struct vgpu_replay *r, uint32_t id, uint32_t pool_id, uint32_t slots,
                             uint64_t slot_bytes);

/*
 * Storage in r's share group, of the drawable's size, with its contents; made,
 * cleared or brought from another share group as needed. drawable->lock is
 * held; the thread's context may be switched and back. NULL: no memory.
 */
struct vgpu_wstorage *vgpu_wstorage_get(struct vgpu_replay *r, struct vgpu_wdrawable *drawable);
/*
 * From now on keep the front buffer apart, starting with what is shown.
 * drawable->lock is held. Returns 0 or -ENOMEM.
 */
int vgpu_wstorage_want_front(struct vgpu_replay *r, struct vgpu_wdrawable *drawable,
                             struct vgpu_wstorage *storage);
/*
 * Make images that only some need: where names a member that is still 0.
 * drawable->lock is held. Returns 0 or -ENOMEM.
 */
int vgpu_wstorage_want(struct vgpu_replay *r, struct vgpu_wdrawable *drawable,
                       struct vgpu_wstorage *storage, struct vgpu_wimage *where);
/* Free all storage. drawable->lock is held or nobody else has the drawable. */
void vgpu_wstorage_free_all(struct vgpu_replay *r, struct vgpu_wdrawable *drawable);

#endif
