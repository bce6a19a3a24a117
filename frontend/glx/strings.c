/* SPDX-License-Identifier: MIT */
/* Versions, extension strings, and GLX_MESA_query_renderer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/glx/glx.h"

/* Where an extension is listed, and what it needs of the host. */
enum where { CLIENT = 1, SERVER = 2, BOTH = CLIENT | SERVER };
enum need { ALWAYS, ROBUST, ES1, ES2 };

static const struct {
	const char *name;
	enum where where;
	enum need need;
} extensions[] = {
	{ "GLX_ARB_context_flush_control", BOTH, ALWAYS },
	{ "GLX_ARB_create_context", BOTH, ALWAYS },
	{ "GLX_ARB_create_context_no_error", BOTH, ALWAYS },
	{ "GLX_ARB_create_context_profile", BOTH, ALWAYS },
	{ "GLX_ARB_create_context_robustness", BOTH, ROBUST },
	{ "GLX_ARB_fbconfig_float", BOTH, ALWAYS },
	{ "GLX_ARB_framebuffer_sRGB", BOTH, ALWAYS },
	{ "GLX_ARB_get_proc_address", CLIENT, ALWAYS },
	{ "GLX_ARB_multisample", BOTH, ALWAYS },
	{ "GLX_EXT_buffer_age", CLIENT, ALWAYS },
	{ "GLX_EXT_create_context_es2_profile", BOTH, ES2 },
	{ "GLX_EXT_create_context_es_profile", BOTH, ES1 },
	{ "GLX_EXT_fbconfig_packed_float", BOTH, ALWAYS },
	{ "GLX_EXT_framebuffer_sRGB", BOTH, ALWAYS },
	{ "GLX_EXT_get_drawable_type", BOTH, ALWAYS },
	{ "GLX_EXT_libglvnd", SERVER, ALWAYS },
	{ "GLX_EXT_no_config_context", BOTH, ALWAYS },
	{ "GLX_EXT_swap_control", CLIENT, ALWAYS },
	{ "GLX_EXT_texture_from_pixmap", BOTH, ALWAYS },
	{ "GLX_EXT_visual_info", BOTH, ALWAYS },
	{ "GLX_EXT_visual_rating", BOTH, ALWAYS },
	{ "GLX_MESA_copy_sub_buffer", BOTH, ALWAYS },
	{ "GLX_MESA_query_renderer", CLIENT, ALWAYS },
	{ "GLX_MESA_swap_control", CLIENT, ALWAYS },
	{ "GLX_OML_swap_method", BOTH, ALWAYS },
	{ "GLX_SGIS_multisample", BOTH, ALWAYS },
	{ "GLX_SGIX_fbconfig", BOTH, ALWAYS },
	{ "GLX_SGIX_pbuffer", BOTH, ALWAYS },
	{ "GLX_SGIX_visual_select_group", BOTH, ALWAYS },
	{ "GLX_SGI_make_current_read", BOTH, ALWAYS },
	{ "GLX_SGI_swap_control", CLIENT, ALWAYS },
};

static bool met(enum need need, const struct vgpu_host_info *host)
{
	switch (need) {
	case ROBUST:
		return host->robustness;
	case ES1:
		return host->version_gles1;
	case ES2:
		return host->version_gles2;
	default:
		return true;
	}
}

char *vgpu_glx_extensions_build(const struct vgpu_host_info *host, bool server)
{
	size_t bytes = 1;
	char *list, *at;

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		bytes += strlen(extensions[i].name) + 1;
	at = list = malloc(bytes);
	if (!list)
		return NULL;
	*at = '\0';
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		if ((!server || (extensions[i].where & SERVER)) && met(extensions[i].need, host))
			at += sprintf(at, "%s%s", at > list ? " " : "", extensions[i].name);
	}
	return list;
}

/*
 * libGLX answers this one and glXQueryVersion by itself, from the X server: on a
 * server without GLX it says no, and programs that ask give up; others work.
 */
Bool vgpu_glXQueryExtension(Display *dpy, int *error_base, int *event_base)
{
	int opcode, event = 0, error = 0;

	/* The numbers are the server's, if it has any; vgpu_glx_error uses the same. */
	if (!XQueryExtension(dpy, "GLX", &opcode, &event, &error))
		event = error = 0;
	if (error_base)
		*error_base = error;
	if (event_base)
		*event_base = event;
	return True;
}

Bool vgpu_glXQueryVersion(Display *dpy, int *major, int *minor)
{
	if (major)
		*major = 1;
	if (minor)
		*minor = 4;
	return True;
}

const char *vgpu_glXQueryExtensionsString(Display *dpy, int screen)
{
	struct vgpu_glx_screen *s = vgpu_glx_screen_get(dpy, screen);

	return s ? s->extensions : NULL;
}

