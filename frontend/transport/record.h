/* SPDX-License-Identifier: MIT */
/* Writing a recording (protocol/record.h). All functions may be called from any thread. */
#ifndef VGPU_FRONTEND_TRANSPORT_RECORD_H
#define VGPU_FRONTEND_TRANSPORT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when this process records: cheap, to be asked before the calls below. */
extern bool vgpu_recording __attribute__((visibility("hidden")));

/* Begin if $VGPU_RECORD is set. The file is made anew; a failure is told with VGPU_DEBUG only. */
void vgpu_record_begin(const char *renderer);
void vgpu_record_commands(uint32_t stream, const void *bytes, size_t n);
void vgpu_record_pool(uint32_t pool, uint64_t bytes);
void vgpu_record_pool_gone(uint32_t pool);
/* A forked child does not record: its parent's file is not its own. */
void vgpu_record_stop(void);

#endif
