/* SPDX-License-Identifier: MIT */
/* Results of queries: an answer, or an offset into the query buffer. */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"

static struct vgpu_ref result_ref(struct vgpu_gl_state *gl, void *params, uint64_t bytes)
{
	if (gl->bound.buffer[VGPU_TARGET_QUERY])
		return (struct vgpu_ref){ .kind = VGPU_REF_OFFSET, .value = (uintptr_t)params };
	return (struct vgpu_ref){ VGPU_REF_BLOB, bytes, params };
}

/* Of a lost context everything is available, so that nobody polls for ever (KHR_robustness). */
#define GET_QUERY(suffix, T)                                                                      \
	void GLAPIENTRY entry_glGetQueryObject##suffix(GLuint id, GLenum pname, T *params)        \
	{                                                                                         \
		VGPU_GL_CONTEXT();                                                                \
		enc_glGetQueryObject##suffix(s, id, pname, result_ref(gl, params, sizeof(T)));    \
		if (s->lost && pname == GL_QUERY_RESULT_AVAILABLE && params &&                    \
		    !gl->bound.buffer[VGPU_TARGET_QUERY])                                         \
			*params = GL_TRUE;                                                        \
	}
GET_QUERY(iv, GLint)
GET_QUERY(uiv, GLuint)
GET_QUERY(i64v, GLint64)
GET_QUERY(ui64v, GLuint64)

void GLAPIENTRY entry_glGetQueryObjectuivEXT(GLuint id, GLenum pname, GLuint *params)
{
	entry_glGetQueryObjectuiv(id, pname, params);
}
