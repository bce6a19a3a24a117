/* SPDX-License-Identifier: MIT */
#include "tools/pci/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tools/pci/operate.h"
#include "tools/pci/output.h"

static const struct {
	const char *name, *usage, *help;
	int arguments_min, arguments_max;
	bool changes;
} verbs[VGPU_PCI_VERB_COUNT] = {
	[VGPU_PCI_VERB_LIST] = { "list", "list [--json] [-o COL,..] [--noheadings] [--help-columns]",
		"  vgpu-ctl pci list                     every GPU and who has it\n"
		"  vgpu-ctl pci list -o BDF,HELD-BY      two columns of it\n", 0, 0, false },
	[VGPU_PCI_VERB_CHECK] = { "check", "check BDF [GUEST] [--json]",
		"  vgpu-ctl pci check 01:00.0 win10      can guest win10 have that GPU?\n"
		"Exit status 0 when nothing fails, 6 otherwise.\n", 1, 2, false },
	[VGPU_PCI_VERB_ASSIGN] = { "assign",
		"assign BDF [GUEST] [-n] [--force] [--permissive] [--wait SEC] [--persistent [--yes]]",
		"  vgpu-ctl pci assign 01:00.0           take it from Dom0, for a guest to come\n"
		"  vgpu-ctl pci assign 01:00.0 win10     and into the running guest\n"
		"  vgpu-ctl pci assign -n 01:00.0        only say what would be done\n"
		"--force takes the console and devices that programs have open: they lose it.\n"
		"--wait SEC is for a running guest to answer, 60 by default.\n"
		"--persistent also hides the device from Dom0's drivers at the next boot.\n", 1, 2, true },
	[VGPU_PCI_VERB_RELEASE] = { "release",
		"release BDF [-n] [--force] [--wait SEC] [--persistent [--yes]]",
		"  vgpu-ctl pci release 01:00.0          back to Dom0's driver\n"
		"--wait SEC is for the guest to let go of it, 60 by default; exit status 124 if not.\n"
		"--force takes it from a guest that does not answer; the guest may crash.\n"
		"--persistent also undoes assign --persistent.\n", 1, 1, true },
	[VGPU_PCI_VERB_CONFIG] = { "config", "config BDF [GUEST] [--json]",
		"  vgpu-ctl pci config 01:00.0           lines to paste: xl, boot line, modprobe\n",
		1, 2, false },
};

static void print_usage(FILE *out)
{
	fprintf(out, "usage: vgpu-ctl pci VERB ...\n");
	for (int i = 0; i < VGPU_PCI_VERB_COUNT; i++)
		fprintf(out, "  %s\n", verbs[i].usage);
	fprintf(out, "Every verb has --help. See vgpu-pci(7).\n");
}

int vgpu_pci_usage_error(const char *verb, const char *what)
{
	fprintf(stderr, "vgpu-ctl pci: %s\nhint: vgpu-ctl pci %s%s--help\n", what, verb,
	        verb[0] ? " " : "");
	return VGPU_PCI_EXIT_USAGE;
}

enum option_value {
	OPTION_NOHEADINGS = 256,
	OPTION_HELP_COLUMNS,
	OPTION_FORCE,
	OPTION_PERMISSIVE,
	OPTION_PERSISTENT,
	OPTION_YES,
	OPTION_SYSROOT,
};

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "output", required_argument, NULL, 'o' },
	{ "noheadings", no_argument, NULL, OPTION_NOHEADINGS },
	{ "help-columns", no_argument, NULL, OPTION_HELP_COLUMNS },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "permissive", no_argument, NULL, OPTION_PERMISSIVE },
	{ "persistent", no_argument, NULL, OPTION_PERSISTENT },
	{ "yes", no_argument, NULL, OPTION_YES },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "wait", required_argument, NULL, 'w' },
	{ "sysroot", required_argument, NULL, OPTION_SYSROOT },
	{ 0 },
};

