/* SPDX-License-Identifier: MIT */
/*
 * glPushClientAttrib and glPopClientAttrib. The host has no such stack: a pop
 * sends what makes its state what it was.
 */
#include "frontend/gl/arrays_stack.h"

#include <stdlib.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/pixels.h"
#include "frontend/gl/state.h"

struct vgpu_gl_client_attrib {
	GLbitfield mask;
	struct vgpu_pixel_store pack, unpack;
	uint32_t pack_buffer, unpack_buffer;
	uint32_t array_buffer, client_texture;
	uint32_t vao_name;
	struct vgpu_gl_vao vao;
	struct vgpu_gl_restart restart;
};

void vgpu_gl_client_stack_finish(struct vgpu_gl_state *gl)
{
	while (gl->client_depth)
		free(gl->client_stack[--gl->client_depth]);
}

static void restore_pixel_store(void)
{
	static const GLenum names[] = {
		GL_PACK_ALIGNMENT, GL_PACK_ROW_LENGTH, GL_PACK_IMAGE_HEIGHT, GL_PACK_SKIP_PIXELS,
		GL_PACK_SKIP_ROWS, GL_PACK_SKIP_IMAGES, GL_PACK_SWAP_BYTES, GL_PACK_LSB_FIRST,
		GL_PACK_COMPRESSED_BLOCK_WIDTH, GL_PACK_COMPRESSED_BLOCK_HEIGHT,
		GL_PACK_COMPRESSED_BLOCK_DEPTH, GL_PACK_COMPRESSED_BLOCK_SIZE,
		GL_UNPACK_ALIGNMENT, GL_UNPACK_ROW_LENGTH, GL_UNPACK_IMAGE_HEIGHT,
		GL_UNPACK_SKIP_PIXELS, GL_UNPACK_SKIP_ROWS, GL_UNPACK_SKIP_IMAGES,
		GL_UNPACK_SWAP_BYTES, GL_UNPACK_LSB_FIRST, GL_UNPACK_COMPRESSED_BLOCK_WIDTH,
		GL_UNPACK_COMPRESSED_BLOCK_HEIGHT, GL_UNPACK_COMPRESSED_BLOCK_DEPTH,
		GL_UNPACK_COMPRESSED_BLOCK_SIZE,
	};
	struct vgpu_gl_client_attrib *top = vgpu_current->gl->client_stack[vgpu_current->gl->client_depth];
	struct vgpu_gl_state saved = { .pack = top->pack, .unpack = top->unpack };
	size_t i;

	/* each call does nothing where the value is the same */
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		entry_glPixelStorei(names[i], *vgpu_gl_pixel_store_value(&saved, names[i]));
}

static bool alive(struct vgpu_context *ctx, uint32_t buffer)
{
	return !buffer || vgpu_guest_names_known(ctx, VGPU_NAME_BUFFER, buffer);
}

/* Send one array of `want`, whose buffer lives; the current one is `vao`. */
static void restore_array(struct vgpu_context *ctx, struct vgpu_gl_vao *vao,
                          const struct vgpu_gl_vao *want, uint32_t i)
{
	const struct vgpu_gl_array *a = &want->arrays[i];
	const struct vgpu_gl_binding *b = &want->bindings[a->binding];
	uint32_t index = i - VGPU_ARRAY_GENERIC0;

	if (!b->buffer || !alive(ctx, b->buffer))
		return; /* client memory is nobody's business but ours */
	if (a->binding == i && !a->relative) {
		entry_glBindBuffer(GL_ARRAY_BUFFER, b->buffer);
		enc_vgpuArrayPointer(ctx->stream, i, a->size, a->type, a->flags, a->stride, b->offset);
	} else if (a->flags & VGPU_ARRAY_LONG) {
		enc_glVertexAttribLFormat(ctx->stream, index, (GLint)a->size, a->type, a->relative);
	} else if (a->flags & VGPU_ARRAY_INTEGER) {
		enc_glVertexAttribIFormat(ctx->stream, index, (GLint)a->size, a->type, a->relative);
	} else {
		enc_glVertexAttribFormat(ctx->stream, index, (GLint)a->size, a->type,
		                         a->flags & VGPU_ARRAY_NORMALIZED, a->relative);
	}
	if (a->binding != i || a->relative)
		enc_glVertexAttribBinding(ctx->stream, index, a->binding - VGPU_ARRAY_GENERIC0);
}

