/* SPDX-License-Identifier: MIT */
#ifndef VGPU_FRONTEND_AGENT_LOG_H
#define VGPU_FRONTEND_AGENT_LOG_H

/*
 * One line on stderr (the journal): "vgpu-agentd: ...". What programs can cause is
 * limited to a few lines a second; how many were left out is said.
 */
void vgpu_agent_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
