/* SPDX-License-Identifier: MIT */
/* What libglvnd finds, and what a program gets from it. Everything is loaded with dlopen. */
#include <dlfcn.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include "tools/info/probe.h"

#ifndef EGL_PLATFORM_SURFACELESS_MESA
#define EGL_PLATFORM_SURFACELESS_MESA 0x31DD
#endif
#define GL_VENDOR_NAME 0x1F00
#define GL_RENDERER_NAME 0x1F01
#define GL_VERSION_NAME 0x1F02

static void add_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, value ? json_object_new_string(value) : NULL);
}

/* A vendor library: does it load, from where, and is it a vendor library at all? */
void vgpu_info_probe_library(struct json_object *answer, const char *library)
{
	void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL), *entry;
	Dl_info info;

	if (!handle) {
		add_string(answer, "error", dlerror());
		return;
	}
	entry = dlsym(handle, "__egl_Main");
	if (!entry)
		entry = dlsym(handle, "__glx_Main");
	if (!entry) {
		add_string(answer, "error", "it has neither __egl_Main nor __glx_Main");
		return;
	}
	if (dladdr(entry, &info) != 0)
		add_string(answer, "path", info.dli_fname);
}

struct egl {
	PFNEGLGETPLATFORMDISPLAYPROC GetPlatformDisplay;
	PFNEGLINITIALIZEPROC Initialize;
	PFNEGLQUERYSTRINGPROC QueryString;
	PFNEGLBINDAPIPROC BindAPI;
	PFNEGLCREATECONTEXTPROC CreateContext;
	PFNEGLMAKECURRENTPROC MakeCurrent;
	PFNEGLGETPROCADDRESSPROC GetProcAddress;
	PFNEGLGETERRORPROC GetError;
	PFNEGLCHOOSECONFIGPROC ChooseConfig;
};

static bool load_egl(struct egl *egl)
{
	void *lib = dlopen("libEGL.so.1", RTLD_NOW | RTLD_LOCAL);

	if (!lib)
		return false;
#define LOAD(name)                                                                                 \
	do {                                                                                       \
		egl->name = (void *)dlsym(lib, "egl" #name);                                       \
		if (!egl->name)                                                                    \
			return false;                                                              \
	} while (0)
	LOAD(GetPlatformDisplay);
	LOAD(Initialize);
	LOAD(QueryString);
	LOAD(BindAPI);
	LOAD(CreateContext);
	LOAD(MakeCurrent);
	LOAD(GetProcAddress);
	LOAD(GetError);
	LOAD(ChooseConfig);
#undef LOAD
	return true;
}

/* Make a context of one API current without a surface. Desktop GL first, as most programs. */
static bool make_current(const struct egl *egl, EGLDisplay display)
{
	static const struct {
		EGLenum api;
		EGLint renderable, version;
	} apis[] = { { EGL_OPENGL_API, EGL_OPENGL_BIT, 1 },
		     { EGL_OPENGL_ES_API, EGL_OPENGL_ES2_BIT, 2 } };

	for (size_t i = 0; i < sizeof(apis) / sizeof(apis[0]); i++) {
		const EGLint want[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
					apis[i].renderable, EGL_NONE };
		const EGLint attribs[] = { EGL_CONTEXT_CLIENT_VERSION, apis[i].version, EGL_NONE };
		EGLConfig config;
		EGLContext context;
		EGLint n = 0;

		if (!egl->BindAPI(apis[i].api) ||
		    !egl->ChooseConfig(display, want, &config, 1, &n) || n < 1)
			continue;
		context = egl->CreateContext(display, config, EGL_NO_CONTEXT, attribs);
		if (context != EGL_NO_CONTEXT &&
		    egl->MakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
			return true;
	}
	return false;
}

/* Does the library of this name take part in this process? */
static bool mapped(const char *library)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4096];
	bool found = false;

	while (maps && !found && fgets(line, sizeof(line), maps))
		found = strstr(line, library) != NULL;
	if (maps)
		fclose(maps);
	return found;
}

void vgpu_info_probe_program(struct json_object *answer)
{
	const unsigned char *(*get_string)(unsigned int);
	EGLint major, minor;
	EGLDisplay display;
	struct egl egl;
	char error[96];
	const char *vendor;

	if (!load_egl(&egl)) {
		const char *why = dlerror();

		add_string(answer, "error", why ? why : "libEGL.so.1 is not libglvnd's");
		return;
	}
	display = egl.GetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	json_object_object_add(answer, "vgpu_library_loaded",
			       json_object_new_boolean(mapped("libEGL_vgpu.so")));
	if (display == EGL_NO_DISPLAY || !egl.Initialize(display, &major, &minor)) {
		snprintf(error, sizeof(error), "no surfaceless EGL display (EGL error 0x%x)",
			 egl.GetError());
		add_string(answer, "error", error);
		return;
	}
	vendor = egl.QueryString(display, EGL_VENDOR);
	add_string(answer, "egl_vendor", vendor);
	json_object_object_add(answer, "vgpu",
			       json_object_new_boolean(vendor && strstr(vendor, "vgpu") &&
						       mapped("libEGL_vgpu.so")));
	if (!make_current(&egl, display)) {
		snprintf(error, sizeof(error), "no GL context (EGL error 0x%x)", egl.GetError());
		add_string(answer, "error", error);
		return;
	}
	get_string = (void *)egl.GetProcAddress("glGetString");
	if (!get_string) {
		add_string(answer, "error", "glGetString is missing");
		return;
	}
	add_string(answer, "gl_vendor", (const char *)get_string(GL_VENDOR_NAME));
	add_string(answer, "gl_renderer", (const char *)get_string(GL_RENDERER_NAME));
	add_string(answer, "gl_version", (const char *)get_string(GL_VERSION_NAME));
}
