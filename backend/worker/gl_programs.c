/* SPDX-License-Identifier: MIT */
/*
 * Shaders and programs: when names end, queries whose size the driver alone
 * knows, binaries.
 */
#include "backend/worker/binaries.h"
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "host_gl.h"
#include "ops.h"

#ifndef GL_SHADER_BINARY_FORMAT_SPIR_V
#define GL_SHADER_BINARY_FORMAT_SPIR_V 0x9551
#endif

#define MAX_SPIRV_IDS 0x3fffffu /* the universal limit of the specification */

static GLuint host_program(struct vgpu_replay *r, GLuint guest)
{
	return vgpu_host_name(r, VGPU_NAME_PROGRAM, guest);
}

/* ---- the end of names ---------------------------------------------------- */

int replay_glDeleteShader(struct vgpu_replay *r, const struct args_glDeleteShader *a)
{
	r->gl->DeleteShader(host_program(r, a->shader));
	vgpu_replay_program_deleted(r, a->shader);
	return 0;
}

/* A program in use outlives its deletion; replay_glUseProgram then looks whether it has ended. */
static void program_deleted(struct vgpu_replay *r, GLuint guest, GLuint host)
{
	if (r->gl->IsProgram(host))
		r->share->dead_programs++;
	vgpu_replay_program_deleted(r, guest);
}

int replay_glDeleteProgram(struct vgpu_replay *r, const struct args_glDeleteProgram *a)
{
	GLuint host = host_program(r, a->program);

	r->gl->DeleteProgram(host);
	program_deleted(r, a->program, host);
	return 0;
}

int replay_glDeleteObjectARB(struct vgpu_replay *r, const struct args_glDeleteObjectARB *a)
{
	GLuint host = host_program(r, (GLuint)a->obj);

	r->gl->DeleteObjectARB(host);
	program_deleted(r, (GLuint)a->obj, host);
	return 0;
}

/* A deleted shader lives until it is detached. */
int replay_glDetachShader(struct vgpu_replay *r, const struct args_glDetachShader *a)
{
	r->gl->DetachShader(host_program(r, a->program), host_program(r, a->shader));
	vgpu_replay_program_deleted(r, a->shader);
	return 0;
}

/* A deleted program lives until it is no longer in use; ctx->used_program is the guest's name. */
static void used(struct vgpu_replay *r, GLuint guest)
{
	GLuint before = r->ctx->used_program;

	r->ctx->used_program = guest;
	if (before && before != guest && r->share->dead_programs > 0)
		vgpu_replay_program_deleted(r, before);
}

int replay_glUseProgram(struct vgpu_replay *r, const struct args_glUseProgram *a)
{
	r->gl->UseProgram(host_program(r, a->program));
	used(r, a->program);
	return 0;
}

/* ---- new contents ---------------------------------------------------------- */

static void programs_lock(struct vgpu_replay *r)
{
	pthread_mutex_lock(&r->share->program_lock);
}

static void programs_unlock(struct vgpu_replay *r)
{
	pthread_mutex_unlock(&r->share->program_lock);
}

int replay_glLinkProgram(struct vgpu_replay *r, const struct args_glLinkProgram *a)
{
	programs_lock(r);
	r->gl->LinkProgram(host_program(r, a->program));
	programs_unlock(r);
	return 0;
}

int replay_glProgramStringARB(struct vgpu_replay *r, const struct args_glProgramStringARB *a)
{
	programs_lock(r);
	r->gl->ProgramStringARB(a->target, a->format, a->len, a->string);
	programs_unlock(r);
	return 0;
}

int replay_glNamedProgramStringEXT(struct vgpu_replay *r,
                                   const struct args_glNamedProgramStringEXT *a)
{
	GLuint program = vgpu_host_name_bind(r, VGPU_NAME_ARB_PROGRAM, a->program, a->target);

	programs_lock(r);
	r->gl->NamedProgramStringEXT(program, a->target, a->format, a->len, a->string);
	programs_unlock(r);
	return 0;
}

/* ---- queries ------------------------------------------------------------- */

/* Room for what the driver will write: as many values as it says the list has. */
static struct vgpu_out list_out(GLint count)
{
	return (struct vgpu_out){
		.capacity = vgpu_bytes(count > 1 ? count : 1, sizeof(GLint)),
		.element = sizeof(GLint),
		.kind = -1,
	};
}

