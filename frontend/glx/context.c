/* SPDX-License-Identifier: MIT */
/*
 * Contexts: the list of those alive, and the functions that create them the
 * old ways, query and destroy them.
 */
#include <errno.h>
#include <stdlib.h>
#include <EGL/egl.h>
#include <EGL/eglext.h>

#include "frontend/glx/glx.h"

static struct vgpu_glx_context *contexts;

struct vgpu_glx_context *vgpu_glx_context_add(Display *dpy, struct vgpu_glx_screen *screen,
					      struct vgpu_glx_config *config,
					      struct vgpu_client *client,
					      struct vgpu_context *context,
					      struct vgpu_glx_context *share)
{
	struct vgpu_glx_context *c = calloc(1, sizeof(*c));

	if (!c) {
		vgpu_context_destroy(context);
		return NULL;
	}
	c->dpy = dpy;
	c->id = vgpu_glx_alloc_id(dpy);
	c->screen = screen;
	c->config = config;
	c->client = client;
	c->context = context;
	c->share_id = share ? share->id : None;
	c->users = 1;
	pthread_mutex_lock(&vgpu_glx_lock);
	c->next = contexts;
	contexts = c;
	pthread_mutex_unlock(&vgpu_glx_lock);
	return c;
}

/* Also one that is destroyed, and lives because it is current. */
static struct vgpu_glx_context *find(GLXContext handle)
{
	struct vgpu_glx_context *c;

	pthread_mutex_lock(&vgpu_glx_lock);
	for (c = contexts; c; c = c->next)
		if ((GLXContext)c == handle)
			break;
	pthread_mutex_unlock(&vgpu_glx_lock);
	return c;
}

struct vgpu_glx_context *vgpu_glx_context_find(GLXContext handle)
{
	struct vgpu_glx_context *c = find(handle);

	return c && !c->destroyed ? c : NULL;
}

void vgpu_glx_context_ref(struct vgpu_glx_context *context)
{
	pthread_mutex_lock(&vgpu_glx_lock);
	context->users++;
	pthread_mutex_unlock(&vgpu_glx_lock);
}

void vgpu_glx_context_unref(struct vgpu_glx_context *context)
{
	bool last;

	pthread_mutex_lock(&vgpu_glx_lock);
	last = --context->users == 0;
	if (last) {
		for (struct vgpu_glx_context **at = &contexts; *at; at = &(*at)->next) {
			if (*at == context) {
				*at = context->next;
				break;
			}
		}
	}
	pthread_mutex_unlock(&vgpu_glx_lock);
	if (!last)
		return;
	vgpu_context_destroy(context->context);
	free(context);
}

/* A context as GLX before GLX_ARB_create_context has it: the newest that is compatible with 1.0. */
static GLXContext create(Display *dpy, struct vgpu_glx_config *config, GLXContext share_handle,
			 int request)
{
	struct vgpu_context_params params = {
		.api = VGPU_API_GL,
		.major = 1,
		.minor = 0,
		.profile = 2,
		.priority = 1,
	};
	struct vgpu_glx_context *share = NULL;
	struct vgpu_context *context;
	struct vgpu_client *client;
	uint32_t error;

	if (share_handle) {
		share = vgpu_glx_context_find(share_handle);
		if (!share) {
			vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, request, None);
			return NULL;
		}
		params.share = share->context;
	}
	if (vgpu_client_get(&client)) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadAlloc, request, None);
		return NULL;
	}
	if (share && share->client != client) {
		/* lost with its backend */
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, request, share->id);
		return NULL;
	}
	error = vgpu_context_create(client, &params, &context);
	if (error != EGL_SUCCESS) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR,
			       error == EGL_BAD_MATCH || error == EGL_BAD_CONTEXT ? BadMatch
										  : BadAlloc,
			       request, None);
		return NULL;
	}
	return (GLXContext)vgpu_glx_context_add(dpy, config->screen, config, client, context,
						share);
}

GLXContext vgpu_glXCreateContext(Display *dpy, XVisualInfo *info, GLXContext share, Bool direct)
{
	struct vgpu_glx_config *config = vgpu_glx_visual_config(dpy, info);

	if (!config) {
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadValue, X_GLXCreateContext,
			       info ? info->visualid : None);
		return NULL;
	}
	return create(dpy, config, share, X_GLXCreateContext);
}

