/* SPDX-License-Identifier: MIT */
/*
 * LD_PRELOAD: kills the process with SIGKILL right after its n-th change to the host.
 *   KILL_AFTER=n        count from 1; 0: never
 *   KILL_COUNT=FILE     how many there were is written here when the process ends by itself
 *   KILL_LEVEL=libxl    changes are calls of libxl (assignable, add, remove)
 *   KILL_LEVEL=deep     changes are what libxl does inside: every write to sysfs, every
 *                       write, removal and committed transaction in xenstore
 */
#include <dlfcn.h>
#include <libxl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include <xenstore.h>

static int count;

static bool level(const char *name)
{
	const char *wanted = getenv("KILL_LEVEL");

	return wanted && !strcmp(wanted, name);
}

static void changed(const char *name)
{
	const char *after = getenv("KILL_AFTER");

	if (!level(name))
		return;
	count++;
	if (after && count == atoi(after))
		kill(getpid(), SIGKILL);
}

__attribute__((destructor)) static void tell(void)
{
	const char *path = getenv("KILL_COUNT");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (file) {
		fprintf(file, "%d\n", count);
		fclose(file);
	}
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int libxl_device_pci_assignable_add(libxl_ctx *ctx, libxl_device_pci *pci, int rebind)
{
	int rc = REAL(libxl_device_pci_assignable_add)(ctx, pci, rebind);

	changed("libxl");
	return rc;
}

int libxl_device_pci_assignable_remove(libxl_ctx *ctx, libxl_device_pci *pci, int rebind)
{
	int rc = REAL(libxl_device_pci_assignable_remove)(ctx, pci, rebind);

	changed("libxl");
	return rc;
}

int libxl_device_pci_add(libxl_ctx *ctx, uint32_t domid, libxl_device_pci *pci,
                         const libxl_asyncop_how *how)
{
	int rc = REAL(libxl_device_pci_add)(ctx, domid, pci, how);

	changed("libxl");
	return rc;
}

int libxl_device_pci_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_pci *pci,
                            const libxl_asyncop_how *how)
{
	int rc = REAL(libxl_device_pci_remove)(ctx, domid, pci, how);

	changed("libxl");
	return rc;
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
              unsigned int len)
{
	bool ok = REAL(xs_write)(h, t, path, data, len);

	if (t == XBT_NULL)
		changed("deep");
	return ok;
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	bool ok = REAL(xs_rm)(h, t, path);

	if (t == XBT_NULL)
		changed("deep");
	return ok;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort_it)
{
	bool ok = REAL(xs_transaction_end)(h, t, abort_it);

	if (!abort_it)
		changed("deep");
	return ok;
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t n = REAL(write)(fd, data, size);
	char link[64], path[256];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length > 0) {
		path[length] = 0;
		if (!strncmp(path, "/sys/", 5))
			changed("deep");
	}
	return n;
}
