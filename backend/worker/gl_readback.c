/* SPDX-License-Identifier: MIT */
/*
 * Read-back. Into the guest's memory: the size follows from what the driver
 * says of the image, must be what the guest expects, and the driver writes to
 * the reply ring, or to memory that holds nothing but earlier images of this
 * guest, with nothing skipped. A read-back that can only fail is
 * given a pack buffer too small for it, so that the driver raises its error and
 * cannot write.
 */
#include <errno.h>
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/fbo.h"
#include "backend/worker/gl_blocks.h"
#include "backend/worker/gl_readback.h"
#include "backend/worker/gl_state.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "protocol/gl_teximage.h"

struct readback {
	uint16_t op;
	enum vgpu_ref_kind kind;
	void *pixels; /* for the driver */
	uint64_t bytes;
	GLuint old;   /* pack buffer before, when ours is bound */
	GLuint buffer; /* ours, see bounced */
	bool sentinel, reset, blocks;
	void *bounced; /* the driver writes to a buffer of ours, from where it goes here */
	bool sent;    /* the answer is on its way */
};

#define LAST_ROW_PADDING 8 /* GL_PACK_ALIGNMENT at most: NVIDIA's driver wants room for it */
#define RING_FROM (64u << 10) /* larger images are read straight into the reply ring */

static void plain_store(struct vgpu_replay *r, const struct vgpu_pixel_store *s, bool restore)
{
	const struct vgpu_gl *gl = r->gl;

	if (s->row_length)
		gl->PixelStorei(GL_PACK_ROW_LENGTH, restore ? s->row_length : 0);
	if (s->image_height)
		gl->PixelStorei(GL_PACK_IMAGE_HEIGHT, restore ? s->image_height : 0);
	if (s->skip_pixels)
		gl->PixelStorei(GL_PACK_SKIP_PIXELS, restore ? s->skip_pixels : 0);
	if (s->skip_rows)
		gl->PixelStorei(GL_PACK_SKIP_ROWS, restore ? s->skip_rows : 0);
	if (s->skip_images)
		gl->PixelStorei(GL_PACK_SKIP_IMAGES, restore ? s->skip_images : 0);
}

/*
 * bytes: what the driver will write to client memory. Returns true: call the
 * driver with rb->pixels, then end. False: nothing is called, *rc_out is the
 * command's result and the answer has been sent.
 */
static bool begin(struct vgpu_replay *r, struct readback *rb, uint16_t op,
                  const struct vgpu_ref *ref, uint64_t bytes, int *rc_out)
{
	const struct vgpu_pixel_store *store = vgpu_wgl_pack(r);
	GLuint bound;

	*rb = (struct readback){ .op = op, .kind = ref->kind };
	*rc_out = 0;
	if (!store || !vgpu_wgl_bound(r, VGPU_WBIND_PACK, &bound) ||
	    (ref->kind == VGPU_REF_OFFSET && !bound) || (ref->kind == VGPU_REF_BLOB && bound)) {
		vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
		goto refuse;
	}
	if (ref->kind == VGPU_REF_OFFSET) {
		rb->pixels = (void *)(uintptr_t)ref->value;
		return true;
	}
	if (ref->kind == VGPU_REF_BLOB) {
		if (ref->value != bytes || !bytes)
			goto refuse; /* the image has changed since the guest asked */
		rb->pixels = vgpu_scratch_image(r, bytes);
		if (!rb->pixels) {
			vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
			goto refuse;
		}
		rb->bytes = bytes;
		rb->reset = true;
		plain_store(r, store, false);
		vgpu_wcontext_keep_errors(r);
		return true;
	}
	/* nothing to write to: let the driver find out why */
	if (!vgpu_wgl_has_pixel_buffers(r))
		return false;
	r->gl->BindBuffer(GL_PIXEL_PACK_BUFFER, vgpu_wgl_sentinel(r));
	rb->old = bound;
	rb->sentinel = true;
	return true;
refuse:
	if (ref->kind == VGPU_REF_BLOB)
		vgpu_answer_empty(r, op);
	return false;
}

/*
 * Another stream may make the texture larger after it was asked for its size.
 * Into a buffer of that size the driver cannot write too much: it looks itself.
 */
