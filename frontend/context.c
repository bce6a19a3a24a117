/* SPDX-License-Identifier: MIT */
/*
 * Contexts: create on the host, make current on a thread's stream, count
 * references so that a context destroyed while current lives until it is not.
 */
#include <errno.h>
#include <stdlib.h>
#include <EGL/egl.h>
#include <GL/gl.h>

#include "encode.h"
#include "frontend/connection.h"

/* What window-system libraries and GL entry points need not see. */
struct context_priv {
	_Atomic int refs;
	_Atomic bool is_current; /* in some thread */
	bool bound_before;
};

static struct context_priv *priv(const struct vgpu_context *context)
{
	return context->priv;
}

static uint32_t put(GLint *attribs, uint32_t n, GLint key, GLint value)
{
	attribs[n++] = key;
	attribs[n++] = value;
	return n;
}

uint32_t vgpu_context_create(struct vgpu_client *client, const struct vgpu_context_params *params,
                             struct vgpu_context **out)
{
	struct vgpu_stream *stream = vgpu_client_stream(client);
	struct vgpu_context *context = NULL;
	struct context_priv *p = NULL;
	GLint attribs[24];
	uint32_t n = 0, error = EGL_BAD_ALLOC;

	if (!stream)
		return client->lost ? EGL_CONTEXT_LOST : EGL_BAD_ALLOC;
	context = calloc(1, sizeof(*context));
	p = calloc(1, sizeof(*p));
	if (!context || !p)
		goto out;
	context->client = client;
	context->priv = p;
	context->params = *params;
	context->params.share = NULL;
	context->id = client->next_id++;
	p->refs = 1;
	n = put(attribs, n, VGPU_CTX_API, params->api);
	n = put(attribs, n, VGPU_CTX_MAJOR, params->major);
	n = put(attribs, n, VGPU_CTX_MINOR, params->minor);
	n = put(attribs, n, VGPU_CTX_PROFILE, (GLint)params->profile);
	n = put(attribs, n, VGPU_CTX_DEBUG, params->debug);
	n = put(attribs, n, VGPU_CTX_FORWARD, params->forward_compatible);
	n = put(attribs, n, VGPU_CTX_ROBUST, params->robust_access);
	n = put(attribs, n, VGPU_CTX_RESET, params->lose_context_on_reset);
	n = put(attribs, n, VGPU_CTX_NO_ERROR, params->no_error);
	n = put(attribs, n, VGPU_CTX_PRIORITY, params->priority);
	n = put(attribs, n, VGPU_CTX_RELEASE_NONE, params->release_none);
	error = enc_vgpuContextCreate(stream, context->id, params->share ? params->share->id : 0,
	                              (GLsizei)n, attribs);
	if (stream->lost)
		error = EGL_CONTEXT_LOST;
	if (error != EGL_SUCCESS)
		goto out;
	error = EGL_BAD_ALLOC;
	context->share = params->share ? vgpu_share_ref(params->share->share) : vgpu_share_create();
	if (!context->share)
		goto out_host;
	context->gl = vgpu_gl_state_create(context);
	if (!context->gl)
		goto out_host;
	*out = context;
	return EGL_SUCCESS;
out_host:
	enc_vgpuContextDestroy(stream, context->id);
	if (context->share)
		vgpu_share_unref(context->share);
out:
	free(p);
	free(context);
	return error;
}

static void unref(struct vgpu_context *context)
{
	struct vgpu_stream *stream;

	if (--priv(context)->refs > 0)
		return;
	stream = vgpu_client_stream(context->client);
	if (stream) {
		enc_vgpuContextDestroy(stream, context->id);
		vgpu_stream_flush(stream);
	}
	vgpu_gl_state_destroy(context->gl);
	vgpu_share_unref(context->share);
	free(context->priv);
	free(context);
}

void vgpu_context_destroy(struct vgpu_context *context)
{
	if (context)
		unref(context);
}

const struct vgpu_context_params *vgpu_context_params(const struct vgpu_context *context)
{
	return &context->params;
}

bool vgpu_context_lost(const struct vgpu_context *context)
{
	return context->lost || context->client->lost;
}

