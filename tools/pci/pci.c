/* SPDX-License-Identifier: MIT */
/* The command: options, what each verb needs, and the words around it. */
#include "tools/pci/pci.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/pci/boot.h"
#include "tools/pci/guest_config.h"
#include "tools/pci/lines.h"
#include "tools/pci/operate.h"
#include "tools/pci/output.h"

enum verb {
	VERB_LIST,
	VERB_CHECK,
	VERB_ASSIGN,
	VERB_RELEASE,
	VERB_CONFIG,
	VERB_COUNT,
};

static const struct {
	const char *name, *usage, *help;
	int arguments_min, arguments_max;
	bool changes;
} verbs[VERB_COUNT] = {
	[VERB_LIST] = { "list", "list [--json] [-o COL,..] [--noheadings] [--help-columns]",
		"  vgpu-ctl pci list                     every GPU and who has it\n"
		"  vgpu-ctl pci list -o BDF,HELD-BY      two columns of it\n", 0, 0, false },
	[VERB_CHECK] = { "check", "check BDF [GUEST] [--json]",
		"  vgpu-ctl pci check 01:00.0 win10      can guest win10 have that GPU?\n"
		"Exit status 0 when nothing fails, 6 otherwise.\n", 1, 2, false },
	[VERB_ASSIGN] = { "assign", "assign BDF [GUEST] [-n] [--force] [--permissive] [--persistent [--yes]]",
		"  vgpu-ctl pci assign 01:00.0           take it from Dom0, for a guest to come\n"
		"  vgpu-ctl pci assign 01:00.0 win10     and into the running guest\n"
		"  vgpu-ctl pci assign -n 01:00.0        only say what would be done\n"
		"--force takes the console and devices that programs have open: they lose it.\n"
		"--persistent also hides the device from Dom0's drivers at the next boot.\n", 1, 2, true },
	[VERB_RELEASE] = { "release", "release BDF [-n] [--force] [--persistent [--yes]]",
		"  vgpu-ctl pci release 01:00.0          back to Dom0's driver\n"
		"--force takes it from a guest that does not answer; the guest may crash.\n"
		"--persistent also undoes assign --persistent.\n", 1, 1, true },
	[VERB_CONFIG] = { "config", "config BDF [GUEST] [--json]",
		"  vgpu-ctl pci config 01:00.0           lines to paste: xl, boot line, modprobe\n",
		1, 2, false },
};

struct arguments {
	enum verb verb;
	bool json, headings, dry_run, force, permissive, persistent, yes, verbose, quiet;
	const char *columns;
	const char *sysroot;
	const char *bdf_text, *guest_name;
	struct vgpu_pci_bdf bdf;
};

static void print_usage(FILE *out)
{
	fprintf(out, "usage: vgpu-ctl pci VERB ...\n");
	for (int i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  %s\n", verbs[i].usage);
	fprintf(out, "Every verb has --help. See vgpu-pci(7).\n");
}

static int usage_error(const char *verb, const char *what)
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
	{ "sysroot", required_argument, NULL, OPTION_SYSROOT },
	{ 0 },
};

/* Does the verb know the option? */
static bool fits(enum verb verb, int value)
{
	switch (value) {
	case 'j':
		return !verbs[verb].changes;
	case 'o':
	case OPTION_NOHEADINGS:
	case OPTION_HELP_COLUMNS:
		return verb == VERB_LIST;
	case 'n':
	case OPTION_FORCE:
	case OPTION_PERSISTENT:
	case OPTION_YES:
		return verbs[verb].changes;
	case OPTION_PERMISSIVE:
		return verb == VERB_ASSIGN;
	case OPTION_SYSROOT:
		return !verbs[verb].changes;
	}
	return true;
}

/* Returns an exit code, or -1 to go on. */
static int take_option(struct arguments *arg, int value)
{
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
	}
	return -1;
}

