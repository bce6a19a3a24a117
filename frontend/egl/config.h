/* SPDX-License-Identifier: MIT */
/*
 * EGL configs: which there are, and how eglChooseConfig picks among them. Sizes
 * and order follow Mesa's software rasteriser, so that a program gets here what
 * it gets natively.
 */
#ifndef VGPU_EGL_CONFIG_H
#define VGPU_EGL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <EGL/egl.h>
#include <EGL/eglext.h>

struct vgpu_host_info;
struct vgpu_x11_visual;

struct vgpu_egl_config {
	EGLint id; /* from 1 on, in the order of eglGetConfigs */
	EGLint red, green, blue, alpha;
	EGLint depth, stencil, samples;
	EGLint visual_id, visual_type; /* 0 and EGL_NONE without windows */
	EGLint surface_type, renderable_type;
	EGLint max_pbuffer; /* pixels in one direction */
	bool float_color;
};

/*
 * Make the configs of a display. visuals are those of its X screen, one of class
 * 0 stands for windows without visuals (Wayland); without any, configs have
 * pbuffers only. Returns an array to free, or NULL when out of
 * memory, and their number in *count_out.
 */
struct vgpu_egl_config *vgpu_egl_configs_create(const struct vgpu_host_info *host,
                                                const struct vgpu_x11_visual *visuals,
                                                size_t visual_count, EGLint *count_out);

/* eglGetConfigAttrib. Returns EGL_SUCCESS or EGL_BAD_ATTRIBUTE. */
EGLint vgpu_egl_config_attrib(const struct vgpu_egl_config *config, EGLint attribute,
                              EGLint *value_out);

/*
 * eglChooseConfig of EGL 1.5, 3.4.1.2. attribs may be NULL. pixmap_depth asks for
 * the depth of an EGL_MATCH_NATIVE_PIXMAP value, 0 if there is no such pixmap.
 * Stores the best up to capacity in chosen (NULL: none) and their number, or
 * all that match if chosen is NULL, in *count_out. Returns EGL_SUCCESS,
 * EGL_BAD_ATTRIBUTE, EGL_BAD_NATIVE_PIXMAP or EGL_BAD_ALLOC.
 */
EGLint vgpu_egl_config_choose(const struct vgpu_egl_config *configs, EGLint count,
                              const EGLint *attribs, EGLint (*pixmap_depth)(void *, EGLint),
                              void *data, const struct vgpu_egl_config **chosen, EGLint capacity,
                              EGLint *count_out);

/* May a surface of one be current to a context of the other? */
bool vgpu_egl_config_compatible(const struct vgpu_egl_config *a, const struct vgpu_egl_config *b);

#endif
