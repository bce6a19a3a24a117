/* SPDX-License-Identifier: MIT */
/*
 * matrix_egl PLATFORM (surfaceless, device or x11): for every API, version, profile and flag, ask
 * EGL for a context and say what came of it: the error, or what the context is and draws.
 */
#include "tests/gl/matrix.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdlib.h>
#include <string.h>

static EGLDisplay open_display(const char *platform)
{
	PFNEGLGETPLATFORMDISPLAYEXTPROC get =
	        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
	PFNEGLQUERYDEVICESEXTPROC query =
	        (PFNEGLQUERYDEVICESEXTPROC)eglGetProcAddress("eglQueryDevicesEXT");
	EGLDeviceEXT device;
	EGLint n = 0;

	if (strcmp(platform, "x11") == 0)
		return get(EGL_PLATFORM_X11_EXT, EGL_DEFAULT_DISPLAY, NULL);
	if (strcmp(platform, "device") != 0)
		return get(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	if (!query(1, &device, &n) || n < 1)
		return EGL_NO_DISPLAY;
	return get(EGL_PLATFORM_DEVICE_EXT, device, NULL);
}

static EGLConfig choose(EGLDisplay dpy, EGLint renderable)
{
	const EGLint attribs[] = { EGL_RED_SIZE,     8, EGL_GREEN_SIZE, 8,
		                   EGL_BLUE_SIZE,    8, EGL_ALPHA_SIZE, 8,
		                   EGL_DEPTH_SIZE,   24, EGL_RENDERABLE_TYPE, renderable,
		                   EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_NONE };
	EGLConfig config = NULL;
	EGLint n = 0;

	return eglChooseConfig(dpy, attribs, &config, 1, &n) && n == 1 ? config : NULL;
}

static void try_context(EGLDisplay dpy, EGLConfig config, EGLSurface surface, const char *api,
                        const struct asked *a, EGLint flag, const char *flag_name)
{
	EGLint attribs[12];
	EGLContext context;
	int n = 0;

	if (a->major) {
		attribs[n++] = EGL_CONTEXT_MAJOR_VERSION;
		attribs[n++] = a->major;
		attribs[n++] = EGL_CONTEXT_MINOR_VERSION;
		attribs[n++] = a->minor;
	}
	if (a->profile) {
		attribs[n++] = EGL_CONTEXT_OPENGL_PROFILE_MASK;
		attribs[n++] = a->profile;
	}
	if (flag) {
		attribs[n++] = flag;
		attribs[n++] = EGL_TRUE;
	}
	attribs[n] = EGL_NONE;
	printf("%s %d.%d profile %d%s:", api, a->major, a->minor, a->profile, flag_name);
	context = eglCreateContext(dpy, config, EGL_NO_CONTEXT, attribs);
	if (context == EGL_NO_CONTEXT) {
		printf(" refused %x\n", eglGetError());
		return;
	}
	if (!eglMakeCurrent(dpy, surface, surface, context)) {
		printf(" not current %x\n", eglGetError());
	} else {
		EGLint version = -1, type = -1;

		describe();
		eglQueryContext(dpy, context, EGL_CONTEXT_CLIENT_VERSION, &version);
		eglQueryContext(dpy, context, EGL_CONTEXT_CLIENT_TYPE, &type);
		printf(" egl=%d,%x\n", version, type);
	}
	eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroyContext(dpy, context);
}

static void try_surfaceless(EGLDisplay dpy)
{
	const EGLint attribs[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_NONE };
	EGLContext context = eglCreateContext(dpy, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attribs);

	if (context == EGL_NO_CONTEXT ||
	    !eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
		printf("no config, no surface: refused %x\n", eglGetError());
	else
		printf("no config, no surface: current, framebuffer %s\n",
		       eglGetCurrentSurface(EGL_DRAW) == EGL_NO_SURFACE ? "none" : "some");
	eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	if (context != EGL_NO_CONTEXT)
		eglDestroyContext(dpy, context);
}

int main(int argc, char **argv)
{
	static const struct {
		EGLint attribute;
		const char *name;
	} flags[] = {
		{ 0, "" },
		{ EGL_CONTEXT_OPENGL_DEBUG, " debug" },
		{ EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE, " forward" },
		{ EGL_CONTEXT_OPENGL_ROBUST_ACCESS, " robust" },
	};
	const EGLint size[] = { EGL_WIDTH, 16, EGL_HEIGHT, 12, EGL_NONE };
	const char *platform = argc > 1 ? argv[1] : "surfaceless";
	EGLDisplay dpy = open_display(platform);
	EGLint major, minor;
	EGLConfig config;
	EGLSurface surface;

	if (!eglInitialize(dpy, &major, &minor)) {
		fprintf(stderr, "%s: no display: %x\n", platform, eglGetError());
		return 1;
	}
	printf("%s: EGL %d.%d, %s\n", platform, major, minor, eglQueryString(dpy, EGL_CLIENT_APIS));
	eglBindAPI(EGL_OPENGL_API);
	config = choose(dpy, EGL_OPENGL_BIT);
	surface = eglCreatePbufferSurface(dpy, config, size);
	if (!config || surface == EGL_NO_SURFACE) {
		fprintf(stderr, "%s: no config or pbuffer: %x\n", platform, eglGetError());
		return 1;
	}
	for (size_t f = 0; f < COUNT(flags); f++)
		for (size_t i = 0; i < COUNT(desktop); i++)
			try_context(dpy, config, surface, "GL", &desktop[i], flags[f].attribute,
			            flags[f].name);
	try_surfaceless(dpy);
	eglBindAPI(EGL_OPENGL_ES_API);
	for (size_t f = 0; f < COUNT(flags); f++)
		for (size_t i = 0; i < COUNT(gles); i++)
			try_context(dpy, config, surface, "ES", &gles[i], flags[f].attribute,
			            flags[f].name);
	try_surfaceless(dpy);
	eglDestroySurface(dpy, surface);
	eglTerminate(dpy);
	return 0;
}
