/* SPDX-License-Identifier: MIT */
/* In place of xen_real.c where libxen-dev was missing at build time. */
#include <errno.h>
#include <stdio.h>

#include "backend/daemon/xen.h"

int vgpu_xen_open(struct vgpu_xen **out, char *why, uint32_t size)
{
	snprintf(why, size, "this vgpu-backendd was built without Xen: install libxen-dev and "
	         "build it again");
	return -ENOSYS;
}
