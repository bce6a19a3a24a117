/* SPDX-License-Identifier: MIT */
/*
 * Mesa's store for the vertices of a display list (vbo_save_api.c, 22.3), and two
 * bugs of it that a guest could use. It gathers primitives until something else than
 * a vertex comes, and then makes one list of indices of all of them.
 *
 * 1. The indices. Memory for them is two for each vertex, and three for each of the
 *    next primitive's when that is not enough. A strip that is joined to the one
 *    before, and a primitive with less vertices than its mode needs, which is filled
 *    up with copies of its last one, may take six: with a single vertex that is
 *    written past the end of the heap's block. Alone in the store, or first in it,
 *    such a primitive fits into the least that malloc gives. So none of those modes
 *    comes behind anything: the store is closed before, by a call of no lists.
 *
 * 2. The vertices. Where a list must be replayed call by call (evaluators or lists
 *    between glBegin and glEnd, attributes that come in the middle), as many vertices
 *    are read as there are indices, and that may be more than there are. So the store
 *    is made as large as Mesa ever makes it, 1 MiB, before the first list.
 *
 * Stream thread, a context is current. Nothing is done, and costs a look, outside of
 * lists and on other drivers.
 */
#ifndef VGPU_BACKEND_WORKER_GL_LIST_STORE_H
#define VGPU_BACKEND_WORKER_GL_LIST_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/gl_state.h"

/* glNewList comes. */
void vgpu_wstore_list(struct vgpu_replay *r);
/* glBegin or a draw of this mode comes. */
void vgpu_wstore_close(struct vgpu_replay *r, GLenum mode);
static inline void vgpu_wstore_primitive(struct vgpu_replay *r, GLenum mode)
{
	const struct vgpu_wgl *w = r->ctx->wgl;

	if (__builtin_expect(w && w->compiling, 0))
		vgpu_wstore_close(r, mode);
}
/* Is it, or may it be, one of the modes of which a single vertex takes more than three indices? */
bool vgpu_wstore_grows(GLenum mode);
/* Is such a primitive open in a list, so that glPrimitiveRestartNV must be taken apart? */
bool vgpu_wstore_restarts(struct vgpu_replay *r);

#endif
