/* SPDX-License-Identifier: MIT */
/* Handles: objects in a display's list, counted. */
#include <stdlib.h>

#include "frontend/egl/egl.h"

pthread_mutex_t vgpu_egl_lock = PTHREAD_MUTEX_INITIALIZER;

void vgpu_egl_object_add(struct vgpu_egl_object *object, enum vgpu_egl_kind kind,
                         struct vgpu_egl_display *display)
{
	object->kind = kind;
	object->refs = 1;
	object->display = display;
	pthread_mutex_lock(&vgpu_egl_lock);
	object->next = display->objects;
	display->objects = object;
	pthread_mutex_unlock(&vgpu_egl_lock);
}

static struct vgpu_egl_object **find(struct vgpu_egl_display *display, void *handle,
                                     enum vgpu_egl_kind kind)
{
	struct vgpu_egl_object **p = &display->objects;

	while (*p && (*p != handle || (*p)->kind != kind))
		p = &(*p)->next;
	return p;
}

void *vgpu_egl_object_get(struct vgpu_egl_display *display, void *handle, enum vgpu_egl_kind kind)
{
	struct vgpu_egl_object *object;

	pthread_mutex_lock(&vgpu_egl_lock);
	object = *find(display, handle, kind);
	if (object)
		object->refs++;
	pthread_mutex_unlock(&vgpu_egl_lock);
	return object;
}

void *vgpu_egl_object_take(struct vgpu_egl_display *display, void *handle, enum vgpu_egl_kind kind)
{
	struct vgpu_egl_object *object, **p;

	pthread_mutex_lock(&vgpu_egl_lock);
	p = find(display, handle, kind);
	object = *p;
	if (object)
		*p = object->next;
	pthread_mutex_unlock(&vgpu_egl_lock);
	return object;
}

void vgpu_egl_object_put(struct vgpu_egl_object *object)
{
	bool last;

	if (!object)
		return;
	pthread_mutex_lock(&vgpu_egl_lock);
	last = --object->refs == 0;
	pthread_mutex_unlock(&vgpu_egl_lock);
	if (!last)
		return;
	switch (object->kind) {
	case VGPU_EGL_CONTEXT:
		vgpu_egl_context_free((struct vgpu_egl_context *)object);
		break;
	case VGPU_EGL_SURFACE:
		vgpu_egl_surface_free((struct vgpu_egl_surface *)object);
		break;
	case VGPU_EGL_SYNC:
		vgpu_egl_sync_free((struct vgpu_egl_sync *)object);
		break;
	case VGPU_EGL_IMAGE:
		vgpu_egl_image_free((struct vgpu_egl_image *)object);
		break;
	}
}

void vgpu_egl_objects_drop(struct vgpu_egl_display *display)
{
	struct vgpu_egl_object *object;

	for (;;) {
		pthread_mutex_lock(&vgpu_egl_lock);
		object = display->objects;
		if (object)
			display->objects = object->next;
		pthread_mutex_unlock(&vgpu_egl_lock);
		if (!object)
			return;
		vgpu_egl_object_put(object);
	}
}
