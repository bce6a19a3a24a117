/* SPDX-License-Identifier: MIT */
/*
 * The rules of the worker's jail: what docs/security.md calls them, what
 * "vgpu-ctl list --json" prints, and how daemon and worker tell each other
 * which of them hold.
 */
#ifndef VGPU_PROTOCOL_JAIL_H
#define VGPU_PROTOCOL_JAIL_H

#include <stdint.h>

enum vgpu_jail_rule {
	/* the daemon applies these to the process, before it is the worker */
	VGPU_JAIL_DESCRIPTORS = 1u << 0, /* /dev/null, the log, the control socket; no more */
	VGPU_JAIL_PRIVILEGES = 1u << 1,  /* no_new_privs, no capability, no core dump */
	VGPU_JAIL_USER = 1u << 2,        /* a user of its own */
	VGPU_JAIL_NETWORK = 1u << 3,     /* an empty network namespace (and SysV IPC) */
	VGPU_JAIL_CGROUP = 1u << 4,      /* a cgroup with limits on memory and threads */
	/* the worker applies these to itself, before the first octet of a guest */
	VGPU_JAIL_FILES = 1u << 5,       /* Landlock: the driver's files only */
	VGPU_JAIL_CALLS = 1u << 6,       /* seccomp: system calls and ioctls of a list only */
};
#define VGPU_JAIL_RULES 7
#define VGPU_JAIL_DAEMON_RULES 0x1fu
#define VGPU_JAIL_WORKER_RULES 0x60u
#define VGPU_JAIL_WHY 128 /* octets of a reason, NUL included */

/* "files"; NULL when the index (the bit's number) is out of range. */
const char *vgpu_jail_rule_name(unsigned int index);

/* What holds, and why the rest does not. Plain data: it crosses a pipe. */
struct vgpu_jail_report {
	uint32_t active; /* enum vgpu_jail_rule */
	char why[VGPU_JAIL_RULES][VGPU_JAIL_WHY]; /* by index; empty when active or never tried */
};

/* rule holds. */
void vgpu_jail_holds(struct vgpu_jail_report *report, enum vgpu_jail_rule rule);
/* rule could not be applied, and why (printf form). */
void vgpu_jail_fails(struct vgpu_jail_report *report, enum vgpu_jail_rule rule, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The worker's half as the text of a message, a "rule: why" line each, and back. */
void vgpu_jail_print(const struct vgpu_jail_report *report, uint32_t rules, char *text,
                     uint32_t size);
void vgpu_jail_parse(struct vgpu_jail_report *report, uint32_t rules, uint32_t active,
                     const char *text);

#endif
