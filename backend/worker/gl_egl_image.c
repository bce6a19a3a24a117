/* SPDX-License-Identifier: MIT */
/* Textures and renderbuffers of EGL images: GL_OES_EGL_image, GL_EXT_EGL_image_storage. */
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/egl_image.h"
#include "backend/worker/names.h"
#include "decode.h"

/* The image, or NULL and GL's error for a handle that is none. */
static struct vgpu_weglimage *image_get(struct vgpu_replay *r, uint64_t id)
{
	struct vgpu_weglimage *image = id ? vgpu_weglimage_get(r->conn, id) : NULL;

	if (!image)
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	return image;
}

/* No attribute is known: a list must be empty. */
static bool attributes_fine(struct vgpu_replay *r, const GLint *list, uint64_t bytes)
{
	if (bytes < sizeof(*list) || list[0] == GL_NONE)
		return true;
	vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	return false;
}

int replay_glEGLImageTargetTexture2DOES(struct vgpu_replay *r,
                                        const struct args_glEGLImageTargetTexture2DOES *a)
{
	struct vgpu_weglimage *image = image_get(r, a->image);

	if (image)
		r->gl->EGLImageTargetTexture2DOES(a->target, image->egl);
	vgpu_weglimage_put(image);
	return 0;
}

int replay_glEGLImageTargetRenderbufferStorageOES(
	struct vgpu_replay *r, const struct args_glEGLImageTargetRenderbufferStorageOES *a)
{
	struct vgpu_weglimage *image = image_get(r, a->image);

	if (image)
		r->gl->EGLImageTargetRenderbufferStorageOES(a->target, image->egl);
	vgpu_weglimage_put(image);
	return 0;
}

int replay_glEGLImageTargetTexStorageEXT(struct vgpu_replay *r,
                                         const struct args_glEGLImageTargetTexStorageEXT *a)
{
	struct vgpu_weglimage *image;

	if (!attributes_fine(r, a->attrib_list, a->attrib_list_bytes))
		return 0;
	image = image_get(r, a->image);
	if (image)
		r->gl->EGLImageTargetTexStorageEXT(a->target, image->egl, NULL);
	vgpu_weglimage_put(image);
	return 0;
}

int replay_glEGLImageTargetTextureStorageEXT(struct vgpu_replay *r,
                                             const struct args_glEGLImageTargetTextureStorageEXT *a)
{
	struct vgpu_weglimage *image;

	if (!attributes_fine(r, a->attrib_list, a->attrib_list_bytes))
		return 0;
	image = image_get(r, a->image);
	if (image)
		r->gl->EGLImageTargetTextureStorageEXT(
			vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), image->egl, NULL);
	vgpu_weglimage_put(image);
	return 0;
}
