/* SPDX-License-Identifier: MIT */
/* The directory of a stream's or pool's grants. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend/daemon/daemon.h"
#include "backend/daemon/xen_guest.h"

int vgpu_xpages_read(struct vgpu_xguest *guest, uint32_t ref, uint32_t n, uint32_t *refs,
                     char why[48])
{
	/* the copy that is used; the guest's page may change as it likes */
	static struct vgpuif_page_directory page __attribute__((aligned(VGPUIF_PAGE_SIZE)));
	struct vgpu_xen *xen = vgpu_xen_of(guest);

	while (n > 0) {
		uint32_t here = n < VGPUIF_DIRECTORY_REFS ? n : VGPUIF_DIRECTORY_REFS;
		int rc;

		if (ref == 0) {
			snprintf(why, 48, "the directory ends too early");
			return -EINVAL;
		}
		rc = xen->ops->copy_page(xen, guest->domid, ref, &page);
		if (rc) {
			snprintf(why, 48, "directory page %u cannot be read", ref);
			return rc;
		}
		memcpy(refs, page.ref, (size_t)here * sizeof(refs[0]));
		refs += here;
		n -= here;
		ref = page.next;
	}
	if (ref != 0) {
		snprintf(why, 48, "the directory has more pages than asked for");
		return -EINVAL;
	}
	return 0;
}
