/* SPDX-License-Identifier: MIT */
#include "tools/ctl/xenstore.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <xenstore.h>

#include "protocol/vgpuif.h"
#include "tools/common/tool.h"

#define CLASS VGPUIF_DEVICE_CLASS

struct xs_handle *vgpu_ctl_xs_open(void)
{
	struct xs_handle *xs = xs_open(0);

	if (!xs && (errno == EACCES || errno == EPERM))
		vgpu_tool_error("as root: sudo vgpu-ctl ...", "not permitted to use xenstore");
	else if (!xs)
		vgpu_tool_error("is this Dom0 of a Xen host? (xl info; systemctl status xenstored)",
		                "xenstore cannot be reached: %s", strerror(errno));
	return xs;
}

void vgpu_ctl_read(struct xs_handle *xs, const char *folder, const char *name, char *text,
                   uint32_t size)
{
	char path[256], *value;
	unsigned int n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	value = xs_read(xs, XBT_NULL, path, &n);
	snprintf(text, size, "%s", value ? value : "");
	free(value);
}

const char *vgpu_ctl_state_name(unsigned int state)
{
	static const char *const names[] = {
		"Unknown", "Initialising", "InitWait", "Initialised", "Connected", "Closing",
		"Closed", "Reconfiguring", "Reconfigured",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "?";
}

/* ---- domains ------------------------------------------------------------------------ */

bool vgpu_ctl_read_guest(struct xs_handle *xs, const char *id, struct vgpu_ctl_guest *out)
{
	char folder[64], vm[128];
	char *end;

	out->domid = (uint32_t)strtoul(id, &end, 10);
	if (end == id || *end)
		return false;
	snprintf(folder, sizeof(folder), "/local/domain/%u", out->domid);
	vgpu_ctl_read(xs, folder, "name", out->name, sizeof(out->name));
	vgpu_ctl_read(xs, folder, "vm", vm, sizeof(vm));
	snprintf(out->uuid, sizeof(out->uuid), "%.63s", strncmp(vm, "/vm/", 4) ? "" : vm + 4);
	return true;
}

static bool find(struct xs_handle *xs, const char *word, struct vgpu_ctl_guest *out)
{
	unsigned int n = 0;
	char **ids = xs_directory(xs, XBT_NULL, "/local/domain", &n);
	bool found = false;

	for (unsigned int i = 0; ids && i < n && !found; i++)
		found = vgpu_ctl_read_guest(xs, ids[i], out) &&
		        (strcmp(ids[i], word) == 0 || strcmp(out->name, word) == 0 ||
		         (out->uuid[0] && strcasecmp(out->uuid, word) == 0));
	free(ids);
	return found;
}

int vgpu_ctl_find_guest(struct xs_handle *xs, const char *word, struct vgpu_ctl_guest *out)
{
	if (!find(xs, word, out)) {
		vgpu_tool_error("xl list names those that run", "no guest '%s' runs here", word);
		return VGPU_EXIT_NO_SUCH;
	}
	if (out->domid == 0) {
		vgpu_tool_error("programs in Dom0 use the daemon's socket as they are",
		                "Dom0 is no guest");
		return VGPU_EXIT_USAGE;
	}
	return VGPU_EXIT_OK;
}

int vgpu_ctl_find_backend(struct xs_handle *xs, const char *word, uint32_t *domid)
{
	struct vgpu_ctl_guest guest;
	char path[64];
	unsigned int n;
	char *value;

	if (strcmp(word, "0") == 0 || strcmp(word, "Domain-0") == 0) {
		*domid = 0;
		return VGPU_EXIT_OK;
	}
	if (!find(xs, word, &guest)) {
		vgpu_tool_error("start it first, or say backend=0 for Dom0",
		                "no backend domain '%s' runs here", word);
		return VGPU_EXIT_NO_SUCH;
	}
	/* what libxl makes for driver_domain=1 only */
	snprintf(path, sizeof(path), "/local/domain/%u/libxl", guest.domid);
	value = xs_read(xs, XBT_NULL, path, &n);
	if (!value) {
		vgpu_tool_error("put driver_domain=1 into its xl config and start it again",
		                "domain '%s' is no driver domain: it has no %s", word, path);
		return VGPU_EXIT_FAILED;
	}
	free(value);
	*domid = guest.domid;
	return VGPU_EXIT_OK;
}

/* ---- the device ------------------------------------------------------------------------ */

static void fill_paths(struct vgpu_ctl_device *device)
{
	snprintf(device->frontend_path, sizeof(device->frontend_path),
	         "/local/domain/%u/device/" CLASS "/0", device->domid);
	snprintf(device->backend_path, sizeof(device->backend_path),
	         "/local/domain/%u/backend/" CLASS "/%u/0", device->backend, device->domid);
	snprintf(device->libxl_path, sizeof(device->libxl_path), "/libxl/%u/device/" CLASS "/0",
	         device->domid);
}

bool vgpu_ctl_find_device(struct xs_handle *xs, uint32_t domid, struct vgpu_ctl_device *out)
{
	char folder[64], path[128];

	/* the guest may have written anything into its own folder */
	snprintf(folder, sizeof(folder), "/libxl/%u/device/" CLASS "/0", domid);
	vgpu_ctl_read(xs, folder, "backend", path, sizeof(path));
	if (sscanf(path, "/local/domain/%" SCNu32 "/", &out->backend) != 1)
		return false;
	out->domid = domid;
	fill_paths(out);
	return true;
}

struct node {
	const char *name;
	char value[128];
};

static bool write_folder(struct xs_handle *xs, xs_transaction_t t, const char *folder,
                         uint32_t owner, uint32_t reader, const struct node *nodes, unsigned int n)
{
	struct xs_permissions perms[2] = {
		{ .id = owner, .perms = XS_PERM_NONE },
		{ .id = reader, .perms = XS_PERM_READ },
	};
	char path[192];

	xs_rm(xs, t, folder); /* what somebody may have left */
	if (!xs_mkdir(xs, t, folder) ||
	    !xs_set_permissions(xs, t, folder, perms, owner == reader ? 1 : 2))
		return false;
	for (unsigned int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, nodes[i].name);
		if (!xs_write(xs, t, path, nodes[i].value, (unsigned int)strlen(nodes[i].value)))
			return false;
	}
	return true;
}

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The folders above a device belong to the domain of the backend, which cleans up there. */
static bool make_parents(struct xs_handle *xs, xs_transaction_t t,
                         const struct vgpu_ctl_device *device)
{
	struct xs_permissions owner = { .id = device->backend, .perms = XS_PERM_NONE };
	char path[160], *end;

	snprintf(path, sizeof(path), "%s", device->backend_path);
	for (int up = 0; up < 2; up++) { /* backend/vgpu/DOMID, then backend/vgpu */
		end = strrchr(path, '/');
		*end = '\0';
		if (!xs_mkdir(xs, t, path) || !xs_set_permissions(xs, t, path, &owner, 1))
			return false;
	}
	return true;
}