static void bounce(struct vgpu_replay *r, struct readback *rb)
{
	if (rb->kind != VGPU_REF_BLOB || !vgpu_wgl_has_pixel_buffers(r))
		return;
	rb->bounced = rb->pixels;
	rb->pixels = NULL;
	r->gl->GenBuffers(1, &rb->buffer);
	r->gl->BindBuffer(GL_PIXEL_PACK_BUFFER, rb->buffer);
	r->gl->BufferData(GL_PIXEL_PACK_BUFFER, (GLsizeiptr)(rb->bytes + LAST_ROW_PADDING), NULL,
	                  GL_STREAM_READ);
}

/* What the driver has put into the buffer. Nothing is bound there but for a read-back to an offset. */
static GLenum fetch_bounced(struct vgpu_replay *r, struct readback *rb)
{
	GLenum error = r->gl->GetError();

	if (error == GL_NO_ERROR) {
		r->gl->GetBufferSubData(GL_PIXEL_PACK_BUFFER, 0, (GLsizeiptr)rb->bytes, rb->bounced);
		error = r->gl->GetError();
	}
	r->gl->BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	r->gl->DeleteBuffers(1, &rb->buffer);
	rb->pixels = rb->bounced;
	return error;
}

static int end(struct vgpu_replay *r, struct readback *rb)
{
	GLenum error;

	if (rb->sentinel)
		r->gl->BindBuffer(GL_PIXEL_PACK_BUFFER, rb->old);
	if (rb->blocks)
		vgpu_wblocks_end(r, true);
	if (rb->kind != VGPU_REF_BLOB)
		return 0;
	if (rb->bounced)
		error = fetch_bounced(r, rb);
	else
		error = rb->sent ? GL_NO_ERROR : r->gl->GetError();
	plain_store(r, &r->ctx->wgl->pack, true);
	if (rb->sent)
		return 0;
	if (error != GL_NO_ERROR) {
		vgpu_wcontext_raise(r, error);
		return vgpu_answer_empty(r, rb->op);
	}
	vgpu_reply_send_begin(r, rb->op, VGPU_REPLY_BLOB(rb->bytes));
	vgpu_reply_send_blob(r, rb->pixels, rb->bytes);
	return 0;
}

#define READ(op, ref, bytes, call)                                                                \
	struct readback rb;                                                                       \
	int rc;                                                                                   \
	if (!begin(r, &rb, op, ref, bytes, &rc))                                                  \
		return rc;                                                                        \
	call;                                                                                     \
	return end(r, &rb)

/* The same of a texture, which other streams may change at any time. */
#define READ_TEXTURE(op, ref, bytes, call)                                                        \
	struct readback rb;                                                                       \
	int rc;                                                                                   \
	if (!begin(r, &rb, op, ref, bytes, &rc))                                                  \
		return rc;                                                                        \
	bounce(r, &rb);                                                                           \
	call;                                                                                     \
	return end(r, &rb)

/* The same of w x h x d of a compressed level. */
#define READ_BLOCKS(op, ref, level, w, h, d, bytes, call)                                         \
	struct readback rb;                                                                       \
	int rc;                                                                                   \
	if (!begin(r, &rb, op, ref, bytes, &rc))                                                  \
		return rc;                                                                        \
	if (!give_blocks(r, &rb, ref, level, w, h, d))                                            \
		return 0;                                                                         \
	bounce(r, &rb);                                                                           \
	call;                                                                                     \
	return end(r, &rb)

/* To a pixel buffer blocks go as the pixel store says. False: an error was raised. */
static bool give_blocks(struct vgpu_replay *r, struct readback *rb, const struct vgpu_ref *ref,
                        const struct vgpu_tex_level *l, int32_t width, int32_t height,
                        int32_t depth)
{
	const struct vgpu_wblock_image image = {
		.dims = (uint32_t)l->dims, .width = width, .height = height, .depth = depth,
		.bytes = vgpu_tex_compressed_bytes(l, width, height, depth),
		.block_width = l->block_width, .block_height = l->block_height,
		.offset = ref->value,
	};

	if (ref->kind != VGPU_REF_OFFSET)
		return true;
	rb->blocks = vgpu_wblocks_begin(r, true, &image);
	return rb->blocks;
}

/* Bytes of an image under the pack alignment; 0 when they cannot be known. */
static uint64_t image_bytes(struct vgpu_replay *r, int64_t width, int64_t height, int64_t depth,
                            GLenum format, GLenum type)
{
	const struct vgpu_pixel_store *store = vgpu_wgl_pack(r);
	uint64_t bytes = 0;

	if (!store ||
	    vgpu_image_bytes(&bytes, store->alignment, width, height, depth, format, type))
		return 0;
	return bytes;
}

