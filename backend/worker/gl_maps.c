/* SPDX-License-Identifier: MIT */
/*
 * One record for each buffer that was ever asked for, by its name on the host. The
 * lock is held while a record's map is written, so that a buffer is never deleted
 * (and its map taken away by the driver) under a copy.
 */
#include "backend/worker/gl_maps.h"

#include <errno.h>
#include <stdlib.h>

#include "backend/worker/context.h"
#include "backend/worker/copy.h"
#include "backend/worker/names.h"

struct map {
	uint8_t *at;    /* the driver's; NULL: cannot be had */
	uint64_t bytes; /* of the buffer */
};

/* Map the whole buffer that is bound to target; what the guest's errors are stays as it is. */
static void map_bound(struct vgpu_replay *r, GLenum target, struct map *m)
{
	const GLbitfield access = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
	GLint size = 0, immutable = 0, flags = 0;
	GLint64 size64 = 0;

	r->gl->GetBufferParameteriv(target, GL_BUFFER_IMMUTABLE_STORAGE, &immutable);
	r->gl->GetBufferParameteriv(target, GL_BUFFER_STORAGE_FLAGS, &flags);
	if (r->gl->GetBufferParameteri64v) {
		r->gl->GetBufferParameteri64v(target, GL_BUFFER_SIZE, &size64);
	} else {
		r->gl->GetBufferParameteriv(target, GL_BUFFER_SIZE, &size);
		size64 = size;
	}
	if (!immutable || ((GLbitfield)flags & access) != access || size64 <= 0)
		return;
	m->at = r->gl->MapBufferRange(target, 0, (GLsizeiptr)size64, access);
	m->bytes = (uint64_t)size64;
}

static void make(struct vgpu_replay *r, GLuint host, struct map *m)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	GLint old = 0;
	int i;

	if (!caps->buffer_storage || caps->version < (caps->es ? 30u : 31u) ||
	    !vgpu_wgl_integer(r, GL_COPY_WRITE_BUFFER_BINDING, &old))
		return;
	vgpu_wcontext_keep_errors(r);
	r->gl->BindBuffer(GL_COPY_WRITE_BUFFER, host);
	map_bound(r, GL_COPY_WRITE_BUFFER, m);
	r->gl->BindBuffer(GL_COPY_WRITE_BUFFER, (GLuint)old);
	for (i = 0; i < 8 && r->gl->GetError() != GL_NO_ERROR; i++)
		;
}

/* The record of a buffer, made when missing. NULL: memory is short. maps_lock is held. */
static struct map *find(struct vgpu_replay *r, GLuint host)
{
	struct map *m = (struct map *)vgpu_idmap_get(&r->share->maps, host);

	if (m)
		return m;
	m = calloc(1, sizeof(*m));
	if (m && vgpu_idmap_set(&r->share->maps, host, (uintptr_t)m)) {
		free(m);
		return NULL;
	}
	if (m)
		make(r, host, m);
	return m;
}

int vgpu_wmap_write(struct vgpu_replay *r, GLuint host, uint64_t offset, uint64_t size,
                    const uint8_t *src)
{
	const struct map *m;
	int rc = 0;

	pthread_mutex_lock(&r->share->maps_lock);
	m = find(r, host);
	if (!m || !m->at)
		rc = -ENXIO;
	else if (offset > m->bytes || size > m->bytes - offset)
		rc = -ERANGE;
	else
		vgpu_copy_large(m->at + offset, src, size);
	pthread_mutex_unlock(&r->share->maps_lock);
	return rc;
}

void vgpu_wmaps_delete_begin(struct vgpu_replay *r, GLsizei n, const GLuint *guest)
{
	GLsizei i;

	pthread_mutex_lock(&r->share->maps_lock);
	for (i = 0; i < n; i++) {
		uint32_t host = vgpu_names_host(vgpu_replay_names(r, VGPU_NAME_BUFFER), guest[i]);

		if (host)
			free((struct map *)vgpu_idmap_remove(&r->share->maps, host));
	}
}

void vgpu_wmaps_delete_end(struct vgpu_replay *r)
{
	pthread_mutex_unlock(&r->share->maps_lock);
}

void vgpu_wmaps_finish(struct vgpu_wshare *share)
{
	uint32_t cursor = 0, id;
	uintptr_t value;

	while (vgpu_idmap_next(&share->maps, &cursor, &id, &value))
		free((struct map *)value);
	vgpu_idmap_finish(&share->maps);
}
