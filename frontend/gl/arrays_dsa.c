/* SPDX-License-Identifier: MIT */
/*
 * Vertex array objects by name. The object is made current for the length of
 * the call, so that there is one way to change one.
 */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/arrays_format.h"
#include "frontend/gl/state.h"

struct visit {
	struct vgpu_gl_vao *old;
	uint32_t old_buffer;
};

static bool enter(struct vgpu_context *ctx, GLuint name, struct visit *visit)
{
	struct vgpu_gl_state *gl = ctx->gl;
	struct vgpu_gl_vao *vao = vgpu_gl_vao_find(ctx, name);

	if (!vao || (!name && gl->core)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return false;
	}
	visit->old = gl->vao;
	visit->old_buffer = gl->bound.buffer[VGPU_TARGET_ARRAY];
	if (vao != gl->vao) {
		enc_glBindVertexArray(ctx->stream, name);
		gl->vao = vao;
	}
	return true;
}

static void leave(struct vgpu_context *ctx, const struct visit *visit)
{
	struct vgpu_gl_state *gl = ctx->gl;

	if (gl->vao != visit->old) {
		enc_glBindVertexArray(ctx->stream, visit->old->name);
		gl->vao = visit->old;
	}
	entry_glBindBuffer(GL_ARRAY_BUFFER, visit->old_buffer);
}

#define IN_VAO(name, body)                                                                        \
	struct visit visit;                                                                       \
	VGPU_GL_CONTEXT();                                                                        \
	if (enter(ctx, name, &visit)) {                                                           \
		body;                                                                             \
		leave(ctx, &visit);                                                               \
	}

/* ---- GL 4.5 ---------------------------------------------------------------------------- */

void GLAPIENTRY entry_glVertexArrayElementBuffer(GLuint vaobj, GLuint buffer)
{
	IN_VAO(vaobj, entry_glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffer))
}

void GLAPIENTRY entry_glVertexArrayVertexBuffer(GLuint vaobj, GLuint bindingindex, GLuint buffer,
                                                GLintptr offset, GLsizei stride)
{
	IN_VAO(vaobj, vgpu_gl_array_buffer(ctx, bindingindex, buffer, offset, stride))
}

void GLAPIENTRY entry_glVertexArrayVertexBuffers(GLuint vaobj, GLuint first, GLsizei count,
                                                 const GLuint *buffers, const GLintptr *offsets,
                                                 const GLsizei *strides)
{
	IN_VAO(vaobj, vgpu_gl_array_buffers(ctx, first, count, buffers, offsets, strides))
}

void GLAPIENTRY entry_glVertexArrayAttribFormat(GLuint vaobj, GLuint attribindex, GLint size,
                                                GLenum type, GLboolean normalized,
                                                GLuint relativeoffset)
{
	IN_VAO(vaobj, vgpu_gl_array_format(ctx, attribindex, size, type,
	                                   normalized ? VGPU_ARRAY_NORMALIZED : 0, relativeoffset))
}

void GLAPIENTRY entry_glVertexArrayAttribIFormat(GLuint vaobj, GLuint attribindex, GLint size,
                                                 GLenum type, GLuint relativeoffset)
{
	IN_VAO(vaobj, vgpu_gl_array_format(ctx, attribindex, size, type, VGPU_ARRAY_INTEGER,
	                                   relativeoffset))
}

void GLAPIENTRY entry_glVertexArrayAttribLFormat(GLuint vaobj, GLuint attribindex, GLint size,
                                                 GLenum type, GLuint relativeoffset)
{
	IN_VAO(vaobj, vgpu_gl_array_format(ctx, attribindex, size, type, VGPU_ARRAY_LONG,
	                                   relativeoffset))
}

void GLAPIENTRY entry_glVertexArrayAttribBinding(GLuint vaobj, GLuint attribindex,
                                                 GLuint bindingindex)
{
	IN_VAO(vaobj, vgpu_gl_array_bind(ctx, attribindex, bindingindex))
}

