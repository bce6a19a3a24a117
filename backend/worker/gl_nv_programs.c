/* SPDX-License-Identifier: MIT */
/* GL_NV_vertex_program, and GL_NV_shading_rate_image's list whose size follows from the rate. */
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "host_gl.h"
#include "ops.h"

#define MAX_ATTRIBS 16u /* of GL_NV_vertex_program */

int replay_glLoadProgramNV(struct vgpu_replay *r, const struct args_glLoadProgramNV *a)
{
	GLuint id = vgpu_host_name_bind(r, VGPU_NAME_ARB_PROGRAM, a->id, a->target);

	pthread_mutex_lock(&r->share->program_lock);
	r->gl->LoadProgramNV(a->target, id, a->len, a->program);
	pthread_mutex_unlock(&r->share->program_lock);
	return 0;
}

int replay_glGetProgramStringNV(struct vgpu_replay *r, const struct args_glGetProgramStringNV *a)
{
	GLuint id = vgpu_host_name(r, VGPU_NAME_ARB_PROGRAM, a->id);
	struct vgpu_out out = { .element = 1, .kind = -1 };
	GLint length = 0;
	int pass = 0, rc;

	pthread_mutex_lock(&r->share->program_lock);
	if (r->gl->GetProgramivNV)
		r->gl->GetProgramivNV(id, GL_PROGRAM_LENGTH_NV, &length);
	out.capacity = length > 0 ? (uint64_t)length : 0;
	/* loaded anew since the guest asked: nothing, rather than a part */
	if (out.capacity > a->program_bytes) {
		pthread_mutex_unlock(&r->share->program_lock);
		return vgpu_answer_empty(r, VGPU_OP_glGetProgramStringNV);
	}
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetProgramStringNV(id, a->pname, out.data);
	rc = vgpu_outs_answer(r, VGPU_OP_glGetProgramStringNV, NULL, &out, 1);
	pthread_mutex_unlock(&r->share->program_lock);
	return rc;
}

/* Drivers may compare the sum with what they have after it has wrapped. */
#define VERTEX_ATTRIBS(suffix)                                                                     \
	int replay_glVertexAttribs##suffix##NV(struct vgpu_replay *r,                              \
					       const struct args_glVertexAttribs##suffix##NV *a)   \
	{                                                                                          \
		if (a->count >= 0 &&                                                               \
		    (a->index > MAX_ATTRIBS || (GLuint)a->count > MAX_ATTRIBS - a->index))         \
			vgpu_wcontext_raise(r, GL_INVALID_VALUE);                                  \
		else                                                                               \
			r->gl->VertexAttribs##suffix##NV(a->index, a->count, a->v);                \
		return 0;                                                                          \
	}
VERTEX_ATTRIBS(1dv)
VERTEX_ATTRIBS(1fv)
VERTEX_ATTRIBS(1sv)
VERTEX_ATTRIBS(2dv)
VERTEX_ATTRIBS(2fv)
VERTEX_ATTRIBS(2sv)
VERTEX_ATTRIBS(3dv)
VERTEX_ATTRIBS(3fv)
VERTEX_ATTRIBS(3sv)
VERTEX_ATTRIBS(4dv)
VERTEX_ATTRIBS(4fv)
VERTEX_ATTRIBS(4sv)
VERTEX_ATTRIBS(4ubv)

int replay_glShadingRateSampleOrderCustomNV(struct vgpu_replay *r,
					    const struct args_glShadingRateSampleOrderCustomNV *a)
{
	/* of a rate that nobody knows nothing came, and the driver must not look */
	if (!vgpu_shading_rate_count(a->rate, 1))
		vgpu_wcontext_raise(r, GL_INVALID_ENUM);
	else
		r->gl->ShadingRateSampleOrderCustomNV(a->rate, a->samples, a->locations);
	return 0;
}
