/* SPDX-License-Identifier: MIT */
/* --json: one object, {"schema": 1, ...}; unknown is null, numbers are numbers. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pci/lines.h"
#include "tools/pci/output.h"

static struct json_object *text(const char *value)
{
	return value && value[0] ? json_object_new_string(value) : NULL;
}

static void put(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static struct json_object *begin(void)
{
	struct json_object *object = json_object_new_object();

	put(object, "schema", json_object_new_int(VGPU_PCI_JSON_SCHEMA));
	return object;
}

static int end(FILE *out, struct json_object *object)
{
	int rc = fprintf(out, "%s\n", json_object_to_json_string_ext(object,
	                 JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)) < 0 ? -EIO : 0;

	json_object_put(object);
	return rc;
}

static struct json_object *hex(unsigned int value, int digits)
{
	char number[16];

	snprintf(number, sizeof(number), "%0*x", digits, value);
	return json_object_new_string(number);
}

static struct json_object *address(struct vgpu_pci_bdf bdf)
{
	char number[VGPU_PCI_BDF_TEXT];

	return json_object_new_string(vgpu_pci_bdf_text(bdf, number));
}

/* "flr bus" -> ["flr", "bus"]; null when there is a way but this kernel does not name it */
static struct json_object *reset_methods(const struct vgpu_pci_dev *dev)
{
	struct json_object *list;
	char copy[sizeof(dev->reset_methods)], *word, *rest;

	if (dev->reset && !dev->reset_methods[0])
		return NULL;
	list = json_object_new_array();
	snprintf(copy, sizeof(copy), "%s", dev->reset ? dev->reset_methods : "");
	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		json_object_array_add(list, json_object_new_string(word));
	return list;
}

static struct json_object *holder(const struct vgpu_pci_view *view, const struct vgpu_pci_dev *dev)
{
	struct json_object *object = json_object_new_object();
	const struct vgpu_pci_hold *hold = vgpu_pci_view_hold(view, dev->bdf);
	char detail[160];
	enum vgpu_pci_holder kind = vgpu_pci_view_holder(view, dev, detail, sizeof(detail));
	bool guest = kind == VGPU_PCI_HOLDER_GUEST;

	put(object, "kind", json_object_new_string(vgpu_pci_holder_text(kind)));
	put(object, "guest", guest ? json_object_new_string(detail) : NULL);
	put(object, "domid", guest ? json_object_new_int64(hold->domid) : NULL);
	put(object, "process", kind == VGPU_PCI_HOLDER_BACKEND ? json_object_new_string(detail) : NULL);
	return object;
}

static struct json_object *function(const struct vgpu_pci_view *view,
                                    const struct vgpu_pci_dev *dev)
{
	struct json_object *object = json_object_new_object();

	put(object, "bdf", address(dev->bdf));
	put(object, "kind", json_object_new_string(vgpu_pci_dev_kind(dev)));
	put(object, "name", text(dev->name));
	put(object, "vendor_id", hex(dev->vendor, 4));
	put(object, "device_id", hex(dev->device, 4));
	put(object, "class", hex(dev->class_code, 6));
	put(object, "driver", text(dev->driver));
	put(object, "resettable", json_object_new_boolean(dev->reset));
	put(object, "reset_methods", reset_methods(dev));
	put(object, "held_by", holder(view, dev));
	return object;
}

static struct json_object *checks(const struct vgpu_pci_report *report)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < report->count; i++) {
		struct json_object *object = json_object_new_object();
		const struct vgpu_pci_check *check = &report->checks[i];

		put(object, "id", json_object_new_string(check->id));
		put(object, "verdict", json_object_new_string(vgpu_pci_verdict_text(check->verdict)));
		put(object, "force", json_object_new_boolean(check->force));
		put(object, "text", text(check->text));
		put(object, "mend", text(check->mend));
		json_object_array_add(list, object);
	}
	return list;
}

static struct json_object *device(const struct vgpu_pci_view *view, const struct vgpu_pci_dev *dev)
{
	struct json_object *object = function(view, dev);
	struct json_object *functions = json_object_new_array();
	struct json_object *bridges = json_object_new_array();
	struct vgpu_pci_report report;
	struct vgpu_pci_group group;

