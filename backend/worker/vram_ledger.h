/* SPDX-License-Identifier: MIT */
/* The ledger of the share group that this thread counts for (vram.h); nothing happens without one. */
#ifndef VGPU_BACKEND_WORKER_VRAM_LEDGER_H
#define VGPU_BACKEND_WORKER_VRAM_LEDGER_H

#include <stdbool.h>

#include "backend/worker/vram.h"

#define VGPU_VRAM_LEVELS 16
#define VGPU_VRAM_FACES 6

/* Does this thread count? */
bool vgpu_vram_counts(void);

/* The object with this host name has this many octets now; 0: none, or deleted. */
void vgpu_vram_set_buffer(GLuint name, uint64_t octets);
void vgpu_vram_set_renderbuffer(GLuint name, uint64_t octets);
uint64_t vgpu_vram_renderbuffer(GLuint name);
/* One image of a texture. face is below VGPU_VRAM_FACES; a level out of range is ignored. */
void vgpu_vram_set_image(GLuint name, unsigned int face, GLint level, uint64_t octets);
uint64_t vgpu_vram_image(GLuint name, unsigned int face, GLint level);
/* All images of a texture. */
uint64_t vgpu_vram_texture(GLuint name);
/*
 * Levels below level 0 that are not there yet: each a quarter of the one above. Returns their
 * octets, and counts them if they are made.
 */
uint64_t vgpu_vram_mipmaps(GLuint name, bool made);
void vgpu_vram_forget_textures(GLsizei n, const GLuint *names);

/*
 * Room for so many octets more, until vgpu_vram_release. False: the program has all the memory that
 * it may have.
 */
bool vgpu_vram_reserve(uint64_t octets);
/* Raise GL_OUT_OF_MEMORY. */
void vgpu_vram_refuse(void);
void vgpu_vram_release(uint64_t octets);

/* Move the driver's errors to where vgpu_vram_enter said. True: there were some. */
bool vgpu_vram_keep_errors(void);
void vgpu_vram_errors_from(GLenum(GLAPIENTRY *get_error)(void));

/* ---- calls that give images storage: vram_gen.c makes one of each, vram_wrap.c judges it ----- */

enum vgpu_vram_kind {
	VGPU_VRAM_IMAGE,        /* one image */
	VGPU_VRAM_STORAGE,      /* all levels and faces of a texture */
	VGPU_VRAM_RENDERBUFFER,
	VGPU_VRAM_MIPMAP,       /* the levels that are missing */
};

struct vgpu_vram_what {
	enum vgpu_vram_kind kind;
	GLenum target;
	GLenum unit; /* not 0: what is bound to target there */
	bool named;  /* the object is this one (a host name), else what is bound to target */
	GLuint name;
	GLint level;
	GLsizei levels, samples, width, height, depth;
	GLsizei octets; /* of compressed images */
	GLenum format;
};

/* Between the two. */
struct vgpu_vram_claim {
	GLuint name;        /* of the object; 0: nothing is counted */
	unsigned int faces;
	uint64_t octets;    /* that the call makes */
	uint64_t before;    /* that it replaces */
	bool replaces;      /* by more or less: only if the call does not fail */
	uint64_t reserved;
};

/* Before the call. False: it must not be made. */
bool vgpu_vram_claim(const struct vgpu_vram_what *what, struct vgpu_vram_claim *claim);
/* After it. */
void vgpu_vram_made(const struct vgpu_vram_what *what, const struct vgpu_vram_claim *claim);

/* Generated: put the wrappers into a loaded table. */
void vgpu_vram_wrap_images(struct vgpu_gl *gl);

#endif
