/* SPDX-License-Identifier: MIT */
/*
 * What every command shares: exit codes, and errors that name the cause, the
 * object and the next step. Single-threaded.
 */
#ifndef VGPU_TOOLS_COMMON_TOOL_H
#define VGPU_TOOLS_COMMON_TOOL_H

enum vgpu_exit {
	VGPU_EXIT_OK = 0,
	VGPU_EXIT_FAILED = 1,
	VGPU_EXIT_USAGE = 2,
	VGPU_EXIT_NO_SUCH = 3, /* no such guest, GPU or program */
	VGPU_EXIT_PERMISSION = 4,
	VGPU_EXIT_UNREACHABLE = 5, /* the backend daemon does not answer */
	VGPU_EXIT_REFUSED = 6,     /* busy; --force may exist */
	VGPU_EXIT_TIMEOUT = 124,
	VGPU_EXIT_CANNOT_RUN = 126, /* vgpu-run: the program exists and cannot be started */
	VGPU_EXIT_NOT_FOUND = 127,  /* vgpu-run: no such program */
};

/*
 * Print "TOOL: cause" and, unless hint is NULL, "hint: ..." on stderr, where TOOL
 * is the name of the command that runs.
 */
void vgpu_tool_error(const char *hint, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A usage error: the cause and one pointer to --help. Returns VGPU_EXIT_USAGE. */
int vgpu_tool_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Flush stdout. Returns rc, or VGPU_EXIT_FAILED after saying why when the output was lost. */
int vgpu_tool_finish(int rc);

/* The release, for --version. */
#define VGPU_TOOLS_VERSION "0.1.0"

#endif
