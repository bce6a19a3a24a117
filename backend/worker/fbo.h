/* SPDX-License-Identifier: MIT */
/*
 * The default framebuffer of a context: framebuffer objects over a drawable's
 * storage, and which of them is bound. All functions are for the thread that
 * has the context current.
 */
#ifndef VGPU_BACKEND_WORKER_FBO_H
#define VGPU_BACKEND_WORKER_FBO_H

#include "backend/worker/drawable.h"

/*
 * The framebuffer object of a drawable in r's context, over storage that is up
 * to date. drawable->lock is held. Bindings of the host are left wrong: call
 * vgpu_wfbo_rebind. NULL: no memory.
 */
struct vgpu_wfbo *vgpu_wfbo_get(struct vgpu_replay *r, struct vgpu_wdrawable *drawable,
                                struct vgpu_wstorage **storage_out);

/*
 * Bring the FBOs of the drawables that are current up to date, set the buffers
 * chosen on them, and bind what the guest has bound. Returns 0 or -ENOMEM.
 */
int vgpu_wfbo_validate(struct vgpu_replay *r);
/* The same, but only if a drawable changed since. Cheap. */
void vgpu_wfbo_check(struct vgpu_replay *r);
/* Bind what the guest has bound. */
void vgpu_wfbo_rebind(struct vgpu_replay *r);

/* The host's name of the guest's framebuffer as draw or read target; 0 stands for a drawable. */
GLuint vgpu_wfbo_host(struct vgpu_replay *r, GLuint guest, bool read);
/* The drawable behind a guest's framebuffer name: that of 0, or NULL. */
struct vgpu_wdrawable *vgpu_wfbo_drawable(struct vgpu_replay *r, GLuint guest, bool read);

/* The raw FBO (struct vgpu_wfbo), made at first use; changes bindings. 0: failed. */
GLuint vgpu_wfbo_raw(struct vgpu_replay *r, struct vgpu_wfbo *fbo, struct vgpu_wstorage *storage);
/* An FBO over one image, made at first use, *name holds it; changes bindings. depth may be NULL. */
GLuint vgpu_wfbo_over(struct vgpu_replay *r, GLuint *name, const struct vgpu_wimage *color,
                      const struct vgpu_wimage *depth, bool flip);

/* Attach to the FBO that is bound to GL_FRAMEBUFFER, by the image's format. */
void vgpu_wfbo_attach(const struct vgpu_wcaps *caps, GLenum attachment,
                      const struct vgpu_wimage *image);
void vgpu_wfbo_attach_depth(const struct vgpu_wcaps *caps, const struct vgpu_wimage *image);

/* Free the FBOs of drawables that are dead and not current; all of them if all is set. */
void vgpu_wfbo_collect(struct vgpu_replay *r, bool all);

/*
 * The colour attachments that a guest's buffer enum stands for on a drawable,
 * as bits; 0 for GL_NONE; -1: no such buffer.
 */
int vgpu_wfbo_buffer_attachments(const struct vgpu_wdrawable *drawable, bool es, GLenum buffer);
/* The context's choice as attachments of its FBOs. Returns how many, at least 1. */
GLsizei vgpu_wfbo_draw_attachments(const struct vgpu_wcontext *ctx,
                                   GLenum list[VGPU_WMAX_DRAW_BUFFERS]);
GLenum vgpu_wfbo_read_attachment(const struct vgpu_wcontext *ctx);
/* Whether a front buffer is chosen that does not exist apart yet. */
bool vgpu_wfbo_needs_front(struct vgpu_wcontext *ctx);
/* Make it, without a call that a display list would take in. */
void vgpu_wfbo_make_front(struct vgpu_replay *r);
/* Set the context's choice of buffers on the FBO of its drawable; changes bindings. */
void vgpu_wfbo_apply_buffers(struct vgpu_replay *r);

/*
 * What glGet says of the buffers chosen on framebuffer 0 for GL_DRAW_BUFFER,
 * GL_DRAW_BUFFERi and GL_READ_BUFFER; false for another pname. (get_gl.c)
 */
bool vgpu_wfbo_buffer_query(struct vgpu_replay *r, GLenum pname, GLint *value);

/* State that would change a blit, put aside. */
struct vgpu_wblit_state {
	GLboolean scissor, srgb;
};
void vgpu_wblit_begin(struct vgpu_replay *r, struct vgpu_wblit_state *state);
void vgpu_wblit_end(struct vgpu_replay *r, const struct vgpu_wblit_state *state);

/*
 * May a rectangle of the read framebuffer be asked of the driver? Mesa (22.3: _mesa_clip_readpixels,
 * _mesa_clip_to_region) adds in 32 bits when it cuts off what is outside, and then reads there. False: an
 * error was raised; no framebuffer has a pixel so far away.
 */
bool vgpu_wfbo_rectangle(struct vgpu_replay *r, GLint x, GLint y, GLsizei width, GLsizei height);
/*
 * Between these, reading pixels from the read framebuffer works although it is
 * a multisampled default framebuffer (natively legal; not for an FBO): a
 * resolved copy of what (GL_COLOR_BUFFER_BIT ...) is bound instead. Nothing is
 * done otherwise. Used round glReadPixels, glCopyTex*Image*, glCopyPixels.
 */
void vgpu_wfbo_read_begin(struct vgpu_replay *r, GLbitfield what);
void vgpu_wfbo_read_end(struct vgpu_replay *r);

#endif
