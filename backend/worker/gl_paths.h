/* SPDX-License-Identifier: MIT */
/*
 * Path objects of a share group (GL_NV_path_rendering): what they take, and the
 * lock under which they change, so that a list cannot grow between the question
 * how long it is and the answer. Stream thread, a context is current.
 */
#ifndef VGPU_BACKEND_WORKER_GL_PATHS_H
#define VGPU_BACKEND_WORKER_GL_PATHS_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/replay.h"
#include "host_gl.h"

struct vgpu_wpaths;

/*
 * Before a command that makes or changes count paths from first on, with about
 * so many octets of new data. True: call the driver, then vgpu_wpaths_end. False:
 * GL_OUT_OF_MEMORY was raised, as a name or the sum is beyond VGPU_MAX_PATHS or
 * VGPU_MAX_PATH_BYTES.
 */
bool vgpu_wpaths_begin(struct vgpu_replay *r, GLuint first, int64_t count, uint64_t bytes);
/* After it: the driver is asked what these paths have now. */
void vgpu_wpaths_end(struct vgpu_replay *r, GLuint first, int64_t count);

/* The share group ends. NULL is fine. */
void vgpu_wpaths_destroy(struct vgpu_wpaths *paths);

#endif
