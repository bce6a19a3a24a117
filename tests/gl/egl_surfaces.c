/* SPDX-License-Identifier: MIT */
/*
 * EGL surfaces, contexts and syncs from the outside: what is drawn must stand in
 * the X window, pixmap or texture. Needs an X server of depth 24 and any EGL;
 * says which step failed and exits 1. What Mesa's llvmpipe cannot (pixmaps, pbuffers
 * as textures, windows that go away) is asked only of the vgpu.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES2/gl2.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>

static Display *x;
static EGLDisplay dpy;
static EGLConfig config;
static bool vgpu;
static int failures;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s (egl %#x, gl %#x)\n", __func__, __LINE__,       \
			        #condition, eglGetError(),                                         \
			        eglGetCurrentContext() ? glGetError() : 0);                        \
			failures++;                                                                \
		}                                                                                  \
	} while (0)

static Window make_window(unsigned int width, unsigned int height)
{
	XVisualInfo want = { 0 }, *info;
	XSetWindowAttributes attributes = { 0 };
	EGLint id;
	Window window;
	int n;

	eglGetConfigAttrib(dpy, config, EGL_NATIVE_VISUAL_ID, &id);
	want.visualid = (VisualID)id;
	info = XGetVisualInfo(x, VisualIDMask, &want, &n);
	attributes.colormap = XCreateColormap(x, DefaultRootWindow(x), info->visual, AllocNone);
	window = XCreateWindow(x, DefaultRootWindow(x), 0, 0, width, height, 0, info->depth,
	                       InputOutput, info->visual, CWColormap | CWBorderPixel, &attributes);
	XMapWindow(x, window);
	XFree(info);
	return window; /* not flushed: EGL has to */
}

static unsigned long pixel(Drawable drawable, int px, int py)
{
	XImage *image = XGetImage(x, drawable, px, py, 1, 1, AllPlanes, ZPixmap);
	unsigned long value = image ? XGetPixel(image, 0, 0) & 0xffffff : 0xdeadbeef;

	if (image)
		XDestroyImage(image);
	return value;
}

static EGLContext make_context(EGLContext share, EGLint version)
{
	const EGLint attribs[] = { EGL_CONTEXT_CLIENT_VERSION, version, EGL_NONE };

	return eglCreateContext(dpy, config, share, attribs);
}

