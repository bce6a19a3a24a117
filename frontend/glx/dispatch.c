/* SPDX-License-Identifier: MIT */
#include "frontend/glx/dispatch.h"

#include <dlfcn.h>
#include <string.h>

#include "frontend/glx/glx.h"

static const __GLXapiExports *gl;

enum entry {
	E_glXBindTexImageEXT,
	E_glXChooseFBConfigSGIX,
	E_glXCopySubBufferMESA,
	E_glXCreateContextAttribsARB,
	E_glXCreateContextWithConfigSGIX,
	E_glXCreateGLXPbufferSGIX,
	E_glXCreateGLXPixmapWithConfigSGIX,
	E_glXDestroyGLXPbufferSGIX,
	E_glXFreeContextEXT,
	E_glXGetContextIDEXT,
	E_glXGetCurrentDisplayEXT,
	E_glXGetCurrentReadDrawableSGI,
	E_glXGetFBConfigAttribSGIX,
	E_glXGetFBConfigFromVisualSGIX,
	E_glXGetSelectedEventSGIX,
	E_glXGetSwapIntervalMESA,
	E_glXGetVisualFromFBConfigSGIX,
	E_glXImportContextEXT,
	E_glXMakeCurrentReadSGI,
	E_glXQueryContextInfoEXT,
	E_glXQueryCurrentRendererIntegerMESA,
	E_glXQueryCurrentRendererStringMESA,
	E_glXQueryGLXPbufferSGIX,
	E_glXQueryRendererIntegerMESA,
	E_glXQueryRendererStringMESA,
	E_glXReleaseTexImageEXT,
	E_glXSelectEventSGIX,
	E_glXSwapIntervalEXT,
	E_glXSwapIntervalMESA,
	E_glXSwapIntervalSGI,
	E_COUNT
};

static int indices[E_COUNT];

/* The vendor's function, NULL when there is no vendor or it lacks the function. */
static __GLXextFuncPtr target(__GLXvendorInfo *vendor, enum entry entry)
{
	return vendor ? gl->fetchDispatchEntry(vendor, indices[entry]) : NULL;
}

