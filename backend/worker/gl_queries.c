/* SPDX-License-Identifier: MIT */
/*
 * Query results. An offset is passed to the driver only while a buffer is bound
 * to GL_QUERY_BUFFER on the host: else it would be an address to write to.
 */
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "host_gl.h"
#include "ops.h"

static bool query_buffer_bound(struct vgpu_replay *r)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	GLint bound = 0;

	/* elsewhere the question would leave an error for the guest to find */
	if (!caps->es && caps->version >= 44)
		r->gl->GetIntegerv(GL_QUERY_BUFFER_BINDING, &bound);
	return bound != 0;
}

#define QUERY_OBJECT(name, type)                                                                  \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                 \
	{                                                                                         \
		GLuint id = vgpu_host_name(r, VGPU_NAME_QUERY, a->id);                            \
		struct vgpu_out out = { .capacity = sizeof(type), .element = sizeof(type),        \
			                .kind = -1 };                                             \
		bool bound = query_buffer_bound(r);                                               \
		int pass = 0;                                                                     \
                                                                                                  \
		switch (a->params.kind) {                                                         \
		case VGPU_REF_OFFSET:                                                             \
			if (!bound)                                                               \
				return -EPROTO;                                                   \
			r->gl->name(id, a->pname, (type *)(uintptr_t)a->params.value);            \
			return 0;                                                                 \
		case VGPU_REF_BLOB:                                                               \
			if (bound || a->params.value != sizeof(type))                             \
				return -EPROTO;                                                   \
			while (vgpu_outs_pass(r, &out, 1, &pass))                                 \
				r->gl->name(id, a->pname, out.data);                              \
			return vgpu_outs_answer(r, VGPU_OP_gl##name, NULL, &out, 1);              \
		default:                                                                          \
			return 0; /* NULL: nothing to write to */                                 \
		}                                                                                 \
	}
QUERY_OBJECT(GetQueryObjectiv, GLint)
QUERY_OBJECT(GetQueryObjectuiv, GLuint)
QUERY_OBJECT(GetQueryObjecti64v, GLint64)
QUERY_OBJECT(GetQueryObjectui64v, GLuint64)
QUERY_OBJECT(GetQueryObjectuivEXT, GLuint)
