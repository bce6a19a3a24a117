/* SPDX-License-Identifier: MIT */
/* Opens the host's EGL and finds out what it can do (host_egl.h). */
#include "backend/worker/host_egl.h"
#include "backend/worker/host_direct.h"
#include "backend/worker/vram.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host_gl.h"

#define MAX_DEVICES 64

static struct vgpu_host *the_host;

const struct vgpu_host *vgpu_host_get(void)
{
	return the_host;
}

bool vgpu_host_has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	while (list && *list) {
		const char *end = strchrnul(list, ' ');

		if ((size_t)(end - list) == n && memcmp(list, word, n) == 0)
			return true;
		list = *end ? end + 1 : end;
	}
	return false;
}

/* ---- contexts -------------------------------------------------------------- */

static EGLenum egl_api(enum vgpu_api api)
{
	return api == VGPU_API_GL ? EGL_OPENGL_API : EGL_OPENGL_ES_API;
}

struct attribs {
	EGLint list[40];
	int n;
};

static void put(struct attribs *a, EGLint name, EGLint value)
{
	a->list[a->n++] = name;
	a->list[a->n++] = value;
	a->list[a->n] = EGL_NONE;
}

static EGLContext try_create(const struct vgpu_host *host,
                             const struct vgpu_host_context_params *p, bool robust)
{
	struct attribs a = { .list = { EGL_NONE } };
	bool desktop = p->api == VGPU_API_GL;
	EGLint flags = 0;

	if (p->major > 0)
		put(&a, EGL_CONTEXT_MAJOR_VERSION, p->major);
	if (p->major > 0 && host->context_flags)
		put(&a, EGL_CONTEXT_MINOR_VERSION, p->minor);
	if (desktop && p->profile && (p->major > 3 || (p->major == 3 && p->minor >= 2)))
		put(&a, EGL_CONTEXT_OPENGL_PROFILE_MASK, (EGLint)p->profile);
	if (robust) {
		put(&a,
		    desktop ? EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY
		            : EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT,
		    EGL_LOSE_CONTEXT_ON_RESET);
		if (desktop)
			flags |= EGL_CONTEXT_OPENGL_ROBUST_ACCESS_BIT_KHR;
		else
			put(&a, EGL_CONTEXT_OPENGL_ROBUST_ACCESS_EXT, EGL_TRUE);
	}
	if (p->debug)
		flags |= EGL_CONTEXT_OPENGL_DEBUG_BIT_KHR;
	if (p->forward && desktop && p->major >= 3)
		flags |= EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE_BIT_KHR;
	if (flags && host->context_flags)
		put(&a, EGL_CONTEXT_FLAGS_KHR, flags);
	if (p->release_none && host->release_behavior)
		put(&a, EGL_CONTEXT_RELEASE_BEHAVIOR_KHR, EGL_CONTEXT_RELEASE_BEHAVIOR_NONE_KHR);
	if (p->priority == 0 && host->priority)
		put(&a, EGL_CONTEXT_PRIORITY_LEVEL_IMG, EGL_CONTEXT_PRIORITY_LOW_IMG);
	if (!eglBindAPI(egl_api(p->api)))
		return EGL_NO_CONTEXT;
	return eglCreateContext(host->display, host->config[p->api], p->share, a.list);
}

static EGLint context_create(const struct vgpu_host *host,
                             const struct vgpu_host_context_params *p, EGLContext *context_out,
                             bool *robust_out)
{
	bool robust = p->api == VGPU_API_GL ? host->robust_gl : host->robust_es;
	EGLContext context = try_create(host, p, robust);
	EGLint error = context == EGL_NO_CONTEXT ? eglGetError() : EGL_SUCCESS;

	/*
	 * ES 1 has no shaders and some hosts no robust ES 1 contexts. Nobody else
	 * gets a context without range checks from a host that has them.
	 */
	if (context == EGL_NO_CONTEXT && robust && p->api == VGPU_API_GLES1) {
		robust = false;
		context = try_create(host, p, false);
		error = context == EGL_NO_CONTEXT ? eglGetError() : EGL_SUCCESS;
	}
	if (context == EGL_NO_CONTEXT)
		return error == EGL_SUCCESS ? EGL_BAD_ALLOC : error;
	*context_out = context;
	if (robust_out)
		*robust_out = robust;
	return EGL_SUCCESS;
}

