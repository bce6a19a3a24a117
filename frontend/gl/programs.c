/* SPDX-License-Identifier: MIT */
/*
 * Programs. What a link decides is fetched in one answer (program_info.c): locations of uniforms
 * and attributes, names, sizes and types. Elements of arrays are asked for one by one, once.
 */
#include "frontend/gl/programs.h"

#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/debug.h"
#include "frontend/gl/state.h"

#define BUCKETS 64
#define MAX_LOCATIONS 4096 /* per program; then the host is asked each time */

struct location {
	struct location *next;
	GLint value;
	uint8_t what;
	char name[];
};

enum what {
	UNIFORM,
	ATTRIB,
	FRAG_DATA,
};

struct vgpu_gl_program {
	uint32_t count;
	struct location *bucket[BUCKETS];
	struct vgpu_gl_program_info info;
};

static void forget(struct vgpu_gl_program *p)
{
	uint32_t i;

	for (i = 0; i < BUCKETS; i++) {
		while (p->bucket[i]) {
			struct location *l = p->bucket[i];

			p->bucket[i] = l->next;
			free(l);
		}
	}
	p->count = 0;
	vgpu_gl_program_info_drop(&p->info);
}

static void finish(struct vgpu_gl_program *p)
{
	forget(p);
	free(p);
}

bool vgpu_gl_program_settled(const struct vgpu_context *ctx,
                             const struct vgpu_gl_program_info *info)
{
	return !info->linker || info->linker == ctx->stream ||
	       vgpu_stream_is_past(info->linker, info->linked_at);
}

/* The program was linked just now, on this stream: locations may be others. */
static void linked(struct vgpu_context *ctx, uint32_t program)
{
	struct vgpu_gl_program *p;

	pthread_mutex_lock(&ctx->share->lock);
	p = (struct vgpu_gl_program *)vgpu_idmap_get(&ctx->share->programs, program);
	if (p) {
		forget(p);
		p->info.links++;
		p->info.linker = ctx->stream;
		p->info.linked_at = vgpu_stream_written(ctx->stream);
	}
	pthread_mutex_unlock(&ctx->share->lock);
}

/* It may be deleted now or later: then nothing of it is known. */
static void drop(struct vgpu_context *ctx, uint32_t program)
{
	struct vgpu_gl_program *p;

	pthread_mutex_lock(&ctx->share->lock);
	p = (struct vgpu_gl_program *)vgpu_idmap_remove(&ctx->share->programs, program);
	pthread_mutex_unlock(&ctx->share->lock);
	if (p)
		finish(p);
}

void vgpu_gl_programs_finish(struct vgpu_share *share)
{
	uint32_t cursor = 0, id;
	uintptr_t value;

	while (vgpu_idmap_next(&share->programs, &cursor, &id, &value))
		finish((struct vgpu_gl_program *)value);
	vgpu_idmap_finish(&share->programs);
}

static uint32_t hash(const char *name, uint8_t what)
{
	uint32_t h = 2166136261u ^ what;

	while (*name)
		h = (h ^ (uint8_t)*name++) * 16777619u;
	return h % BUCKETS;
}

/* share->lock is held */
static struct location *find(struct vgpu_share *share, uint32_t program, const char *name,
                             uint8_t what)
{
	struct vgpu_gl_program *p = (struct vgpu_gl_program *)vgpu_idmap_get(&share->programs, program);
	struct location *l;

	if (!p)
		return NULL;
	for (l = p->bucket[hash(name, what)]; l; l = l->next) {
		if (l->what == what && !strcmp(l->name, name))
			return l;
	}
	return NULL;
}

/* The program's record; made when there is none. share->lock is held. */
static struct vgpu_gl_program *record(struct vgpu_share *share, uint32_t program)
{
	struct vgpu_gl_program *p = (struct vgpu_gl_program *)vgpu_idmap_get(&share->programs, program);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (p && vgpu_idmap_set(&share->programs, program, (uintptr_t)p)) {
		free(p);
		p = NULL;
	}
	return p;
}

static void keep(struct vgpu_share *share, uint32_t program, const char *name, uint8_t what,
                 GLint value)
{
	struct vgpu_gl_program *p;
	struct location *l;
	size_t n = strlen(name) + 1;

	pthread_mutex_lock(&share->lock);
	p = record(share, program);
	if (p && !vgpu_gl_program_settled(vgpu_current, &p->info))
		p = NULL;
	l = p && p->count < MAX_LOCATIONS ? malloc(sizeof(*l) + n) : NULL;
	if (l) {
		uint32_t h = hash(name, what);

		memcpy(l->name, name, n);
		l->what = what;
		l->value = value;
		l->next = p->bucket[h];
		p->bucket[h] = l;
		p->count++;
	}
	pthread_mutex_unlock(&share->lock);
}

