/* SPDX-License-Identifier: MIT */
/*
 * Work that only takes long. A draw of 2^31 vertices or a dispatch of 10^8 groups is
 * a guest's good right, and the watchdog's business; a fuzzer that waits for it looks
 * for nothing meanwhile. Such calls do not reach the driver here, and are counted.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend/worker/host_egl.h"
#include "tests/fuzz/decode_input.h"

#define MOST_VERTICES 4096 /* of a draw, with all its instances */
#define MOST_GROUPS 256    /* of a dispatch, with what is in a group where the call says it */
#define MOST_GRID 64       /* of a side of an evaluator's mesh */

static struct vgpu_gl real;
static unsigned long withheld;

static bool within(uint64_t most, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t product;

	if (!__builtin_mul_overflow(a, b, &product) &&
	    !__builtin_mul_overflow(product, c, &product) && product <= most)
		return true;
	withheld++;
	return false;
}

static uint64_t positive(GLsizei n)
{
	return n > 0 ? (uint64_t)n : 0;
}

static bool vertices(GLsizei count, GLsizei instances)
{
	return within(MOST_VERTICES, positive(count), positive(instances), 1);
}

/* Parameters in the indirect buffer: the first two words of each are vertices and instances. */
static bool indirect(GLenum target, const void *at, GLsizei n, GLsizei stride, uint64_t most)
{
	GLint size = 0;
	GLsizei i;

	real.GetBufferParameteriv(target, GL_BUFFER_SIZE, &size);
	if (n > 64)
		return within(0, 1, 1, 1);
	for (i = 0; i < n; i++) {
		uint64_t offset = (uintptr_t)at + (uint64_t)i * positive(stride);
		GLuint words[3] = { 0, 0, 1 };

		if (offset % 4 || offset + sizeof(words) > positive(size))
			return true; /* the driver's to refuse */
		real.GetBufferSubData(target, (GLintptr)offset, sizeof(words), words);
		if (!within(most, words[0], words[1],
			    target == GL_DRAW_INDIRECT_BUFFER ? 1 : words[2]))
			return false;
	}
	return true;
}

#define LIMIT(name, params, args, test)                                                            \
	static void GLAPIENTRY limit_##name params                                                 \
	{                                                                                          \
		if (test)                                                                          \
			real.name args;                                                            \
	}

#define INSTANCES GLsizei instances
LIMIT(DrawArrays, (GLenum mode, GLint first, GLsizei count), (mode, first, count),
      vertices(count, 1))
LIMIT(DrawArraysInstanced, (GLenum mode, GLint first, GLsizei count, INSTANCES),
      (mode, first, count, instances), vertices(count, instances))
LIMIT(DrawArraysInstancedBaseInstance,
      (GLenum mode, GLint first, GLsizei count, INSTANCES, GLuint base),
      (mode, first, count, instances, base), vertices(count, instances))
#define INDEXED GLenum mode, GLsizei count, GLenum type, const void *at
LIMIT(DrawElements, (INDEXED), (mode, count, type, at), vertices(count, 1))
LIMIT(DrawElementsBaseVertex, (INDEXED, GLint vertex), (mode, count, type, at, vertex),
      vertices(count, 1))
LIMIT(DrawElementsInstanced, (INDEXED, INSTANCES), (mode, count, type, at, instances),
      vertices(count, instances))
LIMIT(DrawElementsInstancedBaseVertex, (INDEXED, INSTANCES, GLint vertex),
      (mode, count, type, at, instances, vertex), vertices(count, instances))
LIMIT(DrawElementsInstancedBaseInstance, (INDEXED, INSTANCES, GLuint base),
      (mode, count, type, at, instances, base), vertices(count, instances))
LIMIT(DrawElementsInstancedBaseVertexBaseInstance, (INDEXED, INSTANCES, GLint vertex, GLuint base),
      (mode, count, type, at, instances, vertex, base), vertices(count, instances))

static bool all_vertices(const GLsizei *counts, GLsizei n)
{
	GLsizei i;

	for (i = 0; i < n; i++)
		if (!vertices(counts[i], 1))
			return false;
	return true;
}
LIMIT(MultiDrawArrays, (GLenum mode, const GLint *first, const GLsizei *count, GLsizei n),
      (mode, first, count, n), all_vertices(count, n))