static int parse_positional(struct arguments *arg, int argc, char **argv)
{
	const char *verb = verbs[arg->verb].name;

	if (argc < verbs[arg->verb].arguments_min)
		return usage_error(verb, "the PCI address is missing");
	if (argc > verbs[arg->verb].arguments_max)
		return usage_error(verb, "too many arguments");
	if (argc > 0) {
		arg->bdf_text = argv[0];
		if (vgpu_pci_bdf_parse(argv[0], &arg->bdf))
			return usage_error(verb, "a PCI address looks like 01:00.0 or 0000:01:00.0");
	}
	if (argc > 1)
		arg->guest_name = argv[1];
	if (arg->yes && !arg->persistent)
		return usage_error(verb, "--yes is for --persistent");
	return -1;
}

/* Returns an exit code, or -1 to go on. */
static int parse(struct arguments *arg, int argc, char **argv)
{
	int value, code;

	*arg = (struct arguments){ .headings = true, .sysroot = "" };
	if (argc < 2)
		return usage_error("", "what to do is missing");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_usage(stdout);
		return VGPU_PCI_EXIT_DONE;
	}
	for (arg->verb = 0; arg->verb < VERB_COUNT; arg->verb++)
		if (!strcmp(argv[1], verbs[arg->verb].name))
			break;
	if (arg->verb == VERB_COUNT)
		return usage_error("", "there is no such command");
	optind = 0; /* the dispatcher may have used getopt before */
	opterr = 0;
	argc--;
	argv++;
	while ((value = getopt_long(argc, argv, "hjo:nqv", options, NULL)) != -1) {
		if (value == '?' || !fits(arg->verb, value))
			return usage_error(verbs[arg->verb].name, "unknown option");
		code = take_option(arg, value);
		if (code >= 0)
			return code;
	}
	return parse_positional(arg, argc - optind, argv + optind);
}

/* ---- what verbs need -------------------------------------------------------------- */

static int no_guest(const char *name)
{
	fprintf(stderr, "vgpu-ctl pci: no guest %s: none runs and no file in /etc/xen configures it\n"
	        "hint: xl list\n", name);
	return VGPU_PCI_EXIT_NOT_FOUND;
}

/* Returns an exit code, or -1 to go on. */
static int find_guest(const struct vgpu_pci_view *view, const char *name,
                      struct vgpu_pci_guest *guest_out)
{
	int rc;

	if (view->xen) {
		rc = view->xen->impl->guest_find(view->xen, name, guest_out);
	} else {
		*guest_out = (struct vgpu_pci_guest){ .domid = VGPU_PCI_NO_DOMID };
		rc = vgpu_pci_guest_config_find(view->root, name, true, guest_out);
	}
	if (rc == -ENOENT)
		return no_guest(name);
	if (rc) {
		fprintf(stderr, "vgpu-ctl pci: guest %s: %s\n", name, strerror(-rc));
		return VGPU_PCI_EXIT_FAILED;
	}
	return -1;
}

static const struct vgpu_pci_dev *find_dev(const struct vgpu_pci_view *view,
                                           struct vgpu_pci_bdf bdf)
{
	const struct vgpu_pci_dev *dev = vgpu_pci_tree_find(&view->tree, bdf);
	char text[VGPU_PCI_BDF_TEXT];

	if (!dev)
		fprintf(stderr, "vgpu-ctl pci: no PCI device %s\nhint: vgpu-ctl pci list\n",
		        vgpu_pci_bdf_text(bdf, text));
	return dev;
}

static bool use_colour(void)
{
	const char *off = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(off && off[0]);
}

/* ---- the verbs ------------------------------------------------------------------------ */

static int do_list(const struct arguments *arg, const struct vgpu_pci_view *view)
{
	struct vgpu_pci_list_options how = { arg->headings, arg->columns };
	const char *bad = NULL;
	int rc;

	if (!arg->json && !view->host_known && !arg->quiet)
		fprintf(stderr, "note: no Xen to ask, so what guests have is not known\n");
	rc = arg->json ? vgpu_pci_list_json(stdout, view)
	               : vgpu_pci_list_table(stdout, view, &how, &bad);
	if (rc == -EINVAL && bad)
		return usage_error("list", "unknown column, see --help-columns");
	return rc ? VGPU_PCI_EXIT_FAILED : VGPU_PCI_EXIT_DONE;
}

