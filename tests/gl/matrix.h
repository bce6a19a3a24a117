/* SPDX-License-Identifier: MIT */
/* What matrix_egl and matrix_glx have in common: the contexts that are asked for, and what is said
 * of one that came into being. Output is compared line by line between two drivers. */
#ifndef VGPU_TESTS_GL_MATRIX_H
#define VGPU_TESTS_GL_MATRIX_H

#include <GL/gl.h>
#include <GL/glext.h>
#include <stdio.h>

enum { CORE = 1, COMPAT = 2 };

struct asked {
	int major, minor; /* 0: not said */
	int profile;      /* 0: not said */
};

/* Every version that there is, some that there is not, with and without a profile. */
static const struct asked desktop[] = {
	{ 0, 0, 0 }, { 1, 0, 0 }, { 1, 1, 0 }, { 1, 2, 0 }, { 1, 3, 0 }, { 1, 4, 0 }, { 1, 5, 0 },
	{ 1, 6, 0 }, { 2, 0, 0 }, { 2, 1, 0 }, { 2, 2, 0 }, { 3, 0, 0 }, { 3, 1, 0 }, { 3, 2, 0 },
	{ 3, 3, 0 }, { 4, 0, 0 }, { 4, 5, 0 }, { 4, 6, 0 }, { 4, 7, 0 }, { 5, 0, 0 },
	{ 2, 1, CORE }, { 3, 0, CORE }, { 3, 1, CORE }, { 3, 2, CORE }, { 3, 3, CORE },
	{ 4, 0, CORE }, { 4, 1, CORE }, { 4, 2, CORE }, { 4, 3, CORE }, { 4, 4, CORE },
	{ 4, 5, CORE }, { 4, 6, CORE }, { 4, 7, CORE }, { 3, 1, COMPAT }, { 3, 2, COMPAT },
	{ 3, 3, COMPAT }, { 4, 0, COMPAT }, { 4, 1, COMPAT }, { 4, 2, COMPAT }, { 4, 3, COMPAT },
	{ 4, 4, COMPAT }, { 4, 5, COMPAT }, { 4, 6, COMPAT }, { 3, 2, 3 }, { 3, 2, 8 },
};
static const struct asked gles[] = {
	{ 0, 0, 0 }, { 1, 0, 0 }, { 1, 1, 0 }, { 1, 2, 0 }, { 2, 0, 0 }, { 2, 1, 0 },
	{ 3, 0, 0 }, { 3, 1, 0 }, { 3, 2, 0 }, { 3, 3, 0 }, { 4, 0, 0 },
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The context is current: what it is, by what only a real one can say. */
static inline void describe(void)
{
	GLint major = 0, minor = 0, profile = 0, flags = 0, count = 0, viewport[4] = { 0 };
	const char *version = (const char *)glGetString(GL_VERSION);
	const char *glsl = (const char *)glGetString(GL_SHADING_LANGUAGE_VERSION);
	unsigned int pixel = 0;
	int es = version && version[0] == 'O';

	while (glGetError() != GL_NO_ERROR)
		;
	glGetIntegerv(GL_MAJOR_VERSION, &major);
	if (glGetError() == GL_NO_ERROR)
		glGetIntegerv(GL_MINOR_VERSION, &minor);
	if (!es && major * 10 + minor >= 32)
		glGetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
	if (major >= 3 && !es)
		glGetIntegerv(GL_CONTEXT_FLAGS, &flags);
	if (major >= 3)
		glGetIntegerv(GL_NUM_EXTENSIONS, &count);
	glGetIntegerv(GL_VIEWPORT, viewport);
	while (glGetError() != GL_NO_ERROR)
		;
	glClearColor(0.25f, 0.5f, 0.75f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
	glReadPixels(1, 1, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, &pixel);
	printf(" version='%s' glsl='%s' %d.%d profile=%d flags=%d viewport=%dx%d extensions%s"
	       " pixel=%08x error=%x",
	       version ? version : "none", glsl ? glsl : "none", major, minor, profile, flags,
	       viewport[2], viewport[3], count > 0 ? ">0" : "=0", pixel, glGetError());
}

#endif
