/* SPDX-License-Identifier: MIT */
#include "backend/worker/task.h"

#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool offered, quit;
static struct vgpu_task *queue; /* of the first thread; the head is being run */

static void *run_thread(void *data)
{
	struct vgpu_task *task = data;

	task->fn(task->data);
	if (task->then)
		task->then();
	free(task);
	return NULL;
}

/* The lock is held. False: the first thread is taken, or there is none. */
static bool enqueue(struct vgpu_task *task, bool behind_own)
{
	struct vgpu_task **at;

	if (!offered || quit)
		return false;
	for (at = &queue; *at; at = &(*at)->next)
		if (!behind_own || (*at)->owner != task->owner)
			return false;
	*at = task;
	pthread_cond_broadcast(&changed);
	return true;
}

bool vgpu_task_try(struct vgpu_task *task)
{
	bool taken;

	pthread_mutex_lock(&lock);
	taken = enqueue(task, false);
	pthread_mutex_unlock(&lock);
	return taken;
}

void vgpu_task_join(struct vgpu_task *task)
{
	pthread_mutex_lock(&lock);
	while (!task->done)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

void vgpu_task_after(void (*fn)(void *data), void *data, void (*then)(void), const void *owner)
{
	struct vgpu_task *task = calloc(1, sizeof(*task));
	pthread_t thread;
	bool first = false;

	if (task) {
		*task = (struct vgpu_task){ fn, data, then, owner, .detached = true };
		pthread_mutex_lock(&lock);
		first = enqueue(task, true);
		pthread_mutex_unlock(&lock);
	}
	if (first)
		return;
	if (task && pthread_create(&thread, NULL, run_thread, task) == 0) {
		pthread_detach(thread);
		return;
	}
	free(task);
	fn(data);
	if (then)
		then();
}

void vgpu_task_offer(void)
{
	pthread_mutex_lock(&lock);
	offered = true;
	pthread_mutex_unlock(&lock);
}

void vgpu_task_serve(void)
{
	pthread_mutex_lock(&lock);
	for (;;) {
		struct vgpu_task *task = queue;
		void (*then)(void);

		if (!task && quit)
			break;
		if (!task) {
			pthread_cond_wait(&changed, &lock);
			continue;
		}
		pthread_mutex_unlock(&lock);
		task->fn(task->data);
		pthread_mutex_lock(&lock);
		queue = task->next;
		then = task->then;
		if (task->detached)
			free(task);
		else
			task->done = true;
		pthread_cond_broadcast(&changed);
		if (then) {
			pthread_mutex_unlock(&lock);
			then();
			pthread_mutex_lock(&lock);
		}
	}
	offered = false;
	pthread_mutex_unlock(&lock);
}

void vgpu_task_quit(void)
{
	pthread_mutex_lock(&lock);
	quit = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}