/* Red, with a green lower left corner of 10 by 10. */
static void draw(void)
{
	glClearColor(1, 0, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glEnable(GL_SCISSOR_TEST);
	glScissor(0, 0, 10, 10);
	glClearColor(0, 1, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glDisable(GL_SCISSOR_TEST);
}

static bool drawn(Drawable drawable, int width, int height)
{
	return pixel(drawable, 5, height - 5) == 0x00ff00 &&
	       pixel(drawable, 15, height - 5) == 0xff0000 &&
	       pixel(drawable, 5, height - 15) == 0xff0000 && pixel(drawable, 0, 0) == 0xff0000 &&
	       pixel(drawable, width - 1, height - 1) == 0xff0000;
}

static void finish(void)
{
	eglWaitClient();
	XSync(x, False);
}

static void windows(void)
{
	EGLContext ctx = make_context(EGL_NO_CONTEXT, 2);
	Window window = make_window(101, 67);
	EGLSurface surface = eglCreateWindowSurface(dpy, config, window, NULL);
	EGLint value = 0;

	CHECK(surface != EGL_NO_SURFACE);
	CHECK(eglMakeCurrent(dpy, surface, surface, ctx));
	CHECK(eglCreateWindowSurface(dpy, config, window, NULL) == EGL_NO_SURFACE);
	CHECK(eglGetError() == EGL_BAD_ALLOC);
	CHECK(eglQuerySurface(dpy, surface, EGL_WIDTH, &value) && value == 101);
	CHECK(eglQuerySurface(dpy, surface, EGL_HEIGHT, &value) && value == 67);
	for (int i = 0; i < 5; i++) {
		draw();
		CHECK(eglSwapBuffers(dpy, surface));
	}
	finish();
	CHECK(drawn(window, 101, 67));

	XResizeWindow(x, window, 200, 150);
	XSync(x, False);
	for (int i = 0; i < 2; i++) {
		draw();
		CHECK(eglSwapBuffers(dpy, surface));
	}
	finish();
	CHECK(drawn(window, 200, 150));
	CHECK(eglQuerySurface(dpy, surface, EGL_HEIGHT, &value) && value == 150);

	CHECK(eglSurfaceAttrib(dpy, surface, EGL_SWAP_BEHAVIOR, EGL_BUFFER_PRESERVED));
	draw();
	CHECK(eglSwapBuffers(dpy, surface));
	CHECK(eglSwapBuffers(dpy, surface));
	finish();
	CHECK(drawn(window, 200, 150));

	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
	CHECK(eglDestroySurface(dpy, surface));
	CHECK(eglDestroyContext(dpy, ctx));
	XDestroyWindow(x, window);
}

/* A window that goes away must not take the program with it; Mesa's EGL crashes here. */
static void destroyed_window(void)
{
	EGLContext ctx = make_context(EGL_NO_CONTEXT, 2);
	Window window = make_window(30, 20);
	EGLSurface surface = eglCreateWindowSurface(dpy, config, window, NULL);

	CHECK(eglMakeCurrent(dpy, surface, surface, ctx));
	draw();
	CHECK(eglSwapBuffers(dpy, surface));
	XDestroyWindow(x, window);
	XSync(x, False);
	for (int i = 0; i < 5; i++) {
		draw();
		eglSwapBuffers(dpy, surface);
	}
	eglGetError();
	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
	CHECK(eglDestroySurface(dpy, surface));
	CHECK(eglDestroyContext(dpy, ctx));
	CHECK(eglCreateWindowSurface(dpy, config, window, NULL) == EGL_NO_SURFACE);
	CHECK(eglGetError() == EGL_BAD_NATIVE_WINDOW);
}

static void fill(float red, float green)
{
	glClearColor(red, green, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
}

/* What stands in the back buffer after a swap, and that a new size comes between frames only. */
static void buffer_age(void)
{
	PFNEGLSETDAMAGEREGIONKHRPROC set_damage =
		(PFNEGLSETDAMAGEREGIONKHRPROC)eglGetProcAddress("eglSetDamageRegionKHR");
	const char *extensions = eglQueryString(dpy, EGL_EXTENSIONS);
	EGLContext ctx = make_context(EGL_NO_CONTEXT, 2);
	Window window = make_window(64, 48);
	EGLSurface surface = eglCreateWindowSurface(dpy, config, window, NULL);
	EGLint rect[4] = { 0, 0, 8, 8 }, age = -1;

	CHECK(eglMakeCurrent(dpy, surface, surface, ctx));
	/* a frame drawn before the window grew is shown as it is */
	fill(1, 0);
	XResizeWindow(x, window, 96, 80);
	XSync(x, False);
	CHECK(eglSwapBuffers(dpy, surface));
	finish();
	CHECK(pixel(window, 5, 5) == 0xff0000);
	CHECK(pixel(window, 60, 40) == 0xff0000);
	if (!strstr(extensions, "EGL_EXT_buffer_age"))
		goto out;
	CHECK(eglQuerySurface(dpy, surface, EGL_BUFFER_AGE_EXT, &age) && age == 0);
	fill(0, 1);
	CHECK(eglSwapBuffers(dpy, surface));
	CHECK(eglQuerySurface(dpy, surface, EGL_BUFFER_AGE_EXT, &age));
	if (age == 1) { /* then only what changes has to be drawn, whatever happens to the window */
		XResizeWindow(x, window, 120, 90);
		XSync(x, False);
		glViewport(0, 0, 96, 80);
		CHECK(!set_damage || set_damage(dpy, surface, rect, 1));
		glEnable(GL_SCISSOR_TEST);
		glScissor(0, 0, 8, 8);
		fill(1, 0);
		glDisable(GL_SCISSOR_TEST);
		CHECK(eglSwapBuffers(dpy, surface));
		finish();
		CHECK(pixel(window, 2, 77) == 0xff0000);
		CHECK(pixel(window, 50, 30) == 0x00ff00);
		CHECK(eglQuerySurface(dpy, surface, EGL_BUFFER_AGE_EXT, &age) && age == 0);
	}
	if (set_damage && strstr(extensions, "EGL_KHR_partial_update")) {
		CHECK(set_damage(dpy, surface, rect, 1));
		CHECK(!set_damage(dpy, surface, rect, 1) && eglGetError() == EGL_BAD_ACCESS);
		CHECK(eglSwapBuffers(dpy, surface));
		CHECK(!set_damage(dpy, surface, rect, 1) && eglGetError() == EGL_BAD_ACCESS);
	}
out:
	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
	CHECK(eglDestroySurface(dpy, surface));
	CHECK(eglDestroyContext(dpy, ctx));
	XDestroyWindow(x, window);
}

static void single_buffer(void)
{
	static const EGLint attribs[] = { EGL_RENDER_BUFFER, EGL_SINGLE_BUFFER, EGL_NONE };
	EGLContext ctx = make_context(EGL_NO_CONTEXT, 2);
	Window window = make_window(60, 50);
	EGLSurface surface = eglCreateWindowSurface(dpy, config, window, attribs);
	EGLint value = 0;

	CHECK(eglMakeCurrent(dpy, surface, surface, ctx));
	CHECK(eglQueryContext(dpy, ctx, EGL_RENDER_BUFFER, &value));
	if (value == EGL_SINGLE_BUFFER) {
		draw();
		glFlush();
		finish();
		CHECK(drawn(window, 60, 50));
	}
	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
	CHECK(eglDestroySurface(dpy, surface));
	CHECK(eglDestroyContext(dpy, ctx));
	XDestroyWindow(x, window);
}

static void pixmaps(void)
{
	Pixmap pixmap = XCreatePixmap(x, DefaultRootWindow(x), 40, 30, 24);
	EGLContext ctx = make_context(EGL_NO_CONTEXT, 2);
	EGLSurface surface = eglCreatePixmapSurface(dpy, config, pixmap, NULL);

	CHECK(surface != EGL_NO_SURFACE);
	CHECK(eglMakeCurrent(dpy, surface, surface, ctx));
	draw();
	finish();
	CHECK(!vgpu || drawn(pixmap, 40, 30));
	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
	CHECK(eglDestroySurface(dpy, surface));
	CHECK(eglDestroyContext(dpy, ctx));
	XFreePixmap(x, pixmap);
}

static void pbuffers(void)
{
	static const EGLint attribs[] = {
		EGL_WIDTH,          32,
		EGL_HEIGHT,         32,
		EGL_TEXTURE_FORMAT, EGL_TEXTURE_RGBA,
		EGL_TEXTURE_TARGET, EGL_TEXTURE_2D,
		EGL_NONE,
	};
	EGLSurface surface = eglCreatePbufferSurface(dpy, config, attribs);
	EGLContext ctx = make_context(EGL_NO_CONTEXT, 2);
	unsigned char rgba[4] = { 0 };
	GLuint texture, framebuffer;

	CHECK(surface != EGL_NO_SURFACE);
	CHECK(eglMakeCurrent(dpy, surface, surface, ctx));
	draw();
	glReadPixels(5, 5, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	CHECK(rgba[0] == 0 && rgba[1] == 255 && rgba[2] == 0 && rgba[3] == 255);
	CHECK(eglSwapBuffers(dpy, surface));

	/* as a texture of a context that has nothing else to draw to */
	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, ctx));
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	CHECK(eglBindTexImage(dpy, surface, EGL_BACK_BUFFER));
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	CHECK(glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE);
	glReadPixels(5, 5, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	CHECK(!vgpu || (rgba[0] == 0 && rgba[1] == 255 && rgba[2] == 0));
	glReadPixels(25, 5, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	CHECK(!vgpu || (rgba[0] == 255 && rgba[1] == 0 && rgba[2] == 0));
	CHECK(eglReleaseTexImage(dpy, surface, EGL_BACK_BUFFER));
	CHECK(glGetError() == GL_NO_ERROR);
	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
	CHECK(eglDestroySurface(dpy, surface));
	CHECK(eglDestroyContext(dpy, ctx));
}

struct hand_over {
	EGLContext ctx;
	EGLSync sync;
	GLuint texture;
	unsigned char rgba[4];
};

static void *read_texture(void *data)
{
	struct hand_over *h = data;
	GLuint framebuffer;

	eglBindAPI(EGL_OPENGL_ES_API);
	/* without a context first */
	CHECK(eglClientWaitSync(dpy, h->sync, 0, EGL_FOREVER) == EGL_CONDITION_SATISFIED);
	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, h->ctx));
	CHECK(eglWaitSync(dpy, h->sync, 0));
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, h->texture, 0);
	glReadPixels(1, 1, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, h->rgba);
	if (!vgpu) /* else the thread's end releases the context */
		eglReleaseThread();
	return NULL;
}

static void threads(void)
{
	EGLContext ctx = make_context(EGL_NO_CONTEXT, 2);
	struct hand_over h = { .ctx = make_context(ctx, 2) };
	const unsigned char texels[4 * 16] = { [20] = 10, 20, 30, 255 };
	pthread_t thread;
	EGLAttrib status = 0;

	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, ctx));
	glGenTextures(1, &h.texture);
	glBindTexture(GL_TEXTURE_2D, h.texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, texels);
	h.sync = eglCreateSync(dpy, EGL_SYNC_FENCE, NULL);
	CHECK(h.sync != EGL_NO_SYNC);
	CHECK(!pthread_create(&thread, NULL, read_texture, &h));
	pthread_join(thread, NULL);
	CHECK(h.rgba[0] == 10 && h.rgba[1] == 20 && h.rgba[2] == 30);
	CHECK(eglGetSyncAttrib(dpy, h.sync, EGL_SYNC_STATUS, &status) && status == EGL_SIGNALED);
	CHECK(eglDestroySync(dpy, h.sync));
	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, h.ctx));
	CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
	CHECK(eglDestroyContext(dpy, ctx));
	CHECK(eglDestroyContext(dpy, h.ctx));
}

