/* SPDX-License-Identifier: MIT */
/*
 * Program binaries that this worker has handed to its guest. A binary is code of
 * the host's GPU: only what was issued, byte for byte, may come back in. Copies
 * are kept (a hash could be forged), up to a cap; what was dropped or comes from
 * an earlier run is refused, and the program compiles again, as GL foresees.
 */
#ifndef VGPU_BACKEND_WORKER_BINARIES_H
#define VGPU_BACKEND_WORKER_BINARIES_H

#include <stdbool.h>
#include <stdint.h>

/* Remember a copy. Any thread. */
void vgpu_binaries_issue(uint32_t format, const void *bytes, uint64_t n);
/* True if exactly this was issued. Any thread. */
bool vgpu_binaries_known(uint32_t format, const void *bytes, uint64_t n);

#endif
