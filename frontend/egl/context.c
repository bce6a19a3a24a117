/* SPDX-License-Identifier: MIT */
/* Contexts: attributes of EGL 1.5 and its context extensions, creation, queries. */
#include <stdlib.h>

#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"

/* EGL_CONTEXT_FLAGS_KHR */
#define FLAGS                                                                                      \
	(EGL_CONTEXT_OPENGL_DEBUG_BIT_KHR | EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE_BIT_KHR |        \
	 EGL_CONTEXT_OPENGL_ROBUST_ACCESS_BIT_KHR)

static EGLint read_flag(EGLAttrib value, bool *flag_out)
{
	if (value != EGL_TRUE && value != EGL_FALSE)
		return EGL_BAD_ATTRIBUTE;
	*flag_out = value == EGL_TRUE;
	return EGL_SUCCESS;
}

static EGLint read_reset(EGLint value, bool *lose_out)
{
	if (value != EGL_NO_RESET_NOTIFICATION && value != EGL_LOSE_CONTEXT_ON_RESET)
		return EGL_BAD_ATTRIBUTE;
	*lose_out = value == EGL_LOSE_CONTEXT_ON_RESET;
	return EGL_SUCCESS;
}

static EGLint read_attrib(struct vgpu_context_params *params, EGLenum api, EGLint attribute,
                          EGLint value)
{
	const bool gl = api == EGL_OPENGL_API;

	switch (attribute) {
	case EGL_CONTEXT_MAJOR_VERSION: /* and EGL_CONTEXT_CLIENT_VERSION */
		params->major = value;
		return EGL_SUCCESS;
	case EGL_CONTEXT_MINOR_VERSION:
		params->minor = value;
		return EGL_SUCCESS;
	case EGL_CONTEXT_FLAGS_KHR:
		if ((value & ~FLAGS) != 0 ||
		    (!gl && (value & ~EGL_CONTEXT_OPENGL_DEBUG_BIT_KHR) != 0))
			return EGL_BAD_ATTRIBUTE;
		params->debug = value & EGL_CONTEXT_OPENGL_DEBUG_BIT_KHR;
		params->forward_compatible = value & EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE_BIT_KHR;
		params->robust_access = value & EGL_CONTEXT_OPENGL_ROBUST_ACCESS_BIT_KHR;
		return EGL_SUCCESS;
	case EGL_CONTEXT_OPENGL_PROFILE_MASK:
		if (!gl)
			return EGL_BAD_ATTRIBUTE;
		params->profile = (uint32_t)value;
		return EGL_SUCCESS;
	case EGL_CONTEXT_OPENGL_DEBUG:
		return read_flag(value, &params->debug);
	case EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE:
		/* for ES the specification wants EGL_BAD_ATTRIBUTE; drivers say this */
		if (!gl && value == EGL_TRUE)
			return EGL_BAD_MATCH;
		return read_flag(value, &params->forward_compatible);
	case EGL_CONTEXT_OPENGL_ROBUST_ACCESS:
		return read_flag(value, &params->robust_access);
	case EGL_CONTEXT_OPENGL_ROBUST_ACCESS_EXT: /* meant for ES; drivers take it for both */
		return read_flag(value, &params->robust_access);
	case EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY:
		return read_reset(value, &params->lose_context_on_reset);
	case EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT:
		return gl ? EGL_BAD_ATTRIBUTE : read_reset(value, &params->lose_context_on_reset);
	case EGL_CONTEXT_OPENGL_NO_ERROR_KHR:
		return read_flag(value, &params->no_error);
	case EGL_CONTEXT_RELEASE_BEHAVIOR_KHR:
		if (value != EGL_CONTEXT_RELEASE_BEHAVIOR_NONE_KHR &&
		    value != EGL_CONTEXT_RELEASE_BEHAVIOR_FLUSH_KHR)
			return EGL_BAD_ATTRIBUTE;
		params->release_none = value == EGL_CONTEXT_RELEASE_BEHAVIOR_NONE_KHR;
		return EGL_SUCCESS;
	case EGL_CONTEXT_PRIORITY_LEVEL_IMG:
		if (value != EGL_CONTEXT_PRIORITY_HIGH_IMG &&
		    value != EGL_CONTEXT_PRIORITY_MEDIUM_IMG &&
		    value != EGL_CONTEXT_PRIORITY_LOW_IMG)
			return EGL_BAD_ATTRIBUTE;
		params->priority = EGL_CONTEXT_PRIORITY_LOW_IMG - value;
		return EGL_SUCCESS;
	}
	return EGL_BAD_ATTRIBUTE;
}

