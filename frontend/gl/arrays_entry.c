/* SPDX-License-Identifier: MIT */
/* gl*Pointer, the enables, and binding vertex array objects. */
#include <stdlib.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"
#include "frontend/gl/unified.h"

/* The fixed-function arrays do not exist in core profiles. */
#define FIXED_ARRAYS()                                                                            \
	VGPU_GL_CONTEXT();                                                                        \
	do {                                                                                      \
		if (gl->core || gl->inside) {                                                     \
			vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);                             \
			return;                                                                   \
		}                                                                                 \
	} while (0)

void GLAPIENTRY entry_glVertexPointer(GLint size, GLenum type, GLsizei stride, const void *pointer)
{
	FIXED_ARRAYS();
	vgpu_gl_array_set(ctx, VGPU_ARRAY_VERTEX, (uint32_t)size, type, 0, stride, pointer);
}

void GLAPIENTRY entry_glNormalPointer(GLenum type, GLsizei stride, const void *pointer)
{
	FIXED_ARRAYS();
	vgpu_gl_array_set(ctx, VGPU_ARRAY_NORMAL, 3, type, VGPU_ARRAY_NORMALIZED, stride, pointer);
}

void GLAPIENTRY entry_glColorPointer(GLint size, GLenum type, GLsizei stride, const void *pointer)
{
	FIXED_ARRAYS();
	vgpu_gl_array_set(ctx, VGPU_ARRAY_COLOR, (uint32_t)size, type, VGPU_ARRAY_NORMALIZED, stride,
	                  pointer);
}

void GLAPIENTRY entry_glSecondaryColorPointer(GLint size, GLenum type, GLsizei stride,
                                              const void *pointer)
{
	FIXED_ARRAYS();
	vgpu_gl_array_set(ctx, VGPU_ARRAY_COLOR1, (uint32_t)size, type, VGPU_ARRAY_NORMALIZED,
	                  stride, pointer);
}

void GLAPIENTRY entry_glFogCoordPointer(GLenum type, GLsizei stride, const void *pointer)
{
	FIXED_ARRAYS();
	vgpu_gl_array_set(ctx, VGPU_ARRAY_FOG, 1, type, 0, stride, pointer);
}

void GLAPIENTRY entry_glIndexPointer(GLenum type, GLsizei stride, const void *pointer)
{
	FIXED_ARRAYS();
	vgpu_gl_array_set(ctx, VGPU_ARRAY_INDEX, 1, type, 0, stride, pointer);
}

void GLAPIENTRY entry_glEdgeFlagPointer(GLsizei stride, const void *pointer)
{
	FIXED_ARRAYS();
	vgpu_gl_array_set(ctx, VGPU_ARRAY_EDGE_FLAG, 1, GL_UNSIGNED_BYTE, 0, stride, pointer);
}

void GLAPIENTRY entry_glPointSizePointerOES(GLenum type, GLsizei stride, const void *pointer)
{
	FIXED_ARRAYS();
	vgpu_gl_array_set(ctx, VGPU_ARRAY_POINT_SIZE, 1, type, 0, stride, pointer);
}

void GLAPIENTRY entry_glTexCoordPointer(GLint size, GLenum type, GLsizei stride,
                                        const void *pointer)
{
	FIXED_ARRAYS();
	vgpu_gl_array_set(ctx, VGPU_ARRAY_TEX0 + gl->client_texture, (uint32_t)size, type, 0, stride,
	                  pointer);
}

void GLAPIENTRY entry_glMultiTexCoordPointerEXT(GLenum texunit, GLint size, GLenum type,
                                                GLsizei stride, const void *pointer)
{
	FIXED_ARRAYS();
	if (texunit - GL_TEXTURE0 >= VGPU_ARRAY_TEX_COUNT)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else
		vgpu_gl_array_set(ctx, VGPU_ARRAY_TEX0 + (texunit - GL_TEXTURE0), (uint32_t)size, type,
		                  0, stride, pointer);
}