/* In one transaction, which the caller ends. */
static bool write_device(struct xs_handle *xs, xs_transaction_t t,
                         const struct vgpu_ctl_device *device, const struct vgpu_spec *spec)
{
	struct node front[] = { { "backend", "" }, { "backend-id", "" }, { "state", "1" } };
	struct node back[] = {
		{ "frontend", "" }, { "frontend-id", "" }, { "online", "1" },
		{ VGPUIF_FIELD_GPU, "" }, { VGPUIF_FIELD_WEIGHT, "" }, { VGPUIF_FIELD_CAP, "" },
		{ VGPUIF_FIELD_PAGES, "" }, { "state", "1" }, { VGPUIF_FIELD_VRAM, "" },
	};
	struct node copy[N(back) + 1];
	unsigned int n = N(back) - (spec->vram ? 0 : 1); /* not given: no node */

	snprintf(front[0].value, sizeof(front[0].value), "%s", device->backend_path);
	snprintf(front[1].value, sizeof(front[1].value), "%u", device->backend);
	snprintf(back[0].value, sizeof(back[0].value), "%s", device->frontend_path);
	snprintf(back[1].value, sizeof(back[1].value), "%u", device->domid);
	snprintf(back[3].value, sizeof(back[3].value), "%s", spec->gpu);
	snprintf(back[4].value, sizeof(back[4].value), "%u", spec->weight);
	snprintf(back[5].value, sizeof(back[5].value), "%u", spec->cap);
	snprintf(back[6].value, sizeof(back[6].value), "%u", spec->pages);
	snprintf(back[8].value, sizeof(back[8].value), "%" PRIu64, spec->vram);
	memcpy(copy, back, sizeof(back));
	memmove(copy + 1, copy, n * sizeof(copy[0]));
	copy[0].name = "backend";
	snprintf(copy[0].value, sizeof(copy[0].value), "%s", device->backend_path);
	return (device->backend == 0 || make_parents(xs, t, device)) &&
	       write_folder(xs, t, device->frontend_path, device->domid, device->backend, front,
	                    N(front)) &&
	       write_folder(xs, t, device->backend_path, device->backend, device->domid, back, n) &&
	       write_folder(xs, t, device->libxl_path, 0, 0, copy, n + 1);
}

int vgpu_ctl_device_add(struct xs_handle *xs, const struct vgpu_ctl_guest *guest,
                        uint32_t backend, const struct vgpu_spec *spec,
                        struct vgpu_ctl_device *out)
{
	bool ok, exists;

