/* SPDX-License-Identifier: MIT */
/* gl*BufferData and what else changes or reads contents. */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/buffers.h"
#include "frontend/gl/state.h"

/* The buffer of a target or of a name; raises the error when there is none. */
static struct vgpu_gl_buffer *of_target(struct vgpu_context *ctx, GLenum target)
{
	struct vgpu_gl_buffer *b = vgpu_gl_buffer_bound(ctx, target);

	if (vgpu_gl_target(target) == VGPU_TARGET_UNKNOWN)
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
	else if (!b)
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	return b;
}

static struct vgpu_gl_buffer *of_name(struct vgpu_context *ctx, GLuint name, bool create)
{
	if (name && create)
		vgpu_guest_names_note(ctx, VGPU_NAME_BUFFER, name);
	if (!name || !vgpu_guest_names_known(ctx, VGPU_NAME_BUFFER, name)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return NULL;
	}
	return vgpu_gl_buffer_get(ctx, name);
}

/* What goes with the storage command; larger contents follow it in pieces. */
static bool inline_data(struct vgpu_context *ctx, GLsizeiptr size, const void *data,
                        struct vgpu_ref *ref_out)
{
	*ref_out = (struct vgpu_ref){ .kind = VGPU_REF_NULL };
	if (!data || size <= 0)
		return true;
	if ((uint64_t)size + 4096 > ctx->stream->max_inline)
		return false;
	*ref_out = (struct vgpu_ref){ VGPU_REF_BLOB, (uint64_t)size, data };
	return true;
}

/* Mapped without GL_MAP_PERSISTENT_BIT: most commands must not touch it. */
static bool in_use(struct vgpu_context *ctx, const struct vgpu_gl_buffer *b)
{
	if (!b->mapped || (b->access & GL_MAP_PERSISTENT_BIT))
		return false;
	vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	return true;
}

bool vgpu_gl_buffer_in_use(struct vgpu_context *ctx, GLenum target)
{
	const struct vgpu_gl_buffer *b = vgpu_gl_buffer_bound(ctx, target);

	return b && in_use(ctx, b);
}

static bool data_ok(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLsizeiptr size)
{
	if (size < 0)
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	else if (b->immutable)
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	else
		return true;
	return false;
}

void GLAPIENTRY entry_glBufferData(GLenum target, GLsizeiptr size, const void *data, GLenum usage)
{
	struct vgpu_gl_buffer *b;
	struct vgpu_ref ref;
	bool whole;

	VGPU_GL_CONTEXT();
	b = of_target(ctx, target);
	if (!b || !data_ok(ctx, b, size))
		return;
	whole = inline_data(ctx, size, data, &ref);
	enc_glBufferData(s, target, size, ref, usage);
	vgpu_gl_buffer_new_storage(ctx, b, size, data != NULL);
	b->usage = usage;
	if (!whole)
		vgpu_gl_buffer_write(ctx, b->name, 0, (uint64_t)size, data);
}

static void named_data(GLuint buffer, GLsizeiptr size, const void *data, GLenum usage, bool ext)
{
	struct vgpu_gl_buffer *b;
	struct vgpu_ref ref;
	bool whole;

	VGPU_GL_CONTEXT();
	b = of_name(ctx, buffer, ext);
	if (!b || !data_ok(ctx, b, size))
		return;
	whole = inline_data(ctx, size, data, &ref);
	if (ext)
		enc_glNamedBufferDataEXT(s, buffer, size, ref, usage);
	else
		enc_glNamedBufferData(s, buffer, size, ref, usage);
	vgpu_gl_buffer_new_storage(ctx, b, size, data != NULL);
	b->usage = usage;
	if (!whole)
		vgpu_gl_buffer_write(ctx, b->name, 0, (uint64_t)size, data);
}

void GLAPIENTRY entry_glNamedBufferData(GLuint buffer, GLsizeiptr size, const void *data,
                                        GLenum usage)
{
	named_data(buffer, size, data, usage, false);
}

void GLAPIENTRY entry_glNamedBufferDataEXT(GLuint buffer, GLsizeiptr size, const void *data,
                                           GLenum usage)
{
	named_data(buffer, size, data, usage, true);
}

