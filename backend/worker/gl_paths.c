/* SPDX-License-Identifier: MIT */
/* GL_NV_path_rendering: path objects (gl_paths.h) and the lists that they hold. */
#include "backend/worker/gl_paths.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "ops.h"
#include "protocol/wire.h"

#define PATH_BYTES 64u      /* of a path without commands */
#define MAX_COEFFICIENTS 16 /* four components of four */

struct vgpu_wpaths {
	pthread_mutex_t lock;
	struct vgpu_idmap bytes; /* by name */
	uint64_t total;
};

void vgpu_wpaths_destroy(struct vgpu_wpaths *paths)
{
	if (!paths)
		return;
	vgpu_idmap_finish(&paths->bytes);
	pthread_mutex_destroy(&paths->lock);
	free(paths);
}

/* The share group's, made at first use; NULL: GL_OUT_OF_MEMORY was raised. */
static struct vgpu_wpaths *paths_of(struct vgpu_replay *r)
{
	struct vgpu_wpaths *p;

	pthread_mutex_lock(&r->share->lock);
	p = r->share->paths;
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (p)
			pthread_mutex_init(&p->lock, NULL);
		r->share->paths = p;
	}
	pthread_mutex_unlock(&r->share->lock);
	if (!p)
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
	return p;
}

bool vgpu_wpaths_begin(struct vgpu_replay *r, GLuint first, int64_t count, uint64_t bytes)
{
	struct vgpu_wpaths *p = paths_of(r);

	if (!p)
		return false;
	pthread_mutex_lock(&p->lock);
	if (first <= VGPU_MAX_PATHS && count <= (int64_t)VGPU_MAX_PATHS - first &&
	    bytes <= VGPU_MAX_PATH_BYTES - p->total)
		return true;
	pthread_mutex_unlock(&p->lock);
	vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
	return false;
}

/* What a path has, as the driver says; 0: it does not exist. */
static uint64_t measure(struct vgpu_replay *r, GLuint path)
{
	static const struct {
		GLenum pname;
		uint32_t bytes;
	} lists[] = {
		{ GL_PATH_COMMAND_COUNT_NV, 1 },
		{ GL_PATH_COORD_COUNT_NV, sizeof(GLfloat) },
		{ GL_PATH_DASH_ARRAY_COUNT_NV, sizeof(GLfloat) },
	};
	uint64_t bytes = PATH_BYTES;
	size_t i;

	if (!r->gl->IsPathNV || !r->gl->GetPathParameterivNV || !r->gl->IsPathNV(path))
		return 0;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		GLint n[4] = { 0 }; /* the specification has room for four */

		r->gl->GetPathParameterivNV(path, lists[i].pname, n);
		bytes += vgpu_bytes(n[0], lists[i].bytes);
	}
	return bytes;
}

static void forget(struct vgpu_wpaths *p, GLuint path)
{
	p->total -= vgpu_idmap_remove(&p->bytes, path);
}

void vgpu_wpaths_end(struct vgpu_replay *r, GLuint first, int64_t count)
{
	struct vgpu_wpaths *p = r->share->paths;
	int64_t i;

	for (i = 0; i < count; i++) {
		GLuint path = first + (GLuint)i;
		uint64_t bytes = path ? measure(r, path) : 0;

		if (!path)
			continue;
		forget(p, path);
		if (bytes && !vgpu_idmap_set(&p->bytes, path, bytes))
			p->total += bytes;
	}
	pthread_mutex_unlock(&p->lock);
}

/* Commands that change one path. */
#define CHANGE(path, bytes, call)                                                                  \
	if (!vgpu_wpaths_begin(r, path, 1, bytes))                                                 \
		return 0;                                                                          \
	call;                                                                                      \
	vgpu_wpaths_end(r, path, 1);                                                               \
	return 0

/* ---- names --------------------------------------------------------------------------------- */

int replay_glGenPathsNV(struct vgpu_replay *r, const struct args_glGenPathsNV *a)
{
	GLuint first = 0;

	if (a->range > (GLsizei)VGPU_MAX_PATHS) {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
	} else {
		first = r->gl->GenPathsNV(a->range);
		if (first > VGPU_MAX_PATHS - (GLuint)(a->range > 0 ? a->range : 0)) {
			r->gl->DeletePathsNV(first, a->range);
			vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
			first = 0;
		}
	}
	return vgpu_answer_value(r, VGPU_OP_glGenPathsNV, first);
}

