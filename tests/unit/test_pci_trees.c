/* SPDX-License-Identifier: MIT */
/* Recorded machines: what is found, what belongs together, what the checks say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/pci_fake_xen.h"
#include "tools/pci/checks.h"
#include "tools/pci/lines.h"

struct machine {
	char root[64];
	struct fake_xen xen;
	struct vgpu_pci_view view;
};

static struct machine *machine(const char *name)
{
	struct machine *m = calloc(1, sizeof(*m));

	pci_tree_template(m->root, sizeof(m->root));
	pci_tree_unpack(name, m->root);
	fake_init(&m->xen, m->root);
	assert_int_equal(vgpu_pci_view_init(&m->view, m->root, &m->xen.base, NULL), 0);
	return m;
}

static void finish(struct machine *m)
{
	vgpu_pci_view_finish(&m->view);
	pci_tree_remove(m->root);
	free(m);
}

static const struct vgpu_pci_dev *dev(struct machine *m, const char *text)
{
	struct vgpu_pci_bdf bdf;
	const struct vgpu_pci_dev *found;

	assert_int_equal(vgpu_pci_bdf_parse(text, &bdf), 0);
	found = vgpu_pci_tree_find(&m->view.tree, bdf);
	assert_non_null(found);
	return found;
}

static void check(struct machine *m, const char *bdf, const char *id,
                  enum vgpu_pci_verdict verdict, const char *words)
{
	struct vgpu_pci_report report;
	const struct vgpu_pci_check *found;

	vgpu_pci_checks_run(&m->view, dev(m, bdf), NULL, &report);
	found = vgpu_pci_report_find(&report, id);
	assert_non_null(found);
	if (found->verdict != verdict || !strstr(found->text, words))
		fail_msg("%s %s: %s, %s", bdf, id, vgpu_pci_verdict_text(found->verdict),
		         found->text);
	if (verdict == VGPU_PCI_FAIL)
		assert_true(found->mend[0]);
}

static void test_single(void **state)
{
	struct machine *m = machine("single");
	const struct vgpu_pci_dev *gpu = dev(m, "01:00.0");
	struct vgpu_pci_group group;
	char detail[160];

	assert_int_equal(m->view.tree.count, 6);
	assert_string_equal(gpu->driver, "amdgpu");
	assert_true(gpu->boot_vga && gpu->fb_console);
	assert_false(gpu->reset);
	assert_true(gpu->caps.msi);
	assert_int_equal(gpu->caps.pcie_type, VGPU_PCIE_LEGACY);
	assert_non_null(strstr(gpu->name, "Lexa"));
	assert_false(m->view.tree.pciback);
	vgpu_pci_group_of(&m->view.tree, gpu, &group);
	assert_int_equal(group.function_count, 2);
	assert_int_equal(group.bridge_count, 0);
	assert_string_equal(vgpu_pci_dev_kind(group.functions[1]), "audio");
	assert_int_equal(vgpu_pci_view_holder(&m->view, gpu, detail, sizeof(detail)),
	                 VGPU_PCI_HOLDER_BACKEND);
	assert_string_equal(detail, "vgpu-worker (812)");
	check(m, "01:00.0", "iommu", VGPU_PCI_PASS, "4.17");
	check(m, "01:00.0", "pciback", VGPU_PCI_FAIL, "not loaded");
	check(m, "01:00.0", "backend", VGPU_PCI_FAIL, "vgpu-worker (process 812) has open renderD128");
	check(m, "01:00.0", "console", VGPU_PCI_FAIL, "text console");
	check(m, "01:00.0", "reset", VGPU_PCI_WARN, "AMD");
	check(m, "01:00.1", "functions", VGPU_PCI_FAIL, "a function of 0000:01:00.0");
	check(m, "00:01.0", "display", VGPU_PCI_FAIL, "bridge");
	finish(m);
}

static void test_dual(void **state)
{
	struct machine *m = machine("dual");
	struct vgpu_pci_group group;
	char detail[160];

	vgpu_pci_group_of(&m->view.tree, dev(m, "02:00.0"), &group);
	assert_int_equal(group.function_count, 4);
	assert_string_equal(vgpu_pci_dev_kind(group.functions[1]), "audio");
	assert_string_equal(vgpu_pci_dev_kind(group.functions[2]), "usb");
	assert_string_equal(vgpu_pci_dev_kind(group.functions[3]), "usb-c");
	assert_ptr_equal(vgpu_pci_group_display(&group), dev(m, "02:00.0"));
	assert_int_equal(vgpu_pci_view_holder(&m->view, dev(m, "02:00.0"), detail, sizeof(detail)),
	                 VGPU_PCI_HOLDER_DOM0);
	assert_string_equal(detail, "nouveau");
	assert_true(dev(m, "02:00.0")->caps.flr);
	check(m, "02:00.0", "functions", VGPU_PCI_PASS, "4 functions together");
	check(m, "02:00.0", "console", VGPU_PCI_PASS, "not");
	check(m, "02:00.0", "backend", VGPU_PCI_PASS, "not");
	check(m, "02:00.0", "interrupt", VGPU_PCI_WARN, "line 17 with 0000:01:00.1");
	check(m, "02:00.0", "bar-page", VGPU_PCI_PASS, "");
	check(m, "02:00.0", "reset", VGPU_PCI_PASS, "flr bus");
	check(m, "02:00.3", "functions", VGPU_PCI_FAIL, "a function of 0000:02:00.0");
	check(m, "01:00.0", "console", VGPU_PCI_FAIL, "console");
	check(m, "01:00.0", "backend", VGPU_PCI_FAIL, "renderD128");
	finish(m);
}

static void test_hybrid(void **state)
{
	struct machine *m = machine("hybrid");
	struct vgpu_pci_needs needs;

	assert_true(vgpu_pci_dev_is_display(dev(m, "01:00.0"))); /* a 3D controller */
	assert_true(vgpu_pci_dev_is_igd(dev(m, "00:02.0")));
	check(m, "01:00.0", "in-use", VGPU_PCI_FAIL, "python3 (process 700) has nvidia0");
	check(m, "01:00.0", "console", VGPU_PCI_PASS, "");
	check(m, "00:02.0", "backend", VGPU_PCI_FAIL, "vgpu-worker");
	check(m, "00:02.0", "console", VGPU_PCI_FAIL, "");
	needs = vgpu_pci_needs_of(dev(m, "00:02.0"), VGPU_PCI_GUEST_HVM, false);
	assert_true(needs.permissive && needs.rdm_host && !needs.msitranslate);
	needs = vgpu_pci_needs_of(dev(m, "01:00.0"), VGPU_PCI_GUEST_HVM, true);
	assert_false(needs.permissive || needs.rdm_host || needs.msitranslate);
	needs = vgpu_pci_needs_of(dev(m, "01:00.1"), VGPU_PCI_GUEST_HVM, true);
	assert_false(needs.msitranslate); /* NVIDIA too */
	finish(m);
}

