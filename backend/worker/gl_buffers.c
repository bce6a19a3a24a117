/* SPDX-License-Identifier: MIT */
/* Buffer objects: bindings, contents. Maps never get here (frontend/gl/map.c). */
#include <errno.h>
#include <string.h>

#include "backend/worker/conn.h"
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/gl_elements.h"
#include "backend/worker/gl_maps.h"
#include "backend/worker/gl_ranges.h"
#include "backend/worker/gl_state.h"
#include "backend/worker/names.h"
#include "decode.h"

#define READ_PIECE (1u << 20) /* where the reply ring gives no room to read to */

int replay_glBindBuffer(struct vgpu_replay *r, const struct args_glBindBuffer *a)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);

	if (!w)
		return 0;
	r->gl->BindBuffer(a->target, vgpu_host_name_bind(r, VGPU_NAME_BUFFER, a->buffer, a->target));
	vgpu_wgl_forget_target(w, a->target);
	return 0;
}

int replay_glBindBufferBase(struct vgpu_replay *r, const struct args_glBindBufferBase *a)
{
	r->gl->BindBufferBase(a->target, a->index,
	                      vgpu_host_name_bind(r, VGPU_NAME_BUFFER, a->buffer, a->target));
	return 0;
}

int replay_glBindBufferRange(struct vgpu_replay *r, const struct args_glBindBufferRange *a)
{
	GLuint host = vgpu_host_name_bind(r, VGPU_NAME_BUFFER, a->buffer, a->target);

	vgpu_wbuffer_range_begin(r);
	if (vgpu_wbuffer_range_add(r, host, a->offset))
		r->gl->BindBufferRange(a->target, a->index, host, a->offset, a->size);
	vgpu_wbuffer_range_end(r);
	return 0;
}

int replay_glBindBufferOffsetEXT(struct vgpu_replay *r, const struct args_glBindBufferOffsetEXT *a)
{
	GLuint host = vgpu_host_name_bind(r, VGPU_NAME_BUFFER, a->buffer, a->target);

	vgpu_wbuffer_range_begin(r);
	if (vgpu_wbuffer_range_add(r, host, a->offset))
		r->gl->BindBufferOffsetEXT(a->target, a->index, host, a->offset);
	vgpu_wbuffer_range_end(r);
	return 0;
}

int replay_glBindBuffersBase(struct vgpu_replay *r, const struct args_glBindBuffersBase *a)
{
	const GLuint *host = a->buffers ? vgpu_host_names(r, VGPU_NAME_BUFFER, a->buffers, a->buffers_bytes)
	                                : NULL;

	if (!a->buffers || host)
		r->gl->BindBuffersBase(a->target, a->first, a->count, host);
	return 0;
}

int replay_glBindBuffersRange(struct vgpu_replay *r, const struct args_glBindBuffersRange *a)
{
	const GLuint *host = a->buffers ? vgpu_host_names(r, VGPU_NAME_BUFFER, a->buffers, a->buffers_bytes)
	                                : NULL;
	bool ok = true;
	uint64_t i;

	if (a->buffers && (!a->offsets || !a->sizes))
		return -EPROTO;
	vgpu_wbuffer_range_begin(r);
	for (i = 0; host && ok && i < a->buffers_bytes / sizeof(*host); i++)
		ok = vgpu_wbuffer_range_add(r, host[i], a->offsets[i]);
	if (ok && (!a->buffers || host))
		r->gl->BindBuffersRange(a->target, a->first, a->count, host, a->offsets, a->sizes);
	vgpu_wbuffer_range_end(r);
	return 0;
}

int replay_glDeleteBuffers(struct vgpu_replay *r, const struct args_glDeleteBuffers *a)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);
	int rc;

	vgpu_welements_forget(r);
	vgpu_wbuffer_deleted(r, a->n, a->buffers);
	vgpu_wmaps_delete_begin(r, a->n, a->buffers);
	rc = vgpu_replay_delete_names(r, VGPU_NAME_BUFFER, a->n, a->buffers, r->gl->DeleteBuffers);
	vgpu_wmaps_delete_end(r);
	if (w) {
		vgpu_wgl_forget_all(w);
		vgpu_wgl_arrays_unsure(r);
	}
	return rc;
}

/* ---- storage ------------------------------------------------------------------------------- */

