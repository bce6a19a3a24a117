/* SPDX-License-Identifier: MIT */
/*
 * What GLX does beside drawing: pixmaps, pbuffers, fonts, textures from pixmaps,
 * several windows and threads, resizing, other read drawables. Each scene prints
 * what came out, read back from the X server where it ought to be seen there. The
 * output has to be the same natively and through the split.
 *
 * Usage: glx_scenes [SCENE...]; without arguments all of them.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <GL/gl.h>
#include <GL/glx.h>
#include <GL/glxext.h>

static Display *dpy;
static int failures;

static void say(const char *what, uint32_t value)
{
	printf("  %s %08x\n", what, value);
}

/* FNV-1a over the colour bits of 32-bit pixels. */
static uint32_t hash(const uint32_t *pixels, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		for (int shift = 0; shift < 24; shift += 8)
			h = (h ^ (pixels[i] >> shift & 0xff)) * 16777619u;
	return h;
}

/* What the X server has: the size, four pixels and all together. */
static void say_drawable(Drawable d, unsigned int w, unsigned int h)
{
	XImage *image;

	XSync(dpy, False);
	image = XGetImage(dpy, d, 0, 0, w, h, AllPlanes, ZPixmap);
	if (!image) {
		printf("  no image\n");
		failures++;
		return;
	}
	say("top left", (uint32_t)XGetPixel(image, 0, 0) & 0xffffff);
	say("top right", (uint32_t)XGetPixel(image, (int)w - 1, 0) & 0xffffff);
	say("bottom left", (uint32_t)XGetPixel(image, 0, (int)h - 1) & 0xffffff);
	say("bottom right", (uint32_t)XGetPixel(image, (int)w - 1, (int)h - 1) & 0xffffff);
	say("centre", (uint32_t)XGetPixel(image, (int)w / 2, (int)h / 2) & 0xffffff);
	say("all", hash((uint32_t *)image->data, (size_t)w * h));
	XDestroyImage(image);
}