GLXContext vgpu_glXCreateNewContext(Display *dpy, GLXFBConfig config, int render_type,
				    GLXContext share, Bool direct)
{
	if (!vgpu_glx_config_valid(config)) {
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadFBConfig, X_GLXCreateNewContext, None);
		return NULL;
	}
	if (render_type != GLX_RGBA_TYPE) {
		/* no config draws colour indices or has floating point colours */
		vgpu_glx_error(dpy, VGPU_CORE_ERROR,
			       render_type == GLX_COLOR_INDEX_TYPE ||
					       render_type == GLX_RGBA_FLOAT_TYPE_ARB ||
					       render_type == GLX_RGBA_UNSIGNED_FLOAT_TYPE_EXT
				       ? BadMatch
				       : BadValue,
			       X_GLXCreateNewContext, None);
		return NULL;
	}
	return create(dpy, (struct vgpu_glx_config *)config, share, X_GLXCreateNewContext);
}

void vgpu_glXDestroyContext(Display *dpy, GLXContext handle)
{
	struct vgpu_glx_context *c = find(handle);

	if (!c) {
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, X_GLXDestroyContext, None);
		return;
	}
	if (c->destroyed) /* again, while it is current: natively that does nothing */
		return;
	c->destroyed = true;
	vgpu_glx_context_unref(c);
}

/*
 * The state of a context lives in the host's GL, which has no way to copy it
 * from one context to another. The specification allows to refuse: BadMatch
 * where the contexts' state is not in the same address space.
 */
void vgpu_glXCopyContext(Display *dpy, GLXContext source, GLXContext dest, unsigned long mask)
{
	struct vgpu_glx_context *s = vgpu_glx_context_find(source);
	struct vgpu_glx_context *d = vgpu_glx_context_find(dest);

	if (!s || !d)
		vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, X_GLXCopyContext, None);
	else
		vgpu_glx_error(dpy, VGPU_CORE_ERROR, BadMatch, X_GLXCopyContext, s->id);
}

Bool vgpu_glXIsDirect(Display *dpy, GLXContext handle)
{
	if (vgpu_glx_context_find(handle))
		return True;
	vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, X_GLXIsDirect, None);
	return False;
}

static int query(const struct vgpu_glx_context *c, int attribute, int *value)
{
	switch (attribute) {
	case GLX_FBCONFIG_ID:
		*value = c->config ? (int)c->config->id : 0;
		return 0;
	case GLX_RENDER_TYPE:
		*value = GLX_RGBA_TYPE;
		return 0;
	case GLX_SCREEN:
		*value = c->screen->number;
		return 0;
	default:
		return GLX_BAD_ATTRIBUTE;
	}
}

int vgpu_glXQueryContext(Display *dpy, GLXContext handle, int attribute, int *value)
{
	struct vgpu_glx_context *c = vgpu_glx_context_find(handle);

	return c ? query(c, attribute, value) : GLX_BAD_CONTEXT;
}

/*
 * GLX_EXT_import_context: contexts here are direct, so there is never one to
 * import, and the extension is not listed. Programs that call it all the same
 * get true answers.
 */

GLXContextID vgpu_glXGetContextIDEXT(GLXContext handle)
{
	struct vgpu_glx_context *c = vgpu_glx_context_find(handle);

	return c ? c->id : None;
}

GLXContext vgpu_glXImportContextEXT(Display *dpy, GLXContextID id)
{
	vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, X_GLXVendorPrivateWithReply, id);
	return NULL;
}

int vgpu_glXQueryContextInfoEXT(Display *dpy, GLXContext handle, int attribute, int *value)
{
	struct vgpu_glx_context *c = vgpu_glx_context_find(handle);

	if (!c)
		return GLX_BAD_CONTEXT;
	switch (attribute) {
	case GLX_SHARE_CONTEXT_EXT:
		*value = (int)c->share_id;
		return 0;
	case GLX_VISUAL_ID_EXT:
		*value = c->config ? (int)c->config->visual_id : 0;
		return 0;
	case GLX_SCREEN_EXT:
		*value = c->screen->number;
		return 0;
	default:
		return query(c, attribute, value);
	}
}

void vgpu_glXFreeContextEXT(Display *dpy, GLXContext handle)
{
	/* only imported contexts can be freed, and there are none */
	vgpu_glx_error(dpy, VGPU_GLX_ERROR, GLXBadContext, X_GLXVendorPrivate, None);
}
