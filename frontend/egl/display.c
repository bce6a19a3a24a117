/* SPDX-License-Identifier: MIT */
/* Displays: finding, initialising, their configs and strings. */
#include "frontend/egl/egl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/egl/entry.h"
#include "frontend/present/wayland.h"
#include "frontend/present/x11.h"

static struct vgpu_egl_display *displays;
static char device; /* its address is the handle */

EGLDeviceEXT vgpu_egl_device(void)
{
	return &device;
}

bool vgpu_egl_is_x11(const struct vgpu_egl_display *display)
{
	return display->platform == EGL_PLATFORM_X11_KHR ||
	       display->platform == EGL_PLATFORM_XCB_EXT;
}

static struct vgpu_egl_display *find(EGLDisplay handle)
{
	struct vgpu_egl_display *display;

	pthread_mutex_lock(&vgpu_egl_lock);
	for (display = displays; display && display != handle; display = display->next)
		;
	pthread_mutex_unlock(&vgpu_egl_lock);
	return display;
}

struct vgpu_egl_display *vgpu_egl_display_get(EGLDisplay handle)
{
	struct vgpu_egl_display *display = find(handle);

	vgpu_egl_clear_error();
	if (!display)
		vgpu_egl_error(EGL_BAD_DISPLAY);
	else if (!display->initialized)
		vgpu_egl_error(EGL_NOT_INITIALIZED);
	else
		return display;
	return NULL;
}

struct vgpu_client *vgpu_egl_client(struct vgpu_egl_display *display)
{
	struct vgpu_client *client;

	if (vgpu_client_get(&client) < 0) {
		vgpu_egl_error(EGL_BAD_ALLOC);
		return NULL;
	}
	display->client = client;
	return client;
}

const struct vgpu_egl_config *vgpu_egl_config_get(const struct vgpu_egl_display *display,
                                                  EGLConfig handle)
{
	for (EGLint i = 0; i < display->config_count; i++) {
		if (&display->configs[i] == handle)
			return handle;
	}
	return NULL;
}

/* ---- eglGetPlatformDisplay ------------------------------------------------------------ */

static EGLint parse_attribs(EGLenum platform, const EGLAttrib *attribs, int *screen_out)
{
	for (; attribs && attribs[0] != EGL_NONE; attribs += 2) {
		bool screen = (platform == EGL_PLATFORM_X11_KHR &&
		               attribs[0] == EGL_PLATFORM_X11_SCREEN_KHR) ||
		              (platform == EGL_PLATFORM_XCB_EXT &&
		               attribs[0] == EGL_PLATFORM_XCB_SCREEN_EXT);

		if (screen)
			*screen_out = (int)attribs[1];
		else if (attribs[0] != EGL_DEVICE_EXT || platform != EGL_PLATFORM_SURFACELESS_MESA)
			return EGL_BAD_ATTRIBUTE;
		else if ((EGLDeviceEXT)attribs[1] != &device)
			return EGL_BAD_MATCH;
	}
	return EGL_SUCCESS;
}

/* X11 if a server answers on $DISPLAY, Wayland if there is only that. */
static EGLenum default_platform(void)
{
	struct vgpu_x11 *x11;

	if (getenv("DISPLAY") && vgpu_x11_open(NULL, &x11) == 0) {
		vgpu_x11_close(x11);
		return EGL_PLATFORM_X11_KHR;
	}
	return getenv("WAYLAND_DISPLAY") ? EGL_PLATFORM_WAYLAND_KHR : EGL_PLATFORM_SURFACELESS_MESA;
}

static struct vgpu_egl_display *add_display(EGLenum platform, void *native, int screen)
{
	struct vgpu_egl_display *display;

	pthread_mutex_lock(&vgpu_egl_lock);
	for (display = displays; display; display = display->next) {
		if (display->platform == platform && display->native == native &&
		    display->asked_screen == screen)
			goto out;
	}
	display = calloc(1, sizeof(*display));
	if (!display)
		goto out;
	display->platform = platform;
	display->native = native;
	display->asked_screen = screen;
	display->next = displays;
	displays = display;
out:
	pthread_mutex_unlock(&vgpu_egl_lock);
	return display;
}

