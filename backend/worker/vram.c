/* SPDX-License-Identifier: MIT */
#include "backend/worker/vram.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "backend/worker/quota.h"
#include "backend/worker/vram_ledger.h"
#include "protocol/idmap.h"

/* Octets of each image: one that is defined again is counted once. */
struct texture {
	uint64_t octets[VGPU_VRAM_FACES][VGPU_VRAM_LEVELS];
};

struct vgpu_vram {
	pthread_mutex_t lock;
	struct vgpu_idmap buffers, renderbuffers; /* host name -> octets */
	struct vgpu_idmap textures;               /* host name -> struct texture */
	_Atomic int64_t *total;
	int64_t own; /* this ledger's part of it */
	struct vgpu_wquota *quota;
	uint64_t images; /* this ledger's part of that */
};

static _Thread_local struct vgpu_vram *here;
static _Thread_local GLenum *here_error;
static GLenum(GLAPIENTRY *get_error)(void);

struct vgpu_vram *vgpu_vram_create(_Atomic int64_t *total, struct vgpu_wquota *quota)
{
	struct vgpu_vram *vram = calloc(1, sizeof(*vram));

	if (!vram)
		return NULL;
	pthread_mutex_init(&vram->lock, NULL);
	vram->total = total;
	vram->quota = quota;
	return vram;
}

void vgpu_vram_destroy(struct vgpu_vram *vram)
{
	uint32_t cursor = 0, id;
	uintptr_t value;

	if (!vram)
		return;
	atomic_fetch_sub(vram->total, vram->own);
	vgpu_wquota_change(vram->quota, vram->images, 0);
	while (vgpu_idmap_next(&vram->textures, &cursor, &id, &value))
		free((void *)value);
	vgpu_idmap_finish(&vram->textures);
	vgpu_idmap_finish(&vram->buffers);
	vgpu_idmap_finish(&vram->renderbuffers);
	pthread_mutex_destroy(&vram->lock);
	free(vram);
}

void vgpu_vram_enter(struct vgpu_vram *vram, GLenum *error)
{
	here = vram;
	here_error = error;
}

bool vgpu_vram_counts(void)
{
	return here != NULL;
}

/* ---- the ledger ---------------------------------------------------------------------- */

/* vram->lock is held. */
static void change(struct vgpu_vram *vram, uint64_t from, uint64_t to)
{
	int64_t by = (int64_t)(to - from);

	vram->own += by;
	atomic_fetch_add(vram->total, by);
}

static void change_images(struct vgpu_vram *vram, uint64_t from, uint64_t to)
{
	change(vram, from, to);
	vram->images += to - from;
	vgpu_wquota_change(vram->quota, from, to);
}

/* A buffer or renderbuffer has this size now. Without memory for the entry it is not counted. */
static void set_size(struct vgpu_idmap *map, GLuint name, uint64_t octets)
{
	uint64_t old;

	if (!here || !name)
		return;
	pthread_mutex_lock(&here->lock);
	old = vgpu_idmap_remove(map, name);
	if (octets && vgpu_idmap_set(map, name, (uintptr_t)octets))
		octets = 0;
	(map == &here->buffers ? change : change_images)(here, old, octets);
	pthread_mutex_unlock(&here->lock);
}

void vgpu_vram_set_buffer(GLuint name, uint64_t octets)
{
	set_size(here ? &here->buffers : NULL, name, octets);
}

void vgpu_vram_set_renderbuffer(GLuint name, uint64_t octets)
{
	set_size(here ? &here->renderbuffers : NULL, name, octets);
}

uint64_t vgpu_vram_renderbuffer(GLuint name)
{
	uint64_t octets;

	if (!here || !name)
		return 0;
	pthread_mutex_lock(&here->lock);
	octets = vgpu_idmap_get(&here->renderbuffers, name);
	pthread_mutex_unlock(&here->lock);
	return octets;
}

/* ---- textures: here->lock is held in what is static -------------------------------------- */

static struct texture *texture_of(GLuint name)
{
	return (struct texture *)vgpu_idmap_get(&here->textures, name);
}