	vgpu_pci_group_of(&view->tree, dev, &group);
	for (size_t i = 0; i < group.function_count; i++)
		if (group.functions[i] != dev)
			json_object_array_add(functions, function(view, group.functions[i]));
	for (size_t i = 0; i < group.bridge_count; i++)
		json_object_array_add(bridges, address(group.bridges[i]->bdf));
	vgpu_pci_checks_run(view, dev, NULL, &report);
	put(object, "functions", functions);
	put(object, "bridges", bridges);
	put(object, "boot_console", json_object_new_boolean(dev->boot_vga));
	put(object, "text_console", json_object_new_boolean(dev->fb_console));
	put(object, "passthrough", json_object_new_boolean(!vgpu_pci_report_refusal(&report, false)));
	put(object, "passthrough_with_force",
	    json_object_new_boolean(!vgpu_pci_report_refusal(&report, true)));
	put(object, "checks", checks(&report));
	return object;
}

int vgpu_pci_list_json(FILE *out, const struct vgpu_pci_view *view)
{
	struct json_object *object = begin(), *list = json_object_new_array();

	put(object, "xen", view->host_known ? json_object_new_string(view->host.version) : NULL);
	put(object, "iommu", view->host_known ? json_object_new_boolean(view->host.iommu) : NULL);
	put(object, "pciback", json_object_new_boolean(view->tree.pciback));
	for (size_t i = 0; i < view->tree.count; i++)
		if (vgpu_pci_dev_is_display(&view->tree.devs[i]))
			json_object_array_add(list, device(view, &view->tree.devs[i]));
	put(object, "devices", list);
	return end(out, object);
}

int vgpu_pci_check_json(FILE *out, const struct vgpu_pci_dev *dev,
                        const struct vgpu_pci_guest *guest, const struct vgpu_pci_report *report)
{
	struct json_object *object = begin();

	put(object, "bdf", address(dev->bdf));
	put(object, "name", text(dev->name));
	put(object, "guest", guest ? json_object_new_string(guest->name) : NULL);
	put(object, "ok", json_object_new_boolean(!vgpu_pci_report_refusal(report, false)));
	put(object, "checks", checks(report));
	return end(out, object);
}

/* What a printer of lines.h writes, as one string. */
static struct json_object *lines(const struct vgpu_pci_group *group, enum vgpu_pci_guest_type type,
                                 bool shared)
{
	struct json_object *object;
	char *buffer = NULL;
	size_t size;
	FILE *stream = open_memstream(&buffer, &size);

	if (!stream)
		return NULL;
	if (type == VGPU_PCI_GUEST_UNKNOWN)
		vgpu_pci_lines_hide(stream, group);
	else
		vgpu_pci_lines_guest(stream, group, type, shared);
	fclose(stream);
	object = json_object_new_string(buffer);
	free(buffer);
	return object;
}

int vgpu_pci_config_json(FILE *out, const struct vgpu_pci_config_input *input)
{
	struct json_object *object = begin(), *list = json_object_new_array();
	const char *names[32];
	struct vgpu_pci_group group;
	size_t count;
	bool shared;

	vgpu_pci_group_of(&input->view->tree, input->dev, &group);
	shared = vgpu_pci_group_shared_irq(&input->view->tree, &group) != NULL;
	count = vgpu_pci_rivals(&group, input->old_drivers, names, 32);
	put(object, "bdf", address(input->dev->bdf));
	put(object, "hvm", input->type == VGPU_PCI_GUEST_PV
	                           ? NULL : lines(&group, VGPU_PCI_GUEST_HVM, shared));
	put(object, "pv", input->type == VGPU_PCI_GUEST_HVM
	                          ? NULL : lines(&group, VGPU_PCI_GUEST_PV, shared));
	put(object, "kernel_command_line", lines(&group, VGPU_PCI_GUEST_UNKNOWN, shared));
	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, json_object_new_string(names[i]));
	put(object, "softdep", list);
	return end(out, object);
}
