/* SPDX-License-Identifier: MIT */
/*
 * What a link decides, fetched in one answer at the first question: the host's
 * lists of active uniforms and attributes with their locations. Questions that
 * are errors go to the host.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/debug.h"
#include "frontend/gl/programs.h"
#include "frontend/gl/state.h"
#include "protocol/gl_program.h"

#define FIRST_BYTES (64u << 10)

struct vgpu_gl_variable {
	GLint location;
	GLint size;
	GLenum type;
	uint32_t stem; /* bytes of the name without a final "[0]" */
	const char *name;
};

void vgpu_gl_program_info_drop(struct vgpu_gl_program_info *info)
{
	free(info->data);
	free(info->list[0]);
	free(info->hash);
	*info = (struct vgpu_gl_program_info){ .links = info->links,
		                               .linker = info->linker,
		                               .linked_at = info->linked_at };
}

/* ---- names ------------------------------------------------------------------------------- */

static uint32_t stem_of(const char *name)
{
	size_t n = strlen(name);

	return (uint32_t)(n > 3 && !strcmp(name + n - 3, "[0]") ? n - 3 : n);
}

static uint32_t hash(const char *name, uint32_t bytes, uint32_t list)
{
	uint32_t h = 2166136261u ^ list;

	for (uint32_t i = 0; i < bytes; i++)
		h = (h ^ (uint8_t)name[i]) * 16777619u;
	return h;
}

/* The variable of this name, with or without "[0]", or NULL. */
static const struct vgpu_gl_variable *find(const struct vgpu_gl_program_info *info, uint32_t list,
                                           const char *name)
{
	uint32_t stem = stem_of(name), at;

	for (at = hash(name, stem, list) & info->hash_mask; info->hash[at];
	     at = (at + 1) & info->hash_mask) {
		uint32_t i = info->hash[at] - 1;
		const struct vgpu_gl_variable *v = &info->list[0][i];

		if ((i >= info->count[0]) == (list == 1) && v->stem == stem &&
		    !memcmp(v->name, name, stem))
			return v;
	}
	return NULL;
}

static bool make_hash(struct vgpu_gl_program_info *info)
{
	uint32_t n = info->count[0] + info->count[1], size = 4;

	while (size < n * 2)
		size *= 2;
	info->hash = calloc(size, sizeof(*info->hash));
	if (!info->hash)
		return false;
	info->hash_mask = size - 1;
	for (uint32_t i = 0; i < n; i++) {
		const struct vgpu_gl_variable *v = &info->list[0][i];
		uint32_t at = hash(v->name, v->stem, i >= info->count[0]) & info->hash_mask;

		while (info->hash[at])
			at = (at + 1) & info->hash_mask;
		info->hash[at] = i + 1;
	}
	return true;
}

/* ---- the answer ---------------------------------------------------------------------------- */

/* Takes data. False: it is not what gl_program.h says, or there is no memory. */
static bool parse(struct vgpu_gl_program_info *info, uint8_t *data, uint64_t bytes)
{
	struct vgpu_program_info head;
	uint64_t at = sizeof(head), n;

	info->data = data;
	if (bytes < sizeof(head))
		return false;
	memcpy(&head, data, sizeof(head));
	n = (uint64_t)head.uniforms + head.attribs;
	if (n > (bytes - at) / sizeof(struct vgpu_program_variable))
		return false;
	info->list[0] = calloc(n + 1, sizeof(*info->list[0]));
	if (!info->list[0])
		return false;
	info->list[1] = info->list[0] + head.uniforms;
	info->count[0] = head.uniforms;
	info->count[1] = head.attribs;
	info->max_length[0] = head.uniform_max_length;
	info->max_length[1] = head.attrib_max_length;
	for (uint64_t i = 0; i < n; i++) {
		struct vgpu_program_variable v;
		const char *name;

		if (bytes - at < sizeof(v))
			return false;
		memcpy(&v, data + at, sizeof(v));
		at += sizeof(v);
		name = (const char *)data + at;
		if (!v.name_bytes || v.name_bytes > bytes - at || name[v.name_bytes - 1] ||
		    strlen(name) + 1 != v.name_bytes)
			return false;
		at += ((uint64_t)v.name_bytes + 3) & ~UINT64_C(3);
		if (at > bytes)
			return false;
		info->list[0][i] = (struct vgpu_gl_variable){ v.location, v.size, v.type,
			                                      stem_of(name), name };
	}
	return make_hash(info);
}

/* The host's answer in memory of ours, or NULL. */
static uint8_t *ask(struct vgpu_stream *s, uint32_t program, uint64_t *bytes_out)
{
	uint64_t size = FIRST_BYTES;

	for (;;) {
		uint8_t *data = malloc(size);
		uint64_t bytes = data ? enc_vgpuProgramInfo(s, program, (GLsizei)size, data) : 0;

		if (bytes && bytes <= size && !s->lost) {
			uint8_t *less = realloc(data, bytes);

			*bytes_out = bytes;
			return less ? less : data;
		}
		free(data);
		if (bytes <= size || bytes > VGPU_MAX_PROGRAM_INFO || s->lost)
			return NULL;
		size = bytes;
	}
}