EGLint vgpu_host_context_create(const struct vgpu_host_context_params *params,
                                EGLContext *context_out, bool *robust_out)
{
	return context_create(the_host, params, context_out, robust_out);
}

void vgpu_host_context_destroy(EGLContext context)
{
	if (context != EGL_NO_CONTEXT)
		eglDestroyContext(the_host->display, context);
}

static EGLint make_current(const struct vgpu_host *host, EGLContext context, enum vgpu_api api)
{
	if (!eglBindAPI(egl_api(api)))
		return eglGetError();
	if (!eglMakeCurrent(host->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
		return eglGetError();
	return EGL_SUCCESS;
}

EGLint vgpu_host_make_current(EGLContext context, enum vgpu_api api)
{
	return make_current(the_host, context, api);
}

/* ---- images ------------------------------------------------------------------ */

EGLint vgpu_host_image_create(EGLContext context, EGLenum target, GLuint object, EGLint level,
                              EGLint zoffset, EGLImageKHR *image_out)
{
	/* what is there stays: NVIDIA's driver empties textures otherwise, as it may */
	EGLint attribs[] = { EGL_IMAGE_PRESERVED_KHR, EGL_TRUE, EGL_GL_TEXTURE_LEVEL_KHR, level,
		             EGL_GL_TEXTURE_ZOFFSET_KHR, zoffset, EGL_NONE };
	EGLImageKHR image;
	EGLint error;

	if (target == EGL_GL_RENDERBUFFER_KHR)
		attribs[2] = EGL_NONE;
	else if (target != EGL_GL_TEXTURE_3D_KHR)
		attribs[4] = EGL_NONE;
	image = the_host->create_image(the_host->display, context, target,
	                               (EGLClientBuffer)(uintptr_t)object, attribs);
	if (image == EGL_NO_IMAGE_KHR) {
		error = eglGetError();
		return error == EGL_SUCCESS ? EGL_BAD_ALLOC : error;
	}
	*image_out = image;
	return EGL_SUCCESS;
}

void vgpu_host_image_destroy(EGLImageKHR image)
{
	the_host->destroy_image(the_host->display, image);
}

static void find_images(struct vgpu_host *host, const char *extensions)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} kinds[] = {
		{ "EGL_KHR_gl_texture_2D_image", VGPU_IMAGES_2D },
		{ "EGL_KHR_gl_texture_cubemap_image", VGPU_IMAGES_CUBEMAP },
		{ "EGL_KHR_gl_texture_3D_image", VGPU_IMAGES_3D },
		{ "EGL_KHR_gl_renderbuffer_image", VGPU_IMAGES_RENDERBUFFER },
	};
	size_t i;

	host->info.images = 0;
	if (!vgpu_host_has_word(extensions, "EGL_KHR_image_base") &&
	    !vgpu_host_has_word(extensions, "EGL_KHR_image"))
		return;
	host->create_image =
		(PFNEGLCREATEIMAGEKHRPROC)(void *)eglGetProcAddress("eglCreateImageKHR");
	host->destroy_image =
		(PFNEGLDESTROYIMAGEKHRPROC)(void *)eglGetProcAddress("eglDestroyImageKHR");
	if (!host->create_image || !host->destroy_image)
		return;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (vgpu_host_has_word(extensions, kinds[i].name))
			host->info.images |= kinds[i].bit;
}

/* ---- what the host can do -------------------------------------------------- */

static void copy_string(char *to, size_t size, const void *from)
{
	snprintf(to, size, "%s", from ? (const char *)from : "");
}

/* major * 10 + minor of the current context. */
static uint32_t current_version(const struct vgpu_host *host)
{
	const char *s = (const char *)host->gl->GetString(GL_VERSION);
	int major, minor;

	if (!s)
		return 0;
	s += strcspn(s, "0123456789");
	if (sscanf(s, "%d.%d", &major, &minor) != 2 || major < 1 || major > 9 || minor < 0 ||
	    minor > 9)
		return 0;
	return (uint32_t)(major * 10 + minor);
}

