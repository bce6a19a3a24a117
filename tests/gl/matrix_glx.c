/* SPDX-License-Identifier: MIT */
/*
 * matrix_glx: for every version, profile and flag, ask GLX for a context and say what came of it.
 * X errors are part of the answer.
 */
#include "tests/gl/matrix.h"

#include <GL/glx.h>
#include <GL/glxext.h>
#include <stdlib.h>
#include <string.h>

static int x_error, x_minor;

static int on_error(Display *dpy, XErrorEvent *event)
{
	(void)dpy;
	if (!x_error) {
		x_error = event->error_code;
		x_minor = event->minor_code;
	}
	return 0;
}

static PFNGLXCREATECONTEXTATTRIBSARBPROC create_context;
static int error_base;

/* BadMatch and the like by number; GLX's own relative to its first, which each server chooses. */
static void print_refusal(void)
{
	if (x_error >= error_base && error_base > 0)
		printf(" refused GLX+%d\n", x_error - error_base);
	else
		printf(" refused %d\n", x_error);
}

static void try_context(Display *dpy, GLXFBConfig config, GLXDrawable drawable,
                        const struct asked *a, int profile, int flags, const char *name)
{
	int attribs[16], n = 0;
	GLXContext context;

	if (a->major) {
		attribs[n++] = GLX_CONTEXT_MAJOR_VERSION_ARB;
		attribs[n++] = a->major;
		attribs[n++] = GLX_CONTEXT_MINOR_VERSION_ARB;
		attribs[n++] = a->minor;
	}
	if (profile) {
		attribs[n++] = GLX_CONTEXT_PROFILE_MASK_ARB;
		attribs[n++] = profile;
	}
	if (flags) {
		attribs[n++] = GLX_CONTEXT_FLAGS_ARB;
		attribs[n++] = flags;
	}
	attribs[n] = None;
	x_error = 0;
	printf("GLX %d.%d profile %d%s:", a->major, a->minor, profile, name);
	context = create_context(dpy, config, NULL, True, attribs);
	XSync(dpy, False);
	if (!context || x_error) {
		print_refusal();
		if (context)
			glXDestroyContext(dpy, context);
		return;
	}
	if (!glXMakeContextCurrent(dpy, drawable, drawable, context)) {
		XSync(dpy, False);
		printf(" not current: %d\n", x_error);
	} else {
		describe();
		printf(" direct=%d\n", glXIsDirect(dpy, context));
	}
	glXMakeContextCurrent(dpy, None, None, NULL);
	glXDestroyContext(dpy, context);
	XSync(dpy, False);
}

static void try_drawable(Display *dpy, GLXFBConfig config, GLXDrawable drawable, const char *name)
{
	static const struct {
		int flags;
		const char *name;
	} flags[] = {
		{ 0, "" },
		{ GLX_CONTEXT_DEBUG_BIT_ARB, " debug" },
		{ GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB, " forward" },
		{ 0x100, " unknown-flag" },
	};
	GLXContext plain;

	printf("-- %s\n", name);
	for (size_t f = 0; f < COUNT(flags); f++)
		for (size_t i = 0; i < COUNT(desktop); i++)
			try_context(dpy, config, drawable, &desktop[i], desktop[i].profile,
			            flags[f].flags, flags[f].name);
	for (size_t i = 1; i < COUNT(gles); i++)
		try_context(dpy, config, drawable, &gles[i],
		            GLX_CONTEXT_ES2_PROFILE_BIT_EXT, 0, " ES");
	plain = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
	printf("glXCreateNewContext:");
	if (plain && glXMakeContextCurrent(dpy, drawable, drawable, plain))
		describe();
	printf("\n");
	glXMakeContextCurrent(dpy, None, None, NULL);
	if (plain)
		glXDestroyContext(dpy, plain);
}

int main(void)
{
	const int want[] = { GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_DEPTH_SIZE, 24,
		             GLX_DOUBLEBUFFER, True, GLX_RENDER_TYPE, GLX_RGBA_BIT,
		             GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT | GLX_PBUFFER_BIT,
		             GLX_X_VISUAL_TYPE, GLX_TRUE_COLOR, None };
	const int size[] = { GLX_PBUFFER_WIDTH, 16, GLX_PBUFFER_HEIGHT, 12, None };
	Display *dpy = XOpenDisplay(NULL);
	XSetWindowAttributes attributes = { 0 };
	GLXPbuffer pbuffer;
	GLXWindow glx_window;
	GLXFBConfig *configs;
	XVisualInfo *visual;
	Window window;
	int n = 0, base, major, minor;

	if (!dpy || !glXQueryExtension(dpy, &error_base, &base)) {
		fprintf(stderr, "no display, or no GLX\n");
		return 1;
	}
	XSetErrorHandler(on_error);
	glXQueryVersion(dpy, &major, &minor);
	printf("GLX %d.%d\n", major, minor);
	configs = glXChooseFBConfig(dpy, DefaultScreen(dpy), want, &n);
	create_context = (PFNGLXCREATECONTEXTATTRIBSARBPROC)glXGetProcAddressARB(
	        (const GLubyte *)"glXCreateContextAttribsARB");
	if (!configs || n == 0 || !create_context ||
	    !(visual = glXGetVisualFromFBConfig(dpy, configs[0]))) {
		fprintf(stderr, "no framebuffer config or no glXCreateContextAttribsARB\n");
		return 1;
	}
	attributes.colormap = XCreateColormap(dpy, DefaultRootWindow(dpy), visual->visual,
	                                      AllocNone);
	window = XCreateWindow(dpy, DefaultRootWindow(dpy), 0, 0, 20, 14, 0, visual->depth,
	                       InputOutput, visual->visual, CWColormap | CWBorderPixel,
	                       &attributes);
	XMapWindow(dpy, window);
	XSync(dpy, False);
	try_drawable(dpy, configs[0], window, "window");
	glx_window = glXCreateWindow(dpy, configs[0], window, NULL);
	try_drawable(dpy, configs[0], glx_window, "GLX window");
	glXDestroyWindow(dpy, glx_window);
	pbuffer = glXCreatePbuffer(dpy, configs[0], size);
	try_drawable(dpy, configs[0], pbuffer, "pbuffer");
	glXDestroyPbuffer(dpy, pbuffer);
	XDestroyWindow(dpy, window);
	XFree(visual);
	XFree(configs);
	XCloseDisplay(dpy);
	return 0;
}
