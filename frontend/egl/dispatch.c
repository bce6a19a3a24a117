/* SPDX-License-Identifier: MIT */
/*
 * Dispatch functions for the EGL extensions libglvnd does not know itself: they
 * find the vendor of the display (or device) and go through its table, which may
 * be another vendor's. They must not touch anything of ours.
 */
#include <string.h>

#include "frontend/egl/egl.h"

enum entry {
	CREATE_IMAGE,
	DESTROY_IMAGE,
	CREATE_SYNC,
	DESTROY_SYNC,
	CLIENT_WAIT_SYNC,
	GET_SYNC_ATTRIB,
	SIGNAL_SYNC,
	WAIT_SYNC,
	SWAP_WITH_DAMAGE_KHR,
	SWAP_WITH_DAMAGE_EXT,
	DRIVER_NAME,
	DEVICE_STRING,
	DEVICE_ATTRIB,
	ENTRIES,
};

static int indices[ENTRIES] = {
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
};

static void *fetch(__EGLvendorInfo *vendor, enum entry entry, EGLint error)
{
	void *function = NULL;

	if (!vendor) {
		vgpu_egl_exports->setEGLError(error);
		return NULL;
	}
	if (indices[entry] >= 0)
		function = (void *)vgpu_egl_exports->fetchDispatchEntry(vendor, indices[entry]);
	if (function && vgpu_egl_exports->setLastVendor(vendor))
		return function;
	vgpu_egl_exports->setEGLError(error);
	return NULL;
}

static void *by_display(EGLDisplay dpy, enum entry entry)
{
	vgpu_egl_exports->threadInit();
	return fetch(vgpu_egl_exports->getVendorFromDisplay(dpy), entry, EGL_BAD_DISPLAY);
}

static void *by_device(EGLDeviceEXT device, enum entry entry)
{
	vgpu_egl_exports->threadInit();
	return fetch(vgpu_egl_exports->getVendorFromDevice(device), entry, EGL_BAD_DEVICE_EXT);
}

static EGLImageKHR EGLAPIENTRY create_image(EGLDisplay dpy, EGLContext context, EGLenum target,
                                            EGLClientBuffer buffer, const EGLint *attribs)
{
	PFNEGLCREATEIMAGEKHRPROC f = (PFNEGLCREATEIMAGEKHRPROC)by_display(dpy, CREATE_IMAGE);

	return f ? f(dpy, context, target, buffer, attribs) : EGL_NO_IMAGE_KHR;
}

static EGLBoolean EGLAPIENTRY destroy_image(EGLDisplay dpy, EGLImageKHR image)
{
	PFNEGLDESTROYIMAGEKHRPROC f = (PFNEGLDESTROYIMAGEKHRPROC)by_display(dpy, DESTROY_IMAGE);

	return f ? f(dpy, image) : EGL_FALSE;
}

static EGLSyncKHR EGLAPIENTRY create_sync(EGLDisplay dpy, EGLenum type, const EGLint *attribs)
{
	PFNEGLCREATESYNCKHRPROC f = (PFNEGLCREATESYNCKHRPROC)by_display(dpy, CREATE_SYNC);

	return f ? f(dpy, type, attribs) : EGL_NO_SYNC_KHR;
}

static EGLBoolean EGLAPIENTRY destroy_sync(EGLDisplay dpy, EGLSyncKHR sync)
{
	PFNEGLDESTROYSYNCKHRPROC f = (PFNEGLDESTROYSYNCKHRPROC)by_display(dpy, DESTROY_SYNC);

	return f ? f(dpy, sync) : EGL_FALSE;
}

static EGLint EGLAPIENTRY client_wait_sync(EGLDisplay dpy, EGLSyncKHR sync, EGLint flags,
                                           EGLTimeKHR timeout)
{
	PFNEGLCLIENTWAITSYNCKHRPROC f =
		(PFNEGLCLIENTWAITSYNCKHRPROC)by_display(dpy, CLIENT_WAIT_SYNC);

	return f ? f(dpy, sync, flags, timeout) : EGL_FALSE;
}

static EGLBoolean EGLAPIENTRY get_sync_attrib(EGLDisplay dpy, EGLSyncKHR sync, EGLint attribute,
                                              EGLint *value)
{
	PFNEGLGETSYNCATTRIBKHRPROC f = (PFNEGLGETSYNCATTRIBKHRPROC)by_display(dpy, GET_SYNC_ATTRIB);

	return f ? f(dpy, sync, attribute, value) : EGL_FALSE;
}