const char *vgpu_glXQueryServerString(Display *dpy, int screen, int name)
{
	struct vgpu_glx_screen *s = vgpu_glx_screen_get(dpy, screen);

	if (!s)
		return NULL;
	switch (name) {
	case GLX_VENDOR:
		return "xen-vgpu";
	case GLX_VERSION:
		return "1.4";
	case GLX_EXTENSIONS:
		return s->server_extensions;
	case GLX_VENDOR_NAMES_EXT:
		return "vgpu";
	default:
		return NULL;
	}
}

const char *vgpu_glXGetClientString(Display *dpy, int name)
{
	switch (name) {
	case GLX_VENDOR:
		return "xen-vgpu";
	case GLX_VERSION:
		return "1.4";
	case GLX_EXTENSIONS:
		return dpy ? vgpu_glXQueryExtensionsString(dpy, DefaultScreen(dpy)) : NULL;
	default:
		return NULL;
	}
}

/* The driver's version out of "4.5 (Compatibility Profile) Mesa 22.3.6" or "4.6.0 NVIDIA 550.54".
 */
static void driver_version(const char *version, unsigned int out[3])
{
	const char *at = strchr(version, ' ');
	const char *last = NULL;

	out[0] = out[1] = out[2] = 0;
	for (; at; at = strchr(at + 1, ' '))
		if (at[1] >= '0' && at[1] <= '9')
			last = at + 1;
	if (last)
		sscanf(last, "%u.%u.%u", &out[0], &out[1], &out[2]);
}

bool vgpu_glx_host_is_software(const struct vgpu_host_info *host)
{
	const char *renderer = host->renderer;

	return strstr(renderer, "llvmpipe") || strstr(renderer, "softpipe") ||
	       strstr(renderer, "swrast") || strstr(renderer, "Software Rasterizer");
}

static Bool version_pair(uint32_t version, unsigned int *value)
{
	value[0] = version / 10;
	value[1] = version % 10;
	return True;
}

static const struct vgpu_host_info *host_info(void)
{
	struct vgpu_client *client;

	return vgpu_client_get(&client) ? NULL : vgpu_client_host(client);
}

static Bool renderer_integer(int attribute, unsigned int *value)
{
	const struct vgpu_host_info *host = host_info();

	if (!host)
		return False;
	switch (attribute) {
	case GLX_RENDERER_VENDOR_ID_MESA:
	case GLX_RENDERER_DEVICE_ID_MESA:
		*value = 0xffffffff; /* the extension's word for: not a PCI device */
		return True;
	case GLX_RENDERER_VERSION_MESA:
		driver_version(host->version, value);
		return True;
	case GLX_RENDERER_ACCELERATED_MESA:
		*value = !vgpu_glx_host_is_software(host);
		return True;
	case GLX_RENDERER_VIDEO_MEMORY_MESA:
		*value = 0; /* the host does not tell */
		return True;
	case GLX_RENDERER_UNIFIED_MEMORY_ARCHITECTURE_MESA:
		*value = vgpu_glx_host_is_software(host);
		return True;
	case GLX_RENDERER_PREFERRED_PROFILE_MESA:
		*value = GLX_CONTEXT_CORE_PROFILE_BIT_ARB;
		return True;
	case GLX_RENDERER_OPENGL_CORE_PROFILE_VERSION_MESA:
		return version_pair(host->version_core, value);
	case GLX_RENDERER_OPENGL_COMPATIBILITY_PROFILE_VERSION_MESA:
		return version_pair(host->version_compat, value);
	case GLX_RENDERER_OPENGL_ES_PROFILE_VERSION_MESA:
		return version_pair(host->version_gles1, value);
	case GLX_RENDERER_OPENGL_ES2_PROFILE_VERSION_MESA:
		return version_pair(host->version_gles2, value);
	default:
		return False;
	}
}

static const char *renderer_string(int attribute)
{
	const struct vgpu_host_info *host = host_info();

	if (host && attribute == GLX_RENDERER_VENDOR_ID_MESA)
		return host->vendor;
	if (host && attribute == GLX_RENDERER_DEVICE_ID_MESA)
		return host->renderer;
	return NULL;
}

Bool vgpu_glXQueryRendererIntegerMESA(Display *dpy, int screen, int renderer, int attribute,
				      unsigned int *value)
{
	return renderer == 0 && vgpu_glx_screen_get(dpy, screen)
		       ? renderer_integer(attribute, value)
		       : False;
}

Bool vgpu_glXQueryCurrentRendererIntegerMESA(int attribute, unsigned int *value)
{
	return vgpu_glx_current_get()->context ? renderer_integer(attribute, value) : False;
}

const char *vgpu_glXQueryRendererStringMESA(Display *dpy, int screen, int renderer, int attribute)
{
	return renderer == 0 && vgpu_glx_screen_get(dpy, screen) ? renderer_string(attribute)
								 : NULL;
}

const char *vgpu_glXQueryCurrentRendererStringMESA(int attribute)
{
	return vgpu_glx_current_get()->context ? renderer_string(attribute) : NULL;
}
