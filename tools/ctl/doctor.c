/* SPDX-License-Identifier: MIT */
#include "tools/ctl/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <json-c/json.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/common/tool.h"
#include "tools/ctl/command.h"

#define RUN_SECONDS 60

static const char *const verdicts[] = { "PASS", "WARN", "FAIL" };

static void print_help(void)
{
	puts("Usage: vgpu-ctl doctor [--json]\n"
	     "Example: vgpu-ctl doctor\n\n"
	     "Look at what the vgpu needs on this machine: Xen and its limits, the GPU, the\n"
	     "backend, a worker that draws, its jail. Each line is PASS, WARN (works, but not\n"
	     "well or not safely) or FAIL, with the command that makes it right. Changes nothing;\n"
	     "where no backend runs it starts one for the moment.\n\n"
	     "  -j, --json    as JSON\n"
	     "  --root DIR    look at DIR/proc, DIR/sys, DIR/dev, DIR/etc instead (for tests)\n"
	     "  --xl COMMAND  ask this instead of xl (for tests)\n\n"
	     "Exit code: 0 nothing failed, 1 something did.");
}

void vgpu_doctor_say(struct vgpu_doctor *doctor, enum vgpu_verdict verdict, const char *area,
		     const char *check, const char *fix, const char *fmt, ...)
{
	struct json_object *o = json_object_new_object();
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	json_object_object_add(o, "area", json_object_new_string(area));
	json_object_object_add(o, "check", json_object_new_string(check));
	json_object_object_add(o, "verdict", json_object_new_string(verdicts[verdict]));
	json_object_object_add(o, "text", json_object_new_string(text));
	json_object_object_add(o, "fix", fix ? json_object_new_string(fix) : NULL);
	json_object_array_add(doctor->checks, o);
	doctor->count[verdict]++;
}

bool vgpu_doctor_exists(const struct vgpu_doctor *doctor, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", doctor->root, path);
	return access(full, F_OK) == 0;
}

bool vgpu_doctor_read(const struct vgpu_doctor *doctor, const char *path, char *text, int size)
{
	char full[PATH_MAX];
	ssize_t n;
	int fd;

	snprintf(full, sizeof(full), "%s%s", doctor->root, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, (size_t)size - 1);
	close(fd);
	if (n < 0)
		return false;
	text[n] = '\0';
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return true;
}

int vgpu_doctor_run(char *const argv[], char *output, int size)
{
	int pipe_fds[2], used = 0, status = 0;
	time_t end = time(NULL) + RUN_SECONDS;
	pid_t pid;

	output[0] = '\0';
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(pipe_fds[1], 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(pipe_fds[1]);
	while (pid > 0 && time(NULL) < end) {
		struct pollfd p = { .fd = pipe_fds[0], .events = POLLIN };
		char rest[512];
		bool full = used >= size - 1;
		ssize_t n;

		if (poll(&p, 1, 1000) <= 0)
			continue;
		/* what is too much is read and forgotten, so that the command can end */
		n = full ? read(pipe_fds[0], rest, sizeof(rest))
			 : read(pipe_fds[0], output + used, (size_t)(size - 1 - used));
		if (n <= 0)
			break;
		if (!full)
			used += (int)n;
	}
	output[used] = '\0';
	close(pipe_fds[0]);
	if (pid < 0)
		return -1;
	if (time(NULL) >= end)
		kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) != 127 ? WEXITSTATUS(status) : -1;
}

/* ---- output ---------------------------------------------------------------------- */

static const char *string(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) && value ? json_object_get_string(value)
								  : NULL;
}

static void print_table(const struct vgpu_doctor *doctor)
{
	bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	const char *last = "";

	for (size_t i = 0; i < json_object_array_length(doctor->checks); i++) {
		struct json_object *o = json_object_array_get_idx(doctor->checks, i);
		const char *verdict = string(o, "verdict"), *area = string(o, "area");
		const char *code = strcmp(verdict, "PASS") == 0 ? "32"
				 : strcmp(verdict, "WARN") == 0 ? "33" : "31";

		if (strcmp(area, last) != 0)
			printf("%s%s\n", *last ? "\n" : "", area);
		last = area;
		if (colour)
			printf("  \033[%sm%s\033[0m  %s\n", code, verdict, string(o, "text"));
		else
			printf("  %s  %s\n", verdict, string(o, "text"));
		if (string(o, "fix"))
			printf("        fix: %s\n", string(o, "fix"));
	}
	printf("\n%d passed, %d to look at, %d failed\n", doctor->count[DOCTOR_PASS],
	       doctor->count[DOCTOR_WARN], doctor->count[DOCTOR_FAIL]);
}

static void print_json(const struct vgpu_doctor *doctor)
{
	struct json_object *top = json_object_new_object(), *sum = json_object_new_object();

	json_object_object_add(top, "schema", json_object_new_int(1));
	json_object_object_add(top, "checks", json_object_get(doctor->checks));
	json_object_object_add(sum, "pass", json_object_new_int(doctor->count[DOCTOR_PASS]));
	json_object_object_add(sum, "warn", json_object_new_int(doctor->count[DOCTOR_WARN]));
	json_object_object_add(sum, "fail", json_object_new_int(doctor->count[DOCTOR_FAIL]));
	json_object_object_add(top, "summary", sum);
	puts(json_object_to_json_string_ext(top, JSON_C_TO_STRING_PRETTY));
	json_object_put(top);
}

int vgpu_ctl_doctor(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "root", required_argument, NULL, 'R' },
		{ "xl", required_argument, NULL, 'X' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct vgpu_doctor doctor = { .root = "", .xl = "xl" };
	bool json = false;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":jh", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 'R':
			doctor.root = optarg;
			break;
		case 'X':
			doctor.xl = optarg;
			break;
		case 'h':
			print_help();
			return vgpu_tool_finish(VGPU_EXIT_OK);
		case ':':
			return vgpu_tool_usage("doctor: option %s needs a value", argv[optind - 1]);
		default:
			return vgpu_tool_usage("doctor: unknown option %s", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return vgpu_tool_usage("doctor takes no '%s'", argv[optind]);
	doctor.checks = json_object_new_array();
	vgpu_doctor_xen(&doctor);
	vgpu_doctor_gpu(&doctor);
	vgpu_doctor_backend(&doctor);
	if (json)
		print_json(&doctor);
	else
		print_table(&doctor);
	json_object_put(doctor.checks);
	return vgpu_tool_finish(doctor.count[DOCTOR_FAIL] ? VGPU_EXIT_FAILED : VGPU_EXIT_OK);
}
