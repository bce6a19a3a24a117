/* SPDX-License-Identifier: MIT */
/* Fetching the message log takes messages out of it: the driver is asked once. */
#include "backend/worker/decode_support.h"
#include "decode.h"
#include "host_gl.h"
#include "ops.h"

#define MAX_MESSAGES 4096u /* of one call; no driver keeps more */

#define MESSAGE_LOG(name)                                                                         \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                 \
	{                                                                                         \
		struct vgpu_out out[6] = {                                                        \
			{ .capacity = a->sources_bytes, .element = 4, .kind = -1 },               \
			{ .capacity = a->types_bytes, .element = 4, .kind = -1 },                 \
			{ .capacity = a->ids_bytes, .element = 4, .kind = -1 },                   \
			{ .capacity = a->severities_bytes, .element = 4, .kind = -1 },            \
			{ .capacity = a->lengths_bytes, .element = 4, .kind = -1 },               \
			{ .capacity = a->messageLog_bytes, .element = 1, .kind = -1 },            \
		};                                                                                \
		GLuint count = a->count < MAX_MESSAGES ? a->count : MAX_MESSAGES;                 \
		uint64_t n = 0;                                                                   \
		int pass = 0;                                                                     \
                                                                                                  \
		while (vgpu_outs_once(r, out, 6, &pass))                                          \
			n = r->gl->name(count, a->bufSize, out[0].data, out[1].data,              \
			                out[2].data, out[3].data, out[4].data, out[5].data);      \
		for (int i = 0; i < 5; i++)                                                       \
			out[i].written = n * 4 < out[i].capacity ? n * 4 : out[i].capacity;       \
		if (n == 0)                                                                       \
			out[5].written = 0;                                                       \
		return vgpu_outs_answer(r, VGPU_OP_gl##name, &n, out, 6);                         \
	}
MESSAGE_LOG(GetDebugMessageLog)
