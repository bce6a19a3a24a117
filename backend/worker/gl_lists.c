/* SPDX-License-Identifier: MIT */
/*
 * Display lists have the guest's own names on the host: share groups are mirrored
 * and the worker makes no lists, so nothing can collide. glGenLists makes empty
 * ones, as GL says it does.
 */
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/gl_elements.h"
#include "backend/worker/gl_list_store.h"
#include "decode.h"
#include "host_gl.h"

int replay_glGenLists(struct vgpu_replay *r, const struct args_glGenLists *a)
{
	if (a->new_name == 0 || a->range <= 0 || a->range > (GLsizei)VGPU_MAX_NAMES ||
	    a->new_name > UINT32_MAX - (uint32_t)a->range)
		return -EPROTO;
	for (uint32_t i = 0; i < (uint32_t)a->range; i++) {
		if (r->gl->IsList(a->new_name + i))
			continue;
		r->gl->NewList(a->new_name + i, GL_COMPILE);
		r->gl->EndList();
	}
	vgpu_welements_mode(r);
	return 0;
}

int replay_glNewList(struct vgpu_replay *r, const struct args_glNewList *a)
{
	vgpu_wstore_list(r);
	r->gl->NewList(a->list, a->mode);
	vgpu_welements_mode(r);
	return 0;
}

int replay_glEndList(struct vgpu_replay *r, const struct args_glEndList *a)
{
	(void)a;
	r->gl->EndList();
	vgpu_welements_mode(r);
	if (r->ctx->wgl)
		r->ctx->wgl->primitive_open = false;
	return 0;
}

int replay_glCallList(struct vgpu_replay *r, const struct args_glCallList *a)
{
	r->gl->CallList(a->list);
	return 0;
}

int replay_glCallLists(struct vgpu_replay *r, const struct args_glCallLists *a)
{
	r->gl->CallLists(a->n, a->type, a->lists);
	return 0;
}

/* The host may search a range name by name: bound it. */
int replay_glDeleteLists(struct vgpu_replay *r, const struct args_glDeleteLists *a)
{
	if (a->range > (GLsizei)VGPU_MAX_NAMES)
		return -EPROTO;
	r->gl->DeleteLists(a->list, a->range);
	return 0;
}

/* Fragment shaders are made as lists are; Mesa takes any number of them, and memory for each. */
int replay_glGenFragmentShadersATI(struct vgpu_replay *r,
                                   const struct args_glGenFragmentShadersATI *a)
{
	GLuint first = 0;

	if (a->range > VGPU_MAX_NAMES)
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
	else
		first = r->gl->GenFragmentShadersATI(a->range);
	return vgpu_answer_value(r, VGPU_OP_glGenFragmentShadersATI, first);
}
