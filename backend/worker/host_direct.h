/* SPDX-License-Identifier: MIT */
/*
 * libglvnd's dispatch, taken once instead of in every call. What eglGetProcAddress gives
 * there is a stub of three instructions: load the thread's table of the current context's
 * vendor, jump to what stands in it. In the worker all contexts are one vendor's, for
 * which libglvnd has one table, so the stub always leads to the same function.
 */
#ifndef VGPU_BACKEND_WORKER_HOST_DIRECT_H
#define VGPU_BACKEND_WORKER_HOST_DIRECT_H

struct vgpu_gl;

/*
 * Replace the stubs in gl by what they lead to now. A context of the vendor is current on
 * this thread. What is not exactly such a stub of libGLdispatch stays as it is: functions of
 * our own, other architectures, other versions of the library.
 */
void vgpu_host_direct(struct vgpu_gl *gl);

#endif
