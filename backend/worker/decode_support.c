/* SPDX-License-Identifier: MIT */
/* Cutting tails, and answering. */
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "host_needs.h"

bool vgpu_lacking(struct vgpu_replay *replay, unsigned int needs)
{
	if (!vgpu_lacks[needs])
		return false;
	vgpu_wcontext_raise(replay, GL_INVALID_OPERATION);
	return true;
}

const void *vgpu_tail_cut(struct vgpu_tail *tail, uint64_t n)
{
	const uint8_t *at = tail->at;

	if (n > tail->left || vgpu_pad(n) > tail->left) {
		tail->bad = true;
		return NULL;
	}
	tail->at += vgpu_pad(n);
	tail->left -= vgpu_pad(n);
	return at;
}

const void *vgpu_tail_string(struct vgpu_tail *tail, uint64_t n, bool nullable)
{
	const char *at;

	if (n == VGPU_NO_STRING) {
		tail->bad |= !nullable;
		return NULL;
	}
	if (n > VGPU_MAX_STRING) {
		tail->bad = true;
		return NULL;
	}
	at = vgpu_tail_cut(tail, n + 1);
	if (at && at[n] != 0)
		tail->bad = true;
	return at;
}

const void *vgpu_tail_string_of(struct vgpu_tail *tail, uint64_t n, int64_t length, bool nullable)
{
	const char *at = vgpu_tail_string(tail, n, nullable);

	if (at && !tail->bad && (length < 0 ? strlen(at) != n : (uint64_t)length != n))
		tail->bad = true;
	return at;
}

const char *const *vgpu_tail_strings(struct vgpu_replay *replay, struct vgpu_tail *tail,
                                     uint64_t bytes, int64_t count, const int32_t **lengths_out)
{
	const uint8_t *at = vgpu_tail_cut(tail, bytes);
	uint64_t n = count > 0 ? (uint64_t)count : 0, left;
	const char **strings;
	const char *text;

	if (!at || n > bytes / 5 || (n == 0 && bytes != 0))
		goto bad; /* each takes a length and a NUL at least */
	strings = vgpu_scratch_alloc(replay, (n + 1) * sizeof(*strings));
	if (!strings)
		goto bad;
	text = (const char *)at + 4 * n;
	left = bytes - 4 * n;
	for (uint64_t i = 0; i < n; i++) {
		uint32_t length;

		memcpy(&length, at + 4 * i, sizeof(length));
		if (length > VGPU_MAX_STRING || length >= left || text[length] != 0)
			goto bad;
		strings[i] = text;
		text += length + 1;
		left -= length + 1;
	}
	if (left)
		goto bad;
	if (lengths_out)
		*lengths_out = (const int32_t *)at;
	return strings;
bad:
	tail->bad = true;
	return NULL;
}

struct vgpu_ref vgpu_tail_ref(struct vgpu_tail *tail, uint32_t kind, uint64_t value)
{
	struct vgpu_ref ref = { .kind = kind, .value = value };

	if (kind == VGPU_REF_BLOB)
		ref.data = vgpu_tail_cut(tail, value);
	else if (kind > VGPU_REF_OFFSET || (kind == VGPU_REF_NULL && value))
		tail->bad = true;
	else
		ref.value = vgpu_ref_offset(value);
	return ref;
}

struct vgpu_ref vgpu_tail_out_ref(struct vgpu_tail *tail, uint32_t kind, uint64_t value)
{
	struct vgpu_ref ref = { .kind = kind, .value = value };

	if (kind > VGPU_REF_OFFSET || (kind == VGPU_REF_NULL && value) ||
	    (kind == VGPU_REF_BLOB && value > VGPU_MAX_REPLY - 4096))
		tail->bad = true;
	if (kind == VGPU_REF_OFFSET)
		ref.value = vgpu_ref_offset(value);
	return ref;
}

uint64_t vgpu_tail_capacity(struct vgpu_tail *tail, uint64_t capacity)
{
	if (capacity > VGPU_MAX_REPLY - 4096)
		tail->bad = true;
	return capacity;
}

const uint32_t *vgpu_host_names(struct vgpu_replay *replay, int kind, const uint32_t *guest,
                                uint64_t bytes)
{
	uint32_t *host = vgpu_scratch_alloc(replay, bytes ? bytes : 4);

	for (uint64_t i = 0; host && i < bytes / 4; i++)
		host[i] = vgpu_host_name_if(replay, kind, guest[i]);
	return host;
}

int32_t vgpu_dimension(const struct vgpu_replay *replay, int32_t n)
{
	int32_t max = replay->ctx ? replay->ctx->caps.max_texture : 0;

	return max > 0 && n > max && max < INT32_MAX / 2 ? 2 * max - 1 : n;
}

int vgpu_answer_empty(struct vgpu_replay *replay, uint16_t opcode)
{
	vgpu_reply_send_begin(replay, opcode, 0);
	return 0;
}

int vgpu_answer_value(struct vgpu_replay *replay, uint16_t opcode, uint64_t value)
{
	vgpu_reply_send_begin(replay, opcode, sizeof(value));
	vgpu_reply_send(replay, &value, sizeof(value));
	return 0;
}