static GLbitfield part(GLenum format)
{
	switch (format) {
	case GL_DEPTH_COMPONENT:
		return GL_DEPTH_BUFFER_BIT;
	case GL_STENCIL_INDEX:
		return GL_STENCIL_BUFFER_BIT;
	case GL_DEPTH_STENCIL:
		return GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT;
	default:
		return GL_COLOR_BUFFER_BIT;
	}
}

struct rows {
	GLint x, y;
	GLsizei width, height, done;
	GLenum format, type;
	uint64_t stride, last; /* bytes of a row, and of one without padding */
};

/* Read the next rows, as many as bytes hold, to where. Returns bytes. */
static uint64_t read_rows(struct vgpu_replay *r, struct rows *rows, uint8_t *where, uint64_t bytes)
{
	uint64_t n = bytes / rows->stride, left = (uint64_t)(rows->height - rows->done);

	if (n >= left || bytes >= rows->stride * (left - 1) + rows->last)
		n = left;
	r->gl->ReadPixels(rows->x, rows->y + rows->done, rows->width, (GLsizei)n, rows->format,
	                  rows->type, where);
	rows->done += (GLsizei)n;
	return n == left ? rows->stride * (n - 1) + rows->last : rows->stride * n;
}

/* Stages of GL_ARB_imaging that join rows, count pixels or let none through. */
static bool rows_belong_together(struct vgpu_replay *r)
{
	static const GLenum stages[] = { GL_CONVOLUTION_1D, GL_CONVOLUTION_2D, GL_SEPARABLE_2D,
		                         GL_HISTOGRAM, GL_MINMAX };
	size_t i;

	for (i = 0; r->ctx->caps.imaging && i < sizeof(stages) / sizeof(stages[0]); i++)
		if (r->gl->IsEnabled(stages[i]))
			return true;
	return false;
}

/*
 * Read an image in pieces of some rows straight into the reply ring: the guest
 * takes one while the next is read. An error shows with the first piece, before
 * anything was sent. False: not this way, and nothing was done.
 */
static bool read_to_ring(struct vgpu_replay *r, struct readback *rb, struct rows *rows)
{
	const uint64_t head = sizeof(struct vgpu_wire_reply) + sizeof(uint64_t);
	uint64_t have, n, done, count = rb->bytes;
	uint8_t *where;
	GLenum error;

	if (rb->bytes < RING_FROM || rows->stride % 8 || rows->y > INT32_MAX - rows->height ||
	    rows_belong_together(r))
		return false;
	where = vgpu_reply_space(r, head + rb->bytes, &have);
	if (!where || have < head + rows->stride)
		return false;
	done = read_rows(r, rows, where + head, have - head);
	error = r->gl->GetError();
	rb->sent = true;
	if (error != GL_NO_ERROR) {
		vgpu_wcontext_raise(r, error);
		vgpu_answer_empty(r, rb->op);
		return true;
	}
	vgpu_reply_send_begin(r, rb->op, VGPU_REPLY_BLOB(rb->bytes));
	vgpu_reply_send(r, &count, sizeof(count));
	vgpu_reply_wrote(r, VGPU_PAD8(done));
	while (done < rb->bytes) {
		where = vgpu_reply_space(r, VGPU_PAD8(rb->bytes - done), &have);
		if (where && have >= rows->stride && have >= VGPU_PAD8(rows->last)) {
			n = read_rows(r, rows, where, have);
			vgpu_reply_wrote(r, VGPU_PAD8(n));
		} else {
			/* the ring's end divides a row */
			n = read_rows(r, rows, rb->pixels, rows->stride);
			vgpu_reply_send(r, rb->pixels, VGPU_PAD8(n));
		}
		done += n;
	}
	return true;
}

static void read_pixels(struct vgpu_replay *r, struct readback *rb, GLint x, GLint y,
                        GLsizei width, GLsizei height, GLenum format, GLenum type)
{
	struct rows rows = { x, y, width, height, 0, format, type, 0, 0 };
	uint64_t two;

	vgpu_wfbo_read_begin(r, part(format));
	if (rb->bytes) {
		rows.last = image_bytes(r, width, 1, 1, format, type);
		two = image_bytes(r, width, 2, 1, format, type);
		rows.stride = two > rows.last ? two - rows.last : 1;
	}
	if (!rb->bytes || !read_to_ring(r, rb, &rows))
		r->gl->ReadPixels(x, y, width, height, format, type, rb->pixels);
	vgpu_wfbo_read_end(r);
}