static int do_check(const struct arguments *arg, const struct vgpu_pci_view *view)
{
	const struct vgpu_pci_dev *dev = find_dev(view, arg->bdf);
	struct vgpu_pci_guest guest, *wanted = NULL;
	struct vgpu_pci_report report;
	int code;

	if (!dev)
		return VGPU_PCI_EXIT_NOT_FOUND;
	if (arg->guest_name) {
		code = find_guest(view, arg->guest_name, &guest);
		if (code >= 0)
			return code;
		wanted = &guest;
	}
	vgpu_pci_checks_run(view, dev, wanted, &report);
	if (arg->json)
		vgpu_pci_check_json(stdout, dev, wanted, &report);
	else
		vgpu_pci_check_text(stdout, &report, use_colour());
	return vgpu_pci_report_refusal(&report, false) ? VGPU_PCI_EXIT_REFUSED : VGPU_PCI_EXIT_DONE;
}

/* Dom0's drivers of a group before pciback, one string per function, into `record`. */
static void old_drivers(const struct vgpu_pci_view *view, const struct vgpu_pci_group *group,
                        struct vgpu_pci_bdf bdf, struct vgpu_pci_record *record,
                        const char *drivers[])
{
	struct vgpu_pci_record old;
	bool had = vgpu_pci_record_load(view->root, bdf, &old) == 0;

	vgpu_pci_plan_drivers(view, group, had ? &old : NULL, record);
	for (size_t i = 0; i < group->function_count; i++)
		drivers[i] = record->functions[i].driver;
}

static int do_config(const struct arguments *arg, const struct vgpu_pci_view *view)
{
	const struct vgpu_pci_dev *dev = find_dev(view, arg->bdf);
	const char *drivers[VGPU_PCI_GROUP_MAX];
	struct vgpu_pci_config_input input = { .view = view, .dev = dev, .old_drivers = drivers,
		                               .type = VGPU_PCI_GUEST_UNKNOWN };
	struct vgpu_pci_record record;
	struct vgpu_pci_group group;
	struct vgpu_pci_guest guest;
	int code;

	if (!dev)
		return VGPU_PCI_EXIT_NOT_FOUND;
	if (arg->guest_name) {
		code = find_guest(view, arg->guest_name, &guest);
		if (code >= 0)
			return code;
		if (guest.type == VGPU_PCI_GUEST_PVH) {
			fprintf(stderr, "vgpu-ctl pci: guest %s is PVH: Xen passes no devices to PVH "
			        "guests\nhint: set type=\"hvm\" in %s\n", guest.name, guest.config_path);
			return VGPU_PCI_EXIT_REFUSED;
		}
		input.type = guest.type;
	}
	vgpu_pci_group_of(&view->tree, dev, &group);
	old_drivers(view, &group, arg->bdf, &record, drivers);
	if (arg->json)
		return vgpu_pci_config_json(stdout, &input) ? VGPU_PCI_EXIT_FAILED
		                                            : VGPU_PCI_EXIT_DONE;
	vgpu_pci_config_text(stdout, &input);
	return VGPU_PCI_EXIT_DONE;
}

/* Show the boot files as they would be and ask. True: write them. */
static bool agree(const struct arguments *arg, const struct vgpu_pci_boot *boot)
{
	char answer[16] = "";

	if (boot->hidden_count) {
		char *modprobe = vgpu_pci_boot_modprobe_text(boot), *grub = vgpu_pci_boot_grub_text(boot);

		printf("--- " VGPU_PCI_BOOT_MODPROBE "\n%s--- " VGPU_PCI_BOOT_GRUB "\n%s--- "
		       VGPU_PCI_BOOT_LOAD "\nxen-pciback\n", modprobe ? modprobe : "",
		       grub ? grub : "");
		free(modprobe);
		free(grub);
	} else {
		printf("--- remove " VGPU_PCI_BOOT_MODPROBE ", " VGPU_PCI_BOOT_GRUB ", "
		       VGPU_PCI_BOOT_LOAD "\n");
	}
	if (arg->dry_run)
		return false;
	if (arg->yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		fprintf(stderr, "vgpu-ctl pci: nobody to ask whether to write this\n"
		        "hint: add --yes\n");
		return false;
	}
	printf("Write this? [y/N] ");
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	return answer[0] == 'y' || answer[0] == 'Y';
}

