/* SPDX-License-Identifier: MIT */
#include "tools/pci/users.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/pci/file.h"

static const char *const node_dirs[] = { "/dev/dri/", "/dev/snd/", "/dev/" };

static const struct vgpu_pci_dev *node_owner(const struct vgpu_pci_tree *tree, const char *target,
                                             const char **node_out)
{
	const char *node = NULL;

	for (size_t i = 0; i < sizeof(node_dirs) / sizeof(node_dirs[0]) && !node; i++)
		if (!strncmp(target, node_dirs[i], strlen(node_dirs[i])))
			node = target + strlen(node_dirs[i]);
	if (!node || !*node)
		return NULL;
	for (size_t i = 0; i < tree->count; i++) {
		for (size_t n = 0; n < tree->devs[i].node_count; n++) {
			if (!strcmp(tree->devs[i].nodes[n], node)) {
				*node_out = node;
				return &tree->devs[i];
			}
		}
	}
	return NULL;
}

static bool is_backend(const char *program)
{
	return !strcmp(program, "vgpu-worker") || !strcmp(program, "vgpu-backendd");
}

static int add(struct vgpu_pci_users *users, const struct vgpu_pci_user *user)
{
	struct vgpu_pci_user *list;

	for (size_t i = 0; i < users->count; i++)
		if (users->list[i].pid == user->pid && !strcmp(users->list[i].node, user->node))
			return 0;
	list = realloc(users->list, (users->count + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	users->list = list;
	list[users->count++] = *user;
	return 0;
}

/*
 * A backend that serves nobody just now has no node open, but its worker will: what it
 * was told to draw on, "--device NODE" or VGPU_DEVICE=NODE, in a list of strings.
 */
static int scan_told(struct vgpu_pci_users *users, const struct vgpu_pci_tree *tree, int proc,
                     const char *file, const struct vgpu_pci_user *backend)
{
	char text[8192];
	ssize_t length = vgpu_pci_file_read_at(proc, file, text, sizeof(text));
	int rc = 0;

	for (ssize_t at = 0; at < length && rc == 0; at += (ssize_t)strlen(text + at) + 1) {
		const char *path = strstr(text + at, "/dev/"), *node;
		const struct vgpu_pci_dev *dev = path ? node_owner(tree, path, &node) : NULL;
		struct vgpu_pci_user user = *backend;

		if (!dev)
			continue;
		user.bdf = dev->bdf;
		user.told = true;
		vgpu_pci_text_copy(user.node, sizeof(user.node), node);
		rc = add(users, &user);
	}
	return rc;
}

static int scan_backend(struct vgpu_pci_users *users, const struct vgpu_pci_tree *tree, int proc,
                        const char *pid, const char *program)
{
	struct vgpu_pci_user user = { .pid = atoi(pid), .backend = true };
	char path[64];
	int rc;

	vgpu_pci_text_copy(user.program, sizeof(user.program), program);
	snprintf(path, sizeof(path), "%.32s/cmdline", pid);
	rc = scan_told(users, tree, proc, path, &user);
	snprintf(path, sizeof(path), "%.32s/environ", pid);
	return rc ? rc : scan_told(users, tree, proc, path, &user);
}

static int scan_process(struct vgpu_pci_users *users, const struct vgpu_pci_tree *tree, int proc,
                        const char *pid)
{
	char path[64], program[64];
	struct dirent *entry;
	int fd, rc = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%.32s/comm", pid);
	if (vgpu_pci_file_read_at(proc, path, program, sizeof(program)) < 0)
		return 0;
	snprintf(path, sizeof(path), "%.32s/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (rc == 0 && (entry = readdir(dir))) {
		const struct vgpu_pci_dev *dev;
		struct vgpu_pci_user user = { 0 };
		char target[PATH_MAX];
		const char *node;
		ssize_t length = readlinkat(fd, entry->d_name, target, sizeof(target) - 1);

		if (length <= 0)
			continue;
		target[length] = 0;
		dev = node_owner(tree, target, &node);
		if (!dev)
			continue;
		user.bdf = dev->bdf;
		user.pid = atoi(pid);
		user.backend = is_backend(program);
		snprintf(user.program, sizeof(user.program), "%s", program);
		vgpu_pci_text_copy(user.node, sizeof(user.node), node);
		rc = add(users, &user);
	}
	closedir(dir);
	if (rc == 0 && is_backend(program))
		rc = scan_backend(users, tree, proc, pid, program);
	return rc;
}

int vgpu_pci_users_init(struct vgpu_pci_users *users_out, const struct vgpu_pci_tree *tree,
                        const char *root)
{
	struct vgpu_pci_users users = { 0 };
	struct dirent *entry;
	char path[PATH_MAX];
	int rc = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc", root);
	dir = opendir(path);
	while (dir && rc == 0 && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			rc = scan_process(&users, tree, dirfd(dir), entry->d_name);
	if (dir)
		closedir(dir);
	if (rc)
		vgpu_pci_users_finish(&users);
	else
		*users_out = users;
	return rc;
}

void vgpu_pci_users_finish(struct vgpu_pci_users *users)
{
	free(users->list);
	*users = (struct vgpu_pci_users){ 0 };
}

const struct vgpu_pci_user *vgpu_pci_users_find(const struct vgpu_pci_users *users,
                                                struct vgpu_pci_bdf bdf)
{
	const struct vgpu_pci_user *found = NULL;

	for (size_t i = 0; i < users->count; i++) {
		const struct vgpu_pci_user *user = &users->list[i];

		if (vgpu_pci_bdf_compare(user->bdf, bdf))
			continue;
		if (!found || (user->backend && !found->backend))
			found = user;
	}
	return found;
}