/* The data of a storage command. False: its size is not what the command says. */
static bool storage_data(const struct vgpu_ref *ref, GLsizeiptr size, const void **data_out)
{
	*data_out = NULL;
	if (ref->kind == VGPU_REF_NULL)
		return true;
	if (ref->kind != VGPU_REF_BLOB || size < 0 || ref->value != (uint64_t)size)
		return false;
	*data_out = ref->data;
	return true;
}

int replay_glBufferData(struct vgpu_replay *r, const struct args_glBufferData *a)
{
	const void *data;
	GLuint host;

	vgpu_welements_forget(r);
	if (!storage_data(&a->data, a->size, &data))
		return -EPROTO;
	host = vgpu_wbuffer_at(r, a->target);
	if (!vgpu_wbuffer_storage_begin(r, host, a->size))
		return 0;
	r->gl->BufferData(a->target, a->size, data, a->usage);
	vgpu_wbuffer_storage_end(r, host);
	return 0;
}

int replay_glNamedBufferData(struct vgpu_replay *r, const struct args_glNamedBufferData *a)
{
	const void *data;
	GLuint host;

	vgpu_welements_forget(r);
	if (!storage_data(&a->data, a->size, &data))
		return -EPROTO;
	host = vgpu_host_name(r, VGPU_NAME_BUFFER, a->buffer);
	if (!vgpu_wbuffer_storage_begin(r, host, a->size))
		return 0;
	r->gl->NamedBufferData(host, a->size, data, a->usage);
	vgpu_wbuffer_storage_end(r, host);
	return 0;
}

int replay_glNamedBufferDataEXT(struct vgpu_replay *r, const struct args_glNamedBufferDataEXT *a)
{
	const void *data;
	GLuint host;

	vgpu_welements_forget(r);
	if (!storage_data(&a->data, a->size, &data))
		return -EPROTO;
	host = vgpu_host_name_bind(r, VGPU_NAME_BUFFER, a->buffer, GL_ARRAY_BUFFER);
	if (!vgpu_wbuffer_storage_begin(r, host, a->size))
		return 0;
	r->gl->NamedBufferDataEXT(host, a->size, data, a->usage);
	vgpu_wbuffer_storage_end(r, host);
	return 0;
}

/*
 * Persistence and coherence are the guest's to provide. Here the buffer is
 * written by vgpuBufferWrite, so it is always of dynamic storage.
 */
static GLbitfield storage_flags(GLbitfield flags)
{
	const GLbitfield map = GL_MAP_READ_BIT | GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT |
		GL_MAP_COHERENT_BIT;

	return (flags & ~map) | GL_DYNAMIC_STORAGE_BIT | GL_MAP_READ_BIT;
}

int replay_glBufferStorage(struct vgpu_replay *r, const struct args_glBufferStorage *a)
{
	const void *data;
	GLuint host;

	vgpu_welements_forget(r);
	if (!storage_data(&a->data, a->size, &data))
		return -EPROTO;
	host = vgpu_wbuffer_at(r, a->target);
	if (!vgpu_wbuffer_storage_begin(r, host, a->size))
		return 0;
	r->gl->BufferStorage(a->target, a->size, data, storage_flags(a->flags));
	vgpu_wbuffer_storage_end(r, host);
	return 0;
}

int replay_glNamedBufferStorage(struct vgpu_replay *r, const struct args_glNamedBufferStorage *a)
{
	const void *data;
	GLuint host;

	vgpu_welements_forget(r);
	if (!storage_data(&a->data, a->size, &data))
		return -EPROTO;
	host = vgpu_host_name(r, VGPU_NAME_BUFFER, a->buffer);
	if (!vgpu_wbuffer_storage_begin(r, host, a->size))
		return 0;
	r->gl->NamedBufferStorage(host, a->size, data, storage_flags(a->flags));
	vgpu_wbuffer_storage_end(r, host);
	return 0;
}

/* One pixel of clear value, or none. False: it is not of that size. */
static bool clear_value(const struct vgpu_ref *ref, GLenum format, GLenum type,
                        const void **data_out)
{
	uint32_t bits = vgpu_image_pixel_bits(format, type);

	*data_out = NULL;
	if (ref->kind == VGPU_REF_NULL)
		return true;
	if (ref->kind != VGPU_REF_BLOB || bits < 8 || ref->value != bits / 8)
		return false;
	*data_out = ref->data;
	return true;
}

