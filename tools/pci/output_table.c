/* SPDX-License-Identifier: MIT */
/* list as a table, check as lines, config as text to paste. */
#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pci/lines.h"
#include "tools/pci/output.h"

enum column {
	COLUMN_BDF,
	COLUMN_NAME,
	COLUMN_DRIVER,
	COLUMN_FUNCTIONS,
	COLUMN_BRIDGES,
	COLUMN_RESET,
	COLUMN_HELD_BY,
	COLUMN_PASS,
	COLUMN_WHY,
	COLUMN_COUNT,
};

static const struct {
	const char *name, *help;
	bool by_default;
} columns[COLUMN_COUNT] = {
	[COLUMN_BDF] = { "BDF", "PCI address", true },
	[COLUMN_NAME] = { "NAME", "vendor and device", true },
	[COLUMN_DRIVER] = { "DRIVER", "the driver that is bound", true },
	[COLUMN_FUNCTIONS] = { "FUNCTIONS", "the other functions that go with it", true },
	[COLUMN_BRIDGES] = { "BRIDGES", "the card's own bridges (they stay)", false },
	[COLUMN_RESET] = { "RESET", "reset methods", true },
	[COLUMN_HELD_BY] = { "HELD-BY", "what has it now", true },
	[COLUMN_PASS] = { "PASS", "yes, force, or no: can it be passed through?", true },
	[COLUMN_WHY] = { "WHY", "why not, or what to know", true },
};

static int find_column(const char *name, size_t length)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (strlen(columns[i].name) == length && !strncasecmp(columns[i].name, name, length))
			return i;
	return -1;
}

static int choose(const char *list, int chosen[], size_t max, const char **bad_out)
{
	int count = 0;

	if (!list) {
		for (int i = 0; i < COLUMN_COUNT; i++)
			if (columns[i].by_default)
				chosen[count++] = i;
		return count;
	}
	while (*list) {
		size_t length = strcspn(list, ",");
		int column = find_column(list, length);

		if (column < 0 || (size_t)count == max) {
			*bad_out = list;
			return -EINVAL;
		}
		chosen[count++] = column;
		list += length + (list[length] == ',');
	}
	return count;
}

/* The address without the part that all functions of the display device share: ".1" */
static void functions_text(const struct vgpu_pci_group *group, const struct vgpu_pci_dev *dev,
                           char *out, size_t size)
{
	size_t at = 0;

	out[0] = 0;
	for (size_t i = 0; i < group->function_count && at < size; i++)
		if (group->functions[i] != dev)
			at += (size_t)snprintf(out + at, size - at, "%s.%x %s", at ? ", " : "",
			                       group->functions[i]->bdf.func,
			                       vgpu_pci_dev_kind(group->functions[i]));
}

static void bridges_text(const struct vgpu_pci_group *group, char *out, size_t size)
{
	char bdf[VGPU_PCI_BDF_TEXT];
	size_t at = 0;

	out[0] = 0;
	for (size_t i = 0; i < group->bridge_count && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "",
		                       vgpu_pci_bdf_text(group->bridges[i]->bdf, bdf));
}

static void held_text(const struct vgpu_pci_view *view, const struct vgpu_pci_dev *dev, char *out,
                      size_t size)
{
	char detail[160];

	switch (vgpu_pci_view_holder(view, dev, detail, sizeof(detail))) {
	case VGPU_PCI_HOLDER_NONE:
		snprintf(out, size, "nobody");
		break;
	case VGPU_PCI_HOLDER_DOM0:
		snprintf(out, size, "Dom0");
		break;
	case VGPU_PCI_HOLDER_CONSOLE:
		snprintf(out, size, "Dom0's console");
		break;
	case VGPU_PCI_HOLDER_BACKEND:
		snprintf(out, size, "vgpu backend: %s", detail);
		break;
	case VGPU_PCI_HOLDER_PCIBACK:
		snprintf(out, size, "pciback (free)");
		break;
	case VGPU_PCI_HOLDER_GUEST:
		snprintf(out, size, "guest %s", detail);
		break;
	}
}

/* The first FAIL, or else the first WARN that says something about the device. */
static const struct vgpu_pci_check *reason(const struct vgpu_pci_report *report)
{
	const struct vgpu_pci_check *check = vgpu_pci_report_refusal(report, true);

	if (!check)
		check = vgpu_pci_report_refusal(report, false);
	for (size_t i = 0; i < report->count && !check; i++)
		if (report->checks[i].verdict == VGPU_PCI_WARN)
			check = &report->checks[i];
	return check;
}