LIMIT(MultiDrawElements,
      (GLenum mode, const GLsizei *count, GLenum type, const void *const *at, GLsizei n),
      (mode, count, type, at, n), mode > GL_PATCHES || all_vertices(count, n))
LIMIT(MultiDrawElementsBaseVertex,
      (GLenum mode, const GLsizei *count, GLenum type, const void *const *at, GLsizei n,
       const GLint *vertex),
      (mode, count, type, at, n, vertex), all_vertices(count, n))

#define DRAWS(n, stride) indirect(GL_DRAW_INDIRECT_BUFFER, at, n, stride, MOST_VERTICES)
LIMIT(DrawArraysIndirect, (GLenum mode, const void *at), (mode, at), DRAWS(1, 0))
LIMIT(DrawElementsIndirect, (GLenum mode, GLenum type, const void *at), (mode, type, at),
      DRAWS(1, 0))
LIMIT(MultiDrawArraysIndirect, (GLenum mode, const void *at, GLsizei n, GLsizei stride),
      (mode, at, n, stride), DRAWS(n, stride ? stride : 16))
LIMIT(MultiDrawElementsIndirect,
      (GLenum mode, GLenum type, const void *at, GLsizei n, GLsizei stride),
      (mode, type, at, n, stride), DRAWS(n, stride ? stride : 20))
LIMIT(MultiDrawArraysIndirectCount,
      (GLenum mode, const void *at, GLintptr count, GLsizei n, GLsizei stride),
      (mode, at, count, n, stride), DRAWS(n, stride ? stride : 16))
LIMIT(MultiDrawElementsIndirectCount,
      (GLenum mode, GLenum type, const void *at, GLintptr count, GLsizei n, GLsizei stride),
      (mode, type, at, count, n, stride), DRAWS(n, stride ? stride : 20))

LIMIT(DispatchCompute, (GLuint x, GLuint y, GLuint z), (x, y, z), within(MOST_GROUPS, x, y, z))
LIMIT(DispatchComputeGroupSizeARB, (GLuint x, GLuint y, GLuint z, GLuint sx, GLuint sy, GLuint sz),
      (x, y, z, sx, sy, sz), within(MOST_GROUPS, x, y, z) && within(1024, sx, sy, sz))
LIMIT(DispatchComputeIndirect, (GLintptr at), (at),
      indirect(GL_DISPATCH_INDIRECT_BUFFER, (const void *)at, 1, 0, MOST_GROUPS))

/* Sides of a grid; differences of 32-bit numbers. */
static bool grid(int64_t a, int64_t b)
{
	return within(MOST_GRID, a > 0 ? (uint64_t)a : 0, 1, 1) &&
	       within(MOST_GRID, b > 0 ? (uint64_t)b : 0, 1, 1);
}
LIMIT(EvalMesh1, (GLenum mode, GLint a, GLint b), (mode, a, b), grid((int64_t)b - a, 1))
LIMIT(EvalMesh2, (GLenum mode, GLint a, GLint b, GLint c, GLint d), (mode, a, b, c, d),
      grid((int64_t)b - a, (int64_t)d - c))

static void report(void)
{
	fprintf(stderr, "fuzz_decode: %lu calls were too large for a fuzzer to wait for\n",
		withheld);
}

void fuzz_limit(struct vgpu_gl *gl)
{
#define USE(name) gl->name = real.name ? limit_##name : NULL
	real = *gl;
	USE(DrawArrays);
	USE(DrawArraysInstanced);
	USE(DrawArraysInstancedBaseInstance);
	USE(DrawElements);
	USE(DrawElementsBaseVertex);
	USE(DrawElementsInstanced);
	USE(DrawElementsInstancedBaseVertex);
	USE(DrawElementsInstancedBaseInstance);
	USE(DrawElementsInstancedBaseVertexBaseInstance);
	USE(MultiDrawArrays);
	USE(MultiDrawElements);
	USE(MultiDrawElementsBaseVertex);
	USE(DrawArraysIndirect);
	USE(DrawElementsIndirect);
	USE(MultiDrawArraysIndirect);
	USE(MultiDrawElementsIndirect);
	USE(MultiDrawArraysIndirectCount);
	USE(MultiDrawElementsIndirectCount);
	USE(DispatchCompute);
	USE(DispatchComputeGroupSizeARB);
	USE(DispatchComputeIndirect);
	USE(EvalMesh1);
	USE(EvalMesh2);
	atexit(report);
}
