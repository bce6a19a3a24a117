/* SPDX-License-Identifier: MIT */
/*
 * The host's functions that give and take storage, each with a note in the ledger. Those for images
 * are wrapped by generated code (vram_gen.c), which asks here before the call and tells after it.
 */
#include "backend/worker/vram.h"
#include "backend/worker/vram_ledger.h"

#include <stddef.h>

#include "backend/worker/quota.h"

#define MAX_SIDE 65536 /* a larger image is one that GL refuses */
#define DEFAULT_NAME 0xffffff00u /* and the target's last octet: the texture with name 0 */

static struct vgpu_gl real; /* the host's own functions */

/* ---- sizes -------------------------------------------------------------------------- */

static uint64_t image_octets(GLenum format, GLsizei samples, int64_t w, int64_t h, int64_t d)
{
	if (w < 0 || h < 0 || d < 0 || w > MAX_SIDE || h > MAX_SIDE || d > MAX_SIDE || samples < 0 ||
	    samples > 64)
		return 0;
	return ((uint64_t)w * (uint64_t)h * (uint64_t)d * vgpu_vram_texel_bits(format) + 7) / 8 *
	       (samples > 1 ? (uint64_t)samples : 1);
}

static unsigned int face_of(GLenum target)
{
	return target >= GL_TEXTURE_CUBE_MAP_POSITIVE_X && target <= GL_TEXTURE_CUBE_MAP_NEGATIVE_Z
	               ? target - GL_TEXTURE_CUBE_MAP_POSITIVE_X : 0;
}

/* The query for what is bound to a target; 0 for proxies and what is no target. */
static GLenum binding_of(GLenum target)
{
	switch (target) {
	case GL_TEXTURE_1D: return GL_TEXTURE_BINDING_1D;
	case GL_TEXTURE_2D: return GL_TEXTURE_BINDING_2D;
	case GL_TEXTURE_3D: return GL_TEXTURE_BINDING_3D;
	case GL_TEXTURE_1D_ARRAY: return GL_TEXTURE_BINDING_1D_ARRAY;
	case GL_TEXTURE_2D_ARRAY: return GL_TEXTURE_BINDING_2D_ARRAY;
	case GL_TEXTURE_RECTANGLE: return GL_TEXTURE_BINDING_RECTANGLE;
	case GL_TEXTURE_CUBE_MAP: return GL_TEXTURE_BINDING_CUBE_MAP;
	case GL_TEXTURE_CUBE_MAP_ARRAY: return GL_TEXTURE_BINDING_CUBE_MAP_ARRAY;
	case GL_TEXTURE_2D_MULTISAMPLE: return GL_TEXTURE_BINDING_2D_MULTISAMPLE;
	case GL_TEXTURE_2D_MULTISAMPLE_ARRAY: return GL_TEXTURE_BINDING_2D_MULTISAMPLE_ARRAY;
	case GL_ARRAY_BUFFER: return GL_ARRAY_BUFFER_BINDING;
	case GL_ELEMENT_ARRAY_BUFFER: return GL_ELEMENT_ARRAY_BUFFER_BINDING;
	case GL_PIXEL_PACK_BUFFER: return GL_PIXEL_PACK_BUFFER_BINDING;
	case GL_PIXEL_UNPACK_BUFFER: return GL_PIXEL_UNPACK_BUFFER_BINDING;
	case GL_UNIFORM_BUFFER: return GL_UNIFORM_BUFFER_BINDING;
	case GL_SHADER_STORAGE_BUFFER: return GL_SHADER_STORAGE_BUFFER_BINDING;
	case GL_ATOMIC_COUNTER_BUFFER: return GL_ATOMIC_COUNTER_BUFFER_BINDING;
	case GL_TRANSFORM_FEEDBACK_BUFFER: return GL_TRANSFORM_FEEDBACK_BUFFER_BINDING;
	case GL_COPY_READ_BUFFER: return GL_COPY_READ_BUFFER_BINDING;
	case GL_COPY_WRITE_BUFFER: return GL_COPY_WRITE_BUFFER_BINDING;
	case GL_DRAW_INDIRECT_BUFFER: return GL_DRAW_INDIRECT_BUFFER_BINDING;
	case GL_DISPATCH_INDIRECT_BUFFER: return GL_DISPATCH_INDIRECT_BUFFER_BINDING;
	case GL_TEXTURE_BUFFER: return GL_TEXTURE_BUFFER_BINDING;
	case GL_QUERY_BUFFER: return GL_QUERY_BUFFER_BINDING;
	case GL_RENDERBUFFER: return GL_RENDERBUFFER_BINDING;
	}
	return face_of(target) || target == GL_TEXTURE_CUBE_MAP_POSITIVE_X
	               ? GL_TEXTURE_BINDING_CUBE_MAP : 0;
}

static GLuint bound(GLenum target)
{
	GLenum query = vgpu_vram_counts() ? binding_of(target) : 0;
	GLint name = 0;

	if (query)
		real.GetIntegerv(query, &name);
	return (GLuint)name;
}

