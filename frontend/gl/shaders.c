/* SPDX-License-Identifier: MIT */
/*
 * Making shaders and giving them their source. Names are the guest's, so making one waits for
 * nobody, but a type that the context does not have gives 0 at once, which programs look at to
 * learn what there is.
 */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/programs.h"
#include "frontend/gl/state.h"

/* Bit of a type whose presence depends on the context; 0: of all others. */
static uint32_t optional_bit(GLenum type)
{
	switch (type) {
	case GL_GEOMETRY_SHADER:
		return 1;
	case GL_TESS_CONTROL_SHADER:
		return 2;
	case GL_TESS_EVALUATION_SHADER:
		return 4;
	case GL_COMPUTE_SHADER:
		return 8;
	default:
		return 0;
	}
}

/* Is there such a type, as far as is known? */
static bool known(const struct vgpu_gl_state *gl, GLenum type)
{
	return type == GL_VERTEX_SHADER || type == GL_FRAGMENT_SHADER ||
	       (gl->shader_types & optional_bit(type));
}

static GLuint take_name(struct vgpu_context *ctx)
{
	GLuint name = 0;

	if (vgpu_guest_names_alloc(ctx, VGPU_NAME_PROGRAM, 1, &name))
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
	return name;
}

/* The name, or 0 if the host has made nothing of it. */
static GLuint checked(struct vgpu_context *ctx, GLenum type, GLuint name, bool made)
{
	if (made || ctx->stream->lost) {
		ctx->gl->shader_types |= optional_bit(type);
		return name;
	}
	vgpu_guest_names_free(ctx, VGPU_NAME_PROGRAM, 1, &name);
	return 0;
}

#define CREATE(may_fail, call, is)                                                                 \
	GLuint name;                                                                               \
	VGPU_GL_CONTEXT(0);                                                                        \
	name = take_name(ctx);                                                                     \
	if (!name)                                                                                 \
		return 0;                                                                          \
	call;                                                                                      \
	return may_fail ? checked(ctx, type, name, is(s, name)) : name

GLuint GLAPIENTRY entry_glCreateShader(GLenum type)
{
	CREATE(!known(gl, type), enc_glCreateShader(s, type, name), enc_glIsShader);
}

GLhandleARB GLAPIENTRY entry_glCreateShaderObjectARB(GLenum type)
{
	CREATE(!known(gl, type), enc_glCreateShaderObjectARB(s, type, name), enc_glIsShader);
}

static bool fits(GLsizei count, const GLchar *const *strings)
{
	struct vgpu_context *ctx = vgpu_current;

	return !ctx || vgpu_fits(ctx, vgpu_strings_bytes(count, strings, NULL));
}

GLuint GLAPIENTRY entry_glCreateShaderProgramv(GLenum type, GLsizei count,
					       const GLchar *const *strings)
{
	if (!fits(count, strings))
		return 0;
	CREATE(count < 0 || !known(gl, type),
	       enc_glCreateShaderProgramv(s, type, count, strings, name), enc_glIsProgram);
}

GLuint GLAPIENTRY entry_glCreateShaderProgramvEXT(GLenum type, GLsizei count,
						  const GLchar **strings)
{
	if (!fits(count, strings))
		return 0;
	CREATE(count < 0 || !known(gl, type),
	       enc_glCreateShaderProgramvEXT(s, type, count, strings, name), enc_glIsProgram);
}

static bool has_null(GLsizei count, const GLchar *const *string)
{
	for (GLsizei i = 0; i < count; i++)
		if (!string[i])
			return true;
	return false;
}

/* The host raises the error of a wrong name; the strings, which may be anything, are left alone. */
void GLAPIENTRY entry_glShaderSource(GLuint shader, GLsizei count, const GLchar *const *string,
				     const GLint *length)
{
	VGPU_GL_CONTEXT();
	if (!vgpu_guest_names_known(ctx, VGPU_NAME_PROGRAM, shader) ||
	    vgpu_gl_is_program(ctx, shader)) {
		enc_glShaderSource(s, shader, 0, NULL, NULL);
	} else if (!string) {
		enc_glShaderSource(s, shader, -1, NULL, NULL); /* GL_INVALID_VALUE */
	} else if (has_null(count, string)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	} else if (vgpu_fits(ctx, vgpu_strings_bytes(count, string, length))) {
		enc_glShaderSource(s, shader, count, string, length);
	}
}
