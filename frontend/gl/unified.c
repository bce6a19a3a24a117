/* SPDX-License-Identifier: MIT */
/* Addresses of buffers (unified.h): what they are, and what they are bound to. */
#include "frontend/gl/unified_state.h"

#include <stdlib.h>

#include "encode.h"
#include "entry.h"

/* Address: the buffer's name above so many bits, the offset below. */
#define OFFSET_BITS 36u

struct vgpu_gl_unified *vgpu_unified_of(struct vgpu_context *ctx)
{
	struct vgpu_gl_state *gl = ctx->gl;

	if (!gl->unified)
		gl->unified = calloc(1, sizeof(*gl->unified));
	if (!gl->unified)
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
	return gl->unified;
}

void vgpu_gl_unified_destroy(struct vgpu_gl_unified *unified)
{
	if (unified)
		vgpu_idmap_finish(&unified->resident);
	free(unified);
}

/* ---- addresses and residency ---------------------------------------------------------------- */

static uint64_t address_of(uint32_t buffer)
{
	return (uint64_t)buffer << OFFSET_BITS;
}

/* 0 for an address that no buffer of the share group has. */
uint32_t vgpu_unified_buffer(struct vgpu_context *ctx, uint64_t address, uint64_t *offset_out)
{
	uint64_t name = address >> OFFSET_BITS;

	*offset_out = address & ((UINT64_C(1) << OFFSET_BITS) - 1);
	if (!name || name > VGPU_MAX_NAMES ||
	    !vgpu_guest_names_known(ctx, VGPU_NAME_BUFFER, (uint32_t)name)) {
		*offset_out = 0;
		return 0;
	}
	return (uint32_t)name;
}

/* The buffer of a target or 0, with the error raised. */
static uint32_t bound_or_error(struct vgpu_context *ctx, GLenum target)
{
	uint32_t buffer = 0;

	if (vgpu_gl_target(target) == VGPU_TARGET_UNKNOWN)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else if (!(buffer = vgpu_gl_bound_buffer(ctx->gl, target)))
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	return buffer;
}

static uint32_t known_or_error(struct vgpu_context *ctx, GLuint buffer)
{
	if (buffer && vgpu_guest_names_known(ctx, VGPU_NAME_BUFFER, buffer))
		return buffer;
	vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	return 0;
}

static void make_resident(struct vgpu_context *ctx, uint32_t buffer, GLenum access)
{
	struct vgpu_gl_unified *u = buffer ? vgpu_unified_of(ctx) : NULL;

	if (!u)
		return;
	if (access != GL_READ_ONLY && access != GL_READ_WRITE && access != GL_WRITE_ONLY)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else if (vgpu_idmap_set(&u->resident, buffer, access))
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
}

static void make_non_resident(struct vgpu_context *ctx, uint32_t buffer)
{
	if (buffer &&
	    (!ctx->gl->unified || !vgpu_idmap_remove(&ctx->gl->unified->resident, buffer)))
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
}

static GLboolean is_resident(struct vgpu_context *ctx, uint32_t buffer)
{
	return buffer && ctx->gl->unified && vgpu_idmap_get(&ctx->gl->unified->resident, buffer);
}

void GLAPIENTRY entry_glMakeBufferResidentNV(GLenum target, GLenum access)
{
	VGPU_GL_CONTEXT();
	make_resident(ctx, bound_or_error(ctx, target), access);
}

void GLAPIENTRY entry_glMakeNamedBufferResidentNV(GLuint buffer, GLenum access)
{
	VGPU_GL_CONTEXT();
	make_resident(ctx, known_or_error(ctx, buffer), access);
}

void GLAPIENTRY entry_glMakeBufferNonResidentNV(GLenum target)
{
	VGPU_GL_CONTEXT();
	make_non_resident(ctx, bound_or_error(ctx, target));
}

void GLAPIENTRY entry_glMakeNamedBufferNonResidentNV(GLuint buffer)
{
	VGPU_GL_CONTEXT();
	make_non_resident(ctx, known_or_error(ctx, buffer));
}

