/* SPDX-License-Identifier: MIT */
/*
 * The accumulation buffer, which only GLX has: loads, sums, clears and returns, with colour masks
 * and scissors, in a window and in a pbuffer, in configs with and without sRGB. The output has to
 * be the same natively and through the split.
 */
#include <GL/gl.h>
#include <GL/glx.h>
#include <GL/glxext.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SIDE 32

static Display *dpy;

static void say(const char *what)
{
	static const int at[][2] = { { 3, 3 }, { 16, 16 }, { 28, 28 } };
	GLubyte pixel[4];

	printf("  %s", what);
	for (int i = 0; i < 3; i++) {
		glReadPixels(at[i][0], at[i][1], 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
		printf(" %d,%d,%d,%d", pixel[0], pixel[1], pixel[2], pixel[3]);
	}
	printf(" error=%x\n", glGetError());
}

static void fill(float red, float green, float blue, float alpha)
{
	glClearColor(red, green, blue, alpha);
	glClear(GL_COLOR_BUFFER_BIT);
}

static void mean_of_two(void)
{
	fill(1, 0, 0.25f, 1);
	glAccum(GL_LOAD, 0.5f);
	fill(0, 1, 0.5f, 0.5f);
	glAccum(GL_ACCUM, 0.5f);
	fill(0, 0, 0, 0);
	glAccum(GL_RETURN, 1);
	say("mean");
	glAccum(GL_MULT, 0.5f);
	glAccum(GL_RETURN, 1);
	say("half");
	glAccum(GL_ADD, 0.25f);
	glAccum(GL_RETURN, 1);
	say("more");
	glAccum(GL_RETURN, 4);
	say("too much");
	glAccum(GL_ADD, -2);
	glAccum(GL_RETURN, 1);
	say("too little");
}

static void parts(void)
{
	fill(0.8f, 0.6f, 0.4f, 0.2f);
	glClearAccum(0.1f, -0.2f, 0.3f, 1);
	glClear(GL_ACCUM_BUFFER_BIT);
	glEnable(GL_SCISSOR_TEST);
	glScissor(8, 8, 16, SIDE);
	glAccum(GL_ACCUM, 0.5f);
	glDisable(GL_SCISSOR_TEST);
	glColorMask(1, 1, 0, 0);
	glAccum(GL_RETURN, 1);
	say("masked");
	glColorMask(1, 1, 1, 1);
	glAccum(GL_RETURN, 1);
	say("scissored");
	glEnable(GL_SCISSOR_TEST);
	glScissor(0, 0, 8, 8);
	glClearAccum(1, 1, 1, 1);
	glClear(GL_ACCUM_BUFFER_BIT);
	glAccum(GL_RETURN, 1);
	glDisable(GL_SCISSOR_TEST);
	say("cleared");
}

/* Steps of a triangle's edge, added up: what the buffer is for. */
static void smooth(void)
{
	uint32_t sum = 0;
	GLubyte pixels[SIDE * SIDE * 4];

	glMatrixMode(GL_PROJECTION);
	glClear(GL_ACCUM_BUFFER_BIT);
	for (int i = 0; i < 8; i++) {
		fill(0, 0, 0, 1);
		glLoadIdentity();
		glTranslatef((float)i / 8 / SIDE * 2, (float)(i * 3 % 8) / 8 / SIDE * 2, 0);
		glColor3f(0.9f, 0.4f, 0.6f); /* no sum lies between two codes: Mesa rounds by a table */
		glBegin(GL_TRIANGLES);
		glVertex2f(-0.9f, -0.8f);
		glVertex2f(0.9f, -0.3f);
		glVertex2f(0.1f, 0.9f);
		glEnd();
		glAccum(i ? GL_ACCUM : GL_LOAD, 1.0f / 8);
	}
	glAccum(GL_RETURN, 1);
	glReadPixels(0, 0, SIDE, SIDE, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	for (size_t i = 0; i < sizeof(pixels); i++)
		sum = sum * 31 + pixels[i];
	printf("  smooth %08x\n", sum);
}

static void errors(void)
{
	GLint bits[4];

	glAccum(GL_RGBA, 1);
	printf("  wrong operation %x", glGetError());
	glGetIntegerv(GL_ACCUM_RED_BITS, &bits[0]);
	glGetIntegerv(GL_ACCUM_ALPHA_BITS, &bits[1]);
	printf(", bits %d %d, error %x\n", bits[0] > 0, bits[1] > 0, glGetError());
}

static void run(GLXFBConfig config, GLXDrawable drawable, GLXContext context, const char *what)
{
	int srgb = 0;

	if (!glXMakeContextCurrent(dpy, drawable, drawable, context)) {
		printf("%s: not current\n", what);
		return;
	}
	glXGetFBConfigAttrib(dpy, config, GLX_FRAMEBUFFER_SRGB_CAPABLE_EXT, &srgb);
	printf("%s, sRGB %d\n", what, srgb);
	for (int encode = 0; encode <= srgb; encode++) {
		if (encode)
			glEnable(GL_FRAMEBUFFER_SRGB);
		mean_of_two();
		parts();
		smooth();
		errors();
	}
	glXMakeContextCurrent(dpy, None, None, NULL);
}

/* Returns whether a config was found. */
static int one(int srgb, int drawable_type, const char *what)
{
	const int attribs[] = { GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8,
		                GLX_ALPHA_SIZE, 8, GLX_ACCUM_RED_SIZE, 8, GLX_ACCUM_ALPHA_SIZE, 8,
		                GLX_DRAWABLE_TYPE, drawable_type, GLX_DOUBLEBUFFER, True,
		                GLX_FRAMEBUFFER_SRGB_CAPABLE_EXT, srgb, None };
	const int size[] = { GLX_PBUFFER_WIDTH, SIDE, GLX_PBUFFER_HEIGHT, SIDE, None };
	XSetWindowAttributes a = { .override_redirect = True };
	int n = 0;
	GLXFBConfig *list = glXChooseFBConfig(dpy, DefaultScreen(dpy), attribs, &n);
	XVisualInfo *v;
	GLXContext context;

	if (!list || n == 0) {
		printf("%s, sRGB %d: no config\n", what, srgb);
		return 0;
	}
	context = glXCreateNewContext(dpy, list[0], GLX_RGBA_TYPE, NULL, True);
	if (drawable_type == GLX_PBUFFER_BIT) {
		GLXPbuffer pbuffer = glXCreatePbuffer(dpy, list[0], size);

		run(list[0], pbuffer, context, what);
		glXDestroyPbuffer(dpy, pbuffer);
	} else {
		Window root = DefaultRootWindow(dpy), window;

		v = glXGetVisualFromFBConfig(dpy, list[0]);
		a.colormap = XCreateColormap(dpy, root, v->visual, AllocNone);
		window = XCreateWindow(dpy, root, 0, 0, SIDE, SIDE, 0, v->depth, InputOutput,
		                       v->visual, CWColormap | CWBorderPixel | CWOverrideRedirect,
		                       &a);
		XMapWindow(dpy, window);
		XSync(dpy, False);
		run(list[0], window, context, what);
		XDestroyWindow(dpy, window);
		XFree(v);
	}
	glXDestroyContext(dpy, context);
	XFree(list);
	return 1;
}

/* As old programs choose: by visual. Which one they get decides what the numbers mean. */
static void by_visual(void)
{
	int attribs[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_ACCUM_RED_SIZE, 8, None };
	XVisualInfo *v = glXChooseVisual(dpy, DefaultScreen(dpy), attribs);
	XSetWindowAttributes a = { .override_redirect = True };
	Window root = DefaultRootWindow(dpy), window;
	GLXContext context;

	if (!v) {
		printf("no visual\n");
		return;
	}
	a.colormap = XCreateColormap(dpy, root, v->visual, AllocNone);
	window = XCreateWindow(dpy, root, 0, 0, SIDE, SIDE, 0, v->depth, InputOutput, v->visual,
	                       CWColormap | CWBorderPixel | CWOverrideRedirect, &a);
	XMapWindow(dpy, window);
	context = glXCreateContext(dpy, v, NULL, True);
	glXMakeCurrent(dpy, window, context);
	printf("by visual\n");
	mean_of_two();
	glXMakeCurrent(dpy, None, NULL);
	glXDestroyContext(dpy, context);
	XDestroyWindow(dpy, window);
	XFree(v);
}

int main(void)
{
	int found = 0;

	dpy = XOpenDisplay(NULL);
	if (!dpy)
		return 77;
	for (int srgb = 0; srgb < 2; srgb++) {
		found += one(srgb, GLX_WINDOW_BIT, "window");
		found += one(srgb, GLX_PBUFFER_BIT, "pbuffer");
	}
	by_visual();
	XCloseDisplay(dpy);
	return found ? 0 : 1;
}