/* The version out of "4.5 (Compatibility Profile) ..." or "OpenGL ES 3.2 ...". */
static uint32_t parse_version(const char *s)
{
	while (*s && (*s < '0' || *s > '9'))
		s++;
	if (s[0] && s[1] == '.' && s[2] >= '0' && s[2] <= '9')
		return (uint32_t)(s[0] - '0') * 10 + (uint32_t)(s[2] - '0');
	return 0;
}

static uint32_t first_bind(struct vgpu_context *context, struct vgpu_stream *stream)
{
	char version[256] = "";
	uint32_t error = enc_vgpuContextStatus(stream);

	if (stream->lost)
		return EGL_CONTEXT_LOST;
	if (error != EGL_SUCCESS)
		return error;
	enc_vgpuGetString(stream, GL_VERSION, 0, 0, sizeof(version) - 1, version);
	context->version = parse_version(version);
	return EGL_SUCCESS;
}

static void drop_current(struct vgpu_context *old)
{
	struct vgpu_drawable *draw = old->draw, *read = old->read;

	old->stream = NULL;
	old->draw = old->read = NULL;
	vgpu_current = NULL;
	priv(old)->is_current = false;
	vgpu_drawable_destroy(draw);
	vgpu_drawable_destroy(read);
	unref(old);
}

uint32_t vgpu_context_make_current(struct vgpu_context *context, struct vgpu_drawable *draw,
                                   struct vgpu_drawable *read)
{
	struct vgpu_context *old = vgpu_current;
	struct vgpu_stream *stream, *old_stream = old ? old->stream : NULL;
	uint32_t error = EGL_SUCCESS;
	bool first;

	if (!context) {
		if (!old)
			return EGL_SUCCESS;
		stream = old->stream;
		vgpu_gl_state_release(old);
		enc_vgpuContextBind(stream, 0, 0, 0);
		vgpu_order_release(stream);
		vgpu_order_share(stream, NULL);
		drop_current(old);
		return EGL_SUCCESS;
	}
	if (context != old && atomic_exchange(&priv(context)->is_current, true))
		return EGL_BAD_ACCESS;
	stream = vgpu_client_stream(context->client);
	if (!stream) {
		if (context != old)
			priv(context)->is_current = false;
		return vgpu_context_lost(context) ? EGL_CONTEXT_LOST : EGL_BAD_ALLOC;
	}
	if (draw)
		vgpu_drawable_ref(draw);
	if (read)
		vgpu_drawable_ref(read);
	if (old) {
		vgpu_gl_state_release(old);
		if (old->stream != stream || old == context) {
			/* the same context on another drawable, or another connection's stream */
			vgpu_stream_flush(old->stream);
		}
		if (old == context) {
			vgpu_drawable_destroy(old->draw);
			vgpu_drawable_destroy(old->read);
		}
	}
	if (old != context)
		priv(context)->refs++;
	context->draw = draw;
	context->read = read;
	context->stream = stream;
	vgpu_current = context;
	if (draw)
		vgpu_drawable_check_size(draw);
	if (read && read != draw)
		vgpu_drawable_check_size(read);
	enc_vgpuContextBind(stream, context->id, draw ? vgpu_drawable_id(draw) : 0,
	                    read ? vgpu_drawable_id(read) : 0);
	if (old && old != context) {
		/* before another thread may have it: it is off this stream with the bind */
		if (old_stream != stream)
			enc_vgpuContextBind(old_stream, 0, 0, 0);
		vgpu_order_release(old_stream);
		vgpu_order_share(old_stream, NULL);
		drop_current(old);
		vgpu_current = context;
	}
	vgpu_order_share(stream, context->share);
	vgpu_stream_flush(stream);
	first = !priv(context)->bound_before;
	if (first) {
		error = first_bind(context, stream);
		if (error != EGL_SUCCESS) {
			enc_vgpuContextBind(stream, 0, 0, 0);
			drop_current(context);
			return error;
		}
		priv(context)->bound_before = true;
	}
	vgpu_gl_state_bound(context, first);
	return EGL_SUCCESS;
}
