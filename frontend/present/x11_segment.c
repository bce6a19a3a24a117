/* SPDX-License-Identifier: MIT */
/* Memory shared with the X server: by file descriptor, or by a System V segment. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "frontend/present/x11_internal.h"

static bool refused(struct vgpu_x11 *x11, xcb_void_cookie_t cookie)
{
	xcb_generic_error_t *error = xcb_request_check(x11->c, cookie);
	bool failed = error || xcb_connection_has_error(x11->c);

	free(error);
	return failed;
}

int vgpu_x11_attach_fd(struct vgpu_x11 *x11, int fd, struct vgpu_x11_segment *segment)
{
	xcb_shm_seg_t seg;
	int copy;

	if (!x11->shm_fd || x11->lost)
		return -ENOTSUP;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (copy < 0)
		return -errno;
	seg = xcb_generate_id(x11->c);
	/* xcb closes the copy */
	if (refused(x11, xcb_shm_attach_fd_checked(x11->c, seg, copy, 1)))
		return -ENOTSUP;
	segment->seg = seg;
	return 0;
}

static int grow_fd(struct vgpu_x11 *x11, struct vgpu_x11_segment *segment, size_t bytes)
{
	int fd = memfd_create("vgpu-frame", MFD_CLOEXEC);
	void *base = MAP_FAILED;
	int rc;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)bytes) < 0) {
		rc = -errno;
		goto out;
	}
	base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED) {
		rc = -errno;
		goto out;
	}
	rc = vgpu_x11_attach_fd(x11, fd, segment);
	if (rc < 0)
		goto out;
	segment->base = base;
	segment->bytes = bytes;
	segment->sysv = false;
	base = MAP_FAILED;
out:
	if (base != MAP_FAILED)
		munmap(base, bytes);
	close(fd);
	return rc;
}

static int grow_sysv(struct vgpu_x11 *x11, struct vgpu_x11_segment *segment, size_t bytes)
{
	int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
	xcb_shm_seg_t seg;
	void *base;
	int rc = 0;

	if (id < 0)
		return -errno;
	base = shmat(id, NULL, 0);
	if (base == (void *)-1) {
		rc = -errno;
		goto out;
	}
	seg = xcb_generate_id(x11->c);
	if (refused(x11, xcb_shm_attach_checked(x11->c, seg, id, 1))) {
		shmdt(base);
		rc = -ENOTSUP;
		goto out;
	}
	segment->seg = seg;
	segment->base = base;
	segment->bytes = bytes;
	segment->sysv = true;
out:
	/* it goes with its last user */
	shmctl(id, IPC_RMID, NULL);
	return rc;
}

int vgpu_x11_segment_grow(struct vgpu_x11 *x11, struct vgpu_x11_segment *segment, size_t bytes)
{
	int rc;

	if (segment->seg && segment->bytes >= bytes)
		return 0;
	if (!x11->shm || x11->lost)
		return -ENOTSUP;
	vgpu_x11_segment_free(x11, segment);
	bytes = (bytes + 0xffff) & ~(size_t)0xffff;
	rc = grow_fd(x11, segment, bytes);
	if (rc < 0)
		rc = grow_sysv(x11, segment, bytes);
	if (rc == -ENOTSUP) {
		/* the server does not share our memory: a display on another machine */
		vgpu_debug("x11: no shared memory with this display");
		x11->shm = false;
	}
	return rc;
}

void vgpu_x11_segment_free(struct vgpu_x11 *x11, struct vgpu_x11_segment *segment)
{
	if (!segment->seg)
		return;
	if (!x11->lost)
		xcb_shm_detach(x11->c, segment->seg);
	if (segment->sysv)
		shmdt(segment->base);
	else
		munmap(segment->base, segment->bytes);
	segment->seg = 0;
	segment->base = NULL;
	segment->bytes = 0;
}
