/* SPDX-License-Identifier: MIT */
/*
 * Strings that GL hands to the program. It may keep them after the context is
 * gone, so each different one lives, once, as long as the process.
 */
#ifndef VGPU_FRONTEND_GL_INTERN_H
#define VGPU_FRONTEND_GL_INTERN_H

/*
 * The process's copy of this string: equal strings give equal pointers. NULL
 * when memory is short. Never freed. Any thread.
 */
const char *vgpu_gl_intern(const char *string);

#endif
