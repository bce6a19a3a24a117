/* SPDX-License-Identifier: MIT */
/*
 * One window or pixmap of the X11 presenter. A frame goes to the server as a
 * MIT-SHM request on the worker's own pages where it can, and is done when the
 * server's completion event (or error) for that request arrives.
 *
 * Pacing: a frame with swap interval n is sent no sooner than n refresh periods
 * after the one before. A frame that comes too early waits in the queue, from
 * which the event thread takes it; the program feels that through its slots.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/present/x11_internal.h"

/* Where a sent frame is noted. Returns NULL if all are in flight. */
static struct vgpu_x11_flight *free_flight(struct vgpu_x11_present *present)
{
	for (unsigned int i = 0; i < VGPU_X11_FLIGHTS; i++) {
		if (!present->flights[i].busy)
			return &present->flights[i];
	}
	return NULL;
}

static const struct vgpu_x11_segment *find_pool(const struct vgpu_x11_present *present,
                                                const uint8_t *pixels, uint64_t bytes)
{
	const struct vgpu_x11_segment *pool = present->pools;

	while (pool && (pixels < pool->base || pixels + bytes > pool->base + pool->bytes))
		pool = pool->next;
	return pool;
}

static void put_shm(struct vgpu_x11_present *present, struct vgpu_x11_flight *flight,
                    const struct vgpu_show_frame *frame, xcb_shm_seg_t seg, uint64_t offset,
                    uint32_t total_width)
{
	flight->sequence = xcb_shm_put_image(present->x11->c, present->id, present->gc, total_width,
	                                     frame->height, 0, 0, frame->width, frame->height, 0, 0,
	                                     present->depth, XCB_IMAGE_FORMAT_Z_PIXMAP, 1, seg,
	                                     (uint32_t)offset)
	                           .sequence;
	flight->busy = true;
	flight->drawable = frame->drawable;
	flight->slot = frame->slot;
	flight->pixels = frame->pixels;
}

/* Send a frame now. Lock held; does not flush. */
static void send_frame(struct vgpu_x11_present *present, const struct vgpu_show_frame *frame)
{
	const struct vgpu_x11_format *format = &present->format;
	struct vgpu_x11_flight *flight = free_flight(present);
	uint64_t bytes = (uint64_t)frame->stride * frame->height;
	const struct vgpu_x11_segment *pool;
	struct vgpu_x11 *x11 = present->x11;
	size_t stride;

	if (present->gone || x11->lost || frame->width == 0 || frame->height == 0) {
		vgpu_done_add(&x11->done, &present->done, frame->drawable, frame->slot);
		return;
	}
	pool = find_pool(present, frame->pixels, bytes);
	if (flight && pool && pool->seg && format->direct && frame->stride % 4 == 0 &&
	    frame->offset + bytes <= UINT32_MAX) {
		put_shm(present, flight, frame, pool->seg, frame->offset, frame->stride / 4);
		return;
	}
	stride = vgpu_x11_format_stride(format, frame->width);
	if (flight && vgpu_x11_segment_grow(x11, &flight->staging, stride * frame->height) == 0) {
		vgpu_x11_convert(format, flight->staging.base, frame->pixels, frame->stride,
		                 frame->width, frame->height);
		put_shm(present, flight, frame, flight->staging.seg, 0, frame->width);
		return;
	}
	if (vgpu_x11_put_wire(present, frame) < 0)
		vgpu_debug("x11: no memory for a frame of %ux%u", frame->width, frame->height);
	vgpu_done_add(&x11->done, &present->done, frame->drawable, frame->slot);
}

uint64_t vgpu_x11_present_due(struct vgpu_x11_present *present, uint64_t now_ns)
{
	struct vgpu_show_frame frame;
	bool sent = false;

	while ((present->due_ns <= now_ns || present->gone) &&
	       vgpu_show_pop(&present->queue, &frame)) {
		uint64_t period = present->period_ns * frame.swap_interval;

		send_frame(present, &frame);
		sent = true;
		/* keep the beat unless a beat was missed */
		if (present->due_ns + period > now_ns)
			present->due_ns += period;
		else
			present->due_ns = now_ns + period;
	}
	if (sent && !present->x11->lost)
		xcb_flush(present->x11->c);
	return present->queue.count ? present->due_ns : UINT64_MAX;
}

/* Send all that waits, due or not. */
static void send_queue(struct vgpu_x11_present *present)
{
	const bool any = present->queue.count > 0;
	struct vgpu_show_frame frame;

	while (vgpu_show_pop(&present->queue, &frame))
		send_frame(present, &frame);
	if (any && !present->x11->lost)
		xcb_flush(present->x11->c);
	present->due_ns = 0;
}

