/* SPDX-License-Identifier: MIT */
/*
 * The EGL entry points, as libglvnd calls them: vgpu_eglX is eglX. What they do
 * and which errors they set is in the EGL specification.
 */
#ifndef VGPU_EGL_ENTRY_H
#define VGPU_EGL_ENTRY_H

#include <EGL/egl.h>
#include <EGL/eglext.h>

/* thread.c */
EGLint EGLAPIENTRY vgpu_eglGetError(void);
EGLBoolean EGLAPIENTRY vgpu_eglReleaseThread(void);

/* display.c */
EGLBoolean EGLAPIENTRY vgpu_eglInitialize(EGLDisplay dpy, EGLint *major, EGLint *minor);
EGLBoolean EGLAPIENTRY vgpu_eglTerminate(EGLDisplay dpy);
const char *EGLAPIENTRY vgpu_eglQueryString(EGLDisplay dpy, EGLint name);
const char *EGLAPIENTRY vgpu_eglGetDisplayDriverName(EGLDisplay dpy);
EGLBoolean EGLAPIENTRY vgpu_eglGetConfigs(EGLDisplay dpy, EGLConfig *configs, EGLint size,
                                          EGLint *count);
EGLBoolean EGLAPIENTRY vgpu_eglChooseConfig(EGLDisplay dpy, const EGLint *attribs,
                                            EGLConfig *configs, EGLint size, EGLint *count);
EGLBoolean EGLAPIENTRY vgpu_eglGetConfigAttrib(EGLDisplay dpy, EGLConfig config, EGLint attribute,
                                               EGLint *value);

/* device.c */
EGLBoolean EGLAPIENTRY vgpu_eglQueryDevicesEXT(EGLint max, EGLDeviceEXT *devices, EGLint *count);
const char *EGLAPIENTRY vgpu_eglQueryDeviceStringEXT(EGLDeviceEXT device, EGLint name);
EGLBoolean EGLAPIENTRY vgpu_eglQueryDeviceAttribEXT(EGLDeviceEXT device, EGLint attribute,
                                                    EGLAttrib *value);
EGLBoolean EGLAPIENTRY vgpu_eglQueryDisplayAttribEXT(EGLDisplay dpy, EGLint attribute,
                                                     EGLAttrib *value);

/* context.c */
EGLContext EGLAPIENTRY vgpu_eglCreateContext(EGLDisplay dpy, EGLConfig config,
                                             EGLContext share_context, const EGLint *attribs);
EGLBoolean EGLAPIENTRY vgpu_eglDestroyContext(EGLDisplay dpy, EGLContext ctx);
EGLBoolean EGLAPIENTRY vgpu_eglQueryContext(EGLDisplay dpy, EGLContext ctx, EGLint attribute,
                                            EGLint *value);

/* surface.c */
EGLSurface EGLAPIENTRY vgpu_eglCreateWindowSurface(EGLDisplay dpy, EGLConfig config,
                                                   EGLNativeWindowType window,
                                                   const EGLint *attribs);
EGLSurface EGLAPIENTRY vgpu_eglCreatePixmapSurface(EGLDisplay dpy, EGLConfig config,
                                                   EGLNativePixmapType pixmap,
                                                   const EGLint *attribs);
EGLSurface EGLAPIENTRY vgpu_eglCreatePbufferSurface(EGLDisplay dpy, EGLConfig config,
                                                    const EGLint *attribs);
EGLSurface EGLAPIENTRY vgpu_eglCreatePlatformWindowSurface(EGLDisplay dpy, EGLConfig config,
                                                           void *window, const EGLAttrib *attribs);
EGLSurface EGLAPIENTRY vgpu_eglCreatePlatformPixmapSurface(EGLDisplay dpy, EGLConfig config,
                                                           void *pixmap, const EGLAttrib *attribs);
EGLSurface EGLAPIENTRY vgpu_eglCreatePlatformWindowSurfaceEXT(EGLDisplay dpy, EGLConfig config,
                                                              void *window, const EGLint *attribs);
EGLSurface EGLAPIENTRY vgpu_eglCreatePlatformPixmapSurfaceEXT(EGLDisplay dpy, EGLConfig config,
                                                              void *pixmap, const EGLint *attribs);
EGLSurface EGLAPIENTRY vgpu_eglCreatePbufferFromClientBuffer(EGLDisplay dpy, EGLenum type,
                                                             EGLClientBuffer buffer,
                                                             EGLConfig config,
                                                             const EGLint *attribs);
