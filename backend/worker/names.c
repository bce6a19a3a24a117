/* SPDX-License-Identifier: MIT */
#include "backend/worker/names.h"

#include <errno.h>

#include "backend/worker/context.h"

#define MAX_AT_ONCE (1 << 20)

struct vgpu_names *vgpu_replay_names(struct vgpu_replay *r, enum vgpu_name_kind kind)
{
	if (kind < VGPU_NAME_SHARED_COUNT)
		return r->share->names[kind];
	return r->ctx->names[kind - VGPU_NAME_SHARED_COUNT];
}

uint32_t vgpu_host_name(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t guest)
{
	uint32_t host;

	if (!guest || kind == VGPU_NAME_LIST)
		return guest;
	if (!r->ctx)
		return VGPU_UNKNOWN_NAME;
	host = vgpu_names_host(vgpu_replay_names(r, kind), guest);
	return host ? host : VGPU_UNKNOWN_NAME;
}

uint32_t vgpu_guest_name(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t host)
{
	if (!host || kind == VGPU_NAME_LIST || !r->ctx)
		return host && r->ctx ? host : 0;
	return vgpu_names_guest(vgpu_replay_names(r, kind), host);
}

static void names_lock(struct vgpu_replay *r, enum vgpu_name_kind kind)
{
	if (kind < VGPU_NAME_SHARED_COUNT)
		pthread_mutex_lock(&r->share->lock);
}

static void names_unlock(struct vgpu_replay *r, enum vgpu_name_kind kind)
{
	if (kind < VGPU_NAME_SHARED_COUNT)
		pthread_mutex_unlock(&r->share->lock);
}

/* Whether binding may create an object of a name that was never generated. */
static bool bind_creates(const struct vgpu_wcontext *ctx, enum vgpu_name_kind kind)
{
	const struct vgpu_wcaps *caps = &ctx->caps;

	switch (kind) {
	case VGPU_NAME_BUFFER:
	case VGPU_NAME_TEXTURE:
	case VGPU_NAME_RENDERBUFFER:
	case VGPU_NAME_FRAMEBUFFER:
		return caps->es || caps->compat;
	case VGPU_NAME_ARB_PROGRAM:
	case VGPU_NAME_QUERY:
		return caps->compat || (caps->es && caps->version < 30);
	default:
		return false;
	}
}

static uint32_t generate_one(struct vgpu_replay *r, enum vgpu_name_kind kind)
{
	const struct vgpu_gl *gl = r->gl;
	const bool es1 = r->ctx->api == VGPU_API_GLES1;
	GLuint name = 0;

	switch (kind) {
	case VGPU_NAME_BUFFER:
		gl->GenBuffers(1, &name);
		break;
	case VGPU_NAME_TEXTURE:
		gl->GenTextures(1, &name);
		break;
	case VGPU_NAME_RENDERBUFFER:
		(es1 ? gl->GenRenderbuffersOES : gl->GenRenderbuffers)(1, &name);
		break;
	case VGPU_NAME_FRAMEBUFFER:
		r->ctx->caps.GenFramebuffers(1, &name);
		break;
	case VGPU_NAME_ARB_PROGRAM:
		gl->GenProgramsARB(1, &name);
		break;
	case VGPU_NAME_QUERY:
		gl->GenQueries(1, &name);
		break;
	default:
		break;
	}
	return name;
}

static void delete_one(struct vgpu_replay *r, enum vgpu_name_kind kind, GLuint name)
{
	const struct vgpu_gl *gl = r->gl;
	const bool es1 = r->ctx->api == VGPU_API_GLES1;

	switch (kind) {
	case VGPU_NAME_BUFFER:
		gl->DeleteBuffers(1, &name);
		break;
	case VGPU_NAME_TEXTURE:
		gl->DeleteTextures(1, &name);
		break;
	case VGPU_NAME_RENDERBUFFER:
		(es1 ? gl->DeleteRenderbuffersOES : gl->DeleteRenderbuffers)(1, &name);
		break;
	case VGPU_NAME_FRAMEBUFFER:
		r->ctx->caps.DeleteFramebuffers(1, &name);
		break;
	case VGPU_NAME_ARB_PROGRAM:
		gl->DeleteProgramsARB(1, &name);
		break;
	case VGPU_NAME_QUERY:
		gl->DeleteQueries(1, &name);
		break;
	case VGPU_NAME_SAMPLER:
		gl->DeleteSamplers(1, &name);
		break;
	case VGPU_NAME_VERTEX_ARRAY:
		gl->DeleteVertexArrays(1, &name);
		break;
	case VGPU_NAME_PIPELINE:
		gl->DeleteProgramPipelines(1, &name);
		break;
	case VGPU_NAME_TRANSFORM_FEEDBACK:
		gl->DeleteTransformFeedbacks(1, &name);
		break;
	default:
		break;
	}
}

