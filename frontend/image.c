/* SPDX-License-Identifier: MIT */
/* EGL images on the wire. */
#include <EGL/egl.h>

#include "encode.h"
#include "frontend/connection.h"

uint32_t vgpu_image_create(struct vgpu_context *context, uint32_t target, uint32_t object,
                           int32_t level, int32_t zoffset, uint32_t *image_out)
{
	struct vgpu_client *client = context->client;
	struct vgpu_stream *stream = client->lost ? NULL : vgpu_client_stream(client);
	uint32_t image, error;

	if (!stream)
		return EGL_BAD_ALLOC;
	image = client->next_id++;
	error = enc_vgpuImageCreate(stream, image, context->id, target, object, level, zoffset);
	if (stream->lost)
		return EGL_BAD_ALLOC;
	if (error == EGL_SUCCESS)
		*image_out = image;
	return error;
}

void vgpu_image_destroy(struct vgpu_client *client, uint32_t image)
{
	struct vgpu_stream *stream = client->lost ? NULL : vgpu_client_stream(client);

	if (!stream)
		return;
	enc_vgpuImageDestroy(stream, image);
	vgpu_stream_flush(stream);
}
