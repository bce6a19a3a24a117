/* SPDX-License-Identifier: MIT */
/* The extension list in one answer: a core profile has it only name by name. */
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "decode.h"

#define MAX_LIST (1u << 20)

int replay_vgpuGetExtensions(struct vgpu_replay *r, const struct args_vgpuGetExtensions *a)
{
	uint64_t room = a->names_bytes < MAX_LIST ? a->names_bytes : MAX_LIST, n = 0, total = 0;
	const struct vgpu_wcaps *caps = r->ctx ? &r->ctx->caps : NULL;
	char *list = vgpu_scratch_alloc(r, room + 1);
	bool by_name = caps && r->gl->GetStringi && caps->version >= 30 &&
	               caps->api != VGPU_API_GLES1;
	const char *all;
	GLint count = 0, i;

	if (list && by_name) {
		r->gl->GetIntegerv(GL_NUM_EXTENSIONS, &count);
		for (i = 0; i < count; i++) {
			const char *name = (const char *)r->gl->GetStringi(GL_EXTENSIONS, (GLuint)i);
			size_t length = name ? strlen(name) : 0;

			if (!length)
				continue;
			total += length + 1;
			if (n + length + 1 > room)
				continue;
			memcpy(list + n, name, length);
			list[n + length] = ' ';
			n += length + 1;
		}
	} else if (list && caps) {
		all = (const char *)r->gl->GetString(GL_EXTENSIONS);
		total = all ? strlen(all) : 0;
		n = total < room ? total : room;
		if (n)
			memcpy(list, all, n);
	}
	vgpu_reply_send_begin(r, VGPU_OP_vgpuGetExtensions, sizeof(total) + VGPU_REPLY_BLOB(n));
	vgpu_reply_send(r, &total, sizeof(total));
	vgpu_reply_send_blob(r, list, n);
	return 0;
}
