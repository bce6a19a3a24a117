/* SPDX-License-Identifier: MIT */
/*
 * How this process reaches the backend: who hands out shared memory and events.
 * Nothing above knows which transport it has. embedded.c is memfd + eventfd
 * from vgpu-backendd's unix socket.
 */
#ifndef VGPU_FRONTEND_TRANSPORT_TRANSPORT_H
#define VGPU_FRONTEND_TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vgpu_transport;

/* Shared memory for one stream. */
struct vgpu_transport_stream {
	uint32_t id;
	void *memory;
	size_t memory_bytes;
	uint32_t cmd_bytes, reply_bytes; /* powers of two */
	int event_to_worker;             /* write 8 bytes to wake */
	int event_to_guest;              /* poll, then read 8 bytes; non-blocking */
};

/* Shared memory for frames. */
struct vgpu_transport_pool {
	uint32_t id;
	void *memory;
	uint64_t bytes;
	int fd; /* the memory; a window system may attach it */
};

struct vgpu_transport_impl {
	const char *name;
	/* Connect. 0 and *out, -ENOENT without a backend, or a negative errno; why gets a sentence. */
	int (*open)(struct vgpu_transport **out, char *why, size_t why_size);
	/* Forget the connection. Mappings of streams and pools stay. */
	void (*close)(struct vgpu_transport *transport);
	int (*stream_open)(struct vgpu_transport *transport, uint32_t cmd_bytes,
	                   uint32_t reply_bytes, struct vgpu_transport_stream *out);
	void (*stream_close)(struct vgpu_transport *transport, struct vgpu_transport_stream *stream);
	int (*pool_open)(struct vgpu_transport *transport, uint64_t bytes,
	                 struct vgpu_transport_pool *out);
	void (*pool_close)(struct vgpu_transport *transport, struct vgpu_transport_pool *pool);
	/* Becomes readable when the backend has news (above all, that it is lost). */
	int (*poll_fd)(struct vgpu_transport *transport);
	/* Look at the news. Returns false once the backend is lost. Any thread. */
	bool (*check)(struct vgpu_transport *transport);
	/* Readable when frames became ready; non-blocking. */
	int (*frame_fd)(struct vgpu_transport *transport);
};

struct vgpu_transport {
	const struct vgpu_transport_impl *impl;
};

extern const struct vgpu_transport_impl vgpu_transport_embedded;

#endif
