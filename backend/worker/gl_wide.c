/* SPDX-License-Identifier: MIT */
#include "backend/worker/gl_wide.h"

#include "backend/worker/context.h"
#include "decode.h"

#define MOST_WIDE 6 /* attribute 0 counts twice: it may be the position as well */

bool vgpu_wwide(struct vgpu_replay *r, uint32_t attributes)
{
	struct vgpu_wgl *w;
	uint32_t all;

	if (!attributes || r->ctx->caps.es || !r->ctx->caps.compat)
		return true;
	w = vgpu_wgl_get(r);
	if (!w)
		return false;
	all = w->wide | attributes;
	if (__builtin_popcount(all) + (int)(all & 1) > MOST_WIDE)
		return false;
	w->wide = all;
	return true;
}

#define WIDE(name, ...)                                                                            \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                  \
	{                                                                                          \
		if (vgpu_wwide(r, a->index < 32 ? 1u << a->index : 0))                             \
			r->gl->name(a->index, __VA_ARGS__);                                        \
		else                                                                               \
			vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);                                  \
		return 0;                                                                          \
	}

WIDE(VertexAttribL3d, a->x, a->y, a->z)
WIDE(VertexAttribL3dv, a->v)
WIDE(VertexAttribL4d, a->x, a->y, a->z, a->w)
WIDE(VertexAttribL4dv, a->v)
