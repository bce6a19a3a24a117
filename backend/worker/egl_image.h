/* SPDX-License-Identifier: MIT */
/*
 * EGL images of a program: each is one of the host's EGL. Names are the guest's,
 * unique in the connection. An image is counted: a command that uses it may run
 * while another stream destroys it.
 */
#ifndef VGPU_BACKEND_WORKER_EGL_IMAGE_H
#define VGPU_BACKEND_WORKER_EGL_IMAGE_H

#include <stdatomic.h>
#include <stdint.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include "backend/worker/conn.h"
#include "backend/worker/replay.h"
#include "host_gl.h"

struct vgpu_weglimage {
	struct vgpu_weglimage *next; /* conn->images */
	uint32_t id;
	_Atomic int refs;
	EGLImageKHR egl;
};

/*
 * What vgpuImageCreate asks for; nothing of it is checked yet. context is the
 * guest's name of a context and may be current anywhere. Returns an EGL error
 * code. r's context may be switched and back.
 */
EGLint vgpu_weglimage_create(struct vgpu_replay *r, uint32_t id, uint32_t context, GLenum target,
                             GLuint object, GLint level, GLint zoffset);
/* An unknown name is ignored. */
void vgpu_weglimage_destroy(struct vgpu_wconn *conn, uint32_t id);
/* A program is gone; its stream threads have ended. */
void vgpu_weglimage_destroy_all(struct vgpu_wconn *conn);

/* A counted reference, or NULL. */
struct vgpu_weglimage *vgpu_weglimage_get(struct vgpu_wconn *conn, uint64_t id);
void vgpu_weglimage_put(struct vgpu_weglimage *image);

#endif