EGLDisplay vgpu_egl_get_platform_display(EGLenum platform, void *native, const EGLAttrib *attribs)
{
	struct vgpu_egl_display *display;
	struct vgpu_client *client;
	int screen = -1;
	EGLint error;

	vgpu_egl_clear_error();
	if (getenv("VGPU_WORKER"))
		return EGL_NO_DISPLAY;
	switch (platform) {
	case EGL_NONE:
	case EGL_PLATFORM_X11_KHR:
	case EGL_PLATFORM_XCB_EXT:
	case EGL_PLATFORM_WAYLAND_KHR:
	case EGL_PLATFORM_SURFACELESS_MESA:
	case EGL_PLATFORM_DEVICE_EXT:
		break;
	default:
		vgpu_egl_error(EGL_BAD_PARAMETER);
		return EGL_NO_DISPLAY;
	}
	/* without a backend libglvnd is to try the next vendor */
	if (vgpu_client_get(&client) < 0)
		return EGL_NO_DISPLAY;
	if (platform == EGL_NONE)
		platform = default_platform();
	error = parse_attribs(platform, attribs, &screen);
	if (platform == EGL_PLATFORM_DEVICE_EXT && native != &device)
		error = EGL_BAD_PARAMETER;
	if (platform == EGL_PLATFORM_SURFACELESS_MESA && native)
		error = EGL_BAD_PARAMETER;
	if (error != EGL_SUCCESS) {
		vgpu_egl_error(error);
		return EGL_NO_DISPLAY;
	}
	display = add_display(platform, native, screen);
	if (!display)
		vgpu_egl_error(EGL_BAD_ALLOC);
	return display;
}

/* ---- eglInitialize ------------------------------------------------------------------------ */

static void list_extensions(struct vgpu_egl_display *display, const struct vgpu_host_info *host)
{
	static const char always[] = "EGL_EXT_pixel_format_float "
				     "EGL_IMG_context_priority "
				     "EGL_KHR_config_attribs "
				     "EGL_KHR_context_flush_control "
				     "EGL_KHR_create_context "
				     "EGL_KHR_create_context_no_error "
				     "EGL_KHR_fence_sync "
				     "EGL_KHR_get_all_proc_addresses "
				     "EGL_KHR_gl_colorspace "
				     "EGL_KHR_no_config_context "
				     "EGL_KHR_reusable_sync "
				     "EGL_KHR_surfaceless_context "
				     "EGL_KHR_wait_sync "
				     "EGL_MESA_configless_context "
				     "EGL_MESA_query_driver";

	char images[256];

	snprintf(images, sizeof(images), "%s%s%s%s%s", host->images ? "EGL_KHR_image_base " : "",
	         host->images & VGPU_IMAGES_RENDERBUFFER ? "EGL_KHR_gl_renderbuffer_image " : "",
	         host->images & VGPU_IMAGES_2D ? "EGL_KHR_gl_texture_2D_image " : "",
	         host->images & VGPU_IMAGES_3D ? "EGL_KHR_gl_texture_3D_image " : "",
	         host->images & VGPU_IMAGES_CUBEMAP ? "EGL_KHR_gl_texture_cubemap_image " : "");
	snprintf(display->extensions, sizeof(display->extensions), "%s%s%s%s", images,
	         host->robustness ? "EGL_EXT_create_context_robustness " : "",
	         display->x11 || display->wayland ? "EGL_EXT_buffer_age "
	                                            "EGL_EXT_swap_buffers_with_damage "
	                                            "EGL_KHR_swap_buffers_with_damage "
	                                          : "",
	         always);
}

/* The program's Display is looked at only now: it may be closed later. */
static EGLint open_x11(struct vgpu_egl_display *display)
{
	bool xlib = display->native && display->platform == EGL_PLATFORM_X11_KHR;

	free(display->x_name);
	display->x_name = NULL;
	if (display->native)
		display->x_name = xlib ? vgpu_egl_xlib_name(display->native)
		                       : vgpu_egl_xcb_name(display->native);
	if (vgpu_x11_open(display->x_name, &display->x11) < 0)
		return EGL_NOT_INITIALIZED;
	if (display->asked_screen >= 0)
		display->screen = display->asked_screen;
	else
		display->screen = xlib ? vgpu_egl_xlib_screen(display->native)
		                       : vgpu_x11_default_screen(display->x11);
	return EGL_SUCCESS;
}

