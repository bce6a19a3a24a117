/* SPDX-License-Identifier: MIT */
/*
 * How large the buffers of a share group are, and how far into them indexed
 * bindings begin. Drivers subtract the one from the other when a shader reads or
 * writes: a binding that begins past the end (of a buffer that was made smaller
 * since, perhaps by another context) gives the shader all memory behind it.
 * All functions are for a stream thread with a context current.
 */
#ifndef VGPU_BACKEND_WORKER_GL_RANGES_H
#define VGPU_BACKEND_WORKER_GL_RANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/worker/gl_state.h"

/* The host's name of what is bound to a buffer target; 0: nothing, or nobody answers. */
GLuint vgpu_wbuffer_at(struct vgpu_replay *r, GLenum target);

/*
 * Around a command that gives a buffer new storage of so many octets. False:
 * refused, an error was raised, end must not be called: a binding begins further
 * in, or the program has all the memory that it may have.
 */
bool vgpu_wbuffer_storage_begin(struct vgpu_replay *r, GLuint host, GLsizeiptr bytes);
void vgpu_wbuffer_storage_end(struct vgpu_replay *r, GLuint host);

/*
 * Around a command that binds ranges. add names each of them; false: it begins
 * past the end of its buffer, an error was raised. end in any case.
 */
void vgpu_wbuffer_range_begin(struct vgpu_replay *r);
bool vgpu_wbuffer_range_add(struct vgpu_replay *r, GLuint host, GLintptr offset);
void vgpu_wbuffer_range_end(struct vgpu_replay *r);

/* Buffers are deleted: forget these guest names. Before the names go. */
void vgpu_wbuffer_deleted(struct vgpu_replay *r, GLsizei n, const GLuint *guest);

struct vgpu_wshare;
/* The group ends. */
void vgpu_wbuffers_finish(struct vgpu_wshare *share);

#endif
