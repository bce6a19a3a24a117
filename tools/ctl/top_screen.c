/* SPDX-License-Identifier: MIT */
/* The live table of top. */
#include <ctype.h>
#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/ctl/top.h"

#define DELAY_MIN 0.1
#define DELAY_MAX 60.0

static SCREEN *screen;

int vgpu_top_screen_open(void)
{
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return -1;
	set_term(screen);
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	return 0;
}

void vgpu_top_screen_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}

static void put(int y, int attributes, const char *line)
{
	if (y >= LINES)
		return;
	attrset(attributes);
	mvaddnstr(y, 0, line, COLS);
	/* reverse lines go to the edge */
	for (int x = (int)strlen(line); x < COLS && attributes; x++)
		addch(' ');
	attrset(A_NORMAL);
}

void vgpu_top_screen_draw(const struct vgpu_top_sample *sample, size_t column, bool reverse,
			  double delay, const char *trouble)
{
	char line[512];
	size_t guests = 0;
	int y = 3;

	erase();
	for (size_t i = 0; i < sample->n; i++)
		guests += sample->rows[i].is_guest;
	snprintf(line, sizeof(line),
		 "vgpu-ctl top: %zu guest%s, %zu program%s; every %.1f s, by %s%s", guests,
		 guests == 1 ? "" : "s", sample->n - guests, sample->n - guests == 1 ? "" : "s",
		 delay, vgpu_top_columns[column].name, reverse ? " (reversed)" : "");
	put(0, 0, line);
	if (trouble && *trouble)
		put(1, (int)A_BOLD, trouble);
	vgpu_top_line(NULL, line, sizeof(line));
	put(2, (int)A_REVERSE, line);
	for (size_t i = 0; i < sample->n && y < LINES - 1; i++) {
		vgpu_top_line(&sample->rows[i], line, sizeof(line));
		put(y++, sample->rows[i].is_guest ? (int)A_BOLD : 0, line);
	}
	line[0] = '\0';
	for (size_t i = 0; i < vgpu_top_n_columns; i++) {
		size_t used = strlen(line);

		snprintf(line + used, sizeof(line) - used, "%c %s  ", vgpu_top_columns[i].key,
			 vgpu_top_columns[i].name);
	}
	mvaddnstr(LINES - 1, 0, line, COLS);
	addnstr("r reverse  + - speed  q quit", COLS > (int)strlen(line) ? COLS - (int)strlen(line) : 0);
	refresh();
}

enum vgpu_top_next vgpu_top_screen_wait(double seconds, double *delay, size_t *column, bool *reverse)
{
	int key;

	timeout((int)(seconds * 1000));
	key = getch();
	if (key == ERR)
		return TOP_GO_ON;
	if (key == 'q' || key == 'Q' || key == 3)
		return TOP_QUIT;
	if (key == 'r')
		*reverse = !*reverse;
	if (key == '+' || key == '=')
		*delay = *delay / 2 < DELAY_MIN ? DELAY_MIN : *delay / 2;
	if (key == '-')
		*delay = *delay * 2 > DELAY_MAX ? DELAY_MAX : *delay * 2;
	for (size_t i = 0; i < vgpu_top_n_columns; i++)
		if (key == vgpu_top_columns[i].key)
			*column = i;
	if (key == ' ')
		return TOP_GO_ON;
	return TOP_AGAIN; /* KEY_RESIZE too */
}