static GLuint bound_texture(GLenum target)
{
	GLuint name = bound(target);

	return name || !binding_of(target) ? name : DEFAULT_NAME | (target & 0xff);
}

/* The same of another texture unit. */
static GLuint bound_unit(GLenum unit, GLenum target)
{
	GLint active = 0;
	GLuint name;

	real.GetIntegerv(GL_ACTIVE_TEXTURE, &active);
	real.ActiveTexture(unit);
	name = bound_texture(target);
	real.ActiveTexture((GLenum)active);
	return name;
}

/* Is a texture a cube? Mesa tells a texture's target in core profiles only: else it is tried out. */
static bool is_cube(GLuint texture)
{
	GLint target = 0, old = 0;
	bool cube;

	vgpu_vram_keep_errors();
	if (real.GetTextureParameteriv)
		real.GetTextureParameteriv(texture, GL_TEXTURE_TARGET, &target);
	if (real.GetError() == GL_NO_ERROR && target)
		return target == GL_TEXTURE_CUBE_MAP;
	real.GetIntegerv(GL_TEXTURE_BINDING_CUBE_MAP, &old);
	real.BindTexture(GL_TEXTURE_CUBE_MAP, texture);
	cube = real.GetError() == GL_NO_ERROR;
	real.BindTexture(GL_TEXTURE_CUBE_MAP, (GLuint)old);
	return cube;
}

/* ---- images ----------------------------------------------------------------------------- */

static uint64_t octets_of(const struct vgpu_vram_what *what)
{
	if (what->octets)
		return what->octets > 0 ? (uint64_t)what->octets : 0;
	return image_octets(what->format, what->samples, what->width, what->height, what->depth);
}

/* Octets of each level of a texture that gets all at once. Returns how many there are. */
static int levels_of(const struct vgpu_vram_what *what, uint64_t octets[VGPU_VRAM_LEVELS])
{
	int64_t w = what->width, h = what->height, d = what->depth;
	int n = 0;

	for (; n < what->levels && n < VGPU_VRAM_LEVELS; n++) {
		octets[n] = image_octets(what->format, what->samples, w, h, d);
		w = w > 1 ? w / 2 : w;
		if (what->target != GL_TEXTURE_1D_ARRAY)
			h = h > 1 ? h / 2 : h;
		if (what->target == GL_TEXTURE_3D)
			d = d > 1 ? d / 2 : d;
	}
	return n;
}

/* The object that the storage is of; 0: none that takes memory. */
static GLuint object_of(const struct vgpu_vram_what *what)
{
	if (what->kind == VGPU_VRAM_RENDERBUFFER)
		return what->named ? what->name : bound(what->target);
	if (what->unit)
		return bound_unit(what->unit, what->target);
	if (!what->named)
		return bound_texture(what->target);
	if (what->target && !binding_of(what->target))
		return 0; /* a proxy */
	return what->name ? what->name : DEFAULT_NAME | (what->target & 0xff);
}

static unsigned int faces_of(const struct vgpu_vram_what *what, GLuint name)
{
	bool cube = what->target == GL_TEXTURE_CUBE_MAP;

	/* made without a target: all but the square ones cannot be cubes */
	if (!what->target && what->depth == 1 && what->width == what->height && what->width > 1)
		cube = is_cube(name);
	return cube ? VGPU_VRAM_FACES : 1;
}

/* Larger than anything that GL makes: the driver has an error of its own for that. */
static bool too_large(const struct vgpu_vram_what *what)
{
	static const GLenum limits[] = { GL_MAX_TEXTURE_SIZE, GL_MAX_RENDERBUFFER_SIZE,
		                         GL_MAX_3D_TEXTURE_SIZE, GL_MAX_CUBE_MAP_TEXTURE_SIZE,
		                         GL_MAX_ARRAY_TEXTURE_LAYERS, GL_MAX_RECTANGLE_TEXTURE_SIZE };
	GLint largest = 0;

	vgpu_vram_keep_errors();
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		GLint limit = 0;

		real.GetIntegerv(limits[i], &limit);
		real.GetError(); /* not every context has all of them */
		largest = limit > largest ? limit : largest;
	}
	return what->width > largest || what->height > largest || what->depth > largest;
}

