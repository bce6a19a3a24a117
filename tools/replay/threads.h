/* SPDX-License-Identifier: MIT */
/*
 * One host thread for each recorded stream, of which exactly one runs at a time:
 * chunks are replayed strictly in the order of the file, on the thread that has
 * the stream's context current.
 */
#ifndef VGPU_TOOLS_REPLAY_THREADS_H
#define VGPU_TOOLS_REPLAY_THREADS_H

#include <stddef.h>
#include <stdint.h>

struct vgpu_wconn;
struct vgpu_replay_threads;

struct vgpu_replay_threads *vgpu_replay_threads_create(struct vgpu_wconn *conn);
/* Replay a chunk of a stream; returns when it is done. 0 or a negative errno. */
int vgpu_replay_threads_run(struct vgpu_replay_threads *threads, uint32_t stream,
                            const uint8_t *bytes, size_t n);
/* End all streams and free. */
void vgpu_replay_threads_destroy(struct vgpu_replay_threads *threads);

#endif