/* Versions that were never defined are a mismatch. */
static bool version_exists(EGLenum api, int major, int minor)
{
	static const int gl_minors[] = { -1, 5, 1, 3, 6 }, es_minors[] = { -1, 1, 0, 2 };

	if (major < 1 || minor < 0)
		return false;
	if (api == EGL_OPENGL_API)
		return major <= 4 && minor <= gl_minors[major];
	return major <= 3 && minor <= es_minors[major];
}

static EGLint check_params(struct vgpu_context_params *params, EGLenum api)
{
	if (!version_exists(api, params->major, params->minor))
		return EGL_BAD_MATCH;
	if (api == EGL_OPENGL_API) {
		const bool profiles = params->major * 10 + params->minor >= 32;

		params->api = VGPU_API_GL;
		/* the mask counts only from 3.2 on; before, there is one GL */
		if (profiles && params->profile != EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT &&
		    params->profile != EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT)
			return EGL_BAD_MATCH;
		/* 3.1 has no profiles, and is what the core profile became */
		if (!profiles)
			params->profile = params->major == 3 && params->minor == 1
			                          ? EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT
			                          : EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT;
		if (params->forward_compatible && params->major < 3)
			return EGL_BAD_MATCH;
	} else {
		params->api = params->major == 1 ? VGPU_API_GLES1 : VGPU_API_GLES2;
		params->profile = 0;
	}
	if (params->no_error && (params->debug || params->robust_access))
		return EGL_BAD_MATCH;
	return EGL_SUCCESS;
}

static EGLint api_bit(const struct vgpu_context_params *params)
{
	if (params->api == VGPU_API_GL)
		return EGL_OPENGL_BIT;
	if (params->major == 1)
		return EGL_OPENGL_ES_BIT;
	return params->major == 2 ? EGL_OPENGL_ES2_BIT : EGL_OPENGL_ES3_BIT;
}

static EGLint create(struct vgpu_egl_display *display, const struct vgpu_egl_config *config,
                     struct vgpu_egl_context *share, const EGLint *attribs,
                     struct vgpu_egl_context **out)
{
	struct vgpu_context_params params = {
		.major = 1,
		.profile = EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
		.priority = 1,
	};
	const EGLenum api = vgpu_egl_exports->getCurrentApi();
	struct vgpu_egl_context *context;
	struct vgpu_client *client;
	EGLint error;

	if (api != EGL_OPENGL_API && api != EGL_OPENGL_ES_API)
		return EGL_BAD_MATCH;
	for (; attribs && attribs[0] != EGL_NONE; attribs += 2) {
		error = read_attrib(&params, api, attribs[0], attribs[1]);
		if (error != EGL_SUCCESS)
			return error;
	}
	error = check_params(&params, api);
	if (error != EGL_SUCCESS)
		return error;
	if (config && !(config->renderable_type & api_bit(&params)))
		return EGL_BAD_CONFIG;
	if (share) {
		const struct vgpu_context_params *other = vgpu_context_params(share->context);

		if (share->api != api ||
		    other->lose_context_on_reset != params.lose_context_on_reset)
			return EGL_BAD_MATCH;
		if (vgpu_context_lost(share->context))
			return EGL_CONTEXT_LOST;
		params.share = share->context;
	}
	client = vgpu_egl_client(display);
	if (!client)
		return EGL_BAD_ALLOC;
	if (params.lose_context_on_reset && !vgpu_client_host(client)->robustness)
		return EGL_BAD_MATCH;
	context = calloc(1, sizeof(*context));
	if (!context)
		return EGL_BAD_ALLOC;
	context->config = config;
	context->api = api;
	error = (EGLint)vgpu_context_create(client, &params, &context->context);
	if (error != EGL_SUCCESS) {
		free(context);
		return error;
	}
	*out = context;
	return EGL_SUCCESS;
}

