/* SPDX-License-Identifier: MIT */
/* Share groups and their service contexts (context.h). */
#include "backend/worker/context.h"

#include <errno.h>
#include <stdlib.h>

#include "backend/worker/gl_handles.h"
#include "backend/worker/gl_maps.h"
#include "backend/worker/gl_paths.h"
#include "backend/worker/gl_ranges.h"
#include "backend/worker/gl_sync.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/vram.h"

struct vgpu_wshare *vgpu_wshare_ref(struct vgpu_wshare *share)
{
	share->refs++;
	return share;
}

void vgpu_wshare_unref(struct vgpu_wshare *share)
{
	int i;

	if (!share || --share->refs > 0)
		return;
	vgpu_host_context_destroy(share->service);
	for (i = 0; i < VGPU_NAME_SHARED_COUNT; i++)
		vgpu_names_destroy(share->names[i]);
	vgpu_wsyncs_destroy(share->syncs);
	vgpu_whandles_destroy(share->handles);
	vgpu_wpaths_destroy(share->paths);
	vgpu_vram_destroy(share->vram);
	pthread_mutex_destroy(&share->lock);
	pthread_mutex_destroy(&share->program_lock);
	vgpu_wmaps_finish(share);
	vgpu_wbuffers_finish(share);
	pthread_mutex_destroy(&share->buffers_lock);
	pthread_mutex_destroy(&share->service_lock);
	free(share);
}

/* The service speaks desktop GL where the host can share that with the group, else the group's API. */
static int service_create(struct vgpu_wshare *share, EGLContext with, enum vgpu_api api)
{
	struct vgpu_host_context_params p = { .api = VGPU_API_GL, .share = with, .priority = 1 };
	EGLint rc = vgpu_host_context_create(&p, &share->service, NULL);

	if (rc != EGL_SUCCESS && api != VGPU_API_GL) {
		p.api = VGPU_API_GLES2;
		p.major = 3;
		rc = vgpu_host_context_create(&p, &share->service, NULL);
		if (rc != EGL_SUCCESS) {
			p.api = api;
			p.major = api == VGPU_API_GLES1 ? 1 : 2;
			rc = vgpu_host_context_create(&p, &share->service, NULL);
		}
	} else if (rc != EGL_SUCCESS) {
		p.major = 3;
		p.minor = 2;
		p.profile = 1;
		rc = vgpu_host_context_create(&p, &share->service, NULL);
	}
	if (rc != EGL_SUCCESS) {
		share->service = EGL_NO_CONTEXT;
		return -EIO;
	}
	share->service_caps.api = p.api;
	return 0;
}

int vgpu_wservice_enter(struct vgpu_replay *r, struct vgpu_wshare *share)
{
	const struct vgpu_gl *gl = vgpu_host_get()->gl;
	struct vgpu_wcontext *ctx = r ? r->ctx : NULL;

	pthread_mutex_lock(&share->service_lock);
	if (share->service == EGL_NO_CONTEXT &&
	    (!ctx || ctx->share != share || service_create(share, ctx->egl, ctx->api)))
		goto fail;
	if (ctx)
		gl->Finish();
	if (vgpu_host_make_current(share->service, share->service_caps.api) != EGL_SUCCESS)
		goto fail;
	vgpu_vram_enter(share->vram, NULL);
	if (!share->service_caps.known) {
		vgpu_wcaps_init(&share->service_caps, gl, share->service_caps.api);
		gl->PixelStorei(GL_PACK_ALIGNMENT, 1);
		gl->PixelStorei(GL_UNPACK_ALIGNMENT, 1);
	}
	return 0;
fail:
	if (ctx)
		vgpu_host_make_current(ctx->egl, ctx->api);
	pthread_mutex_unlock(&share->service_lock);
	return -EIO;
}

void vgpu_wservice_leave(struct vgpu_replay *r, struct vgpu_wshare *share)
{
	const struct vgpu_gl *gl = vgpu_host_get()->gl;
	struct vgpu_wcontext *ctx = r ? r->ctx : NULL;

	gl->Finish();
	vgpu_vram_enter(ctx ? ctx->share->vram : NULL, ctx ? &ctx->error : NULL);
	if (ctx)
		vgpu_host_make_current(ctx->egl, ctx->api);
	else
		vgpu_host_make_current(EGL_NO_CONTEXT, share->service_caps.api);
	pthread_mutex_unlock(&share->service_lock);
}
