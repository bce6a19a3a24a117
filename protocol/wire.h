/* SPDX-License-Identifier: MIT */
/*
 * The wire: what stands in a stream ring, in both directions.
 *
 * A stream is two byte rings (protocol/ring.h) in one shared memory object:
 * commands from the guest, replies from the worker. A command is
 *
 *      0        1        2        3     octet
 * +--------+--------+--------+--------+
 * |      opcode     |      flags      |  0
 * +--------+--------+--------+--------+
 * |       size (header included)      |  4
 * +--------+--------+--------+--------+
 * |  fixed part: the scalar fields, naturally aligned, padded to 8        |  8
 * +--------+--------+--------+--------+
 * |  tail: blobs in parameter order, each padded to 8                     |
 *
 * little endian, the same for 32-bit and 64-bit programs (GLintptr, GLsizeiptr,
 * GLsync and EGL handles are 64 bits). A command never wraps round the end of
 * the ring: a VGPU_OP_PAD fills the gap. Unknown opcode, flag or length is a
 * protocol error and closes the stream.
 *
 * Opcodes 1..15 are the framing ones below. 16..255 are the private commands
 * of protocol/vgpu.xml (contexts, drawables, frames, marshalling helpers), from
 * 256 on the GL commands. Both are listed in protocol/gl/opcodes.txt, which is
 * only ever appended to.
 */
#ifndef VGPU_PROTOCOL_WIRE_H
#define VGPU_PROTOCOL_WIRE_H

#include <assert.h>
#include <stdint.h>

#define VGPU_WIRE_VERSION 1

struct vgpu_wire_hdr {
	uint16_t opcode;
	uint16_t flags; /* none is defined yet: must be 0 */
	uint32_t size;  /* 8 <= size, multiple of 8 */
};
static_assert(sizeof(struct vgpu_wire_hdr) == 8, "wire layout");

enum vgpu_wire_op {
	VGPU_OP_INVALID = 0,
	VGPU_OP_PAD = 1,      /* ignored; size reaches to the end of the ring */
	VGPU_OP_FRAGMENT = 2, /* struct vgpu_wire_fragment, then bytes */
};

/*
 * A command too large for the ring travels as fragments. total and offset count
 * bytes of the inner command (its header included); fragments come in order and
 * without gaps, nothing else stands between them (PAD aside).
 */
struct vgpu_wire_fragment {
	uint64_t total;
	uint64_t offset;
	uint64_t bytes; /* in this fragment; the payload is padded to 8 */
};
static_assert(sizeof(struct vgpu_wire_fragment) == 24, "wire layout");

/*
 * A reply: this header, then bytes of payload padded to 8. It may be longer
 * than the reply ring; the guest reads while the worker writes. Payload: the
 * return value as 8 bytes if there is one, then for each output parameter, in
 * order, a uint64_t byte count and the bytes padded to 8.
 */
struct vgpu_wire_reply {
	uint16_t opcode; /* of the command that is answered */
	uint16_t flags;  /* 0 */
	uint32_t zero;
	uint64_t bytes;
};
static_assert(sizeof(struct vgpu_wire_reply) == 16, "wire layout");

/* Caps. A guest that exceeds one gets an error, never a clamp. */
#define VGPU_MAX_COMMAND (256u << 20)  /* bytes of one command, fragments joined */
#define VGPU_MAX_REPLY (512u << 20)    /* bytes of one reply */
#define VGPU_MAX_COPY_COMMAND (16u << 10) /* above this, a tail may be used in place */
#define VGPU_MIN_RING (64u << 10)
#define VGPU_MAX_RING (64u << 20)
#define VGPU_MAX_STREAMS 64            /* per connection */
#define VGPU_MAX_CONNS 256             /* per worker */
#define VGPU_MAX_USER_CONNS 512        /* programs and tools of a user on the socket */
#define VGPU_MAX_PROGRAM_VRAM (UINT64_C(16) << 30) /* bytes in the driver, by default */
#define VGPU_MAX_POOL_TOTAL (UINT64_C(4) << 30) /* bytes of all pools of a connection */
#define VGPU_MAX_WORKERS 32            /* per user; further programs share them */
#define VGPU_MAX_CONTEXTS 1024         /* per connection */
#define VGPU_MAX_DRAWABLES 1024        /* per connection */
#define VGPU_MAX_DRAWABLE_DIM 16384    /* pixels */
#define VGPU_MAX_POOLS 1024            /* per connection */
#define VGPU_MAX_POOL_BYTES (1u << 30)
#define VGPU_MAX_IMAGES 4096           /* EGL images per connection */
#define VGPU_MAX_NAMES (4u << 20)      /* live object names per share group */
#define VGPU_MAX_HANDLES (1u << 20)    /* bindless handles per share group */
#define VGPU_MAX_PATHS (1u << 20)      /* highest name of a path object */
#define VGPU_MAX_PATH_BYTES (256u << 20) /* of all paths of a share group, as they came */
#define VGPU_MAX_STRING (16u << 20)    /* bytes of one string or shader source */