static void versions(void)
{
	static const struct {
		EGLenum api;
		EGLint version;
		const char *begins;
	} cases[] = {
		{ EGL_OPENGL_ES_API, 1, "OpenGL ES-CM 1.1" },
		{ EGL_OPENGL_ES_API, 2, "OpenGL ES " },
		{ EGL_OPENGL_ES_API, 3, "OpenGL ES 3" },
		{ EGL_OPENGL_API, 1, "" },
		{ EGL_OPENGL_API, 3, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EGLContext ctx;
		EGLint value = 0;
		const char *version;

		eglBindAPI(cases[i].api);
		ctx = make_context(EGL_NO_CONTEXT, cases[i].version);
		CHECK(ctx != EGL_NO_CONTEXT);
		CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, ctx));
		version = (const char *)glGetString(GL_VERSION);
		CHECK(version && strncmp(version, cases[i].begins, strlen(cases[i].begins)) == 0);
		CHECK(eglQueryContext(dpy, ctx, EGL_CONTEXT_CLIENT_TYPE, &value) &&
		      value == (EGLint)cases[i].api);
		CHECK(eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
		CHECK(eglDestroyContext(dpy, ctx));
	}
	eglBindAPI(EGL_OPENGL_ES_API);
}

int main(void)
{
	static const EGLint attribs[] = {
		EGL_RED_SIZE,
		8,
		EGL_GREEN_SIZE,
		8,
		EGL_BLUE_SIZE,
		8,
		EGL_ALPHA_SIZE,
		8,
		EGL_SURFACE_TYPE,
		EGL_WINDOW_BIT | EGL_PIXMAP_BIT | EGL_PBUFFER_BIT,
		EGL_RENDERABLE_TYPE,
		EGL_OPENGL_ES2_BIT,
		EGL_NONE,
	};
	EGLint n = 0;

	alarm(60);
	x = XOpenDisplay(NULL);
	if (!x) {
		fprintf(stderr, "no X server\n");
		return 77;
	}
	dpy = eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, x, NULL);
	CHECK(eglInitialize(dpy, NULL, NULL));
	CHECK(eglChooseConfig(dpy, attribs, &config, 1, &n) && n == 1);
	if (failures)
		return 1;
	vgpu = strcmp(eglQueryString(dpy, EGL_VENDOR), "xen-vgpu") == 0;
	printf("vendor: %s\n", eglQueryString(dpy, EGL_VENDOR));
	windows();
	if (vgpu)
		destroyed_window();
	buffer_age();
	single_buffer();
	pixmaps();
	pbuffers();
	threads();
	versions();
	CHECK(eglTerminate(dpy));
	printf("%d failures\n", failures);
	return failures > 0;
}
