/* SPDX-License-Identifier: MIT */
/*
 * What is told about each guest: the last lines are kept in memory for "vgpu-ctl
 * log", and each goes to stderr (a journal). A guest can make its worker talk, and
 * a broken worker can say anything: lines are cut, cleaned and rationed here.
 */
#ifndef VGPU_BACKEND_DAEMON_LOG_H
#define VGPU_BACKEND_DAEMON_LOG_H

#include <stdint.h>

#define VGPU_LOG_LINES 200      /* kept for each guest */
#define VGPU_LOG_TEXT 300       /* octets of a line, NUL included; the rest is cut */
#define VGPU_LOG_GUESTS 64      /* remembered; the one that was quiet longest is forgotten */
#define VGPU_LOG_BURST 300      /* lines at once */
#define VGPU_LOG_PER_SECOND 5   /* and steadily */

struct json_object;
struct vgpu_log;       /* of one guest */
struct vgpu_logs;      /* all of them */

/* The logs; NULL without memory. Free with vgpu_logs_free. */
struct vgpu_logs *vgpu_logs_create(void);
void vgpu_logs_free(struct vgpu_logs *logs);

/*
 * Tell a line about a guest (its name, or the user's number). prefix names who
 * speaks and goes to stderr only. logs may be NULL: then only stderr has it.
 */
void vgpu_log_line(struct vgpu_logs *logs, const char *guest, const char *prefix, const char *text);

/*
 * The lines of a guest as {"schema", "guest", "dropped", "lines": [{"number", "time",
 * "text"}]}, oldest first; NULL when nothing was ever told about it. A new reference.
 */
struct json_object *vgpu_log_json(const struct vgpu_logs *logs, const char *guest);

#endif
