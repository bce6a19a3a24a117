/* SPDX-License-Identifier: MIT */
#include "tools/pci/checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What the checks of one run share. */
struct run {
	const struct vgpu_pci_view *view;
	const struct vgpu_pci_dev *dev;
	const struct vgpu_pci_guest *guest; /* or NULL */
	struct vgpu_pci_group group;
	struct vgpu_pci_report *report;
};

__attribute__((format(printf, 4, 5)))
static struct vgpu_pci_check *found(struct run *run, const char *id, enum vgpu_pci_verdict verdict,
                                    const char *format, ...)
{
	struct vgpu_pci_check *check = &run->report->checks[run->report->count++];
	va_list args;

	*check = (struct vgpu_pci_check){ .id = id, .verdict = verdict };
	va_start(args, format);
	vsnprintf(check->text, sizeof(check->text), format, args);
	va_end(args);
	return check;
}

__attribute__((format(printf, 2, 3)))
static void mend(struct vgpu_pci_check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(check->mend, sizeof(check->mend), format, args);
	va_end(args);
}

/* "0000:01:00.0 (GeForce ...)" in one of a few buffers, for one message */
static const char *named(const struct vgpu_pci_dev *dev)
{
	static __thread char texts[4][256];
	static __thread unsigned int next;
	char *text = texts[next++ % 4];
	char bdf[VGPU_PCI_BDF_TEXT];

	snprintf(text, sizeof(texts[0]), "%s (%s)", vgpu_pci_bdf_text(dev->bdf, bdf), dev->name);
	return text;
}

static const char *address(const struct vgpu_pci_dev *dev)
{
	static __thread char texts[4][VGPU_PCI_BDF_TEXT];
	static __thread unsigned int next;

	return vgpu_pci_bdf_text(dev->bdf, texts[next++ % 4]);
}

/* ---- the host ---------------------------------------------------------------- */

static void check_iommu(struct run *run)
{
	struct vgpu_pci_check *check;

	if (!run->view->xen) {
		check = found(run, "iommu", VGPU_PCI_FAIL, "this is no Dom0 of a running Xen");
		mend(check, "boot the Xen entry of the boot menu, as root run this again");
	} else if (!run->view->host_known) {
		check = found(run, "iommu", VGPU_PCI_FAIL, "Xen does not say whether it has an IOMMU: %s",
		              run->view->xen->why);
		mend(check, "xl info | grep virt_caps");
	} else if (!run->view->host.iommu) {
		check = found(run, "iommu", VGPU_PCI_FAIL,
		              "no IOMMU: Xen cannot keep %s inside a guest", address(run->dev));
		mend(check, "switch on VT-d or AMD-Vi in the firmware; then: xl dmesg | grep -i iommu");
	} else {
		found(run, "iommu", VGPU_PCI_PASS, "Xen %s uses the IOMMU", run->view->host.version);
	}
}

static void check_pciback(struct run *run)
{
	if (run->view->tree.pciback)
		found(run, "pciback", VGPU_PCI_PASS, "the pciback driver is there");
	else
		mend(found(run, "pciback", VGPU_PCI_FAIL, "the pciback driver is not loaded"),
		     "modprobe xen-pciback");
}

/* ---- the device ------------------------------------------------------------------ */

static void check_functions(struct run *run)
{
	const struct vgpu_pci_group *group = &run->group;
	const struct vgpu_pci_dev *display = vgpu_pci_group_display(group);
	char list[200] = "";
	size_t at = 0;

	if (group->stranger_count) {
		struct vgpu_pci_check *check =
			found(run, "functions", VGPU_PCI_FAIL,
		              "%s sits behind one bridge to conventional PCI with %s: they cannot be "
		              "told apart", address(run->dev), named(group->strangers[0]));

		mend(check, "move one of the cards to another slot");
		return;
	}
	if (display && display != run->dev) {
		mend(found(run, "functions", VGPU_PCI_FAIL,
		           "%s is a function of %s: a device goes with all its functions",
		           named(run->dev), named(display)),
		     "vgpu-ctl pci assign %s", address(display));
		return;
	}
	for (size_t i = 0; i < group->function_count && at < sizeof(list); i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s (%s)", i ? ", " : "",
		                       address(group->functions[i]),
		                       vgpu_pci_dev_kind(group->functions[i]));
	found(run, "functions", VGPU_PCI_PASS, "%zu function%s together: %s", group->function_count,
	      group->function_count == 1 ? "" : "s", list);
}

