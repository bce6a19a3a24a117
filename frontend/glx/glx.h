/* SPDX-License-Identifier: MIT */
/*
 * GLX 1.4 as a libglvnd vendor library, without the GLX protocol: configs are
 * made from the X server's visuals and what the host can do, contexts and
 * buffers live on the host, X IDs of GLX objects are only reserved (XAllocID)
 * and never known to the X server. Works on servers that have no GLX.
 *
 * main.c      what libglvnd loads; names to functions
 * dispatch.c  libglvnd's dispatch functions for extensions
 * display.c   displays and screens, questions to the X server; error.c X errors
 * config.c    the list of frame buffer configurations; attrib.c reads them
 * choose.c    which configs a request means; fbconfig.c, visual.c hand them out
 * context.c   create, destroy, query; attribs.c glXCreateContextAttribsARB
 * current.c   make current, per thread
 * drawable.c  the table of drawables; surface.c windows, pixmaps, pbuffers
 * swap.c      swaps, intervals, waits
 * strings.c   extension strings, renderer queries
 * font.c      glXUseXFont; tfp.c GLX_EXT_texture_from_pixmap
 *
 * Locking: one lock (vgpu_glx_lock) guards the lists of displays, contexts and
 * drawables and the counts in them. It is never held while calling the X
 * server, the host or the program's error handler.
 */
#ifndef VGPU_GLX_GLX_H
#define VGPU_GLX_GLX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <GL/glx.h>
#include <GL/glxext.h>
#include <X11/Xmd.h>
#include <GL/glxproto.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>

#include "frontend/client.h"
#include "frontend/glx/drawable.h"

#ifndef GLX_VENDOR_NAMES_EXT
#define GLX_VENDOR_NAMES_EXT 0x20F6
#endif

struct vgpu_glx_screen;

/* One frame buffer configuration. GLXFBConfig handles point at these; they live as long as the
 * process. */
struct vgpu_glx_config {
	struct vgpu_glx_screen *screen;
	uint32_t id;          /* GLX_FBCONFIG_ID, unique over screens */
	VisualID visual_id;   /* 0: no windows, no pixmaps */
	uint8_t visual_class; /* TrueColor or DirectColor */
	uint8_t visual_depth;
	uint8_t red, green, blue, alpha; /* bits */
	uint8_t depth, stencil, samples, accum;
	bool double_buffer, srgb;
};

/* An X visual as config.c needs it. */
struct vgpu_glx_visual {
	VisualID id;
	int class; /* as X */
	int depth;
	unsigned long red_mask, green_mask, blue_mask;
	struct vgpu_glx_config *primary; /* what it means when nobody chose; NULL: not for GL */
	struct vgpu_glx_config *chosen;  /* what glXChooseVisual last gave it out for, or NULL */
};

/* What the host can do, as far as configs depend on it. */
struct vgpu_glx_limits {
	uint32_t max_samples;
	bool accum;
	bool depth32; /* depth buffers of 32 bits, as software rendering has and GPUs do not */
	uint32_t max_drawable; /* pixels */
};

/*
 * Make the configs of one screen. Sets primary of each usable visual. Ids start
 * at first_id. Returns the count and sets *configs_out (heap, the caller's), or
 * 0 when out of memory.
 */
size_t vgpu_glx_configs_build(struct vgpu_glx_visual *visuals, size_t visual_count,
			      const struct vgpu_glx_limits *limits, uint32_t first_id,
			      struct vgpu_glx_config **configs_out);

/* An attribute as glXGetFBConfigAttrib. Returns 0 or GLX_BAD_ATTRIBUTE. */
int vgpu_glx_config_attrib(const struct vgpu_glx_config *config, int attrib, int *value_out);

/*
 * The configs out of count that match an attribute list in glXChooseFBConfig's
 * form, in its order. result has room for count. Returns how many. Attributes
 * that are not known, or never restrict, are passed over.
 */
size_t vgpu_glx_choose(struct vgpu_glx_config *configs, size_t count, const int *attribs,
		       struct vgpu_glx_config **result);
/* The same for glXChooseVisual's form: the best one that has a visual, or NULL. */
struct vgpu_glx_config *vgpu_glx_choose_visual(struct vgpu_glx_config *configs, size_t count,
					       const int *attribs);

/* A screen of an X server. Lives as long as the process, so that configs do. */
struct vgpu_glx_screen {
	struct vgpu_glx_screen *next;
	char *display_name;
	int number;
	struct vgpu_glx_visual *visuals;
	size_t visual_count;
	struct vgpu_glx_config *configs;
	size_t config_count;
	struct vgpu_glx_limits limits;
	char *extensions;        /* glXQueryExtensionsString */
	char *server_extensions; /* glXQueryServerString */
};

#define VGPU_GLX_HANDED_OUT 32

