/* SPDX-License-Identifier: MIT */
/*
 * The worker's counters about the program that is run. The daemon is asked while
 * the program runs and once more when it has ended; of each of its connections
 * the last known numbers are kept. A connection is the program's when the
 * process that made it descends from it, or when the backend is our own. Workers
 * remember ended programs for a while, so the last numbers are exact.
 */
#ifndef VGPU_TOOLS_RUN_STATS_H
#define VGPU_TOOLS_RUN_STATS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct vgpu_run_stats;

/* Between two questions. */
#define VGPU_RUN_STATS_INTERVAL_MS 100

/*
 * Asks the backend at VGPU_SOCKET for the first time: what is there already is
 * not the program's. NULL when memory is short.
 */
struct vgpu_run_stats *vgpu_run_stats_create(bool own_backend);
void vgpu_run_stats_destroy(struct vgpu_run_stats *stats);

/* The program has started. */
void vgpu_run_stats_begin(struct vgpu_run_stats *stats, const char *program, pid_t pid);
/* Ask now. Failures are remembered and reported at the end. */
void vgpu_run_stats_sample(struct vgpu_run_stats *stats);
/*
 * The program has ended: the last question. Waits, at most
 * VGPU_RUN_STATS_SETTLE_MS, until the worker has done what was on its way.
 */
#define VGPU_RUN_STATS_SETTLE_MS 2000
void vgpu_run_stats_end(struct vgpu_run_stats *stats, int exit_code);

/* For people. */
void vgpu_run_stats_print(const struct vgpu_run_stats *stats, FILE *out);
/* For programs: one JSON object and a newline. Returns 0 or a negative errno. */
int vgpu_run_stats_write_json(const struct vgpu_run_stats *stats, FILE *out);

#endif