static void check_display(struct run *run)
{
	if (run->dev->bridge)
		mend(found(run, "display", VGPU_PCI_FAIL, "%s is a bridge, not a device",
		           named(run->dev)), "vgpu-ctl pci list");
	else if (!vgpu_pci_group_display(&run->group))
		found(run, "display", VGPU_PCI_WARN, "%s is no display device", named(run->dev));
}

/* Another guest has one of the functions. */
static void check_held(struct run *run)
{
	for (size_t i = 0; i < run->group.function_count; i++) {
		const struct vgpu_pci_dev *dev = run->group.functions[i];
		const struct vgpu_pci_hold *hold = vgpu_pci_view_hold(run->view, dev->bdf);

		if (!hold)
			continue;
		if (hold->stale) {
			mend(found(run, "held", VGPU_PCI_WARN,
			           "%s: libxl still records %s as its owner, which does not have it",
			           named(dev), hold->guest),
			     "assign and release both clear that record");
			return;
		}
		if (run->guest && hold->domid == run->guest->domid) {
			found(run, "held", VGPU_PCI_PASS, "guest %s has %s already", hold->guest,
			      address(dev));
			return;
		}
		mend(found(run, "held", VGPU_PCI_FAIL, "%s is held by guest %s (domain %u)", named(dev),
		           hold->guest, hold->domid),
		     "vgpu-ctl pci release %s", address(run->group.functions[0]));
		return;
	}
	found(run, "held", VGPU_PCI_PASS, "no guest holds it");
}

static void check_backend(struct run *run)
{
	for (size_t i = 0; i < run->group.function_count; i++) {
		const struct vgpu_pci_dev *dev = run->group.functions[i];
		const struct vgpu_pci_user *user = vgpu_pci_users_find(&run->view->users, dev->bdf);

		if (user && user->backend) {
			mend(found(run, "backend", VGPU_PCI_FAIL,
			           "the vgpu backend draws on %s: %s (process %d) %s %s",
			           named(dev), user->program, user->pid,
			           user->told ? "is configured for" : "has open", user->node),
			     "configure the backend to use another GPU, or stop it: "
			     "systemctl stop vgpu-backendd");
			return;
		}
	}
	found(run, "backend", VGPU_PCI_PASS, "the vgpu backend does not draw on it");
}

static void check_in_use(struct run *run)
{
	for (size_t i = 0; i < run->group.function_count; i++) {
		const struct vgpu_pci_dev *dev = run->group.functions[i];
		const struct vgpu_pci_user *user = vgpu_pci_users_find(&run->view->users, dev->bdf);

		if (user && !user->backend) {
			struct vgpu_pci_check *check =
				found(run, "in-use", VGPU_PCI_FAIL, "%s is used in Dom0: %s "
			              "(process %d) has %s open", named(dev), user->program,
			              user->pid, user->node);

			check->force = true;
			mend(check, "end %s first, or --force if it survives losing the device",
			     user->program);
			return;
		}
	}
	found(run, "in-use", VGPU_PCI_PASS, "no program of Dom0 has it open");
}

static void check_console(struct run *run)
{
	for (size_t i = 0; i < run->group.function_count; i++) {
		const struct vgpu_pci_dev *dev = run->group.functions[i];
		struct vgpu_pci_check *check;

		if ((!dev->boot_vga && !dev->fb_console) || vgpu_pci_dev_on_pciback(dev))
			continue;
		check = found(run, "console", VGPU_PCI_FAIL, "%s is the console: %s", named(dev),
		              dev->fb_console ? "Dom0's text console is on it"
		                              : "the firmware started on it");
		check->force = true;
		mend(check, "make another GPU the primary one in the firmware and hide this one at "
		            "boot (vgpu-ctl pci config %s), or --force and lose the screen",
		     address(dev));
		return;
	}
	found(run, "console", VGPU_PCI_PASS, "it is not the console");
}