GLboolean GLAPIENTRY entry_glIsBufferResidentNV(GLenum target)
{
	VGPU_GL_CONTEXT(GL_FALSE);
	return is_resident(ctx, bound_or_error(ctx, target));
}

GLboolean GLAPIENTRY entry_glIsNamedBufferResidentNV(GLuint buffer)
{
	VGPU_GL_CONTEXT(GL_FALSE);
	return is_resident(ctx, known_or_error(ctx, buffer));
}

static void address_parameter(struct vgpu_context *ctx, uint32_t buffer, GLenum pname,
			      GLuint64EXT *params)
{
	if (pname != GL_BUFFER_GPU_ADDRESS_NV)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else if (buffer)
		*params = address_of(buffer);
}

void GLAPIENTRY entry_glGetBufferParameterui64vNV(GLenum target, GLenum pname, GLuint64EXT *params)
{
	VGPU_GL_CONTEXT();
	address_parameter(ctx, bound_or_error(ctx, target), pname, params);
}

void GLAPIENTRY entry_glGetNamedBufferParameterui64vNV(GLuint buffer, GLenum pname,
						       GLuint64EXT *params)
{
	VGPU_GL_CONTEXT();
	address_parameter(ctx, known_or_error(ctx, buffer), pname, params);
}

/* ---- indices, parameters of draws, uniforms
 * ------------------------------------------------------ */

bool vgpu_gl_unified_elements(struct vgpu_context *ctx)
{
	struct vgpu_gl_unified *u = ctx->gl->unified;
	uint32_t buffer;

	if (!u || !u->elements || !u->element.address)
		return false;
	buffer = vgpu_unified_buffer(ctx, u->element.address, &ctx->gl->unified_indices);
	entry_glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffer);
	return buffer != 0;
}

static void enable_elements(struct vgpu_context *ctx, struct vgpu_gl_unified *u, bool enable)
{
	if (enable == u->elements)
		return;
	u->elements = enable;
	if (enable) {
		u->element_before = ctx->gl->vao->element_buffer;
		vgpu_gl_unified_elements(ctx);
	} else {
		ctx->gl->unified_indices = 0;
		entry_glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, u->element_before);
	}
}

static void point_indirect(struct vgpu_context *ctx, struct vgpu_gl_unified *u)
{
	if (u->indirect && u->indirect_range.address)
		entry_glBindBuffer(GL_DRAW_INDIRECT_BUFFER,
				   vgpu_unified_buffer(ctx, u->indirect_range.address,
						       &ctx->gl->unified_indirect));
}

static void enable_indirect(struct vgpu_context *ctx, struct vgpu_gl_unified *u, bool enable)
{
	if (enable == u->indirect)
		return;
	u->indirect = enable;
	if (enable) {
		u->indirect_before = ctx->gl->bound.buffer[VGPU_TARGET_DRAW_INDIRECT];
		point_indirect(ctx, u);
	} else {
		ctx->gl->unified_indirect = 0;
		entry_glBindBuffer(GL_DRAW_INDIRECT_BUFFER, u->indirect_before);
	}
}

/* An indexed binding, with the one that is not indexed as it was. */
static void bind_uniform(struct vgpu_context *ctx, GLuint index, uint32_t buffer, uint64_t offset,
			 uint64_t length)
{
	uint32_t old = ctx->gl->bound.buffer[VGPU_TARGET_UNIFORM];

	if (buffer && length)
		entry_glBindBufferRange(GL_UNIFORM_BUFFER, index, buffer, (GLintptr)offset,
					(GLsizeiptr)length);
	else
		entry_glBindBufferBase(GL_UNIFORM_BUFFER, index, buffer);
	entry_glBindBuffer(GL_UNIFORM_BUFFER, old);
}

