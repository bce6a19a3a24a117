/* SPDX-License-Identifier: MIT */
#include "tools/pci/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool vgpu_pci_text_copy(char *out, size_t size, const char *text)
{
	size_t length = strlen(text);
	bool fits = length < size;

	if (!fits)
		length = size - 1;
	memcpy(out, text, length);
	out[length] = 0;
	return fits;
}

ssize_t vgpu_pci_file_read_all(int fd, void *out, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, (char *)out + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

ssize_t vgpu_pci_file_read_at(int dir, const char *name, char *out, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = vgpu_pci_file_read_all(fd, out, size - 1);
	close(fd);
	if (length < 0)
		return length;
	if (length > 0 && out[length - 1] == '\n')
		length--;
	out[length] = 0;
	return length;
}

int vgpu_pci_file_make_parents(const char *path)
{
	char copy[PATH_MAX];

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return -ENAMETOOLONG;
	for (char *at = copy + 1; (at = strchr(at, '/')); at++) {
		*at = 0;
		if (mkdir(copy, 0755) && errno != EEXIST)
			return -errno;
		*at = '/';
	}
	return 0;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		left -= (size_t)n;
	}
	return 0;
}

int vgpu_pci_file_replace(const char *path, const char *text, mode_t mode)
{
	char fresh[PATH_MAX];
	int fd, rc;

	rc = vgpu_pci_file_make_parents(path);
	if (rc)
		return rc;
	/* a name that neither modprobe.d nor grub.d would read */
	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return -ENAMETOOLONG;
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, text);
	if (rc == 0 && fsync(fd))
		rc = -errno;
	close(fd);
	if (rc == 0 && rename(fresh, path))
		rc = -errno;
	if (rc)
		unlink(fresh);
	return rc;
}
