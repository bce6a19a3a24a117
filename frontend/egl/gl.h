/* SPDX-License-Identifier: MIT */
/* The few GL entry points that EGL itself calls on the current context. */
#ifndef VGPU_EGL_GL_H
#define VGPU_EGL_GL_H

#include <EGL/eglplatform.h>
#include <GL/gl.h>
#include <GL/glext.h>

struct vgpu_egl_gl {
	GLsync(GLAPIENTRY *FenceSync)(GLenum, GLbitfield);
	void(GLAPIENTRY *DeleteSync)(GLsync);
	GLenum(GLAPIENTRY *ClientWaitSync)(GLsync, GLbitfield, GLuint64);
	void(GLAPIENTRY *WaitSync)(GLsync, GLbitfield, GLuint64);
	void(GLAPIENTRY *Finish)(void);
	void(GLAPIENTRY *Flush)(void);
	void(GLAPIENTRY *GetIntegerv)(GLenum, GLint *);
	void(GLAPIENTRY *BindFramebuffer)(GLenum, GLuint);
	void(GLAPIENTRY *BindBuffer)(GLenum, GLuint);
	void(GLAPIENTRY *PixelStorei)(GLenum, GLint);
	void(GLAPIENTRY *ReadBuffer)(GLenum);
	void(GLAPIENTRY *ReadPixels)(GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void *);
	void(GLAPIENTRY *BindTexture)(GLenum, GLuint);
	void(GLAPIENTRY *CopyTexImage2D)(GLenum, GLint, GLenum, GLint, GLint, GLsizei, GLsizei,
	                                 GLint);
};

/* All functions; one the wire does not carry is NULL. */
const struct vgpu_egl_gl *vgpu_egl_gl(void);

#endif