/* ---- struct vgpu_present_impl ------------------------------------------------------- */

static bool present_size(void *data, uint32_t *width, uint32_t *height)
{
	struct vgpu_x11_present *present = data;
	struct vgpu_x11 *x11 = present->x11;
	bool alive;

	/* The server tells us of changes, so this costs no round trip. */
	pthread_mutex_lock(&x11->lock);
	vgpu_x11_drain(x11, true);
	alive = !present->gone && !x11->lost;
	*width = present->width;
	*height = present->height;
	pthread_mutex_unlock(&x11->lock);
	return alive;
}

static void present_pool(void *data, int fd, void *base, uint64_t bytes)
{
	struct vgpu_x11_present *present = data;
	struct vgpu_x11 *x11 = present->x11;
	struct vgpu_x11_segment *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return; /* its frames are copied */
	pool->base = base;
	pool->bytes = bytes;
	pthread_mutex_lock(&x11->lock);
	if (present->format.direct &&
	    (!vgpu_show_mappable(fd, bytes) || vgpu_x11_attach_fd(x11, fd, pool) < 0))
		vgpu_debug("x11: the frame pool cannot be attached: frames are copied");
	pool->next = present->pools;
	present->pools = pool;
	vgpu_x11_drain(x11, false);
	pthread_mutex_unlock(&x11->lock);
}

static void drop_pool(struct vgpu_x11_present *present, struct vgpu_x11_segment **p)
{
	struct vgpu_x11_segment *pool = *p;

	/* its frames are nobody's any more: not shown, not reported */
	for (unsigned int i = 0; i < VGPU_X11_FLIGHTS; i++) {
		struct vgpu_x11_flight *flight = &present->flights[i];

		if (flight->busy && vgpu_show_within(flight->pixels, pool->base, pool->bytes))
			flight->drawable = NULL;
	}
	vgpu_show_drop(&present->queue, pool->base, pool->bytes);
	/* the server executes in order: it has read what was sent before it detaches */
	if (pool->seg && !present->x11->lost) {
		xcb_shm_detach(present->x11->c, pool->seg);
		xcb_flush(present->x11->c);
	}
	*p = pool->next;
	free(pool);
}

static void present_pool_gone(void *data, void *base)
{
	struct vgpu_x11_present *present = data;
	struct vgpu_x11 *x11 = present->x11;
	struct vgpu_x11_segment **p;

	pthread_mutex_lock(&x11->lock);
	for (p = &present->pools; *p && (*p)->base != base; p = &(*p)->next)
		;
	if (*p)
		drop_pool(present, p);
	vgpu_x11_drain(x11, false);
	pthread_mutex_unlock(&x11->lock);
}

static void present_show(void *data, const struct vgpu_show_frame *frame)
{
	struct vgpu_x11_present *present = data;
	struct vgpu_x11 *x11 = present->x11;
	bool wake = false;

	pthread_mutex_lock(&x11->lock);
	if (frame->swap_interval == 0 || !x11->threaded || present->queue.count == VGPU_SHOW_MAX) {
		/* what still waits its turn comes first */
		send_queue(present);
		send_frame(present, frame);
		if (!x11->lost)
			xcb_flush(x11->c);
	} else {
		vgpu_show_push(&present->queue, frame);
		wake = vgpu_x11_present_due(present, vgpu_x11_now_ns()) != UINT64_MAX &&
		       present->queue.count == 1;
	}
	vgpu_x11_take_events(x11, false);
	vgpu_done_tell(&x11->done);
	pthread_mutex_unlock(&x11->lock);
	if (wake)
		vgpu_x11_wake(x11);
}

static void present_destroy(void *data)
{
	struct vgpu_x11_present *present = data, **p;
	struct vgpu_x11 *x11;

	if (!present)
		return;
	x11 = present->x11;
	pthread_mutex_lock(&x11->lock);
	present->done.dying = true;
	present->queue.count = 0;
	while (present->pools)
		drop_pool(present, &present->pools);
	for (p = &x11->presents; *p && *p != present; p = &(*p)->next)
		;
	if (*p)
		*p = present->next;
	vgpu_done_forget(&x11->done, &present->done);
	for (unsigned int i = 0; i < VGPU_X11_FLIGHTS; i++)
		vgpu_x11_segment_free(x11, &present->flights[i].staging);
	if (!x11->lost) {
		const uint32_t none = 0;

		if (present->window && !present->gone)
			xcb_change_window_attributes(x11->c, present->id, XCB_CW_EVENT_MASK, &none);
		xcb_free_gc(x11->c, present->gc);
		xcb_flush(x11->c);
	}
	vgpu_x11_drain(x11, false);
	pthread_mutex_unlock(&x11->lock);
	free(present);
	vgpu_x11_close(x11);
}