int replay_glDeletePathsNV(struct vgpu_replay *r, const struct args_glDeletePathsNV *a)
{
	struct vgpu_wpaths *p = paths_of(r);
	uint64_t at, end = (uint64_t)a->path + (a->range > 0 ? (uint64_t)a->range : 0);

	if (!p)
		return 0;
	pthread_mutex_lock(&p->lock);
	r->gl->DeletePathsNV(a->path, a->range);
	for (at = a->path; at < end && at <= VGPU_MAX_PATHS && p->bytes.count; at++)
		if (at)
			forget(p, (GLuint)at);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

/* ---- contents ------------------------------------------------------------------------------ */

/* Coordinates become floats. */
static uint64_t grows(GLsizei commands, GLsizei coords)
{
	return vgpu_add(vgpu_bytes(commands, 1), vgpu_bytes(coords, sizeof(GLfloat)));
}

int replay_glPathCommandsNV(struct vgpu_replay *r, const struct args_glPathCommandsNV *a)
{
	CHANGE(a->path, grows(a->numCommands, a->numCoords),
	       r->gl->PathCommandsNV(a->path, a->numCommands, a->commands, a->numCoords,
				     a->coordType, a->coords));
}

int replay_glPathCoordsNV(struct vgpu_replay *r, const struct args_glPathCoordsNV *a)
{
	CHANGE(a->path, grows(0, a->numCoords),
	       r->gl->PathCoordsNV(a->path, a->numCoords, a->coordType, a->coords));
}

int replay_glPathSubCommandsNV(struct vgpu_replay *r, const struct args_glPathSubCommandsNV *a)
{
	CHANGE(a->path, grows(a->numCommands, a->numCoords),
	       r->gl->PathSubCommandsNV(a->path, a->commandStart, a->commandsToDelete,
					a->numCommands, a->commands, a->numCoords, a->coordType,
					a->coords));
}

int replay_glPathSubCoordsNV(struct vgpu_replay *r, const struct args_glPathSubCoordsNV *a)
{
	CHANGE(a->path, 0,
	       r->gl->PathSubCoordsNV(a->path, a->coordStart, a->numCoords, a->coordType,
				      a->coords));
}

int replay_glPathStringNV(struct vgpu_replay *r, const struct args_glPathStringNV *a)
{
	CHANGE(a->path, grows(a->length, a->length),
	       r->gl->PathStringNV(a->path, a->format, a->length, a->pathString));
}

int replay_glPathDashArrayNV(struct vgpu_replay *r, const struct args_glPathDashArrayNV *a)
{
	CHANGE(a->path, grows(0, a->dashCount),
	       r->gl->PathDashArrayNV(a->path, a->dashCount, a->dashArray));
}

/* What a new path takes that is made of others. */
static uint64_t like(struct vgpu_replay *r, GLuint path)
{
	struct vgpu_wpaths *p = paths_of(r);
	uint64_t bytes = 0;

	if (p && path) {
		pthread_mutex_lock(&p->lock);
		bytes = vgpu_idmap_get(&p->bytes, path);
		pthread_mutex_unlock(&p->lock);
	}
	return bytes;
}

int replay_glWeightPathsNV(struct vgpu_replay *r, const struct args_glWeightPathsNV *a)
{
	CHANGE(a->resultPath, a->numPaths > 0 ? like(r, a->paths[0]) : 0,
	       r->gl->WeightPathsNV(a->resultPath, a->numPaths, a->paths, a->weights));
}

int replay_glCopyPathNV(struct vgpu_replay *r, const struct args_glCopyPathNV *a)
{
	CHANGE(a->resultPath, like(r, a->srcPath), r->gl->CopyPathNV(a->resultPath, a->srcPath));
}

int replay_glInterpolatePathsNV(struct vgpu_replay *r, const struct args_glInterpolatePathsNV *a)
{
	CHANGE(a->resultPath, like(r, a->pathA),
	       r->gl->InterpolatePathsNV(a->resultPath, a->pathA, a->pathB, a->weight));
}

int replay_glTransformPathNV(struct vgpu_replay *r, const struct args_glTransformPathNV *a)
{
	/* arcs become curves of six coordinates each */
	CHANGE(a->resultPath, like(r, a->srcPath) * 4,
	       r->gl->TransformPathNV(a->resultPath, a->srcPath, a->transformType,
				      a->transformValues));
}

/* ---- queries ------------------------------------------------------------------------------- */

#define GET_LIST(name, field, T, count_pname)                                                      \
	int replay_gl##name(struct vgpu_replay *r, const struct args_gl##name *a)                  \
	{                                                                                          \
		struct vgpu_wpaths *p = paths_of(r);                                               \
		struct vgpu_out out = { .element = sizeof(T), .kind = -1 };                        \
		GLint n[4] = { 0 };                                                                \
		int pass = 0, rc;                                                                  \
                                                                                                   \
		if (!p)                                                                            \
			return vgpu_answer_empty(r, VGPU_OP_gl##name);                             \
		pthread_mutex_lock(&p->lock);                                                      \
		if (r->gl->IsPathNV(a->path))                                                      \
			r->gl->GetPathParameterivNV(a->path, count_pname, n);                      \
		out.capacity = vgpu_bytes(n[0], sizeof(T));                                        \
		/* it is longer than when the guest asked: nothing, rather than a part */          \
		if (out.capacity > a->field##_bytes) {                                             \
			rc = vgpu_answer_empty(r, VGPU_OP_gl##name);                               \
		} else {                                                                           \
			while (vgpu_outs_pass(r, &out, 1, &pass))                                  \
				r->gl->name(a->path, out.data);                                    \
			rc = vgpu_outs_answer(r, VGPU_OP_gl##name, NULL, &out, 1);                 \
		}                                                                                  \
		pthread_mutex_unlock(&p->lock);                                                    \
		return rc;                                                                         \
	}
GET_LIST(GetPathCommandsNV, commands, GLubyte, GL_PATH_COMMAND_COUNT_NV)
GET_LIST(GetPathCoordsNV, coords, GLfloat, GL_PATH_COORD_COUNT_NV)
GET_LIST(GetPathDashArrayNV, dashArray, GLfloat, GL_PATH_DASH_ARRAY_COUNT_NV)

int replay_vgpuPathLength(struct vgpu_replay *r, const struct args_vgpuPathLength *a)
{
	GLfloat length = 0;
	struct vgpu_out out = { .capacity = sizeof(length), .element = sizeof(length), .kind = -1 };
	int pass = 0;

	if (!r->ctx || !r->gl->GetPathLengthNV)
		return vgpu_answer_empty(r, VGPU_OP_vgpuPathLength);
	length = r->gl->GetPathLengthNV(a->path, a->startSegment, a->numSegments);
	while (vgpu_outs_once(r, &out, 1, &pass))
		memcpy(out.data, &length, sizeof(length));
	return vgpu_outs_answer(r, VGPU_OP_vgpuPathLength, NULL, &out, 1);
}

/* ---- generated coordinates and colours ------------------------------------------------------- */

/* A mode that nobody knows came without numbers: the driver finds zeros, whatever it reads. */
static const GLfloat *coefficients(GLfloat *room, const GLfloat *from, uint64_t bytes)
{
	memset(room, 0, MAX_COEFFICIENTS * sizeof(*room));
	if (from && bytes <= MAX_COEFFICIENTS * sizeof(*room))
		memcpy(room, from, bytes);
	return room;
}

int replay_glPathColorGenNV(struct vgpu_replay *r, const struct args_glPathColorGenNV *a)
{
	GLfloat room[MAX_COEFFICIENTS];

	r->gl->PathColorGenNV(a->color, a->genMode, a->colorFormat,
			      coefficients(room, a->coeffs, a->coeffs_bytes));
	return 0;
}

/* Drivers multiply the number of components before they look at it. */
static bool components_ok(struct vgpu_replay *r, GLint components)
{
	if (components >= 0 && components <= 4)
		return true;
	vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	return false;
}

int replay_glPathTexGenNV(struct vgpu_replay *r, const struct args_glPathTexGenNV *a)
{
	GLfloat room[MAX_COEFFICIENTS];

	if (components_ok(r, a->components))
		r->gl->PathTexGenNV(a->texCoordSet, a->genMode, a->components,
				    coefficients(room, a->coeffs, a->coeffs_bytes));
	return 0;
}

int replay_glProgramPathFragmentInputGenNV(struct vgpu_replay *r,
					   const struct args_glProgramPathFragmentInputGenNV *a)
{
	GLfloat room[MAX_COEFFICIENTS];

	if (components_ok(r, a->components))
		r->gl->ProgramPathFragmentInputGenNV(
			vgpu_host_name(r, VGPU_NAME_PROGRAM, a->program), a->location, a->genMode,
			a->components, coefficients(room, a->coeffs, a->coeffs_bytes));
	return 0;
}