static EGLBoolean EGLAPIENTRY signal_sync(EGLDisplay dpy, EGLSyncKHR sync, EGLenum mode)
{
	PFNEGLSIGNALSYNCKHRPROC f = (PFNEGLSIGNALSYNCKHRPROC)by_display(dpy, SIGNAL_SYNC);

	return f ? f(dpy, sync, mode) : EGL_FALSE;
}

static EGLint EGLAPIENTRY wait_sync(EGLDisplay dpy, EGLSyncKHR sync, EGLint flags)
{
	PFNEGLWAITSYNCKHRPROC f = (PFNEGLWAITSYNCKHRPROC)by_display(dpy, WAIT_SYNC);

	return f ? f(dpy, sync, flags) : EGL_FALSE;
}

static EGLBoolean EGLAPIENTRY swap_with_damage_khr(EGLDisplay dpy, EGLSurface surface,
                                                   const EGLint *rects, EGLint count)
{
	PFNEGLSWAPBUFFERSWITHDAMAGEKHRPROC f =
		(PFNEGLSWAPBUFFERSWITHDAMAGEKHRPROC)by_display(dpy, SWAP_WITH_DAMAGE_KHR);

	return f ? f(dpy, surface, rects, count) : EGL_FALSE;
}

static EGLBoolean EGLAPIENTRY swap_with_damage_ext(EGLDisplay dpy, EGLSurface surface,
                                                   const EGLint *rects, EGLint count)
{
	PFNEGLSWAPBUFFERSWITHDAMAGEEXTPROC f =
		(PFNEGLSWAPBUFFERSWITHDAMAGEEXTPROC)by_display(dpy, SWAP_WITH_DAMAGE_EXT);

	return f ? f(dpy, surface, rects, count) : EGL_FALSE;
}

static const char *EGLAPIENTRY driver_name(EGLDisplay dpy)
{
	PFNEGLGETDISPLAYDRIVERNAMEPROC f =
		(PFNEGLGETDISPLAYDRIVERNAMEPROC)by_display(dpy, DRIVER_NAME);

	return f ? f(dpy) : NULL;
}

static const char *EGLAPIENTRY device_string(EGLDeviceEXT device, EGLint name)
{
	PFNEGLQUERYDEVICESTRINGEXTPROC f =
		(PFNEGLQUERYDEVICESTRINGEXTPROC)by_device(device, DEVICE_STRING);

	return f ? f(device, name) : NULL;
}

static EGLBoolean EGLAPIENTRY device_attrib(EGLDeviceEXT device, EGLint attribute, EGLAttrib *value)
{
	PFNEGLQUERYDEVICEATTRIBEXTPROC f =
		(PFNEGLQUERYDEVICEATTRIBEXTPROC)by_device(device, DEVICE_ATTRIB);

	return f ? f(device, attribute, value) : EGL_FALSE;
}

static const struct {
	const char *name;
	void *function;
} entries[ENTRIES] = {
	[CREATE_IMAGE] = { "eglCreateImageKHR", (void *)create_image },
	[DESTROY_IMAGE] = { "eglDestroyImageKHR", (void *)destroy_image },
	[CREATE_SYNC] = { "eglCreateSyncKHR", (void *)create_sync },
	[DESTROY_SYNC] = { "eglDestroySyncKHR", (void *)destroy_sync },
	[CLIENT_WAIT_SYNC] = { "eglClientWaitSyncKHR", (void *)client_wait_sync },
	[GET_SYNC_ATTRIB] = { "eglGetSyncAttribKHR", (void *)get_sync_attrib },
	[SIGNAL_SYNC] = { "eglSignalSyncKHR", (void *)signal_sync },
	[WAIT_SYNC] = { "eglWaitSyncKHR", (void *)wait_sync },
	[SWAP_WITH_DAMAGE_KHR] = { "eglSwapBuffersWithDamageKHR", (void *)swap_with_damage_khr },
	[SWAP_WITH_DAMAGE_EXT] = { "eglSwapBuffersWithDamageEXT", (void *)swap_with_damage_ext },
	[DRIVER_NAME] = { "eglGetDisplayDriverName", (void *)driver_name },
	[DEVICE_STRING] = { "eglQueryDeviceStringEXT", (void *)device_string },
	[DEVICE_ATTRIB] = { "eglQueryDeviceAttribEXT", (void *)device_attrib },
};

void *vgpu_egl_dispatch_address(const char *name)
{
	for (int i = 0; i < ENTRIES; i++) {
		if (strcmp(entries[i].name, name) == 0)
			return entries[i].function;
	}
	return NULL;
}

void vgpu_egl_set_dispatch_index(const char *name, int index)
{
	for (int i = 0; i < ENTRIES; i++) {
		if (strcmp(entries[i].name, name) == 0)
			indices[i] = index;
	}
}