static void test_switch(void **state)
{
	struct machine *m = machine("switch");
	struct vgpu_pci_group group;

	vgpu_pci_group_of(&m->view.tree, dev(m, "06:00.0"), &group);
	assert_int_equal(group.function_count, 2);
	/* the AMD card's own two bridges, and the port above that only leads to it */
	assert_int_equal(group.bridge_count, 3);
	assert_ptr_equal(group.bridges[0], dev(m, "05:00.0"));
	assert_ptr_equal(group.bridges[1], dev(m, "04:00.0"));
	assert_ptr_equal(group.bridges[2], dev(m, "02:10.0"));
	check(m, "06:00.0", "isolation", VGPU_PCI_WARN, "0000:02:10.0");
	check(m, "03:00.0", "isolation", VGPU_PCI_PASS, "");
	check(m, "06:00.0", "reset", VGPU_PCI_WARN, "AMD");
	check(m, "03:00.0", "functions", VGPU_PCI_PASS, "1 function together");
	check(m, "03:00.0", "backend", VGPU_PCI_FAIL,
	      "vgpu-backendd (process 900) is configured for renderD129");
	check(m, "06:00.0", "backend", VGPU_PCI_PASS, "");
	assert_true(dev(m, "02:08.0")->caps.acs);
	finish(m);
}