static uint64_t sum_of(const struct texture *t)
{
	uint64_t sum = 0;

	for (int k = 0; t && k < VGPU_VRAM_FACES * VGPU_VRAM_LEVELS; k++)
		sum += t->octets[k / VGPU_VRAM_LEVELS][k % VGPU_VRAM_LEVELS];
	return sum;
}

uint64_t vgpu_vram_texture(GLuint name)
{
	uint64_t octets;

	if (!here || !name)
		return 0;
	pthread_mutex_lock(&here->lock);
	octets = sum_of(texture_of(name));
	pthread_mutex_unlock(&here->lock);
	return octets;
}

uint64_t vgpu_vram_image(GLuint name, unsigned int face, GLint level)
{
	const struct texture *t;
	uint64_t octets;

	if (!here || !name || level < 0 || level >= VGPU_VRAM_LEVELS)
		return 0;
	pthread_mutex_lock(&here->lock);
	t = texture_of(name);
	octets = t ? t->octets[face][level] : 0;
	pthread_mutex_unlock(&here->lock);
	return octets;
}

void vgpu_vram_forget_textures(GLsizei n, const GLuint *names)
{
	if (!here)
		return;
	pthread_mutex_lock(&here->lock);
	for (GLsizei i = 0; i < n; i++) {
		struct texture *t = names[i] ? (void *)vgpu_idmap_remove(&here->textures, names[i])
		                             : NULL;

		change_images(here, sum_of(t), 0);
		free(t);
	}
	pthread_mutex_unlock(&here->lock);
}

void vgpu_vram_set_image(GLuint name, unsigned int face, GLint level, uint64_t octets)
{
	struct texture *t;

	if (!here || !name || level < 0 || level >= VGPU_VRAM_LEVELS)
		return;
	pthread_mutex_lock(&here->lock);
	t = texture_of(name);
	if (!t) {
		t = calloc(1, sizeof(*t));
		if (t && vgpu_idmap_set(&here->textures, name, (uintptr_t)t)) {
			free(t);
			t = NULL;
		}
	}
	if (t) {
		change_images(here, t->octets[face][level], octets);
		t->octets[face][level] = octets;
	}
	pthread_mutex_unlock(&here->lock);
}

uint64_t vgpu_vram_mipmaps(GLuint name, bool made)
{
	uint64_t sum = 0;
	struct texture *t;

	if (!here || !name)
		return 0;
	pthread_mutex_lock(&here->lock);
	t = texture_of(name);
	for (int face = 0; t && face < VGPU_VRAM_FACES; face++) {
		uint64_t octets = t->octets[face][0] / 4;

		for (int level = 1; level < VGPU_VRAM_LEVELS; level++, octets /= 4) {
			if (t->octets[face][level] || !octets)
				continue;
			sum += octets;
			if (made)
				t->octets[face][level] = octets;
		}
	}
	if (made)
		change_images(here, 0, sum);
	pthread_mutex_unlock(&here->lock);
	return sum;
}

/* ---- the quota ---------------------------------------------------------------------------- */

void vgpu_vram_errors_from(GLenum(GLAPIENTRY *from)(void))
{
	get_error = from;
}

bool vgpu_vram_keep_errors(void)
{
	bool any = false;

	/* several flags may be up; a lost context never stops */
	for (int i = 0; i < 8 && here_error && get_error; i++) {
		GLenum error = get_error();

		if (error == GL_NO_ERROR)
			break;
		any = true;
		if (*here_error == GL_NO_ERROR)
			*here_error = error;
	}
	return any;
}

bool vgpu_vram_reserve(uint64_t octets)
{
	return !here || vgpu_wquota_reserve(here->quota, octets);
}

void vgpu_vram_refuse(void)
{
	vgpu_vram_keep_errors();
	if (here_error && *here_error == GL_NO_ERROR)
		*here_error = GL_OUT_OF_MEMORY;
}

void vgpu_vram_release(uint64_t octets)
{
	if (here)
		vgpu_wquota_change(here->quota, octets, 0);
}