int replay_glGetActiveUniformBlockiv(struct vgpu_replay *r,
                                     const struct args_glGetActiveUniformBlockiv *a)
{
	GLuint program = host_program(r, a->program);
	struct vgpu_out out;
	GLint count = 1;
	int pass = 0;

	programs_lock(r);
	if (a->pname == GL_UNIFORM_BLOCK_ACTIVE_UNIFORM_INDICES)
		r->gl->GetActiveUniformBlockiv(program, a->uniformBlockIndex,
		                               GL_UNIFORM_BLOCK_ACTIVE_UNIFORMS, &count);
	out = list_out(count);
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetActiveUniformBlockiv(program, a->uniformBlockIndex, a->pname, out.data);
	programs_unlock(r);
	return vgpu_outs_answer(r, VGPU_OP_glGetActiveUniformBlockiv, NULL, &out, 1);
}

int replay_glGetActiveAtomicCounterBufferiv(struct vgpu_replay *r,
                                            const struct args_glGetActiveAtomicCounterBufferiv *a)
{
	GLuint program = host_program(r, a->program);
	struct vgpu_out out;
	GLint count = 1;
	int pass = 0;

	programs_lock(r);
	if (a->pname == GL_ATOMIC_COUNTER_BUFFER_ACTIVE_ATOMIC_COUNTER_INDICES)
		r->gl->GetActiveAtomicCounterBufferiv(
			program, a->bufferIndex, GL_ATOMIC_COUNTER_BUFFER_ACTIVE_ATOMIC_COUNTERS,
			&count);
	out = list_out(count);
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetActiveAtomicCounterBufferiv(program, a->bufferIndex, a->pname, out.data);
	programs_unlock(r);
	return vgpu_outs_answer(r, VGPU_OP_glGetActiveAtomicCounterBufferiv, NULL, &out, 1);
}

int replay_glGetActiveSubroutineUniformiv(struct vgpu_replay *r,
                                          const struct args_glGetActiveSubroutineUniformiv *a)
{
	GLuint program = host_program(r, a->program);
	struct vgpu_out out;
	GLint count = 1;
	int pass = 0;

	programs_lock(r);
	if (a->pname == GL_COMPATIBLE_SUBROUTINES)
		r->gl->GetActiveSubroutineUniformiv(program, a->shadertype, a->index,
		                                    GL_NUM_COMPATIBLE_SUBROUTINES, &count);
	out = list_out(count);
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetActiveSubroutineUniformiv(program, a->shadertype, a->index, a->pname,
		                                    out.data);
	programs_unlock(r);
	return vgpu_outs_answer(r, VGPU_OP_glGetActiveSubroutineUniformiv, NULL, &out, 1);
}

int replay_glGetHandleARB(struct vgpu_replay *r, const struct args_glGetHandleARB *a)
{
	GLuint host = (GLuint)r->gl->GetHandleARB(a->pname);

	return vgpu_answer_value(r, VGPU_OP_glGetHandleARB,
	                         vgpu_guest_name(r, VGPU_NAME_PROGRAM, host));
}

/* ---- assembly programs' text ------------------------------------------------ */

static struct vgpu_out text_out(GLint length)
{
	return (struct vgpu_out){
		.capacity = length > 0 ? (uint64_t)length : 0, .element = 1, .kind = -1
	};
}

int replay_glGetProgramStringARB(struct vgpu_replay *r, const struct args_glGetProgramStringARB *a)
{
	struct vgpu_out out;
	GLint length = 0;
	int pass = 0;

	programs_lock(r);
	r->gl->GetProgramivARB(a->target, GL_PROGRAM_LENGTH_ARB, &length);
	out = text_out(length);
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetProgramStringARB(a->target, a->pname, out.data);
	programs_unlock(r);
	return vgpu_outs_answer(r, VGPU_OP_glGetProgramStringARB, NULL, &out, 1);
}

