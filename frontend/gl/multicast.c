/* SPDX-License-Identifier: MIT */
/*
 * GL_NV_gpu_multicast. A context of ours is on one GPU (GL_MULTICAST_GPUS_NV is 1):
 * what names that one is the plain command, what names another is an error, and
 * there is nobody to wait for.
 */
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/state.h"

#define GPUS 1u

/* A mask names at least one GPU (else: the command's error), and none that is not there. */
static bool mask_ok(struct vgpu_context *ctx, GLbitfield mask, GLenum none)
{
	if (mask && mask < 1u << GPUS)
		return true;
	vgpu_gl_set_error(ctx, mask ? GL_INVALID_VALUE : none);
	return false;
}

static bool gpu_ok(struct vgpu_context *ctx, GLuint gpu)
{
	if (gpu < GPUS)
		return true;
	vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	return false;
}

void GLAPIENTRY entry_glRenderGpuMaskNV(GLbitfield mask)
{
	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	if (!mask || mask >= 1u << GPUS)
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
}

void GLAPIENTRY entry_glMulticastBufferSubDataNV(GLbitfield gpuMask, GLuint buffer, GLintptr offset,
						 GLsizeiptr size, const void *data)
{
	VGPU_GL_CONTEXT();
	if (mask_ok(ctx, gpuMask, GL_INVALID_VALUE))
		entry_glNamedBufferSubData(buffer, offset, size, data);
}

/* Has each GPU a copy of the buffer? */
static bool per_gpu(struct vgpu_context *ctx, GLuint buffer)
{
	const struct vgpu_gl_buffer *b = vgpu_guest_names_known(ctx, VGPU_NAME_BUFFER, buffer)
						 ? vgpu_gl_buffer_get(ctx, buffer)
						 : NULL;

	return b && b->immutable && (b->storage & GL_PER_GPU_STORAGE_BIT_NV);
}

void GLAPIENTRY entry_glMulticastCopyBufferSubDataNV(GLuint readGpu, GLbitfield writeGpuMask,
						     GLuint readBuffer, GLuint writeBuffer,
						     GLintptr readOffset, GLintptr writeOffset,
						     GLsizeiptr size)
{
	VGPU_GL_CONTEXT();
	if (!gpu_ok(ctx, readGpu) || !mask_ok(ctx, writeGpuMask, GL_INVALID_OPERATION))
		return;
	if (!per_gpu(ctx, readBuffer) || !per_gpu(ctx, writeBuffer))
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	else
		entry_glCopyNamedBufferSubData(readBuffer, writeBuffer, readOffset, writeOffset,
					       size);
}

void GLAPIENTRY entry_glMulticastCopyImageSubDataNV(
	GLuint srcGpu, GLbitfield dstGpuMask, GLuint srcName, GLenum srcTarget, GLint srcLevel,
	GLint srcX, GLint srcY, GLint srcZ, GLuint dstName, GLenum dstTarget, GLint dstLevel,
	GLint dstX, GLint dstY, GLint dstZ, GLsizei srcWidth, GLsizei srcHeight, GLsizei srcDepth)
{
	VGPU_GL_CONTEXT();
	if (gpu_ok(ctx, srcGpu) && mask_ok(ctx, dstGpuMask, GL_INVALID_VALUE))
		entry_glCopyImageSubData(srcName, srcTarget, srcLevel, srcX, srcY, srcZ, dstName,
					 dstTarget, dstLevel, dstX, dstY, dstZ, srcWidth, srcHeight,
					 srcDepth);
}

void GLAPIENTRY entry_glMulticastBlitFramebufferNV(GLuint srcGpu, GLuint dstGpu, GLint srcX0,
						   GLint srcY0, GLint srcX1, GLint srcY1,
						   GLint dstX0, GLint dstY0, GLint dstX1,
						   GLint dstY1, GLbitfield mask, GLenum filter)
{
	VGPU_GL_CONTEXT();
	if (gpu_ok(ctx, srcGpu) && gpu_ok(ctx, dstGpu))
		entry_glBlitFramebuffer(srcX0, srcY0, srcX1, srcY1, dstX0, dstY0, dstX1, dstY1,
					mask, filter);
}

void GLAPIENTRY entry_glMulticastFramebufferSampleLocationsfvNV(GLuint gpu, GLuint framebuffer,
								GLuint start, GLsizei count,
								const GLfloat *v)
{
	VGPU_GL_CONTEXT();
	if (gpu_ok(ctx, gpu))
		entry_glNamedFramebufferSampleLocationsfvARB(framebuffer, start, count, v);
}

/* Work of one GPU is in order. */
void GLAPIENTRY entry_glMulticastBarrierNV(void)
{
}

/* A GPU may not wait for itself, and there is no other. */
void GLAPIENTRY entry_glMulticastWaitSyncNV(GLuint signalGpu, GLbitfield waitGpuMask)
{
	VGPU_GL_CONTEXT();
	(void)signalGpu;
	(void)waitGpuMask;
	vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
}

#define GET_QUERY(suffix, T)                                                                       \
	void GLAPIENTRY entry_glMulticastGetQueryObject##suffix##NV(GLuint gpu, GLuint id,         \
								    GLenum pname, T *params)       \
	{                                                                                          \
		VGPU_GL_CONTEXT();                                                                 \
		if (gpu_ok(ctx, gpu))                                                              \
			entry_glGetQueryObject##suffix(id, pname, params);                         \
	}
GET_QUERY(iv, GLint)
GET_QUERY(uiv, GLuint)
GET_QUERY(i64v, GLint64)
GET_QUERY(ui64v, GLuint64)