	out->domid = guest->domid;
	out->backend = backend;
	fill_paths(out);
	for (int i = 0; i < 100; i++) {
		xs_transaction_t t = xs_transaction_start(xs);
		unsigned int n;
		char *there;
		int error;

		if (t == XBT_NULL)
			break;
		there = xs_read(xs, t, out->libxl_path, &n);
		exists = there != NULL;
		free(there);
		ok = !exists && write_device(xs, t, out, spec);
		error = errno;
		if (exists || !ok) {
			xs_transaction_end(xs, t, true);
			if (exists) {
				vgpu_tool_error("vgpu-ctl show says how it is; vgpu-ctl detach first",
				                "guest '%s' has a vgpu already", guest->name);
				return VGPU_EXIT_REFUSED;
			}
			errno = error;
			break;
		}
		if (xs_transaction_end(xs, t, false))
			return VGPU_EXIT_OK;
		if (errno != EAGAIN)
			break;
	}
	vgpu_tool_error(NULL, "cannot write the device of guest '%s' to xenstore: %s", guest->name,
	                strerror(errno));
	return errno == EACCES || errno == EPERM ? VGPU_EXIT_PERMISSION : VGPU_EXIT_FAILED;
}

bool vgpu_ctl_device_close(struct xs_handle *xs, const struct vgpu_ctl_device *device)
{
	char online[160], state[160];

	snprintf(online, sizeof(online), "%s/online", device->backend_path);
	snprintf(state, sizeof(state), "%s/state", device->backend_path);
	for (int i = 0; i < 100; i++) {
		xs_transaction_t t = xs_transaction_start(xs);
		unsigned int n;
		char *now;
		bool ok;

		if (t == XBT_NULL)
			return false;
		now = xs_read(xs, t, state, &n);
		/* what is closed, or no longer there, stays so */
		ok = now && xs_write(xs, t, online, "0", 1) &&
		     (strcmp(now, "6") == 0 || xs_write(xs, t, state, "5", 1));
		free(now);
		if (!ok) {
			int error = errno;

			xs_transaction_end(xs, t, true);
			errno = error;
			return false;
		}
		if (xs_transaction_end(xs, t, false))
			return true;
		if (errno != EAGAIN)
			return false;
	}
	return false;
}

/* A folder that has become empty goes, too. */
static void remove_empty(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
	char parent[160];
	unsigned int n = 1;
	char **names;

	snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(path, '/') - path), path);
	names = xs_directory(xs, t, parent, &n);
	if (names && n == 0)
		xs_rm(xs, t, parent);
	free(names);
}

bool vgpu_ctl_device_remove(struct xs_handle *xs, const struct vgpu_ctl_device *device)
{
	const char *paths[] = { device->frontend_path, device->backend_path, device->libxl_path };

	for (int i = 0; i < 100; i++) {
		xs_transaction_t t = xs_transaction_start(xs);

		if (t == XBT_NULL)
			return false;
		for (size_t p = 0; p < N(paths); p++) {
			xs_rm(xs, t, paths[p]);
			remove_empty(xs, t, paths[p]);
		}
		if (xs_transaction_end(xs, t, false))
			return true;
		if (errno != EAGAIN)
			return false;
	}
	return false;
}

/* ---- waiting ------------------------------------------------------------------------------ */

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int look(struct xs_handle *xs, const struct vgpu_ctl_device *device, char *error,
                uint32_t size)
{
	char text[16];

	if (error)
		vgpu_ctl_read(xs, device->backend_path, VGPUIF_FIELD_ERROR, error, size);
	vgpu_ctl_read(xs, device->backend_path, "state", text, sizeof(text));
	return atoi(text) & 31;
}

int vgpu_ctl_wait_state(struct xs_handle *xs, const struct vgpu_ctl_device *device,
                        uint32_t states, unsigned int seconds, char *error, uint32_t size)
{
	int64_t until = now_ms() + (int64_t)seconds * 1000;
	bool watched = xs_watch(xs, device->backend_path, "wait");
	int state;

	for (;;) {
		struct pollfd pfd = { .fd = xs_fileno(xs), .events = POLLIN };
		int64_t left = until - now_ms();
		char **fired;

		state = look(xs, device, error, size);
		if (state == 0 || (states >> state & 1) || (error && error[0]))
			break;
		if (left <= 0) {
			state = -1;
			break;
		}
		/* without a watch: look now and then */
		poll(&pfd, watched ? 1 : 0, (int)(watched ? left : left < 200 ? left : 200));
		while ((fired = xs_check_watch(xs)))
			free(fired);
	}
	if (watched)
		xs_unwatch(xs, device->backend_path, "wait");
	return state;
}