static void describe_current(struct vgpu_host *host)
{
	const struct vgpu_gl *gl = host->gl;
	struct vgpu_host_info *info = &host->info;
	GLint size = 0, other = 0, viewport[2] = { 0, 0 }, samples = 0;

	copy_string(info->vendor, sizeof(info->vendor), gl->GetString(GL_VENDOR));
	copy_string(info->renderer, sizeof(info->renderer), gl->GetString(GL_RENDERER));
	copy_string(info->version, sizeof(info->version), gl->GetString(GL_VERSION));
	gl->GetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &size);
	gl->GetIntegerv(GL_MAX_TEXTURE_SIZE, &other);
	gl->GetIntegerv(GL_MAX_VIEWPORT_DIMS, viewport);
	gl->GetIntegerv(GL_MAX_SAMPLES, &samples);
	if (other < size)
		size = other;
	if (viewport[0] < size)
		size = viewport[0];
	if (viewport[1] < size)
		size = viewport[1];
	if (size > VGPU_MAX_DRAWABLE_DIM)
		size = VGPU_MAX_DRAWABLE_DIM;
	info->max_drawable = size > 0 ? (uint32_t)size : 0;
	info->max_samples = samples > 1 ? (uint32_t)samples : 0;
	host->software = strstr(info->renderer, "llvmpipe") || strstr(info->renderer, "softpipe") ||
	                 strstr(info->renderer, "swrast");
}

/* The version a context of these parameters has, 0 if there is none. */
static uint32_t probe(struct vgpu_host *host, enum vgpu_api api, int major, int minor,
                      uint32_t profile, bool describe)
{
	struct vgpu_host_context_params p = {
		.api = api, .major = major, .minor = minor, .profile = profile, .priority = 1
	};
	EGLContext context;
	uint32_t version = 0;

	if (context_create(host, &p, &context, NULL) != EGL_SUCCESS)
		return 0;
	if (make_current(host, context, api) == EGL_SUCCESS) {
		version = current_version(host);
		if (version)
			vgpu_host_extensions_add(&host->extensions, host->gl, version);
		if (version && describe) {
			describe_current(host);
			*host->direct = *host->gl;
			vgpu_host_direct(host->direct);
		}
		make_current(host, EGL_NO_CONTEXT, api);
	}
	eglDestroyContext(host->display, context);
	return version;
}

/* The highest version among those that the host makes contexts of. */
static uint32_t probe_list(struct vgpu_host *host, enum vgpu_api api, uint32_t profile,
                           const uint8_t *versions)
{
	for (; *versions; versions++) {
		uint32_t v = probe(host, api, *versions / 10, *versions % 10, profile, false);

		if (v)
			return v;
	}
	return 0;
}

static bool probe_all(struct vgpu_host *host)
{
	static const uint8_t desktop[] = { 46, 45, 44, 43, 42, 41, 40, 33, 32, 0 };
	static const uint8_t old[] = { 31, 30, 21, 20, 15, 14, 0 };
	static const uint8_t es[] = { 32, 31, 30, 20, 0 };
	struct vgpu_host_info *info = &host->info;

	info->version_core = probe_list(host, VGPU_API_GL, 1, desktop);
	info->version_compat = probe_list(host, VGPU_API_GL, 2, desktop);
	if (!info->version_compat)
		info->version_compat = probe_list(host, VGPU_API_GL, 0, old);
	info->version_gles2 = probe_list(host, VGPU_API_GLES2, 0, es);
	info->version_gles1 = probe(host, VGPU_API_GLES1, 1, 0, 0, false);
	if (info->version_compat)
		probe(host, VGPU_API_GL, 0, 0, 0, true);
	else if (info->version_core)
		probe(host, VGPU_API_GL, 3, 2, 1, true);
	else if (info->version_gles2)
		probe(host, VGPU_API_GLES2, 2, 0, 0, true);
	info->robustness = host->robust_gl && host->robust_es;
	return info->max_drawable > 0;
}

