/* SPDX-License-Identifier: MIT */
/*
 * Large copies. One processor does not use up a server's memory bandwidth: where
 * there are processors to spare, helping threads take pieces of the copy. They
 * never call the driver.
 */
#ifndef VGPU_BACKEND_WORKER_COPY_H
#define VGPU_BACKEND_WORKER_COPY_H

#include <stddef.h>

/*
 * memcpy for frames and the like. Done when it returns. Any thread; while one has the
 * helpers, others copy alone.
 */
void vgpu_copy_large(void *dst, const void *src, size_t bytes);

#endif