/* Context attributes of vgpuContextCreate: pairs of these and a value. */
enum vgpu_ctx_attr {
	VGPU_CTX_API = 1,          /* enum vgpu_api */
	VGPU_CTX_MAJOR = 2,
	VGPU_CTX_MINOR = 3,
	VGPU_CTX_PROFILE = 4,      /* 1 core, 2 compatibility: the EGL bits */
	VGPU_CTX_DEBUG = 5,        /* 0 or 1 */
	VGPU_CTX_FORWARD = 6,      /* 0 or 1 */
	VGPU_CTX_ROBUST = 7,       /* 0 or 1: the guest asked for robust access */
	VGPU_CTX_RESET = 8,        /* 0 no notification, 1 lose context on reset */
	VGPU_CTX_NO_ERROR = 9,     /* 0 or 1; the worker never honours it */
	VGPU_CTX_PRIORITY = 10,    /* 0 low, 1 medium, 2 high */
	VGPU_CTX_RELEASE_NONE = 11, /* 1: no implicit flush on release */
};

enum vgpu_api {
	VGPU_API_GL = 0,   /* desktop; the profile says which */
	VGPU_API_GLES1 = 1,
	VGPU_API_GLES2 = 2, /* 2.0 and 3.x */
};

/* Drawable attributes of vgpuDrawableCreate: pairs of these and a value. */
enum vgpu_drawable_attr {
	VGPU_DRAW_WIDTH = 1,
	VGPU_DRAW_HEIGHT = 2,
	VGPU_DRAW_RED = 3, /* bits */
	VGPU_DRAW_GREEN = 4,
	VGPU_DRAW_BLUE = 5,
	VGPU_DRAW_ALPHA = 6,
	VGPU_DRAW_DEPTH = 7,
	VGPU_DRAW_STENCIL = 8,
	VGPU_DRAW_SAMPLES = 9,
	VGPU_DRAW_DOUBLE = 10, /* 0 or 1: has a back buffer */
	VGPU_DRAW_STEREO = 11, /* 0 or 1 */
	VGPU_DRAW_SRGB = 12,   /* 0 or 1: sRGB capable storage */
	VGPU_DRAW_FLOAT = 13,  /* 0 or 1: floating point colour */
	VGPU_DRAW_KIND = 14,   /* enum vgpu_drawable_kind */
	VGPU_DRAW_ACCUM = 15,  /* bits per component of the accumulation buffer */
};

enum vgpu_drawable_kind {
	VGPU_DRAWABLE_WINDOW = 0,
	VGPU_DRAWABLE_PBUFFER = 1,
	VGPU_DRAWABLE_PIXMAP = 2,
};

/*
 * A frame pool: one shared memory object, page 0 holds the slots' states, slot
 * i's pixels stand at 4096 + i * slot_bytes. Rows run from the top, BGRA octets
 * (XRGB8888 as X and Wayland name it), stride is 4 * width.
 * The guest names a free slot in vgpuSwap; the worker fills it, sets width and
 * height, seq, then state to READY (release), then signals the frame event.
 * The worker believes nothing that stands in page 0.
 */
#define VGPU_POOL_HEADER 4096u
#define VGPU_POOL_MAX_SLOTS 8u
#define VGPU_SLOT_NONE 0xffffffffu

enum vgpu_slot_state {
	VGPU_SLOT_FREE = 0,   /* the guest's */
	VGPU_SLOT_QUEUED = 1, /* named in a vgpuSwap that has not been answered */
	VGPU_SLOT_READY = 2,  /* filled by the worker, the guest's to show */
};

struct vgpu_frame_slot {
	uint32_t state;
	uint32_t seq;
	uint32_t width;
	uint32_t height;
	uint32_t stride;
	uint32_t pad[11];
};
static_assert(sizeof(struct vgpu_frame_slot) == 64, "wire layout");

/* The answer of vgpuHostInfo. Strings are NUL-terminated. It only ever grows at its end. */
struct vgpu_host_info {
	uint32_t wire_version;
	uint32_t max_samples;
	uint32_t version_compat; /* major * 10 + minor; 0: not offered */
	uint32_t version_core;
	uint32_t version_gles1;
	uint32_t version_gles2;  /* the highest of ES 2.0-3.x */
	uint32_t robustness;     /* 1: reset notification can be had */
	uint32_t max_drawable;   /* pixels in one direction */
	char vendor[128];
	char renderer[256];
	char version[256];
	char device[256];        /* render node or EGL device, for vgpu-info */
	char worker[64];         /* "xen-vgpu worker PID" */
	uint32_t images;         /* enum vgpu_host_images; 0 from a worker that is older */
	uint32_t zero;
};
static_assert(sizeof(struct vgpu_host_info) == 32 + 960 + 8, "wire layout");

/* What the host makes EGL images of. */
enum vgpu_host_images {
	VGPU_IMAGES_2D = 1,
	VGPU_IMAGES_CUBEMAP = 2,
	VGPU_IMAGES_3D = 4,
	VGPU_IMAGES_RENDERBUFFER = 8,
};

#endif
