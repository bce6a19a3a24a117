/* SPDX-License-Identifier: MIT */
/* EGL_EXT_device_enumeration and EGL_EXT_device_query: there is one device, the vgpu. */
#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"

EGLBoolean EGLAPIENTRY vgpu_eglQueryDevicesEXT(EGLint max, EGLDeviceEXT *devices, EGLint *count)
{
	struct vgpu_client *client;

	vgpu_egl_clear_error();
	if (!count || (devices && max <= 0))
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	*count = vgpu_client_get(&client) == 0;
	if (*count && devices)
		devices[0] = vgpu_egl_device();
	return EGL_TRUE;
}

const char *EGLAPIENTRY vgpu_eglQueryDeviceStringEXT(EGLDeviceEXT device, EGLint name)
{
	struct vgpu_client *client;

	vgpu_egl_clear_error();
	if (device != vgpu_egl_device() || vgpu_client_get(&client) < 0) {
		vgpu_egl_error(EGL_BAD_DEVICE_EXT);
		return NULL;
	}
	switch (name) {
	case EGL_EXTENSIONS:
		return "EGL_EXT_device_query_name";
	case EGL_VENDOR:
		return "xen-vgpu";
	case EGL_RENDERER_EXT:
		return vgpu_client_host(client)->renderer;
	}
	vgpu_egl_error(EGL_BAD_PARAMETER);
	return NULL;
}

EGLBoolean EGLAPIENTRY vgpu_eglQueryDeviceAttribEXT(EGLDeviceEXT device, EGLint attribute,
                                                    EGLAttrib *value)
{
	vgpu_egl_clear_error();
	if (device != vgpu_egl_device())
		return vgpu_egl_error(EGL_BAD_DEVICE_EXT);
	return vgpu_egl_error(EGL_BAD_ATTRIBUTE);
}

EGLBoolean EGLAPIENTRY vgpu_eglQueryDisplayAttribEXT(EGLDisplay dpy, EGLint attribute,
                                                     EGLAttrib *value)
{
	if (!vgpu_egl_display_get(dpy))
		return EGL_FALSE;
	if (attribute != EGL_DEVICE_EXT)
		return vgpu_egl_error(EGL_BAD_ATTRIBUTE);
	if (!value)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	*value = (EGLAttrib)vgpu_egl_device();
	return EGL_TRUE;
}
