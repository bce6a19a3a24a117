/* SPDX-License-Identifier: MIT */
/* For drawing tests of extensions that the driver may lack: the test's line then says "no
 * EXTENSION". */
#ifndef VGPU_TESTS_GL_DRAW_EXT_H
#define VGPU_TESTS_GL_DRAW_EXT_H

#include "tests/gl/draw.h"

static inline int has(const char *extension)
{
	GLint n = 0;

	glGetIntegerv(GL_NUM_EXTENSIONS, &n);
	for (GLint i = 0; i < n; i++)
		if (!strcmp((const char *)glGetStringi(GL_EXTENSIONS, (GLuint)i), extension))
			return 1;
	draw_say(" no %s", extension);
	return 0;
}

#define LOAD(type, name)                                                                           \
	type name = (type)eglGetProcAddress("gl" #name);                                           \
	if (!name) {                                                                               \
		draw_say(" no function gl" #name);                                                 \
		return;                                                                            \
	}

static const float quad[]
	__attribute__((unused)) = { -0.8f, -0.8f, 0.8f, -0.8f, -0.8f, 0.8f, 0.8f, 0.8f };

static inline void draw_quad(void)
{
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, quad);
	glEnableVertexAttribArray(0);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glDisableVertexAttribArray(0);
}

static const char vs[] __attribute__((unused)) =
	"#version 430 compatibility\n"
	"in vec2 position; out vec2 uv;\n"
	"void main() { uv = position * 0.5 + 0.5; gl_Position = vec4(position, 0, 1); }\n";

#endif
