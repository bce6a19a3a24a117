/* SPDX-License-Identifier: MIT */
/* What libglvnd's libGLX loads: __glx_Main and the callbacks it fills in. */
#include <stdlib.h>
#include <string.h>
#include <glvnd/libglxabi.h>

#include "frontend/glx/dispatch.h"
#include "frontend/glx/glx.h"

#define F(name)                                                                                    \
	{                                                                                          \
#name, (void *)vgpu_##name                                                         \
	}
#define ALIAS(name, same_as)                                                                       \
	{                                                                                          \
#name, (void *)vgpu_##same_as                                                      \
	}

static const struct {
	const char *name;
	void *function;
} functions[] = {
	F(glXChooseFBConfig),
	F(glXChooseVisual),
	F(glXCopyContext),
	F(glXCreateContext),
	F(glXCreateGLXPixmap),
	F(glXCreateNewContext),
	F(glXCreatePbuffer),
	F(glXCreatePixmap),
	F(glXCreateWindow),
	F(glXDestroyContext),
	F(glXDestroyGLXPixmap),
	F(glXDestroyPbuffer),
	F(glXDestroyPixmap),
	F(glXDestroyWindow),
	F(glXGetClientString),
	F(glXGetConfig),
	F(glXGetCurrentContext),
	F(glXGetCurrentDisplay),
	F(glXGetCurrentDrawable),
	F(glXGetCurrentReadDrawable),
	F(glXGetFBConfigAttrib),
	F(glXGetFBConfigs),
	F(glXGetSelectedEvent),
	F(glXGetVisualFromFBConfig),
	F(glXIsDirect),
	F(glXMakeContextCurrent),
	F(glXMakeCurrent),
	F(glXQueryContext),
	F(glXQueryDrawable),
	F(glXQueryExtension),
	F(glXQueryExtensionsString),
	F(glXQueryServerString),
	F(glXQueryVersion),
	F(glXSelectEvent),
	F(glXSwapBuffers),
	F(glXUseXFont),
	F(glXWaitGL),
	F(glXWaitX),
	/* extensions: dispatch.c has the other half of each */
	F(glXBindTexImageEXT),
	F(glXCopySubBufferMESA),
	F(glXCreateContextAttribsARB),
	F(glXCreateGLXPbufferSGIX),
	F(glXCreateGLXPixmapWithConfigSGIX),
	F(glXFreeContextEXT),
	F(glXGetContextIDEXT),
	F(glXGetFBConfigFromVisualSGIX),
	F(glXGetSwapIntervalMESA),
	F(glXImportContextEXT),
	F(glXQueryContextInfoEXT),
	F(glXQueryCurrentRendererIntegerMESA),
	F(glXQueryCurrentRendererStringMESA),
	F(glXQueryGLXPbufferSGIX),
	F(glXQueryRendererIntegerMESA),
	F(glXQueryRendererStringMESA),
	F(glXReleaseTexImageEXT),
	F(glXSwapIntervalEXT),
	F(glXSwapIntervalMESA),
	F(glXSwapIntervalSGI),
	ALIAS(glXChooseFBConfigSGIX, glXChooseFBConfig),
	ALIAS(glXCreateContextWithConfigSGIX, glXCreateNewContext),
	ALIAS(glXGetCurrentReadDrawableSGI, glXGetCurrentReadDrawable),
	ALIAS(glXDestroyGLXPbufferSGIX, glXDestroyPbuffer),
	ALIAS(glXGetCurrentDisplayEXT, glXGetCurrentDisplay),
	ALIAS(glXGetFBConfigAttribSGIX, glXGetFBConfigAttrib),
	ALIAS(glXGetSelectedEventSGIX, glXGetSelectedEvent),
	ALIAS(glXGetVisualFromFBConfigSGIX, glXGetVisualFromFBConfig),
	ALIAS(glXSelectEventSGIX, glXSelectEvent),
};

/* Is there a backend for this process? The worker itself must never end up here. */
static bool have_backend(void)
{
	struct vgpu_client *client;

	return !getenv("VGPU_WORKER") && vgpu_client_get(&client) == 0;
}

static Bool is_screen_supported(Display *dpy, int screen)
{
	return have_backend() && vgpu_glx_screen_get(dpy, screen) != NULL;
}

static void *get_proc_address(const GLubyte *proc_name)
{
	const char *name = (const char *)proc_name;

	if (strncmp(name, "glX", 3) != 0)
		return vgpu_gl_get_proc(name);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].name, name) == 0)
			return functions[i].function;
	return NULL;
}

static void *get_dispatch_address(const GLubyte *name)
{
	return vgpu_glx_dispatch_address((const char *)name);
}

static void set_dispatch_index(const GLubyte *name, int index)
{
	vgpu_glx_dispatch_index((const char *)name, index);
}

__attribute__((visibility("default"))) Bool __glx_Main(uint32_t version,
						       const __GLXapiExports *exports,
						       __GLXvendorInfo *vendor,
						       __GLXapiImports *imports)
{
	if (GLX_VENDOR_ABI_GET_MAJOR_VERSION(version) != GLX_VENDOR_ABI_MAJOR_VERSION)
		return False;
	/*
	 * Without a backend step aside. It has to be here: libGLX asks isScreenSupported
	 * only of vendors that the X server names, not of the one that
	 * __GLX_VENDOR_LIBRARY_NAME names. After a refusal here it goes on to the server's.
	 */
	if (!have_backend())
		return False;
	vgpu_glx_dispatch_init(exports);
	imports->isScreenSupported = is_screen_supported;
	imports->getProcAddress = get_proc_address;
	imports->getDispatchAddress = get_dispatch_address;
	imports->setDispatchIndex = set_dispatch_index;
	return True;
}