/* A dispatch function that only finds the vendor and calls it. */
#define DISPATCH(type, name, parameters, arguments, vendor, otherwise)                             \
	static type dispatch_##name parameters                                                     \
	{                                                                                          \
		type(*f) parameters = (type(*) parameters)target(vendor, E_##name);                \
                                                                                                   \
		return f ? f arguments : otherwise;                                                \
	}
#define BY_DRAWABLE gl->vendorFromDrawable(dpy, drawable)
#define BY_CONFIG gl->vendorFromFBConfig(dpy, config)
#define BY_CONTEXT gl->vendorFromContext(context)
#define BY_SCREEN gl->getDynDispatch(dpy, screen)
#define BY_CURRENT gl->getCurrentDynDispatch()
#define NOTHING ((void)0)

/* clang-format off: it takes the parameter lists for products */
DISPATCH(void, glXBindTexImageEXT,
	 (Display * dpy, GLXDrawable drawable, int buffer, const int *attribs),
	 (dpy, drawable, buffer, attribs), BY_DRAWABLE, NOTHING)
DISPATCH(void, glXReleaseTexImageEXT, (Display * dpy, GLXDrawable drawable, int buffer),
	 (dpy, drawable, buffer), BY_DRAWABLE, NOTHING)
DISPATCH(void, glXCopySubBufferMESA,
	 (Display * dpy, GLXDrawable drawable, int x, int y, int width, int height),
	 (dpy, drawable, x, y, width, height), BY_DRAWABLE, NOTHING)
DISPATCH(GLXDrawable, glXGetCurrentReadDrawableSGI, (void), (), BY_CURRENT, None)
DISPATCH(GLXContextID, glXGetContextIDEXT, (const GLXContext context), (context), BY_CONTEXT, None)
DISPATCH(Display *, glXGetCurrentDisplayEXT, (void), (), BY_CURRENT, NULL)
DISPATCH(int, glXQueryContextInfoEXT,
	 (Display * dpy, GLXContext context, int attribute, int *value),
	 (dpy, context, attribute, value), BY_CONTEXT, GLX_BAD_CONTEXT)
DISPATCH(int, glXGetFBConfigAttribSGIX,
	 (Display * dpy, GLXFBConfig config, int attribute, int *value),
	 (dpy, config, attribute, value), BY_CONFIG, GLX_BAD_VISUAL)
DISPATCH(XVisualInfo *, glXGetVisualFromFBConfigSGIX, (Display * dpy, GLXFBConfig config),
	 (dpy, config), BY_CONFIG, NULL)
DISPATCH(void, glXQueryGLXPbufferSGIX,
	 (Display * dpy, GLXDrawable drawable, int attribute, unsigned int *value),
	 (dpy, drawable, attribute, value), BY_DRAWABLE, NOTHING)
DISPATCH(void, glXSelectEventSGIX, (Display * dpy, GLXDrawable drawable, unsigned long mask),
	 (dpy, drawable, mask), BY_DRAWABLE, NOTHING)
DISPATCH(void, glXGetSelectedEventSGIX, (Display * dpy, GLXDrawable drawable, unsigned long *mask),
	 (dpy, drawable, mask), BY_DRAWABLE, NOTHING)
DISPATCH(void, glXSwapIntervalEXT, (Display * dpy, GLXDrawable drawable, int interval),
	 (dpy, drawable, interval), BY_DRAWABLE, NOTHING)
DISPATCH(int, glXSwapIntervalMESA, (unsigned int interval), (interval), BY_CURRENT, GLX_BAD_CONTEXT)
DISPATCH(int, glXGetSwapIntervalMESA, (void), (), BY_CURRENT, 0)
DISPATCH(int, glXSwapIntervalSGI, (int interval), (interval), BY_CURRENT, GLX_BAD_CONTEXT)
DISPATCH(Bool, glXQueryRendererIntegerMESA,
	 (Display * dpy, int screen, int renderer, int attribute, unsigned int *value),
	 (dpy, screen, renderer, attribute, value), BY_SCREEN, False)
DISPATCH(const char *, glXQueryRendererStringMESA,
	 (Display * dpy, int screen, int renderer, int attribute),
	 (dpy, screen, renderer, attribute), BY_SCREEN, NULL)
DISPATCH(Bool, glXQueryCurrentRendererIntegerMESA, (int attribute, unsigned int *value),
	 (attribute, value), BY_CURRENT, False)
DISPATCH(const char *, glXQueryCurrentRendererStringMESA, (int attribute), (attribute), BY_CURRENT,
	 NULL)

/* clang-format on */

/* Those that make or destroy something tell libGLX whose it is. */

static GLXContext map_context(Display *dpy, GLXContext context, __GLXvendorInfo *vendor)
{
	/* When libGLX has no memory for it the context is lost to the program: it leaks. */
	if (context && gl->addVendorContextMapping(dpy, context, vendor))
		return NULL;
	return context;
}

static XID map_drawable(Display *dpy, XID drawable, __GLXvendorInfo *vendor)
{
	if (drawable != None && gl->addVendorDrawableMapping(dpy, drawable, vendor))
		return None;
	return drawable;
}

static GLXContext dispatch_glXCreateContextAttribsARB(Display *dpy, GLXFBConfig config,
						      GLXContext share, Bool direct,
						      const int *attribs)
{
	__GLXvendorInfo *vendor = NULL;
	PFNGLXCREATECONTEXTATTRIBSARBPROC f;

	if (config)
		vendor = gl->vendorFromFBConfig(dpy, config);
	else /* GLX_EXT_no_config_context */
		for (const int *a = attribs; a && a[0] != None; a += 2)
			if (a[0] == GLX_SCREEN)
				vendor = gl->getDynDispatch(dpy, a[1]);
	f = (PFNGLXCREATECONTEXTATTRIBSARBPROC)target(vendor, E_glXCreateContextAttribsARB);
	return f ? map_context(dpy, f(dpy, config, share, direct, attribs), vendor) : NULL;
}

static GLXContext dispatch_glXCreateContextWithConfigSGIX(Display *dpy, GLXFBConfig config,
							  int type, GLXContext share, Bool direct)
{
	__GLXvendorInfo *vendor = BY_CONFIG;
	PFNGLXCREATECONTEXTWITHCONFIGSGIXPROC f = (PFNGLXCREATECONTEXTWITHCONFIGSGIXPROC)target(
		vendor, E_glXCreateContextWithConfigSGIX);

	return f ? map_context(dpy, f(dpy, config, type, share, direct), vendor) : NULL;
}

static GLXContext dispatch_glXImportContextEXT(Display *dpy, GLXContextID id)
{
	__GLXvendorInfo *vendor = gl->getDynDispatch(dpy, DefaultScreen(dpy));
	PFNGLXIMPORTCONTEXTEXTPROC f =
		(PFNGLXIMPORTCONTEXTEXTPROC)target(vendor, E_glXImportContextEXT);

	return f ? map_context(dpy, f(dpy, id), vendor) : NULL;
}

static void dispatch_glXFreeContextEXT(Display *dpy, GLXContext context)
{
	PFNGLXFREECONTEXTEXTPROC f =
		(PFNGLXFREECONTEXTEXTPROC)target(BY_CONTEXT, E_glXFreeContextEXT);

	/* ours only raises an error: nothing is imported, so the mapping stays */
	if (f)
		f(dpy, context);
}

/* What is current is libGLX's affair too: this is another name for its own function. */
static Bool dispatch_glXMakeCurrentReadSGI(Display *dpy, GLXDrawable draw, GLXDrawable read,
					   GLXContext context)
{
	static Bool (*make_current)(Display *, GLXDrawable, GLXDrawable, GLXContext);
	void *libglx;

	if (!make_current) {
		libglx = dlopen("libGLX.so.0", RTLD_LAZY | RTLD_NOLOAD);
		if (libglx)
			*(void **)&make_current = dlsym(libglx, "glXMakeContextCurrent");
	}
	return make_current ? make_current(dpy, draw, read, context) : False;
}

static GLXFBConfig *dispatch_glXChooseFBConfigSGIX(Display *dpy, int screen, int *attribs,
						   int *count)
{
	__GLXvendorInfo *vendor = BY_SCREEN;
	PFNGLXCHOOSEFBCONFIGSGIXPROC f =
		(PFNGLXCHOOSEFBCONFIGSGIXPROC)target(vendor, E_glXChooseFBConfigSGIX);
	GLXFBConfig *configs = f ? (GLXFBConfig *)f(dpy, screen, attribs, count) : NULL;

	for (int i = 0; configs && i < *count; i++) {
		if (gl->addVendorFBConfigMapping(dpy, configs[i], vendor)) {
			XFree(configs);
			return NULL;
		}
	}
	return configs;
}

static GLXFBConfig dispatch_glXGetFBConfigFromVisualSGIX(Display *dpy, XVisualInfo *info)
{
	__GLXvendorInfo *vendor = gl->getDynDispatch(dpy, info->screen);
	PFNGLXGETFBCONFIGFROMVISUALSGIXPROC f =
		(PFNGLXGETFBCONFIGFROMVISUALSGIXPROC)target(vendor, E_glXGetFBConfigFromVisualSGIX);
	GLXFBConfig config = f ? (GLXFBConfig)f(dpy, info) : NULL;

	if (config && gl->addVendorFBConfigMapping(dpy, config, vendor))
		return NULL;
	return config;
}

static GLXPixmap dispatch_glXCreateGLXPixmapWithConfigSGIX(Display *dpy, GLXFBConfig config,
							   Pixmap pixmap)
{
	__GLXvendorInfo *vendor = BY_CONFIG;
	PFNGLXCREATEGLXPIXMAPWITHCONFIGSGIXPROC f = (PFNGLXCREATEGLXPIXMAPWITHCONFIGSGIXPROC)target(
		vendor, E_glXCreateGLXPixmapWithConfigSGIX);

	return f ? map_drawable(dpy, f(dpy, config, pixmap), vendor) : None;
}

static GLXPbuffer dispatch_glXCreateGLXPbufferSGIX(Display *dpy, GLXFBConfig config,
						   unsigned int width, unsigned int height,
						   int *attribs)
{
	__GLXvendorInfo *vendor = BY_CONFIG;
	PFNGLXCREATEGLXPBUFFERSGIXPROC f =
		(PFNGLXCREATEGLXPBUFFERSGIXPROC)target(vendor, E_glXCreateGLXPbufferSGIX);

	return f ? map_drawable(dpy, f(dpy, config, width, height, attribs), vendor) : None;
}

static void dispatch_glXDestroyGLXPbufferSGIX(Display *dpy, GLXPbuffer drawable)
{
	PFNGLXDESTROYGLXPBUFFERSGIXPROC f =
		(PFNGLXDESTROYGLXPBUFFERSGIXPROC)target(BY_DRAWABLE, E_glXDestroyGLXPbufferSGIX);

	gl->removeVendorDrawableMapping(dpy, drawable);
	if (f)
		f(dpy, drawable);
}

#define E(name) [E_##name] = { #name, (void *)dispatch_##name }
static const struct {
	const char *name;
	void *function;
} entries[E_COUNT] = {
	E(glXBindTexImageEXT),
	E(glXChooseFBConfigSGIX),
	E(glXCopySubBufferMESA),
	E(glXCreateContextAttribsARB),
	E(glXCreateContextWithConfigSGIX),
	E(glXCreateGLXPbufferSGIX),
	E(glXCreateGLXPixmapWithConfigSGIX),
	E(glXDestroyGLXPbufferSGIX),
	E(glXFreeContextEXT),
	E(glXGetContextIDEXT),
	E(glXGetCurrentDisplayEXT),
	E(glXGetCurrentReadDrawableSGI),
	E(glXGetFBConfigAttribSGIX),
	E(glXGetFBConfigFromVisualSGIX),
	E(glXGetSelectedEventSGIX),
	E(glXGetSwapIntervalMESA),
	E(glXGetVisualFromFBConfigSGIX),
	E(glXImportContextEXT),
	E(glXMakeCurrentReadSGI),
	E(glXQueryContextInfoEXT),
	E(glXQueryCurrentRendererIntegerMESA),
	E(glXQueryCurrentRendererStringMESA),
	E(glXQueryGLXPbufferSGIX),
	E(glXQueryRendererIntegerMESA),
	E(glXQueryRendererStringMESA),
	E(glXReleaseTexImageEXT),
	E(glXSelectEventSGIX),
	E(glXSwapIntervalEXT),
	E(glXSwapIntervalMESA),
	E(glXSwapIntervalSGI),
};

void vgpu_glx_dispatch_init(const __GLXapiExports *exports)
{
	gl = exports;
	for (size_t i = 0; i < E_COUNT; i++)
		indices[i] = -1;
}

static int find(const char *name)
{
	for (int i = 0; i < E_COUNT; i++)
		if (strcmp(entries[i].name, name) == 0)
			return i;
	return -1;
}

void *vgpu_glx_dispatch_address(const char *name)
{
	int i = find(name);

	return i < 0 ? NULL : entries[i].function;
}

void vgpu_glx_dispatch_index(const char *name, int index)
{
	int i = find(name);

	if (i >= 0)
		indices[i] = index;
}
