/* SPDX-License-Identifier: MIT */
/*
 * Devices in xenstore, as libxl keeps its own: frontend, backend, and the copy that
 * guests cannot write, all three or none. Errors are said (tools/common/tool.h) and
 * come back as exit codes.
 */
#ifndef VGPU_TOOLS_CTL_XENSTORE_H
#define VGPU_TOOLS_CTL_XENSTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/ctl/spec.h"

struct xs_handle;

struct vgpu_ctl_guest {
	uint32_t domid;
	char name[128];
	char uuid[64];
};

/* NULL after saying why not. To be closed with xs_close. */
struct xs_handle *vgpu_ctl_xs_open(void);

/* The domain with this id, as a number in text. False: that is no number. */
bool vgpu_ctl_read_guest(struct xs_handle *xs, const char *id, struct vgpu_ctl_guest *out);
/* A running guest by name, id or UUID. An exit code; 3 when there is none. */
int vgpu_ctl_find_guest(struct xs_handle *xs, const char *word, struct vgpu_ctl_guest *out);
/* The same for a backend domain: 0 is Dom0. */
int vgpu_ctl_find_backend(struct xs_handle *xs, const char *word, uint32_t *domid);

/* Where a guest's device is. False: it has none. */
struct vgpu_ctl_device {
	uint32_t domid, backend;
	char frontend_path[128], backend_path[128], libxl_path[64];
};
bool vgpu_ctl_find_device(struct xs_handle *xs, uint32_t domid, struct vgpu_ctl_device *out);

/* Write all of the device in one transaction. An exit code; 6 when the guest has one. */
int vgpu_ctl_device_add(struct xs_handle *xs, const struct vgpu_ctl_guest *guest,
                        uint32_t backend, const struct vgpu_spec *spec,
                        struct vgpu_ctl_device *out);
/* Tell the backend to close: online=0, state Closing. False with errno. */
bool vgpu_ctl_device_close(struct xs_handle *xs, const struct vgpu_ctl_device *device);
/* Remove all of it, in one transaction. False with errno. */
bool vgpu_ctl_device_remove(struct xs_handle *xs, const struct vgpu_ctl_device *device);

/* A node as text (cut to size), "" when there is none. */
void vgpu_ctl_read(struct xs_handle *xs, const char *folder, const char *name, char *text,
                   uint32_t size);
/*
 * Wait until the backend's state is one of the bits in states (1 << state), or "error"
 * (unless NULL) is not empty, or the node is gone (state 0). The last state; -1 when time is up.
 */
int vgpu_ctl_wait_state(struct xs_handle *xs, const struct vgpu_ctl_device *device,
                        uint32_t states, unsigned int seconds, char *error, uint32_t size);
/* "InitWait" */
const char *vgpu_ctl_state_name(unsigned int state);

#endif