void vgpu_gl_program_fetch(struct vgpu_context *ctx, uint32_t program)
{
	struct vgpu_gl_program_info *info, fresh = { .asked = true };
	uint32_t links;
	uint64_t bytes = 0;
	uint8_t *data;

	pthread_mutex_lock(&ctx->share->lock);
	info = vgpu_gl_program_info(ctx->share, program);
	links = info ? info->links : 0;
	if (!info || info->asked || !vgpu_gl_program_settled(ctx, info)) {
		pthread_mutex_unlock(&ctx->share->lock);
		return;
	}
	pthread_mutex_unlock(&ctx->share->lock);
	data = ask(ctx->stream, program, &bytes);
	if (data && !parse(&fresh, data, bytes)) {
		vgpu_gl_program_info_drop(&fresh);
		fresh.asked = true;
	}
	pthread_mutex_lock(&ctx->share->lock);
	info = vgpu_gl_program_info(ctx->share, program);
	if (info && info->links == links && !info->asked) {
		fresh.links = links;
		fresh.linker = info->linker;
		fresh.linked_at = info->linked_at;
		*info = fresh;
		memset(&fresh, 0, sizeof(fresh));
	}
	pthread_mutex_unlock(&ctx->share->lock);
	vgpu_gl_program_info_drop(&fresh);
}

/* ---- questions ----------------------------------------------------------------------------- */

bool vgpu_gl_program_info_location(const struct vgpu_gl_program_info *info, bool attrib,
                                   const char *name, GLint *out)
{
	const struct vgpu_gl_variable *v;

	if (!info || !info->data)
		return false;
	v = find(info, attrib, name);
	if (v && (!strchr(name, '[') || !strcmp(v->name, name))) {
		*out = v->location;
		return true;
	}
	/* an element of an array, perhaps of one that is not listed in this way */
	if (strchr(name, '['))
		return false;
	*out = -1;
	return true;
}

GLint vgpu_gl_program_info_left(const struct vgpu_gl_program_info *info, GLint location,
                                bool *array_out)
{
	for (uint32_t i = 0; info->data && i < info->count[0]; i++) {
		const struct vgpu_gl_variable *v = &info->list[0][i];

		if (v->location < 0 || location < v->location || location - v->location >= v->size)
			continue;
		*array_out = v->name[v->stem] == '[';
		return v->size - (location - v->location);
	}
	return 0;
}

static bool number(const struct vgpu_gl_program_info *info, GLenum pname, GLint *out)
{
	switch (pname) {
	case GL_LINK_STATUS:
		*out = GL_TRUE;
		return true;
	case GL_ACTIVE_UNIFORMS:
		*out = (GLint)info->count[0];
		return true;
	case GL_ACTIVE_ATTRIBUTES:
		*out = (GLint)info->count[1];
		return true;
	case GL_ACTIVE_UNIFORM_MAX_LENGTH:
		*out = (GLint)info->max_length[0];
		return true;
	case GL_ACTIVE_ATTRIBUTE_MAX_LENGTH:
		*out = (GLint)info->max_length[1];
		return true;
	default:
		return false;
	}
}

void GLAPIENTRY entry_glGetProgramiv(GLuint program, GLenum pname, GLint *params)
{
	static const struct vgpu_gl_program_info nothing;
	const struct vgpu_gl_program_info *info;
	bool found = false;
	GLint value = 0, host = 0;

	VGPU_GL_CONTEXT();
	if (params && !gl->inside && number(&nothing, pname, &value)) {
		vgpu_gl_program_fetch(ctx, program);
		pthread_mutex_lock(&ctx->share->lock);
		info = vgpu_gl_program_info(ctx->share, program);
		found = info && info->data && number(info, pname, &value);
		pthread_mutex_unlock(&ctx->share->lock);
	}
	if (!found) {
		enc_glGetProgramiv(s, program, pname, params);
		return;
	}
	*params = value;
	if (!vgpu_debug_on(VGPU_DEBUG_VERIFY) || s->lost)
		return;
	enc_glGetProgramiv(s, program, pname, &host);
	if (host != value && !s->lost)
		vgpu_debug_differs("glGetProgramiv", pname, value, host);
}

/* glGetActiveUniform and glGetActiveAttrib. False: the host must say it, or what is wrong. */
static bool active(struct vgpu_context *ctx, uint32_t list, GLuint program, GLuint index,
                   GLsizei size, GLsizei *length, GLint *count, GLenum *type, GLchar *name)
{
	const struct vgpu_gl_program_info *info;
	bool found;

	if (size < 0 || ctx->gl->inside)
		return false;
	vgpu_gl_program_fetch(ctx, program);
	pthread_mutex_lock(&ctx->share->lock);
	info = vgpu_gl_program_info(ctx->share, program);
	found = info && info->data && index < info->count[list];
	if (found) {
		const struct vgpu_gl_variable *v = &info->list[list][index];
		size_t n = strlen(v->name);

		if (n >= (size_t)size)
			n = size ? (size_t)size - 1 : 0;
		if (name && size) {
			memcpy(name, v->name, n);
			name[n] = 0;
		}
		if (length)
			*length = (GLsizei)n;
		if (count)
			*count = v->size;
		if (type)
			*type = v->type;
	}
	pthread_mutex_unlock(&ctx->share->lock);
	return found;
}

void GLAPIENTRY entry_glGetActiveUniform(GLuint program, GLuint index, GLsizei bufSize,
                                         GLsizei *length, GLint *size, GLenum *type, GLchar *name)
{
	VGPU_GL_CONTEXT();
	if (!active(ctx, 0, program, index, bufSize, length, size, type, name))
		enc_glGetActiveUniform(s, program, index, bufSize, length, size, type, name);
}

void GLAPIENTRY entry_glGetActiveAttrib(GLuint program, GLuint index, GLsizei bufSize,
                                        GLsizei *length, GLint *size, GLenum *type, GLchar *name)
{
	VGPU_GL_CONTEXT();
	if (!active(ctx, 1, program, index, bufSize, length, size, type, name))
		enc_glGetActiveAttrib(s, program, index, bufSize, length, size, type, name);
}
