/* SPDX-License-Identifier: MIT */
/*
 * Holds GL for measuring what it costs while nothing happens. "contexts N" makes N contexts beside
 * a first one, each current once and drawn in; "idle" shows a window and waits. After each step it
 * prints a line and reads one.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glx.h>
#include <X11/Xlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void pause_here(const char *say)
{
	char line[16];

	printf("%s\n", say);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(1);
}

static void draw(void)
{
	glClearColor(0.2f, 0.4f, 0.6f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	glBegin(GL_TRIANGLES);
	glVertex2f(-1, -1);
	glVertex2f(1, -1);
	glVertex2f(0, 1);
	glEnd();
	glFinish();
}

static int contexts(int n)
{
	static const EGLint wanted[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
		                         EGL_OPENGL_BIT, EGL_DEPTH_SIZE, 24, EGL_NONE };
	static const EGLint size[] = { EGL_WIDTH, 16, EGL_HEIGHT, 16, EGL_NONE };
	EGLDisplay dpy = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
	EGLConfig config;
	EGLint count = 0;

	if (!eglInitialize(dpy, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API) ||
	    !eglChooseConfig(dpy, wanted, &config, 1, &count) || count < 1)
		return 1;
	for (int i = 0; i <= n; i++) {
		EGLContext context = eglCreateContext(dpy, config, EGL_NO_CONTEXT, NULL);
		EGLSurface surface = eglCreatePbufferSurface(dpy, config, size);

		if (!eglMakeCurrent(dpy, surface, surface, context))
			return 1;
		draw();
		if (i == 0)
			pause_here("one");
	}
	pause_here("all");
	return 0;
}

static int idle(void)
{
	int attribs[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_DEPTH_SIZE, 24, None };
	Display *dpy = XOpenDisplay(NULL);
	XSetWindowAttributes a = { 0 };
	XVisualInfo *info;
	GLXContext context;
	Window window;

	if (!dpy || !(info = glXChooseVisual(dpy, DefaultScreen(dpy), attribs)))
		return 1;
	a.colormap = XCreateColormap(dpy, DefaultRootWindow(dpy), info->visual, AllocNone);
	window = XCreateWindow(dpy, DefaultRootWindow(dpy), 0, 0, 320, 240, 0, info->depth,
	                       InputOutput, info->visual, CWColormap | CWBorderPixel, &a);
	XMapWindow(dpy, window);
	context = glXCreateContext(dpy, info, NULL, True);
	if (!context || !glXMakeCurrent(dpy, window, context))
		return 1;
	for (int i = 0; i < 20; i++) {
		draw();
		glXSwapBuffers(dpy, window);
	}
	pause_here("idle");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "contexts") == 0)
		return contexts(atoi(argv[2]));
	if (argc == 2 && strcmp(argv[1], "idle") == 0)
		return idle();
	fprintf(stderr, "usage: hold contexts N | idle\n");
	return 2;
}