/* The GL 1.1 forerunners promise a number of elements, which nothing needs. */
void GLAPIENTRY entry_glVertexPointerEXT(GLint size, GLenum type, GLsizei stride, GLsizei count,
                                         const void *pointer)
{
	entry_glVertexPointer(size, type, stride, pointer);
}

void GLAPIENTRY entry_glNormalPointerEXT(GLenum type, GLsizei stride, GLsizei count,
                                         const void *pointer)
{
	entry_glNormalPointer(type, stride, pointer);
}

void GLAPIENTRY entry_glColorPointerEXT(GLint size, GLenum type, GLsizei stride, GLsizei count,
                                        const void *pointer)
{
	entry_glColorPointer(size, type, stride, pointer);
}

void GLAPIENTRY entry_glIndexPointerEXT(GLenum type, GLsizei stride, GLsizei count,
                                        const void *pointer)
{
	entry_glIndexPointer(type, stride, pointer);
}

void GLAPIENTRY entry_glEdgeFlagPointerEXT(GLsizei stride, GLsizei count, const GLboolean *pointer)
{
	entry_glEdgeFlagPointer(stride, pointer);
}

void GLAPIENTRY entry_glTexCoordPointerEXT(GLint size, GLenum type, GLsizei stride, GLsizei count,
                                           const void *pointer)
{
	entry_glTexCoordPointer(size, type, stride, pointer);
}

static void generic(struct vgpu_context *ctx, GLuint index, GLint size, GLenum type, uint32_t flags,
                    GLsizei stride, const void *pointer)
{
	if (index >= VGPU_ARRAY_GENERIC_COUNT)
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	else
		vgpu_gl_array_set(ctx, VGPU_ARRAY_GENERIC0 + index, (uint32_t)size, type, flags, stride,
		                  pointer);
}

void GLAPIENTRY entry_glVertexAttribPointer(GLuint index, GLint size, GLenum type,
                                            GLboolean normalized, GLsizei stride,
                                            const void *pointer)
{
	VGPU_GL_CONTEXT();
	generic(ctx, index, size, type, normalized ? VGPU_ARRAY_NORMALIZED : 0, stride, pointer);
}

void GLAPIENTRY entry_glVertexAttribIPointer(GLuint index, GLint size, GLenum type, GLsizei stride,
                                             const void *pointer)
{
	VGPU_GL_CONTEXT();
	generic(ctx, index, size, type, VGPU_ARRAY_INTEGER, stride, pointer);
}

void GLAPIENTRY entry_glVertexAttribLPointer(GLuint index, GLint size, GLenum type, GLsizei stride,
                                             const void *pointer)
{
	VGPU_GL_CONTEXT();
	generic(ctx, index, size, type, VGPU_ARRAY_LONG, stride, pointer);
}

static void attrib_enable(GLuint index, bool enable)
{
	VGPU_GL_CONTEXT();
	if (index >= VGPU_ARRAY_GENERIC_COUNT || index >= (GLuint)vgpu_gl_limit(ctx, GL_MAX_VERTEX_ATTRIBS))
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	else
		vgpu_gl_array_enable(ctx, VGPU_ARRAY_GENERIC0 + index, enable);
}

void GLAPIENTRY entry_glEnableVertexAttribArray(GLuint index)
{
	attrib_enable(index, true);
}

void GLAPIENTRY entry_glDisableVertexAttribArray(GLuint index)
{
	attrib_enable(index, false);
}

