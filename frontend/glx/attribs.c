/* SPDX-License-Identifier: MIT */
/* glXCreateContextAttribsARB: attribute lists of GLX_ARB_create_context and what came after it. */
#include <EGL/egl.h>
#include <EGL/eglext.h>

#include "frontend/glx/glx.h"

#ifndef GLX_CONTEXT_OPENGL_NO_ERROR_ARB
#define GLX_CONTEXT_OPENGL_NO_ERROR_ARB 0x31B3
#endif

#define ES_BIT GLX_CONTEXT_ES2_PROFILE_BIT_EXT
#define GL_PROFILES (GLX_CONTEXT_CORE_PROFILE_BIT_ARB | GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB)
#define FLAGS                                                                                      \
	(GLX_CONTEXT_DEBUG_BIT_ARB | GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB |                      \
	 GLX_CONTEXT_ROBUST_ACCESS_BIT_ARB)

struct wish {
	int major, minor, flags, profile, reset, release, render_type, screen;
	bool no_error;
};

/* An X error as glXCreateContextAttribsARB raises it. */
struct refusal {
	enum vgpu_glx_error_kind kind;
	int code;
};
static const struct refusal bad_value = { VGPU_CORE_ERROR, BadValue };
static const struct refusal bad_match = { VGPU_CORE_ERROR, BadMatch };
static const struct refusal bad_profile = { VGPU_GLX_ERROR, GLXBadProfileARB };
static const struct refusal bad_config = { VGPU_GLX_ERROR, GLXBadFBConfig };
static const struct refusal bad_context = { VGPU_GLX_ERROR, GLXBadContext };
static const struct refusal bad_alloc = { VGPU_CORE_ERROR, BadAlloc };

/* Read the list. Returns NULL, or why it is not valid. */
static const struct refusal *read_list(const int *attribs, struct wish *w)
{
	*w = (struct wish){
		.major = 1,
		.profile = GLX_CONTEXT_CORE_PROFILE_BIT_ARB,
		.reset = GLX_NO_RESET_NOTIFICATION_ARB,
		.release = GLX_CONTEXT_RELEASE_BEHAVIOR_FLUSH_ARB,
		.render_type = GLX_RGBA_TYPE,
		.screen = -1,
	};
	for (const int *a = attribs; a && a[0] != None; a += 2) {
		switch (a[0]) {
		case GLX_CONTEXT_MAJOR_VERSION_ARB:
			w->major = a[1];
			break;
		case GLX_CONTEXT_MINOR_VERSION_ARB:
			w->minor = a[1];
			break;
		case GLX_CONTEXT_FLAGS_ARB:
			w->flags = a[1];
			break;
		case GLX_CONTEXT_PROFILE_MASK_ARB:
			w->profile = a[1];
			break;
		case GLX_CONTEXT_RESET_NOTIFICATION_STRATEGY_ARB:
			w->reset = a[1];
			break;
		case GLX_CONTEXT_RELEASE_BEHAVIOR_ARB:
			w->release = a[1];
			break;
		case GLX_CONTEXT_OPENGL_NO_ERROR_ARB:
			w->no_error = a[1] != 0;
			break;
		case GLX_RENDER_TYPE:
			w->render_type = a[1];
			break;
		case GLX_SCREEN:
			w->screen = a[1];
			break;
		default:
			return &bad_value;
		}
	}
	return NULL;
}

/* The versions there are. */
static bool gl_version_exists(int major, int minor)
{
	static const int last_minor[] = { -1, 5, 1, 3 };

	/* from 4 on there may be more than are known here; the host decides */
	return major >= 1 && minor >= 0 && (major >= 4 || minor <= last_minor[major]);
}

static bool es_version_exists(int major, int minor)
{
	return (major == 1 && (minor == 0 || minor == 1)) || (major == 2 && minor == 0) ||
	       (major == 3 && minor >= 0 && minor <= 2);
}

/* Check what was asked for against the rules. Sets API, version and profile. */
static const struct refusal *check_version(const struct wish *w, struct vgpu_context_params *p)
{
	int version = w->major * 10 + w->minor;
	bool forward = w->flags & GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB;

	/* the order matters where several things are wrong: it is the native one */
	if (w->profile != ES_BIT && !gl_version_exists(w->major, w->minor))
		return &bad_match;
	if (w->flags & ~FLAGS)
		return &bad_value;
	p->profile = 2;
	p->major = w->major;
	p->minor = w->minor;
	if (w->profile == ES_BIT) {
		if (!es_version_exists(w->major, w->minor))
			return &bad_config;
		p->api = w->major == 1 ? VGPU_API_GLES1 : VGPU_API_GLES2;
		return forward ? &bad_match : NULL;
	}
	p->api = VGPU_API_GL;
	/* before 3.2 the mask means nothing, but it has to be sound */
	if (w->profile != GLX_CONTEXT_CORE_PROFILE_BIT_ARB &&
	    w->profile != GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB)
		return &bad_profile;
	if (w->major > 4)
		return &bad_config;
	if (forward && w->major < 3)
		return &bad_match;
	if (version >= 32 && w->profile == GLX_CONTEXT_CORE_PROFILE_BIT_ARB)
		p->profile = 1;
	return NULL;
}