int replay_glClearBufferData(struct vgpu_replay *r, const struct args_glClearBufferData *a)
{
	const void *data;

	if (!clear_value(&a->data, a->format, a->type, &data))
		return -EPROTO;
	r->gl->ClearBufferData(a->target, a->internalformat, a->format, a->type, data);
	return 0;
}

int replay_glClearBufferSubData(struct vgpu_replay *r, const struct args_glClearBufferSubData *a)
{
	const void *data;

	if (!clear_value(&a->data, a->format, a->type, &data))
		return -EPROTO;
	r->gl->ClearBufferSubData(a->target, a->internalformat, a->offset, a->size, a->format, a->type,
	                          data);
	return 0;
}

int replay_glClearNamedBufferData(struct vgpu_replay *r,
                                  const struct args_glClearNamedBufferData *a)
{
	const void *data;

	if (!clear_value(&a->data, a->format, a->type, &data))
		return -EPROTO;
	r->gl->ClearNamedBufferData(vgpu_host_name(r, VGPU_NAME_BUFFER, a->buffer), a->internalformat,
	                            a->format, a->type, data);
	return 0;
}

int replay_glClearNamedBufferSubData(struct vgpu_replay *r,
                                     const struct args_glClearNamedBufferSubData *a)
{
	const void *data;

	if (!clear_value(&a->data, a->format, a->type, &data))
		return -EPROTO;
	r->gl->ClearNamedBufferSubData(vgpu_host_name(r, VGPU_NAME_BUFFER, a->buffer),
	                               a->internalformat, a->offset, a->size, a->format, a->type,
	                               data);
	return 0;
}

/* ---- contents by name ------------------------------------------------------------------------ */

/* A target that nothing else depends on, where there is one. */
static GLenum work_target(struct vgpu_replay *r)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	bool copy = caps->es ? caps->version >= 30 && caps->api != VGPU_API_GLES1
	                     : caps->version >= 31;

	return copy ? GL_COPY_WRITE_BUFFER : GL_ARRAY_BUFFER;
}

/*
 * Bind a buffer to work on it. Returns its target, 0 when it does not exist or
 * the driver does not answer; old_out: what was bound.
 */
static GLenum work_on(struct vgpu_replay *r, uint32_t guest, GLint *old_out)
{
	uint32_t host = vgpu_names_host(vgpu_replay_names(r, VGPU_NAME_BUFFER), guest);
	GLenum target = work_target(r);
	bool copy = target == GL_COPY_WRITE_BUFFER;

	if (!host || !vgpu_wgl_integer(r, copy ? GL_COPY_WRITE_BUFFER_BINDING : GL_ARRAY_BUFFER_BINDING,
	                               old_out))
		return 0;
	r->gl->BindBuffer(target, host);
	return target;
}

static uint64_t bound_size(struct vgpu_replay *r, GLenum target)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	GLint64 size64 = 0;
	GLint size = 0;

	if (r->gl->GetBufferParameteri64v && caps->api != VGPU_API_GLES1 &&
	    caps->version >= (caps->es ? 30u : 32u)) {
		r->gl->GetBufferParameteri64v(target, GL_BUFFER_SIZE, &size64);
		return size64 > 0 ? (uint64_t)size64 : 0;
	}
	r->gl->GetBufferParameteriv(target, GL_BUFFER_SIZE, &size);
	return size > 0 ? (uint64_t)size : 0;
}

static bool inside(uint64_t size, GLintptr offset, GLsizeiptr bytes)
{
	return offset >= 0 && bytes >= 0 && (uint64_t)offset <= size &&
	       (uint64_t)bytes <= size - (uint64_t)offset;
}

int replay_vgpuBufferSize(struct vgpu_replay *r, const struct args_vgpuBufferSize *a)
{
	uint64_t size = 0;
	GLenum target;
	GLint old;

	target = r->ctx ? work_on(r, a->buffer, &old) : 0;
	if (target) {
		size = bound_size(r, target);
		r->gl->BindBuffer(target, (GLuint)old);
	}
	return vgpu_answer_value(r, VGPU_OP_vgpuBufferSize, size);
}