/*
 * Does the image lie in the pack buffer as a whole? Mesa (22.3: read_pixels) cuts off what is outside
 * the framebuffer and compares what is left, as if its rows lay close; it then writes rows as far
 * apart as they were, and skips what was cut off at the left and the bottom.
 */
static bool fits_buffer(struct vgpu_replay *r, uint64_t offset, GLsizei width, GLsizei height,
                        GLenum format, GLenum type)
{
	const struct vgpu_pixel_store *store = vgpu_wgl_pack(r);
	int64_t row = store && store->row_length > 0 ? store->row_length : width;
	uint64_t stride, last, rows, end, one;
	GLint64 size = 0;
	GLint size32 = 0;

	if (!store || width <= 0 || height <= 0 || row <= 0)
		return true; /* nothing is written */
	one = image_bytes(r, row, 1, 1, format, type);
	stride = image_bytes(r, row, 2, 1, format, type) - one;
	last = image_bytes(r, (int64_t)store->skip_pixels + width, 1, 1, format, type);
	if (!one || !last)
		/* no format that is known here: then the driver should not know it either */
		return false;
	rows = (uint64_t)store->skip_rows + (uint64_t)height - 1;
	if (__builtin_mul_overflow(rows, stride, &end) || __builtin_add_overflow(end, last, &end) ||
	    __builtin_add_overflow(end, offset, &end))
		return false;
	if (r->gl->GetBufferParameteri64v && r->ctx->caps.version >= (r->ctx->caps.es ? 30 : 32)) {
		r->gl->GetBufferParameteri64v(GL_PIXEL_PACK_BUFFER, GL_BUFFER_SIZE, &size);
	} else {
		r->gl->GetBufferParameteriv(GL_PIXEL_PACK_BUFFER, GL_BUFFER_SIZE, &size32);
		size = size32;
	}
	return size > 0 && end <= (uint64_t)size;
}

static void read_checked(struct vgpu_replay *r, struct readback *rb, const struct vgpu_ref *ref,
                         GLint x, GLint y, GLsizei width, GLsizei height, GLenum format, GLenum type)
{
	bool fits = ref->kind == VGPU_REF_BLOB ||
	            fits_buffer(r, (uintptr_t)rb->pixels, width, height, format, type);

	/* where it does not, the driver may still find another error, with nothing to write */
	read_pixels(r, rb, x, y, fits ? width : 0, fits ? height : 0, format, type);
	if (!fits)
		vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
}

/* Mesa (22.3: read_pixels of ES 3) looks at the read buffer before it asks whether there is one. */
static bool has_source(struct vgpu_replay *r, GLenum format)
{
	GLint buffer = GL_BACK;

	if (!r->ctx->caps.es || r->ctx->caps.version < 30 || part(format) != GL_COLOR_BUFFER_BIT)
		return true;
	if (vgpu_wgl_integer(r, GL_READ_BUFFER, &buffer) && buffer != GL_NONE)
		return true;
	vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
	return false;
}

int replay_glReadPixels(struct vgpu_replay *r, const struct args_glReadPixels *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, a->height) || !has_source(r, a->format))
		return a->pixels.kind == VGPU_REF_BLOB ? vgpu_answer_empty(r, VGPU_OP_glReadPixels) : 0;
	READ(VGPU_OP_glReadPixels, &a->pixels,
	     image_bytes(r, a->width, a->height, 1, a->format, a->type),
	     read_checked(r, &rb, &a->pixels, a->x, a->y, a->width, a->height, a->format, a->type));
}

int replay_glReadnPixels(struct vgpu_replay *r, const struct args_glReadnPixels *a)
{
	if (!vgpu_wfbo_rectangle(r, a->x, a->y, a->width, a->height) || !has_source(r, a->format))
		return a->data.kind == VGPU_REF_BLOB ? vgpu_answer_empty(r, VGPU_OP_glReadnPixels) : 0;
	/* the guest has compared with bufSize; the driver's own check is of a buffer */
	READ(VGPU_OP_glReadnPixels, &a->data,
	     image_bytes(r, a->width, a->height, 1, a->format, a->type),
	     read_checked(r, &rb, &a->data, a->x, a->y, a->width, a->height, a->format, a->type));
}

/* ---- levels of textures -------------------------------------------------------------------- */

