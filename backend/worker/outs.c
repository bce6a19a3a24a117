/* SPDX-License-Identifier: MIT */
/* Output parameters of generated decoders: how much the driver wrote, and the answer. */
#include <string.h>

#include "backend/worker/decode_support.h"

#define FIRST_FILL 0xa5
#define SECOND_FILL 0x5a

static bool room(struct vgpu_replay *replay, struct vgpu_out *out, unsigned int n, int fill)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum = vgpu_add(sum, vgpu_add(out[i].capacity, 16));
	if (sum > VGPU_MAX_REPLY)
		return false;
	for (unsigned int i = 0; i < n; i++) {
		/* never NULL, so that drivers write what they would */
		out[i].data = vgpu_scratch_alloc(replay, out[i].capacity + 8);
		if (!out[i].data)
			return false;
		if (fill)
			memset(out[i].data, fill, out[i].capacity);
	}
	return true;
}

/* Merge the two passes into data, and measure. */
static void measure(struct vgpu_out *out)
{
	uint8_t *second = out->data;
	uint64_t last = 0;

	for (uint64_t i = 0; i < out->capacity; i++) {
		if (second[i] != SECOND_FILL || out->first[i] != FIRST_FILL)
			last = i + 1;
		else
			second[i] = 0;
	}
	last += out->element - 1;
	last -= last % out->element;
	out->written = last < out->capacity ? last : out->capacity;
}

bool vgpu_outs_pass(struct vgpu_replay *replay, struct vgpu_out *out, unsigned int n, int *pass)
{
	switch ((*pass)++) {
	case 0:
		return room(replay, out, n, FIRST_FILL);
	case 1:
		for (unsigned int i = 0; i < n; i++)
			out[i].first = out[i].data;
		return room(replay, out, n, SECOND_FILL);
	default:
		for (unsigned int i = 0; i < n; i++)
			measure(&out[i]);
		return false;
	}
}

bool vgpu_outs_once(struct vgpu_replay *replay, struct vgpu_out *out, unsigned int n, int *pass)
{
	if ((*pass)++ || !room(replay, out, n, 0))
		return false;
	for (unsigned int i = 0; i < n; i++)
		out[i].written = out[i].capacity;
	return true;
}

static void to_guest_names(struct vgpu_replay *replay, struct vgpu_out *out)
{
	uint32_t *name = out->data;

	if (out->kind < 0 || out->element != sizeof(*name))
		return;
	for (uint64_t i = 0; i < out->written / sizeof(*name); i++)
		name[i] = vgpu_guest_name(replay, (enum vgpu_name_kind)out->kind, name[i]);
}

int vgpu_outs_answer(struct vgpu_replay *replay, uint16_t opcode, const uint64_t *value,
                     struct vgpu_out *out, unsigned int n)
{
	uint64_t bytes = value ? sizeof(*value) : 0;

	for (unsigned int i = 0; i < n; i++) {
		if (!out[i].data)
			return vgpu_answer_empty(replay, opcode);
		to_guest_names(replay, &out[i]);
		bytes += VGPU_REPLY_BLOB(out[i].written);
	}
	vgpu_reply_send_begin(replay, opcode, bytes);
	if (value)
		vgpu_reply_send(replay, value, sizeof(*value));
	for (unsigned int i = 0; i < n; i++)
		vgpu_reply_send_blob(replay, out[i].data, out[i].written);
	return 0;
}
