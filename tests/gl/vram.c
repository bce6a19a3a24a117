/* SPDX-License-Identifier: MIT */
/*
 * Makes and frees storage in steps, and waits for a line on stdin after each, so
 * that a test can look at what the worker counts meanwhile. Prints what the step
 * made, in octets more than the step before.
 */
#define GL_GLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <stdio.h>
#include <stdlib.h>

static long total;

static void step(const char *what, long more)
{
	char line[16];

	glFinish();
	total += more;
	printf("%s %ld\n", what, total);
	fflush(stdout);
	if (glGetError() != GL_NO_ERROR || !fgets(line, sizeof(line), stdin))
		exit(1);
}

int main(void)
{
	static const EGLint config_attribs[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
		                                 EGL_OPENGL_BIT, EGL_RED_SIZE, 8, EGL_NONE };
	EGLDisplay dpy = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	GLuint names[4], textures[4], rb;
	EGLConfig config;
	EGLint n = 0;

	eglInitialize(dpy, NULL, NULL);
	eglBindAPI(EGL_OPENGL_API);
	if (!eglChooseConfig(dpy, config_attribs, &config, 1, &n) || n < 1 ||
	    !eglMakeCurrent(dpy, EGL_NO_SURFACE, EGL_NO_SURFACE,
	                    eglCreateContext(dpy, config, EGL_NO_CONTEXT, NULL))) {
		fprintf(stderr, "no context\n");
		return 1;
	}
	step("start", 0);
	glGenBuffers(4, names);
	glBindBuffer(GL_ARRAY_BUFFER, names[0]);
	glBufferData(GL_ARRAY_BUFFER, 1 << 20, NULL, GL_STATIC_DRAW);
	glBindBuffer(GL_UNIFORM_BUFFER, names[1]);
	glBufferStorage(GL_UNIFORM_BUFFER, 4096, NULL, 0);
	step("buffers", (1 << 20) + 4096);
	for (int i = 0; i < 100; i++) /* again and again: counted once */
		glBufferData(GL_ARRAY_BUFFER, 1 << 19, NULL, GL_STATIC_DRAW);
	step("orphaned", -(1 << 19));
	glGenTextures(4, textures);
	glBindTexture(GL_TEXTURE_2D, textures[0]);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 256, 256, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 128, 128, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	glTexImage2D(GL_PROXY_TEXTURE_2D, 0, GL_RGBA8, 4096, 4096, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	step("texture", 128 * 128 * 4);
	glBindTexture(GL_TEXTURE_CUBE_MAP, textures[1]);
	glTexStorage2D(GL_TEXTURE_CUBE_MAP, 3, GL_R8, 64, 64);
	step("cube", 6 * (64 * 64 + 32 * 32 + 16 * 16));
	glBindTexture(GL_TEXTURE_3D, textures[2]);
	glTexImage3D(GL_TEXTURE_3D, 0, GL_RGBA32F, 16, 16, 16, 0, GL_RGBA, GL_FLOAT, NULL);
	step("volume", 16 * 16 * 16 * 16);
	glBindTexture(GL_TEXTURE_2D, textures[3]);
	glCompressedTexImage2D(GL_TEXTURE_2D, 0, GL_COMPRESSED_RED_RGTC1, 64, 64, 0, 2048, NULL);
	step("compressed", 2048);
	glGenRenderbuffers(1, &rb);
	glBindRenderbuffer(GL_RENDERBUFFER, rb);
	glRenderbufferStorageMultisample(GL_RENDERBUFFER, 4, GL_DEPTH24_STENCIL8, 100, 100);
	step("renderbuffer", 4 * 100 * 100 * 4);
	glDeleteTextures(4, textures);
	step("textures-deleted", -(128 * 128 * 4 + 6 * (64 * 64 + 32 * 32 + 16 * 16) + 65536 + 2048));
	glDeleteBuffers(4, names);
	glDeleteRenderbuffers(1, &rb);
	step("all-deleted", -total);
	return 0;
}