static void cell_text(const struct vgpu_pci_view *view, const struct vgpu_pci_dev *dev,
                      const struct vgpu_pci_report *report, enum column column, char *out,
                      size_t size)
{
	const struct vgpu_pci_check *check;
	struct vgpu_pci_group group;

	out[0] = 0;
	switch (column) {
	case COLUMN_BDF:
		vgpu_pci_bdf_text(dev->bdf, out);
		break;
	case COLUMN_NAME:
		snprintf(out, size, "%s", dev->name);
		break;
	case COLUMN_DRIVER:
		snprintf(out, size, "%s", dev->driver[0] ? dev->driver : "-");
		break;
	case COLUMN_FUNCTIONS:
		vgpu_pci_group_of(&view->tree, dev, &group);
		functions_text(&group, dev, out, size);
		break;
	case COLUMN_BRIDGES:
		vgpu_pci_group_of(&view->tree, dev, &group);
		bridges_text(&group, out, size);
		break;
	case COLUMN_RESET:
		snprintf(out, size, "%s", !dev->reset ? "none" : dev->reset_methods[0]
		                                              ? dev->reset_methods : "yes");
		break;
	case COLUMN_HELD_BY:
		held_text(view, dev, out, size);
		break;
	case COLUMN_PASS:
		snprintf(out, size, "%s", !vgpu_pci_report_refusal(report, false) ? "yes"
		                          : !vgpu_pci_report_refusal(report, true) ? "force" : "no");
		break;
	case COLUMN_WHY:
		check = reason(report);
		snprintf(out, size, "%s", check ? check->text : "");
		break;
	case COLUMN_COUNT:
		break;
	}
}

static int fill_line(struct libscols_line *line, const struct vgpu_pci_view *view,
                     const struct vgpu_pci_dev *dev, const int chosen[], int count)
{
	struct vgpu_pci_report report;
	char text[512];
	int rc = 0;

	vgpu_pci_checks_run(view, dev, NULL, &report);
	for (int i = 0; i < count && rc == 0; i++) {
		cell_text(view, dev, &report, (enum column)chosen[i], text, sizeof(text));
		rc = scols_line_set_data(line, (size_t)i, text);
	}
	return rc;
}

int vgpu_pci_list_table(FILE *out, const struct vgpu_pci_view *view,
                        const struct vgpu_pci_list_options *options, const char **bad_out)
{
	struct libscols_table *table;
	int chosen[32], count, rc = 0;

	count = choose(options->columns, chosen, sizeof(chosen) / sizeof(chosen[0]), bad_out);
	if (count < 0)
		return count;
	table = scols_new_table();
	if (!table)
		return -ENOMEM;
	scols_table_enable_noheadings(table, !options->headings);
	scols_table_set_stream(table, out);
	for (int i = 0; i < count && rc == 0; i++) {
		bool wide = chosen[i] == COLUMN_WHY || chosen[i] == COLUMN_NAME;

		if (!scols_table_new_column(table, columns[chosen[i]].name, wide ? 0.3 : 0,
		                            wide ? SCOLS_FL_WRAP : 0))
			rc = -ENOMEM;
	}
	for (size_t i = 0; i < view->tree.count && rc == 0; i++) {
		struct libscols_line *line;

		if (!vgpu_pci_dev_is_display(&view->tree.devs[i]))
			continue;
		line = scols_table_new_line(table, NULL);
		rc = line ? fill_line(line, view, &view->tree.devs[i], chosen, count) : -ENOMEM;
	}
	if (rc == 0)
		rc = scols_print_table(table);
	scols_unref_table(table);
	return rc;
}

void vgpu_pci_list_help_columns(FILE *out)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		fprintf(out, "%-10s %s%s\n", columns[i].name, columns[i].help,
		        columns[i].by_default ? "" : " (not by default)");
}

void vgpu_pci_check_text(FILE *out, const struct vgpu_pci_report *report, bool colour)
{
	static const char *const paint[] = { "\033[32m", "\033[33m", "\033[31m" };

	for (size_t i = 0; i < report->count; i++) {
		const struct vgpu_pci_check *check = &report->checks[i];

		fprintf(out, "%s%s%s  %-13s %s\n", colour ? paint[check->verdict] : "",
		        vgpu_pci_verdict_text(check->verdict), colour ? "\033[0m" : "", check->id,
		        check->text);
		if (check->verdict != VGPU_PCI_PASS && check->mend[0])
			fprintf(out, "      %-13s -> %s\n", "", check->mend);
	}
}

void vgpu_pci_config_text(FILE *out, const struct vgpu_pci_config_input *input)
{
	const char *names[32];
	struct vgpu_pci_group group;
	bool shared;
	size_t count;

	vgpu_pci_group_of(&input->view->tree, input->dev, &group);
	shared = vgpu_pci_group_shared_irq(&input->view->tree, &group) != NULL;
	count = vgpu_pci_rivals(&group, input->old_drivers, names, 32);
	if (input->type != VGPU_PCI_GUEST_PV) {
		fprintf(out, "# an HVM guest: /etc/xen/GUEST.cfg\n");
		vgpu_pci_lines_guest(out, &group, VGPU_PCI_GUEST_HVM, shared);
		fprintf(out, "\n");
	}
	if (input->type != VGPU_PCI_GUEST_HVM) {
		fprintf(out, "# a PV guest: /etc/xen/GUEST.cfg\n");
		vgpu_pci_lines_guest(out, &group, VGPU_PCI_GUEST_PV, shared);
		fprintf(out, "\n");
	}
	fprintf(out, "# Dom0's kernel command line, so that no driver of Dom0 takes it at boot\n");
	vgpu_pci_lines_hide(out, &group);
	fprintf(out, "\n\n# /etc/modprobe.d/vgpu-pci.conf, then: update-initramfs -u\n");
	vgpu_pci_lines_softdep(out, names, count);
}
