/* SPDX-License-Identifier: MIT */
#include "backend/worker/gl_list_store.h"

#include <string.h>

#include "backend/worker/context.h"

#define STORE_BYTES (1 << 20) /* VBO_SAVE_BUFFER_SIZE */
#define NO_MODE 0xffffu

/*
 * A list that nobody sees: its store holds a vertex, and hears that more come than it
 * ever has room for. That draw is of no mode, so that is all that comes of it.
 */
static void fill_up(struct vgpu_replay *r)
{
	static const GLsizei many[1] = { STORE_BYTES / 4 };
	const void *at[1] = { NULL };
	GLuint list = r->gl->GenLists(1);

	if (!list)
		return;
	r->gl->NewList(list, GL_COMPILE);
	r->gl->Begin(GL_POINTS);
	r->gl->Vertex2f(0, 0);
	r->gl->End();
	r->gl->MultiDrawElements(NO_MODE, many, GL_UNSIGNED_INT, at, 1);
	r->gl->EndList();
	r->gl->DeleteLists(list, 1);
}

void vgpu_wstore_list(struct vgpu_replay *r)
{
	struct vgpu_wgl *w = vgpu_wgl_get(r);
	const char *version;
	GLint list = 0;

	/* between glBegin and glEnd there is no new list */
	if (!w || w->store_known || w->primitive_open || w->compiling)
		return;
	version = (const char *)r->gl->GetString(GL_VERSION);
	if (!version || !vgpu_wgl_integer(r, GL_LIST_INDEX, &list) || list)
		return;
	w->store_known = true;
	if (strstr(version, "Mesa") && r->gl->MultiDrawElements) {
		vgpu_wcontext_keep_errors(r);
		fill_up(r);
	}
}
