/* SPDX-License-Identifier: MIT */
/* The private commands (protocol/vgpu.xml): fields in, answers out. */
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/drawable.h"
#include "backend/worker/egl_image.h"
#include "backend/worker/frame.h"
#include "backend/worker/host_egl.h"
#include "decode.h"

int replay_vgpuSync(struct vgpu_replay *r, const struct args_vgpuSync *a)
{
	return vgpu_answer_value(r, VGPU_OP_vgpuSync, 0);
}

int replay_vgpuHostInfo(struct vgpu_replay *r, const struct args_vgpuHostInfo *a)
{
	const struct vgpu_host_info *info = &vgpu_host_get()->info;
	uint64_t n = a->info_bytes < sizeof(*info) ? a->info_bytes : sizeof(*info);

	vgpu_reply_send_begin(r, VGPU_OP_vgpuHostInfo, VGPU_REPLY_BLOB(n));
	vgpu_reply_send_blob(r, info, n);
	return 0;
}

int replay_vgpuContextCreate(struct vgpu_replay *r, const struct args_vgpuContextCreate *a)
{
	EGLint rc = vgpu_wcontext_create(r->conn, a->context, a->share, a->attribs, a->count,
	                                 a->attribs_bytes);

	return vgpu_answer_value(r, VGPU_OP_vgpuContextCreate, (uint32_t)rc);
}

int replay_vgpuContextDestroy(struct vgpu_replay *r, const struct args_vgpuContextDestroy *a)
{
	vgpu_wcontext_destroy(r, a->context);
	return 0;
}

int replay_vgpuContextBind(struct vgpu_replay *r, const struct args_vgpuContextBind *a)
{
	EGLint rc = vgpu_wcontext_bind(r, a->context, a->draw, a->read);

	r->bind_status = (uint32_t)rc;
	return 0;
}

int replay_vgpuContextStatus(struct vgpu_replay *r, const struct args_vgpuContextStatus *a)
{
	return vgpu_answer_value(r, VGPU_OP_vgpuContextStatus, r->bind_status);
}

int replay_vgpuGetString(struct vgpu_replay *r, const struct args_vgpuGetString *a)
{
	const char *string = NULL;
	uint64_t n, bytes;

	if (r->ctx && a->indexed == 1)
		string = (const char *)r->gl->GetStringi(a->name, a->index);
	else if (r->ctx && a->indexed == 0)
		string = (const char *)r->gl->GetString(a->name);
	bytes = string ? strlen(string) + 1 : 0; /* an empty string is not none */
	n = bytes < a->string_bytes ? bytes : a->string_bytes;
	vgpu_reply_send_begin(r, VGPU_OP_vgpuGetString, sizeof(bytes) + VGPU_REPLY_BLOB(n));
	vgpu_reply_send(r, &bytes, sizeof(bytes));
	vgpu_reply_send_blob(r, string, n);
	return 0;
}

int replay_vgpuDrawableCreate(struct vgpu_replay *r, const struct args_vgpuDrawableCreate *a)
{
	EGLint rc = vgpu_wdrawable_create(r->conn, a->drawable, a->attribs, a->count,
	                                  a->attribs_bytes);

	return vgpu_answer_value(r, VGPU_OP_vgpuDrawableCreate, (uint32_t)rc);
}

int replay_vgpuDrawableDestroy(struct vgpu_replay *r, const struct args_vgpuDrawableDestroy *a)
{
	vgpu_wdrawable_destroy(r, a->drawable);
	return 0;
}

int replay_vgpuDrawableResize(struct vgpu_replay *r, const struct args_vgpuDrawableResize *a)
{
	return vgpu_wdrawable_resize(r, a->drawable, a->width, a->height) ? 0 : -EPROTO;
}

int replay_vgpuDrawablePool(struct vgpu_replay *r, const struct args_vgpuDrawablePool *a)
{
	bool ok = vgpu_wdrawable_set_pool(r, a->drawable, a->pool, a->slots, a->slotBytes);

	return ok ? 0 : -EPROTO;
}

int replay_vgpuSwap(struct vgpu_replay *r, const struct args_vgpuSwap *a)
{
	return vgpu_wframe_swap(r, a->drawable, a->slot, a->seq, false) ? 0 : -EPROTO;
}

int replay_vgpuFlushFront(struct vgpu_replay *r, const struct args_vgpuFlushFront *a)
{
	return vgpu_wframe_swap(r, a->drawable, a->slot, a->seq, true) ? 0 : -EPROTO;
}

int replay_vgpuImageCreate(struct vgpu_replay *r, const struct args_vgpuImageCreate *a)
{
	EGLint rc = vgpu_weglimage_create(r, a->image, a->context, a->target, a->object, a->level,
	                                  a->zoffset);

	return vgpu_answer_value(r, VGPU_OP_vgpuImageCreate, (uint32_t)rc);
}

int replay_vgpuImageDestroy(struct vgpu_replay *r, const struct args_vgpuImageDestroy *a)
{
	vgpu_weglimage_destroy(r->conn, a->image);
	return 0;
}
