/* SPDX-License-Identifier: MIT */
#include "backend/worker/gl_state.h"

#include <stdlib.h>

#include "backend/worker/context.h"

#define UNANSWERED (-0x5a5a5a5a) /* no binding, alignment or length is this */

struct vgpu_wgl *vgpu_wgl_get(struct vgpu_replay *r)
{
	struct vgpu_wgl *w = r->ctx->wgl;

	if (!w) {
		w = calloc(1, sizeof(*w));
		if (!w) {
			vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
			return NULL;
		}
		w->max_attribs = w->max_coords = -1;
		r->ctx->wgl = w;
	}
	return w;
}

void vgpu_wgl_destroy(struct vgpu_wgl *w, struct vgpu_replay *r)
{
	uint32_t cursor = 0, id;
	uintptr_t value;

	if (!w)
		return;
	if (r) {
		GLuint names[] = { w->nothing, w->sentinel };

		vgpu_wgl_stream_end(r, &w->arrays);
		vgpu_wgl_stream_end(r, &w->indices);
		r->gl->DeleteBuffers(sizeof(names) / sizeof(names[0]), names);
	}
	while (vgpu_idmap_next(&w->vaos, &cursor, &id, &value))
		free((void *)value);
	vgpu_idmap_finish(&w->vaos);
	free(w);
}

bool vgpu_wgl_integer(struct vgpu_replay *r, GLenum pname, GLint *out)
{
	GLint value[4] = { UNANSWERED, 0, 0, 0 };

	r->gl->GetIntegerv(pname, value);
	if (value[0] == UNANSWERED)
		return false;
	*out = value[0];
	return true;
}

/* Bindings that a context of this version has; asking for others would be an error. */
static bool exists(const struct vgpu_wcaps *caps, enum vgpu_wbinding binding)
{
	switch (binding) {
	case VGPU_WBIND_ARRAY:
	case VGPU_WBIND_ELEMENT:
		return caps->es || caps->version >= 15;
	case VGPU_WBIND_PACK:
	case VGPU_WBIND_UNPACK:
		return caps->es ? caps->version >= 30 && caps->api != VGPU_API_GLES1
		                : caps->version >= 21;
	case VGPU_WBIND_INDIRECT:
		return caps->es ? caps->version >= 31 : caps->version >= 40;
	case VGPU_WBIND_DISPATCH:
		return caps->es ? caps->version >= 31 : caps->version >= 43;
	case VGPU_WBIND_PARAMETER:
		return !caps->es && caps->version >= 46;
	default:
		return false;
	}
}

bool vgpu_wgl_has_pixel_buffers(struct vgpu_replay *r)
{
	return exists(&r->ctx->caps, VGPU_WBIND_PACK);
}

GLuint vgpu_wgl_sentinel(struct vgpu_replay *r)
{
	struct vgpu_wgl *w = r->ctx->wgl;
	GLint old = 0;

	if (!w->sentinel && vgpu_wgl_integer(r, GL_PIXEL_PACK_BUFFER_BINDING, &old)) {
		r->gl->GenBuffers(1, &w->sentinel);
		r->gl->BindBuffer(GL_PIXEL_PACK_BUFFER, w->sentinel);
		r->gl->BufferData(GL_PIXEL_PACK_BUFFER, 1, NULL, GL_STREAM_READ);
		r->gl->BindBuffer(GL_PIXEL_PACK_BUFFER, (GLuint)old);
	}
	return w->sentinel;
}

bool vgpu_wgl_bound(struct vgpu_replay *r, enum vgpu_wbinding binding, GLuint *name_out)
{
	static const GLenum pnames[VGPU_WBIND_COUNT] = {
		[VGPU_WBIND_ARRAY] = GL_ARRAY_BUFFER_BINDING,
		[VGPU_WBIND_ELEMENT] = GL_ELEMENT_ARRAY_BUFFER_BINDING,
		[VGPU_WBIND_PACK] = GL_PIXEL_PACK_BUFFER_BINDING,
		[VGPU_WBIND_UNPACK] = GL_PIXEL_UNPACK_BUFFER_BINDING,
		[VGPU_WBIND_INDIRECT] = GL_DRAW_INDIRECT_BUFFER_BINDING,
		[VGPU_WBIND_DISPATCH] = GL_DISPATCH_INDIRECT_BUFFER_BINDING,
		[VGPU_WBIND_PARAMETER] = GL_PARAMETER_BUFFER_BINDING,
	};
	struct vgpu_wgl *w = vgpu_wgl_get(r);
	GLint value = 0;

	if (!w)
		return false;
	if (!w->known[binding]) {
		if (exists(&r->ctx->caps, binding) && !vgpu_wgl_integer(r, pnames[binding], &value))
			return false;
		w->bound[binding] = (GLuint)value;
		w->known[binding] = true;
	}
	*name_out = w->bound[binding];
	return true;
}

