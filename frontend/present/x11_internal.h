/* SPDX-License-Identifier: MIT */
/*
 * What the files of the X11 presenter share: the connection (x11_conn.c), one
 * window (x11.c), pixels (x11_image.c). struct vgpu_x11 is guarded by its lock;
 * every use of the xcb connection happens under it, followed by
 * vgpu_x11_drain, because any xcb call may have read events into xcb's queue,
 * where the thread's poll would not see them.
 */
#ifndef VGPU_PRESENT_X11_INTERNAL_H
#define VGPU_PRESENT_X11_INTERNAL_H

#include <pthread.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>

#include "frontend/present/queue.h"
#include "frontend/present/x11.h"

#define VGPU_X11_FLIGHTS VGPU_SHOW_MAX

/* How pixels stand in an image of the X server. */
struct vgpu_x11_format {
	uint8_t bytes_per_pixel; /* 2, 3 or 4 */
	uint8_t pad;             /* rows are a multiple of this many bytes */
	bool msb_first;
	bool direct; /* the same as a frame: no conversion */
	uint32_t mask[3];
	uint8_t shift[3], bits[3];
};

/* Memory the X server has attached. */
struct vgpu_x11_segment {
	xcb_shm_seg_t seg; /* 0: none */
	uint8_t *base;     /* ours for staging, borrowed for a pool */
	size_t bytes;
	bool sysv;
	struct vgpu_x11_segment *next;
};

/* A frame the X server has not answered yet. */
struct vgpu_x11_flight {
	bool busy;
	unsigned int sequence;
	struct vgpu_drawable *drawable;
	uint32_t slot;
	const uint8_t *pixels;
	struct vgpu_x11_segment staging; /* kept for the next frame that must be copied */
};

struct vgpu_x11_present {
	struct vgpu_x11 *x11;
	struct vgpu_x11_present *next;
	xcb_drawable_t id;
	xcb_gcontext_t gc;
	bool window;
	bool gone; /* destroyed in the X server */
	struct vgpu_done_owner done;
	uint8_t depth;
	struct vgpu_x11_format format;
	uint32_t width, height;
	uint64_t period_ns; /* of the display's refresh */
	uint64_t due_ns;    /* not before this the next paced frame */
	struct vgpu_x11_segment *pools;
	struct vgpu_x11_flight flights[VGPU_X11_FLIGHTS];
	struct vgpu_show_queue queue; /* paced frames */
};

struct vgpu_x11 {
	struct vgpu_x11 *next;
	char *name; /* as given; "" for $DISPLAY */
	unsigned int refs;
	xcb_connection_t *c;
	int fd, wake_fd;
	int default_screen;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool threaded, stop;
	bool lost;   /* the X server is gone */
	bool shm;    /* MIT-SHM with segments of shmget may work */
	bool shm_fd; /* segments by file descriptor may work */
	uint8_t shm_event;
	uint32_t *refresh_mhz; /* one per screen, 0: not asked yet */
	struct vgpu_x11_present *presents;
	struct vgpu_done_list done;
};

/* Count one more user of an open connection. */
struct vgpu_x11 *vgpu_x11_ref(struct vgpu_x11 *x11);
/* Start the event thread if it does not run. Lock held. Returns 0 or a negative errno. */
int vgpu_x11_start(struct vgpu_x11 *x11);
/* Make the event thread look at its deadlines again. */
void vgpu_x11_wake(struct vgpu_x11 *x11);
/* Handle the events that have arrived, reading the socket as well if read is set. Lock held. */
void vgpu_x11_take_events(struct vgpu_x11 *x11, bool read);
/* The same; frames that turn out finished are left to the event thread. Lock held. */
void vgpu_x11_drain(struct vgpu_x11 *x11, bool read);
/* Put what is due on the window. Returns the next deadline, UINT64_MAX if none. Lock held. */
uint64_t vgpu_x11_present_due(struct vgpu_x11_present *present, uint64_t now_ns);
uint64_t vgpu_x11_now_ns(void);

/* How an image of this depth looks; masks may be all 0 (a pixmap). Returns false when not RGB. */
bool vgpu_x11_format_init(struct vgpu_x11_format *format, const xcb_setup_t *setup, uint8_t depth,
                          const uint32_t masks[3]);
/* Bytes of a row of width pixels. */
size_t vgpu_x11_format_stride(const struct vgpu_x11_format *format, uint32_t width);
/* Convert BGRA rows of a frame. dst has vgpu_x11_format_stride bytes per row. */
void vgpu_x11_convert(const struct vgpu_x11_format *format, uint8_t *dst, const uint8_t *src,
                      uint32_t src_stride, uint32_t width, uint32_t height);
/*
 * Send a frame with PutImage requests, each below the server's limit. Returns
 * 0 or -ENOMEM. Lock held.
 */
int vgpu_x11_put_wire(struct vgpu_x11_present *present, const struct vgpu_show_frame *frame);

/* Let the server attach fd (borrowed). Returns 0 and sets segment->seg, or a negative errno. Lock
 * held. */
int vgpu_x11_attach_fd(struct vgpu_x11 *x11, int fd, struct vgpu_x11_segment *segment);
/* Make segment at least bytes large, in memory of ours. Returns 0 or a negative errno. Lock held.
 */
int vgpu_x11_segment_grow(struct vgpu_x11 *x11, struct vgpu_x11_segment *segment, size_t bytes);
/* Detach and unmap memory made by vgpu_x11_segment_grow. Lock held. */
void vgpu_x11_segment_free(struct vgpu_x11 *x11, struct vgpu_x11_segment *segment);

#endif
