/* SPDX-License-Identifier: MIT */
/*
 * The environment that makes libglvnd load the vgpu libraries into a program:
 * what vgpu-run sets, and what vgpu-info tries. Mesa's entries stay behind ours,
 * so that a program still gets GL when the vgpu library steps aside.
 */
#ifndef VGPU_TOOLS_COMMON_GUEST_ENV_H
#define VGPU_TOOLS_COMMON_GUEST_ENV_H

#include "tools/common/paths.h"

/*
 * Change this process's environment. socket: where the backend listens; NULL
 * leaves VGPU_SOCKET alone. Returns 0 or -ENOMEM.
 */
int vgpu_guest_env_set(const struct vgpu_paths *paths, const char *socket);

/*
 * Remove from this process's environment what vgpu_guest_env_set (of an outer
 * vgpu-run) has put there: for starting a backend, which must use the host's GL.
 */
void vgpu_guest_env_clear(void);

/*
 * The ICD files that libglvnd's EGL reads in this environment, in its order,
 * joined by ':'. To be freed by the caller; NULL when memory is short.
 */
char *vgpu_egl_icd_list(void);

#endif
