/* SPDX-License-Identifier: MIT */
/*
 * What the guest keeps of programs: locations that have been asked for since
 * the last link. Records belong to the share group.
 */
#ifndef VGPU_FRONTEND_GL_PROGRAMS_H
#define VGPU_FRONTEND_GL_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include <GL/gl.h>

struct vgpu_context;
struct vgpu_share;
struct vgpu_stream;
struct vgpu_gl_variable; /* program_info.c */

/* What the last link decided. All under share->lock. */
struct vgpu_gl_program_info {
	bool asked; /* since the last link */
	uint32_t links; /* how often it was linked */
	const struct vgpu_stream *linker; /* on which stream last; NULL: not yet */
	uint64_t linked_at; /* that stream's position behind it */
	uint8_t *data; /* as protocol/gl_program.h has it, checked; NULL: the host must be asked */
	struct vgpu_gl_variable *list[2]; /* uniforms, attributes: into data */
	uint32_t count[2];
	uint32_t max_length[2];
	uint32_t *hash; /* of the names: index + 1 in both lists in a row, 0: none */
	uint32_t hash_mask;
};

/* The program's, or NULL when it has no record. share->lock is held. */
struct vgpu_gl_program_info *vgpu_gl_program_info(struct vgpu_share *share, uint32_t program);
/* Has the host linked it by the time when it answers ctx? share->lock is held. */
bool vgpu_gl_program_settled(const struct vgpu_context *ctx,
                             const struct vgpu_gl_program_info *info);
/* Ask the host, once after a link. Takes share->lock. */
void vgpu_gl_program_fetch(struct vgpu_context *ctx, uint32_t program);
/*
 * glGetUniformLocation or glGetAttribLocation; info may be NULL. False: only the
 * host knows. share->lock is held.
 */
bool vgpu_gl_program_info_location(const struct vgpu_gl_program_info *info, bool attrib,
                                   const char *name, GLint *out);
/*
 * How many elements of the uniform at a location there are from it on, 0 when none is known to be
 * there; *array_out: whether it is an array. share->lock is held.
 */
GLint vgpu_gl_program_info_left(const struct vgpu_gl_program_info *info, GLint location,
                                bool *array_out);
void vgpu_gl_program_info_drop(struct vgpu_gl_program_info *info);

/* Was the name made by glCreateProgram? Takes share->lock. */
bool vgpu_gl_is_program(struct vgpu_context *ctx, uint32_t name);

/* At vgpu_share_unref. */
void vgpu_gl_programs_finish(struct vgpu_share *share);

#endif