static void client_state(GLenum cap, int64_t unit, bool enable)
{
	uint32_t array;

	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	if (cap == GL_PRIMITIVE_RESTART_NV && gl->desktop) {
		gl->restart.enabled = enable;
		gl->restart.unknown = false;
		if (enable)
			enc_glEnableClientState(s, cap);
		else
			enc_glDisableClientState(s, cap);
		return;
	}
	if (unit < 0 && vgpu_gl_unified_enable(ctx, cap, enable))
		return;
	if (unit >= 0 && cap != GL_TEXTURE_COORD_ARRAY) {
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return;
	}
	array = vgpu_gl_client_state(gl, cap, unit < 0 ? gl->client_texture : (uint32_t)unit);
	if (gl->core)
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	else if (array == VGPU_ARRAY_COUNT)
		vgpu_gl_set_error(ctx, unit < 0 || unit < VGPU_ARRAY_TEX_COUNT ? GL_INVALID_ENUM
		                                                               : GL_INVALID_VALUE);
	else
		vgpu_gl_array_enable(ctx, array, enable);
}

void GLAPIENTRY entry_glEnableClientState(GLenum array)
{
	client_state(array, -1, true);
}

void GLAPIENTRY entry_glDisableClientState(GLenum array)
{
	client_state(array, -1, false);
}

void GLAPIENTRY entry_glEnableClientStateiEXT(GLenum array, GLuint index)
{
	client_state(array, index, true);
}

void GLAPIENTRY entry_glDisableClientStateiEXT(GLenum array, GLuint index)
{
	client_state(array, index, false);
}

void GLAPIENTRY entry_glEnableClientStateIndexedEXT(GLenum array, GLuint index)
{
	client_state(array, index, true);
}

void GLAPIENTRY entry_glDisableClientStateIndexedEXT(GLenum array, GLuint index)
{
	client_state(array, index, false);
}

void GLAPIENTRY entry_glClientActiveTexture(GLenum texture)
{
	FIXED_ARRAYS();
	if (texture - GL_TEXTURE0 >= VGPU_ARRAY_TEX_COUNT ||
	    texture - GL_TEXTURE0 >= (GLuint)vgpu_gl_limit(ctx, GL_MAX_TEXTURE_COORDS))
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else
		gl->client_texture = texture - GL_TEXTURE0;
}

void GLAPIENTRY entry_glPrimitiveRestartIndex(GLuint index)
{
	VGPU_GL_CONTEXT();
	gl->restart.index = index;
	enc_glPrimitiveRestartIndex(s, index);
}

void GLAPIENTRY entry_glPrimitiveRestartIndexNV(GLuint index)
{
	entry_glPrimitiveRestartIndex(index);
}

void GLAPIENTRY entry_glBindVertexArray(GLuint array)
{
	struct vgpu_gl_vao *vao;

	VGPU_GL_CONTEXT();
	if (array == gl->vao->name)
		return;
	vao = vgpu_gl_vao_find(ctx, array);
	if (!vao) {
		vgpu_gl_set_error(ctx, vgpu_guest_names_known(ctx, VGPU_NAME_VERTEX_ARRAY, array)
		                               ? GL_OUT_OF_MEMORY
		                               : GL_INVALID_OPERATION);
		return;
	}
	gl->vao = vao;
	enc_glBindVertexArray(s, array);
}