static void check_interrupt(struct run *run)
{
	const struct vgpu_pci_dev *other = vgpu_pci_group_shared_irq(&run->view->tree, &run->group);
	bool msi = true;

	for (size_t i = 0; i < run->group.function_count; i++)
		msi = msi && (run->group.functions[i]->caps.msi || run->group.functions[i]->caps.msix);
	if (!other)
		found(run, "interrupt", VGPU_PCI_PASS, "its interrupt line is its own");
	else
		mend(found(run, "interrupt", VGPU_PCI_WARN,
		           "it shares interrupt line %u with %s%s: a guest can disturb that device",
		           other->irq, named(other), msi ? " (both could use MSI)" : ""),
		     "move the card to another slot, or keep to guests that you trust");
}

static void check_page(struct run *run)
{
	const struct vgpu_pci_dev *other = vgpu_pci_group_shared_page(&run->view->tree, &run->group);

	if (!other)
		found(run, "bar-page", VGPU_PCI_PASS, "no page of its registers is shared");
	else
		mend(found(run, "bar-page", VGPU_PCI_FAIL,
		           "a 4 KiB page of its registers also has registers of %s", named(other)),
		     "Dom0's command line: pci=resource_alignment=12@%s", address(run->dev));
}

static void check_isolation(struct run *run)
{
	const struct vgpu_pci_dev *port = vgpu_pci_group_leak(&run->view->tree, &run->group);

	if (port)
		mend(found(run, "isolation", VGPU_PCI_WARN,
		           "switch port %s does not keep its neighbours apart (no ACS): the guest's "
		           "device could reach another card behind the switch", named(port)),
		     "pass all cards behind that switch to the same guest, or move one");
	else
		found(run, "isolation", VGPU_PCI_PASS, "no other card can be reached past the IOMMU");
}

static void check_reset(struct run *run)
{
	const struct vgpu_pci_dev *bad = NULL;

	for (size_t i = 0; i < run->group.function_count && !bad; i++)
		if (!run->group.functions[i]->reset)
			bad = run->group.functions[i];
	if (!bad) {
		const struct vgpu_pci_dev *dev = run->dev;

		found(run, "reset", VGPU_PCI_PASS, "it can be reset (%s)",
		      dev->reset_methods[0] ? dev->reset_methods : "method not named by this kernel");
		return;
	}
	if (bad->vendor == VGPU_PCI_VENDOR_AMD)
		mend(found(run, "reset", VGPU_PCI_WARN,
		           "%s cannot be reset: on AMD cards a second start of the guest may hang the "
		           "host", named(bad)),
		     "install the vendor-reset module, or restart the host between guests");
	else
		mend(found(run, "reset", VGPU_PCI_WARN,
		           "%s cannot be reset: the next owner finds it as the guest left it",
		           named(bad)),
		     "restart the host before giving it to a guest that is trusted less");
}

/* ---- the guest ------------------------------------------------------------------ */

static void check_guest_type(struct run *run)
{
	const struct vgpu_pci_guest *guest = run->guest;
	struct vgpu_pci_check *check;

	switch (guest->type) {
	case VGPU_PCI_GUEST_PVH:
		check = found(run, "guest-type", VGPU_PCI_FAIL,
		              "guest %s is PVH: Xen passes no devices to PVH guests", guest->name);
		mend(check, "set type=\"hvm\" (or \"pv\" with e820_host=1) in %s",
		     guest->config_path[0] ? guest->config_path : "its configuration");
		break;
	case VGPU_PCI_GUEST_PV:
		if (guest->e820_host == 1)
			found(run, "guest-type", VGPU_PCI_PASS, "guest %s is PV with e820_host=1",
			      guest->name);
		else
			mend(found(run, "guest-type", VGPU_PCI_WARN,
			           "guest %s is PV without e820_host=1: large register windows may "
			           "not fit into its memory map", guest->name),
			     "add e820_host=1 to %s and start the guest again",
			     guest->config_path[0] ? guest->config_path : "its configuration");
		break;
	case VGPU_PCI_GUEST_HVM:
		found(run, "guest-type", VGPU_PCI_PASS, "guest %s is HVM", guest->name);
		break;
	case VGPU_PCI_GUEST_UNKNOWN:
		found(run, "guest-type", VGPU_PCI_WARN, "what type guest %s has is not known",
		      guest->name);
		break;
	}
}