/* The part of assign and release that outlives a restart. */
static int do_persistent(const struct arguments *arg, const struct vgpu_pci_view *view)
{
	const struct vgpu_pci_dev *dev = find_dev(view, arg->bdf);
	const char *drivers[VGPU_PCI_GROUP_MAX], *rivals[32];
	struct vgpu_pci_record record;
	struct vgpu_pci_group group;
	struct vgpu_pci_boot boot;
	size_t count;
	int rc;

	if (!dev)
		return VGPU_PCI_EXIT_NOT_FOUND;
	vgpu_pci_group_of(&view->tree, dev, &group);
	rc = vgpu_pci_boot_load(view->root, &boot);
	if (rc) {
		fprintf(stderr, "vgpu-ctl pci: cannot read " VGPU_PCI_BOOT_MODPROBE ": %s\n"
		        "hint: mend or remove it\n", strerror(-rc));
		return VGPU_PCI_EXIT_FAILED;
	}
	if (arg->verb == VERB_ASSIGN) {
		old_drivers(view, &group, arg->bdf, &record, drivers);
		count = vgpu_pci_rivals(&group, drivers, rivals, 32);
		rc = vgpu_pci_boot_add(&boot, &group, rivals, count);
	} else {
		vgpu_pci_boot_drop(&boot, &group);
	}
	if (rc == 0 && !agree(arg, &boot))
		return arg->dry_run ? VGPU_PCI_EXIT_DONE : VGPU_PCI_EXIT_REFUSED;
	if (rc == 0)
		rc = vgpu_pci_boot_save(view->root, &boot);
	if (rc) {
		fprintf(stderr, "vgpu-ctl pci: cannot write the boot files: %s\n", strerror(-rc));
		return VGPU_PCI_EXIT_FAILED;
	}
	printf("written; to take effect: update-initramfs -u && update-grub\n");
	return VGPU_PCI_EXIT_DONE;
}

static void next_words(const struct arguments *arg, const struct vgpu_pci_guest *guest)
{
	if (arg->quiet || arg->dry_run)
		return;
	if (!guest)
		printf("free for a guest: vgpu-ctl pci config %s prints its lines\n", arg->bdf_text);
	else if (guest->domid == VGPU_PCI_NO_DOMID && guest->configured_count == 0)
		printf("guest %s does not run; it gets the device when it starts with these lines in "
		       "%s: vgpu-ctl pci config %s %s\n", guest->name, guest->config_path,
		       arg->bdf_text, guest->name);
	else if (guest->domid == VGPU_PCI_NO_DOMID)
		printf("guest %s gets it when it starts: xl create %s\n", guest->name,
		       guest->config_path);
	else
		printf("guest %s has it\n", guest->name);
}

static int do_assign(const struct arguments *arg, struct vgpu_pci_view *view)
{
	struct vgpu_pci_operate how = { .dry_run = arg->dry_run, .force = arg->force,
		                        .permissive = arg->permissive, .quiet = arg->quiet,
		                        .out = stdout, .err = stderr };
	struct vgpu_pci_guest guest, *wanted = NULL;
	int code;

	if (!find_dev(view, arg->bdf))
		return VGPU_PCI_EXIT_NOT_FOUND;
	if (arg->guest_name) {
		code = find_guest(view, arg->guest_name, &guest);
		if (code >= 0)
			return code;
		wanted = &guest;
	}
	code = vgpu_pci_operate_assign(view, arg->bdf, wanted, &how);
	if (code)
		return code;
	next_words(arg, wanted);
	return arg->persistent ? do_persistent(arg, view) : code;
}

