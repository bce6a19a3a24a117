/* SPDX-License-Identifier: MIT */
/* Unpacks a recorded PCI tree (data/pci, see layouts.py) into a directory of its own. */
#ifndef VGPU_TESTS_UNIT_PCI_TREE_H
#define VGPU_TESTS_UNIT_PCI_TREE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PCI_DATA
#define PCI_DATA "tests/unit/data/pci"
#endif

static inline void pci_tree_die(const char *what)
{
	perror(what);
	abort();
}

static inline void pci_tree_parents(const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *at = copy + 1; (at = strchr(at, '/')); at++) {
		*at = 0;
		if (mkdir(copy, 0755) && errno != EEXIST)
			pci_tree_die(copy);
		*at = '/';
	}
}

static inline void pci_tree_write(const char *path, const void *bytes, size_t size)
{
	FILE *file;

	pci_tree_parents(path);
	file = fopen(path, "w");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		pci_tree_die(path);
}

static inline void pci_tree_file(const char *path, char *text)
{
	char *out = text;

	for (char *in = text; *in; in++) {
		if (in[0] == '\\' && (in[1] == 'n' || in[1] == 't' || in[1] == '0')) {
			in++;
			*out++ = *in == 'n' ? '\n' : *in == 't' ? '\t' : 0;
		}
		else
			*out++ = *in;
	}
	*out++ = '\n';
	pci_tree_write(path, text, out == text + 1 ? 0 : (size_t)(out - text));
}

static inline void pci_tree_hex(const char *path, char *text)
{
	unsigned char bytes[4096] = { 0 };
	char *word, *rest;
	size_t size = strtoul(strtok_r(text, " ", &rest), NULL, 10);

	while ((word = strtok_r(NULL, " ", &rest))) {
		size_t at = strtoul(word, &word, 16);

		for (word++; word[0] && word[1] && at < sizeof(bytes); word += 2, at++) {
			char digits[3] = { word[0], word[1], 0 };

			bytes[at] = (unsigned char)strtoul(digits, NULL, 16);
		}
	}
	pci_tree_write(path, bytes, size);
}

/* Where trees go: memory if there is a place, for they are many small files. */
static inline void pci_tree_template(char *root, size_t size)
{
	snprintf(root, size, "%s/vgpu-pci-XXXXXX",
	         access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

/* Make root (a template for mkdtemp) and unpack the tree of a machine into it. */
static inline void pci_tree_unpack(const char *machine, char *root)
{
	char path[PATH_MAX], *line = NULL;
	size_t room = 0;
	ssize_t length;
	FILE *in;

	snprintf(path, sizeof(path), PCI_DATA "/%s.tree", machine);
	in = fopen(path, "r");
	if (!in || !mkdtemp(root))
		pci_tree_die(path);
	while ((length = getline(&line, &room, in)) > 0) {
		char *kind, *name, *rest;

		if (line[length - 1] == '\n')
			line[length - 1] = 0;
		if (line[0] == '#')
			continue;
		kind = strtok_r(line, " ", &rest);
		name = strtok_r(NULL, " ", &rest);
		snprintf(path, sizeof(path), "%s%s%s", root, name, strcmp(kind, "dir") ? "" : "/");
		if (!strcmp(kind, "dir")) {
			pci_tree_parents(path);
		} else if (!strcmp(kind, "file")) {
			pci_tree_file(path, rest);
		} else if (!strcmp(kind, "hex")) {
			pci_tree_hex(path, rest);
		} else if (!strcmp(kind, "link")) {
			pci_tree_parents(path);
			if (symlink(rest, path))
				pci_tree_die(path);
		} else {
			pci_tree_die(kind);
		}
	}
	free(line);
	fclose(in);
}

static inline int pci_tree_remove_one(const char *path, const struct stat *st, int type,
                                      struct FTW *ftw)
{
	return remove(path);
}

static inline void pci_tree_remove(const char *root)
{
	nftw(root, pci_tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
