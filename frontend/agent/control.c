/* SPDX-License-Identifier: MIT */
#include "frontend/agent/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MASK (VGPUIF_RING_SLOTS - 1)

void vgpu_control_init(struct vgpu_control *control, struct vgpuif_control *shared,
                       void (*bell)(void *data, uint32_t slot),
                       void (*event)(void *data, const struct vgpuif_response *event), void *data)
{
	*control = (struct vgpu_control){
		.shared = shared, .bell = bell, .event = event, .data = data, .next_id = 1
	};
	control->queued_end = &control->queued;
	shared->fe_sleeps = 1;
	shared->version = VGPUIF_PROTOCOL_VERSION;
	__atomic_store_n(&shared->magic, VGPUIF_MAGIC, __ATOMIC_RELEASE);
}

void vgpu_control_finish(struct vgpu_control *control)
{
	struct vgpu_waiting *lists[2] = { control->published, control->queued };

	control->shared = NULL;
	control->published = control->queued = NULL;
	control->queued_end = &control->queued;
	control->unanswered = 0;
	for (int i = 0; i < 2; i++) {
		while (lists[i]) {
			struct vgpu_waiting *w = lists[i];

			lists[i] = w->next;
			w->answer(w->data, NULL);
			free(w);
		}
	}
}

/* News were written: does the backend sleep? The fence pairs with its own before it sleeps. */
static void wake_backend(struct vgpu_control *control)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&control->shared->be_sleeps, __ATOMIC_RELAXED))
		control->notify = true;
}

static bool id_in_use(const struct vgpu_control *control, uint16_t id)
{
	for (const struct vgpu_waiting *w = control->published; w; w = w->next)
		if (w->request.id == id)
			return true;
	return false;
}

/*
 * Move requests from the queue to the ring. At most a ring full of requests is
 * unanswered at a time, so the answers have room, too.
 */
static void publish(struct vgpu_control *control)
{
	struct vgpu_waiting **end = &control->published;
	bool any = false;

	while (*end)
		end = &(*end)->next;
	while (control->queued && control->unanswered < VGPUIF_RING_SLOTS) {
		struct vgpu_waiting *w = control->queued;

		control->queued = w->next;
		if (!control->queued)
			control->queued_end = &control->queued;
		while (control->next_id == 0 || id_in_use(control, control->next_id))
			control->next_id++;
		w->request.id = control->next_id++;
		w->next = NULL;
		*end = w;
		end = &w->next;
		control->shared->req[control->req_prod & MASK] = w->request;
		control->req_prod++;
		control->unanswered++;
		any = true;
	}
	if (!any)
		return;
	__atomic_store_n(&control->shared->req_prod, control->req_prod, __ATOMIC_RELEASE);
	wake_backend(control);
}

int vgpu_control_request(struct vgpu_control *control, const struct vgpuif_request *request,
                         vgpu_answer_fn *answer, void *data)
{
	struct vgpu_waiting *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->request = *request;
	w->answer = answer;
	w->data = data;
	*control->queued_end = w;
	control->queued_end = &w->next;
	publish(control);
	return 0;
}

void vgpu_control_ring(struct vgpu_control *control, uint32_t slot)
{
	__atomic_fetch_or(&control->shared->bells_to_backend[slot / 64], 1ull << (slot % 64),
	                  __ATOMIC_RELEASE);
	wake_backend(control);
}

/* Hand a response to whoever waits for it. One that nobody waits for is nonsense. */
static int answered(struct vgpu_control *control, const struct vgpuif_response *response)
{
	struct vgpu_waiting **at = &control->published, *w;

	if (response->id == 0) {
		control->event(control->data, response);
		return 0;
	}
	while (*at && (*at)->request.id != response->id)
		at = &(*at)->next;
	w = *at;
	if (!w || w->request.op != response->op)
		return -EPROTO;
	*at = w->next;
	control->unanswered--;
	w->answer(w->data, response);
	free(w);
	return 0;
}

static int take_responses(struct vgpu_control *control, bool *any)
{
	uint32_t prod = __atomic_load_n(&control->shared->rsp_prod, __ATOMIC_ACQUIRE);

	if (prod - control->rsp_cons > VGPUIF_RING_SLOTS)
		return -EPROTO;
	while (control->rsp_cons != prod) {
		struct vgpuif_response copy = control->shared->rsp[control->rsp_cons & MASK];
		int rc;

		copy.text[sizeof(copy.text) - 1] = '\0';
		control->rsp_cons++;
		__atomic_store_n(&control->shared->rsp_cons, control->rsp_cons, __ATOMIC_RELEASE);
		*any = true;
		rc = answered(control, &copy);
		if (rc)
			return rc;
		if (!control->shared)
			return 0; /* an answer ended the connection */
	}
	return 0;
}

static void take_bells(struct vgpu_control *control, bool *any)
{
	for (uint32_t i = 0; i < VGPUIF_SLOTS / 64 && control->shared; i++) {
		uint64_t *word = &control->shared->bells_to_frontend[i], bits;

		if (!__atomic_load_n(word, __ATOMIC_RELAXED))
			continue;
		bits = __atomic_exchange_n(word, 0, __ATOMIC_ACQ_REL);
		while (bits) {
			uint32_t bit = (uint32_t)__builtin_ctzll(bits);

			bits &= bits - 1;
			*any = true;
			control->bell(control->data, i * 64 + bit);
		}
	}
}

/* One round; answers make room for requests that are queued. */
static int take_all(struct vgpu_control *control, bool *any)
{
	int rc = take_responses(control, any);

	if (!rc)
		take_bells(control, any);
	if (!rc && control->shared)
		publish(control);
	return rc;
}

int vgpu_control_look(struct vgpu_control *control)
{
	bool any = true;
	int rc = control->broken ? -EPROTO : 0;

	while (any && !rc && control->shared) {
		__atomic_store_n(&control->shared->fe_sleeps, 0, __ATOMIC_RELAXED);
		while (any && !rc && control->shared) {
			any = false;
			rc = take_all(control, &any);
		}
		if (rc || !control->shared)
			break;
		/* asleep from here on, unless something came just before */
		__atomic_store_n(&control->shared->fe_sleeps, 1, __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		rc = take_all(control, &any);
	}
	control->broken = rc != 0;
	return rc;
}

int vgpu_slot_take(struct vgpu_slots *slots)
{
	for (uint32_t i = 0; i < VGPUIF_SLOTS / 64; i++) {
		if (slots->used[i] != ~0ull) {
			uint32_t bit = (uint32_t)__builtin_ctzll(~slots->used[i]);

			slots->used[i] |= 1ull << bit;
			return (int)(i * 64 + bit);
		}
	}
	return -EMFILE;
}

void vgpu_slot_give(struct vgpu_slots *slots, uint32_t slot)
{
	slots->used[slot / 64] &= ~(1ull << (slot % 64));
}
