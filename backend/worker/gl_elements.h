/* SPDX-License-Identifier: MIT */
/*
 * Where the driver itself reads vertex arrays, element by element: glArrayElement,
 * draws that are compiled into display lists, and indices in feedback and
 * selection. There it does not look whether they lie in their buffers, robust
 * context or not, so it is looked here. Stream thread, a context is current.
 */
#ifndef VGPU_BACKEND_WORKER_GL_ELEMENTS_H
#define VGPU_BACKEND_WORKER_GL_ELEMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/gl_state.h"

/* A list or the mode may have begun or ended: ask the driver. */
void vgpu_welements_mode(struct vgpu_replay *r);
/* glBegin comes: remember how many elements the arrays hold, for nobody answers until glEnd. */
void vgpu_welements_begin(struct vgpu_replay *r);
/* Arrays or what is in buffers may change: not between glBegin and glEnd, then. */
void vgpu_welements_forget(struct vgpu_replay *r);
/* glArrayElement. */
bool vgpu_welements_one(struct vgpu_replay *r, GLint element);

/*
 * Feedback and selection: Mesa (22.3: st_feedback_draw_vbo) follows the storage of each array's buffer, and
 * the buffer of each block of the program, whether there is one or not.
 */
bool vgpu_welements_feedback(struct vgpu_replay *r);
/* Draws: true when the driver may be called. They cost nothing outside lists and feedback. */
bool vgpu_welements_in_list(struct vgpu_replay *r, int64_t first, int64_t count);
static inline bool vgpu_welements_range(struct vgpu_replay *r, int64_t first, int64_t count)
{
	const struct vgpu_wgl *w = r->ctx->wgl;

	if (__builtin_expect(!w || !(w->compiling || w->feedback), 1))
		return true;
	if (w->feedback && !vgpu_welements_feedback(r))
		return false;
	return !w->compiling || vgpu_welements_in_list(r, first, count);
}
/* Count indices of a type at an offset into the element buffer, each with base added. */
bool vgpu_welements_indices(struct vgpu_replay *r, uint64_t offset, int64_t count, GLenum type,
                            int64_t base);
/* Parameters that lie in a buffer. */
bool vgpu_welements_unknown(struct vgpu_replay *r);

#endif
