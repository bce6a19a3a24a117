/* SPDX-License-Identifier: MIT */
/*
 * Questions whose answer may hang, crash or need another environment: each is
 * asked in a process of its own, "vgpu-info --probe NAME", which prints JSON.
 */
#ifndef VGPU_TOOLS_INFO_PROBE_H
#define VGPU_TOOLS_INFO_PROBE_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * The asking side. guest_env: in the environment that vgpu-run would set, else in
 * this one as it is. argument may be NULL. Returns an object that is the
 * caller's; it always has "error": null, or a string when the answer is bad or
 * there is none (crash, time-out). NULL when memory is short.
 */
struct json_object *vgpu_info_ask(const char *probe, const char *argument, bool guest_env);

/* The answering side: prints and returns an exit code. */
int vgpu_info_answer(const char *probe, const char *argument);

/* Seconds one probe may take: starting a worker on a cold driver takes some. */
#define VGPU_INFO_PROBE_TIMEOUT_S 30

/* The probes: fill the object in. On failure they add a string "error". */
void vgpu_info_probe_host(struct json_object *answer);
void vgpu_info_probe_library(struct json_object *answer, const char *library);
void vgpu_info_probe_program(struct json_object *answer);

#endif
