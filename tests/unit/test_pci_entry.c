/* SPDX-License-Identifier: MIT */
/* The entries of a guest's device list, on a xenstore of this file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pci/xen_libxl.h"

#define NODES 128
#define LIST "/local/domain/0/backend/pci/7/0"

struct store {
	char path[NODES][96];
	char value[NODES][48];
};

static struct store store, snapshot; /* what is, and what a transaction has made of it */
static bool inside;
static int conflicts; /* that many transactions fail with EAGAIN */

static struct store *at(xs_transaction_t t)
{
	assert_int_equal(t != XBT_NULL, inside);
	return t == XBT_NULL ? &store : &snapshot;
}

static int find(const struct store *s, const char *path)
{
	for (int i = 0; i < NODES; i++)
		if (!strcmp(s->path[i], path))
			return i;
	return -1;
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
	assert_false(inside);
	inside = true;
	snapshot = store;
	return 1;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort_it)
{
	assert_true(inside);
	inside = false;
	if (abort_it)
		return true;
	if (conflicts > 0) {
		conflicts--;
		errno = EAGAIN;
		return false;
	}
	store = snapshot;
	return true;
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *len)
{
	struct store *s = at(t);
	int i = find(s, path);

	errno = ENOENT;
	return i < 0 ? NULL : strdup(s->value[i]);
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
              unsigned int len)
{
	struct store *s = at(t);
	int i = find(s, path);

	if (i < 0)
		i = find(s, "");
	assert_true(i >= 0 && len < sizeof(s->value[0]));
	snprintf(s->path[i], sizeof(s->path[0]), "%s", path);
	snprintf(s->value[i], sizeof(s->value[0]), "%.*s", (int)len, (const char *)data);
	return true;
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	struct store *s = at(t);
	size_t length = strlen(path);
	bool found = false;

	for (int i = 0; i < NODES; i++) {
		char end = s->path[i][0] && !strncmp(s->path[i], path, length) ? s->path[i][length]
		                                                               : 'x';

		if (end && end != '/')
			continue;
		s->path[i][0] = 0;
		found = true;
	}
	errno = ENOENT;
	return found;
}

/* Only the domains that have a backend are ever asked for. */
char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *num)
{
	char **names = calloc(2, sizeof(char *) + 8);
	char *text = (char *)(names + 2);

	assert_string_equal(path, "/local/domain/0/backend/pci");
	*num = 0;
	for (int domid = 7; domid < 9; domid++) {
		char dev[64];

		snprintf(dev, sizeof(dev), "%s/%d/0/num_devs", path, domid);
		if (find(&store, dev) < 0)
			continue;
		snprintf(text + *num * 8, 8, "%d", domid);
		names[*num] = text + *num * 8;
		(*num)++;
	}
	return names;
}

static void set(const char *path, const char *value)
{
	xs_write(NULL, XBT_NULL, path, value, (unsigned int)strlen(value));
}

static void assert_is(const char *path, const char *value)
{
	int i = find(&store, path);

	if (!value && i >= 0)
		fail_msg("%s is still there", path);
	if (value && (i < 0 || strcmp(store.value[i], value)))
		fail_msg("%s is %s, not %s", path, i < 0 ? "gone" : store.value[i], value);
}

static struct vgpu_pci_libxl xen;

static struct vgpu_pci_bdf bdf(const char *text)
{
	struct vgpu_pci_bdf found;

	assert_int_equal(vgpu_pci_bdf_parse(text, &found), 0);
	return found;
}

/* Guest 7 has two functions, guest 8 another card. */
static int fill(void **state)
{
	memset(&store, 0, sizeof(store));
	set(LIST "/num_devs", "2");
	set(LIST "/state", "4");
	set(LIST "/dev-0", "0000:02:00.0");
	set(LIST "/state-0", "3");
	set(LIST "/vdevfn-0", "28");
	set(LIST "/name-0", "card");
	set(LIST "/dev-1", "0000:02:00.1");
	set(LIST "/state-1", "3");
	set(LIST "/vdevfn-1", "29");
	set(LIST "/opts-1", "permissive=0");
	set("/local/domain/7/device/pci/0/state", "4");
	set("/local/domain/0/backend/pci/8/0/num_devs", "1");
	set("/local/domain/0/backend/pci/8/0/state", "4");
	set("/local/domain/0/backend/pci/8/0/dev-0", "0000:03:00.0");
	set("/local/domain/0/backend/pci/8/0/state-0", "3");
	return 0;
}

