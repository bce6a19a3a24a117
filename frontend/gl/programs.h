/* SPDX-License-Identifier: MIT */
/*
 * What the guest keeps of programs: locations that have been asked for since
 * the last link. Records belong to the share group.
 */
#ifndef VGPU_FRONTEND_GL_PROGRAMS_H
#define VGPU_FRONTEND_GL_PROGRAMS_H

#include <stdint.h>

struct vgpu_context;
struct vgpu_share;

/* The program was linked, deleted, or its bindings changed: locations may be others. */
void vgpu_gl_program_forget(struct vgpu_context *ctx, uint32_t program);
/* At vgpu_share_unref. */
void vgpu_gl_programs_finish(struct vgpu_share *share);

#endif
