/* SPDX-License-Identifier: MIT */
/*
 * EGL images: of textures of every kind and of renderbuffers, used as textures and renderbuffers in
 * the same context and in one that shares nothing with it, written on either side; and what is
 * refused with which error.
 */
#include "draw.h"

/* gl2ext.h goes with gl2.h, which glext.h does not go with */
#ifndef GL_TEXTURE_EXTERNAL_OES
#define GL_TEXTURE_EXTERNAL_OES 0x8d65
#define GL_TEXTURE_BINDING_EXTERNAL_OES 0x8d67
#endif
typedef void *GLeglImageOES;
typedef void(APIENTRYP target_image_proc)(GLenum target, GLeglImageOES image);
typedef void(APIENTRYP target_storage_proc)(GLenum target, GLeglImageOES image, const GLint *list);

static PFNEGLCREATEIMAGEKHRPROC create_khr;
static PFNEGLDESTROYIMAGEKHRPROC destroy_khr;
static target_image_proc target_texture;
static target_image_proc target_renderbuffer;
static target_storage_proc target_storage;

static const char vertex[] = "#version 100\nattribute vec2 position; varying vec2 at;\n"
			     "void main() { at = position * 0.5 + 0.5;\n"
			     "gl_Position = vec4(position, 0.0, 1.0); }\n";
static const char fragment[] = "#version 100\nprecision mediump float; varying vec2 at;\n"
			       "uniform sampler2D image;\n"
			       "void main() { gl_FragColor = texture2D(image, at); }\n";
static const char external[] = "#version 100\n#extension GL_OES_EGL_image_external : require\n"
			       "precision mediump float; varying vec2 at;\n"
			       "uniform samplerExternalOES image;\n"
			       "void main() { gl_FragColor = texture2D(image, at); }\n";

static void load(void)
{
	create_khr = (PFNEGLCREATEIMAGEKHRPROC)eglGetProcAddress("eglCreateImageKHR");
	destroy_khr = (PFNEGLDESTROYIMAGEKHRPROC)eglGetProcAddress("eglDestroyImageKHR");
	*(void **)&target_texture = (void *)eglGetProcAddress("glEGLImageTargetTexture2DOES");
	*(void **)&target_renderbuffer =
		(void *)eglGetProcAddress("glEGLImageTargetRenderbufferStorageOES");
	*(void **)&target_storage = (void *)eglGetProcAddress("glEGLImageTargetTexStorageEXT");
}

static void pattern(uint8_t *pixels, int size, int salt)
{
	for (int i = 0; i < size * size; i++) {
		pixels[4 * i] = (uint8_t)(i * 7 + salt);
		pixels[4 * i + 1] = (uint8_t)(i / size * 16 + salt);
		pixels[4 * i + 2] = (uint8_t)(salt * 5);
		pixels[4 * i + 3] = 255;
	}
}

static GLuint texture_2d(int levels)
{
	uint8_t pixels[16 * 16 * 4];
	GLuint name;

	glGenTextures(1, &name);
	glBindTexture(GL_TEXTURE_2D, name);
	for (int level = 0; level < levels; level++) {
		pattern(pixels, 16 >> level, 10 + level * 60);
		glTexImage2D(GL_TEXTURE_2D, level, GL_RGBA, 16 >> level, 16 >> level, 0, GL_RGBA,
		             GL_UNSIGNED_BYTE, pixels);
	}
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER,
	                levels > 1 ? GL_NEAREST_MIPMAP_NEAREST : GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glBindTexture(GL_TEXTURE_2D, 0);
	return name;
}

