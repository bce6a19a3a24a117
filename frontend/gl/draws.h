/* SPDX-License-Identifier: MIT */
/* What happens before a draw whose parameters are in the program's memory. */
#ifndef VGPU_FRONTEND_GL_DRAWS_H
#define VGPU_FRONTEND_GL_DRAWS_H

#include <stdbool.h>
#include <stdint.h>

#include <GL/gl.h>

struct vgpu_context;

/* One indexed draw, with everything any of the commands can say. */
struct vgpu_gl_indexed {
	GLenum mode;
	GLsizei count;
	GLenum type;
	const void *indices;
	GLsizei instances; /* 1 unless instanced */
	GLint base_vertex;
	GLuint base_instance;
	bool instanced, has_base_vertex, has_base_instance;
};

void vgpu_gl_draw_arrays(struct vgpu_context *ctx, GLenum mode, GLint first, GLsizei count,
                         GLsizei instances, GLuint base_instance, bool instanced);
void vgpu_gl_draw_indexed(struct vgpu_context *ctx, const struct vgpu_gl_indexed *draw);

/* Is there a value of the index type that is no vertex? Asks the host where it must. */
bool vgpu_gl_restart_value(struct vgpu_context *ctx, GLenum type, uint32_t *value_out);

#endif
