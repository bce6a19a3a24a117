/* SPDX-License-Identifier: MIT */
/* The worker's end of the daemon's socket: programs, streams and pools come and go. */
#ifndef VGPU_BACKEND_WORKER_CONTROL_H
#define VGPU_BACKEND_WORKER_CONTROL_H

#include <json-c/json_object.h>

struct vgpu_wconn;

/*
 * Serve the daemon's requests on sock until it closes; then end all programs. The
 * calling thread, which opened the host, is the one that draws (task.h); another
 * reads the socket.
 * renderer is the host's, for the READY message. Returns an exit status.
 */
int vgpu_control_run(int sock, const char *renderer);

/* What a program has cost so far, as the JSON object of "vgpu-ctl list". A new reference. */
struct json_object *vgpu_stats_program(struct vgpu_wconn *conn);

/*
 * A program has ended and its streams have been joined: remember what it has cost,
 * for the tools that ask afterwards. The last VGPU_STATS_ENDED are kept. Any thread.
 */
#define VGPU_STATS_ENDED 64
void vgpu_stats_ended(struct vgpu_wconn *conn);
/* Those programs, oldest first, as a JSON array. A new reference. Any thread. */
struct json_object *vgpu_stats_ended_list(void);

#endif