/* GetTexLevelParameter in the form that `how` names. */
static GLint level_parameter(struct vgpu_replay *r, GLuint how, GLenum target, GLuint object,
                             GLint level, GLenum pname)
{
	GLint value[4] = { 0 };

	switch (how) {
	case VGPU_TEX_BOUND:
		r->gl->GetTexLevelParameteriv(target, level, pname, value);
		break;
	case VGPU_TEX_NAMED:
		r->gl->GetTextureLevelParameteriv(object, level, pname, value);
		break;
	case VGPU_TEX_NAMED_EXT:
		r->gl->GetTextureLevelParameterivEXT(object, target, level, pname, value);
		break;
	case VGPU_TEX_UNIT:
		r->gl->GetMultiTexLevelParameterivEXT(object, target, level, pname, value);
		break;
	default:
		break;
	}
	return value[0];
}

static int32_t dims_of(GLenum target)
{
	switch (target) {
	case GL_TEXTURE_1D:
		return 1;
	case GL_TEXTURE_3D:
	case GL_TEXTURE_2D_ARRAY:
	case GL_TEXTURE_CUBE_MAP_ARRAY:
	case GL_TEXTURE_CUBE_MAP: /* by name: six images */
		return 3;
	default:
		return 2;
	}
}

/*
 * The blocks of a compressed level. Drivers' own answers (GL_TEXTURE_COMPRESSED_BLOCK_WIDTH) are
 * wrong too often; the size of the whole and the shape that the format's name says are not.
 */
static void block_of(struct vgpu_tex_level *l, GLenum internal)
{
	uint64_t blocks;

	vgpu_wblocks_of(internal, &l->block_width, &l->block_height);
	l->block_bytes = 1;
	blocks = vgpu_tex_compressed_bytes(l, l->width, l->height, l->depth);
	l->block_bytes = 0;
	if (blocks && (uint64_t)l->compressed_bytes % blocks == 0)
		l->block_bytes = (int32_t)((uint64_t)l->compressed_bytes / blocks);
}

static bool can_ask(struct vgpu_replay *r, GLuint how)
{
	const struct vgpu_gl *gl = r->gl;

	if (r->ctx->caps.es)
		return false;
	switch (how) {
	case VGPU_TEX_BOUND:
		return true;
	case VGPU_TEX_NAMED:
		return gl->GetTextureLevelParameteriv && gl->GetTextureParameteriv;
	case VGPU_TEX_NAMED_EXT:
		return gl->GetTextureLevelParameterivEXT;
	case VGPU_TEX_UNIT:
		return gl->GetMultiTexLevelParameterivEXT;
	default:
		return false;
	}
}

/* What a texture is. Mesa answers GL_TEXTURE_TARGET in core profiles only: else it is tried out. */
static GLenum target_of(struct vgpu_replay *r, GLuint texture)
{
	static const GLenum kinds[][2] = {
		{ GL_TEXTURE_2D, GL_TEXTURE_BINDING_2D },
		{ GL_TEXTURE_3D, GL_TEXTURE_BINDING_3D },
		{ GL_TEXTURE_CUBE_MAP, GL_TEXTURE_BINDING_CUBE_MAP },
		{ GL_TEXTURE_2D_ARRAY, GL_TEXTURE_BINDING_2D_ARRAY },
		{ GL_TEXTURE_CUBE_MAP_ARRAY, GL_TEXTURE_BINDING_CUBE_MAP_ARRAY },
		{ GL_TEXTURE_1D, GL_TEXTURE_BINDING_1D },
	};
	GLint value = 0, old;
	size_t i;

	r->gl->GetTextureParameteriv(texture, GL_TEXTURE_TARGET, &value);
	if (r->gl->GetError() == GL_NO_ERROR && value)
		return (GLenum)value;
	if (!r->gl->IsTexture(texture))
		return 0;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		GLenum error;

		if (!vgpu_wgl_integer(r, kinds[i][1], &old))
			continue;
		r->gl->BindTexture(kinds[i][0], texture);
		error = r->gl->GetError();
		r->gl->BindTexture(kinds[i][0], (GLuint)old);
		if (error == GL_NO_ERROR)
			return kinds[i][0];
	}
	return GL_TEXTURE_RECTANGLE; /* or another of two dimensions */
}

