/* SPDX-License-Identifier: MIT */
#include "backend/worker/egl_image.h"

#include <stdlib.h>

#include "backend/worker/context.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/names.h"

#define MAX_LEVEL 31

static struct vgpu_weglimage **find(struct vgpu_wconn *conn, uint64_t id)
{
	struct vgpu_weglimage **at = &conn->images;

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

struct vgpu_weglimage *vgpu_weglimage_get(struct vgpu_wconn *conn, uint64_t id)
{
	struct vgpu_weglimage *image;

	pthread_mutex_lock(&conn->lock);
	image = *find(conn, id);
	if (image)
		image->refs++;
	pthread_mutex_unlock(&conn->lock);
	return image;
}

void vgpu_weglimage_put(struct vgpu_weglimage *image)
{
	if (!image || --image->refs > 0)
		return;
	if (image->egl != EGL_NO_IMAGE_KHR)
		vgpu_host_image_destroy(image->egl);
	free(image);
}

/* The bit of what the host must be able to do, 0 for no such target. */
static uint32_t needed(GLenum target)
{
	switch (target) {
	case EGL_GL_TEXTURE_2D_KHR:
		return VGPU_IMAGES_2D;
	case EGL_GL_TEXTURE_3D_KHR:
		return VGPU_IMAGES_3D;
	case EGL_GL_RENDERBUFFER_KHR:
		return VGPU_IMAGES_RENDERBUFFER;
	case EGL_GL_TEXTURE_CUBE_MAP_POSITIVE_X_KHR:
	case EGL_GL_TEXTURE_CUBE_MAP_NEGATIVE_X_KHR:
	case EGL_GL_TEXTURE_CUBE_MAP_POSITIVE_Y_KHR:
	case EGL_GL_TEXTURE_CUBE_MAP_NEGATIVE_Y_KHR:
	case EGL_GL_TEXTURE_CUBE_MAP_POSITIVE_Z_KHR:
	case EGL_GL_TEXTURE_CUBE_MAP_NEGATIVE_Z_KHR:
		return VGPU_IMAGES_CUBEMAP;
	default:
		return 0;
	}
}

/*
 * A driver that takes a layer behind the last one for granted would read past
 * the texture: Mesa lets the first such one pass. The service context can ask.
 */
static EGLint check_layer(struct vgpu_replay *r, struct vgpu_wshare *share, GLuint texture,
                          GLint level, GLint zoffset)
{
	const struct vgpu_gl *gl = r->gl;
	GLint depth = 0;
	int i;

	if (vgpu_wservice_enter(r, share))
		return EGL_BAD_PARAMETER;
	if (!share->service_caps.es || share->service_caps.version >= 31) {
		gl->BindTexture(GL_TEXTURE_3D, texture);
		gl->GetTexLevelParameteriv(GL_TEXTURE_3D, level, GL_TEXTURE_DEPTH, &depth);
		gl->BindTexture(GL_TEXTURE_3D, 0);
	}
	for (i = 0; i < 8 && gl->GetError() != GL_NO_ERROR; i++)
		;
	vgpu_wservice_leave(r, share);
	if (depth < 1)
		return EGL_BAD_PARAMETER; /* no texture with such a level */
	return zoffset < depth ? EGL_SUCCESS : EGL_BAD_MATCH;
}

/* The host's name, and a reference to the share group. */
static EGLint resolve(struct vgpu_wconn *conn, uint32_t id, uint32_t context_id, GLenum target,
                      GLuint object, GLuint *host_out, struct vgpu_wshare **share_out)
{
	const enum vgpu_name_kind kind =
		target == EGL_GL_RENDERBUFFER_KHR ? VGPU_NAME_RENDERBUFFER : VGPU_NAME_TEXTURE;
	struct vgpu_wcontext *ctx;
	EGLint rc = EGL_SUCCESS;

	pthread_mutex_lock(&conn->lock);
	ctx = vgpu_wcontext_find(conn, context_id);
	*host_out = ctx && object ? vgpu_names_host(ctx->share->names[kind], object) : 0;
	if (!*host_out)
		*host_out = VGPU_UNKNOWN_NAME; /* the host says which error that is */
	if (!id || *find(conn, id))
		rc = EGL_BAD_PARAMETER;
	else if (!context_id || !ctx)
		rc = EGL_BAD_CONTEXT;
	else if (conn->n_images >= VGPU_MAX_IMAGES)
		rc = EGL_BAD_ALLOC;
	else
		*share_out = vgpu_wshare_ref(ctx->share);
	pthread_mutex_unlock(&conn->lock);
	return rc;
}

EGLint vgpu_weglimage_create(struct vgpu_replay *r, uint32_t id, uint32_t context_id,
                             GLenum target, GLuint object, GLint level, GLint zoffset)
{
	struct vgpu_wconn *conn = r->conn;
	const struct vgpu_host *host = vgpu_host_get();
	struct vgpu_wshare *share = NULL;
	struct vgpu_weglimage *image;
	struct vgpu_wcontext *ctx;
	GLuint name;
	EGLint rc;

	if (!(host->info.images & needed(target)))
		return EGL_BAD_PARAMETER;
	if (level < 0 || level > MAX_LEVEL || zoffset < 0)
		return EGL_BAD_MATCH;
	rc = resolve(conn, id, context_id, target, object, &name, &share);
	if (rc == EGL_SUCCESS && target == EGL_GL_TEXTURE_3D_KHR)
		rc = check_layer(r, share, name, level, zoffset);
	if (rc != EGL_SUCCESS) {
		vgpu_wshare_unref(share);
		return rc;
	}
	image = calloc(1, sizeof(*image));
	if (!image) {
		vgpu_wshare_unref(share);
		return EGL_BAD_ALLOC;
	}
	image->id = id;
	image->refs = 1;
	image->egl = EGL_NO_IMAGE_KHR;
	/* the lock keeps the context alive */
	pthread_mutex_lock(&conn->lock);
	ctx = vgpu_wcontext_find(conn, context_id);
	if (!ctx || ctx->share != share)
		rc = EGL_BAD_CONTEXT;
	else if (*find(conn, id))
		rc = EGL_BAD_PARAMETER;
	else
		rc = vgpu_host_image_create(ctx->egl, target, name, level, zoffset, &image->egl);
	if (rc == EGL_SUCCESS) {
		image->next = conn->images;
		conn->images = image;
		conn->n_images++;
		image = NULL;
	}
	pthread_mutex_unlock(&conn->lock);
	vgpu_weglimage_put(image);
	vgpu_wshare_unref(share);
	return rc;
}

static struct vgpu_weglimage *unlist(struct vgpu_wconn *conn, struct vgpu_weglimage **at)
{
	struct vgpu_weglimage *image = *at;

	if (image) {
		*at = image->next;
		conn->n_images--;
	}
	return image;
}

void vgpu_weglimage_destroy(struct vgpu_wconn *conn, uint32_t id)
{
	struct vgpu_weglimage *image;

	pthread_mutex_lock(&conn->lock);
	image = unlist(conn, find(conn, id));
	pthread_mutex_unlock(&conn->lock);
	vgpu_weglimage_put(image);
}

void vgpu_weglimage_destroy_all(struct vgpu_wconn *conn)
{
	struct vgpu_weglimage *image;

	do {
		pthread_mutex_lock(&conn->lock);
		image = unlist(conn, &conn->images);
		pthread_mutex_unlock(&conn->lock);
		vgpu_weglimage_put(image);
	} while (image);
}
