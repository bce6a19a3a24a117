/* SPDX-License-Identifier: MIT */
/* Attribute formats and bindings of the current vertex array object. All raise GL errors. */
#ifndef VGPU_FRONTEND_GL_ARRAYS_FORMAT_H
#define VGPU_FRONTEND_GL_ARRAYS_FORMAT_H

#include <stdint.h>

#include <GL/gl.h>
#include <GL/glext.h>

struct vgpu_context;

void vgpu_gl_array_format(struct vgpu_context *ctx, GLuint index, GLint size, GLenum type,
                          uint32_t flags, GLuint relative);
void vgpu_gl_array_bind(struct vgpu_context *ctx, GLuint index, GLuint binding);
void vgpu_gl_array_buffer(struct vgpu_context *ctx, GLuint binding, GLuint buffer, GLintptr offset,
                          GLsizei stride);
/* buffers NULL: unbind them all. */
void vgpu_gl_array_buffers(struct vgpu_context *ctx, GLuint first, GLsizei count,
                           const GLuint *buffers, const GLintptr *offsets, const GLsizei *strides);
void vgpu_gl_array_divisor(struct vgpu_context *ctx, GLuint binding, GLuint divisor);

#endif
