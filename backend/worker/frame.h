/* SPDX-License-Identifier: MIT */
/*
 * Frames: swaps, and pictures on their way to the guest's frame pools. All
 * functions are for the stream's thread.
 *
 * A software renderer's pixels are read straight into the slot. From a GPU they
 * come through a ring of pixel buffers, so that the read of one frame overlaps
 * the drawing of the next; the stream's loop calls vgpu_frames_poll.
 */
#ifndef VGPU_BACKEND_WORKER_FRAME_H
#define VGPU_BACKEND_WORKER_FRAME_H

#include "backend/worker/replay.h"

/*
 * Swap the buffers of a drawable, or with front set show its front buffer as it
 * is. The picture goes to the slot of the drawable's pool. The drawable need not be
 * current. Returns false for what breaks the protocol.
 */
bool vgpu_wframe_swap(struct vgpu_replay *r, uint32_t drawable, uint32_t slot, uint32_t seq,
                      bool front);

/*
 * Hand out frames that have arrived. wait: wait for the oldest one. Returns true
 * while there are more to come.
 */
bool vgpu_frames_poll(struct vgpu_replay *r, bool wait);

/* Free what r's context, which is current, needed for frames. */
void vgpu_wframes_destroy(struct vgpu_replay *r);

#endif