static void choose_config(struct vgpu_host *host, const char *extensions, enum vgpu_api api)
{
	EGLint bit = api == VGPU_API_GL      ? EGL_OPENGL_BIT
	             : api == VGPU_API_GLES1 ? EGL_OPENGL_ES_BIT
	                                     : EGL_OPENGL_ES2_BIT;
	EGLint attribs[] = { EGL_RENDERABLE_TYPE, bit, EGL_SURFACE_TYPE, 0, EGL_NONE };
	EGLint n = 0;

	host->config[api] = EGL_NO_CONFIG_KHR;
	if (vgpu_host_has_word(extensions, "EGL_KHR_no_config_context") ||
	    vgpu_host_has_word(extensions, "EGL_MESA_configless_context"))
		return;
	if (!eglChooseConfig(host->display, attribs, &host->config[api], 1, &n) || n < 1)
		host->config[api] = EGL_NO_CONFIG_KHR;
}

/* Initialise a display and see whether it draws. Undone again if it does not. */
static bool display_works(struct vgpu_host *host, EGLDisplay display)
{
	const char *extensions;
	EGLint major = 0, minor = 0;
	bool works;
	int api;

	if (display == EGL_NO_DISPLAY || !eglInitialize(display, &major, &minor))
		return false;
	host->display = display;
	extensions = eglQueryString(display, EGL_EXTENSIONS);
	host->context_flags = major > 1 || minor >= 5 ||
	                      vgpu_host_has_word(extensions, "EGL_KHR_create_context");
	host->robust_es = vgpu_host_has_word(extensions, "EGL_EXT_create_context_robustness");
	/* desktop robustness is part of EGL 1.5 and EGL_KHR_create_context; probed below */
	host->robust_gl = host->context_flags;
	host->release_behavior = vgpu_host_has_word(extensions, "EGL_KHR_context_flush_control");
	host->priority = vgpu_host_has_word(extensions, "EGL_IMG_context_priority");
	find_images(host, extensions);
	for (api = VGPU_API_GL; api <= VGPU_API_GLES2; api++)
		choose_config(host, extensions, (enum vgpu_api)api);
	if (vgpu_host_has_word(extensions, "EGL_KHR_surfaceless_context") || minor >= 5 || major > 1) {
		if (!probe(host, VGPU_API_GL, 0, 0, 0, false))
			host->robust_gl = false;
		if (!probe(host, VGPU_API_GLES2, 2, 0, 0, false))
			host->robust_es = false;
		works = probe_all(host) && vgpu_host_extensions_decide(&host->extensions);
		vgpu_host_extensions_free(&host->extensions);
		if (works)
			return true;
	}
	eglTerminate(display);
	host->display = EGL_NO_DISPLAY;
	return false;
}

/* ---- finding the display ---------------------------------------------------- */

static const char *device_name(EGLDeviceEXT device, bool *software)
{
	PFNEGLQUERYDEVICESTRINGEXTPROC query_string =
		(PFNEGLQUERYDEVICESTRINGEXTPROC)(void *)eglGetProcAddress(
			"eglQueryDeviceStringEXT");
	const char *extensions, *name = NULL;

	*software = false;
	if (!query_string)
		return NULL;
	extensions = query_string(device, EGL_EXTENSIONS);
	*software = vgpu_host_has_word(extensions, "EGL_MESA_device_software");
	if (vgpu_host_has_word(extensions, "EGL_EXT_device_drm_render_node"))
		name = query_string(device, EGL_DRM_RENDER_NODE_FILE_EXT);
	if (!name && vgpu_host_has_word(extensions, "EGL_EXT_device_drm"))
		name = query_string(device, EGL_DRM_DEVICE_FILE_EXT);
	return name;
}

static bool device_wanted(const char *wanted, int index, const char *name, bool software)
{
	char *end;
	long number;

	if (!wanted)
		return true;
	if (strcmp(wanted, "software") == 0)
		return software;
	if (name && strcmp(wanted, name) == 0)
		return true;
	number = strtol(wanted, &end, 10);
	return end != wanted && !*end && number == index;
}