static void check_guest_state(struct run *run)
{
	const struct vgpu_pci_guest *guest = run->guest;

	if (guest->domid == VGPU_PCI_NO_DOMID)
		found(run, "hot-plug", VGPU_PCI_PASS,
		      "guest %s does not run: it gets the device when it starts", guest->name);
	else if (guest->passthrough <= 0)
		mend(found(run, "hot-plug", guest->passthrough < 0 ? VGPU_PCI_WARN : VGPU_PCI_FAIL,
		           "guest %s (domain %u) was %sstarted without passthrough: Xen gives it no "
		           "device while it runs", guest->name, guest->domid,
		           guest->passthrough < 0 ? "perhaps " : ""),
		     "add passthrough=\"enabled\" (or the pci= line) to %s and start it again",
		     guest->config_path[0] ? guest->config_path : "its configuration");
	else
		found(run, "hot-plug", VGPU_PCI_PASS, "guest %s (domain %u) can take it while it runs",
		      guest->name, guest->domid);
	if (guest->populate_on_demand)
		mend(found(run, "guest-memory", VGPU_PCI_FAIL,
		           "guest %s starts with less memory than maxmem: that excludes devices",
		           guest->name),
		     "set maxmem to the same value as memory in its configuration");
}

/* A guest's file that names some functions of the device and not the others. */
static void check_guest_config(struct run *run)
{
	const struct vgpu_pci_dev *missing = NULL;
	size_t named_count = 0;

	for (size_t f = 0; f < run->group.function_count; f++) {
		bool there = false;

		for (size_t i = 0; i < run->guest->configured_count && !there; i++)
			there = !vgpu_pci_bdf_compare(run->guest->configured[i],
			                              run->group.functions[f]->bdf);
		if (there)
			named_count++;
		else
			missing = run->group.functions[f];
	}
	if (named_count && missing)
		mend(found(run, "guest-config", VGPU_PCI_FAIL,
		           "%s leaves function %s behind", run->guest->config_path, named(missing)),
		     "vgpu-ctl pci config %s prints the whole pci= line", address(run->dev));
	else if (named_count)
		found(run, "guest-config", VGPU_PCI_PASS, "%s names all its functions",
		      run->guest->config_path);
}

static void check_migration(struct run *run)
{
	mend(found(run, "migration", VGPU_PCI_WARN,
	           "guest %s cannot be saved or migrated while it has a device", run->guest->name),
	     "vgpu-ctl pci release %s before xl save or xl migrate", address(run->dev));
}

void vgpu_pci_checks_run(const struct vgpu_pci_view *view, const struct vgpu_pci_dev *dev,
                         const struct vgpu_pci_guest *guest, struct vgpu_pci_report *report_out)
{
	struct run run = { .view = view, .dev = dev, .guest = guest, .report = report_out };

	report_out->count = 0;
	vgpu_pci_group_of(&view->tree, dev, &run.group);
	check_iommu(&run);
	check_pciback(&run);
	check_display(&run);
	check_functions(&run);
	check_held(&run);
	check_backend(&run);
	check_console(&run);
	check_in_use(&run);
	check_interrupt(&run);
	check_page(&run);
	check_isolation(&run);
	check_reset(&run);
	if (!guest)
		return;
	check_guest_type(&run);
	check_guest_state(&run);
	check_guest_config(&run);
	check_migration(&run);
}

const struct vgpu_pci_check *vgpu_pci_report_refusal(const struct vgpu_pci_report *report,
                                                     bool forced)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct vgpu_pci_check *check = &report->checks[i];

		if (check->verdict == VGPU_PCI_FAIL && !(forced && check->force))
			return check;
	}
	return NULL;
}

const struct vgpu_pci_check *vgpu_pci_report_find(const struct vgpu_pci_report *report,
                                                  const char *id)
{
	for (size_t i = 0; i < report->count; i++)
		if (!strcmp(report->checks[i].id, id))
			return &report->checks[i];
	return NULL;
}

const char *vgpu_pci_verdict_text(enum vgpu_pci_verdict verdict)
{
	return verdict == VGPU_PCI_PASS ? "PASS" : verdict == VGPU_PCI_WARN ? "WARN" : "FAIL";
}