/* The same of the current read buffer. */
static void say_read(int w, int h)
{
	uint32_t *pixels = calloc((size_t)w * (size_t)h, 4);

	glReadPixels(0, 0, w, h, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	say("bottom left", pixels[0]);
	say("top right", pixels[w * h - 1]);
	say("all", hash(pixels, (size_t)w * (size_t)h));
	free(pixels);
}

static GLXFBConfig config_for(int double_buffer, int drawables)
{
	int attribs[] = { GLX_RED_SIZE,
			  8,
			  GLX_GREEN_SIZE,
			  8,
			  GLX_BLUE_SIZE,
			  8,
			  GLX_DEPTH_SIZE,
			  16,
			  GLX_DOUBLEBUFFER,
			  double_buffer,
			  GLX_DRAWABLE_TYPE,
			  drawables | GLX_WINDOW_BIT,
			  None };
	int n = 0;
	GLXFBConfig *list = glXChooseFBConfig(dpy, DefaultScreen(dpy), attribs, &n);
	GLXFBConfig config = list && n > 0 ? list[0] : NULL;

	if (!config) {
		printf("no config\n");
		exit(2);
	}
	XFree(list);
	return config;
}

static Window window_for(Display *d, XVisualInfo *v, int x, unsigned int w, unsigned int h)
{
	XSetWindowAttributes a = {
		.colormap = XCreateColormap(d, RootWindow(d, v->screen), v->visual, AllocNone),
		.event_mask = StructureNotifyMask | ExposureMask,
		.override_redirect = True,
	};
	Window win = XCreateWindow(
		d, RootWindow(d, v->screen), x, 10, w, h, 0, v->depth, InputOutput, v->visual,
		CWColormap | CWEventMask | CWBorderPixel | CWOverrideRedirect, &a);
	XEvent e;

	XMapWindow(d, win);
	do
		XNextEvent(d, &e);
	while (e.type != Expose);
	return win;
}

/* A picture without symmetry: turned or mirrored it differs. */
static void draw(int w, int h, float shade)
{
	glViewport(0, 0, w, h);
	glMatrixMode(GL_PROJECTION);
	glLoadIdentity();
	glMatrixMode(GL_MODELVIEW);
	glLoadIdentity();
	glClearColor(0, 0, shade, 1);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	glColor3f(1, shade, 0);
	glRectf(-1, -1, 0, 0);
	glColor3f(0, 1, shade);
	glRectf(0.5f, 0.25f, 1, 1);
}

static void scene_window(void)
{
	GLXFBConfig config = config_for(True, GLX_WINDOW_BIT);
	XVisualInfo *v = glXGetVisualFromFBConfig(dpy, config);
	GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
	Window win = window_for(dpy, v, 10, 120, 90);
	unsigned int value = 0;

	glXMakeCurrent(dpy, win, context);
	for (int i = 0; i < 5; i++) {
		draw(120, 90, (float)i / 5);
		glXSwapBuffers(dpy, win);
	}
	glXWaitGL();
	say_drawable(win, 120, 90);
	glXQueryDrawable(dpy, win, GLX_WIDTH, &value);
	say("width", value);
	/* larger: the next frame has the new size */
	XResizeWindow(dpy, win, 200, 150);
	XSync(dpy, False);
	usleep(100000);
	draw(200, 150, 0.25f);
	glXSwapBuffers(dpy, win);
	draw(200, 150, 0.75f);
	glXSwapBuffers(dpy, win);
	glXWaitGL();
	say_drawable(win, 200, 150);
	glXQueryDrawable(dpy, win, GLX_HEIGHT, &value);
	say("height", value);
	glXMakeCurrent(dpy, None, NULL);
	glXDestroyContext(dpy, context);
	XDestroyWindow(dpy, win);
	XFree(v);
}

static void scene_single(void)
{
	int attribs[] = { GLX_RGBA, GLX_RED_SIZE, 8, GLX_DEPTH_SIZE, 16, None };
	XVisualInfo *v = glXChooseVisual(dpy, DefaultScreen(dpy), attribs);
	GLXContext context = glXCreateContext(dpy, v, NULL, True);
	Window win = window_for(dpy, v, 10, 64, 64);
	GLboolean db = GL_TRUE;

	glXMakeCurrent(dpy, win, context);
	glGetBooleanv(GL_DOUBLEBUFFER, &db);
	say("double", db);
	draw(64, 64, 0.5f);
	glFlush();
	glXWaitGL();
	say_drawable(win, 64, 64);
	draw(64, 64, 0.75f);
	glFinish();
	glXWaitGL();
	say_drawable(win, 64, 64);
	glXMakeCurrent(dpy, None, NULL);
	glXDestroyContext(dpy, context);
	XDestroyWindow(dpy, win);
	XFree(v);
}

static void scene_pixmap(void)
{
	GLXFBConfig config = config_for(False, GLX_PIXMAP_BIT);
	XVisualInfo *v = glXGetVisualFromFBConfig(dpy, config);
	GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
	Pixmap pixmap = XCreatePixmap(dpy, DefaultRootWindow(dpy), 80, 60, (unsigned int)v->depth);
	GLXPixmap glx = glXCreatePixmap(dpy, config, pixmap, NULL);
	unsigned int value = 0;

	say("current", (uint32_t)glXMakeCurrent(dpy, glx, context));
	draw(80, 60, 0.5f);
	say_read(80, 60);
	glFlush();
	glXWaitGL();
	say_drawable(pixmap, 80, 60);
	glXQueryDrawable(dpy, glx, GLX_WIDTH, &value);
	say("width", value);
	glXMakeCurrent(dpy, None, NULL);
	glXDestroyPixmap(dpy, glx);
	glXDestroyContext(dpy, context);
	XFreePixmap(dpy, pixmap);
	XFree(v);
}

static void scene_pbuffer(void)
{
	GLXFBConfig config = config_for(True, GLX_PBUFFER_BIT);
	GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
	int attribs[] = { GLX_PBUFFER_WIDTH, 70, GLX_PBUFFER_HEIGHT, 50, None };
	GLXPbuffer a = glXCreatePbuffer(dpy, config, attribs);
	GLXPbuffer b = glXCreatePbuffer(dpy, config, attribs);
	unsigned int value = 0;

	glXQueryDrawable(dpy, a, GLX_WIDTH, &value);
	say("width", value);
	glXMakeCurrent(dpy, b, context);
	draw(70, 50, 0.25f);
	glXMakeCurrent(dpy, a, context);
	draw(70, 50, 0.75f);
	say_read(70, 50);
	glXMakeContextCurrent(dpy, a, b, context);
	say_read(70, 50);
	/* from the read drawable to the draw drawable */
	glRasterPos2f(-1, -1);
	glCopyPixels(0, 0, 70, 50, GL_COLOR);
	glXMakeCurrent(dpy, a, context);
	say_read(70, 50);
	glXMakeCurrent(dpy, None, NULL);
	glXDestroyPbuffer(dpy, a);
	glXDestroyPbuffer(dpy, b);
	glXDestroyContext(dpy, context);
}

static void scene_font(void)
{
	GLXFBConfig config = config_for(True, GLX_WINDOW_BIT);
	XVisualInfo *v = glXGetVisualFromFBConfig(dpy, config);
	GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
	Window win = window_for(dpy, v, 10, 300, 60);
	XFontStruct *font = XLoadQueryFont(dpy, "fixed");
	GLfloat raster[4];
	GLuint base;

	glXMakeCurrent(dpy, win, context);
	draw(300, 60, 0);
	base = glGenLists(256);
	glXUseXFont(font->fid, 0, 256, (int)base);
	glGetError(); /* Mesa has one for characters without ink, and loses them: none is used */
	glColor3f(1, 1, 1);
	glListBase(base);
	glRasterPos2f(-0.9f, -0.5f);
	glCallLists(16, GL_UNSIGNED_BYTE, "Quickbrowngjpqy@");
	glRasterPos2f(-0.9f, 0.5f);
	glCallLists(4, GL_UNSIGNED_BYTE, "\xe9\xe8\xfc.");
	glReadBuffer(GL_BACK);
	say_read(300, 60);
	glGetFloatv(GL_CURRENT_RASTER_POSITION, raster);
	say("raster x", (uint32_t)(raster[0] * 4));
	glXSwapBuffers(dpy, win);
	glXWaitGL();
	say_drawable(win, 300, 60);
	glDeleteLists(base, 256);
	glXMakeCurrent(dpy, None, NULL);
	glXDestroyContext(dpy, context);
	XFreeFont(dpy, font);
	XDestroyWindow(dpy, win);
	XFree(v);
}

static void scene_texture_from_pixmap(void)
{
	int attribs[] = { GLX_DRAWABLE_TYPE,
			  GLX_PIXMAP_BIT | GLX_WINDOW_BIT,
			  GLX_DOUBLEBUFFER,
			  True,
			  GLX_RED_SIZE,
			  8,
			  GLX_BIND_TO_TEXTURE_RGB_EXT,
			  True,
			  None };
	int pixmap_attribs[] = { GLX_TEXTURE_TARGET_EXT, GLX_TEXTURE_2D_EXT, GLX_TEXTURE_FORMAT_EXT,
				 GLX_TEXTURE_FORMAT_RGB_EXT, None };
	PFNGLXBINDTEXIMAGEEXTPROC bind =
		(PFNGLXBINDTEXIMAGEEXTPROC)glXGetProcAddress((const GLubyte *)"glXBindTexImageEXT");
	PFNGLXRELEASETEXIMAGEEXTPROC release = (PFNGLXRELEASETEXIMAGEEXTPROC)glXGetProcAddress(
		(const GLubyte *)"glXReleaseTexImageEXT");
	int n = 0;
	GLXFBConfig *list = glXChooseFBConfig(dpy, DefaultScreen(dpy), attribs, &n);
	XVisualInfo *v = glXGetVisualFromFBConfig(dpy, list[0]);
	GLXContext context = glXCreateNewContext(dpy, list[0], GLX_RGBA_TYPE, NULL, True);
	Window win = window_for(dpy, v, 10, 64, 64);
	Pixmap pixmap = XCreatePixmap(dpy, win, 32, 16, (unsigned int)v->depth);
	GC gc = XCreateGC(dpy, pixmap, 0, NULL);
	GLXPixmap glx;
	GLuint texture;

	XSetForeground(dpy, gc, 0xff8000);
	XFillRectangle(dpy, pixmap, gc, 0, 0, 32, 16);
	XSetForeground(dpy, gc, 0x0040ff);
	XFillRectangle(dpy, pixmap, gc, 0, 0, 8, 4);
	XSync(dpy, False);
	glx = glXCreatePixmap(dpy, list[0], pixmap, pixmap_attribs);
	glXMakeCurrent(dpy, win, context);
	draw(64, 64, 0);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 7); /* must not matter, and stay */
	glEnable(GL_TEXTURE_2D);
	for (int i = 0; i < 2; i++) {
		bind(dpy, glx, GLX_FRONT_LEFT_EXT, NULL);
		glColor3f(1, 1, 1);
		glBegin(GL_TRIANGLE_FAN);
		glTexCoord2f(0, 0);
		glVertex2f(-1, -1);
		glTexCoord2f(1, 0);
		glVertex2f(1, -1);
		glTexCoord2f(1, 1);
		glVertex2f(1, 1);
		glTexCoord2f(0, 1);
		glVertex2f(-1, 1);
		glEnd();
		say_read(64, 64);
		release(dpy, glx, GLX_FRONT_LEFT_EXT);
		/* X draws again, the next bind sees it */
		XFillRectangle(dpy, pixmap, gc, 16, 8, 16, 8);
		XSync(dpy, False);
	}
	glGetIntegerv(GL_UNPACK_ROW_LENGTH, &n);
	say("row length", (uint32_t)n);
	say("error", glGetError());
	glXMakeCurrent(dpy, None, NULL);
	glXDestroyPixmap(dpy, glx);
	glXDestroyContext(dpy, context);
	XFreeGC(dpy, gc);
	XFreePixmap(dpy, pixmap);
	XDestroyWindow(dpy, win);
	XFree(v);
	XFree(list);
}