/* Does the verb know the option? */
static bool fits(enum vgpu_pci_verb verb, int value)
{
	switch (value) {
	case 'j':
		return !verbs[verb].changes;
	case 'o':
	case OPTION_NOHEADINGS:
	case OPTION_HELP_COLUMNS:
		return verb == VGPU_PCI_VERB_LIST;
	case 'n':
	case 'w':
	case OPTION_FORCE:
	case OPTION_PERSISTENT:
	case OPTION_YES:
		return verbs[verb].changes;
	case OPTION_PERMISSIVE:
		return verb == VGPU_PCI_VERB_ASSIGN;
	case OPTION_SYSROOT:
		return !verbs[verb].changes;
	}
	return true;
}

/* Returns an exit code, or -1 to go on. */
static int take_option(struct vgpu_pci_arguments *arg, int value)
{
	char end;

	switch (value) {
	case 'h':
		printf("usage: vgpu-ctl pci %s\n%s", verbs[arg->verb].usage, verbs[arg->verb].help);
		return VGPU_PCI_EXIT_DONE;
	case OPTION_HELP_COLUMNS:
		vgpu_pci_list_help_columns(stdout);
		return VGPU_PCI_EXIT_DONE;
	case 'j':
		arg->json = true;
		break;
	case 'o':
		arg->columns = optarg;
		break;
	case OPTION_NOHEADINGS:
		arg->headings = false;
		break;
	case 'n':
		arg->dry_run = true;
		break;
	case OPTION_FORCE:
		arg->force = true;
		break;
	case OPTION_PERMISSIVE:
		arg->permissive = true;
		break;
	case OPTION_PERSISTENT:
		arg->persistent = true;
		break;
	case OPTION_YES:
		arg->yes = true;
		break;
	case OPTION_SYSROOT:
		arg->sysroot = optarg;
		break;
	case 'q':
		arg->quiet = true;
		break;
	case 'v':
		arg->verbose = true;
		break;
	case 'w':
		if (sscanf(optarg, "%u%c", &arg->wait_s, &end) != 1 || arg->wait_s < 1 ||
		    arg->wait_s > 3600)
			return vgpu_pci_usage_error(verbs[arg->verb].name,
			                            "--wait takes 1 to 3600 seconds");
		break;
	}
	return -1;
}

static int parse_positional(struct vgpu_pci_arguments *arg, int argc, char **argv)
{
	const char *verb = verbs[arg->verb].name;

	if (argc < verbs[arg->verb].arguments_min)
		return vgpu_pci_usage_error(verb, "the PCI address is missing");
	if (argc > verbs[arg->verb].arguments_max)
		return vgpu_pci_usage_error(verb, "too many arguments");
	if (argc > 0) {
		arg->bdf_text = argv[0];
		if (vgpu_pci_bdf_parse(argv[0], &arg->bdf))
			return vgpu_pci_usage_error(verb, "a PCI address looks like 01:00.0 or 0000:01:00.0");
	}
	if (argc > 1)
		arg->guest_name = argv[1];
	if (arg->yes && !arg->persistent)
		return vgpu_pci_usage_error(verb, "--yes is for --persistent");
	return -1;
}

int vgpu_pci_arguments_parse(struct vgpu_pci_arguments *arg, int argc, char **argv)
{
	int value, code;

	*arg = (struct vgpu_pci_arguments){ .headings = true, .sysroot = "" };
	if (argc < 2)
		return vgpu_pci_usage_error("", "what to do is missing");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_usage(stdout);
		return VGPU_PCI_EXIT_DONE;
	}
	for (arg->verb = 0; arg->verb < VGPU_PCI_VERB_COUNT; arg->verb++)
		if (!strcmp(argv[1], verbs[arg->verb].name))
			break;
	if (arg->verb == VGPU_PCI_VERB_COUNT)
		return vgpu_pci_usage_error("", "there is no such command");
	optind = 0; /* the dispatcher may have used getopt before */
	opterr = 0;
	argc--;
	argv++;
	while ((value = getopt_long(argc, argv, "hjo:nqvw:", options, NULL)) != -1) {
		if (value == '?' || !fits(arg->verb, value))
			return vgpu_pci_usage_error(verbs[arg->verb].name, "unknown option");
		code = take_option(arg, value);
		if (code >= 0)
			return code;
	}
	return parse_positional(arg, argc - optind, argv + optind);
}

bool vgpu_pci_verb_changes(enum vgpu_pci_verb verb)
{
	return verbs[verb].changes;
}