void GLAPIENTRY entry_glVertexArrayBindingDivisor(GLuint vaobj, GLuint bindingindex,
                                                  GLuint divisor)
{
	IN_VAO(vaobj, vgpu_gl_array_divisor(ctx, bindingindex, divisor))
}

void GLAPIENTRY entry_glEnableVertexArrayAttrib(GLuint vaobj, GLuint index)
{
	IN_VAO(vaobj, entry_glEnableVertexAttribArray(index))
}

void GLAPIENTRY entry_glDisableVertexArrayAttrib(GLuint vaobj, GLuint index)
{
	IN_VAO(vaobj, entry_glDisableVertexAttribArray(index))
}

/* ---- EXT_direct_state_access --------------------------------------------------------------- */

void GLAPIENTRY entry_glEnableVertexArrayAttribEXT(GLuint vaobj, GLuint index)
{
	entry_glEnableVertexArrayAttrib(vaobj, index);
}

void GLAPIENTRY entry_glDisableVertexArrayAttribEXT(GLuint vaobj, GLuint index)
{
	entry_glDisableVertexArrayAttrib(vaobj, index);
}

/* GL_TEXTUREi stands for the coordinates of that unit. */
static void enable_state(GLuint vaobj, GLenum array, bool enable)
{
	bool unit = array - GL_TEXTURE0 < VGPU_ARRAY_TEX_COUNT;

	if (unit) {
		IN_VAO(vaobj, if (enable) entry_glEnableClientStateiEXT(GL_TEXTURE_COORD_ARRAY,
		                                                       array - GL_TEXTURE0);
		       else entry_glDisableClientStateiEXT(GL_TEXTURE_COORD_ARRAY,
		                                           array - GL_TEXTURE0))
	} else {
		IN_VAO(vaobj, if (enable) entry_glEnableClientState(array);
		       else entry_glDisableClientState(array))
	}
}

void GLAPIENTRY entry_glEnableVertexArrayEXT(GLuint vaobj, GLenum array)
{
	enable_state(vaobj, array, true);
}

void GLAPIENTRY entry_glDisableVertexArrayEXT(GLuint vaobj, GLenum array)
{
	enable_state(vaobj, array, false);
}

#define AT(offset) ((const void *)(uintptr_t)(offset))
#define OFFSET(body)                                                                              \
	IN_VAO(vaobj, if (offset < 0) vgpu_gl_set_error(ctx, GL_INVALID_VALUE); else {            \
		entry_glBindBuffer(GL_ARRAY_BUFFER, buffer);                                      \
		body;                                                                             \
	})