static void test_drop_closes_the_gap(void **state)
{
	conflicts = 2; /* somebody else writes: tried again */
	assert_int_equal(vgpu_pci_libxl_entry_drop(&xen, 7, bdf("02:00.0")), 0);
	assert_int_equal(conflicts, 0);
	assert_is(LIST "/num_devs", "1");
	assert_is(LIST "/dev-0", "0000:02:00.1");
	assert_is(LIST "/vdevfn-0", "29");
	assert_is(LIST "/opts-0", "permissive=0");
	assert_is(LIST "/name-0", NULL); /* the other had none */
	assert_is(LIST "/dev-1", NULL);
	assert_is(LIST "/state-1", NULL);
	assert_is(LIST "/opts-1", NULL);
	assert_is(LIST "/state", "4");
}

static void test_last_one_takes_the_device_along(void **state)
{
	assert_int_equal(vgpu_pci_libxl_entry_drop(&xen, 7, bdf("02:00.1")), 0);
	assert_is(LIST "/num_devs", "1");
	assert_is(LIST "/dev-0", "0000:02:00.0");
	assert_int_equal(vgpu_pci_libxl_entry_drop(&xen, 7, bdf("02:00.0")), 0);
	assert_is(LIST "/num_devs", NULL);
	assert_is(LIST "/state", NULL);
	assert_is("/local/domain/7/device/pci/0/state", NULL);
	assert_is("/local/domain/0/backend/pci/8/0/dev-0", "0000:03:00.0");
}

static void test_not_listed(void **state)
{
	struct store before = store;

	assert_int_equal(vgpu_pci_libxl_entry_drop(&xen, 7, bdf("03:00.0")), 0);
	assert_int_equal(vgpu_pci_libxl_entry_drop(&xen, 9, bdf("03:00.0")), 0);
	assert_memory_equal(&before, &store, sizeof(store));
	set(LIST "/num_devs", "2000000000");
	assert_int_equal(vgpu_pci_libxl_entry_drop(&xen, 7, bdf("02:00.0")), -EPROTO);
	assert_int_equal(vgpu_pci_libxl_entry_of(&xen, 7, bdf("02:00.0")), VGPU_PCI_ENTRY_NONE);
}

/* What a state means, and that only what is left over is cleared. */
static void test_states(void **state)
{
	static const struct {
		const char *device, *entry;
		enum vgpu_pci_libxl_entry is;
	} cases[] = {
		{ "4", "3", VGPU_PCI_ENTRY_THERE },     { "4", "5", VGPU_PCI_ENTRY_LEFT_OVER },
		{ "7", "5", VGPU_PCI_ENTRY_CLOSING },   { "8", "5", VGPU_PCI_ENTRY_CLOSING },
		{ "7", "1", VGPU_PCI_ENTRY_THERE },     { "3", "3", VGPU_PCI_ENTRY_THERE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill(NULL);
		set(LIST "/state", cases[i].device);
		set(LIST "/state-1", cases[i].entry);
		assert_int_equal(vgpu_pci_libxl_entry_of(&xen, 7, bdf("02:00.1")), cases[i].is);
		assert_int_equal(vgpu_pci_libxl_settled(&xen, 7),
		                 cases[i].device[0] != '7' && cases[i].device[0] != '8');
		assert_int_equal(vgpu_pci_libxl_entries_clear(&xen, bdf("02:00.1")), 0);
		assert_is(LIST "/dev-1", cases[i].is == VGPU_PCI_ENTRY_LEFT_OVER ? NULL : "0000:02:00.1");
		assert_is(LIST "/dev-0", "0000:02:00.0");
		assert_is("/local/domain/0/backend/pci/8/0/dev-0", "0000:03:00.0");
	}
	assert_int_equal(vgpu_pci_libxl_entry_of(&xen, 8, bdf("02:00.1")), VGPU_PCI_ENTRY_NONE);
	assert_true(vgpu_pci_libxl_settled(&xen, 9)); /* has no device at all */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_drop_closes_the_gap, fill),
		cmocka_unit_test_setup(test_last_one_takes_the_device_along, fill),
		cmocka_unit_test_setup(test_not_listed, fill),
		cmocka_unit_test_setup(test_states, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