static void scene_two_windows(void)
{
	GLXFBConfig config = config_for(True, GLX_WINDOW_BIT);
	XVisualInfo *v = glXGetVisualFromFBConfig(dpy, config);
	GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
	GLXContext other = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, context, True);
	Window a = window_for(dpy, v, 10, 50, 40), b = window_for(dpy, v, 200, 60, 50);
	GLXWindow gb = glXCreateWindow(dpy, config, b, NULL);
	GLuint list;

	glXMakeCurrent(dpy, a, context);
	list = glGenLists(1);
	glNewList(list, GL_COMPILE);
	glColor3f(1, 1, 1);
	glRectf(-0.5f, -0.5f, 0, 0.5f);
	glEndList();
	draw(50, 40, 0.25f);
	glXMakeCurrent(dpy, gb, other);
	draw(60, 50, 0.75f);
	glCallList(list);       /* shared */
	glXSwapBuffers(dpy, a); /* not current */
	glXSwapBuffers(dpy, gb);
	glXWaitGL();
	glXMakeCurrent(dpy, a, context);
	glXWaitGL();
	say_drawable(a, 50, 40);
	say_drawable(b, 60, 50);
	glXMakeCurrent(dpy, None, NULL);
	glXDestroyWindow(dpy, gb);
	glXDestroyContext(dpy, context);
	glXDestroyContext(dpy, other);
	XDestroyWindow(dpy, a);
	XDestroyWindow(dpy, b);
	XFree(v);
}

