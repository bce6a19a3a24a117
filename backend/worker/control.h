/* SPDX-License-Identifier: MIT */
/* The worker's end of the daemon's socket: programs, streams and pools come and go. */
#ifndef VGPU_BACKEND_WORKER_CONTROL_H
#define VGPU_BACKEND_WORKER_CONTROL_H

#include <json-c/json_object.h>

struct vgpu_wconn;

/*
 * Serve the daemon's requests on sock until it closes; then end all programs.
 * renderer is the host's, for the READY message. Returns an exit status.
 */
int vgpu_control_run(int sock, const char *renderer);

/* What a program has cost so far, as the JSON object of "vgpu-ctl list". A new reference. */
struct json_object *vgpu_stats_program(struct vgpu_wconn *conn);

#endif
