/* SPDX-License-Identifier: MIT */
/*
 * Quiescing (protocol/vgpuif.h): programs pause, the rings are drained, the event
 * channel is unbound, and only then the guest may be suspended.
 */
#ifndef VGPU_FRONTEND_AGENT_QUIESCE_H
#define VGPU_FRONTEND_AGENT_QUIESCE_H

#include <stdint.h>

struct vgpu_agent;

/* The backend's "quiesce" is number: obey, or go on when it is 0. The device is connected. */
void vgpu_quiesce_look(struct vgpu_agent *agent, uint32_t number);
/* The device is no longer connected: nothing is to be acknowledged, programs go on. */
void vgpu_quiesce_stop(struct vgpu_agent *agent);

/* device.c, for quiesce.c: bind a new port; unbind the one there is. */
int vgpu_device_bind(struct vgpu_agent *agent);
void vgpu_device_unbind(struct vgpu_agent *agent);

#endif