int replay_vgpuBufferWrite(struct vgpu_replay *r, const struct args_vgpuBufferWrite *a)
{
	GLenum target;
	GLint old;

	if (a->size < 0 || a->data_bytes != (uint64_t)a->size)
		return -EPROTO;
	target = r->ctx ? work_on(r, a->buffer, &old) : 0;
	if (!target)
		return 0;
	/* a driver may compare with a sum that has wrapped */
	if (inside(bound_size(r, target), a->offset, a->size))
		r->gl->BufferSubData(target, a->offset, a->size, a->data);
	else
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	r->gl->BindBuffer(target, (GLuint)old);
	return 0;
}

/* From shared memory that the guest may be writing: it is only copied. */
int replay_vgpuBufferFrom(struct vgpu_replay *r, const struct args_vgpuBufferFrom *a)
{
	struct vgpu_wpool *pool;
	const uint8_t *src;
	GLenum target;
	GLuint host;
	GLint old;
	int rc = 0;

	if (!r->ctx)
		return 0;
	pool = vgpu_wconn_pool_get(r->conn, a->pool);
	if (!pool)
		return -EPROTO;
	if (a->size <= 0 || a->start > pool->bytes || (uint64_t)a->size > pool->bytes - a->start) {
		rc = -EPROTO;
		goto out;
	}
	src = pool->base + a->start;
	host = vgpu_names_host(vgpu_replay_names(r, VGPU_NAME_BUFFER), a->buffer);
	if (!host)
		goto out;
	rc = a->offset < 0 ? -ERANGE
	                   : vgpu_wmap_write(r, host, (uint64_t)a->offset, (uint64_t)a->size, src);
	if (rc == -ENXIO) {
		rc = 0;
		target = work_on(r, a->buffer, &old);
		if (!target)
			goto out;
		if (inside(bound_size(r, target), a->offset, a->size))
			r->gl->BufferSubData(target, a->offset, a->size, src);
		else
			rc = -ERANGE;
		r->gl->BindBuffer(target, (GLuint)old);
	}
	if (rc == -ERANGE) {
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
		rc = 0;
	}
out:
	vgpu_wconn_pool_put(pool);
	return rc;
}

static bool read_bound(struct vgpu_replay *r, GLenum target, GLintptr offset, GLsizeiptr bytes,
                       void *out)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	const void *map;

	if (!caps->es) {
		r->gl->GetBufferSubData(target, offset, bytes, out);
		return true;
	}
	if (!r->gl->MapBufferRange || !r->gl->UnmapBuffer)
		return false;
	map = r->gl->MapBufferRange(target, offset, bytes, GL_MAP_READ_BIT);
	if (!map)
		return false;
	memcpy(out, map, (size_t)bytes);
	r->gl->UnmapBuffer(target);
	return true;
}

/* Pieces go straight into the reply ring: the guest takes one while the next is read. */
int replay_vgpuBufferRead(struct vgpu_replay *r, const struct args_vgpuBufferRead *a)
{
	uint64_t bytes = a->data_bytes, ok = 0, have, done = 0;
	GLenum target;
	GLint old;

	target = r->ctx && a->size > 0 && bytes == (uint64_t)a->size ? work_on(r, a->buffer, &old) : 0;
	ok = target && inside(bound_size(r, target), a->offset, a->size);
	if (!ok)
		bytes = 0;
	vgpu_reply_send_begin(r, VGPU_OP_vgpuBufferRead, sizeof(ok) + VGPU_REPLY_BLOB(bytes));
	vgpu_reply_send(r, &ok, sizeof(ok));
	vgpu_reply_send(r, &bytes, sizeof(bytes));
	while (done < bytes) {
		uint64_t left = bytes - done, n;
		uint8_t *where = vgpu_reply_space(r, VGPU_PAD8(left), &have);

		bool ring = where != NULL;

		if (!ring) {
			have = left < READ_PIECE ? left : READ_PIECE;
			where = vgpu_scratch_image(r, VGPU_PAD8(have));
			if (!where)
				return -ENOMEM;
		}
		n = have < left ? have : left;
		if (!read_bound(r, target, a->offset + (GLintptr)done, (GLsizeiptr)n, where))
			memset(where, 0, n);
		if (ring)
			vgpu_reply_wrote(r, VGPU_PAD8(n));
		else
			vgpu_reply_send(r, where, VGPU_PAD8(n));
		done += n;
	}
	if (target)
		r->gl->BindBuffer(target, (GLuint)old);
	return 0;
}