void vgpu_wgl_forget_target(struct vgpu_wgl *w, GLenum target)
{
	switch (target) {
	case GL_ARRAY_BUFFER:
		w->known[VGPU_WBIND_ARRAY] = false;
		break;
	case GL_ELEMENT_ARRAY_BUFFER:
		w->known[VGPU_WBIND_ELEMENT] = false;
		break;
	case GL_PIXEL_PACK_BUFFER:
		w->known[VGPU_WBIND_PACK] = false;
		break;
	case GL_PIXEL_UNPACK_BUFFER:
		w->known[VGPU_WBIND_UNPACK] = false;
		break;
	case GL_DRAW_INDIRECT_BUFFER:
		w->known[VGPU_WBIND_INDIRECT] = false;
		break;
	case GL_DISPATCH_INDIRECT_BUFFER:
		w->known[VGPU_WBIND_DISPATCH] = false;
		break;
	case GL_PARAMETER_BUFFER:
		w->known[VGPU_WBIND_PARAMETER] = false;
		break;
	default:
		break;
	}
}

void vgpu_wgl_forget_all(struct vgpu_wgl *w)
{
	int i;

	for (i = 0; i < VGPU_WBIND_COUNT; i++)
		w->known[i] = false;
	w->pack_known = w->unpack_known = false;
	w->vao_known = false;
}

struct store_names {
	GLenum alignment, row_length, image_height, skip_pixels, skip_rows, skip_images, swap, lsb;
};

static bool load_store(struct vgpu_replay *r, const struct store_names *n,
                       struct vgpu_pixel_store *out)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	bool pack = n->alignment == GL_PACK_ALIGNMENT;
	bool es2 = caps->es && caps->api != VGPU_API_GLES1;
	struct vgpu_pixel_store s = { 0 };
	bool ok = vgpu_wgl_integer(r, n->alignment, &s.alignment);

	/* ES 2.0 has rows and skips by extension only: then every host that we know has ES 3 */
	if (!caps->es || (es2 && caps->version >= 30)) {
		ok = ok && vgpu_wgl_integer(r, n->row_length, &s.row_length) &&
		     vgpu_wgl_integer(r, n->skip_pixels, &s.skip_pixels) &&
		     vgpu_wgl_integer(r, n->skip_rows, &s.skip_rows);
		if (!caps->es || !pack)
			ok = ok && vgpu_wgl_integer(r, n->image_height, &s.image_height) &&
			     vgpu_wgl_integer(r, n->skip_images, &s.skip_images);
	}
	if (!caps->es)
		ok = ok && vgpu_wgl_integer(r, n->swap, &s.swap_bytes) &&
		     vgpu_wgl_integer(r, n->lsb, &s.lsb_first);
	if (ok)
		*out = s;
	return ok;
}

const struct vgpu_pixel_store *vgpu_wgl_pack(struct vgpu_replay *r)
{
	static const struct store_names names = {
		GL_PACK_ALIGNMENT, GL_PACK_ROW_LENGTH, GL_PACK_IMAGE_HEIGHT, GL_PACK_SKIP_PIXELS,
		GL_PACK_SKIP_ROWS, GL_PACK_SKIP_IMAGES, GL_PACK_SWAP_BYTES, GL_PACK_LSB_FIRST,
	};
	struct vgpu_wgl *w = vgpu_wgl_get(r);

	if (w && !w->pack_known)
		w->pack_known = load_store(r, &names, &w->pack);
	return w && w->pack_known ? &w->pack : NULL;
}

const struct vgpu_pixel_store *vgpu_wgl_unpack(struct vgpu_replay *r)
{
	static const struct store_names names = {
		GL_UNPACK_ALIGNMENT, GL_UNPACK_ROW_LENGTH, GL_UNPACK_IMAGE_HEIGHT,
		GL_UNPACK_SKIP_PIXELS, GL_UNPACK_SKIP_ROWS, GL_UNPACK_SKIP_IMAGES,
		GL_UNPACK_SWAP_BYTES, GL_UNPACK_LSB_FIRST,
	};
	struct vgpu_wgl *w = vgpu_wgl_get(r);

	if (w && !w->unpack_known)
		w->unpack_known = load_store(r, &names, &w->unpack);
	return w && w->unpack_known ? &w->unpack : NULL;
}
