/* SPDX-License-Identifier: MIT */
#include "frontend/egl/gl.h"

#include <pthread.h>

#include "frontend/client.h"

static struct vgpu_egl_gl gl;

static void load(void)
{
	*(void **)&gl.FenceSync = vgpu_gl_get_proc("glFenceSync");
	*(void **)&gl.DeleteSync = vgpu_gl_get_proc("glDeleteSync");
	*(void **)&gl.ClientWaitSync = vgpu_gl_get_proc("glClientWaitSync");
	*(void **)&gl.WaitSync = vgpu_gl_get_proc("glWaitSync");
	*(void **)&gl.Finish = vgpu_gl_get_proc("glFinish");
	*(void **)&gl.Flush = vgpu_gl_get_proc("glFlush");
	*(void **)&gl.GetIntegerv = vgpu_gl_get_proc("glGetIntegerv");
	*(void **)&gl.BindFramebuffer = vgpu_gl_get_proc("glBindFramebuffer");
	*(void **)&gl.BindBuffer = vgpu_gl_get_proc("glBindBuffer");
	*(void **)&gl.PixelStorei = vgpu_gl_get_proc("glPixelStorei");
	*(void **)&gl.ReadBuffer = vgpu_gl_get_proc("glReadBuffer");
	*(void **)&gl.ReadPixels = vgpu_gl_get_proc("glReadPixels");
	*(void **)&gl.BindTexture = vgpu_gl_get_proc("glBindTexture");
	*(void **)&gl.CopyTexImage2D = vgpu_gl_get_proc("glCopyTexImage2D");
}

const struct vgpu_egl_gl *vgpu_egl_gl(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return &gl;
}
