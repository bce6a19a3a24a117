/* SPDX-License-Identifier: MIT */
/* What textures of EXT_direct_state_access are: a wrong target is an error before the pixels are read. */
#ifndef VGPU_FRONTEND_GL_TEXTURE_TARGET_H
#define VGPU_FRONTEND_GL_TEXTURE_TARGET_H

#include <stdbool.h>

#include <GL/gl.h>

/*
 * Can this texture be used as target, as far as the current context knows? Asks the host where it
 * was used as another one before. False: it cannot, the error is raised.
 */
bool vgpu_gl_texture_is(GLuint texture, GLenum target);

#endif
