/* SPDX-License-Identifier: MIT */
/* Which commands the host's drivers cannot do (host_extensions.h). */
#include "backend/worker/host_extensions.h"

#include <stdlib.h>
#include <string.h>

#include "host_gl.h"
#include "host_needs.h"

static void add(struct vgpu_host_extensions *e, const char *name, size_t n)
{
	if (e->failed || n == 0)
		return;
	if (e->room - e->used <= n) {
		size_t room = 2 * e->room + n + 4096;
		char *names = realloc(e->names, room);

		if (!names) {
			e->failed = true;
			return;
		}
		e->names = names;
		e->room = room;
	}
	memcpy(e->names + e->used, name, n);
	e->names[e->used + n] = '\0';
	e->used += n + 1;
	e->count++;
}

void vgpu_host_extensions_add(struct vgpu_host_extensions *e, const struct vgpu_gl *gl,
                              uint32_t version)
{
	const char *list;
	GLint n = 0;

	if (version >= 30) {
		gl->GetIntegerv(GL_NUM_EXTENSIONS, &n);
		for (GLint i = 0; i < n; i++) {
			const char *name = (const char *)gl->GetStringi(GL_EXTENSIONS, (GLuint)i);

			if (name)
				add(e, name, strlen(name));
		}
		return;
	}
	list = (const char *)gl->GetString(GL_EXTENSIONS);
	while (list && *list) {
		size_t length = strcspn(list, " ");

		add(e, list, length);
		list += length + strspn(list + length, " ");
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has(const void *data, const char *extension)
{
	const struct vgpu_host_extensions *e = data;

	return e->count && bsearch(&extension, e->sorted, e->count, sizeof(*e->sorted), compare);
}

bool vgpu_host_extensions_decide(struct vgpu_host_extensions *e)
{
	const char *at = e->names;

	if (e->failed)
		return false;
	if (e->count) {
		e->sorted = calloc(e->count, sizeof(*e->sorted));
		if (!e->sorted)
			return false;
		for (size_t i = 0; i < e->count; i++, at += strlen(at) + 1)
			e->sorted[i] = at;
		qsort(e->sorted, e->count, sizeof(*e->sorted), compare);
	}
	vgpu_needs_look(has, e);
	return true;
}

void vgpu_host_extensions_free(struct vgpu_host_extensions *e)
{
	free(e->sorted);
	free(e->names);
	*e = (struct vgpu_host_extensions){ 0 };
}