static bool storage_ok(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLsizeiptr size,
                       GLbitfield flags)
{
	const GLbitfield known = GL_DYNAMIC_STORAGE_BIT | GL_MAP_READ_BIT | GL_MAP_WRITE_BIT |
		GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT | GL_CLIENT_STORAGE_BIT |
		GL_SPARSE_STORAGE_BIT_ARB;

	if (size <= 0 || (flags & ~known) ||
	    ((flags & GL_MAP_PERSISTENT_BIT) && !(flags & (GL_MAP_READ_BIT | GL_MAP_WRITE_BIT))) ||
	    ((flags & GL_MAP_COHERENT_BIT) && !(flags & GL_MAP_PERSISTENT_BIT)))
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	else if (b->immutable)
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	else
		return true;
	return false;
}

/*
 * The host's buffer is never mapped by the program, only by us: what the guest
 * sends at unmap is a write like any other, so the host always gets
 * GL_DYNAMIC_STORAGE_BIT. The program's own flags are checked here.
 */
void GLAPIENTRY entry_glBufferStorage(GLenum target, GLsizeiptr size, const void *data,
                                      GLbitfield flags)
{
	struct vgpu_gl_buffer *b;
	struct vgpu_ref ref;
	bool whole;

	VGPU_GL_CONTEXT();
	b = of_target(ctx, target);
	if (!b || !storage_ok(ctx, b, size, flags))
		return;
	whole = inline_data(ctx, size, data, &ref);
	enc_glBufferStorage(s, target, size, ref, flags);
	vgpu_gl_buffer_new_storage(ctx, b, size, data != NULL);
	b->immutable = true;
	b->storage = flags;
	b->usage = GL_DYNAMIC_DRAW;
	if (!whole)
		vgpu_gl_buffer_write(ctx, b->name, 0, (uint64_t)size, data);
}

void GLAPIENTRY entry_glNamedBufferStorage(GLuint buffer, GLsizeiptr size, const void *data,
                                           GLbitfield flags)
{
	struct vgpu_gl_buffer *b;
	struct vgpu_ref ref;
	bool whole;

	VGPU_GL_CONTEXT();
	b = of_name(ctx, buffer, false);
	if (!b || !storage_ok(ctx, b, size, flags))
		return;
	whole = inline_data(ctx, size, data, &ref);
	enc_glNamedBufferStorage(s, buffer, size, ref, flags);
	vgpu_gl_buffer_new_storage(ctx, b, size, data != NULL);
	b->immutable = true;
	b->storage = flags;
	b->usage = GL_DYNAMIC_DRAW;
	if (!whole)
		vgpu_gl_buffer_write(ctx, b->name, 0, (uint64_t)size, data);
}

