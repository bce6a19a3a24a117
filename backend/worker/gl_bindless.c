/* SPDX-License-Identifier: MIT */
/*
 * Bindless textures: handles are remembered when the host gives them, and a
 * command that names another one fails as GL lets it (GL_INVALID_OPERATION).
 * What a shader makes of a number in a buffer is beyond this: docs/security.md.
 */
#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/gl_handles.h"
#include "backend/worker/names.h"
#include "decode.h"
#include "host_gl.h"
#include "ops.h"

static int unknown(struct vgpu_replay *r)
{
	vgpu_wcontext_raise(r, GL_INVALID_OPERATION);
	return 0;
}

/* The guest gets only what can be looked up again. */
static int give(struct vgpu_replay *r, uint16_t op, enum vgpu_handle_kind kind, uint64_t handle,
		GLuint texture, GLuint sampler)
{
	if (vgpu_whandle_add(r, kind, handle, texture, sampler)) {
		vgpu_wcontext_raise(r, GL_OUT_OF_MEMORY);
		handle = 0;
	}
	return vgpu_answer_value(r, op, handle);
}

/* A uniform may be set to no handle at all. */
static bool all_known(struct vgpu_replay *r, const GLuint64 *handles, GLsizei n)
{
	GLsizei i;

	for (i = 0; i < n; i++)
		if (handles[i] && !vgpu_whandle_known(r, VGPU_HANDLE_ANY, handles[i]))
			return false;
	return true;
}