/* A connection of the program. Lives until XCloseDisplay. */
struct vgpu_glx_display {
	struct vgpu_glx_display *next;
	Display *dpy;
	int error_base; /* -1: not asked yet; 0: the server has no GLX */
	int major_opcode;
	/* XVisualInfos given to the program, newest last: what was chosen for each */
	struct {
		const XVisualInfo *info;
		VisualID id;
		struct vgpu_glx_config *config;
	} handed_out[VGPU_GLX_HANDED_OUT];
	unsigned int handed_next;
};

extern pthread_mutex_t vgpu_glx_lock;

/* Does the host draw without a GPU? */
bool vgpu_glx_host_is_software(const struct vgpu_host_info *host);
/* The extension string: all, or those a server would list. Heap, NULL when out of memory. */
char *vgpu_glx_extensions_build(const struct vgpu_host_info *host, bool server);

/* The display, made at first use. NULL when out of memory. */
struct vgpu_glx_display *vgpu_glx_display_get(Display *dpy);
/* The screen with its configs, made at first use. NULL: no such screen, or no backend. */
struct vgpu_glx_screen *vgpu_glx_screen_get(Display *dpy, int number);
/* True when the handle is a config of ours. */
bool vgpu_glx_config_valid(GLXFBConfig config);

/* How an error is numbered: GLX's own (GLXBad...) or the core protocol's (Bad...). */
enum vgpu_glx_error_kind { VGPU_GLX_ERROR, VGPU_CORE_ERROR };
/*
 * Hand the program's X error handler an error, as if the X server had sent it.
 * request is the GLX minor opcode (X_GLX...). A server without GLX has no numbers for
 * GLX's own errors: there the nearest core error is raised. No lock may be held.
 */
void vgpu_glx_error(Display *dpy, enum vgpu_glx_error_kind kind, int code, int request, XID id);

struct vgpu_glx_geometry {
	uint32_t width, height, depth;
	VisualID visual; /* 0: a pixmap */
	bool input_only;
	int screen;
};

/* Ask the X server about a window or pixmap. False: there is no such drawable. Raises nothing. */
bool vgpu_glx_geometry(Display *dpy, XID id, struct vgpu_glx_geometry *geometry_out);
/* Reserve an X ID. */
XID vgpu_glx_alloc_id(Display *dpy);

/* The config a visual stands for, NULL when it is not for GL. */
struct vgpu_glx_config *vgpu_glx_visual_config(Display *dpy, const XVisualInfo *info);
/* The same by ID. */
struct vgpu_glx_config *vgpu_glx_visual_id_config(Display *dpy, int screen, VisualID id);

/* GLXContext handles point at these. */
struct vgpu_glx_context {
	struct vgpu_glx_context *next;
	Display *dpy;
	XID id;
	struct vgpu_glx_screen *screen;
	struct vgpu_glx_config *config; /* NULL: EGL_EXT_no_config_context's kind */
	struct vgpu_context *context;
	struct vgpu_client *client;
	XID share_id;
	int users;      /* 1 for the program, 1 while current; guarded by vgpu_glx_lock */
	bool destroyed; /* the program's reference is gone */
};

/* Adds a context to the list. Takes over context. NULL when out of memory (context is destroyed).
 */
struct vgpu_glx_context *vgpu_glx_context_add(Display *dpy, struct vgpu_glx_screen *screen,
					      struct vgpu_glx_config *config,
					      struct vgpu_client *client,
					      struct vgpu_context *context,
					      struct vgpu_glx_context *share);
/* The context when the handle is one of ours that is not destroyed, else NULL. */
struct vgpu_glx_context *vgpu_glx_context_find(GLXContext handle);
void vgpu_glx_context_ref(struct vgpu_glx_context *context);
void vgpu_glx_context_unref(struct vgpu_glx_context *context);

/* What is current in the calling thread. */
struct vgpu_glx_current {
	Display *dpy;
	struct vgpu_glx_context *context;
	struct vgpu_glx_drawable *draw, *read;
};
struct vgpu_glx_current *vgpu_glx_current_get(void);

/*
 * The GLX functions themselves, named as in GLX with vgpu_ in front; the
 * specifications say what they do.
 */
Bool vgpu_glXQueryExtension(Display *dpy, int *error_base, int *event_base);
Bool vgpu_glXQueryVersion(Display *dpy, int *major, int *minor);
const char *vgpu_glXQueryExtensionsString(Display *dpy, int screen);
const char *vgpu_glXQueryServerString(Display *dpy, int screen, int name);
const char *vgpu_glXGetClientString(Display *dpy, int name);
Bool vgpu_glXQueryRendererIntegerMESA(Display *dpy, int screen, int renderer, int attribute,
				      unsigned int *value);
Bool vgpu_glXQueryCurrentRendererIntegerMESA(int attribute, unsigned int *value);
const char *vgpu_glXQueryRendererStringMESA(Display *dpy, int screen, int renderer, int attribute);
const char *vgpu_glXQueryCurrentRendererStringMESA(int attribute);