EGLContext EGLAPIENTRY vgpu_eglCreateContext(EGLDisplay dpy, EGLConfig config,
                                             EGLContext share_context, const EGLint *attribs)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_context *share = NULL, *context;
	const struct vgpu_egl_config *c = NULL;
	EGLint error;

	if (!display)
		return EGL_NO_CONTEXT;
	if (config != EGL_NO_CONFIG_KHR) {
		c = vgpu_egl_config_get(display, config);
		if (!c) {
			vgpu_egl_error(EGL_BAD_CONFIG);
			return EGL_NO_CONTEXT;
		}
	}
	if (share_context != EGL_NO_CONTEXT) {
		share = vgpu_egl_object_get(display, share_context, VGPU_EGL_CONTEXT);
		if (!share) {
			vgpu_egl_error(EGL_BAD_CONTEXT);
			return EGL_NO_CONTEXT;
		}
	}
	error = create(display, c, share, attribs, &context);
	vgpu_egl_object_put((void *)share);
	if (error != EGL_SUCCESS) {
		vgpu_egl_error(error);
		return EGL_NO_CONTEXT;
	}
	vgpu_egl_object_add(&context->object, VGPU_EGL_CONTEXT, display);
	return context;
}

void vgpu_egl_context_free(struct vgpu_egl_context *context)
{
	vgpu_context_destroy(context->context);
	free(context);
}

EGLBoolean EGLAPIENTRY vgpu_eglDestroyContext(EGLDisplay dpy, EGLContext ctx)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	struct vgpu_egl_object *object;

	if (!display)
		return EGL_FALSE;
	object = vgpu_egl_object_take(display, ctx, VGPU_EGL_CONTEXT);
	if (!object)
		return vgpu_egl_error(EGL_BAD_CONTEXT);
	vgpu_egl_object_put(object);
	return EGL_TRUE;
}

/* Which buffer the context draws to: it depends on the surface it is current to. */
static EGLint render_buffer(const struct vgpu_egl_context *context)
{
	const struct vgpu_egl_thread *thread = context->thread;
	const struct vgpu_egl_surface *draw = thread ? thread->draw : NULL;

	if (!draw)
		return EGL_NONE;
	if (draw->type == EGL_PIXMAP_BIT)
		return EGL_SINGLE_BUFFER;
	return draw->type == EGL_PBUFFER_BIT ? EGL_BACK_BUFFER : draw->render_buffer;
}

EGLBoolean EGLAPIENTRY vgpu_eglQueryContext(EGLDisplay dpy, EGLContext ctx, EGLint attribute,
                                            EGLint *value)
{
	struct vgpu_egl_display *display = vgpu_egl_display_get(dpy);
	const struct vgpu_context_params *params;
	struct vgpu_egl_context *context;
	EGLint error = EGL_SUCCESS;

	if (!display)
		return EGL_FALSE;
	context = vgpu_egl_object_get(display, ctx, VGPU_EGL_CONTEXT);
	if (!context)
		return vgpu_egl_error(EGL_BAD_CONTEXT);
	params = vgpu_context_params(context->context);
	if (!value)
		error = EGL_BAD_PARAMETER;
	else if (attribute == EGL_CONFIG_ID)
		*value = context->config ? context->config->id : 0;
	else if (attribute == EGL_CONTEXT_CLIENT_TYPE)
		*value = (EGLint)context->api;
	else if (attribute == EGL_CONTEXT_CLIENT_VERSION)
		*value = params->major;
	else if (attribute == EGL_RENDER_BUFFER)
		*value = render_buffer(context);
	else if (attribute == EGL_CONTEXT_PRIORITY_LEVEL_IMG)
		*value = EGL_CONTEXT_PRIORITY_LOW_IMG - params->priority;
	else
		error = EGL_BAD_ATTRIBUTE;
	vgpu_egl_object_put(&context->object);
	return error == EGL_SUCCESS ? EGL_TRUE : vgpu_egl_error(error);
}
