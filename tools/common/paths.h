/* SPDX-License-Identifier: MIT */
/*
 * Where the parts of xen-vgpu are: beside the command that runs (a build tree
 * and an installed prefix have the same shape: bin/, lib/, share/), or where
 * "make install" was told to put them.
 */
#ifndef VGPU_TOOLS_COMMON_PATHS_H
#define VGPU_TOOLS_COMMON_PATHS_H

#include <limits.h>
#include <stdbool.h>

struct vgpu_paths {
	char lib_dir[PATH_MAX];  /* holds libEGL_vgpu.so.0 and libGLX_vgpu.so.0; "" if not found */
	char egl_json[PATH_MAX]; /* the ICD file for libEGL; "" if not found */
	char backendd[PATH_MAX]; /* vgpu-backendd; "" if not found */
	bool default_lib_dir;    /* the dynamic loader looks in lib_dir by itself */
};

/* Fill in all fields. Never fails: what is missing is "". */
void vgpu_paths_find(struct vgpu_paths *paths);

#define VGPU_EGL_LIBRARY "libEGL_vgpu.so.0"
#define VGPU_GLX_LIBRARY "libGLX_vgpu.so.0"

#endif
