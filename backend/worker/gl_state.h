/* SPDX-License-Identifier: MIT */
/*
 * What the worker must know of a context's GL state to be sure that the driver
 * never takes a number of the guest for an address: which buffers are bound, how
 * pixels are packed, which vertex arrays have a buffer behind them.
 *
 * Nothing here is believed because a command should have had that effect: a
 * command may fail for reasons that only the driver knows (between glBegin and
 * glEnd nearly everything does). Commands mark what they may have changed, and
 * the driver is asked before it matters. Stream thread, a context is current.
 */
#ifndef VGPU_BACKEND_WORKER_GL_STATE_H
#define VGPU_BACKEND_WORKER_GL_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/context.h"
#include "backend/worker/replay.h"
#include "host_gl.h"
#include "protocol/gl_arrays.h"
#include "protocol/gl_image.h"
#include "protocol/idmap.h"

enum vgpu_wbinding {
	VGPU_WBIND_ARRAY,
	VGPU_WBIND_ELEMENT,  /* of the vertex array object */
	VGPU_WBIND_PACK,
	VGPU_WBIND_UNPACK,
	VGPU_WBIND_INDIRECT, /* draws */
	VGPU_WBIND_DISPATCH,
	VGPU_WBIND_PARAMETER,
	VGPU_WBIND_COUNT,
};

/* Of one vertex array object of the host. */
struct vgpu_wvao {
	uint64_t enabled; /* bits of enum vgpu_array: all that may be enabled */
	uint64_t backed;  /* those known to have a buffer */
};

/* A buffer that the worker streams client memory through. */
#define VGPU_WRING_PARTS 4
struct vgpu_wbuffer_ring {
	GLuint name;   /* 0: not made yet */
	uint64_t size, at;
	uint8_t *map;  /* as long as the buffer lives; NULL where maps do not last */
	uint32_t part; /* the one that was written last begins in it */
	GLsync fence[VGPU_WRING_PARTS]; /* after what reads the part; NULL: nothing does */
};

/* Width, height, depth and size of a compressed block. */
#define VGPU_WBLOCK_VALUES 4

/* Bands of one upload, the last first (vgpuTexBands). */
enum vgpu_wbands {
	VGPU_WBANDS_DRAW, /* there are none, or all lie inside the image */
	VGPU_WBANDS_FAIL, /* the next one is replayed for its error, the others are not */
	VGPU_WBANDS_DROP,
};

struct vgpu_wgl {
	enum vgpu_wbands bands;
	bool known[VGPU_WBIND_COUNT];
	GLuint bound[VGPU_WBIND_COUNT]; /* host names */
	bool pack_known, unpack_known;
	struct vgpu_pixel_store pack, unpack;
	GLint blocks[2][VGPU_WBLOCK_VALUES]; /* the guest's, unpack first (gl_blocks.h) */
	bool blocks_given[2];                /* the driver has them now */

	bool vao_known;
	GLuint vao_name; /* host name */
	struct vgpu_wvao *vao;
	struct vgpu_idmap vaos; /* struct vgpu_wvao by host name + 1 */
	GLint max_attribs, max_coords; /* -1: not asked yet */
	GLuint client_texture;  /* unit that glClientActiveTexture has chosen; ours alone */

	struct vgpu_wbuffer_ring arrays, indices;
	bool compiling, feedback; /* a list is open; not GL_RENDER (gl_elements.h) */
	bool long_stride;         /* an array has, or had, one that the driver tells shortened */
	uint32_t wide;            /* attributes that were of doubles (gl_wide.h) */
	bool store_known;         /* the driver's store of a list's vertices was seen to (gl_list_store.h) */
	bool primitive_open;      /* since glBegin neither glEnd nor glEndList has come */
	bool begun;               /* since glBegin nothing has come that changes arrays */
	int64_t last_element;     /* that the arrays held then */
	GLuint nothing;  /* a buffer for arrays that have none */
	GLuint sentinel; /* a buffer of one byte, for transfers that must fail */
};

/* The current context's, made at first use; NULL when memory is short. */
struct vgpu_wgl *vgpu_wgl_get(struct vgpu_replay *r);
/*
 * Frees. With the context current on r its buffers go too; r may be NULL, then
 * they go with the context. w may be NULL.
 */
void vgpu_wgl_destroy(struct vgpu_wgl *w, struct vgpu_replay *r);

/*
 * What is bound, as the driver says; host name, 0 for none. Returns false when
 * the driver does not answer: between glBegin and glEnd, or the context is lost.
 */
bool vgpu_wgl_bound(struct vgpu_replay *r, enum vgpu_wbinding binding, GLuint *name_out);
/* A binding may have changed. */
void vgpu_wgl_forget_target(struct vgpu_wgl *w, GLenum target);
void vgpu_wgl_forget_all(struct vgpu_wgl *w);

/* The pixel store of the driver. NULL: it does not answer. */
const struct vgpu_pixel_store *vgpu_wgl_pack(struct vgpu_replay *r);
const struct vgpu_pixel_store *vgpu_wgl_unpack(struct vgpu_replay *r);

/* An integer of the driver; false when it does not answer. Leaves no error but inside glBegin. */
bool vgpu_wgl_integer(struct vgpu_replay *r, GLenum pname, GLint *out);

/* GL_PIXEL_PACK_BUFFER and GL_PIXEL_UNPACK_BUFFER exist. */
bool vgpu_wgl_has_pixel_buffers(struct vgpu_replay *r);
/* A buffer of one byte: for transfers that must fail. Host name; changes no binding that is asked. */
GLuint vgpu_wgl_sentinel(struct vgpu_replay *r);

/* gl_arrays.c */

/* What is left to do for vgpu_wgl_arrays_safe when the answer is not known. */
bool vgpu_wgl_arrays_check(struct vgpu_replay *r);
/* Is it known already that every enabled array has a buffer? w may be NULL. */
static inline bool vgpu_wgl_arrays_known(const struct vgpu_wgl *w)
{
	return __builtin_expect(
		w && w->vao_known && w->vao && !(w->vao->enabled & ~w->vao->backed), 1);
}
/*
 * Make sure that no enabled array is without a buffer: those get one that holds
 * nothing. False: the driver does not answer, and nothing may be drawn.
 */
static inline bool vgpu_wgl_arrays_safe(struct vgpu_replay *r)
{
	return vgpu_wgl_arrays_known(r->ctx->wgl) || vgpu_wgl_arrays_check(r);
}
/* Buffers were deleted: the current vertex array object may have lost some. */
void vgpu_wgl_arrays_unsure(struct vgpu_replay *r);

/* gl_streaming.c */

/* Put bytes into a streaming buffer, which stays bound. gap: bytes left unused before them. */
bool vgpu_wgl_stream(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring, GLenum target,
                     uint64_t gap, const void *data, uint64_t bytes, uint64_t *offset_out);
/* Free it. */
void vgpu_wgl_stream_end(struct vgpu_replay *r, struct vgpu_wbuffer_ring *ring);

#endif
