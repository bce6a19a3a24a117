/* SPDX-License-Identifier: MIT */
/*
 * vgpu-ctl top: what programs and guests cost, from two answers of the daemon.
 * A guest is a worker: one guest's programs, or one user's on the embedded transport.
 */
#ifndef VGPU_TOOLS_CTL_TOP_H
#define VGPU_TOOLS_CTL_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

enum vgpu_top_key { TOP_FRAMES, TOP_CALLS, TOP_IN, TOP_OUT, TOP_WAITS, TOP_RATES };

/* A program, or a guest (the sum of its programs). */
struct vgpu_top_row {
	char guest[64]; /* a guest's name, or a user's: printable */
	int64_t worker, uid; /* worker: its process */
	bool is_guest;
	int64_t pid, connection, contexts; /* pid, connection: of programs only */
	char name[64]; /* printable; empty for a guest */
	int64_t programs; /* of a guest */
	int64_t vram; /* octets; -1 when the worker does not say */
	uint64_t count[TOP_RATES];
	double rate[TOP_RATES]; /* a second, since the sample before */
	bool fresh; /* was not in the sample before: no rates yet */
};

struct vgpu_top_sample {
	struct vgpu_top_row *rows; /* guests, each followed by its programs */
	size_t n;
	double at, seconds; /* monotonic clock; since the sample before, 0 for the first */
};

/*
 * Read the daemon's answer to "list" and compare it with the sample before (may be
 * empty). now: the monotonic clock, in seconds. Returns 0 or -ENOMEM; sample_out is
 * to be freed with vgpu_top_free.
 */
int vgpu_top_sample(struct json_object *answer, double now, const struct vgpu_top_sample *before,
		    struct vgpu_top_sample *sample_out);
void vgpu_top_free(struct vgpu_top_sample *sample);

/* What stands in a column. Numbers sort downwards, names upwards. */
struct vgpu_top_column {
	const char *name; /* heading, and what --sort takes (any case) */
	const char *help;
	char key;  /* on the screen: sort by it */
	int width; /* negative: to the left */
};
extern const struct vgpu_top_column vgpu_top_columns[];
extern const size_t vgpu_top_n_columns;

/* The column's text for a row. */
void vgpu_top_cell(const struct vgpu_top_row *row, size_t column, char *text, size_t size);
/* Sort guests by the column, and programs within their guest. */
void vgpu_top_sort(struct vgpu_top_sample *sample, size_t column, bool reverse);
/* One line of cells: a row, or the headings for NULL. */
void vgpu_top_line(const struct vgpu_top_row *row, char *line, size_t size);
/* The sample as JSON on one line. A new reference. */
struct json_object *vgpu_top_json(const struct vgpu_top_sample *sample);

/* How it goes on after a wait. */
enum vgpu_top_next { TOP_GO_ON, TOP_AGAIN, TOP_QUIT };

/* top_screen.c: the live table. Between open and close, stderr must stay silent. */
int vgpu_top_screen_open(void);
void vgpu_top_screen_close(void);
void vgpu_top_screen_draw(const struct vgpu_top_sample *sample, size_t column, bool reverse,
			  double delay, const char *trouble);
/*
 * Wait for the time or a key. TOP_AGAIN: draw the same sample again (sorting has
 * changed, or the window). *delay, *column and *reverse follow the keys.
 */
enum vgpu_top_next vgpu_top_screen_wait(double seconds, double *delay, size_t *column,
					bool *reverse);

#endif
