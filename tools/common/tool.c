/* SPDX-License-Identifier: MIT */
#include "tools/common/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void vgpu_tool_error(const char *hint, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	if (hint)
		fprintf(stderr, "hint: %s\n", hint);
}

int vgpu_tool_usage(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nhint: %s --help\n", program_invocation_short_name);
	return VGPU_EXIT_USAGE;
}

int vgpu_tool_finish(int rc)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return rc;
	if (errno == EPIPE)
		return rc; /* "| head" is not a failure */
	vgpu_tool_error(NULL, "cannot write the output: %s", strerror(errno));
	return VGPU_EXIT_FAILED;
}
