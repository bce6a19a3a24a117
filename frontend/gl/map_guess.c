/* SPDX-License-Identifier: MIT */
/* Guessing what a program writes next (map_guess.h). Plain arithmetic, no system calls. */
#include "frontend/gl/map_guess.h"

#include <string.h>

#define LEAST 16u       /* pages: for fewer, faults are cheaper than two system calls */
#define MOST 4096u
#define FIRST_NEED 2u   /* right guesses in a row before the first is acted upon */
#define MOST_NEED 256u
#define SURE 3u         /* times that something must have been the same */
#define TEST_EVERY 16u  /* one in so many guesses is only watched, */
#define TEST_SELDOM 128u /* or in so many, after as many right ones */
#define TRUST_AFTER 32u /* right guesses in a row, then fewer are needed */

static uint32_t length(struct vgpu_gl_pages p)
{
	return p.to > p.from ? p.to - p.from : 0;
}

/* A range that does not begin at a page's start begins in the last page of the one before. */
static bool near(uint32_t a, uint32_t b)
{
	return a <= b + 1 && b <= a + 1;
}

static struct vgpu_gl_pages *round_at(struct vgpu_gl_guess *g, uint32_t n)
{
	return &g->round[n % VGPU_GUESS_ROUNDS];
}

void vgpu_gl_guess_init(struct vgpu_gl_guess *g, struct vgpu_gl_pages limit)
{
	memset(g, 0, sizeof(*g));
	g->limit = limit;
	g->need = FIRST_NEED;
}

void vgpu_gl_guess_begin(struct vgpu_gl_guess *g)
{
	g->largest = (struct vgpu_gl_pages){ 0 };
	g->found = 0;
	g->touched = 0;
}

static bool holds(struct vgpu_gl_pages run, uint32_t page)
{
	return page >= run.from && page < run.to;
}

void vgpu_gl_guess_found(struct vgpu_gl_guess *g, struct vgpu_gl_pages run)
{
	g->found += length(run);
	if (length(g->open)) {
		g->touched |= (uint8_t)(holds(run, g->open.from) | holds(run, g->open.to - 1) << 1);
	}
	/* runs come in order; one may be told in two */
	if (run.from == g->largest.to && length(g->largest))
		g->largest.to = run.to;
	else if (length(run) > length(g->largest))
		g->largest = run;
}

/* What followed the last time that this range was written, else the next in a row. */
static void guess_next(struct vgpu_gl_guess *g)
{
	struct vgpu_gl_pages now = *round_at(g, g->rounds - 1), before;
	uint32_t back, n;

	g->next = (struct vgpu_gl_pages){ 0 };
	for (back = 2; back <= g->rounds && back <= VGPU_GUESS_ROUNDS; back++) {
		if (near(round_at(g, g->rounds - back)->from, now.from)) {
			g->next = *round_at(g, g->rounds - back + 1);
			break;
		}
	}
	if (!length(g->next) && g->rounds >= 2) {
		before = *round_at(g, g->rounds - 2);
		if (near(before.to, now.from)) {
			n = length(now) < length(before) ? length(now) : length(before);
			g->next = (struct vgpu_gl_pages){ now.to, now.to + n };
		}
	}
	if (g->next.to > g->limit.to)
		g->next.to = g->limit.to;
	if (length(g->next) > MOST)
		g->next.to = g->next.from + MOST;
	if (length(g->next) < LEAST)
		g->next = (struct vgpu_gl_pages){ 0 };
}

static void was_wrong(struct vgpu_gl_guess *g, bool acted)
{
	g->right = 0;
	if (acted && g->need < MOST_NEED)
		g->need *= 2;
}

static bool matches(struct vgpu_gl_pages guess, struct vgpu_gl_pages round)
{
	return length(guess) && near(guess.from, round.from) &&
	       round.to + length(guess) / 4 >= guess.to && guess.to + length(round) / 4 >= round.to;
}

static void add_round(struct vgpu_gl_guess *g, struct vgpu_gl_pages round, bool acted)
{
	if (matches(g->next, round)) {
		if (++g->right % TRUST_AFTER == 0 && g->need > FIRST_NEED)
			g->need /= 2;
	} else if (length(g->next)) {
		was_wrong(g, acted);
	}
	*round_at(g, g->rounds++) = round;
	g->same_gap = g->idle == g->gap ? g->same_gap + 1 : 0;
	g->gap = g->idle;
	g->idle = 0;
	g->after_wait = g->fresh ? g->after_wait + 1 : 0;
	guess_next(g);
}

/* Is now the time to open what is expected? */
static bool time_to_open(struct vgpu_gl_guess *g, struct vgpu_gl_pages *open_out)
{
	if (!length(g->next) || g->right < g->need || length(g->open))
		return false;
	if (++g->opened % (g->right < TEST_SELDOM ? TEST_EVERY : TEST_SELDOM) == 0)
		return false;
	*open_out = g->next;
	return true;
}

/* What was written, as far as two pages of what was open tell. False: nothing was. */
static bool opened_round(const struct vgpu_gl_guess *g, struct vgpu_gl_pages *round_out)
{
	*round_out = g->open;
	if (!(g->touched & 2)) /* less than was expected; how much, faults will tell the next time */
		round_out->to = g->open.from + 1;
	else if (g->largest.to > g->open.to && g->largest.from < g->open.to)
		round_out->to = g->largest.to;
	return g->touched != 0;
}

bool vgpu_gl_guess_end(struct vgpu_gl_guess *g, struct vgpu_gl_pages *open_out)
{
	bool acted = length(g->open) != 0, written;
	struct vgpu_gl_pages round = g->largest;

	written = acted ? opened_round(g, &round) : g->found != 0;
	g->open = (struct vgpu_gl_pages){ 0 };
	if (!written) {
		if (acted)
			was_wrong(g, true);
		g->idle++;
	} else if (!acted && (length(round) < LEAST || length(round) < g->found / 4 * 3)) {
		/* here and there: no range to follow */
		was_wrong(g, false);
		g->next = (struct vgpu_gl_pages){ 0 };
		g->idle = 0;
		g->after_wait = 0;
	} else {
		add_round(g, round, acted);
	}
	g->fresh = false;
	return g->after_wait < SURE && g->same_gap >= SURE && g->idle == g->gap && !(acted && !written) &&
	       time_to_open(g, open_out);
}

bool vgpu_gl_guess_waited(struct vgpu_gl_guess *g, struct vgpu_gl_pages *open_out)
{
	g->fresh = true;
	return g->after_wait >= SURE && time_to_open(g, open_out);
}

struct vgpu_gl_pages vgpu_gl_guess_open(struct vgpu_gl_guess *g, struct vgpu_gl_pages pages)
{
	g->open = pages;
	return (struct vgpu_gl_pages){ pages.from + 1, pages.to - 1 };
}
