/* SPDX-License-Identifier: MIT */
/*
 * What a host context can do, found out once when it is first made current, and
 * the framebuffer entry points under the names that its API knows.
 */
#ifndef VGPU_BACKEND_WORKER_GLCAPS_H
#define VGPU_BACKEND_WORKER_GLCAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "host_gl.h"
#include "protocol/wire.h"

struct vgpu_wcaps {
	bool known;           /* vgpu_wcaps_init has run */
	enum vgpu_api api;
	uint32_t version;     /* major * 10 + minor */
	bool es;
	bool compat;          /* desktop with the fixed function pipeline */
	bool flip_y;          /* GL_MESA_framebuffer_flip_y */
	bool split_fbo;       /* separate draw and read bindings, blits, glReadBuffer */
	bool draw_buffers;    /* glDrawBuffers */
	bool pack_buffer;     /* GL_PIXEL_PACK_BUFFER, row length and skips */
	bool buffer_storage;  /* persistent maps */
	bool fence;           /* glFenceSync */
	bool read_bgra;       /* glReadPixels takes GL_BGRA with bytes */
	bool imaging;         /* GL_ARB_imaging */
	bool pack_invert;     /* GL_MESA_pack_invert */
	bool copy_image;      /* glCopyImageSubData */
	bool robust;          /* the context was made with robust access */

	void (*GenFramebuffers)(GLsizei n, GLuint *names);
	void (*DeleteFramebuffers)(GLsizei n, const GLuint *names);
	void (*BindFramebuffer)(GLenum target, GLuint name);
	GLenum (*CheckFramebufferStatus)(GLenum target);
	void (*FramebufferTexture2D)(GLenum target, GLenum attachment, GLenum textarget,
	                             GLuint texture, GLint level);
	void (*FramebufferRenderbuffer)(GLenum target, GLenum attachment, GLenum rbtarget,
	                                GLuint renderbuffer);
	void (*FramebufferParameteri)(GLenum target, GLenum pname, GLint param);
};

/* Fill in caps for the context that is current. */
void vgpu_wcaps_init(struct vgpu_wcaps *caps, const struct vgpu_gl *gl, enum vgpu_api api);

/* True if the current context has the extension ("GL_..."). */
bool vgpu_wcaps_extension(const struct vgpu_wcaps *caps, const struct vgpu_gl *gl,
                          const char *name);

#endif
