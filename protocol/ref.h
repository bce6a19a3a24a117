/* SPDX-License-Identifier: MIT */
/*
 * A GL pointer that is either client memory or an offset into the buffer that
 * is bound (pixels, indices, indirect parameters), as it crosses the wire. The
 * guest decides which from its own bindings; the worker checks that against
 * the bindings it has tracked, for an offset that reached the driver with no
 * buffer bound would be an arbitrary read.
 */
#ifndef VGPU_PROTOCOL_REF_H
#define VGPU_PROTOCOL_REF_H

#include <stdint.h>

enum vgpu_ref_kind {
	VGPU_REF_NULL = 0,   /* the program passed NULL and no buffer is bound */
	VGPU_REF_BLOB = 1,   /* value bytes of client memory travel along */
	VGPU_REF_OFFSET = 2, /* value is an offset into the bound buffer */
};

struct vgpu_ref {
	uint32_t kind; /* enum vgpu_ref_kind */
	uint64_t value;
	const void *data; /* VGPU_REF_BLOB: borrowed for the call */
};

#endif