bool vgpu_vram_claim(const struct vgpu_vram_what *what, struct vgpu_vram_claim *claim)
{
	uint64_t levels[VGPU_VRAM_LEVELS];

	*claim = (struct vgpu_vram_claim){ 0 };
	if (!vgpu_vram_counts())
		return true;
	claim->name = object_of(what);
	if (!claim->name)
		return true;
	switch (what->kind) {
	case VGPU_VRAM_IMAGE:
		claim->octets = octets_of(what);
		claim->before = vgpu_vram_image(claim->name, face_of(what->target), what->level);
		break;
	case VGPU_VRAM_STORAGE:
		claim->faces = faces_of(what, claim->name);
		for (int i = levels_of(what, levels); i > 0; i--)
			claim->octets += levels[i - 1] * claim->faces;
		claim->before = vgpu_vram_texture(claim->name);
		break;
	case VGPU_VRAM_RENDERBUFFER:
		claim->octets = octets_of(what);
		claim->before = vgpu_vram_renderbuffer(claim->name);
		break;
	case VGPU_VRAM_MIPMAP:
		claim->octets = vgpu_vram_mipmaps(claim->name, false);
		break;
	}
	if (claim->octets > claim->before) {
		if (!vgpu_vram_reserve(claim->octets - claim->before)) {
			claim->name = 0;
			if (what->kind != VGPU_VRAM_MIPMAP && too_large(what))
				return true;
			vgpu_vram_refuse();
			return false;
		}
		claim->reserved = claim->octets - claim->before;
	}
	/* a call that fails leaves what there is: without this, it would not be counted any more */
	claim->replaces = claim->before && claim->before != claim->octets;
	if (claim->replaces)
		vgpu_vram_keep_errors();
	return true;
}

void vgpu_vram_made(const struct vgpu_vram_what *what, const struct vgpu_vram_claim *claim)
{
	uint64_t levels[VGPU_VRAM_LEVELS];

	if (claim->name && (!claim->replaces || !vgpu_vram_keep_errors())) {
		switch (what->kind) {
		case VGPU_VRAM_IMAGE:
			vgpu_vram_set_image(claim->name, face_of(what->target), what->level,
			                    claim->octets);
			break;
		case VGPU_VRAM_STORAGE:
			vgpu_vram_forget_textures(1, &claim->name);
			for (int i = levels_of(what, levels); i > 0; i--)
				for (unsigned int face = 0; face < claim->faces; face++)
					vgpu_vram_set_image(claim->name, face, i - 1,
					                    levels[i - 1]);
			break;
		case VGPU_VRAM_RENDERBUFFER:
			vgpu_vram_set_renderbuffer(claim->name, claim->octets);
			break;
		case VGPU_VRAM_MIPMAP:
			vgpu_vram_mipmaps(claim->name, true);
			break;
		}
	}
	vgpu_vram_release(claim->reserved);
}

/* ---- buffers: refused by gl_ranges.c already -------------------------------------------------------------------------- */

static void buffer(GLuint name, GLsizeiptr size)
{
	vgpu_vram_set_buffer(name, size > 0 ? (uint64_t)size : 0);
}

static void GLAPIENTRY BufferData(GLenum target, GLsizeiptr size, const void *data, GLenum usage)
{
	real.BufferData(target, size, data, usage);
	buffer(bound(target), size);
}

static void GLAPIENTRY BufferStorage(GLenum target, GLsizeiptr size, const void *data,
                                     GLbitfield flags)
{
	real.BufferStorage(target, size, data, flags);
	buffer(bound(target), size);
}

static void GLAPIENTRY NamedBufferData(GLuint name, GLsizeiptr size, const void *data, GLenum usage)
{
	real.NamedBufferData(name, size, data, usage);
	buffer(name, size);
}

static void GLAPIENTRY NamedBufferDataEXT(GLuint name, GLsizeiptr size, const void *data,
                                          GLenum usage)
{
	real.NamedBufferDataEXT(name, size, data, usage);
	buffer(name, size);
}

static void GLAPIENTRY NamedBufferStorage(GLuint name, GLsizeiptr size, const void *data,
                                          GLbitfield flags)
{
	real.NamedBufferStorage(name, size, data, flags);
	buffer(name, size);
}

static void GLAPIENTRY DeleteBuffers(GLsizei n, const GLuint *names)
{
	real.DeleteBuffers(n, names);
	for (GLsizei i = 0; i < n; i++)
		vgpu_vram_set_buffer(names[i], 0);
}

/* ---- what goes ---------------------------------------------------------------------------- */

static void GLAPIENTRY DeleteRenderbuffers(GLsizei n, const GLuint *names)
{
	real.DeleteRenderbuffers(n, names);
	for (GLsizei i = 0; i < n; i++)
		vgpu_vram_set_renderbuffer(names[i], 0);
}

static void GLAPIENTRY DeleteTextures(GLsizei n, const GLuint *names)
{
	real.DeleteTextures(n, names);
	vgpu_vram_forget_textures(n, names);
}

void vgpu_vram_install(struct vgpu_gl *gl)
{
	real = *gl;
	if (!real.GetIntegerv)
		return;
	vgpu_vram_wrap_images(gl);
	vgpu_vram_errors_from(real.GetError);
#define WRAP(f) gl->f = real.f ? f : NULL
	WRAP(BufferData);
	WRAP(BufferStorage);
	WRAP(NamedBufferData);
	WRAP(NamedBufferDataEXT);
	WRAP(NamedBufferStorage);
	WRAP(DeleteBuffers);
	WRAP(DeleteRenderbuffers);
	WRAP(DeleteTextures);
#undef WRAP
}