/* What the driver says of a level; all zero when there is none. Leaves no error. */
static struct vgpu_tex_level ask_level(struct vgpu_replay *r, GLuint how, GLenum target,
                                       GLuint guest, GLint level)
{
	struct vgpu_tex_level l = { 0 };
	GLuint object = guest;
	GLint internal;
	int i;

	if (!can_ask(r, how))
		return l;
	vgpu_wcontext_keep_errors(r);
	if (how == VGPU_TEX_NAMED || how == VGPU_TEX_NAMED_EXT)
		object = vgpu_host_name(r, VGPU_NAME_TEXTURE, guest);
	if (how == VGPU_TEX_NAMED) {
		target = target_of(r, object);
	}
	l.width = level_parameter(r, how, target, object, level, GL_TEXTURE_WIDTH);
	l.height = level_parameter(r, how, target, object, level, GL_TEXTURE_HEIGHT);
	l.depth = level_parameter(r, how, target, object, level, GL_TEXTURE_DEPTH);
	if (l.width > 0 && l.height > 0 && l.depth > 0) {
		bool cube = how == VGPU_TEX_NAMED && target == GL_TEXTURE_CUBE_MAP;

		l.dims = dims_of(target);
		if (cube)
			l.depth = 6;
		if (level_parameter(r, how, target, object, level, GL_TEXTURE_COMPRESSED)) {
			l.compressed_bytes = level_parameter(r, how, target, object, level,
			                                     GL_TEXTURE_COMPRESSED_IMAGE_SIZE);
			if (cube && l.compressed_bytes < INT32_MAX / 6)
				l.compressed_bytes *= 6;
			internal = level_parameter(r, how, target, object, level,
			                           GL_TEXTURE_INTERNAL_FORMAT);
			block_of(&l, (GLenum)internal);
		}
	} else {
		l = (struct vgpu_tex_level){ 0 };
	}
	for (i = 0; i < 8 && r->gl->GetError() != GL_NO_ERROR; i++)
		; /* ours: the read-back proper raises the guest's */
	return l;
}

int replay_vgpuTexBands(struct vgpu_replay *r, const struct args_vgpuTexBands *a)
{
	struct vgpu_wgl *w = r->ctx ? vgpu_wgl_get(r) : NULL;
	struct vgpu_tex_level l;

	if (!w)
		return 0;
	w->bands = VGPU_WBANDS_DRAW;
	if (a->top <= 0)
		return 0;
	l = ask_level(r, a->how, a->target, a->object, a->level);
	/* a border lies on both sides of the rows that have numbers from 0 on, and counts */
	if (l.height > 0 && r->ctx->caps.compat && a->how == VGPU_TEX_BOUND)
		l.height -= level_parameter(r, a->how, a->target, 0, a->level, GL_TEXTURE_BORDER);
	if (l.height < a->top)
		w->bands = VGPU_WBANDS_FAIL;
	return 0;
}

int replay_vgpuTexLevel(struct vgpu_replay *r, const struct args_vgpuTexLevel *a)
{
	struct vgpu_tex_level l = { 0 };

	if (a->count != VGPU_TEX_LEVEL_WORDS)
		return -EPROTO;
	if (r->ctx)
		l = ask_level(r, a->how, a->target, a->object, a->level);
	vgpu_reply_send_begin(r, VGPU_OP_vgpuTexLevel, VGPU_REPLY_BLOB(sizeof(l)));
	vgpu_reply_send_blob(r, &l, sizeof(l));
	return 0;
}

/* Bytes of a level; only asked where they matter. */
static uint64_t level_bytes(struct vgpu_replay *r, const struct vgpu_ref *ref, GLuint how,
                            GLenum target, GLuint object, GLint level, GLenum format, GLenum type)
{
	struct vgpu_tex_level l;

	if (ref->kind != VGPU_REF_BLOB)
		return 0;
	l = ask_level(r, how, target, object, level);
	return image_bytes(r, l.width, l.height, l.depth, format, type);
}

/* Bytes of a compressed level, 0 when it is none. */
static uint64_t whole(const struct vgpu_tex_level *l)
{
	return l->compressed_bytes > 0 ? (uint64_t)l->compressed_bytes : 0;
}

#define TEXTURE vgpu_host_name(r, VGPU_NAME_TEXTURE, a->texture)
/* The driver compares with what there is, not with what the guest says of its memory. */
#define SIZE(ref)                                                                                  \
	((ref).kind == VGPU_REF_BLOB ? (GLsizei)(rb.bytes + (rb.bounced ? LAST_ROW_PADDING : 0))   \
	                             : a->bufSize)

int replay_glGetTexImage(struct vgpu_replay *r, const struct args_glGetTexImage *a)
{
	READ_TEXTURE(VGPU_OP_glGetTexImage, &a->pixels,
	     level_bytes(r, &a->pixels, VGPU_TEX_BOUND, a->target, 0, a->level, a->format, a->type),
	     r->gl->GetTexImage(a->target, a->level, a->format, a->type, rb.pixels));
}