static void test_legacy(void **state)
{
	struct machine *m = machine("legacy");
	struct vgpu_pci_group group;

	vgpu_pci_group_of(&m->view.tree, dev(m, "02:00.0"), &group);
	assert_int_equal(group.stranger_count, 1);
	check(m, "02:00.0", "functions", VGPU_PCI_FAIL, "0000:02:01.0");
	check(m, "00:05.0", "bar-page", VGPU_PCI_FAIL, "0000:00:06.0");
	check(m, "00:05.0", "interrupt", VGPU_PCI_WARN, "line 20");
	assert_true(vgpu_pci_needs_of(dev(m, "00:05.0"), VGPU_PCI_GUEST_HVM, true).msitranslate ==
	            false); /* it has no MSI */
	finish(m);
}

static void test_without_iommu_or_xen(void **state)
{
	struct machine *m = machine("dual");

	m->xen.iommu = false;
	assert_int_equal(vgpu_pci_view_refresh(&m->view), 0);
	check(m, "02:00.0", "iommu", VGPU_PCI_FAIL, "no IOMMU");
	m->view.xen = NULL;
	m->view.host_known = false;
	check(m, "02:00.0", "iommu", VGPU_PCI_FAIL, "no Dom0");
	finish(m);
}

/* Every prefix of a config space is read without running past its end. */
static void test_caps_truncated(void **state)
{
	struct machine *m = machine("switch");
	uint8_t config[4096];
	char path[PATH_MAX];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/0000:02:08.0/config", m->root);
	file = fopen(path, "r");
	size = fread(config, 1, sizeof(config), file);
	fclose(file);
	assert_int_equal(size, 4096);
	for (size_t length = 0; length <= size; length++) {
		uint8_t *copy = malloc(length ? length : 1); /* the sanitizer guards its end */
		struct vgpu_pci_caps caps;

		memcpy(copy, config, length);
		vgpu_pci_caps_parse(copy, length, &caps);
		assert_int_equal(caps.known, length >= 64);
		assert_int_equal(caps.acs, length >= 0x150);
		free(copy);
	}
	/* a list that leads back to itself ends */
	config[0x41] = 0x40;
	vgpu_pci_caps_parse(config, size, &(struct vgpu_pci_caps){ 0 });
	config[0x41] = 0x60;
	config[0x102] = 0x00;
	config[0x103] = 0x10; /* next: 0x100 */
	vgpu_pci_caps_parse(config, size, &(struct vgpu_pci_caps){ 0 });
	finish(m);
}

static void test_bdf(void **state)
{
	static const char *const bad[] = { "", "1", "01:00", "01:00.8", "01:20.0", "x:00.0", "01:00.0x",
		                           "001:00.0", "0000:01:00.0 ", "1:2:3:4.0", "01:00.", ":00.0" };
	struct vgpu_pci_bdf bdf = { 0 };
	char text[VGPU_PCI_BDF_TEXT];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(vgpu_pci_bdf_parse(bad[i], &bdf), -EINVAL);
	assert_int_equal(vgpu_pci_bdf_parse("0a:1f.7", &bdf), 0);
	assert_string_equal(vgpu_pci_bdf_text(bdf, text), "0000:0a:1f.7");
	assert_int_equal(vgpu_pci_bdf_parse("10000:01:00.0", &bdf), 0);
	assert_int_equal(bdf.domain, 0x10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bdf),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_dual),
		cmocka_unit_test(test_hybrid),
		cmocka_unit_test(test_switch),
		cmocka_unit_test(test_legacy),
		cmocka_unit_test(test_without_iommu_or_xen),
		cmocka_unit_test(test_caps_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