static void point_uniform(struct vgpu_context *ctx, struct vgpu_gl_unified *u, GLuint index)
{
	struct vgpu_unified_before *before = &u->uniform_before[index];
	uint64_t offset;
	uint32_t buffer = vgpu_unified_buffer(ctx, u->uniform[index].address, &offset);
	GLint64 value = 0;

	if (!before->kept) {
		*before = (struct vgpu_unified_before){ .kept = true };
		entry_glGetInteger64i_v(GL_UNIFORM_BUFFER_BINDING, index, &value);
		before->buffer = (uint32_t)value;
		entry_glGetInteger64i_v(GL_UNIFORM_BUFFER_START, index, &value);
		before->offset = (uint64_t)value;
		entry_glGetInteger64i_v(GL_UNIFORM_BUFFER_SIZE, index, &value);
		before->length = (uint64_t)value;
	}
	bind_uniform(ctx, index, buffer, offset, u->uniform[index].length);
}

static void enable_uniforms(struct vgpu_context *ctx, struct vgpu_gl_unified *u, bool enable)
{
	uint32_t i;

	u->uniforms = enable;
	for (i = 0; i < VGPU_UNIFIED_UNIFORMS; i++) {
		struct vgpu_unified_before *before = &u->uniform_before[i];

		if (enable && u->uniform[i].address) {
			point_uniform(ctx, u, i);
		} else if (!enable && before->kept) {
			bind_uniform(ctx, i, before->buffer, before->offset, before->length);
			before->kept = false;
		}
	}
}

/* ---- enabling, ranges, queries
 * ------------------------------------------------------------------- */

static bool *enable_of(struct vgpu_gl_unified *u, GLenum cap)
{
	switch (cap) {
	case GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV:
		return &u->arrays;
	case GL_ELEMENT_ARRAY_UNIFIED_NV:
		return &u->elements;
	case GL_DRAW_INDIRECT_UNIFIED_NV:
		return &u->indirect;
	case GL_UNIFORM_BUFFER_UNIFIED_NV:
		return &u->uniforms;
	default:
		return NULL;
	}
}

static bool is_ours(struct vgpu_context *ctx, GLenum cap)
{
	struct vgpu_gl_unified none;

	return enable_of(&none, cap) &&
	       vgpu_gl_has_extension(ctx, cap == GL_UNIFORM_BUFFER_UNIFIED_NV
						  ? "GL_NV_uniform_buffer_unified_memory"
						  : "GL_NV_vertex_buffer_unified_memory");
}

bool vgpu_gl_unified_enable(struct vgpu_context *ctx, GLenum cap, bool enable)
{
	struct vgpu_gl_unified *u;

	if (!is_ours(ctx, cap))
		return false;
	u = vgpu_unified_of(ctx);
	if (!u)
		return true;
	switch (cap) {
	case GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV:
		vgpu_unified_arrays(ctx, u, enable);
		break;
	case GL_ELEMENT_ARRAY_UNIFIED_NV:
		enable_elements(ctx, u, enable);
		break;
	case GL_DRAW_INDIRECT_UNIFIED_NV:
		enable_indirect(ctx, u, enable);
		break;
	default:
		enable_uniforms(ctx, u, enable);
		break;
	}
	return true;
}

bool vgpu_gl_unified_enabled(struct vgpu_context *ctx, GLenum cap, bool *on_out)
{
	if (!is_ours(ctx, cap))
		return false;
	*on_out = ctx->gl->unified && *enable_of(ctx->gl->unified, cap);
	return true;
}

/* The array that an address of these names; VGPU_ARRAY_COUNT: none. */
static uint32_t array_of(GLenum pname, GLuint index)
{
	static const uint8_t fixed[] = { VGPU_ARRAY_VERTEX, VGPU_ARRAY_NORMAL, VGPU_ARRAY_COLOR,
					 VGPU_ARRAY_INDEX,  VGPU_ARRAY_TEX0,   VGPU_ARRAY_EDGE_FLAG,
					 VGPU_ARRAY_COLOR1, VGPU_ARRAY_FOG };

	if (pname == GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV)
		return index < VGPU_ARRAY_GENERIC_COUNT ? VGPU_ARRAY_GENERIC0 + index
							: VGPU_ARRAY_COUNT;
	if (pname == GL_TEXTURE_COORD_ARRAY_ADDRESS_NV)
		return index < VGPU_ARRAY_TEX_COUNT ? VGPU_ARRAY_TEX0 + index : VGPU_ARRAY_COUNT;
	if (pname < GL_VERTEX_ARRAY_ADDRESS_NV || pname > GL_FOG_COORD_ARRAY_ADDRESS_NV || index)
		return VGPU_ARRAY_COUNT;
	return fixed[pname - GL_VERTEX_ARRAY_ADDRESS_NV];
}