static bool open_device(struct vgpu_host *host, const char *client, const char *wanted)
{
	PFNEGLQUERYDEVICESEXTPROC query = (PFNEGLQUERYDEVICESEXTPROC)(void *)eglGetProcAddress(
		"eglQueryDevicesEXT");
	PFNEGLGETPLATFORMDISPLAYEXTPROC platform =
		(PFNEGLGETPLATFORMDISPLAYEXTPROC)(void *)eglGetProcAddress(
			"eglGetPlatformDisplayEXT");
	EGLDeviceEXT devices[MAX_DEVICES];
	EGLint n = 0, i;

	if (!query || !platform || !vgpu_host_has_word(client, "EGL_EXT_platform_device") ||
	    !query(MAX_DEVICES, devices, &n))
		return false;
	for (i = 0; i < n; i++) {
		bool software;
		const char *name = device_name(devices[i], &software);

		if (!device_wanted(wanted, i, name, software))
			continue;
		if (!display_works(host, platform(EGL_PLATFORM_DEVICE_EXT, devices[i], NULL)))
			continue;
		if (name)
			copy_string(host->info.device, sizeof(host->info.device), name);
		else
			snprintf(host->info.device, sizeof(host->info.device), "EGL device %d%s",
			         i, software ? " (software)" : "");
		return true;
	}
	return false;
}

static bool open_platform(struct vgpu_host *host, const char *client)
{
	PFNEGLGETPLATFORMDISPLAYEXTPROC platform =
		(PFNEGLGETPLATFORMDISPLAYEXTPROC)(void *)eglGetProcAddress(
			"eglGetPlatformDisplayEXT");

	if (platform && vgpu_host_has_word(client, "EGL_MESA_platform_surfaceless") &&
	    display_works(host, platform(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL))) {
		copy_string(host->info.device, sizeof(host->info.device), "surfaceless");
		return true;
	}
	if (display_works(host, eglGetDisplay(EGL_DEFAULT_DISPLAY))) {
		copy_string(host->info.device, sizeof(host->info.device), "default display");
		return true;
	}
	return false;
}

static void *get_proc(const char *name)
{
	return (void *)eglGetProcAddress(name);
}

int vgpu_host_open(char *error, size_t error_size)
{
	const char *wanted = getenv("VGPU_DEVICE"), *client;
	bool surfaceless;
	struct vgpu_host *host;

	if (the_host)
		return 0;
	/* a driver's own threads would only stand between ours and the GPU */
	if (setenv("VGPU_WORKER", "1", 1) || setenv("__GL_THREADED_OPTIMIZATIONS", "0", 0))
		return -ENOMEM;
	if (wanted && !*wanted)
		wanted = NULL;
	host = calloc(1, sizeof(*host));
	if (host)
		host->gl = calloc(2, sizeof(*host->gl));
	if (!host || !host->gl) {
		free(host);
		return -ENOMEM;
	}
	host->direct = host->gl + 1;
	vgpu_gl_load(host->gl, get_proc);
	vgpu_vram_install(host->gl);
	client = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
	surfaceless = wanted && strcmp(wanted, "surfaceless") == 0;
	if (!(!surfaceless && open_device(host, client, wanted)) &&
	    ((wanted && !surfaceless) || !open_platform(host, client))) {
		snprintf(error, error_size,
		         wanted ? "no EGL device \"%s\" that draws; list them with eglinfo, or unset "
		                  "VGPU_DEVICE"
		                : "no EGL device draws%s; is a driver installed and may this user "
		                  "open /dev/dri?",
		         wanted ? wanted : "");
		free(host->gl);
		free(host);
		return -ENODEV;
	}
	*host->gl = *host->direct;
	host->info.wire_version = VGPU_WIRE_VERSION;
	snprintf(host->info.worker, sizeof(host->info.worker), "xen-vgpu worker %d", (int)getpid());
	the_host = host;
	return 0;
}

void vgpu_host_close(void)
{
	if (!the_host)
		return;
	eglTerminate(the_host->display);
	eglReleaseThread();
	free(the_host->gl);
	free(the_host);
	the_host = NULL;
}