static void sub_data(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLintptr offset,
                     GLsizeiptr size, const void *data)
{
	uint64_t from, to, total;

	if (!b || in_use(ctx, b))
		return;
	total = vgpu_gl_buffer_size(ctx, b);
	if (offset < 0 || size < 0 || (uint64_t)offset > total ||
	    (uint64_t)size > total - (uint64_t)offset) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (b->immutable && !(b->storage & GL_DYNAMIC_STORAGE_BIT)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	if (!size || !data)
		return;
	vgpu_gl_buffer_write(ctx, b->name, (uint64_t)offset, (uint64_t)size, data);
	from = (uint64_t)offset;
	to = from + (uint64_t)size;
	if (b->mapped) {
		/* a persistent map shows what other commands write */
		memcpy(b->copy + from, data, (size_t)size);
		if (b->sent && from < b->map_offset + b->map_length && to > b->map_offset) {
			uint64_t lo = from > b->map_offset ? from : b->map_offset;
			uint64_t end = b->map_offset + b->map_length;
			uint64_t hi = to < end ? to : end;

			memcpy(b->sent + (lo - b->map_offset), b->copy + lo, hi - lo);
		}
	} else if (b->copy && from < b->valid_to && to > b->valid_from) {
		memcpy(b->copy + from, data, (size_t)size);
	}
	b->undefined = false;
	b->version++;
}

void GLAPIENTRY entry_glBufferSubData(GLenum target, GLintptr offset, GLsizeiptr size,
                                      const void *data)
{
	VGPU_GL_CONTEXT();
	sub_data(ctx, of_target(ctx, target), offset, size, data);
}

void GLAPIENTRY entry_glNamedBufferSubData(GLuint buffer, GLintptr offset, GLsizeiptr size,
                                           const void *data)
{
	VGPU_GL_CONTEXT();
	sub_data(ctx, of_name(ctx, buffer, false), offset, size, data);
}

static void get_sub_data(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLintptr offset,
                         GLsizeiptr size, void *data)
{
	uint64_t total;

	if (!b || in_use(ctx, b))
		return;
	total = vgpu_gl_buffer_size(ctx, b);
	if (offset < 0 || size < 0 || (uint64_t)offset > total ||
	    (uint64_t)size > total - (uint64_t)offset) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (atomic_load(&ctx->share->maps))
		vgpu_gl_maps_commit(ctx);
	vgpu_gl_buffer_read(ctx, b->name, (uint64_t)offset, (uint64_t)size, data);
}

void GLAPIENTRY entry_glGetBufferSubData(GLenum target, GLintptr offset, GLsizeiptr size,
                                         void *data)
{
	VGPU_GL_CONTEXT();
	get_sub_data(ctx, of_target(ctx, target), offset, size, data);
}

void GLAPIENTRY entry_glGetNamedBufferSubData(GLuint buffer, GLintptr offset, GLsizeiptr size,
                                              void *data)
{
	VGPU_GL_CONTEXT();
	get_sub_data(ctx, of_name(ctx, buffer, false), offset, size, data);
}

void GLAPIENTRY entry_glGetNamedBufferSubDataEXT(GLuint buffer, GLintptr offset, GLsizeiptr size,
                                                 void *data)
{
	entry_glGetNamedBufferSubData(buffer, offset, size, data);
}

/* ---- copies and clears on the host ------------------------------------------------ */

static void before_copy(struct vgpu_context *ctx)
{
	if (atomic_load(&ctx->share->maps))
		vgpu_gl_maps_settle(ctx);
}

/* A persistent map of the target must show the new contents. */
static void written(struct vgpu_gl_buffer *b)
{
	if (b && b->mapped)
		b->gpu_written = true;
	vgpu_gl_buffer_changed(b);
}

void GLAPIENTRY entry_glCopyBufferSubData(GLenum readTarget, GLenum writeTarget,
                                          GLintptr readOffset, GLintptr writeOffset,
                                          GLsizeiptr size)
{
	struct vgpu_gl_buffer *from, *to;

	VGPU_GL_CONTEXT();
	from = vgpu_gl_buffer_bound(ctx, readTarget);
	to = vgpu_gl_buffer_bound(ctx, writeTarget);
	if ((from && in_use(ctx, from)) || (to && in_use(ctx, to)))
		return;
	before_copy(ctx);
	enc_glCopyBufferSubData(s, readTarget, writeTarget, readOffset, writeOffset, size);
	written(to);
}

static void copy_named(GLuint read, GLuint write, GLintptr from, GLintptr to, GLsizeiptr size,
                       bool ext)
{
	struct vgpu_gl_buffer *source, *target;

	VGPU_GL_CONTEXT();
	source = of_name(ctx, read, ext);
	target = of_name(ctx, write, ext);
	if (!source || !target || in_use(ctx, source) || in_use(ctx, target))
		return;
	before_copy(ctx);
	if (ext)
		enc_glNamedCopyBufferSubDataEXT(s, read, write, from, to, size);
	else
		enc_glCopyNamedBufferSubData(s, read, write, from, to, size);
	written(target);
}

void GLAPIENTRY entry_glCopyNamedBufferSubData(GLuint readBuffer, GLuint writeBuffer,
                                               GLintptr readOffset, GLintptr writeOffset,
                                               GLsizeiptr size)
{
	copy_named(readBuffer, writeBuffer, readOffset, writeOffset, size, false);
}

void GLAPIENTRY entry_glNamedCopyBufferSubDataEXT(GLuint readBuffer, GLuint writeBuffer,
                                                  GLintptr readOffset, GLintptr writeOffset,
                                                  GLsizeiptr size)
{
	copy_named(readBuffer, writeBuffer, readOffset, writeOffset, size, true);
}

/* One pixel of clear value; nothing when the host must find the error. */
static struct vgpu_ref clear_value(GLenum format, GLenum type, const void *data)
{
	struct vgpu_ref ref = { .kind = VGPU_REF_NULL };
	uint32_t bits = vgpu_image_pixel_bits(format, type);

	if (data && bits >= 8)
		ref = (struct vgpu_ref){ VGPU_REF_BLOB, bits / 8, data };
	return ref;
}

/* Before a clear of [offset, offset + size) of a buffer that may be NULL. */
static bool may_clear(struct vgpu_context *ctx, const struct vgpu_gl_buffer *b, int64_t offset,
                      int64_t size)
{
	bool apart = b && b->mapped && offset >= 0 && size >= 0 &&
	             ((uint64_t)offset >= b->map_offset + b->map_length ||
	              (uint64_t)offset + (uint64_t)size <= b->map_offset);

	if (b && !apart && in_use(ctx, b))
		return false;
	before_copy(ctx);
	return true;
}

void GLAPIENTRY entry_glClearBufferData(GLenum target, GLenum internalformat, GLenum format,
                                        GLenum type, const void *data)
{
	struct vgpu_gl_buffer *b;

	VGPU_GL_CONTEXT();
	b = vgpu_gl_buffer_bound(ctx, target);
	if (!may_clear(ctx, b, 0, INT64_MAX))
		return;
	enc_glClearBufferData(s, target, internalformat, format, type,
	                      clear_value(format, type, data));
	written(b);
}

void GLAPIENTRY entry_glClearBufferSubData(GLenum target, GLenum internalformat, GLintptr offset,
                                           GLsizeiptr size, GLenum format, GLenum type,
                                           const void *data)
{
	struct vgpu_gl_buffer *b;

	VGPU_GL_CONTEXT();
	b = vgpu_gl_buffer_bound(ctx, target);
	if (!may_clear(ctx, b, offset, size))
		return;
	enc_glClearBufferSubData(s, target, internalformat, offset, size, format, type,
	                         clear_value(format, type, data));
	written(b);
}

void GLAPIENTRY entry_glClearNamedBufferData(GLuint buffer, GLenum internalformat, GLenum format,
                                             GLenum type, const void *data)
{
	struct vgpu_gl_buffer *b;

	VGPU_GL_CONTEXT();
	b = vgpu_gl_buffer_get(ctx, buffer);
	if (!may_clear(ctx, b, 0, INT64_MAX))
		return;
	enc_glClearNamedBufferData(s, buffer, internalformat, format, type,
	                           clear_value(format, type, data));
	written(b);
}

void GLAPIENTRY entry_glClearNamedBufferSubData(GLuint buffer, GLenum internalformat,
                                                GLintptr offset, GLsizeiptr size, GLenum format,
                                                GLenum type, const void *data)
{
	struct vgpu_gl_buffer *b;

	VGPU_GL_CONTEXT();
	b = vgpu_gl_buffer_get(ctx, buffer);
	if (!may_clear(ctx, b, offset, size))
		return;
	enc_glClearNamedBufferSubData(s, buffer, internalformat, offset, size, format, type,
	                              clear_value(format, type, data));
	written(b);
}

void GLAPIENTRY entry_glClearNamedBufferDataEXT(GLuint buffer, GLenum internalformat,
                                                GLenum format, GLenum type, const void *data)
{
	entry_glClearNamedBufferData(buffer, internalformat, format, type, data);
}

void GLAPIENTRY entry_glClearNamedBufferSubDataEXT(GLuint buffer, GLenum internalformat,
                                                   GLsizeiptr offset, GLsizeiptr size,
                                                   GLenum format, GLenum type, const void *data)
{
	entry_glClearNamedBufferSubData(buffer, internalformat, offset, size, format, type, data);
}

/* A map that is not persistent is in the way where it overlaps. */
static bool mapped_within(struct vgpu_context *ctx, const struct vgpu_gl_buffer *b, int64_t offset,
                          int64_t size)
{
	return b && b->mapped && !may_clear(ctx, b, offset, size);
}

void GLAPIENTRY entry_glInvalidateBufferData(GLuint buffer)
{
	struct vgpu_gl_buffer *b;

	VGPU_GL_CONTEXT();
	b = vgpu_gl_buffer_get(ctx, buffer);
	if (mapped_within(ctx, b, 0, INT64_MAX))
		return;
	enc_glInvalidateBufferData(s, buffer);
	vgpu_gl_buffer_changed(b);
}

void GLAPIENTRY entry_glInvalidateBufferSubData(GLuint buffer, GLintptr offset, GLsizeiptr length)
{
	struct vgpu_gl_buffer *b;
	uint64_t size;

	VGPU_GL_CONTEXT();
	b = vgpu_gl_buffer_get(ctx, buffer);
	size = b && b->mapped ? vgpu_gl_buffer_size(ctx, b) : 0;
	/* a range that is wrong is wrong first: the host says so */
	if (offset >= 0 && length >= 0 && (uint64_t)offset <= size &&
	    (uint64_t)length <= size - (uint64_t)offset && mapped_within(ctx, b, offset, length))
		return;
	enc_glInvalidateBufferSubData(s, buffer, offset, length);
	vgpu_gl_buffer_changed(b);
}

/* ---- parameters -------------------------------------------------------------------- */

static bool parameter(struct vgpu_context *ctx, struct vgpu_gl_buffer *b, GLenum pname,
                      int64_t *value_out)
{
	GLbitfield rw;

	if (!b)
		return false;
	rw = b->mapped ? b->access & (GL_MAP_READ_BIT | GL_MAP_WRITE_BIT) : 0;
	switch (pname) {
	case GL_BUFFER_SIZE:
		*value_out = (int64_t)vgpu_gl_buffer_size(ctx, b);
		return true;
	case GL_BUFFER_USAGE:
		*value_out = b->usage;
		return true;
	case GL_BUFFER_ACCESS:
		*value_out = rw == GL_MAP_READ_BIT    ? GL_READ_ONLY
		             : rw == GL_MAP_WRITE_BIT ? GL_WRITE_ONLY
		             : ctx->gl->desktop || rw ? GL_READ_WRITE
		                                      : GL_WRITE_ONLY;
		return true;
	case GL_BUFFER_ACCESS_FLAGS:
		*value_out = b->mapped ? b->access : 0;
		return true;
	case GL_BUFFER_MAPPED:
		*value_out = b->mapped;
		return true;
	case GL_BUFFER_MAP_OFFSET:
		*value_out = b->mapped ? (int64_t)b->map_offset : 0;
		return true;
	case GL_BUFFER_MAP_LENGTH:
		*value_out = b->mapped ? (int64_t)b->map_length : 0;
		return true;
	case GL_BUFFER_IMMUTABLE_STORAGE:
		*value_out = b->immutable;
		return true;
	case GL_BUFFER_STORAGE_FLAGS:
		*value_out = b->immutable ? b->storage
		                          : GL_MAP_READ_BIT | GL_MAP_WRITE_BIT | GL_DYNAMIC_STORAGE_BIT;
		return true;
	default:
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return false;
	}
}

void GLAPIENTRY entry_glGetBufferParameteriv(GLenum target, GLenum pname, GLint *params)
{
	int64_t value;

	VGPU_GL_CONTEXT();
	if (parameter(ctx, of_target(ctx, target), pname, &value))
		*params = value > INT32_MAX ? INT32_MAX : (GLint)value;
}

void GLAPIENTRY entry_glGetBufferParameteri64v(GLenum target, GLenum pname, GLint64 *params)
{
	int64_t value;

	VGPU_GL_CONTEXT();
	if (parameter(ctx, of_target(ctx, target), pname, &value))
		*params = value;
}

void GLAPIENTRY entry_glGetNamedBufferParameteriv(GLuint buffer, GLenum pname, GLint *params)
{
	int64_t value;

	VGPU_GL_CONTEXT();
	if (parameter(ctx, of_name(ctx, buffer, false), pname, &value))
		*params = value > INT32_MAX ? INT32_MAX : (GLint)value;
}

void GLAPIENTRY entry_glGetNamedBufferParameterivEXT(GLuint buffer, GLenum pname, GLint *params)
{
	entry_glGetNamedBufferParameteriv(buffer, pname, params);
}

void GLAPIENTRY entry_glGetNamedBufferParameteri64v(GLuint buffer, GLenum pname, GLint64 *params)
{
	int64_t value;

	VGPU_GL_CONTEXT();
	if (parameter(ctx, of_name(ctx, buffer, false), pname, &value))
		*params = value;
}