static bool is_array_name(GLenum pname)
{
	return pname >= GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV && pname <= GL_FOG_COORD_ARRAY_ADDRESS_NV;
}

/* The range that a name and index mean; NULL with the error raised. */
static struct vgpu_unified_range *range_of(struct vgpu_context *ctx, struct vgpu_gl_unified *u,
					   GLenum pname, GLuint index)
{
	uint32_t array = array_of(pname, index);

	if (array < VGPU_ARRAY_COUNT)
		return &u->array[array];
	if (pname == GL_ELEMENT_ARRAY_ADDRESS_NV && !index)
		return &u->element;
	if (pname == GL_DRAW_INDIRECT_ADDRESS_NV && !index)
		return &u->indirect_range;
	if (pname == GL_UNIFORM_BUFFER_ADDRESS_NV && index < VGPU_UNIFIED_UNIFORMS &&
	    index < (GLuint)vgpu_gl_limit(ctx, GL_MAX_UNIFORM_BUFFER_BINDINGS))
		return &u->uniform[index];
	vgpu_gl_set_error(ctx, is_array_name(pname) || pname == GL_ELEMENT_ARRAY_ADDRESS_NV ||
					       pname == GL_DRAW_INDIRECT_ADDRESS_NV ||
					       pname == GL_UNIFORM_BUFFER_ADDRESS_NV
				       ? GL_INVALID_VALUE
				       : GL_INVALID_ENUM);
	return NULL;
}

void GLAPIENTRY entry_glBufferAddressRangeNV(GLenum pname, GLuint index, GLuint64EXT address,
					     GLsizeiptr length)
{
	struct vgpu_gl_unified *u;
	struct vgpu_unified_range *range;

	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	u = vgpu_unified_of(ctx);
	if (!u)
		return;
	if (length < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	range = range_of(ctx, u, pname, index);
	if (!range)
		return;
	*range = (struct vgpu_unified_range){ address, (uint64_t)length };
	if (pname == GL_ELEMENT_ARRAY_ADDRESS_NV)
		vgpu_gl_unified_elements(ctx);
	else if (pname == GL_DRAW_INDIRECT_ADDRESS_NV)
		point_indirect(ctx, u);
	else if (pname == GL_UNIFORM_BUFFER_ADDRESS_NV && u->uniforms)
		point_uniform(ctx, u, index);
	else if (is_array_name(pname) && u->arrays)
		vgpu_unified_array(ctx, u, array_of(pname, index));
}

void GLAPIENTRY entry_glGetIntegerui64i_vNV(GLenum value, GLuint index, GLuint64EXT *result)
{
	struct vgpu_gl_unified *u;
	struct vgpu_unified_range *range;

	VGPU_GL_CONTEXT();
	u = vgpu_unified_of(ctx);
	range = u ? range_of(ctx, u, value, index) : NULL;
	if (range)
		*result = range->address;
}

void GLAPIENTRY entry_glGetIntegerui64vNV(GLenum value, GLuint64EXT *result)
{
	struct vgpu_gl_unified *u;
	struct vgpu_unified_range *range;
	GLint64 other = 0;

	VGPU_GL_CONTEXT();
	if (is_array_name(value) || value == GL_ELEMENT_ARRAY_ADDRESS_NV ||
	    value == GL_DRAW_INDIRECT_ADDRESS_NV) {
		u = vgpu_unified_of(ctx);
		range = u ? range_of(ctx, u, value,
				     value == GL_TEXTURE_COORD_ARRAY_ADDRESS_NV ? gl->client_texture
										: 0)
			  : NULL;
		if (range)
			*result = range->address;
		return;
	}
	entry_glGetInteger64v(value, &other);
	*result = (GLuint64EXT)other;
}
