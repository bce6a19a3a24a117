/* SPDX-License-Identifier: MIT */
/*
 * glArrayElement: between glBegin and glEnd nothing can be sent ahead, so an
 * element of client arrays becomes the immediate-mode calls it stands for.
 * Elements of arrays in buffers are the host's.
 */
#include <string.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/indices.h"
#include "frontend/gl/state.h"

static double half_to_double(uint16_t h)
{
	uint32_t exponent = (h >> 10) & 31, mantissa = h & 1023;
	double value;

	if (exponent == 31)
		value = mantissa ? __builtin_nan("") : __builtin_inf();
	else if (exponent)
		value = __builtin_ldexp(1.0 + mantissa / 1024.0, (int)exponent - 15);
	else
		value = __builtin_ldexp(mantissa / 1024.0, -14);
	return h & 0x8000 ? -value : value;
}

/* One component as GL converts it. */
static double component(const uint8_t *p, uint32_t type, bool normalized, uint32_t i)
{
	switch (type) {
	case GL_BYTE: {
		int8_t v;
		memcpy(&v, p + i, 1);
		return normalized ? (v < -127 ? -1.0 : v / 127.0) : v;
	}
	case GL_UNSIGNED_BYTE:
		return normalized ? p[i] / 255.0 : p[i];
	case GL_SHORT: {
		int16_t v;
		memcpy(&v, p + i * 2, 2);
		return normalized ? (v < -32767 ? -1.0 : v / 32767.0) : v;
	}
	case GL_UNSIGNED_SHORT: {
		uint16_t v;
		memcpy(&v, p + i * 2, 2);
		return normalized ? v / 65535.0 : v;
	}
	case GL_INT: {
		int32_t v;
		memcpy(&v, p + i * 4, 4);
		return normalized ? (v < -INT32_MAX ? -1.0 : v / 2147483647.0) : v;
	}
	case GL_UNSIGNED_INT: {
		uint32_t v;
		memcpy(&v, p + i * 4, 4);
		return normalized ? v / 4294967295.0 : v;
	}
	case GL_FIXED: {
		int32_t v;
		memcpy(&v, p + i * 4, 4);
		return v / 65536.0;
	}
	case GL_FLOAT: {
		float v;
		memcpy(&v, p + i * 4, 4);
		return v;
	}
	case GL_DOUBLE: {
		double v;
		memcpy(&v, p + i * 8, 8);
		return v;
	}
	case GL_HALF_FLOAT: {
		uint16_t v;
		memcpy(&v, p + i * 2, 2);
		return half_to_double(v);
	}
	default:
		return 0.0;
	}
}

static void packed(const uint8_t *p, uint32_t type, bool normalized, double out[4])
{
	uint32_t v, i;

	memcpy(&v, p, 4);
	for (i = 0; i < 4; i++) {
		uint32_t bits = i == 3 ? 2 : 10, raw = (v >> (10 * i)) & ((1u << bits) - 1);
		double max = type == GL_INT_2_10_10_10_REV ? (1u << (bits - 1)) - 1 : (1u << bits) - 1;

		out[i] = raw;
		if (type == GL_INT_2_10_10_10_REV && raw >= 1u << (bits - 1))
			out[i] -= 1u << bits;
		if (normalized)
			out[i] = out[i] / max < -1.0 ? -1.0 : out[i] / max;
	}
}

static void fetch(const struct vgpu_gl_array *a, const uint8_t *p, double out[4])
{
	uint32_t n = a->size == GL_BGRA ? 4 : a->size, i;
	bool normalized = a->flags & VGPU_ARRAY_NORMALIZED;
	double t;

	out[0] = out[1] = out[2] = 0.0;
	out[3] = 1.0;
	if (a->type == GL_INT_2_10_10_10_REV || a->type == GL_UNSIGNED_INT_2_10_10_10_REV) {
		packed(p, a->type, normalized, out);
	} else {
		for (i = 0; i < n; i++)
			out[i] = component(p, a->type, normalized, i);
	}
	if (a->size == GL_BGRA) {
		t = out[0];
		out[0] = out[2];
		out[2] = t;
	}
}