int replay_glGetNamedProgramStringEXT(struct vgpu_replay *r,
                                      const struct args_glGetNamedProgramStringEXT *a)
{
	GLuint program = vgpu_host_name(r, VGPU_NAME_ARB_PROGRAM, a->program);
	struct vgpu_out out;
	GLint length = 0;
	int pass = 0;

	programs_lock(r);
	r->gl->GetNamedProgramivEXT(program, a->target, GL_PROGRAM_LENGTH_ARB, &length);
	out = text_out(length);
	while (vgpu_outs_pass(r, &out, 1, &pass))
		r->gl->GetNamedProgramStringEXT(program, a->target, a->pname, out.data);
	programs_unlock(r);
	return vgpu_outs_answer(r, VGPU_OP_glGetNamedProgramStringEXT, NULL, &out, 1);
}

/* ---- binaries ------------------------------------------------------------------- */

#define PROGRAM_BINARY(suffix)                                                                    \
	int replay_glGetProgramBinary##suffix(struct vgpu_replay *r,                              \
	                                      const struct args_glGetProgramBinary##suffix *a)    \
	{                                                                                         \
		struct vgpu_out out[3] = {                                                        \
			{ .capacity = sizeof(GLsizei), .element = sizeof(GLsizei), .kind = -1 },  \
			{ .capacity = sizeof(GLenum), .element = sizeof(GLenum), .kind = -1 },    \
			{ .capacity = a->binary_bytes, .element = 1, .kind = -1 },                \
		};                                                                                \
		GLuint program = host_program(r, a->program);                                     \
		int pass = 0;                                                                     \
                                                                                                  \
		while (vgpu_outs_once(r, out, 3, &pass))                                          \
			r->gl->GetProgramBinary##suffix(program, a->bufSize, out[0].data,         \
			                                out[1].data, out[2].data);                \
		if (out[2].data) {                                                                \
			GLsizei n = *(GLsizei *)out[0].data;                                      \
                                                                                                  \
			out[2].written = n > 0 && (uint64_t)n <= out[2].capacity ? (uint64_t)n : 0; \
			vgpu_binaries_issue(*(GLenum *)out[1].data, out[2].data, out[2].written); \
		}                                                                                 \
		return vgpu_outs_answer(r, VGPU_OP_glGetProgramBinary##suffix, NULL, out, 3);     \
	}                                                                                         \
	int replay_glProgramBinary##suffix(struct vgpu_replay *r,                                 \
	                                   const struct args_glProgramBinary##suffix *a)          \
	{                                                                                         \
		GLuint program = host_program(r, a->program);                                     \
		bool ok = vgpu_binaries_known(a->binaryFormat, a->binary, a->binary_bytes);       \
                                                                                                  \
		/* an empty binary fails to link, which is what GL says of one it cannot use */   \
		programs_lock(r);                                                                 \
		r->gl->ProgramBinary##suffix(program, a->binaryFormat, ok ? a->binary : "",       \
		                             ok ? a->length : 0);                                 \
		programs_unlock(r);                                                               \
		return 0;                                                                         \
	}
PROGRAM_BINARY()

/*
 * The frame of a module: header, bound of identifiers, instructions that end where it ends. What
 * they say is the compiler's to refuse.
 */
static bool spirv_framed(const void *binary, uint64_t bytes)
{
	const uint32_t *words = binary;
	uint64_t n = bytes / 4, i;

	if (bytes % 4 || n < 5 || words[0] != 0x07230203 || words[3] == 0 || words[3] > MAX_SPIRV_IDS)
		return false;
	for (i = 5; i < n; i += words[i] >> 16)
		if (words[i] >> 16 == 0 || words[i] >> 16 > n - i)
			return false;
	return true;
}

/* SPIR-V is text for the compiler, like GLSL; a vendor's own format is code. */
int replay_glShaderBinary(struct vgpu_replay *r, const struct args_glShaderBinary *a)
{
	const uint32_t *shaders;

	if (a->binaryFormat != GL_SHADER_BINARY_FORMAT_SPIR_V) {
		vgpu_wcontext_raise(r, GL_INVALID_ENUM);
		return 0;
	}
	if (!spirv_framed(a->binary, a->binary_bytes)) {
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
		return 0;
	}
	shaders = vgpu_host_names(r, VGPU_NAME_PROGRAM, a->shaders, a->shaders_bytes);
	if (!shaders) {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		return 0;
	}
	r->gl->ShaderBinary(a->count, shaders, a->binaryFormat, a->binary, a->length);
	return 0;
}
