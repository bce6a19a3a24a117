/* SPDX-License-Identifier: MIT */
/*
 * Which pages of a persistent map will be written next. To learn that a page was
 * written costs a page fault; programs that stream write one range after the other,
 * or the same ranges round and round. Pages that are expected to be written are opened
 * (touched.h), and sent with the next commit whether they were written or not: a page
 * causes a fault or is sent, so no write is lost, whatever is guessed. Only the first
 * and the last page of a guess stay closed, and show whether it was right.
 *
 * All functions under the lock of the share group.
 */
#ifndef VGPU_FRONTEND_GL_MAP_GUESS_H
#define VGPU_FRONTEND_GL_MAP_GUESS_H

#include <stdbool.h>
#include <stdint.h>

#define VGPU_GUESS_ROUNDS 32

/* Pages, from the start of the copy. */
struct vgpu_gl_pages {
	uint32_t from, to;
};

struct vgpu_gl_guess {
	struct vgpu_gl_pages limit; /* what is mapped */
	struct vgpu_gl_pages round[VGPU_GUESS_ROUNDS]; /* the last that were written, in turns */
	uint32_t rounds;             /* ever; the next goes to rounds % VGPU_GUESS_ROUNDS */
	struct vgpu_gl_pages next;   /* what is expected; empty: nothing */
	struct vgpu_gl_pages open;   /* what is open, and the closed page at either end */
	uint32_t right, need;        /* guesses right in a row, and how many it takes to act */
	uint32_t idle;               /* commits that found nothing since the last round, */
	uint32_t gap, same_gap;      /* before it, and how often there were as many */
	bool fresh;                  /* nothing was committed since the program waited for the GPU */
	uint32_t after_wait;         /* rounds in a row that came first after such a wait */
	uint32_t opened;             /* how often */
	/* of the commit that is going on */
	struct vgpu_gl_pages largest;
	uint32_t found;
	uint8_t touched; /* which of the closed pages: bits 1 (first) and 2 */
};

void vgpu_gl_guess_init(struct vgpu_gl_guess *g, struct vgpu_gl_pages limit);

/* A commit: begin, found for each run of pages that is sent, in order, and end. */
void vgpu_gl_guess_begin(struct vgpu_gl_guess *g);
void vgpu_gl_guess_found(struct vgpu_gl_guess *g, struct vgpu_gl_pages run);
/*
 * Nothing is open after it. True: *open_out is to be opened now, if the GPU
 * does not write this buffer; call vgpu_gl_guess_open if it is.
 */
bool vgpu_gl_guess_end(struct vgpu_gl_guess *g, struct vgpu_gl_pages *open_out);
/* The program has waited for the GPU; the same answer. */
bool vgpu_gl_guess_waited(struct vgpu_gl_guess *g, struct vgpu_gl_pages *open_out);
/* Returns what to open of the pages. */
struct vgpu_gl_pages vgpu_gl_guess_open(struct vgpu_gl_guess *g, struct vgpu_gl_pages pages);

#endif
