/* SPDX-License-Identifier: MIT */
#include "backend/worker/gl_blocks.h"

#include "backend/worker/context.h"

static const GLenum names[2][VGPU_WBLOCK_VALUES] = {
	{ GL_UNPACK_COMPRESSED_BLOCK_WIDTH, GL_UNPACK_COMPRESSED_BLOCK_HEIGHT,
	  GL_UNPACK_COMPRESSED_BLOCK_DEPTH, GL_UNPACK_COMPRESSED_BLOCK_SIZE },
	{ GL_PACK_COMPRESSED_BLOCK_WIDTH, GL_PACK_COMPRESSED_BLOCK_HEIGHT,
	  GL_PACK_COMPRESSED_BLOCK_DEPTH, GL_PACK_COMPRESSED_BLOCK_SIZE },
};

void vgpu_wblocks_of(GLenum internal, int32_t *width_out, int32_t *height_out)
{
	static const uint8_t astc[][2] = { { 4, 4 }, { 5, 4 }, { 5, 5 }, { 6, 5 }, { 6, 6 },
		                           { 8, 5 }, { 8, 6 }, { 8, 8 }, { 10, 5 }, { 10, 6 },
		                           { 10, 8 }, { 10, 10 }, { 12, 10 }, { 12, 12 } };
	GLenum n = internal - GL_COMPRESSED_RGBA_ASTC_4x4_KHR;

	if (n >= 14)
		n = internal - GL_COMPRESSED_SRGB8_ALPHA8_ASTC_4x4_KHR;
	*width_out = n < 14 ? astc[n][0] : 4;
	*height_out = n < 14 ? astc[n][1] : 4;
	if (internal == GL_COMPRESSED_RGB_FXT1_3DFX || internal == GL_COMPRESSED_RGBA_FXT1_3DFX)
		*width_out = 8;
}

static GLint *value_of(struct vgpu_wgl *w, GLenum pname, GLenum *name_out)
{
	int pack, i;

	for (pack = 0; pack < 2; pack++) {
		for (i = 0; i < VGPU_WBLOCK_VALUES; i++) {
			if (pname == names[pack][i]) {
				*name_out = pname;
				return &w->blocks[pack][i];
			}
		}
	}
	return NULL;
}

bool vgpu_wblocks_set(struct vgpu_replay *r, GLenum pname, GLint param)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);
	GLint value, *field;
	GLenum name;

	field = w ? value_of(w, pname, &name) : NULL;
	if (!field)
		return false;
	vgpu_wcontext_keep_errors(r);
	r->gl->PixelStorei(pname, param);
	/* it counts if the driver took it; what it took goes back at once */
	if (r->gl->GetError() != GL_NO_ERROR)
		r->gl->PixelStorei(pname, param); /* the error again, for the guest */
	else if (vgpu_wgl_integer(r, pname, &value))
		*field = value;
	vgpu_wcontext_keep_errors(r);
	r->gl->PixelStorei(pname, 0);
	return true;
}

bool vgpu_wblocks_get(struct vgpu_replay *r, GLenum pname, GLint *value_out)
{
	struct vgpu_wgl *w = r->ctx->wgl;
	GLenum name;
	GLint *field = w ? value_of(w, pname, &name) : NULL;

	if (!field || !*field)
		return false;
	*value_out = *field;
	return true;
}

/* The last octet that the transfer touches lies in the buffer. */
static bool inside(struct vgpu_replay *r, bool pack, const struct vgpu_compressed_layout *l,
                   uint64_t offset)
{
	uint64_t end = l->start + (l->slices - 1) * l->slice_stride +
	               (l->rows - 1) * l->row_stride + l->row_bytes;
	GLint size = 0;

	r->gl->GetBufferParameteriv(pack ? GL_PIXEL_PACK_BUFFER : GL_PIXEL_UNPACK_BUFFER,
	                            GL_BUFFER_SIZE, &size);
	return size > 0 && offset <= (uint64_t)size && end <= (uint64_t)size - offset;
}

/* The program's blocks are the format's, and add up. */
static bool fits(const struct vgpu_pixel_store *s, const struct vgpu_wblock_image *image,
                 struct vgpu_compressed_layout *l)
{
	uint64_t blocks;

	if (s->block_width != image->block_width || image->block_width <= 0 ||
	    (image->dims > 1 && s->block_height && s->block_height != image->block_height) ||
	    (image->dims > 2 && s->block_depth > 1) ||
	    !vgpu_image_compressed(l, s, image->dims, image->width, image->height, image->depth,
	                           image->bytes))
		return false;
	blocks = ((uint64_t)image->width + (uint64_t)image->block_width - 1) /
	         (uint64_t)image->block_width *
	         (((uint64_t)image->height + (uint64_t)image->block_height - 1) /
	          (uint64_t)image->block_height) *
	         (uint64_t)image->depth;
	return l->rows && l->slices && blocks * (uint64_t)s->block_size == image->bytes;
}

bool vgpu_wblocks_begin(struct vgpu_replay *r, bool pack, const struct vgpu_wblock_image *image)
{
	const struct vgpu_pixel_store *store = pack ? vgpu_wgl_pack(r) : vgpu_wgl_unpack(r);
	struct vgpu_wgl *w = r->ctx->wgl;
	struct vgpu_compressed_layout l;
	struct vgpu_pixel_store s;
	int i;

	/* without a size of blocks, row length and skips do not count */
	if (!store || !w || !w->blocks[pack][3])
		return true;
	s = *store;
	s.block_width = w->blocks[pack][0];
	s.block_height = w->blocks[pack][1];
	s.block_depth = w->blocks[pack][2];
	s.block_size = w->blocks[pack][3];
	if (!fits(&s, image, &l) || !inside(r, pack, &l, image->offset)) {
		vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
		return false;
	}
	for (i = 0; i < VGPU_WBLOCK_VALUES; i++)
		r->gl->PixelStorei(names[pack][i], w->blocks[pack][i]);
	w->blocks_given[pack] = true;
	return true;
}

void vgpu_wblocks_end(struct vgpu_replay *r, bool pack)
{
	struct vgpu_wgl *w = r->ctx->wgl;
	int i;

	if (!w || !w->blocks_given[pack])
		return;
	for (i = 0; i < VGPU_WBLOCK_VALUES; i++)
		r->gl->PixelStorei(names[pack][i], 0);
	w->blocks_given[pack] = false;
}
