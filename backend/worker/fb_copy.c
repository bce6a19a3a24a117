/* SPDX-License-Identifier: MIT */
/* Copies from the read framebuffer, which may be a multisampled framebuffer 0 (fbo.h). */
#include "backend/worker/fbo.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "host_gl.h"

/* What of the framebuffer a texture of this internal format or type takes. */
static GLbitfield part(GLenum format)
{
	switch (format) {
	case GL_DEPTH:
	case GL_DEPTH_COMPONENT:
	case GL_DEPTH_COMPONENT16:
	case GL_DEPTH_COMPONENT24:
	case GL_DEPTH_COMPONENT32:
	case GL_DEPTH_COMPONENT32F:
		return GL_DEPTH_BUFFER_BIT;
	case GL_STENCIL:
	case GL_STENCIL_INDEX:
	case GL_STENCIL_INDEX8:
		return GL_STENCIL_BUFFER_BIT;
	case GL_DEPTH_STENCIL:
	case GL_DEPTH24_STENCIL8:
	case GL_DEPTH32F_STENCIL8:
		return GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT;
	default:
		return GL_COLOR_BUFFER_BIT;
	}
}

/* The texture's format is the host's to know: everything. */
#define ALL (GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT)

int replay_glCopyPixels(struct vgpu_replay *r, const struct args_glCopyPixels *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, a->height))
		return 0;
	vgpu_wfbo_read_begin(r, part(a->type));
	r->gl->CopyPixels(a->x, a->y, a->width, a->height, a->type);
	vgpu_wfbo_read_end(r);
	return 0;
}

int replay_glCopyTexImage1D(struct vgpu_replay *r, const struct args_glCopyTexImage1D *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, 1))
		return 0;
	vgpu_wfbo_read_begin(r, part(a->internalformat));
	r->gl->CopyTexImage1D(a->target, a->level, a->internalformat, a->x, a->y, a->width,
	                      a->border);
	vgpu_wfbo_read_end(r);
	return 0;
}

int replay_glCopyTexImage2D(struct vgpu_replay *r, const struct args_glCopyTexImage2D *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, a->height))
		return 0;
	vgpu_wfbo_read_begin(r, part(a->internalformat));
	r->gl->CopyTexImage2D(a->target, a->level, a->internalformat, a->x, a->y, a->width,
	                      a->height, a->border);
	vgpu_wfbo_read_end(r);
	return 0;
}

int replay_glCopyTexSubImage1D(struct vgpu_replay *r, const struct args_glCopyTexSubImage1D *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, 1))
		return 0;
	vgpu_wfbo_read_begin(r, ALL);
	r->gl->CopyTexSubImage1D(a->target, a->level, a->xoffset, a->x, a->y, a->width);
	vgpu_wfbo_read_end(r);
	return 0;
}

int replay_glCopyTexSubImage2D(struct vgpu_replay *r, const struct args_glCopyTexSubImage2D *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, a->height))
		return 0;
	vgpu_wfbo_read_begin(r, ALL);
	r->gl->CopyTexSubImage2D(a->target, a->level, a->xoffset, a->yoffset, a->x, a->y, a->width,
	                         a->height);
	vgpu_wfbo_read_end(r);
	return 0;
}

int replay_glCopyTexSubImage3D(struct vgpu_replay *r, const struct args_glCopyTexSubImage3D *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, a->height))
		return 0;
	vgpu_wfbo_read_begin(r, ALL);
	r->gl->CopyTexSubImage3D(a->target, a->level, a->xoffset, a->yoffset, a->zoffset, a->x,
	                         a->y, a->width, a->height);
	vgpu_wfbo_read_end(r);
	return 0;
}

int replay_glCopyTextureSubImage1D(struct vgpu_replay *r,
                                   const struct args_glCopyTextureSubImage1D *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, 1))
		return 0;
	vgpu_wfbo_read_begin(r, ALL);
	r->gl->CopyTextureSubImage1D(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), a->level,
	                             a->xoffset, a->x, a->y, a->width);
	vgpu_wfbo_read_end(r);
	return 0;
}

int replay_glCopyTextureSubImage2D(struct vgpu_replay *r,
                                   const struct args_glCopyTextureSubImage2D *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, a->height))
		return 0;
	vgpu_wfbo_read_begin(r, ALL);
	r->gl->CopyTextureSubImage2D(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), a->level,
	                             a->xoffset, a->yoffset, a->x, a->y, a->width, a->height);
	vgpu_wfbo_read_end(r);
	return 0;
}

int replay_glCopyTextureSubImage3D(struct vgpu_replay *r,
                                   const struct args_glCopyTextureSubImage3D *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, a->height))
		return 0;
	vgpu_wfbo_read_begin(r, ALL);
	r->gl->CopyTextureSubImage3D(vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture), a->level,
	                             a->xoffset, a->yoffset, a->zoffset, a->x, a->y, a->width,
	                             a->height);
	vgpu_wfbo_read_end(r);
	return 0;
}

/* ---- EXT_direct_state_access -------------------------------------------------------------- */

#define COPY(name, rows, what, ...)                                                               \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                 \
	{                                                                                         \
		if (!r->gl->name || !vgpu_wfbo_rectangle(r, a->x, a->y, a->width, rows))          \
			return 0;                                                                 \
		vgpu_wfbo_read_begin(r, what);                                                    \
		r->gl->name(__VA_ARGS__);                                                         \
		vgpu_wfbo_read_end(r);                                                            \
		return 0;                                                                         \
	}
/* GL makes a texture of a name that it has not seen when it gets an image */
#define NEW_TEXTURE vgpu_host_name_bind(r, VGPU_NAME_TEXTURE, a->texture, a->target)
#define TEXTURE vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture)

COPY(CopyTextureImage1DEXT, 1, part(a->internalformat), NEW_TEXTURE, a->target, a->level,
     a->internalformat, a->x, a->y, a->width, a->border)
COPY(CopyTextureImage2DEXT, a->height, part(a->internalformat), NEW_TEXTURE, a->target, a->level,
     a->internalformat, a->x, a->y, a->width, a->height, a->border)
COPY(CopyTextureSubImage1DEXT, 1, ALL, TEXTURE, a->target, a->level, a->xoffset, a->x, a->y,
     a->width)
COPY(CopyTextureSubImage2DEXT, a->height, ALL, TEXTURE, a->target, a->level, a->xoffset, a->yoffset, a->x,
     a->y, a->width, a->height)
COPY(CopyTextureSubImage3DEXT, a->height, ALL, TEXTURE, a->target, a->level, a->xoffset, a->yoffset,
     a->zoffset, a->x, a->y, a->width, a->height)
COPY(CopyMultiTexImage1DEXT, 1, part(a->internalformat), a->texunit, a->target, a->level,
     a->internalformat, a->x, a->y, a->width, a->border)
COPY(CopyMultiTexImage2DEXT, a->height, part(a->internalformat), a->texunit, a->target, a->level,
     a->internalformat, a->x, a->y, a->width, a->height, a->border)
COPY(CopyMultiTexSubImage1DEXT, 1, ALL, a->texunit, a->target, a->level, a->xoffset, a->x, a->y,
     a->width)
COPY(CopyMultiTexSubImage2DEXT, a->height, ALL, a->texunit, a->target, a->level, a->xoffset, a->yoffset,
     a->x, a->y, a->width, a->height)
COPY(CopyMultiTexSubImage3DEXT, a->height, ALL, a->texunit, a->target, a->level, a->xoffset, a->yoffset,
     a->zoffset, a->x, a->y, a->width, a->height)
