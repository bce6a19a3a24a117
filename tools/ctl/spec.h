/* SPDX-License-Identifier: MIT */
/* What an admin says about a guest's vgpu: 'backend=0,gpu=0000:01:00.0,vram=512M,weight=256'. */
#ifndef VGPU_TOOLS_CTL_SPEC_H
#define VGPU_TOOLS_CTL_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vgpu_spec {
	char backend[64]; /* domain id or name */
	char gpu[16];     /* "auto" or "0000:01:00.0" */
	uint64_t vram;    /* octets; 0: not given */
	uint32_t weight;  /* 1..65535 */
	uint32_t cap;     /* percent; 0: none */
	uint32_t pages;   /* granted pages at once */
};

/* Where a specification stands, for errors. */
struct vgpu_spec_place {
	const char *file; /* NULL: the command line */
	unsigned int line; /* 0: unknown */
};

/* Everything that was not said. */
void vgpu_spec_defaults(struct vgpu_spec *spec);
/*
 * Parse text ("" is fine) over what spec holds. Returns 0, or -EINVAL with a
 * sentence in why that names the place, the key, and what is allowed.
 */
int vgpu_spec_parse(const char *text, const struct vgpu_spec_place *place, struct vgpu_spec *spec,
                    char *why, size_t size);

/*
 * The "vgpu" of the xl config of the guest with this name or UUID (either may be
 * NULL), from dir (usually /etc/xen) and its folder auto; or from file alone if that
 * is not NULL. Returns 1 and spec, 0 when no config of this guest asks for a vgpu, or
 * -EINVAL (or another negative errno) with why. The only user of libxlutil here.
 */
int vgpu_spec_from_config(const char *dir, const char *file, const char *name, const char *uuid,
                          struct vgpu_spec *spec, char *why, size_t size);

#endif