void GLAPIENTRY entry_glVertexArrayVertexOffsetEXT(GLuint vaobj, GLuint buffer, GLint size,
                                                   GLenum type, GLsizei stride, GLintptr offset)
{
	OFFSET(entry_glVertexPointer(size, type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayColorOffsetEXT(GLuint vaobj, GLuint buffer, GLint size,
                                                  GLenum type, GLsizei stride, GLintptr offset)
{
	OFFSET(entry_glColorPointer(size, type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayEdgeFlagOffsetEXT(GLuint vaobj, GLuint buffer, GLsizei stride,
                                                     GLintptr offset)
{
	OFFSET(entry_glEdgeFlagPointer(stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayIndexOffsetEXT(GLuint vaobj, GLuint buffer, GLenum type,
                                                  GLsizei stride, GLintptr offset)
{
	OFFSET(entry_glIndexPointer(type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayNormalOffsetEXT(GLuint vaobj, GLuint buffer, GLenum type,
                                                   GLsizei stride, GLintptr offset)
{
	OFFSET(entry_glNormalPointer(type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayTexCoordOffsetEXT(GLuint vaobj, GLuint buffer, GLint size,
                                                     GLenum type, GLsizei stride, GLintptr offset)
{
	OFFSET(entry_glTexCoordPointer(size, type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayMultiTexCoordOffsetEXT(GLuint vaobj, GLuint buffer,
                                                          GLenum texunit, GLint size, GLenum type,
                                                          GLsizei stride, GLintptr offset)
{
	OFFSET(entry_glMultiTexCoordPointerEXT(texunit, size, type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayFogCoordOffsetEXT(GLuint vaobj, GLuint buffer, GLenum type,
                                                     GLsizei stride, GLintptr offset)
{
	OFFSET(entry_glFogCoordPointer(type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArraySecondaryColorOffsetEXT(GLuint vaobj, GLuint buffer, GLint size,
                                                           GLenum type, GLsizei stride,
                                                           GLintptr offset)
{
	OFFSET(entry_glSecondaryColorPointer(size, type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayVertexAttribOffsetEXT(GLuint vaobj, GLuint buffer, GLuint index,
                                                         GLint size, GLenum type,
                                                         GLboolean normalized, GLsizei stride,
                                                         GLintptr offset)
{
	OFFSET(entry_glVertexAttribPointer(index, size, type, normalized, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayVertexAttribIOffsetEXT(GLuint vaobj, GLuint buffer,
                                                          GLuint index, GLint size, GLenum type,
                                                          GLsizei stride, GLintptr offset)
{
	OFFSET(entry_glVertexAttribIPointer(index, size, type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayVertexAttribLOffsetEXT(GLuint vaobj, GLuint buffer,
                                                          GLuint index, GLint size, GLenum type,
                                                          GLsizei stride, GLintptr offset)
{
	OFFSET(entry_glVertexAttribLPointer(index, size, type, stride, AT(offset)))
}

void GLAPIENTRY entry_glVertexArrayBindVertexBufferEXT(GLuint vaobj, GLuint bindingindex,
                                                       GLuint buffer, GLintptr offset,
                                                       GLsizei stride)
{
	entry_glVertexArrayVertexBuffer(vaobj, bindingindex, buffer, offset, stride);
}

void GLAPIENTRY entry_glVertexArrayVertexAttribFormatEXT(GLuint vaobj, GLuint attribindex,
                                                         GLint size, GLenum type,
                                                         GLboolean normalized,
                                                         GLuint relativeoffset)
{
	entry_glVertexArrayAttribFormat(vaobj, attribindex, size, type, normalized, relativeoffset);
}

void GLAPIENTRY entry_glVertexArrayVertexAttribIFormatEXT(GLuint vaobj, GLuint attribindex,
                                                          GLint size, GLenum type,
                                                          GLuint relativeoffset)
{
	entry_glVertexArrayAttribIFormat(vaobj, attribindex, size, type, relativeoffset);
}

void GLAPIENTRY entry_glVertexArrayVertexAttribLFormatEXT(GLuint vaobj, GLuint attribindex,
                                                          GLint size, GLenum type,
                                                          GLuint relativeoffset)
{
	entry_glVertexArrayAttribLFormat(vaobj, attribindex, size, type, relativeoffset);
}

void GLAPIENTRY entry_glVertexArrayVertexAttribBindingEXT(GLuint vaobj, GLuint attribindex,
                                                          GLuint bindingindex)
{
	entry_glVertexArrayAttribBinding(vaobj, attribindex, bindingindex);
}

void GLAPIENTRY entry_glVertexArrayVertexBindingDivisorEXT(GLuint vaobj, GLuint bindingindex,
                                                           GLuint divisor)
{
	entry_glVertexArrayBindingDivisor(vaobj, bindingindex, divisor);
}

void GLAPIENTRY entry_glVertexArrayVertexAttribDivisorEXT(GLuint vaobj, GLuint index,
                                                          GLuint divisor)
{
	IN_VAO(vaobj, entry_glVertexAttribDivisor(index, divisor))
}