struct job {
	Display *dpy;
	GLXContext context;
	Window window;
	float shade;
};

static void *thread(void *data)
{
	struct job *job = data;

	glXMakeCurrent(job->dpy, job->window, job->context);
	for (int i = 0; i < 20; i++) {
		draw(40, 30, job->shade);
		glXSwapBuffers(job->dpy, job->window);
	}
	glXWaitGL();
	if (job->shade < 0.5f) /* the others end with the context current */
		glXMakeCurrent(job->dpy, None, NULL);
	return NULL;
}

static void scene_threads(void)
{
	struct job jobs[4];
	pthread_t ids[4];

	for (int i = 0; i < 4; i++) {
		int attribs[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_DEPTH_SIZE, 16,
				  None };
		Display *d = XOpenDisplay(NULL);
		XVisualInfo *v = glXChooseVisual(d, DefaultScreen(d), attribs);

		jobs[i].dpy = d;
		jobs[i].context = glXCreateContext(d, v, NULL, True);
		jobs[i].window = window_for(d, v, 10 + 60 * i, 40, 30);
		jobs[i].shade = (float)i / 4;
		XSync(d, False);
		XFree(v);
	}
	for (int i = 0; i < 4; i++)
		pthread_create(&ids[i], NULL, thread, &jobs[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(ids[i], NULL);
	for (int i = 0; i < 4; i++)
		say_drawable(jobs[i].window, 40, 30);
	for (int i = 0; i < 4; i++) {
		glXDestroyContext(jobs[i].dpy, jobs[i].context);
		XCloseDisplay(jobs[i].dpy);
	}
}

/* A window that goes while current, and one after the other under the same context. */
static void scene_window_goes(void)
{
	GLXFBConfig config = config_for(True, GLX_WINDOW_BIT);
	XVisualInfo *v = glXGetVisualFromFBConfig(dpy, config);
	GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);

	for (int i = 0; i < 10; i++) {
		Window win = window_for(dpy, v, 10, 40, 30);

		glXMakeCurrent(dpy, win, context);
		draw(40, 30, (float)i / 10);
		glXSwapBuffers(dpy, win);
		glXWaitGL();
		if (i == 9)
			say_drawable(win, 40, 30);
		if (i & 1)
			glXMakeCurrent(dpy, None, NULL);
		XDestroyWindow(dpy, win);
		XSync(dpy, False);
	}
	say("error", glXGetCurrentContext() ? glGetError() : 0);
	glXMakeCurrent(dpy, None, NULL);
	glXDestroyContext(dpy, context);
	XFree(v);
}

static const struct {
	const char *name;
	void (*run)(void);
} scenes[] = {
	{ "window", scene_window },
	{ "single", scene_single },
	{ "pixmap", scene_pixmap },
	{ "pbuffer", scene_pbuffer },
	{ "font", scene_font },
	{ "texture_from_pixmap", scene_texture_from_pixmap },
	{ "two_windows", scene_two_windows },
	{ "threads", scene_threads },
	{ "window_goes", scene_window_goes },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	XInitThreads();
	dpy = XOpenDisplay(NULL);
	if (!dpy)
		return 77;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		int wanted = argc < 2;

		for (int a = 1; a < argc; a++)
			wanted |= strcmp(argv[a], scenes[i].name) == 0;
		if (!wanted)
			continue;
		printf("%s\n", scenes[i].name);
		scenes[i].run();
	}
	XCloseDisplay(dpy);
	return failures ? 1 : 0;
}
