/* SPDX-License-Identifier: MIT */
/*
 * Object names of the current context on their way to the host's GL and back.
 * vgpu_host_name and vgpu_guest_name are in replay.h. All are for the stream
 * thread that has the context current; r->ctx is not NULL.
 */
#ifndef VGPU_BACKEND_WORKER_NAMES_H
#define VGPU_BACKEND_WORKER_NAMES_H

#include "backend/worker/replay.h"
#include "host_gl.h"

/* A name no host generates: for what the guest names and nobody knows. */
#define VGPU_UNKNOWN_NAME 0xfffffe00u

/*
 * The host name of what a binding command binds. A name that was never
 * generated is generated now where the context's API allows that; else it
 * comes out as one that the host refuses. target is the command's.
 */
uint32_t vgpu_host_name_bind(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t guest,
                             uint32_t target);

/*
 * n objects named by the guest: fn makes them on the host. Returns 0, or -EPROTO
 * for what no guest library of ours sends: names that are 0, or too many.
 * A negative n goes to the host, which raises its error.
 */
int vgpu_replay_gen_names(struct vgpu_replay *r, enum vgpu_name_kind kind, GLsizei n,
                          const GLuint *guest, void (*fn)(GLsizei, GLuint *));
int vgpu_replay_create_names_target(struct vgpu_replay *r, enum vgpu_name_kind kind, GLenum target,
                                    GLsizei n, const GLuint *guest,
                                    void (*fn)(GLenum, GLsizei, GLuint *));
/* Unknown names are ignored, as GL does. */
int vgpu_replay_delete_names(struct vgpu_replay *r, enum vgpu_name_kind kind, GLsizei n,
                             const GLuint *guest, void (*fn)(GLsizei, const GLuint *));

/* One object that the host has made already (shaders, programs). Returns 0 or -EPROTO. */
int vgpu_replay_add_name(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t guest,
                         uint32_t host);
/*
 * A shader or program was deleted on the host: forget the name, unless the
 * object lives on because it is attached or in use.
 */
void vgpu_replay_program_deleted(struct vgpu_replay *r, uint32_t guest);

/* A table of the current context or its share group. */
struct vgpu_names *vgpu_replay_names(struct vgpu_replay *r, enum vgpu_name_kind kind);

#endif