static void emit(struct vgpu_stream *s, uint32_t array, const struct vgpu_gl_array *a,
                 const double v[4], const uint8_t *p)
{
	float f[4] = { (float)v[0], (float)v[1], (float)v[2], (float)v[3] };
	uint32_t index = array - VGPU_ARRAY_GENERIC0, i;
	GLint in[4] = { 0, 0, 0, 1 };

	switch (array) {
	case VGPU_ARRAY_NORMAL:
		enc_glNormal3f(s, f[0], f[1], f[2]);
		return;
	case VGPU_ARRAY_COLOR:
		enc_glColor4f(s, f[0], f[1], f[2], f[3]);
		return;
	case VGPU_ARRAY_COLOR1:
		enc_glSecondaryColor3f(s, f[0], f[1], f[2]);
		return;
	case VGPU_ARRAY_FOG:
		enc_glFogCoordf(s, f[0]);
		return;
	case VGPU_ARRAY_INDEX:
		enc_glIndexf(s, f[0]);
		return;
	case VGPU_ARRAY_EDGE_FLAG:
		enc_glEdgeFlag(s, v[0] != 0.0);
		return;
	case VGPU_ARRAY_VERTEX:
		enc_glVertex4f(s, f[0], f[1], f[2], f[3]);
		return;
	default:
		break;
	}
	if (array < VGPU_ARRAY_GENERIC0) {
		enc_glMultiTexCoord4f(s, GL_TEXTURE0 + array - VGPU_ARRAY_TEX0, f[0], f[1], f[2], f[3]);
	} else if (a->flags & VGPU_ARRAY_INTEGER) {
		for (i = 0; i < a->size; i++)
			in[i] = (GLint)(int64_t)component(p, a->type, false, i);
		enc_glVertexAttribI4i(s, index, in[0], in[1], in[2], in[3]);
	} else if (a->flags & VGPU_ARRAY_LONG) {
		enc_glVertexAttribL4d(s, index, v[0], v[1], v[2], v[3]);
	} else {
		enc_glVertexAttrib4f(s, index, f[0], f[1], f[2], f[3]);
	}
}

static void element(struct vgpu_context *ctx, const struct vgpu_gl_vao *vao, uint32_t array, GLint i)
{
	const struct vgpu_gl_array *a = &vao->arrays[array];
	const struct vgpu_gl_binding *b = &vao->bindings[a->binding];
	const uint8_t *p = (const uint8_t *)(uintptr_t)b->offset + a->relative +
	                   (ptrdiff_t)i * (ptrdiff_t)b->stride;
	double v[4];

	fetch(a, p, v);
	emit(ctx->stream, array, a, v, p);
}

void GLAPIENTRY entry_glArrayElement(GLint i)
{
	const uint64_t provoking = VGPU_ARRAY_BIT(VGPU_ARRAY_VERTEX) |
	                           VGPU_ARRAY_BIT(VGPU_ARRAY_GENERIC0);
	uint64_t mask;

	VGPU_GL_CONTEXT();
	if (!vgpu_gl_vao_client(gl->vao)) {
		enc_glArrayElement(s, i);
		return;
	}
	if (gl->restart.enabled && (GLuint)i == gl->restart.index) {
		enc_glPrimitiveRestartNV(s);
		return;
	}
	for (mask = vgpu_gl_vao_client(gl->vao) & ~provoking; mask; mask &= mask - 1)
		element(ctx, gl->vao, (uint32_t)__builtin_ctzll(mask), i);
	/* the vertex comes last; generic attribute 0 takes its place */
	mask = vgpu_gl_vao_client(gl->vao) & provoking;
	if (mask & VGPU_ARRAY_BIT(VGPU_ARRAY_GENERIC0))
		element(ctx, gl->vao, VGPU_ARRAY_GENERIC0, i);
	else if (mask)
		element(ctx, gl->vao, VGPU_ARRAY_VERTEX, i);
}

/* A hint that is of no use here: what a draw needs is sent with it. Only its errors are to be had. */
void GLAPIENTRY entry_glLockArraysEXT(GLint first, GLsizei count)
{
	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	if (first < 0 || count <= 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
	} else if (gl->locked_count) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	} else {
		gl->locked_first = first;
		gl->locked_count = count;
	}
}

void GLAPIENTRY entry_glUnlockArraysEXT(void)
{
	VGPU_GL_CONTEXT();
	VGPU_GL_OUTSIDE();
	if (!gl->locked_count)
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
	gl->locked_first = gl->locked_count = 0;
}
