/* SPDX-License-Identifier: MIT */
/* The columns of top: headings, cells, order. */
#include "tools/ctl/top.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { C_GUEST, C_PID, C_NAME, C_CTX, C_FRAMES, C_CALLS, C_IN, C_OUT, C_WAITS, C_VRAM };

const struct vgpu_top_column vgpu_top_columns[] = {
	[C_GUEST] = { "GUEST", "guest, or user; its line is the sum of its programs", 'g', -12 },
	[C_PID] = { "PID", "process that draws, in the guest", 'p', 8 },
	[C_NAME] = { "NAME", "its name", 'n', -16 },
	[C_CTX] = { "CTX", "GL contexts", 'x', 4 },
	[C_FRAMES] = { "FRAMES/s", "frames drawn a second", 'f', 9 },
	[C_CALLS] = { "CALLS/s", "commands replayed a second", 'c', 9 },
	[C_IN] = { "IN/s", "octets from the program a second", 'i', 7 },
	[C_OUT] = { "OUT/s", "octets to the program a second", 'o', 7 },
	[C_WAITS] = { "WAITS/s", "commands a second that the program waited for", 'w', 8 },
	[C_VRAM] = { "VRAM", "memory of its textures, buffers and drawables", 'v', 7 },
};
const size_t vgpu_top_n_columns = sizeof(vgpu_top_columns) / sizeof(vgpu_top_columns[0]);

static void bytes(double value, char *text, size_t size)
{
	static const char units[] = " KMGTPE";
	int unit = 0;

	while (value >= 1024 && unit < 6) {
		value /= 1024;
		unit++;
	}
	if (unit == 0)
		snprintf(text, size, "%.0f", value);
	else
		snprintf(text, size, value < 10 ? "%.1f%c" : "%.0f%c", value, units[unit]);
}

static void rate(const struct vgpu_top_row *row, enum vgpu_top_key key, char *text, size_t size)
{
	double value = row->rate[key];

	if (row->fresh)
		snprintf(text, size, "-");
	else if (key == TOP_IN || key == TOP_OUT)
		bytes(value, text, size);
	else
		snprintf(text, size, value > 0 && value < 100 ? "%.1f" : "%.0f", value);
}

void vgpu_top_cell(const struct vgpu_top_row *row, size_t column, char *text, size_t size)
{
	text[0] = '\0';
	switch (column) {
	case C_GUEST:
		snprintf(text, size, "%s", row->is_guest ? row->guest : "");
		break;
	case C_PID:
		if (!row->is_guest)
			snprintf(text, size, "%" PRId64, row->pid);
		break;
	case C_NAME:
		if (row->is_guest)
			snprintf(text, size, "%" PRId64 " program%s", row->programs,
				 row->programs == 1 ? "" : "s");
		else
			snprintf(text, size, "%s", row->name);
		break;
	case C_CTX:
		snprintf(text, size, "%" PRId64, row->contexts);
		break;
	case C_VRAM:
		if (row->vram < 0)
			snprintf(text, size, "-");
		else
			bytes((double)row->vram, text, size);
		break;
	default:
		rate(row, (enum vgpu_top_key)(TOP_FRAMES + (int)column - C_FRAMES), text, size);
	}
}

void vgpu_top_line(const struct vgpu_top_row *row, char *line, size_t size)
{
	size_t used = 0;

	line[0] = '\0';
	for (size_t i = 0; i < vgpu_top_n_columns; i++) {
		const struct vgpu_top_column *c = &vgpu_top_columns[i];
		int width = c->width < 0 ? -c->width : c->width, n;
		char cell[80];

		if (row)
			vgpu_top_cell(row, i, cell, sizeof(cell));
		else
			snprintf(cell, sizeof(cell), "%s", c->name);
		/* a long name must not push the numbers aside */
		n = c->width < 0 ? snprintf(line + used, size - used, "%-*.*s ", width, width, cell)
				 : snprintf(line + used, size - used, "%*s ", width, cell);
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
	while (used > 0 && line[used - 1] == ' ')
		line[--used] = '\0';
}

/* ---- order -------------------------------------------------------------------- */

struct order {
	size_t column;
	bool reverse;
};

static int by_number(double a, double b)
{
	return a > b ? -1 : a < b; /* downwards */
}

static int compare(const void *pa, const void *pb, void *data)
{
	const struct vgpu_top_row *a = pa, *b = pb;
	const struct order *order = data;
	int rc;

	switch (order->column) {
	case C_GUEST:
		rc = strcmp(a->guest, b->guest);
		break;
	case C_PID:
		rc = -by_number((double)a->pid, (double)b->pid);
		break;
	case C_NAME:
		rc = a->is_guest ? strcmp(a->guest, b->guest) : strcmp(a->name, b->name);
		break;
	case C_CTX:
		rc = by_number((double)a->contexts, (double)b->contexts);
		break;
	case C_VRAM:
		rc = by_number((double)a->vram, (double)b->vram);
		break;
	default:
		rc = by_number(a->rate[order->column - C_FRAMES], b->rate[order->column - C_FRAMES]);
	}
	if (order->reverse)
		rc = -rc;
	/* equal ones stay where they are from one picture to the next */
	if (!rc)
		rc = a->worker < b->worker ? -1 : a->worker > b->worker;
	return rc ? rc : a->connection < b->connection ? -1 : a->connection > b->connection;
}

/* A guest's line and where its programs are: those lines after it, up to the next guest's. */
struct block {
	struct vgpu_top_row guest; /* first: compare() looks at it */
	size_t first, n;
};

void vgpu_top_sort(struct vgpu_top_sample *sample, size_t column, bool reverse)
{
	struct order order = { column, reverse };
	struct block *blocks = calloc(sample->n + 1, sizeof(*blocks));
	struct vgpu_top_row *sorted = calloc(sample->n + 1, sizeof(*sorted));
	size_t guests = 0, at = 0;

	for (size_t i = 0; blocks && sorted && i < sample->n; i++) {
		if (sample->rows[i].is_guest)
			blocks[guests++] = (struct block){ sample->rows[i], i, 1 };
		else
			blocks[guests - 1].n++;
	}
	if (guests > 0) {
		qsort_r(blocks, guests, sizeof(*blocks), compare, &order);
		for (size_t g = 0; g < guests; g++) {
			struct block *b = &blocks[g];

			memcpy(&sorted[at], &sample->rows[b->first], b->n * sizeof(*sorted));
			qsort_r(&sorted[at + 1], b->n - 1, sizeof(*sorted), compare, &order);
			at += b->n;
		}
		memcpy(sample->rows, sorted, at * sizeof(*sorted));
	}
	free(blocks);
	free(sorted);
}
