/* SPDX-License-Identifier: MIT */
/*
 * The frontend's end of the control page (protocol/vgpuif.h): requests and their
 * answers, doorbells and their slots. No Xen in here. One thread.
 */
#ifndef VGPU_FRONTEND_AGENT_CONTROL_H
#define VGPU_FRONTEND_AGENT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/vgpuif.h"

/* The answer to a request; response is NULL when the page goes away before it came. */
typedef void vgpu_answer_fn(void *data, const struct vgpuif_response *response);

struct vgpu_waiting {
	struct vgpu_waiting *next;
	struct vgpuif_request request;
	vgpu_answer_fn *answer;
	void *data;
};

struct vgpu_control {
	struct vgpuif_control *shared; /* borrowed; NULL: not connected */
	uint32_t req_prod, rsp_cons;   /* the frontend's own, private */
	uint16_t next_id;
	uint32_t unanswered;           /* published and not answered */
	bool notify;                   /* the backend sleeps and there is news: send an event */
	bool broken;                   /* the backend wrote nonsense */
	struct vgpu_waiting *published; /* oldest first */
	struct vgpu_waiting *queued, **queued_end;
	void (*bell)(void *data, uint32_t slot);
	void (*event)(void *data, const struct vgpuif_response *event);
	void *data;
};

/*
 * Take a zeroed page and write magic and version. bell is told which doorbells
 * rang, event what came unasked; both may call vgpu_control_request.
 */
void vgpu_control_init(struct vgpu_control *control, struct vgpuif_control *shared,
                       void (*bell)(void *data, uint32_t slot),
                       void (*event)(void *data, const struct vgpuif_response *event), void *data);
/* Answer all requests with NULL and forget the page. */
void vgpu_control_finish(struct vgpu_control *control);

/*
 * Send a request (id is filled in), or queue it while the ring is full. answer is
 * called once, never from in here. Returns 0 or -ENOMEM.
 */
int vgpu_control_request(struct vgpu_control *control, const struct vgpuif_request *request,
                         vgpu_answer_fn *answer, void *data);
/* Ring the backend's doorbell of a slot. */
void vgpu_control_ring(struct vgpu_control *control, uint32_t slot);
/*
 * Take answers and doorbells until there are none, then ask for an event. Returns
 * 0, or -EPROTO when the backend's indexes make no sense.
 */
int vgpu_control_look(struct vgpu_control *control);

/* ---- slots -------------------------------------------------------------------- */

struct vgpu_slots {
	uint64_t used[VGPUIF_SLOTS / 64];
};
/* Returns a slot, or -EMFILE. */
int vgpu_slot_take(struct vgpu_slots *slots);
void vgpu_slot_give(struct vgpu_slots *slots, uint32_t slot);

#endif
