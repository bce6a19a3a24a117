/* SPDX-License-Identifier: MIT */
/* Assembly programs: their text goes into memory of the program whose size it asked for before. */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"

void GLAPIENTRY entry_glGetProgramStringARB(GLenum target, GLenum pname, void *string)
{
	VGPU_GL_CONTEXT();
	GLint length = 0;

	enc_glGetProgramivARB(s, target, GL_PROGRAM_LENGTH_ARB, &length);
	enc_glGetProgramStringARB(s, target, pname, string, length > 0 ? (uint64_t)length : 0);
}

void GLAPIENTRY entry_glGetNamedProgramStringEXT(GLuint program, GLenum target, GLenum pname,
                                                 void *string)
{
	VGPU_GL_CONTEXT();
	GLint length = 0;

	enc_glGetNamedProgramivEXT(s, program, target, GL_PROGRAM_LENGTH_ARB, &length);
	enc_glGetNamedProgramStringEXT(s, program, target, pname, string,
	                               length > 0 ? (uint64_t)length : 0);
}