static EGLint open_wayland(struct vgpu_egl_display *display)
{
	return vgpu_wayland_open(display->native, &display->wayland) < 0 ? EGL_NOT_INITIALIZED
	                                                                 : EGL_SUCCESS;
}

static EGLint make_configs(struct vgpu_egl_display *display, const struct vgpu_host_info *host)
{
	static const struct vgpu_x11_visual wayland_window = {
		.depth = 24,
		.red_mask = 0xff0000,
		.green_mask = 0xff00,
		.blue_mask = 0xff,
	};
	struct vgpu_x11_visual *visuals = NULL;
	struct vgpu_egl_config *configs;
	size_t count = 0;

	if (display->x11) {
		count = vgpu_x11_visuals(display->x11, display->screen, NULL, 0);
		visuals = calloc(count + 1, sizeof(*visuals));
		if (!visuals)
			return EGL_BAD_ALLOC;
		vgpu_x11_visuals(display->x11, display->screen, visuals, count);
		if (count == 0) {
			free(visuals);
			return EGL_NOT_INITIALIZED;
		}
	}
	if (display->wayland)
		configs = vgpu_egl_configs_create(host, &wayland_window, 1, &display->config_count);
	else
		configs = vgpu_egl_configs_create(host, visuals, count, &display->config_count);
	free(visuals);
	if (!configs)
		return EGL_BAD_ALLOC;
	display->configs = configs;
	return EGL_SUCCESS;
}

static EGLint initialize(struct vgpu_egl_display *display)
{
	const struct vgpu_host_info *host;
	EGLint error = EGL_SUCCESS;

	if (vgpu_client_get(&display->client) < 0)
		return EGL_NOT_INITIALIZED;
	host = vgpu_client_host(display->client);
	if (vgpu_egl_is_x11(display))
		error = open_x11(display);
	else if (display->platform == EGL_PLATFORM_WAYLAND_KHR)
		error = open_wayland(display);
	if (error == EGL_SUCCESS && !display->configs)
		error = make_configs(display, host);
	if (error != EGL_SUCCESS) {
		vgpu_x11_close(display->x11);
		vgpu_wayland_close(display->wayland);
		display->x11 = NULL;
		display->wayland = NULL;
		return error;
	}
	list_extensions(display, host);
	display->initialized = true;
	return EGL_SUCCESS;
}

EGLBoolean EGLAPIENTRY vgpu_eglInitialize(EGLDisplay dpy, EGLint *major, EGLint *minor)
{
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
	struct vgpu_egl_display *display = find(dpy);
	EGLint error = EGL_SUCCESS;

	vgpu_egl_clear_error();
	if (!display)
		return vgpu_egl_error(EGL_BAD_DISPLAY);
	pthread_mutex_lock(&one_at_a_time);
	if (!display->initialized)
		error = initialize(display);
	pthread_mutex_unlock(&one_at_a_time);
	if (error != EGL_SUCCESS)
		return vgpu_egl_error(error);
	if (major)
		*major = 1;
	if (minor)
		*minor = 5;
	return EGL_TRUE;
}

EGLBoolean EGLAPIENTRY vgpu_eglTerminate(EGLDisplay dpy)
{
	struct vgpu_egl_display *display = find(dpy);
	struct vgpu_wayland *wayland;
	struct vgpu_x11 *x11;

	vgpu_egl_clear_error();
	if (!display)
		return vgpu_egl_error(EGL_BAD_DISPLAY);
	pthread_mutex_lock(&vgpu_egl_lock);
	display->initialized = false;
	x11 = display->x11;
	display->x11 = NULL;
	wayland = display->wayland;
	display->wayland = NULL;
	pthread_mutex_unlock(&vgpu_egl_lock);
	vgpu_egl_objects_drop(display);
	vgpu_x11_close(x11);
	vgpu_wayland_close(wayland);
	return EGL_TRUE;
}