/* GL_ARB_bindless_texture and GL_NV_bindless_texture: the same commands under two names. */
#define TEXTURE(r, name) vgpu_host_name(r, VGPU_NAME_TEXTURE, name)
#define BINDLESS(V)                                                                                \
	int replay_glGetTextureHandle##V(struct vgpu_replay *r,                                    \
					 const struct args_glGetTextureHandle##V *a)               \
	{                                                                                          \
		return give(r, VGPU_OP_glGetTextureHandle##V, VGPU_HANDLE_TEXTURE,                 \
			    r->gl->GetTextureHandle##V(TEXTURE(r, a->texture)), a->texture, 0);    \
	}                                                                                          \
	int replay_glGetTextureSamplerHandle##V(struct vgpu_replay *r,                             \
						const struct args_glGetTextureSamplerHandle##V *a) \
	{                                                                                          \
		return give(r, VGPU_OP_glGetTextureSamplerHandle##V, VGPU_HANDLE_TEXTURE,          \
			    r->gl->GetTextureSamplerHandle##V(                                     \
				    TEXTURE(r, a->texture),                                        \
				    vgpu_host_name(r, VGPU_NAME_SAMPLER, a->sampler)),             \
			    a->texture, a->sampler);                                               \
	}                                                                                          \
	int replay_glGetImageHandle##V(struct vgpu_replay *r,                                      \
				       const struct args_glGetImageHandle##V *a)                   \
	{                                                                                          \
		return give(r, VGPU_OP_glGetImageHandle##V, VGPU_HANDLE_IMAGE,                     \
			    r->gl->GetImageHandle##V(TEXTURE(r, a->texture), a->level, a->layered, \
						     a->layer, a->format),                         \
			    a->texture, 0);                                                        \
	}                                                                                          \
	int replay_glMakeTextureHandleResident##V(                                                 \
		struct vgpu_replay *r, const struct args_glMakeTextureHandleResident##V *a)        \
	{                                                                                          \
		if (!vgpu_whandle_known(r, VGPU_HANDLE_TEXTURE, a->handle))                        \
			return unknown(r);                                                         \
		r->gl->MakeTextureHandleResident##V(a->handle);                                    \
		return 0;                                                                          \
	}                                                                                          \
	int replay_glMakeTextureHandleNonResident##V(                                              \
		struct vgpu_replay *r, const struct args_glMakeTextureHandleNonResident##V *a)     \
	{                                                                                          \
		if (!vgpu_whandle_known(r, VGPU_HANDLE_TEXTURE, a->handle))                        \
			return unknown(r);                                                         \
		r->gl->MakeTextureHandleNonResident##V(a->handle);                                 \
		return 0;                                                                          \
	}                                                                                          \
	int replay_glMakeImageHandleResident##V(struct vgpu_replay *r,                             \
						const struct args_glMakeImageHandleResident##V *a) \
	{                                                                                          \
		if (!vgpu_whandle_known(r, VGPU_HANDLE_IMAGE, a->handle))                          \
			return unknown(r);                                                         \
		r->gl->MakeImageHandleResident##V(a->handle, a->access);                           \
		return 0;                                                                          \
	}                                                                                          \
	int replay_glMakeImageHandleNonResident##V(                                                \
		struct vgpu_replay *r, const struct args_glMakeImageHandleNonResident##V *a)       \
	{                                                                                          \
		if (!vgpu_whandle_known(r, VGPU_HANDLE_IMAGE, a->handle))                          \
			return unknown(r);                                                         \
		r->gl->MakeImageHandleNonResident##V(a->handle);                                   \
		return 0;                                                                          \
	}                                                                                          \
	int replay_glIsTextureHandleResident##V(struct vgpu_replay *r,                             \
						const struct args_glIsTextureHandleResident##V *a) \
	{                                                                                          \
		GLboolean is = GL_FALSE;                                                           \
                                                                                                   \
		if (vgpu_whandle_known(r, VGPU_HANDLE_TEXTURE, a->handle))                         \
			is = r->gl->IsTextureHandleResident##V(a->handle);                         \
		else                                                                               \
			unknown(r);                                                                \
		return vgpu_answer_value(r, VGPU_OP_glIsTextureHandleResident##V, is);             \
	}                                                                                          \
	int replay_glIsImageHandleResident##V(struct vgpu_replay *r,                               \
					      const struct args_glIsImageHandleResident##V *a)     \
	{                                                                                          \
		GLboolean is = GL_FALSE;                                                           \
                                                                                                   \
		if (vgpu_whandle_known(r, VGPU_HANDLE_IMAGE, a->handle))                           \
			is = r->gl->IsImageHandleResident##V(a->handle);                           \
		else                                                                               \
			unknown(r);                                                                \
		return vgpu_answer_value(r, VGPU_OP_glIsImageHandleResident##V, is);               \
	}                                                                                          \
	int replay_glUniformHandleui64##V(struct vgpu_replay *r,                                   \
					  const struct args_glUniformHandleui64##V *a)             \
	{                                                                                          \
		if (!all_known(r, &a->value, 1))                                                   \
			return unknown(r);                                                         \
		r->gl->UniformHandleui64##V(a->location, a->value);                                \
		return 0;                                                                          \
	}                                                                                          \
	int replay_glUniformHandleui64v##V(struct vgpu_replay *r,                                  \
					   const struct args_glUniformHandleui64v##V *a)           \
	{                                                                                          \
		if (!all_known(r, a->value, a->count))                                             \
			return unknown(r);                                                         \
		r->gl->UniformHandleui64v##V(a->location, a->count, a->value);                     \
		return 0;                                                                          \
	}                                                                                          \
	int replay_glProgramUniformHandleui64##V(                                                  \
		struct vgpu_replay *r, const struct args_glProgramUniformHandleui64##V *a)         \
	{                                                                                          \
		if (!all_known(r, &a->value, 1))                                                   \
			return unknown(r);                                                         \
		r->gl->ProgramUniformHandleui64##V(                                                \
			vgpu_host_name(r, VGPU_NAME_PROGRAM, a->program), a->location, a->value);  \
		return 0;                                                                          \
	}                                                                                          \
	int replay_glProgramUniformHandleui64v##V(                                                 \
		struct vgpu_replay *r, const struct args_glProgramUniformHandleui64v##V *a)        \
	{                                                                                          \
		if (!all_known(r, a->values, a->count))                                            \
			return unknown(r);                                                         \
		r->gl->ProgramUniformHandleui64v##V(                                               \
			vgpu_host_name(r, VGPU_NAME_PROGRAM, a->program), a->location, a->count,   \
			a->values);                                                                \
		return 0;                                                                          \
	}
BINDLESS(ARB)
BINDLESS(NV)