uint32_t vgpu_host_name_bind(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t guest,
                             uint32_t target)
{
	struct vgpu_names *names;
	uint32_t host;

	if (!guest || kind == VGPU_NAME_LIST)
		return guest;
	if (!r->ctx)
		return VGPU_UNKNOWN_NAME;
	names = vgpu_replay_names(r, kind);
	host = vgpu_names_host(names, guest);
	if (host)
		return host;
	if (!bind_creates(r->ctx, kind))
		return VGPU_UNKNOWN_NAME;
	names_lock(r, kind);
	host = vgpu_names_host(names, guest); /* another thread may have been faster */
	if (!host) {
		host = generate_one(r, kind);
		if (host && vgpu_names_add(names, guest, host)) {
			delete_one(r, kind, host);
			host = 0;
		}
	}
	names_unlock(r, kind);
	if (!host) {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		return VGPU_UNKNOWN_NAME;
	}
	return host;
}

/*
 * Enter n names that the host has just made. A name that is in use already is a
 * race between two guest threads (one deletes, the other gets the name again):
 * the object that is there stays.
 */
static int enter_names(struct vgpu_replay *r, enum vgpu_name_kind kind, GLsizei n,
                       const GLuint *guest, const GLuint *host)
{
	struct vgpu_names *names = vgpu_replay_names(r, kind);
	int rc = 0;
	GLsizei i;

	names_lock(r, kind);
	for (i = 0; i < n; i++) {
		if (!host[i])
			continue; /* the host had no memory and said so */
		rc = vgpu_names_add(names, guest[i], host[i]);
		if (rc == -EEXIST && kind == VGPU_NAME_PROGRAM) {
			/* deleted, but still attached or in use: the name is free again */
			vgpu_names_retire(names, guest[i]);
			rc = vgpu_names_add(names, guest[i], host[i]);
		} else if (rc == -EEXIST) {
			vgpu_replay_log(r, "object name %u of kind %d made twice", guest[i],
			                (int)kind);
			delete_one(r, kind, host[i]);
			rc = 0;
		}
		if (rc)
			break;
	}
	names_unlock(r, kind);
	return rc ? -EPROTO : 0;
}

static int check_names(struct vgpu_replay *r, enum vgpu_name_kind kind, GLsizei n,
                       const GLuint *guest)
{
	GLsizei i;

	if (n > MAX_AT_ONCE ||
	    (uint32_t)n > VGPU_MAX_NAMES - vgpu_names_count(vgpu_replay_names(r, kind)))
		return -EPROTO;
	for (i = 0; i < n; i++)
		if (!guest[i])
			return -EPROTO;
	return 0;
}

int vgpu_replay_gen_names(struct vgpu_replay *r, enum vgpu_name_kind kind, GLsizei n,
                          const GLuint *guest, void (*fn)(GLsizei, GLuint *))
{
	GLuint *host, none = 0;
	int rc;

	if (n <= 0) {
		fn(n, &none);
		return 0;
	}
	rc = check_names(r, kind, n, guest);
	if (rc)
		return rc;
	host = vgpu_scratch_alloc(r, (size_t)n * sizeof(*host));
	if (!host) {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		return 0;
	}
	fn(n, host);
	return enter_names(r, kind, n, guest, host);
}

int vgpu_replay_create_names_target(struct vgpu_replay *r, enum vgpu_name_kind kind, GLenum target,
                                    GLsizei n, const GLuint *guest,
                                    void (*fn)(GLenum, GLsizei, GLuint *))
{
	GLuint *host, none = 0;
	int rc;

	if (n <= 0) {
		fn(target, n, &none);
		return 0;
	}
	rc = check_names(r, kind, n, guest);
	if (rc)
		return rc;
	host = vgpu_scratch_alloc(r, (size_t)n * sizeof(*host));
	if (!host) {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		return 0;
	}
	fn(target, n, host);
	return enter_names(r, kind, n, guest, host);
}

int vgpu_replay_delete_names(struct vgpu_replay *r, enum vgpu_name_kind kind, GLsizei n,
                             const GLuint *guest, void (*fn)(GLsizei, const GLuint *))
{
	struct vgpu_names *names = vgpu_replay_names(r, kind);
	GLuint *host, none = 0;
	GLsizei i, have = 0;

	if (n <= 0) {
		fn(n, &none);
		return 0;
	}
	host = vgpu_scratch_alloc(r, (size_t)n * sizeof(*host));
	if (!host) {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		return 0;
	}
	names_lock(r, kind);
	for (i = 0; i < n; i++) {
		/* what is still bound elsewhere goes by its old name in glGet */
		GLuint name = vgpu_names_retire(names, guest[i]);

		if (name)
			host[have++] = name;
	}
	names_unlock(r, kind);
	if (have > 0)
		fn(have, host);
	return 0;
}

int vgpu_replay_add_name(struct vgpu_replay *r, enum vgpu_name_kind kind, uint32_t guest,
                         uint32_t host)
{
	if (!guest)
		return -EPROTO;
	return enter_names(r, kind, 1, &guest, &host);
}

void vgpu_replay_program_deleted(struct vgpu_replay *r, uint32_t guest)
{
	struct vgpu_names *names = vgpu_replay_names(r, VGPU_NAME_PROGRAM);
	uint32_t host = vgpu_names_host(names, guest);

	if (!host || r->gl->IsProgram(host) || r->gl->IsShader(host))
		return;
	names_lock(r, VGPU_NAME_PROGRAM);
	vgpu_names_retire(names, guest);
	names_unlock(r, VGPU_NAME_PROGRAM);
}
