/* SPDX-License-Identifier: MIT */
/* Memory that the host's GL writes feedback and selection results to, for one context. */
#ifndef VGPU_BACKEND_WORKER_GL_FEEDBACK_H
#define VGPU_BACKEND_WORKER_GL_FEEDBACK_H

struct vgpu_wfeedback;

/* Only when the host's context is gone, since it holds the address. NULL is fine. */
void vgpu_wfeedback_destroy(struct vgpu_wfeedback *feedback);

#endif
