/* SPDX-License-Identifier: MIT */
/* All that a guest asks about a program after it has linked it, in one answer. */
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "host_gl.h"
#include "ops.h"
#include "protocol/gl_program.h"

/* What is written so far; full: it does not fit, and only the size counts. */
struct answer {
	uint8_t *data;
	uint64_t size, used;
};

static void put(struct answer *a, const void *data, uint64_t n)
{
	uint64_t padded = (n + 3) & ~UINT64_C(3);

	if (a->used + padded <= a->size) {
		memset(a->data + a->used, 0, padded);
		memcpy(a->data + a->used, data, n);
	}
	a->used += padded;
}

static GLint value(struct vgpu_replay *r, GLuint program, GLenum pname)
{
	GLint v = 0;

	r->gl->GetProgramiv(program, pname, &v);
	return v > 0 ? v : 0;
}

static void put_variables(struct vgpu_replay *r, struct answer *a, GLuint program, bool attribs,
                          GLint count, char *name, GLsizei name_size)
{
	for (GLint i = 0; i < count; i++) {
		struct vgpu_program_variable v = { .location = -1 };
		GLsizei length = 0;
		GLenum type = 0;

		name[0] = 0;
		(attribs ? r->gl->GetActiveAttrib : r->gl->GetActiveUniform)(
			program, (GLuint)i, name_size, &length, &v.size, &type, name);
		v.type = type;
		v.name_bytes = (uint32_t)strlen(name) + 1;
		/* built-in ones have no location, and asking for it is no error */
		v.location = (attribs ? r->gl->GetAttribLocation
		                      : r->gl->GetUniformLocation)(program, name);
		put(a, &v, sizeof(v));
		put(a, name, v.name_bytes);
	}
}

/* Returns bytes, also when they do not fit; 0 when there is nothing to say. */
static uint64_t collect(struct vgpu_replay *r, GLuint program, struct answer *a)
{
	struct vgpu_program_info info = { 0 };
	GLsizei name_size;
	char *name;

	if (!r->gl->IsProgram(program) || !value(r, program, GL_LINK_STATUS))
		return 0;
	info.uniforms = (uint32_t)value(r, program, GL_ACTIVE_UNIFORMS);
	info.attribs = (uint32_t)value(r, program, GL_ACTIVE_ATTRIBUTES);
	info.uniform_max_length = (uint32_t)value(r, program, GL_ACTIVE_UNIFORM_MAX_LENGTH);
	info.attrib_max_length = (uint32_t)value(r, program, GL_ACTIVE_ATTRIBUTE_MAX_LENGTH);
	name_size = (GLsizei)(info.uniform_max_length > info.attrib_max_length
	                              ? info.uniform_max_length
	                              : info.attrib_max_length);
	name_size = name_size > 0 && name_size < (1 << 20) ? name_size + 1 : 1 << 16;
	name = vgpu_scratch_alloc(r, (size_t)name_size);
	if (!name)
		return 0;
	put(a, &info, sizeof(info));
	put_variables(r, a, program, false, (GLint)info.uniforms, name, name_size);
	put_variables(r, a, program, true, (GLint)info.attribs, name, name_size);
	return a->used;
}

int replay_vgpuProgramInfo(struct vgpu_replay *r, const struct args_vgpuProgramInfo *a)
{
	struct answer answer = { .size = a->info_bytes };
	uint64_t bytes = 0, n;

	if (a->info_bytes > VGPU_MAX_PROGRAM_INFO)
		return -EPROTO;
	if (r->ctx && r->ctx->caps.api != VGPU_API_GLES1 && r->gl->IsProgram) {
		answer.data = answer.size ? vgpu_scratch_alloc(r, answer.size) : NULL;
		if (answer.data)
			bytes = collect(r, vgpu_host_name(r, VGPU_NAME_PROGRAM, a->program), &answer);
	}
	n = bytes <= answer.size ? bytes : 0;
	vgpu_reply_send_begin(r, VGPU_OP_vgpuProgramInfo, sizeof(bytes) + VGPU_REPLY_BLOB(n));
	vgpu_reply_send(r, &bytes, sizeof(bytes));
	vgpu_reply_send_blob(r, answer.data, n);
	return 0;
}
