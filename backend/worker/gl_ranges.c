/* SPDX-License-Identifier: MIT */
#include "backend/worker/gl_ranges.h"

#include <stdlib.h>

#include "backend/worker/conn.h"
#include "backend/worker/context.h"
#include "backend/worker/names.h"
#include "backend/worker/quota.h"

/* Of one buffer of the host; under the share group's buffers_lock. */
struct buffer {
	uint64_t bytes; /* of its storage, as far as it is known */
	uint64_t reach; /* where the furthest indexed binding begins */
	struct vgpu_wquota *quota; /* whose memory it is; NULL: nobody's yet */
};

static struct buffer *find(struct vgpu_replay *r, GLuint host)
{
	struct buffer *b = (struct buffer *)vgpu_idmap_get(&r->share->buffers, host);

	if (b || !host || host == VGPU_UNKNOWN_NAME)
		return b;
	b = calloc(1, sizeof(*b));
	if (b && vgpu_idmap_set(&r->share->buffers, host, (uintptr_t)b)) {
		free(b);
		b = NULL;
	}
	return b;
}

GLuint vgpu_wbuffer_at(struct vgpu_replay *r, GLenum target)
{
	static const GLenum bindings[][2] = {
		{ GL_ARRAY_BUFFER, GL_ARRAY_BUFFER_BINDING },
		{ GL_ELEMENT_ARRAY_BUFFER, GL_ELEMENT_ARRAY_BUFFER_BINDING },
		{ GL_PIXEL_PACK_BUFFER, GL_PIXEL_PACK_BUFFER_BINDING },
		{ GL_PIXEL_UNPACK_BUFFER, GL_PIXEL_UNPACK_BUFFER_BINDING },
		{ GL_UNIFORM_BUFFER, GL_UNIFORM_BUFFER_BINDING },
		{ GL_TEXTURE_BUFFER, GL_TEXTURE_BUFFER_BINDING },
		{ GL_TRANSFORM_FEEDBACK_BUFFER, GL_TRANSFORM_FEEDBACK_BUFFER_BINDING },
		{ GL_COPY_READ_BUFFER, GL_COPY_READ_BUFFER_BINDING },
		{ GL_COPY_WRITE_BUFFER, GL_COPY_WRITE_BUFFER_BINDING },
		{ GL_DRAW_INDIRECT_BUFFER, GL_DRAW_INDIRECT_BUFFER_BINDING },
		{ GL_DISPATCH_INDIRECT_BUFFER, GL_DISPATCH_INDIRECT_BUFFER_BINDING },
		{ GL_SHADER_STORAGE_BUFFER, GL_SHADER_STORAGE_BUFFER_BINDING },
		{ GL_ATOMIC_COUNTER_BUFFER, GL_ATOMIC_COUNTER_BUFFER_BINDING },
		{ GL_QUERY_BUFFER, GL_QUERY_BUFFER_BINDING },
		{ GL_PARAMETER_BUFFER, GL_PARAMETER_BUFFER_BINDING },
	};
	GLint name = 0;
	size_t i;

	for (i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++) {
		if (bindings[i][0] != target)
			continue;
		vgpu_wcontext_keep_errors(r);
		if (!vgpu_wgl_integer(r, bindings[i][1], &name))
			name = 0;
		break;
	}
	return (GLuint)name;
}

bool vgpu_wbuffer_storage_begin(struct vgpu_replay *r, GLuint host, GLsizeiptr bytes)
{
	struct buffer *b;

	pthread_mutex_lock(&r->share->buffers_lock);
	b = find(r, host);
	/* negative sizes and buffers that do not exist are the driver's to refuse */
	if (b ? bytes > 0 && ((uint64_t)bytes < b->reach ||
	                      ((uint64_t)bytes > b->bytes &&
	                       !vgpu_wquota_room(&r->conn->quota, (uint64_t)bytes - b->bytes)))
	      : host && host != VGPU_UNKNOWN_NAME) {
		pthread_mutex_unlock(&r->share->buffers_lock);
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		return false;
	}
	return true;
}

/* What the driver says that the buffer has now. False: it does not answer, so nothing has changed. */
static bool bytes_of(struct vgpu_replay *r, GLuint host, uint64_t *bytes_out)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	GLint64 size64 = 0;
	GLint old = 0, size = 0;

	if (!vgpu_wgl_integer(r, GL_ARRAY_BUFFER_BINDING, &old))
		return false;
	if ((GLuint)old != host)
		r->gl->BindBuffer(GL_ARRAY_BUFFER, host);
	if (r->gl->GetBufferParameteri64v && caps->api != VGPU_API_GLES1 &&
	    caps->version >= (caps->es ? 30u : 32u)) {
		r->gl->GetBufferParameteri64v(GL_ARRAY_BUFFER, GL_BUFFER_SIZE, &size64);
	} else {
		r->gl->GetBufferParameteriv(GL_ARRAY_BUFFER, GL_BUFFER_SIZE, &size);
		size64 = size;
	}
	if ((GLuint)old != host)
		r->gl->BindBuffer(GL_ARRAY_BUFFER, (GLuint)old);
	*bytes_out = size64 > 0 ? (uint64_t)size64 : 0;
	return true;
}

void vgpu_wbuffer_storage_end(struct vgpu_replay *r, GLuint host)
{
	struct buffer *b = find(r, host);

	uint64_t now;

	if (b && bytes_of(r, host, &now)) {
		if (!b->quota)
			b->quota = &r->conn->quota;
		vgpu_wquota_change(b->quota, b->bytes, now);
		b->bytes = now;
	}
	pthread_mutex_unlock(&r->share->buffers_lock);
}

void vgpu_wbuffer_range_begin(struct vgpu_replay *r)
{
	pthread_mutex_lock(&r->share->buffers_lock);
}

bool vgpu_wbuffer_range_add(struct vgpu_replay *r, GLuint host, GLintptr offset)
{
	struct buffer *b;

	if (offset <= 0 || !host)
		return true;
	b = find(r, host);
	if (!b) {
		/* unknown to the driver as well, or there is no memory */
		if (host != VGPU_UNKNOWN_NAME)
			vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		return host == VGPU_UNKNOWN_NAME;
	}
	if (b->bytes && (uint64_t)offset > b->bytes) {
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
		return false;
	}
	if ((uint64_t)offset > b->reach)
		b->reach = (uint64_t)offset;
	return true;
}

void vgpu_wbuffer_range_end(struct vgpu_replay *r)
{
	pthread_mutex_unlock(&r->share->buffers_lock);
}

static void forget(struct buffer *b)
{
	if (b && b->quota)
		vgpu_wquota_change(b->quota, b->bytes, 0);
	free(b);
}

void vgpu_wbuffer_deleted(struct vgpu_replay *r, GLsizei n, const GLuint *guest)
{
	GLsizei i;

	pthread_mutex_lock(&r->share->buffers_lock);
	for (i = 0; i < n; i++) {
		uint32_t host = vgpu_names_host(vgpu_replay_names(r, VGPU_NAME_BUFFER), guest[i]);

		if (host)
			forget((struct buffer *)vgpu_idmap_remove(&r->share->buffers, host));
	}
	pthread_mutex_unlock(&r->share->buffers_lock);
}

void vgpu_wbuffers_finish(struct vgpu_wshare *share)
{
	uint32_t cursor = 0, id;
	uintptr_t value;

	while (vgpu_idmap_next(&share->buffers, &cursor, &id, &value))
		forget((struct buffer *)value);
	vgpu_idmap_finish(&share->buffers);
}
