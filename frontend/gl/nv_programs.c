/* SPDX-License-Identifier: MIT */
/*
 * GL_NV_vertex_program: its arrays are the generic ones under other names, as the
 * registry has it for its attributes.
 */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"

#define NV_ATTRIBS 16u

void GLAPIENTRY entry_glVertexAttribPointerNV(GLuint index, GLint fsize, GLenum type,
					      GLsizei stride, const void *pointer)
{
	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	if (index >= NV_ATTRIBS || fsize < 1 || fsize > 4 || stride < 0 ||
	    (type == GL_UNSIGNED_BYTE && fsize != 4))
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	else if (type != GL_UNSIGNED_BYTE && type != GL_SHORT && type != GL_FLOAT &&
		 type != GL_DOUBLE)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else
		vgpu_gl_array_set(ctx, VGPU_ARRAY_GENERIC0 + index, (uint32_t)fsize, type,
				  type == GL_UNSIGNED_BYTE ? VGPU_ARRAY_NORMALIZED : 0, stride,
				  pointer);
}

void GLAPIENTRY entry_glGetProgramStringNV(GLuint id, GLenum pname, GLubyte *program)
{
	VGPU_GL_CONTEXT();
	GLint length = 0;

	enc_glGetProgramivNV(s, id, GL_PROGRAM_LENGTH_NV, &length);
	enc_glGetProgramStringNV(s, id, pname, program, length > 0 ? (uint64_t)length : 0);
}

#define GET_ATTRIB(suffix, T)                                                                      \
	void GLAPIENTRY entry_glGetVertexAttrib##suffix##NV(GLuint index, GLenum pname, T *params) \
	{                                                                                          \
		VGPU_GL_CONTEXT();                                                                 \
		if (index < NV_ATTRIBS &&                                                          \
		    (pname == GL_ATTRIB_ARRAY_SIZE_NV || pname == GL_ATTRIB_ARRAY_STRIDE_NV ||     \
		     pname == GL_ATTRIB_ARRAY_TYPE_NV))                                            \
			entry_glGetVertexAttrib##suffix(index, pname, params);                     \
		else                                                                               \
			enc_glGetVertexAttrib##suffix##NV(s, index, pname, params);                \
	}
GET_ATTRIB(iv, GLint)
GET_ATTRIB(fv, GLfloat)
GET_ATTRIB(dv, GLdouble)