/*
 * The bounded forms: the guest has compared with its memory, and with a pack
 * buffer it is compared here. Mesa 22.3 does nothing under the core's names of
 * these; the plain forms work everywhere.
 */
static bool within(struct vgpu_replay *r, const struct vgpu_ref *ref, uint64_t bytes, GLsizei room)
{
	if (ref->kind != VGPU_REF_OFFSET || (room >= 0 && bytes <= (uint64_t)room))
		return true;
	vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
	return false;
}

int replay_glGetnTexImage(struct vgpu_replay *r, const struct args_glGetnTexImage *a)
{
	struct vgpu_tex_level l = ask_level(r, VGPU_TEX_BOUND, a->target, 0, a->level);
	uint64_t bytes = image_bytes(r, l.width, l.height, l.depth, a->format, a->type);

	if (!within(r, &a->pixels, bytes, a->bufSize))
		return 0;
	READ_TEXTURE(VGPU_OP_glGetnTexImage, &a->pixels, bytes,
	     r->gl->GetTexImage(a->target, a->level, a->format, a->type, rb.pixels));
}

int replay_glGetTextureImage(struct vgpu_replay *r, const struct args_glGetTextureImage *a)
{
	READ_TEXTURE(VGPU_OP_glGetTextureImage, &a->pixels,
	     level_bytes(r, &a->pixels, VGPU_TEX_NAMED, 0, a->texture, a->level, a->format, a->type),
	     r->gl->GetTextureImage(TEXTURE, a->level, a->format, a->type, SIZE(a->pixels), rb.pixels));
}

int replay_glGetTextureSubImage(struct vgpu_replay *r, const struct args_glGetTextureSubImage *a)
{
	READ_TEXTURE(VGPU_OP_glGetTextureSubImage, &a->pixels,
	     image_bytes(r, a->width, a->height, a->depth, a->format, a->type),
	     r->gl->GetTextureSubImage(TEXTURE, a->level, a->xoffset, a->yoffset, a->zoffset, a->width,
	                               a->height, a->depth, a->format, a->type, SIZE(a->pixels),
	                               rb.pixels));
}

int replay_glGetTextureImageEXT(struct vgpu_replay *r, const struct args_glGetTextureImageEXT *a)
{
	READ_TEXTURE(VGPU_OP_glGetTextureImageEXT, &a->pixels,
	     level_bytes(r, &a->pixels, VGPU_TEX_NAMED_EXT, a->target, a->texture, a->level, a->format,
	                 a->type),
	     r->gl->GetTextureImageEXT(TEXTURE, a->target, a->level, a->format, a->type, rb.pixels));
}

int replay_glGetMultiTexImageEXT(struct vgpu_replay *r, const struct args_glGetMultiTexImageEXT *a)
{
	READ_TEXTURE(VGPU_OP_glGetMultiTexImageEXT, &a->pixels,
	     level_bytes(r, &a->pixels, VGPU_TEX_UNIT, a->target, a->texunit, a->level, a->format,
	                 a->type),
	     r->gl->GetMultiTexImageEXT(a->texunit, a->target, a->level, a->format, a->type,
	                                rb.pixels));
}

int replay_glGetCompressedTexImage(struct vgpu_replay *r,
                                   const struct args_glGetCompressedTexImage *a)
{
	struct vgpu_tex_level l = ask_level(r, VGPU_TEX_BOUND, a->target, 0, a->level);

	READ_BLOCKS(VGPU_OP_glGetCompressedTexImage, &a->img, &l, l.width, l.height, l.depth, whole(&l),
	            r->gl->GetCompressedTexImage(a->target, a->level, rb.pixels));
}

int replay_glGetnCompressedTexImage(struct vgpu_replay *r,
                                    const struct args_glGetnCompressedTexImage *a)
{
	struct vgpu_tex_level l = ask_level(r, VGPU_TEX_BOUND, a->target, 0, a->lod);

	if (!within(r, &a->pixels, whole(&l), a->bufSize))
		return 0;
	READ_BLOCKS(VGPU_OP_glGetnCompressedTexImage, &a->pixels, &l, l.width, l.height, l.depth,
	            whole(&l), r->gl->GetCompressedTexImage(a->target, a->lod, rb.pixels));
}

