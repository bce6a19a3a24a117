/* SPDX-License-Identifier: MIT */
/* glUniform*v of more elements than any program has: what the host would not read is not sent. */
#ifndef VGPU_FRONTEND_GL_UNIFORMS_H
#define VGPU_FRONTEND_GL_UNIFORMS_H

#include <stdbool.h>
#include <stdint.h>

#include <GL/gl.h>

struct vgpu_context;

#define VGPU_UNIFORM_MANY 4096 /* elements; below, it is not worth a question */

/*
 * GL ignores what lies behind the end of a uniform array, so a count may claim more than the
 * program's memory has. program 0 means the current one. Lowers *count to what is left of the
 * array at location, to 0 at location -1. False: the command is not to be sent; an error is raised if GL has one.
 * The context's thread.
 */
bool vgpu_gl_uniform_count(struct vgpu_context *ctx, GLuint program, GLint location,
			   GLsizei *count);

#endif
