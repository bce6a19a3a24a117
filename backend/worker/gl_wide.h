/* SPDX-License-Identifier: MIT */
/*
 * Attributes of three or four doubles, given vertex by vertex. Mesa (22.3: vbo_exec and
 * vbo_save) keeps the vertex that is being made in room for four floats an attribute,
 * and does not look: with many such attributes it writes over the pointers behind. All
 * that have less than four floats leave room for six that have eight.
 *
 * Only compatibility contexts have so many attributes. Stream thread, a context is current.
 */
#ifndef VGPU_BACKEND_WORKER_GL_WIDE_H
#define VGPU_BACKEND_WORKER_GL_WIDE_H

#include <stdbool.h>

#include "backend/worker/gl_state.h"

/*
 * Will there still be room when these attributes, one bit each, are wide? They count for as
 * long as the context lives, for nobody tells when the driver has forgotten them.
 */
bool vgpu_wwide(struct vgpu_replay *r, uint32_t attributes);

#endif