static EGLImageKHR image_of(EGLenum target, GLuint name, EGLint level, EGLint zoffset)
{
	const EGLint attribs[] = { EGL_GL_TEXTURE_LEVEL_KHR, level, EGL_IMAGE_PRESERVED_KHR, EGL_TRUE,
		                   zoffset >= 0 ? EGL_GL_TEXTURE_ZOFFSET_KHR : EGL_NONE, zoffset,
		                   EGL_NONE };
	const EGLint none[] = { EGL_NONE };
	EGLImageKHR image = create_khr(draw_display.dpy, eglGetCurrentContext(), target,
	                               (EGLClientBuffer)(uintptr_t)name,
	                               target == EGL_GL_RENDERBUFFER_KHR ? none : attribs);

	draw_say(" %s", image ? "image" : "none");
	if (!image)
		draw_say(":%x", eglGetError());
	return image;
}

/* A texture of the image, drawn over the whole surface. */
static void show(EGLImageKHR image, GLenum target, int way)
{
	static const GLfloat quad[] = { -1, -1, 1, -1, -1, 1, 1, 1 };
	GLuint name;
	GLint bound = 0;

	glGenTextures(1, &name);
	glBindTexture(target, name);
	if (way == 1)
		target_storage(target, image, NULL);
	else
		target_texture(target, image);
	draw_say(" target=%x", glGetError());
	glGetIntegerv(target == GL_TEXTURE_2D ? GL_TEXTURE_BINDING_2D
	                                      : GL_TEXTURE_BINDING_EXTERNAL_OES, &bound);
	draw_say(" bound=%d", bound == (GLint)name);
	glTexParameteri(target, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(target, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	draw_program(vertex, target == GL_TEXTURE_2D ? fragment : external);
	glEnableVertexAttribArray(0);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, quad);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static void of_2d(void)
{
	GLuint name;
	EGLImageKHR image;

	load();
	name = texture_2d(1);
	image = image_of(EGL_GL_TEXTURE_2D_KHR, name, 0, -1);
	show(image, GL_TEXTURE_2D, 0);
	draw_say(" destroyed=%d", destroy_khr(draw_display.dpy, image));
	glDeleteTextures(1, &name); /* the sibling lives on */
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static void of_level(void)
{
	load();
	show(image_of(EGL_GL_TEXTURE_2D_KHR, texture_2d(5), 2, -1), GL_TEXTURE_2D, 0);
}

static void of_cube(void)
{
	uint8_t pixels[16 * 16 * 4];
	GLuint name;

	load();
	glGenTextures(1, &name);
	glBindTexture(GL_TEXTURE_CUBE_MAP, name);
	for (GLenum face = 0; face < 6; face++) {
		pattern(pixels, 16, (int)face * 40);
		glTexImage2D(GL_TEXTURE_CUBE_MAP_POSITIVE_X + face, 0, GL_RGBA, 16, 16, 0, GL_RGBA,
		             GL_UNSIGNED_BYTE, pixels);
	}
	glTexParameteri(GL_TEXTURE_CUBE_MAP, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	show(image_of(EGL_GL_TEXTURE_CUBE_MAP_NEGATIVE_Y_KHR, name, 0, -1), GL_TEXTURE_2D, 0);
}

static GLuint texture_3d(void)
{
	uint8_t pixels[3][16 * 16 * 4];
	GLuint name;

	for (int z = 0; z < 3; z++)
		pattern(pixels[z], 16, z * 70 + 3);
	glGenTextures(1, &name);
	glBindTexture(GL_TEXTURE_3D, name);
	glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexImage3D(GL_TEXTURE_3D, 0, GL_RGBA8, 16, 16, 3, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	return name;
}

static void of_3d(void)
{
	load();
	show(image_of(EGL_GL_TEXTURE_3D_KHR, texture_3d(), 0, 2), GL_TEXTURE_2D, 0);
}

static void of_renderbuffer(void)
{
	GLuint rb, fbo;
	EGLImageKHR image;

	load();
	glGenRenderbuffers(1, &rb);
	glBindRenderbuffer(GL_RENDERBUFFER, rb);
	glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, 16, 16);
	image = image_of(EGL_GL_RENDERBUFFER_KHR, rb, 0, -1);
	glGenFramebuffers(1, &fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, fbo);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, rb);
	glClearColor(0.9f, 0.5f, 0.1f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
	glEnable(GL_SCISSOR_TEST);
	glScissor(2, 3, 5, 6);
	glClearColor(0.0f, 0.5f, 0.8f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
	glDisable(GL_SCISSOR_TEST);
	glBindFramebuffer(GL_FRAMEBUFFER, 0);
	show(image, GL_TEXTURE_2D, 0);
}

/* Drawn to as a renderbuffer, seen in the texture it was made of. */
static void to_renderbuffer(void)
{
	GLuint name, rb, fbo;

	load();
	name = texture_2d(1);
	glGenRenderbuffers(1, &rb);
	glBindRenderbuffer(GL_RENDERBUFFER, rb);
	target_renderbuffer(GL_RENDERBUFFER, image_of(EGL_GL_TEXTURE_2D_KHR, name, 0, -1));
	draw_say(" storage=%x", glGetError());
	glGenFramebuffers(1, &fbo);
	glBindFramebuffer(GL_FRAMEBUFFER, fbo);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, rb);
	draw_say(" status=%x", glCheckFramebufferStatus(GL_FRAMEBUFFER));
	glEnable(GL_SCISSOR_TEST);
	glScissor(1, 1, 9, 4);
	glClearColor(0.3f, 0.9f, 0.4f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
	glDisable(GL_SCISSOR_TEST);
	glBindFramebuffer(GL_FRAMEBUFFER, 0);
	show(image_of(EGL_GL_TEXTURE_2D_KHR, name, 0, -1), GL_TEXTURE_2D, 0);
}

static void as_external(void)
{
	load();
	show(image_of(EGL_GL_TEXTURE_2D_KHR, texture_2d(1), 0, -1), GL_TEXTURE_EXTERNAL_OES, 0);
}

static void as_storage(void)
{
	load();
	draw_say(" storage %s", target_storage ? "yes" : "no");
	show(image_of(EGL_GL_TEXTURE_2D_KHR, texture_2d(1), 0, -1), GL_TEXTURE_2D, 1);
}

/* Made in one context, written in another that shares nothing, seen in the first. */
static void elsewhere(void)
{
	EGLContext first = eglGetCurrentContext();
	EGLSurface surface = eglGetCurrentSurface(EGL_DRAW);
	EGLContext other = draw_context(&draw_display, DRAW_COMPAT, EGL_NO_CONTEXT);
	uint8_t pixels[4 * 4 * 4];
	EGLImageKHR image;
	GLuint name;

	load();
	image = image_of(EGL_GL_TEXTURE_2D_KHR, texture_2d(1), 0, -1);
	glFinish();
	eglMakeCurrent(draw_display.dpy, EGL_NO_SURFACE, EGL_NO_SURFACE, other);
	glGenTextures(1, &name);
	glBindTexture(GL_TEXTURE_2D, name);
	target_texture(GL_TEXTURE_2D, image);
	pattern(pixels, 4, 200);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 5, 6, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	draw_say(" other=%x", glGetError());
	glFinish();
	eglMakeCurrent(draw_display.dpy, surface, surface, first);
	eglDestroyContext(draw_display.dpy, other);
	show(image, GL_TEXTURE_2D, 0);
	/* specified anew, the texture is no sibling any more */
	pattern(pixels, 4, 33);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glViewport(0, 0, DRAW_SIZE / 2, DRAW_SIZE / 2);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static void es1_image(void)
{
	static const GLfloat quad[] = { -1, -1, 1, -1, -1, 1, 1, 1 }, at[] = { 0, 0, 1, 0, 0, 1, 1, 1 };
	GLuint name;

	load();
	name = texture_2d(1);
	glBindTexture(GL_TEXTURE_2D, 0);
	target_texture(GL_TEXTURE_2D, image_of(EGL_GL_TEXTURE_2D_KHR, name, 0, -1));
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glEnable(GL_TEXTURE_2D);
	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_TEXTURE_COORD_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, quad);
	glTexCoordPointer(2, GL_FLOAT, 0, at);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static void refused(void)
{
	const EGLint bad[] = { EGL_WIDTH + 0x4000, 4, EGL_NONE };
	const GLint list[] = { GL_TEXTURE_WIDTH, 1, GL_NONE };
	EGLDisplay dpy = draw_display.dpy;
	EGLContext ctx = eglGetCurrentContext();
	GLuint name, empty, rb;
	EGLImageKHR image;

	load();
	name = texture_2d(1);
	glGenTextures(1, &empty);
	glGenRenderbuffers(1, &rb);
	image_of(EGL_GL_TEXTURE_2D_KHR, 0, 0, -1);
	image_of(EGL_GL_TEXTURE_2D_KHR, 0xfffff, 0, -1);
	image_of(EGL_GL_TEXTURE_2D_KHR, empty, 0, -1);
	image_of(EGL_GL_TEXTURE_2D_KHR, name, 3, -1);
	image_of(EGL_GL_TEXTURE_3D_KHR, name, 0, 0);
	image_of(EGL_GL_TEXTURE_CUBE_MAP_POSITIVE_X_KHR, name, 0, -1);
	image_of(EGL_GL_RENDERBUFFER_KHR, 0, 0, -1);
	image_of(EGL_GL_RENDERBUFFER_KHR, 0xfffff, 0, -1);
	image_of(EGL_GL_TEXTURE_3D_KHR, texture_3d(), 0, 9);
	image_of(0x1234, name, 0, -1);
	image = create_khr(dpy, ctx, EGL_GL_TEXTURE_2D_KHR, (EGLClientBuffer)(uintptr_t)name, bad);
	draw_say(" bad attribute %s %x", image ? "image" : "none", eglGetError());
	image = create_khr(dpy, (EGLContext)&list, EGL_GL_TEXTURE_2D_KHR,
	                   (EGLClientBuffer)(uintptr_t)name, NULL);
	draw_say(" bad context %s %x", image ? "image" : "none", eglGetError());
	draw_say(" destroy %d", destroy_khr(dpy, (EGLImageKHR)&list));
	draw_say(" %x", eglGetError());
	glBindTexture(GL_TEXTURE_2D, name);
	target_texture(GL_TEXTURE_2D, NULL);
	draw_say(" null %x", glGetError());
	image = image_of(EGL_GL_TEXTURE_2D_KHR, name, 0, -1);
	glBindTexture(GL_TEXTURE_2D, empty);
	target_texture(GL_TEXTURE_1D, image);
	draw_say(" 1D %x", glGetError());
	target_renderbuffer(GL_TEXTURE_2D, image);
	draw_say(" renderbuffer %x", glGetError());
	if (target_storage) {
		target_storage(GL_TEXTURE_2D, image, list);
		draw_say(" attribs %x", glGetError());
	}
}

static const struct draw_test tests[] = {
	{ "2d", DRAW_COMPAT, of_2d },
	{ "2d-es", DRAW_ES2, of_2d },
	{ "level", DRAW_ES2, of_level },
	{ "cube", DRAW_COMPAT, of_cube },
	{ "3d", DRAW_COMPAT, of_3d },
	{ "3d-es", DRAW_ES2, of_3d },
	{ "renderbuffer", DRAW_COMPAT, of_renderbuffer },
	{ "to-renderbuffer", DRAW_ES2, to_renderbuffer },
	{ "external", DRAW_ES2, as_external },
	{ "storage", DRAW_COMPAT, as_storage },
	{ "elsewhere", DRAW_COMPAT, elsewhere },
	{ "es1", DRAW_ES1, es1_image },
	{ "refused", DRAW_COMPAT, refused },
	{ "refused-es", DRAW_ES2, refused },
};

DRAW_MAIN(tests)
