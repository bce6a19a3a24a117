/* SPDX-License-Identifier: MIT */
/*
 * Extensions of the host that programs do not see although the registry names
 * no command that the wire lacks. Those with such a command are hidden by the
 * generator (protocol/gl/annotations, "refuse"). HIDE(name, reason)
 */
#ifndef VGPU_FRONTEND_GL_HIDDEN_EXTENSIONS_H
#define VGPU_FRONTEND_GL_HIDDEN_EXTENSIONS_H

#define VGPU_HIDDEN_EXTENSIONS(HIDE) \
	HIDE("GL_AMD_pinned_memory", "a buffer would be the program's own memory") \
	HIDE("GL_OES_EGL_image_external", "EGL images do not cross the boundary") \
	HIDE("GL_OES_EGL_image_external_essl3", "EGL images do not cross the boundary") \
	HIDE("GL_EXT_EGL_image_external_wrap_modes", "EGL images do not cross the boundary") \
	HIDE("GL_EXT_EGL_image_array", "EGL images do not cross the boundary") \
	HIDE("GL_EXT_EGL_image_storage", "EGL images do not cross the boundary") \
	HIDE("GL_OES_EGL_image", "EGL images do not cross the boundary") \
	HIDE("GL_NV_EGL_image", "EGL images do not cross the boundary") \
	HIDE("GL_ARB_cl_event", "events of another API") \
	HIDE("GL_KHR_no_error", "the worker never turns checks off") \
	HIDE("GL_EXT_protected_textures", "protected memory is the host's own affair")

#endif
