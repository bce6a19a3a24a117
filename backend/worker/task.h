/* SPDX-License-Identifier: MIT */
/*
 * Threads that call the driver. One of them, the process's first, opens the host's
 * EGL, and as long as only it calls the driver, drivers that lock nothing in
 * programs of one thread lock nothing here: on NVIDIA's a draw costs 20 ns then and
 * 49 ns for ever after the first call from another thread. So it is given the first
 * stream of a program that draws, and putting the program away; what comes while it is
 * taken gets a thread of its own.
 */
#ifndef VGPU_BACKEND_WORKER_TASK_H
#define VGPU_BACKEND_WORKER_TASK_H

#include <pthread.h>
#include <stdbool.h>

struct vgpu_task {
	void (*fn)(void *data);
	void *data;
	void (*then)(void); /* called when the thread is free for the next task; or NULL */
	const void *owner; /* whose it is; only compared */
	/* The rest is task.c's. */
	struct vgpu_task *next;
	bool detached, done;
};

/* Run it on the first thread. False: that is not free. The task lives until it is joined. */
bool vgpu_task_try(struct vgpu_task *task);
/* Wait until a task that was taken is done. */
void vgpu_task_join(struct vgpu_task *task);
/*
 * Run fn, on the first thread if that is free or has nothing but tasks of the same
 * owner to do, which then come before; nobody joins it. then: as in struct vgpu_task.
 * Where there is no thread to be had it runs at once.
 */
void vgpu_task_after(void (*fn)(void *data), void *data, void (*then)(void), const void *owner);

/* For main(): offer the calling thread to tasks from now on (before they are started) ... */
void vgpu_task_offer(void);
/* ... and run them, until vgpu_task_quit was called and none is left. */
void vgpu_task_serve(void);
void vgpu_task_quit(void);

#endif
