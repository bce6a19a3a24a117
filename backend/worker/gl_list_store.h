/* SPDX-License-Identifier: MIT */
/*
 * Mesa's store for the vertices of a display list (vbo_save_api.c, 22.3). It gathers
 * primitives until something else than a vertex comes. Where a list must be replayed call by
 * call (evaluators or lists between glBegin and glEnd, attributes that come in the middle), as
 * many vertices are read as there are indices, and that may be more than there are. So the
 * store is made as large as Mesa ever makes it, 1 MiB, before the first list.
 *
 * Another bug of it is left (docs/security.md): a strip of one vertex behind another primitive takes
 * more indices than there is memory for. Closing the store before every strip, by a call
 * of no lists, keeps that away, and makes Mesa draw gears with half of their faces.
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

#endif