/* ---- what a display says of itself ---------------------------------------------------------- */

const char *EGLAPIENTRY vgpu_eglQueryString(EGLDisplay dpy, EGLint name)
{
	struct vgpu_egl_display *display;

	if (dpy == EGL_NO_DISPLAY) {
		vgpu_egl_clear_error();
		if (name == EGL_EXTENSIONS)
			return "EGL_EXT_client_extensions EGL_EXT_device_base "
			       "EGL_EXT_device_enumeration EGL_EXT_device_query "
			       "EGL_EXT_platform_base EGL_EXT_platform_device "
			       "EGL_EXT_platform_wayland EGL_EXT_platform_x11 "
			       "EGL_EXT_platform_xcb EGL_KHR_client_get_all_proc_addresses "
			       "EGL_KHR_platform_wayland EGL_KHR_platform_x11 "
			       "EGL_MESA_platform_surfaceless";
		if (name == EGL_VERSION)
			return "1.5";
		vgpu_egl_error(EGL_BAD_DISPLAY);
		return NULL;
	}
	display = vgpu_egl_display_get(dpy);
	if (!display)
		return NULL;
	switch (name) {
	case EGL_VENDOR:
		return "xen-vgpu";
	case EGL_VERSION:
		return "1.5";
	case EGL_EXTENSIONS:
		return display->extensions;
	case EGL_CLIENT_APIS:
		return "OpenGL OpenGL_ES ";
	}
	vgpu_egl_error(EGL_BAD_PARAMETER);
	return NULL;
}

const char *EGLAPIENTRY vgpu_eglGetDisplayDriverName(EGLDisplay dpy)
{
	return vgpu_egl_display_get(dpy) ? "xen-vgpu" : NULL;
}

EGLBoolean EGLAPIENTRY vgpu_eglGetConfigs(EGLDisplay dpy, EGLConfig *configs, EGLint size,
                                          EGLint *count)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	EGLint n = 0;

	if (!display)
		return EGL_FALSE;
	if (!count)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	if (!configs) {
		*count = display->config_count;
		return EGL_TRUE;
	}
	while (n < size && n < display->config_count) {
		configs[n] = &display->configs[n];
		n++;
	}
	*count = n;
	return EGL_TRUE;
}

static EGLint pixmap_depth(void *data, EGLint pixmap)
{
	struct vgpu_egl_display *display = data;
	struct vgpu_x11_geometry geometry;

	if (!display->x11)
		return 0;
	vgpu_egl_native_sync(display);
	return vgpu_x11_geometry(display->x11, (uint32_t)pixmap, &geometry) ? (EGLint)geometry.depth
	                                                                    : 0;
}

EGLBoolean EGLAPIENTRY vgpu_eglChooseConfig(EGLDisplay dpy, const EGLint *attribs,
                                            EGLConfig *configs, EGLint size, EGLint *count)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	EGLint error;

	if (!display)
		return EGL_FALSE;
	if (!count)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	error = vgpu_egl_config_choose(
		display->configs, display->config_count, attribs, pixmap_depth, display,
		(const struct vgpu_egl_config **)configs, size < 0 ? 0 : size, count);
	return error == EGL_SUCCESS ? EGL_TRUE : vgpu_egl_error(error);
}

EGLBoolean EGLAPIENTRY vgpu_eglGetConfigAttrib(EGLDisplay dpy, EGLConfig config, EGLint attribute,
                                               EGLint *value)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	const struct vgpu_egl_config *c;
	EGLint error;

	if (!display)
		return EGL_FALSE;
	c = vgpu_egl_config_get(display, config);
	if (!c)
		return vgpu_egl_error(EGL_BAD_CONFIG);
	if (!value)
		return vgpu_egl_error(EGL_BAD_PARAMETER);
	error = vgpu_egl_config_attrib(c, attribute, value);
	return error == EGL_SUCCESS ? EGL_TRUE : vgpu_egl_error(error);
}
