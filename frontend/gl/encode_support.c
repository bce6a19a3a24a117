/* SPDX-License-Identifier: MIT */
/* The out-of-line half of what generated encoders need. */
#include <GL/gl.h>

#include "frontend/gl/encode_support.h"
#include "frontend/gl/state.h"

void vgpu_too_large(struct vgpu_context *context)
{
	vgpu_gl_set_error(context, GL_OUT_OF_MEMORY);
}

uint8_t *vgpu_put_string(uint8_t *at, const void *string, uint64_t bytes)
{
	uint64_t padded = vgpu_string_tail(bytes);

	if (!padded)
		return at;
	memset(at + padded - 8, 0, 8);
	if (bytes)
		memcpy(at, string, bytes);
	return at + padded;
}

static uint64_t string_length(const char *string, const int32_t *lengths, int64_t i)
{
	if (!string)
		return 0;
	return lengths && lengths[i] >= 0 ? (uint64_t)lengths[i] : strlen(string);
}

uint64_t vgpu_strings_bytes(int64_t count, const char *const *strings, const int32_t *lengths)
{
	uint64_t bytes = vgpu_bytes(count, sizeof(uint32_t));

	if (!strings)
		return count > 0 ? UINT64_MAX : 0;
	for (int64_t i = 0; i < count; i++) {
		uint64_t n = string_length(strings[i], lengths, i);

		if (n > VGPU_MAX_STRING)
			return UINT64_MAX;
		bytes = vgpu_add(bytes, n + 1);
	}
	return bytes;
}

uint8_t *vgpu_put_strings(uint8_t *at, uint64_t bytes, int64_t count, const char *const *strings,
                          const int32_t *lengths)
{
	uint64_t padded = vgpu_pad(bytes);
	uint32_t *length = (uint32_t *)at;
	uint8_t *text = at + vgpu_bytes(count, sizeof(*length));

	if (padded != bytes)
		memset(at + padded - 8, 0, 8);
	for (int64_t i = 0; i < count; i++) {
		uint64_t n = string_length(strings[i], lengths, i);

		length[i] = (uint32_t)n;
		if (n)
			memcpy(text, strings[i], n);
		text[n] = 0;
		text += n + 1;
	}
	return at + padded;
}

bool vgpu_wait_outs(struct vgpu_stream *stream, uint16_t opcode, uint64_t *value_out)
{
	if (!vgpu_reply_begin(stream, opcode))
		return false;
	if (value_out)
		vgpu_reply_read(stream, value_out, sizeof(*value_out));
	return true;
}

uint64_t vgpu_wait_value(struct vgpu_stream *stream, uint16_t opcode)
{
	uint64_t value = 0;

	if (vgpu_wait_outs(stream, opcode, &value))
		vgpu_reply_end(stream);
	return value;
}

void vgpu_wait_ref(struct vgpu_stream *stream, uint16_t opcode, struct vgpu_ref ref)
{
	if (ref.kind != VGPU_REF_BLOB || !vgpu_reply_begin(stream, opcode))
		return;
	vgpu_reply_read_blob(stream, (void *)(uintptr_t)ref.data, ref.value);
	vgpu_reply_end(stream);
}