static int do_release(const struct arguments *arg, struct vgpu_pci_view *view)
{
	struct vgpu_pci_operate how = { .dry_run = arg->dry_run, .force = arg->force,
		                        .quiet = arg->quiet, .out = stdout, .err = stderr };
	struct vgpu_pci_boot boot;
	int code;

	if (!find_dev(view, arg->bdf))
		return VGPU_PCI_EXIT_NOT_FOUND;
	code = vgpu_pci_operate_release(view, arg->bdf, &how);
	if (code)
		return code;
	if (arg->persistent)
		return do_persistent(arg, view);
	if (vgpu_pci_boot_load(view->root, &boot) == 0 && vgpu_pci_boot_hides(&boot, arg->bdf))
		fprintf(stderr, "note: the next boot still hides it from Dom0\n"
		        "hint: vgpu-ctl pci release %s --persistent\n", arg->bdf_text);
	return code;
}

static int run(const struct arguments *arg, struct vgpu_pci_xen *xen, const char *root)
{
	struct vgpu_pci_view view;
	int rc = vgpu_pci_view_init(&view, root, xen, NULL), code = VGPU_PCI_EXIT_FAILED;

	if (rc == -ENOENT) {
		fprintf(stderr, "vgpu-ctl pci: %s/sys/bus/pci is not there\n", root);
		return VGPU_PCI_EXIT_FAILED;
	}
	if (rc) {
		fprintf(stderr, "vgpu-ctl pci: cannot look at the devices: %s\n",
		        xen && xen->why[0] ? xen->why : strerror(-rc));
		return VGPU_PCI_EXIT_FAILED;
	}
	switch (arg->verb) {
	case VERB_LIST:
		code = do_list(arg, &view);
		break;
	case VERB_CHECK:
		code = do_check(arg, &view);
		break;
	case VERB_ASSIGN:
		code = do_assign(arg, &view);
		break;
	case VERB_RELEASE:
		code = do_release(arg, &view);
		break;
	case VERB_CONFIG:
		code = do_config(arg, &view);
		break;
	case VERB_COUNT:
		break;
	}
	vgpu_pci_view_finish(&view);
	if (fflush(stdout) && code == VGPU_PCI_EXIT_DONE)
		code = VGPU_PCI_EXIT_FAILED;
	return code;
}

static int no_xen(int rc)
{
	if (rc == -EACCES) {
		fprintf(stderr, "vgpu-ctl pci: only root may change what guests have\n");
		return VGPU_PCI_EXIT_NOT_PERMITTED;
	}
	if (rc == -ECONNREFUSED) {
		fprintf(stderr, "vgpu-ctl pci: xenstored does not answer\n"
		        "hint: systemctl status xenstored\n");
		return VGPU_PCI_EXIT_UNREACHABLE;
	}
	fprintf(stderr, "vgpu-ctl pci: this is no Dom0 of a running Xen\n"
	        "hint: boot the Xen entry of the boot menu\n");
	return VGPU_PCI_EXIT_UNREACHABLE;
}

int vgpu_pci_main_with(int argc, char **argv, struct vgpu_pci_xen *xen, const char *root)
{
	struct vgpu_pci_xen *own = NULL;
	struct arguments arg;
	int code, rc;

	code = parse(&arg, argc, argv);
	if (code >= 0)
		return code;
	if (arg.sysroot[0])
		root = arg.sysroot;
	if (!xen && !root[0]) {
		rc = vgpu_pci_xen_create(&own, arg.verbose);
		if (rc && verbs[arg.verb].changes)
			return no_xen(rc);
		xen = own;
	}
	code = run(&arg, xen, root);
	if (own)
		own->impl->destroy(own);
	return code;
}

int vgpu_pci_main(int argc, char **argv)
{
	return vgpu_pci_main_with(argc, argv, NULL, "");
}