EGLBoolean EGLAPIENTRY vgpu_eglDestroySurface(EGLDisplay dpy, EGLSurface handle);

/* surface_attr.c */
EGLBoolean EGLAPIENTRY vgpu_eglQuerySurface(EGLDisplay dpy, EGLSurface handle, EGLint attribute,
                                            EGLint *value);
EGLBoolean EGLAPIENTRY vgpu_eglSurfaceAttrib(EGLDisplay dpy, EGLSurface handle, EGLint attribute,
                                             EGLint value);

/* current.c */
EGLBoolean EGLAPIENTRY vgpu_eglMakeCurrent(EGLDisplay dpy, EGLSurface draw, EGLSurface read,
                                           EGLContext ctx);
EGLContext EGLAPIENTRY vgpu_eglGetCurrentContext(void);
EGLSurface EGLAPIENTRY vgpu_eglGetCurrentSurface(EGLint which);
EGLDisplay EGLAPIENTRY vgpu_eglGetCurrentDisplay(void);
EGLBoolean EGLAPIENTRY vgpu_eglSwapBuffers(EGLDisplay dpy, EGLSurface handle);
EGLBoolean EGLAPIENTRY vgpu_eglSwapBuffersWithDamageKHR(EGLDisplay dpy, EGLSurface surface,
                                                        const EGLint *rects, EGLint count);
EGLBoolean EGLAPIENTRY vgpu_eglSwapInterval(EGLDisplay dpy, EGLint interval);
EGLBoolean EGLAPIENTRY vgpu_eglWaitClient(void);
EGLBoolean EGLAPIENTRY vgpu_eglWaitGL(void);
EGLBoolean EGLAPIENTRY vgpu_eglWaitNative(EGLint engine);

/* sync.c */
EGLSync EGLAPIENTRY vgpu_eglCreateSync(EGLDisplay dpy, EGLenum type, const EGLAttrib *attribs);
EGLSyncKHR EGLAPIENTRY vgpu_eglCreateSyncKHR(EGLDisplay dpy, EGLenum type, const EGLint *attribs);
EGLBoolean EGLAPIENTRY vgpu_eglDestroySync(EGLDisplay dpy, EGLSync handle);
EGLint EGLAPIENTRY vgpu_eglClientWaitSync(EGLDisplay dpy, EGLSync handle, EGLint flags,
                                          EGLTime timeout);
EGLint EGLAPIENTRY vgpu_eglWaitSync(EGLDisplay dpy, EGLSync handle, EGLint flags);
EGLint EGLAPIENTRY vgpu_eglWaitSyncKHR(EGLDisplay dpy, EGLSyncKHR sync, EGLint flags);
EGLBoolean EGLAPIENTRY vgpu_eglSignalSyncKHR(EGLDisplay dpy, EGLSyncKHR handle, EGLenum mode);
EGLBoolean EGLAPIENTRY vgpu_eglGetSyncAttrib(EGLDisplay dpy, EGLSync handle, EGLint attribute,
                                             EGLAttrib *value);
EGLBoolean EGLAPIENTRY vgpu_eglGetSyncAttribKHR(EGLDisplay dpy, EGLSyncKHR sync, EGLint attribute,
                                                EGLint *value);

/* texture.c */
EGLBoolean EGLAPIENTRY vgpu_eglBindTexImage(EGLDisplay dpy, EGLSurface surface, EGLint buffer);
EGLBoolean EGLAPIENTRY vgpu_eglReleaseTexImage(EGLDisplay dpy, EGLSurface surface, EGLint buffer);
EGLBoolean EGLAPIENTRY vgpu_eglCopyBuffers(EGLDisplay dpy, EGLSurface handle,
                                           EGLNativePixmapType pixmap);

/* image.c */
EGLImage EGLAPIENTRY vgpu_eglCreateImage(EGLDisplay dpy, EGLContext context, EGLenum target,
                                         EGLClientBuffer buffer, const EGLAttrib *attribs);
EGLImageKHR EGLAPIENTRY vgpu_eglCreateImageKHR(EGLDisplay dpy, EGLContext context, EGLenum target,
                                               EGLClientBuffer buffer, const EGLint *attribs);
EGLBoolean EGLAPIENTRY vgpu_eglDestroyImage(EGLDisplay dpy, EGLImage image);

#endif