int replay_glGetCompressedTextureImage(struct vgpu_replay *r,
                                       const struct args_glGetCompressedTextureImage *a)
{
	struct vgpu_tex_level l = ask_level(r, VGPU_TEX_NAMED, 0, a->texture, a->level);

	READ_BLOCKS(VGPU_OP_glGetCompressedTextureImage, &a->pixels, &l, l.width, l.height, l.depth,
	            whole(&l),
	            r->gl->GetCompressedTextureImage(TEXTURE, a->level, SIZE(a->pixels), rb.pixels));
}

int replay_glGetCompressedTextureSubImage(struct vgpu_replay *r,
                                          const struct args_glGetCompressedTextureSubImage *a)
{
	struct vgpu_tex_level l = ask_level(r, VGPU_TEX_NAMED, 0, a->texture, a->level);

	READ_BLOCKS(VGPU_OP_glGetCompressedTextureSubImage, &a->pixels, &l, a->width, a->height,
	            a->depth, vgpu_tex_compressed_bytes(&l, a->width, a->height, a->depth),
	            r->gl->GetCompressedTextureSubImage(TEXTURE, a->level, a->xoffset, a->yoffset,
	                                                a->zoffset, a->width, a->height, a->depth,
	                                                SIZE(a->pixels), rb.pixels));
}

int replay_glGetCompressedTextureImageEXT(struct vgpu_replay *r,
                                          const struct args_glGetCompressedTextureImageEXT *a)
{
	struct vgpu_tex_level l = ask_level(r, VGPU_TEX_NAMED_EXT, a->target, a->texture, a->lod);

	READ_BLOCKS(VGPU_OP_glGetCompressedTextureImageEXT, &a->img, &l, l.width, l.height, l.depth,
	            whole(&l),
	            r->gl->GetCompressedTextureImageEXT(TEXTURE, a->target, a->lod, rb.pixels));
}

int replay_glGetCompressedMultiTexImageEXT(struct vgpu_replay *r,
                                           const struct args_glGetCompressedMultiTexImageEXT *a)
{
	struct vgpu_tex_level l = ask_level(r, VGPU_TEX_UNIT, a->target, a->texunit, a->lod);

	READ_BLOCKS(VGPU_OP_glGetCompressedMultiTexImageEXT, &a->img, &l, l.width, l.height, l.depth,
	            whole(&l),
	            r->gl->GetCompressedMultiTexImageEXT(a->texunit, a->target, a->lod, rb.pixels));
}

/* ---- stipple and pixel maps ------------------------------------------------------------------ */

int replay_glGetPolygonStipple(struct vgpu_replay *r, const struct args_glGetPolygonStipple *a)
{
	READ(VGPU_OP_glGetPolygonStipple, &a->mask,
	     image_bytes(r, 32, 32, 1, GL_COLOR_INDEX, GL_BITMAP),
	     r->gl->GetPolygonStipple(rb.pixels));
}

static uint64_t pixel_map_bytes(struct vgpu_replay *r, GLenum map, uint64_t element)
{
	GLint n = 0;

	if (map < GL_PIXEL_MAP_I_TO_I || map > GL_PIXEL_MAP_A_TO_A ||
	    !vgpu_wgl_integer(r, map - GL_PIXEL_MAP_I_TO_I + GL_PIXEL_MAP_I_TO_I_SIZE, &n) || n < 0)
		return 0;
	return (uint64_t)n * element;
}

#define PIXEL_MAP(suffix, T)                                                                      \
	int replay_glGetPixelMap##suffix(struct vgpu_replay *r,                                   \
	                                 const struct args_glGetPixelMap##suffix *a)              \
	{                                                                                         \
		READ(VGPU_OP_glGetPixelMap##suffix, &a->values,                                   \
		     pixel_map_bytes(r, a->map, sizeof(T)),                                       \
		     r->gl->GetPixelMap##suffix(a->map, rb.pixels));                              \
	}
PIXEL_MAP(fv, GLfloat)
PIXEL_MAP(uiv, GLuint)
PIXEL_MAP(usv, GLushort)

/* ---- for other files ------------------------------------------------------------------------- */

uint64_t vgpu_wread_bytes(struct vgpu_replay *r, int64_t width, int64_t height, GLenum format,
                          GLenum type)
{
	return image_bytes(r, width, height, 1, format, type);
}

int vgpu_wread_image(struct vgpu_replay *r, const struct vgpu_wread *image,
                     const struct vgpu_ref *ref,
                     void (*call)(struct vgpu_replay *r, void *pixels, const void *data),
                     const void *data)
{
	READ(image->op, ref,
	     image_bytes(r, image->width, image->height, 1, image->format, image->type),
	     call(r, rb.pixels, data));
}
