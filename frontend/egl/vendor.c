/* SPDX-License-Identifier: MIT */
/*
 * The library's only exported function, and the tables it gives to libglvnd.
 * The worker itself uses EGL and must not meet us: VGPU_WORKER is set in it.
 */
#include <stdlib.h>
#include <string.h>

#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"

const __EGLapiExports *vgpu_egl_exports;

#define ENTRY(name)                                                                                \
	{                                                                                          \
#name, (void *)vgpu_##name                                                         \
	}

/* Sorted by name. */
static const struct entry {
	const char *name;
	void *function;
} entries[] = {
	ENTRY(eglBindTexImage),
	ENTRY(eglChooseConfig),
	ENTRY(eglClientWaitSync),
	{ "eglClientWaitSyncKHR", (void *)vgpu_eglClientWaitSync },
	ENTRY(eglCopyBuffers),
	ENTRY(eglCreateContext),
	ENTRY(eglCreateImage),
	ENTRY(eglCreateImageKHR),
	ENTRY(eglCreatePbufferFromClientBuffer),
	ENTRY(eglCreatePbufferSurface),
	ENTRY(eglCreatePixmapSurface),
	ENTRY(eglCreatePlatformPixmapSurface),
	ENTRY(eglCreatePlatformPixmapSurfaceEXT),
	ENTRY(eglCreatePlatformWindowSurface),
	ENTRY(eglCreatePlatformWindowSurfaceEXT),
	ENTRY(eglCreateSync),
	ENTRY(eglCreateSyncKHR),
	ENTRY(eglCreateWindowSurface),
	ENTRY(eglDestroyContext),
	ENTRY(eglDestroyImage),
	{ "eglDestroyImageKHR", (void *)vgpu_eglDestroyImage },
	ENTRY(eglDestroySurface),
	ENTRY(eglDestroySync),
	{ "eglDestroySyncKHR", (void *)vgpu_eglDestroySync },
	ENTRY(eglGetConfigAttrib),
	ENTRY(eglGetConfigs),
	ENTRY(eglGetCurrentContext),
	ENTRY(eglGetCurrentDisplay),
	ENTRY(eglGetCurrentSurface),
	ENTRY(eglGetDisplayDriverName),
	ENTRY(eglGetError),
	ENTRY(eglGetSyncAttrib),
	ENTRY(eglGetSyncAttribKHR),
	ENTRY(eglInitialize),
	ENTRY(eglMakeCurrent),
	ENTRY(eglQueryContext),
	ENTRY(eglQueryDeviceAttribEXT),
	ENTRY(eglQueryDeviceStringEXT),
	ENTRY(eglQueryDevicesEXT),
	ENTRY(eglQueryDisplayAttribEXT),
	{ "eglQueryDisplayAttribKHR", (void *)vgpu_eglQueryDisplayAttribEXT },
	ENTRY(eglQueryString),
	ENTRY(eglQuerySurface),
	ENTRY(eglReleaseTexImage),
	ENTRY(eglReleaseThread),
	ENTRY(eglSignalSyncKHR),
	ENTRY(eglSurfaceAttrib),
	ENTRY(eglSwapBuffers),
	{ "eglSwapBuffersWithDamageEXT", (void *)vgpu_eglSwapBuffersWithDamageKHR },
	ENTRY(eglSwapBuffersWithDamageKHR),
	ENTRY(eglSwapInterval),
	ENTRY(eglTerminate),
	ENTRY(eglWaitClient),
	ENTRY(eglWaitGL),
	ENTRY(eglWaitNative),
	ENTRY(eglWaitSync),
	ENTRY(eglWaitSyncKHR),
};

static int compare(const void *name, const void *entry)
{
	return strcmp(name, ((const struct entry *)entry)->name);
}

void *vgpu_egl_get_proc(const char *name)
{
	const struct entry *entry;

	if (strncmp(name, "egl", 3) != 0)
		return vgpu_gl_get_proc(name);
	entry = bsearch(name, entries, sizeof(entries) / sizeof(entries[0]), sizeof(entries[0]),
	                compare);
	return entry ? entry->function : NULL;
}

static EGLBoolean supports_api(EGLenum api)
{
	return api == EGL_OPENGL_API || api == EGL_OPENGL_ES_API;
}

static const char *vendor_string(int name)
{
	if (name == __EGL_VENDOR_STRING_PLATFORM_EXTENSIONS)
		return "EGL_EXT_platform_device EGL_EXT_platform_wayland EGL_EXT_platform_x11 "
		       "EGL_EXT_platform_xcb EGL_KHR_platform_wayland EGL_KHR_platform_x11 "
		       "EGL_MESA_platform_surfaceless";
	return NULL;
}

__attribute__((visibility("default"))) EGLBoolean __egl_Main(uint32_t version,
                                                             const __EGLapiExports *exports,
                                                             __EGLvendorInfo *vendor,
                                                             __EGLapiImports *imports)
{
	if (EGL_VENDOR_ABI_GET_MAJOR_VERSION(version) != EGL_VENDOR_ABI_MAJOR_VERSION ||
	    getenv("VGPU_WORKER"))
		return EGL_FALSE;
	vgpu_egl_exports = exports;
	vgpu_image_lookup = vgpu_egl_image_number;
	imports->getPlatformDisplay = vgpu_egl_get_platform_display;
	imports->getSupportsAPI = supports_api;
	imports->getVendorString = vendor_string;
	imports->getProcAddress = vgpu_egl_get_proc;
	imports->getDispatchAddress = vgpu_egl_dispatch_address;
	imports->setDispatchIndex = vgpu_egl_set_dispatch_index;
	return EGL_TRUE;
}
