/* SPDX-License-Identifier: MIT */
/* glGetString and glGetStringi: asked once per context, extensions filtered. */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "extensions.h"
#include "frontend/gl/intern.h"
#include "frontend/gl/state.h"

#define MAX_STRING 4096
#define MAX_EXTENSIONS (256u << 10) /* bytes of the whole list */

/* The strings themselves are the process's (intern.h); the lists are the context's. */
struct vgpu_gl_strings {
	const char *vendor, *renderer, *version, *shading;
	const char *extensions; /* as glGetString gives them: words, a space after each */
	const char **extension;
	uint32_t count;
	const char **shading_versions; /* GL 4.3: all that the compiler takes */
	uint32_t shading_count;
};

static bool hidden(const char *name)
{
	static const char *const names[] = {
#define HIDE(name, reason) name,
#include "frontend/gl/hidden_extensions.h"
	};
	static const char *const shown[] = {
#define SHOW(name) name,
#include "frontend/gl/hidden_extensions.h"
	};
	size_t i;

	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (!strcmp(name, shown[i]))
			return false;
	}

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return !vgpu_gl_extension_carried(name);
}

static struct vgpu_gl_strings *strings(struct vgpu_context *ctx)
{
	if (!ctx->gl->strings)
		ctx->gl->strings = calloc(1, sizeof(*ctx->gl->strings));
	return ctx->gl->strings;
}

/* A string of the host; NULL when it has none of this name and index. */
static const char *ask(struct vgpu_context *ctx, GLenum name, GLuint indexed, GLuint index)
{
	char buffer[MAX_STRING] = "";
	const char *string;

	if (!enc_vgpuGetString(ctx->stream, name, indexed, index, sizeof(buffer) - 1, buffer))
		return NULL;
	string = vgpu_gl_intern(buffer);
	if (!string)
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
	return string;
}

/* The same into *slot, once. */
static const char *cached(struct vgpu_context *ctx, const char **slot, GLenum name)
{
	if (!*slot)
		*slot = ask(ctx, name, 0, 0);
	return *slot;
}

/* Fetch the extension list and keep what the program may see. */
static bool load_extensions(struct vgpu_context *ctx, struct vgpu_gl_strings *st)
{
	char *all, *shown, *word, *rest = NULL;
	size_t used = 0, n;
	uint32_t room = 0;

	if (st->extensions)
		return true;
	all = calloc(1, MAX_EXTENSIONS);
	shown = calloc(1, MAX_EXTENSIONS);
	if (!all || !shown)
		goto fail;
	enc_vgpuGetExtensions(ctx->stream, MAX_EXTENSIONS - 2, all);
	for (word = strtok_r(all, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (hidden(word))
			continue;
		if (st->count == room) {
			const char **grown = realloc(st->extension, (room + 256) * sizeof(*grown));

			if (!grown)
				goto fail;
			st->extension = grown;
			room += 256;
		}
		st->extension[st->count] = vgpu_gl_intern(word);
		if (!st->extension[st->count++])
			goto fail;
		n = strlen(word);
		memcpy(shown + used, word, n);
		shown[used + n] = ' ';
		used += n + 1;
	}
	st->extensions = vgpu_gl_intern(shown);
	if (!st->extensions)
		goto fail;
	free(all);
	free(shown);
	return true;
fail:
	free(all);
	free(shown);
	st->count = 0;
	return false;
}

void vgpu_gl_strings_destroy(struct vgpu_gl_strings *st)
{
	if (!st)
		return;
	free(st->shading_versions);
	free(st->extension);
	free(st);
}

bool vgpu_gl_has_extension(struct vgpu_context *ctx, const char *name)
{
	struct vgpu_gl_strings *st = strings(ctx);
	uint32_t i;

	if (!st || !load_extensions(ctx, st))
		return false;
	for (i = 0; i < st->count; i++) {
		if (!strcmp(st->extension[i], name))
			return true;
	}
	return false;
}

GLint vgpu_gl_extension_count(struct vgpu_context *ctx)
{
	struct vgpu_gl_strings *st = strings(ctx);

	return st && load_extensions(ctx, st) ? (GLint)st->count : 0;
}

const GLubyte *GLAPIENTRY entry_glGetString(GLenum name)
{
	struct vgpu_gl_strings *st;
	const char *string = NULL;

	VGPU_GL_CONTEXT(NULL);
	VGPU_GL_OUTSIDE(NULL);
	st = strings(ctx);
	if (!st) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return NULL;
	}
	switch (name) {
	case GL_VENDOR:
		string = cached(ctx, &st->vendor, name);
		break;
	case GL_RENDERER:
		string = cached(ctx, &st->renderer, name);
		break;
	case GL_VERSION:
		string = cached(ctx, &st->version, name);
		break;
	case GL_SHADING_LANGUAGE_VERSION:
		string = cached(ctx, &st->shading, name);
		break;
	case GL_EXTENSIONS:
		if (gl->core)
			vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		else if (load_extensions(ctx, st))
			string = st->extensions;
		break;
	case GL_PROGRAM_ERROR_STRING_ARB: /* of the last program, so never the same */
		if (!gl->core && gl->desktop) {
			string = ask(ctx, name, 0, 0);
		} else {
			vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		}
		break;
	default:
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		break;
	}
	return (const GLubyte *)string;
}

const GLubyte *GLAPIENTRY entry_glGetStringi(GLenum name, GLuint index)
{
	struct vgpu_gl_strings *st;
	GLint n = 0;

	VGPU_GL_CONTEXT(NULL);
	st = strings(ctx);
	if (!st) {
		vgpu_gl_set_error(ctx, GL_OUT_OF_MEMORY);
		return NULL;
	}
	switch (name) {
	case GL_EXTENSIONS:
		if (load_extensions(ctx, st) && index < st->count)
			return (const GLubyte *)st->extension[index];
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return NULL;
	case GL_SHADING_LANGUAGE_VERSION:
		if (!st->shading_versions) {
			enc_glGetIntegerv(s, GL_NUM_SHADING_LANGUAGE_VERSIONS, &n);
			st->shading_versions = n > 0 ? calloc((size_t)n, sizeof(char *)) : NULL;
			st->shading_count = st->shading_versions ? (uint32_t)n : 0;
		}
		if (index < st->shading_count) {
			const char **slot = &st->shading_versions[index];

			if (!*slot)
				*slot = ask(ctx, name, 1, index);
			return (const GLubyte *)*slot;
		}
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return NULL;
	default:
		vgpu_gl_set_error(ctx, GL_INVALID_ENUM);
		return NULL;
	}
}
