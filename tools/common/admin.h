/* SPDX-License-Identifier: MIT */
/*
 * Asking the daemon: VGPU_BROKER_ADMIN requests and their JSON answers. The
 * calls block, at most VGPU_ADMIN_TIMEOUT_S seconds for an answer.
 */
#ifndef VGPU_TOOLS_COMMON_ADMIN_H
#define VGPU_TOOLS_COMMON_ADMIN_H

#include <stddef.h>

struct json_object;

#define VGPU_ADMIN_TIMEOUT_S 5
#define VGPU_ADMIN_MAX_BYTES (16u << 20) /* of one answer */

/*
 * Connect to the daemon at the usual place (vgpu_broker_connect). Returns a
 * descriptor that is the caller's, or a negative errno.
 */
int vgpu_admin_connect(void);

/*
 * Send a request and parse the answer. On success returns 0 and sets *json_out,
 * to be released with json_object_put. Otherwise a negative errno: -EPROTO when
 * the answer is not JSON, -ETIMEDOUT, or what the daemon answered; reason (size
 * bytes, may be NULL) then holds the daemon's own words or "".
 */
int vgpu_admin_request(int sock, const char *request, struct json_object **json_out, char *reason,
		       size_t size);

/*
 * Say on stderr that the daemon cannot be asked, why, and what to do. rc: the
 * negative errno; reason: the daemon's words or "". Returns the exit code.
 */
int vgpu_admin_complain(int rc, const char *reason);

#endif