static void restore_vao(struct vgpu_context *ctx, const struct vgpu_gl_client_attrib *top)
{
	struct vgpu_gl_state *gl = ctx->gl;
	const struct vgpu_gl_vao *want = &top->vao;
	struct vgpu_gl_vao *vao;
	uint32_t i;

	if (top->vao_name && !vgpu_guest_names_known(ctx, VGPU_NAME_VERTEX_ARRAY, top->vao_name))
		return;
	entry_glBindVertexArray(top->vao_name);
	vao = gl->vao;
	for (i = 0; i < VGPU_ARRAY_COUNT; i++) {
		const struct vgpu_gl_array *a = &vao->arrays[i], *w = &want->arrays[i];
		const struct vgpu_gl_binding *b = &vao->bindings[i], *v = &want->bindings[i];
		bool moved = b->buffer != v->buffer || b->offset != v->offset || b->stride != v->stride;

		if (moved || a->size != w->size || a->type != w->type || a->flags != w->flags ||
		    a->stride != w->stride || a->relative != w->relative || a->binding != w->binding)
			restore_array(ctx, vao, want, i);
		if (moved && i >= VGPU_ARRAY_GENERIC0 && w->binding != i && v->buffer &&
		    alive(ctx, v->buffer))
			enc_glBindVertexBuffer(ctx->stream, i - VGPU_ARRAY_GENERIC0, v->buffer,
			                       (GLintptr)v->offset, (GLsizei)v->stride);
		if (i >= VGPU_ARRAY_GENERIC0 && b->divisor != v->divisor)
			enc_glVertexBindingDivisor(ctx->stream, i - VGPU_ARRAY_GENERIC0, v->divisor);
		if ((vao->enabled ^ want->enabled) & VGPU_ARRAY_BIT(i))
			enc_vgpuArrayEnable(ctx->stream, i, (want->enabled & VGPU_ARRAY_BIT(i)) != 0);
	}
	entry_glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, alive(ctx, want->element_buffer) ? want->element_buffer : 0);
	*vao = *want;
	for (i = 0; i < VGPU_ARRAY_COUNT; i++) {
		if (!alive(ctx, vao->bindings[i].buffer))
			vao->bindings[i].buffer = 0;
	}
	if (!alive(ctx, vao->element_buffer))
		vao->element_buffer = 0;
}

void GLAPIENTRY entry_glPushClientAttrib(GLbitfield mask)
{
	struct vgpu_gl_client_attrib *top;

	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	if (gl->client_depth >= VGPU_CLIENT_STACK) {
		vgpu_gl_set_error(ctx, GL_STACK_OVERFLOW);
		return;
	}
	top = malloc(sizeof(*top));
	if (!top) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return;
	}
	top->mask = mask;
	top->pack = gl->pack;
	top->unpack = gl->unpack;
	top->pack_buffer = gl->bound.buffer[VGPU_TARGET_PIXEL_PACK];
	top->unpack_buffer = gl->bound.buffer[VGPU_TARGET_PIXEL_UNPACK];
	top->array_buffer = gl->bound.buffer[VGPU_TARGET_ARRAY];
	top->client_texture = gl->client_texture;
	top->vao_name = gl->vao->name;
	top->vao = *gl->vao;
	top->restart = gl->restart;
	gl->client_stack[gl->client_depth++] = top;
}

void GLAPIENTRY entry_glPopClientAttrib(void)
{
	struct vgpu_gl_client_attrib *top;

	VGPU_GL_CONTEXT();
	if (gl->inside) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	if (!gl->client_depth) {
		vgpu_gl_set_error(ctx, GL_STACK_UNDERFLOW);
		return;
	}
	top = gl->client_stack[--gl->client_depth];
	if (top->mask & GL_CLIENT_PIXEL_STORE_BIT) {
		restore_pixel_store();
		entry_glBindBuffer(GL_PIXEL_PACK_BUFFER, alive(ctx, top->pack_buffer) ? top->pack_buffer : 0);
		entry_glBindBuffer(GL_PIXEL_UNPACK_BUFFER,
		                   alive(ctx, top->unpack_buffer) ? top->unpack_buffer : 0);
	}
	if (top->mask & GL_CLIENT_VERTEX_ARRAY_BIT) {
		restore_vao(ctx, top);
		entry_glBindBuffer(GL_ARRAY_BUFFER, alive(ctx, top->array_buffer) ? top->array_buffer : 0);
		gl->client_texture = top->client_texture;
	}
	free(top);
}

/* The initial state of what the mask names, as EXT_direct_state_access defines it. */
void GLAPIENTRY entry_glClientAttribDefaultEXT(GLbitfield mask)
{
	static const struct vgpu_pixel_store plain = VGPU_PIXEL_STORE_DEFAULT;
	struct vgpu_gl_client_attrib *top;

	VGPU_GL_CONTEXT();
	if (gl->client_depth >= VGPU_CLIENT_STACK) /* one place is needed to work in */
		return;
	entry_glPushClientAttrib(mask);
	if (!gl->client_depth)
		return;
	top = gl->client_stack[gl->client_depth - 1];
	top->pack = top->unpack = plain;
	top->pack_buffer = top->unpack_buffer = top->array_buffer = 0;
	top->client_texture = 0;
	top->vao_name = 0;
	vgpu_gl_vao_init(&top->vao, 0, gl->desktop);
	entry_glPopClientAttrib();
}

void GLAPIENTRY entry_glPushClientAttribDefaultEXT(GLbitfield mask)
{
	entry_glPushClientAttrib(mask);
	entry_glClientAttribDefaultEXT(mask);
}
