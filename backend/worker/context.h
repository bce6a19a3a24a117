/* SPDX-License-Identifier: MIT */
/*
 * Contexts of a program, and share groups. Each guest context is one host
 * context without a surface; each guest share group is one on the host.
 *
 * A context belongs to the stream thread that has it current; nobody else
 * touches its GL state, its tables or the fields marked "thread". Lists are
 * under the connection's lock.
 */
#ifndef VGPU_BACKEND_WORKER_CONTEXT_H
#define VGPU_BACKEND_WORKER_CONTEXT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <EGL/egl.h>

#include "backend/track/names.h"
#include "backend/worker/glcaps.h"
#include "backend/worker/replay.h"
#include "protocol/idmap.h"

struct vgpu_wsyncs;  /* backend/worker/gl_sync.c */
struct vgpu_whandles;
struct vgpu_wpaths;
struct vgpu_wfeedback;
struct vgpu_wgl;
struct vgpu_wframes; /* backend/worker/frame.c: reads in flight */

#define VGPU_WMAX_DRAW_BUFFERS 8
#define VGPU_WMAX_ATTRIB_DEPTH 16

struct vgpu_wshare {
	_Atomic int refs;     /* contexts, and drawables that have storage here */
	_Atomic int contexts; /* of the guest */
	_Atomic uint32_t dead_programs; /* deleted while in use, ever */
	pthread_mutex_t lock; /* writers of names; readers need none */
	/* between asking how large an answer about a program is and getting it, none is linked anew */
	pthread_mutex_t program_lock;
	struct vgpu_names *names[VGPU_NAME_SHARED_COUNT];
	struct vgpu_wsyncs *syncs;
	struct vgpu_whandles *handles; /* gl_handles.h, under lock; NULL: none was asked for */
	struct vgpu_wpaths *paths; /* gl_paths.h, likewise */
	pthread_mutex_t buffers_lock; /* gl_ranges.c */
	struct vgpu_idmap buffers;    /* by host name */
	pthread_mutex_t maps_lock;    /* gl_maps.c */
	struct vgpu_idmap maps;       /* by host name */

	/*
	 * The service context: ours, in the same host share group, in which buffers
	 * of drawables are made, cleared, copied and freed, so that no guest context
	 * sees its state or its errors disturbed. Made at first use.
	 */
	pthread_mutex_t service_lock;
	EGLContext service;
	struct vgpu_wcaps service_caps;
	struct vgpu_vram *vram; /* what its objects take (vram.h) */
};

/* A framebuffer object that stands for a drawable in one context. */
struct vgpu_wfbo {
	struct vgpu_wfbo *next;
	struct vgpu_wdrawable *drawable; /* counted */
	uint64_t attached; /* generation of the storage that is attached */
	GLuint draw;       /* the guest's default framebuffer */
	GLuint raw;        /* the buffer to show, rows as they lie in memory; 0: none yet */
	GLuint shown;      /* over the storage's shown; 0: none yet */
	GLuint resolved;   /* over the storage's resolved, no flip; 0: none yet */
	GLuint resolve;    /* the same with its depth, as the guest reads it; 0: none yet */
};

/* Buffers chosen on the default framebuffer, in the guest's words. */
struct vgpu_wbuffers {
	GLenum draw[VGPU_WMAX_DRAW_BUFFERS];
	GLsizei n_draw;
	GLenum read;
};

struct vgpu_wcontext {
	struct vgpu_wcontext *next; /* conn->contexts */
	uint32_t id;
	struct vgpu_wconn *conn;
	struct vgpu_wshare *share;
	EGLContext egl;
	enum vgpu_api api;
	bool asked_robust, asked_reset, asked_no_error, asked_debug;
	struct vgpu_replay *current;  /* where it is current, or NULL; conn->lock */
	bool doomed;                  /* destroy when it is released; conn->lock */

	/* thread */
	struct vgpu_wcaps caps;
	struct vgpu_names *names[VGPU_NAME_COUNT - VGPU_NAME_SHARED_COUNT];
	struct vgpu_wdrawable *draw, *read; /* counted */
	bool had_drawable;            /* viewport and buffers have been initialised */
	struct vgpu_wfbo *fbos;
	struct vgpu_wfbo *draw_fb, *read_fb; /* of draw and read; NULL without */
	uint32_t draw_fbo, read_fbo;  /* guest names that are bound, 0: default */
	struct vgpu_wbuffers buffers;
	struct {
		GLbitfield mask;
		struct vgpu_wbuffers buffers;
	} attrib_stack[VGPU_WMAX_ATTRIB_DEPTH];
	uint32_t attrib_depth;
	GLenum error;                 /* found by us or kept for the guest; GL_NO_ERROR */
	uint32_t used_program;        /* guest name */
	struct vgpu_wfeedback *feedback; /* gl_feedback.c; freed with the context */
	struct vgpu_wgl *wgl;         /* gl_state.c; freed with the context */
	struct vgpu_wframes *frames;
};

/* True where a name that was never generated may be bound (compatibility, ES 1 and 2). */
bool vgpu_wcontext_free_names(const struct vgpu_wcontext *ctx);

/* Record an error for the guest's glGetError, as the host's GL does: the first one stays. */
void vgpu_wcontext_raise(struct vgpu_replay *r, GLenum error);
/* Move errors that the guest made into the context before we make GL calls that may fail. */
void vgpu_wcontext_keep_errors(struct vgpu_replay *r);

struct vgpu_wshare *vgpu_wshare_ref(struct vgpu_wshare *share);
/* The last one ends the service context. No service of this group may be current. NULL is fine. */
void vgpu_wshare_unref(struct vgpu_wshare *share);

/*
 * Make the service context of a group current on this thread until
 * vgpu_wservice_leave, which makes r's context current again. What the thread
 * rendered before is finished first; what the service does is finished after.
 * r may be NULL: then the thread has no context. Returns 0 or -EIO.
 */
int vgpu_wservice_enter(struct vgpu_replay *r, struct vgpu_wshare *share);
void vgpu_wservice_leave(struct vgpu_replay *r, struct vgpu_wshare *share);

/*
 * What vgpuContextCreate, vgpuContextDestroy and vgpuContextBind ask for; EGL
 * error codes. list has count words in bytes bytes, nothing of it is checked.
 * A context that is current somewhere is destroyed when it is released.
 */
EGLint vgpu_wcontext_create(struct vgpu_wconn *conn, uint32_t id, uint32_t share_id,
                            const GLint *list, GLsizei count, uint64_t bytes);
void vgpu_wcontext_destroy(struct vgpu_replay *r, uint32_t id);
EGLint vgpu_wcontext_bind(struct vgpu_replay *r, uint32_t id, uint32_t draw_id, uint32_t read_id);

/* The context with this id, or NULL. conn->lock is held. */
struct vgpu_wcontext *vgpu_wcontext_find(struct vgpu_wconn *conn, uint32_t id);

/* A program is gone and all its stream threads have ended; no context is current here. */
void vgpu_wcontext_destroy_all(struct vgpu_wconn *conn);
/* A stream thread ends: release what it has current. */
void vgpu_replay_thread_end(struct vgpu_replay *r);

#endif
