/* SPDX-License-Identifier: MIT */
#include "frontend/agent/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define LINES_A_SECOND 10

void vgpu_agent_log(const char *fmt, ...)
{
	static time_t second;
	static unsigned lines, left_out;
	struct timespec now;
	char line[1024];
	va_list ap;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec != second) {
		if (left_out)
			fprintf(stderr, "vgpu-agentd: %u more lines in that second\n", left_out);
		second = now.tv_sec;
		lines = left_out = 0;
	}
	if (lines++ >= LINES_A_SECOND) {
		left_out++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "vgpu-agentd: %s\n", line);
}