void GLAPIENTRY entry_glDeleteVertexArrays(GLsizei n, const GLuint *arrays)
{
	GLsizei i;

	VGPU_GL_CONTEXT();
	if (n < 0 || !arrays) {
		if (n < 0)
			vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	enc_glDeleteVertexArrays(s, n, arrays);
	for (i = 0; i < n; i++) {
		struct vgpu_gl_vao *vao = (struct vgpu_gl_vao *)vgpu_idmap_remove(&gl->vaos, arrays[i]);

		if (gl->vao == vao)
			gl->vao = &gl->default_vao;
		free(vao);
	}
	vgpu_guest_names_free(ctx, VGPU_NAME_VERTEX_ARRAY, (uint32_t)n, arrays);
}

/* glInterleavedArrays: one row of table 2.5 of the specification. */
static const struct interleaved {
	uint8_t tex, color, vertex, normal; /* components; color 4 with bytes set is 4ub */
	uint8_t bytes;                      /* the colour is 4 unsigned bytes */
	uint8_t at_color, at_normal, at_vertex, stride;
} interleaved[] = {
	/* V2F */ { 0, 0, 2, 0, 0, 0, 0, 0, 8 },
	/* V3F */ { 0, 0, 3, 0, 0, 0, 0, 0, 12 },
	/* C4UB_V2F */ { 0, 4, 2, 0, 1, 0, 0, 4, 12 },
	/* C4UB_V3F */ { 0, 4, 3, 0, 1, 0, 0, 4, 16 },
	/* C3F_V3F */ { 0, 3, 3, 0, 0, 0, 0, 12, 24 },
	/* N3F_V3F */ { 0, 0, 3, 3, 0, 0, 0, 12, 24 },
	/* C4F_N3F_V3F */ { 0, 4, 3, 3, 0, 0, 16, 28, 40 },
	/* T2F_V3F */ { 2, 0, 3, 0, 0, 0, 0, 8, 20 },
	/* T4F_V4F */ { 4, 0, 4, 0, 0, 0, 0, 16, 32 },
	/* T2F_C4UB_V3F */ { 2, 4, 3, 0, 1, 8, 0, 12, 24 },
	/* T2F_C3F_V3F */ { 2, 3, 3, 0, 0, 8, 0, 20, 32 },
	/* T2F_N3F_V3F */ { 2, 0, 3, 3, 0, 0, 8, 20, 32 },
	/* T2F_C4F_N3F_V3F */ { 2, 4, 3, 3, 0, 8, 24, 36, 48 },
	/* T4F_C4F_N3F_V4F */ { 4, 4, 4, 3, 0, 16, 32, 44, 60 },
};

void GLAPIENTRY entry_glInterleavedArrays(GLenum format, GLsizei stride, const void *pointer)
{
	const uint8_t *p = pointer;
	const struct interleaved *f;
	uint32_t tex;

	FIXED_ARRAYS();
	if (format - GL_V2F >= sizeof(interleaved) / sizeof(interleaved[0])) {
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return;
	}
	if (stride < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	f = &interleaved[format - GL_V2F];
	if (!stride)
		stride = f->stride;
	tex = VGPU_ARRAY_TEX0 + gl->client_texture;
	vgpu_gl_array_enable(ctx, VGPU_ARRAY_EDGE_FLAG, false);
	vgpu_gl_array_enable(ctx, VGPU_ARRAY_INDEX, false);
	vgpu_gl_array_enable(ctx, VGPU_ARRAY_COLOR1, false);
	vgpu_gl_array_enable(ctx, VGPU_ARRAY_FOG, false);
	vgpu_gl_array_enable(ctx, tex, f->tex);
	if (f->tex)
		vgpu_gl_array_set(ctx, tex, f->tex, GL_FLOAT, 0, stride, p);
	vgpu_gl_array_enable(ctx, VGPU_ARRAY_COLOR, f->color);
	if (f->color)
		vgpu_gl_array_set(ctx, VGPU_ARRAY_COLOR, f->color,
		                  f->bytes ? GL_UNSIGNED_BYTE : GL_FLOAT, VGPU_ARRAY_NORMALIZED, stride,
		                  p + f->at_color);
	vgpu_gl_array_enable(ctx, VGPU_ARRAY_NORMAL, f->normal);
	if (f->normal)
		vgpu_gl_array_set(ctx, VGPU_ARRAY_NORMAL, 3, GL_FLOAT, VGPU_ARRAY_NORMALIZED, stride,
		                  p + f->at_normal);
	vgpu_gl_array_enable(ctx, VGPU_ARRAY_VERTEX, true);
	vgpu_gl_array_set(ctx, VGPU_ARRAY_VERTEX, f->vertex, GL_FLOAT, 0, stride, p + f->at_vertex);
}
