/* SPDX-License-Identifier: MIT */
/*
 * vgpu-ctl doctor: looks at everything that the split needs here, and says for each
 * thing whether it is right, and if not which command makes it right. It changes nothing.
 */
#ifndef VGPU_TOOLS_CTL_DOCTOR_H
#define VGPU_TOOLS_CTL_DOCTOR_H

#include <stdbool.h>

enum vgpu_verdict {
	DOCTOR_PASS,
	DOCTOR_WARN, /* works, but slowly, unsafely, or not for much */
	DOCTOR_FAIL, /* does not work */
};

struct vgpu_doctor {
	struct json_object *checks; /* array of {area, check, verdict, text, fix} */
	const char *root; /* before paths of /proc, /sys, /dev and /etc: "", or a tree of a test */
	const char *xl;   /* the command that asks Xen */
	int count[3];     /* by verdict */
};

/* One finding. fix: the command or step that makes it right, NULL where there is none. */
void vgpu_doctor_say(struct vgpu_doctor *doctor, enum vgpu_verdict verdict, const char *area,
		     const char *check, const char *fix, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* Xen, its devices and limits: of Dom0, of a guest, or that there is none. */
void vgpu_doctor_xen(struct vgpu_doctor *doctor);
/* Device nodes of a GPU, and who may open them. */
void vgpu_doctor_gpu(struct vgpu_doctor *doctor);
/* The daemon's socket, a worker that draws, its jail. */
void vgpu_doctor_backend(struct vgpu_doctor *doctor);

/* Read a small file below doctor->root, without its last newline. Returns false when it cannot. */
bool vgpu_doctor_read(const struct vgpu_doctor *doctor, const char *path, char *text, int size);
/* Is there such a path below doctor->root? */
bool vgpu_doctor_exists(const struct vgpu_doctor *doctor, const char *path);
/*
 * The output of a command (argv, by path or in PATH), at most size - 1 octets, after
 * at most 60 s. Returns its exit code, or -1 when it could not be run or did not end.
 */
int vgpu_doctor_run(char *const argv[], char *output, int size);

#endif