const struct vgpu_present_impl vgpu_x11_present_impl = {
	.size = present_size,
	.pool = present_pool,
	.pool_gone = present_pool_gone,
	.show = present_show,
	.destroy = present_destroy,
};

/* ---- creating -------------------------------------------------------------------------- */

static bool find_masks(const struct vgpu_x11 *x11, const struct vgpu_x11_geometry *geometry,
                       uint32_t masks[3])
{
	struct vgpu_x11_visual visuals[512];
	size_t n = vgpu_x11_visuals(x11, geometry->screen, visuals, 512);

	for (size_t i = 0; i < n && i < 512; i++) {
		if (visuals[i].class != XCB_VISUAL_CLASS_TRUE_COLOR &&
		    visuals[i].class != XCB_VISUAL_CLASS_DIRECT_COLOR)
			continue;
		if (geometry->visual ? visuals[i].id != geometry->visual
		                     : visuals[i].depth != geometry->depth)
			continue;
		masks[0] = visuals[i].red_mask;
		masks[1] = visuals[i].green_mask;
		masks[2] = visuals[i].blue_mask;
		return true;
	}
	/* a pixmap may have a depth without visual */
	return geometry->visual == 0;
}

int vgpu_x11_present_create(const char *display_name, uint32_t drawable, int screen,
                            struct vgpu_x11_present **present_out)
{
	const uint32_t structure = XCB_EVENT_MASK_STRUCTURE_NOTIFY, no = 0;
	struct vgpu_x11_present *present = calloc(1, sizeof(*present));
	struct vgpu_x11_geometry geometry;
	struct vgpu_x11 *x11 = NULL;
	uint32_t masks[3] = { 0 };
	int rc;

	if (!present)
		return -ENOMEM;
	rc = vgpu_x11_open(display_name, &x11);
	if (rc < 0)
		goto out;
	rc = -ENOENT;
	if (!vgpu_x11_geometry(x11, drawable, &geometry))
		goto out;
	rc = -ENOTSUP;
	if (!find_masks(x11, &geometry, masks) ||
	    !vgpu_x11_format_init(&present->format, xcb_get_setup(x11->c), geometry.depth, masks))
		goto out;
	present->x11 = x11;
	present->id = drawable;
	present->window = geometry.visual != 0;
	present->depth = geometry.depth;
	present->width = geometry.width;
	present->height = geometry.height;
	present->period_ns = UINT64_C(1000000000000) / vgpu_x11_refresh_mhz(x11, geometry.screen);

	pthread_mutex_lock(&x11->lock);
	rc = vgpu_x11_start(x11);
	if (rc == 0) {
		present->next = x11->presents;
		x11->presents = present;
		if (present->window)
			xcb_change_window_attributes(x11->c, drawable, XCB_CW_EVENT_MASK,
			                             &structure);
		present->gc = xcb_generate_id(x11->c);
		xcb_create_gc(x11->c, present->gc, drawable, XCB_GC_GRAPHICS_EXPOSURES, &no);
		xcb_flush(x11->c);
	}
	pthread_mutex_unlock(&x11->lock);
	if (rc < 0)
		goto out;
	/* the size may have changed before we listened */
	if (present->window && vgpu_x11_geometry(x11, drawable, &geometry)) {
		pthread_mutex_lock(&x11->lock);
		present->width = geometry.width;
		present->height = geometry.height;
		pthread_mutex_unlock(&x11->lock);
	}
	*present_out = present;
	present = NULL;
	x11 = NULL;
out:
	free(present);
	vgpu_x11_close(x11);
	return rc;
}

void vgpu_x11_present_destroy(struct vgpu_x11_present *present)
{
	present_destroy(present);
}

void vgpu_x11_present_sync(struct vgpu_x11_present *present)
{
	struct vgpu_x11 *x11 = present->x11;

	pthread_mutex_lock(&x11->lock);
	send_queue(present);
	if (!x11->lost)
		free(xcb_get_input_focus_reply(x11->c, xcb_get_input_focus(x11->c), NULL));
	vgpu_x11_drain(x11, false);
	pthread_mutex_unlock(&x11->lock);
}

bool vgpu_x11_present_gone(struct vgpu_x11_present *present)
{
	struct vgpu_x11 *x11 = present->x11;
	bool gone;

	pthread_mutex_lock(&x11->lock);
	vgpu_x11_drain(x11, true);
	gone = present->gone || x11->lost;
	pthread_mutex_unlock(&x11->lock);
	return gone;
}
