/* SPDX-License-Identifier: MIT */
/* What doctor says about Xen: one side of it each in Dom0 (or a driver domain) and in a guest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/ctl/doctor.h"

/*
 * Frames of grant table and maptrack that a page of shared memory costs: Xen's
 * defaults hold about 100 MiB for a guest (docs/protocol.md).
 */
#define GNTTAB_FRAMES 256
#define MAPTRACK_FRAMES 4096
#define GNTALLOC_PAGES 65536 /* 256 MiB; the default is 1024 pages, one small stream */

static const char area[] = "Xen";

static void device(struct vgpu_doctor *doctor, const char *node, const char *module)
{
	char path[64], fix[128], name[32];

	snprintf(path, sizeof(path), "/dev/xen/%s", node);
	snprintf(name, sizeof(name), "device-%s", node);
	snprintf(fix, sizeof(fix), "modprobe %s, and a line '%s' in /etc/modules-load.d/xen-vgpu.conf",
		 module, module);
	if (vgpu_doctor_exists(doctor, path))
		vgpu_doctor_say(doctor, DOCTOR_PASS, area, name, NULL, "%s is there", path);
	else
		vgpu_doctor_say(doctor, DOCTOR_FAIL, area, name, fix,
				"%s is missing: module %s is not loaded", path, module);
}

/* "gnttab_max_frames=256" on Xen's own command line. Returns the value, or -1. */
static long xen_option(const char *line, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = line; (at = strstr(at, name)) != NULL; at += n)
		if ((at == line || at[-1] == ' ') && at[n] == '=')
			return strtol(at + n + 1, NULL, 0);
	return -1;
}

static void limit(struct vgpu_doctor *doctor, const char *line, const char *name, long standard,
		  long wanted)
{
	long value = xen_option(line, name);
	char fix[256];

	snprintf(fix, sizeof(fix), "add %s=%ld to GRUB_CMDLINE_XEN in /etc/default/grub.d/xen.cfg, "
		 "then update-grub and restart", name, wanted);
	if (value >= wanted)
		vgpu_doctor_say(doctor, DOCTOR_PASS, area, name, NULL, "%s is %ld", name, value);
	else
		vgpu_doctor_say(doctor, DOCTOR_WARN, area, name, fix,
				"%s is %ld%s: enough for a few programs, then grants run out", name,
				value < 0 ? standard : value, value < 0 ? " (Xen's default)" : "");
}

static void dom0(struct vgpu_doctor *doctor)
{
	char xl[128], command[] = "info";
	char *argv[] = { xl, command, NULL };
	char output[16384], *line, *end;
	int rc;

	device(doctor, "gntdev", "xen_gntdev");
	device(doctor, "evtchn", "xen_evtchn");
	if (vgpu_doctor_exists(doctor, "/dev/xen/xenbus") ||
	    vgpu_doctor_exists(doctor, "/proc/xen/xenbus"))
		vgpu_doctor_say(doctor, DOCTOR_PASS, area, "xenstore", NULL,
				"xenstore's device is there");
	else
		vgpu_doctor_say(doctor, DOCTOR_FAIL, area, "xenstore",
				"mount -t xenfs xenfs /proc/xen, or modprobe xen_privcmd",
				"neither /dev/xen/xenbus nor /proc/xen/xenbus is there");
	snprintf(xl, sizeof(xl), "%s", doctor->xl);
	rc = vgpu_doctor_run(argv, output, sizeof(output));
	if (rc != 0) {
		vgpu_doctor_say(doctor, DOCTOR_FAIL, area, "xl",
				rc < 0 ? "apt-get install xen-utils"
				       : "be root; then: systemctl restart xenstored xen-init-dom0",
				rc < 0 ? "xl cannot be run" : "'xl info' ends with exit code %d", rc);
		return;
	}
	line = strstr(output, "xen_version");
	end = line ? strchr(line, '\n') : NULL;
	line = line && end ? strchr(line, ':') : NULL;
	if (line)
		vgpu_doctor_say(doctor, DOCTOR_PASS, area, "xl", NULL, "xl answers: Xen %.*s",
				(int)(end - line - 2), line + 2);
	else
		vgpu_doctor_say(doctor, DOCTOR_WARN, area, "xl", NULL,
				"xl answers, but says no version");
	line = strstr(output, "xen_commandline");
	if (!line)
		return;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	limit(doctor, line, "gnttab_max_frames", 64, GNTTAB_FRAMES);
	limit(doctor, line, "gnttab_max_maptrack_frames", 1024, MAPTRACK_FRAMES);
}

static void guest(struct vgpu_doctor *doctor)
{
	static const char parameter[] = "/sys/module/xen_gntalloc/parameters/limit";
	char text[32];
	long pages;

	device(doctor, "gntalloc", "xen_gntalloc");
	device(doctor, "evtchn", "xen_evtchn");
	if (!vgpu_doctor_read(doctor, parameter, text, sizeof(text)))
		return; /* said with the device */
	pages = strtol(text, NULL, 10);
	if (pages >= GNTALLOC_PAGES)
		vgpu_doctor_say(doctor, DOCTOR_PASS, area, "gntalloc-limit", NULL,
				"this guest may share %ld MiB", pages / 256);
	else
		vgpu_doctor_say(doctor, DOCTOR_WARN, area, "gntalloc-limit",
				"echo 65536 > /sys/module/xen_gntalloc/parameters/limit, and "
				"'options xen_gntalloc limit=65536' in /etc/modprobe.d/xen-vgpu.conf",
				"this guest may share %ld pages (%ld MiB): not enough for two programs",
				pages, pages / 256);
}

void vgpu_doctor_xen(struct vgpu_doctor *doctor)
{
	char type[32] = "", capabilities[64] = "";

	if (!vgpu_doctor_read(doctor, "/sys/hypervisor/type", type, sizeof(type)) ||
	    strcmp(type, "xen") != 0) {
		vgpu_doctor_say(doctor, DOCTOR_PASS, area, "hypervisor", NULL,
				"not on Xen: programs of this machine itself can use the vgpu "
				"(embedded)");
		return;
	}
	vgpu_doctor_read(doctor, "/proc/xen/capabilities", capabilities, sizeof(capabilities));
	if (strstr(capabilities, "control_d")) {
		vgpu_doctor_say(doctor, DOCTOR_PASS, area, "hypervisor", NULL, "this is Dom0");
		dom0(doctor);
	} else {
		vgpu_doctor_say(doctor, DOCTOR_PASS, area, "hypervisor", NULL, "this is a guest");
		guest(doctor);
	}
}
