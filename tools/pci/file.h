/* SPDX-License-Identifier: MIT */
/* Small files, whole: reading sysfs attributes, replacing files so that a crash leaves old or new. */
#ifndef VGPU_TOOLS_PCI_FILE_H
#define VGPU_TOOLS_PCI_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Read up to size bytes until the end of the file. Returns the bytes read or a negative errno. */
ssize_t vgpu_pci_file_read_all(int fd, void *out, size_t size);

/*
 * Read a text file (relative to dir as openat does) into out, NUL-terminated,
 * without its last newline; what does not fit is cut. Returns the length or a
 * negative errno.
 */
ssize_t vgpu_pci_file_read_at(int dir, const char *name, char *out, size_t size);

/*
 * Replace path's content: a new file is written beside it, synced and renamed over
 * it. Creates missing directories (0755). Returns 0 or a negative errno.
 */
int vgpu_pci_file_replace(const char *path, const char *text, mode_t mode);

/* Create the directories above path. Returns 0 or a negative errno. */
int vgpu_pci_file_make_parents(const char *path);

/*
 * Copy a text; what does not fit is cut, never half written. Returns false when it
 * was cut. size is at least 1.
 */
bool vgpu_pci_text_copy(char *out, size_t size, const char *text);

#endif