static GLint ask(struct vgpu_stream *s, GLuint program, const GLchar *name, uint8_t what)
{
	if (what == UNIFORM)
		return enc_glGetUniformLocation(s, program, name);
	if (what == ATTRIB)
		return enc_glGetAttribLocation(s, program, name);
	return enc_glGetFragDataLocation(s, program, name);
}

static GLint location(GLuint program, const GLchar *name, uint8_t what)
{
	struct location *l;
	GLint value = -1;
	bool found = false;

	VGPU_GL_CONTEXT(-1);
	if (!name || !vgpu_fits(ctx, strlen(name)))
		return -1;
	if (what != FRAG_DATA)
		vgpu_gl_program_fetch(ctx, program);
	pthread_mutex_lock(&ctx->share->lock);
	l = find(ctx->share, program, name, what);
	if (l) {
		found = true;
		value = l->value;
	} else if (what != FRAG_DATA) {
		found = vgpu_gl_program_info_location(
			vgpu_gl_program_info(ctx->share, program), what == ATTRIB, name, &value);
	}
	pthread_mutex_unlock(&ctx->share->lock);
	if (found) {
		if (vgpu_debug_on(VGPU_DEBUG_VERIFY) && !s->lost) {
			GLint host = ask(s, program, name, what);

			if (host != value && !s->lost)
				vgpu_debug_differs(name, program, value, host);
		}
		return value;
	}
	value = ask(s, program, name, what);
	/* -1 may be an error that must be raised again: only what was found is kept */
	if (value >= 0 && !s->lost)
		keep(ctx->share, program, name, what, value);
	return value;
}

GLint GLAPIENTRY entry_glGetUniformLocation(GLuint program, const GLchar *name)
{
	return location(program, name, UNIFORM);
}

GLint GLAPIENTRY entry_glGetAttribLocation(GLuint program, const GLchar *name)
{
	return location(program, name, ATTRIB);
}

GLint GLAPIENTRY entry_glGetFragDataLocation(GLuint program, const GLchar *name)
{
	return location(program, name, FRAG_DATA);
}

bool vgpu_gl_is_program(struct vgpu_context *ctx, uint32_t name)
{
	bool is;

	pthread_mutex_lock(&ctx->share->lock);
	is = vgpu_idmap_get(&ctx->share->programs, name) != 0;
	pthread_mutex_unlock(&ctx->share->lock);
	return is;
}

struct vgpu_gl_program_info *vgpu_gl_program_info(struct vgpu_share *share, uint32_t program)
{
	struct vgpu_gl_program *p = (struct vgpu_gl_program *)vgpu_idmap_get(&share->programs, program);

	return p ? &p->info : NULL;
}

GLuint GLAPIENTRY entry_glCreateProgram(void)
{
	GLuint name = 0;

	VGPU_GL_CONTEXT(0);
	if (vgpu_guest_names_alloc(ctx, VGPU_NAME_PROGRAM, 1, &name)) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return 0;
	}
	pthread_mutex_lock(&ctx->share->lock);
	record(ctx->share, name);
	pthread_mutex_unlock(&ctx->share->lock);
	enc_glCreateProgram(s, name);
	return name;
}

void GLAPIENTRY entry_glLinkProgram(GLuint program)
{
	VGPU_GL_CONTEXT();
	enc_glLinkProgram(s, program);
	linked(ctx, program);
}

void GLAPIENTRY entry_glProgramBinary(GLuint program, GLenum binaryFormat, const void *binary,
                                      GLsizei length)
{
	VGPU_GL_CONTEXT();
	if (length < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (!vgpu_fits(ctx, (uint64_t)length))
		return;
	enc_glProgramBinary(s, program, binaryFormat, binary, length);
	linked(ctx, program);
}

void GLAPIENTRY entry_glDeleteProgram(GLuint program)
{
	VGPU_GL_CONTEXT();
	drop(ctx, program);
	enc_glDeleteProgram(s, program);
}

void GLAPIENTRY entry_glDeleteObjectARB(GLhandleARB obj)
{
	VGPU_GL_CONTEXT();
	drop(ctx, obj);
	enc_glDeleteObjectARB(s, obj);
}