/* What is wrong with the values of the other attributes. */
static const struct refusal *check_values(const struct wish *w)
{
	if (w->reset != GLX_NO_RESET_NOTIFICATION_ARB && w->reset != GLX_LOSE_CONTEXT_ON_RESET_ARB)
		return &bad_match;
	if (w->render_type == GLX_COLOR_INDEX_TYPE)
		return &bad_match; /* no config draws colour indices */
	if ((w->release != GLX_CONTEXT_RELEASE_BEHAVIOR_FLUSH_ARB &&
	     w->release != GLX_CONTEXT_RELEASE_BEHAVIOR_NONE_ARB) ||
	    w->render_type != GLX_RGBA_TYPE)
		return &bad_value;
	return NULL;
}

static const struct refusal *from_host(uint32_t egl_error)
{
	switch (egl_error) {
	case EGL_BAD_MATCH: /* the host has no such version, or the share group differs */
	case EGL_BAD_CONFIG:
		return &bad_config;
	case EGL_BAD_CONTEXT:
		return &bad_context;
	case EGL_BAD_ATTRIBUTE:
	case EGL_BAD_PARAMETER:
		return &bad_value;
	default:
		return &bad_alloc;
	}
}

/*
 * Can the host give such a version at all? Says so without asking it, and
 * settles what 3.1 is: it may come with or without what 3.0 had. From EGL it
 * comes without, natively GLX gives it with. Asking for 3.0 gives the newest
 * that is compatible.
 */
static bool host_has(const struct vgpu_host_info *host, struct vgpu_context_params *p)
{
	uint32_t version = (uint32_t)(p->major * 10 + p->minor);

	if (p->api == VGPU_API_GLES1)
		return version <= host->version_gles1;
	if (p->api == VGPU_API_GLES2)
		return version <= host->version_gles2;
	if (p->profile == 1)
		return version <= host->version_core;
	if (version == 31 && !p->forward_compatible && host->version_compat >= 31)
		p->minor = 0;
	else if (version == 31 && host->version_core >= 31)
		return true;
	return version <= host->version_compat;
}

static const struct refusal *create(Display *dpy, struct vgpu_glx_config *config,
				    GLXContext share_handle, const int *attribs,
				    struct vgpu_glx_context **out)
{
	struct vgpu_context_params params = { .priority = 1 };
	struct vgpu_glx_screen *screen = config ? config->screen : NULL;
	struct vgpu_glx_context *share = NULL;
	struct vgpu_context *context;
	const struct refusal *refusal;
	struct vgpu_client *client;
	uint32_t error;
	struct wish w;

	refusal = read_list(attribs, &w);
	if (refusal)
		return refusal;
	if (!config) {
		/* GLX_EXT_no_config_context: then the screen has to be named */
		if (w.screen < 0)
			return &bad_config;
		screen = vgpu_glx_screen_get(dpy, w.screen);
		if (!screen)
			return &bad_value;
	}
	refusal = check_version(&w, &params);
	if (!refusal)
		refusal = check_values(&w);
	if (refusal)
		return refusal;
	params.debug = w.flags & GLX_CONTEXT_DEBUG_BIT_ARB;
	params.forward_compatible = w.flags & GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB;
	params.robust_access = w.flags & GLX_CONTEXT_ROBUST_ACCESS_BIT_ARB;
	params.lose_context_on_reset = w.reset == GLX_LOSE_CONTEXT_ON_RESET_ARB;
	params.release_none = w.release == GLX_CONTEXT_RELEASE_BEHAVIOR_NONE_ARB;
	params.no_error = w.no_error;
	if (w.no_error && (params.debug || params.robust_access))
		return &bad_match;
	if (share_handle) {
		share = vgpu_glx_context_find(share_handle);
		if (!share)
			return &bad_context;
		if (share->screen != screen ||
		    vgpu_context_params(share->context)->lose_context_on_reset !=
			    params.lose_context_on_reset)
			return &bad_match;
		params.share = share->context;
	}
	if (vgpu_client_get(&client))
		return &bad_alloc;
	if (share && share->client != client)
		return &bad_context; /* lost with its backend */
	if (!host_has(vgpu_client_host(client), &params))
		return &bad_config;
	error = vgpu_context_create(client, &params, &context);
	if (error != EGL_SUCCESS)
		return from_host(error);
	*out = vgpu_glx_context_add(dpy, screen, config, client, context, share);
	return *out ? NULL : &bad_alloc;
}

GLXContext vgpu_glXCreateContextAttribsARB(Display *dpy, GLXFBConfig config, GLXContext share,
					   Bool direct, const int *attribs)
{
	const struct refusal *refusal = &bad_config;
	struct vgpu_glx_context *context = NULL;

	if (!config || vgpu_glx_config_valid(config))
		refusal = create(dpy, (struct vgpu_glx_config *)config, share, attribs, &context);
	if (refusal)
		vgpu_glx_error(dpy, refusal->kind, refusal->code, X_GLXCreateContextAttribsARB,
			       None);
	return (GLXContext)context;
}
