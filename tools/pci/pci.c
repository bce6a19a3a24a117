/* SPDX-License-Identifier: MIT */
/* The verbs: what each needs, and the words around it. */
#include "tools/pci/pci.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/pci/arguments.h"
#include "tools/pci/boot.h"
#include "tools/pci/guest_config.h"
#include "tools/pci/lines.h"
#include "tools/pci/operate.h"
#include "tools/pci/output.h"

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

static int do_list(const struct vgpu_pci_arguments *arg, const struct vgpu_pci_view *view)
{
	struct vgpu_pci_list_options how = { arg->headings, arg->columns };
	const char *bad = NULL;
	int rc;

	if (!arg->json && !view->host_known && !arg->quiet)
		fprintf(stderr, "note: no Xen to ask, so what guests have is not known\n");
	rc = arg->json ? vgpu_pci_list_json(stdout, view)
	               : vgpu_pci_list_table(stdout, view, &how, &bad);
	if (rc == -EINVAL && bad)
		return vgpu_pci_usage_error("list", "unknown column, see --help-columns");
	return rc ? VGPU_PCI_EXIT_FAILED : VGPU_PCI_EXIT_DONE;
}

static int do_check(const struct vgpu_pci_arguments *arg, const struct vgpu_pci_view *view)
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

static int do_config(const struct vgpu_pci_arguments *arg, const struct vgpu_pci_view *view)
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
static bool agree(const struct vgpu_pci_arguments *arg, const struct vgpu_pci_boot *boot)
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
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	fprintf(stderr, "vgpu-ctl pci: not written: the next boot is as it was\n"
	        "hint: answer y, or add --yes\n");
	return false;
}

/* The part of assign and release that outlives a restart. */
static int do_persistent(const struct vgpu_pci_arguments *arg, const struct vgpu_pci_view *view)
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
	if (arg->verb == VGPU_PCI_VERB_ASSIGN) {
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

static void next_words(const struct vgpu_pci_arguments *arg, const struct vgpu_pci_guest *guest)
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

static int do_assign(const struct vgpu_pci_arguments *arg, struct vgpu_pci_view *view)
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

static int do_release(const struct vgpu_pci_arguments *arg, struct vgpu_pci_view *view)
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

static int run(const struct vgpu_pci_arguments *arg, struct vgpu_pci_xen *xen, const char *root)
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
	case VGPU_PCI_VERB_LIST:
		code = do_list(arg, &view);
		break;
	case VGPU_PCI_VERB_CHECK:
		code = do_check(arg, &view);
		break;
	case VGPU_PCI_VERB_ASSIGN:
		code = do_assign(arg, &view);
		break;
	case VGPU_PCI_VERB_RELEASE:
		code = do_release(arg, &view);
		break;
	case VGPU_PCI_VERB_CONFIG:
		code = do_config(arg, &view);
		break;
	case VGPU_PCI_VERB_COUNT:
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
	struct vgpu_pci_arguments arg;
	int code, rc;

	code = vgpu_pci_arguments_parse(&arg, argc, argv);
	if (code >= 0)
		return code;
	if (arg.sysroot[0])
		root = arg.sysroot;
	if (!xen && !root[0]) {
		rc = vgpu_pci_xen_create(&own, arg.verbose);
		if (rc && vgpu_pci_verb_changes(arg.verb))
			return no_xen(rc);
		xen = own;
	}
	if (xen && arg.wait_s)
		xen->wait_s = arg.wait_s;
	code = run(&arg, xen, root);
	if (own)
		own->impl->destroy(own);
	return code;
}

int vgpu_pci_main(int argc, char **argv)
{
	return vgpu_pci_main_with(argc, argv, NULL, "");
}
