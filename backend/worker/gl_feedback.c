/* SPDX-License-Identifier: MIT */
/*
 * glFeedbackBuffer and glSelectBuffer give the driver memory to write to later.
 * It is the worker's, and is freed only once the driver holds another address.
 */
#include "backend/worker/gl_feedback.h"

#include <stdlib.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/gl_elements.h"
#include "decode.h"
#include "host_gl.h"
#include "ops.h"

#define MAX_BYTES (64u << 20) /* cap of a guest: one such buffer of each kind for a context */

struct buffer {
	void *memory;
	uint64_t bytes;
};

struct vgpu_wfeedback {
	struct buffer feedback, select;
	struct buffer *last; /* of the mode that glRenderMode left last */
};

void vgpu_wfeedback_destroy(struct vgpu_wfeedback *f)
{
	if (!f)
		return;
	free(f->feedback.memory);
	free(f->select.memory);
	free(f);
}

static struct vgpu_wfeedback *feedback_of(struct vgpu_replay *r)
{
	if (!r->ctx->feedback)
		r->ctx->feedback = calloc(1, sizeof(*r->ctx->feedback));
	return r->ctx->feedback;
}

/* Memory for size elements of 4 bytes. NULL: too much, or none left. */
static void *new_memory(GLsizei size, uint64_t *bytes_out)
{
	uint64_t bytes = size > 0 ? (uint64_t)size * 4 : 0;

	if (bytes > MAX_BYTES)
		return NULL;
	*bytes_out = bytes;
	return calloc(1, bytes + 16);
}

/* Keep whichever of the two the driver holds now. */
static void keep(struct vgpu_replay *r, GLenum pname, struct buffer *buffer, void *memory,
                 uint64_t bytes)
{
	void *held = NULL;

	r->gl->GetPointerv(pname, &held);
	if (held != memory) {
		free(memory); /* refused: the old one is still in use */
		return;
	}
	free(buffer->memory);
	*buffer = (struct buffer){ .memory = memory, .bytes = bytes };
}

int replay_glFeedbackBuffer(struct vgpu_replay *r, const struct args_glFeedbackBuffer *a)
{
	struct vgpu_wfeedback *f = feedback_of(r);
	uint64_t bytes = 0;
	void *memory = f ? new_memory(a->size, &bytes) : NULL;

	if (!memory) {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		return 0;
	}
	r->gl->FeedbackBuffer(a->size, a->type, memory);
	keep(r, GL_FEEDBACK_BUFFER_POINTER, &f->feedback, memory, bytes);
	return 0;
}

int replay_glSelectBuffer(struct vgpu_replay *r, const struct args_glSelectBuffer *a)
{
	struct vgpu_wfeedback *f = feedback_of(r);
	uint64_t bytes = 0;
	void *memory = f ? new_memory(a->size, &bytes) : NULL;

	if (!memory) {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		return 0;
	}
	r->gl->SelectBuffer(a->size, memory);
	keep(r, GL_SELECTION_BUFFER_POINTER, &f->select, memory, bytes);
	return 0;
}

int replay_glRenderMode(struct vgpu_replay *r, const struct args_glRenderMode *a)
{
	struct vgpu_wfeedback *f = feedback_of(r);
	GLint old = GL_RENDER;
	GLint result;

	r->gl->GetIntegerv(GL_RENDER_MODE, &old);
	result = r->gl->RenderMode(a->mode);
	vgpu_welements_mode(r);
	if (f)
		f->last = old == GL_FEEDBACK ? &f->feedback : old == GL_SELECT ? &f->select : NULL;
	return vgpu_answer_value(r, VGPU_OP_glRenderMode, (uint64_t)(int64_t)result);
}

int replay_vgpuFeedbackRead(struct vgpu_replay *r, const struct args_vgpuFeedbackRead *a)
{
	struct buffer *b = r->ctx && r->ctx->feedback ? r->ctx->feedback->last : NULL;
	uint64_t n = b ? b->bytes : 0;

	if (a->bufSize < 0)
		return -EPROTO;
	if (n > (uint64_t)a->bufSize)
		n = (uint64_t)a->bufSize;
	vgpu_reply_send_begin(r, VGPU_OP_vgpuFeedbackRead, VGPU_REPLY_BLOB(n));
	vgpu_reply_send_blob(r, b ? b->memory : NULL, n);
	return 0;
}