GLXFBConfig *vgpu_glXGetFBConfigs(Display *dpy, int screen, int *count);
GLXFBConfig *vgpu_glXChooseFBConfig(Display *dpy, int screen, const int *attribs, int *count);
int vgpu_glXGetFBConfigAttrib(Display *dpy, GLXFBConfig config, int attribute, int *value);
XVisualInfo *vgpu_glXGetVisualFromFBConfig(Display *dpy, GLXFBConfig config);
GLXFBConfigSGIX vgpu_glXGetFBConfigFromVisualSGIX(Display *dpy, XVisualInfo *info);
XVisualInfo *vgpu_glXChooseVisual(Display *dpy, int screen, int *attribs);
int vgpu_glXGetConfig(Display *dpy, XVisualInfo *info, int attribute, int *value);

GLXContext vgpu_glXCreateContext(Display *dpy, XVisualInfo *info, GLXContext share, Bool direct);
GLXContext vgpu_glXCreateNewContext(Display *dpy, GLXFBConfig config, int render_type,
				    GLXContext share, Bool direct);
GLXContext vgpu_glXCreateContextAttribsARB(Display *dpy, GLXFBConfig config, GLXContext share,
					   Bool direct, const int *attribs);
void vgpu_glXDestroyContext(Display *dpy, GLXContext context);
void vgpu_glXCopyContext(Display *dpy, GLXContext source, GLXContext dest, unsigned long mask);
Bool vgpu_glXIsDirect(Display *dpy, GLXContext context);
int vgpu_glXQueryContext(Display *dpy, GLXContext context, int attribute, int *value);
GLXContextID vgpu_glXGetContextIDEXT(GLXContext context);
GLXContext vgpu_glXImportContextEXT(Display *dpy, GLXContextID id);
int vgpu_glXQueryContextInfoEXT(Display *dpy, GLXContext context, int attribute, int *value);
void vgpu_glXFreeContextEXT(Display *dpy, GLXContext context);

Bool vgpu_glXMakeCurrent(Display *dpy, GLXDrawable drawable, GLXContext context);
Bool vgpu_glXMakeContextCurrent(Display *dpy, GLXDrawable draw, GLXDrawable read,
				GLXContext context);
GLXContext vgpu_glXGetCurrentContext(void);
Display *vgpu_glXGetCurrentDisplay(void);
GLXDrawable vgpu_glXGetCurrentDrawable(void);
GLXDrawable vgpu_glXGetCurrentReadDrawable(void);

GLXWindow vgpu_glXCreateWindow(Display *dpy, GLXFBConfig config, Window window, const int *attribs);
void vgpu_glXDestroyWindow(Display *dpy, GLXWindow window);
GLXPixmap vgpu_glXCreatePixmap(Display *dpy, GLXFBConfig config, Pixmap pixmap, const int *attribs);
void vgpu_glXDestroyPixmap(Display *dpy, GLXPixmap pixmap);
GLXPixmap vgpu_glXCreateGLXPixmap(Display *dpy, XVisualInfo *info, Pixmap pixmap);
GLXPixmap vgpu_glXCreateGLXPixmapWithConfigSGIX(Display *dpy, GLXFBConfig config, Pixmap pixmap);
void vgpu_glXDestroyGLXPixmap(Display *dpy, GLXPixmap pixmap);
GLXPbuffer vgpu_glXCreatePbuffer(Display *dpy, GLXFBConfig config, const int *attribs);
GLXPbufferSGIX vgpu_glXCreateGLXPbufferSGIX(Display *dpy, GLXFBConfig config, unsigned int width,
					    unsigned int height, int *attribs);
void vgpu_glXDestroyPbuffer(Display *dpy, GLXPbuffer pbuffer);
void vgpu_glXQueryDrawable(Display *dpy, GLXDrawable drawable, int attribute, unsigned int *value);
void vgpu_glXQueryGLXPbufferSGIX(Display *dpy, GLXPbuffer pbuffer, int attribute,
				 unsigned int *value);
void vgpu_glXSelectEvent(Display *dpy, GLXDrawable drawable, unsigned long mask);
void vgpu_glXGetSelectedEvent(Display *dpy, GLXDrawable drawable, unsigned long *mask);

void vgpu_glXSwapBuffers(Display *dpy, GLXDrawable drawable);
void vgpu_glXCopySubBufferMESA(Display *dpy, GLXDrawable drawable, int x, int y, int width,
			       int height);
void vgpu_glXSwapIntervalEXT(Display *dpy, GLXDrawable drawable, int interval);
int vgpu_glXSwapIntervalMESA(unsigned int interval);
int vgpu_glXGetSwapIntervalMESA(void);
int vgpu_glXSwapIntervalSGI(int interval);
void vgpu_glXWaitGL(void);
void vgpu_glXWaitX(void);
void vgpu_glXUseXFont(Font font, int first, int count, int list);
void vgpu_glXBindTexImageEXT(Display *dpy, GLXDrawable drawable, int buffer, const int *attribs);
void vgpu_glXReleaseTexImageEXT(Display *dpy, GLXDrawable drawable, int buffer);

#endif
