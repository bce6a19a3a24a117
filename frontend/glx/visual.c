/* SPDX-License-Identifier: MIT */
/*
 * X visuals as GLX 1.2 programs use them: choose a visual, create a window and
 * a context with it. A visual on a server without GLX stands for many configs,
 * so what was chosen is remembered: with the XVisualInfo that was handed out,
 * and as the visual's last choice for programs that go by the visual's ID.
 */
#include <stdlib.h>

#include "frontend/glx/glx.h"

/* The lock is held. */
static struct vgpu_glx_visual *visual_find(struct vgpu_glx_screen *s, VisualID id)
{
	for (size_t i = 0; i < s->visual_count; i++)
		if (s->visuals[i].id == id)
			return &s->visuals[i];
	return NULL;
}

/* An XVisualInfo for the config, the program's to XFree. */
static XVisualInfo *hand_out(Display *dpy, struct vgpu_glx_config *config)
{
	XVisualInfo template = { .visualid = config->visual_id, .screen = config->screen->number };
	struct vgpu_glx_display *d = vgpu_glx_display_get(dpy);
	struct vgpu_glx_visual *v;
	XVisualInfo *info;
	unsigned int at;
	int n = 0;

	if (!d || !config->visual_id)
		return NULL;
	info = XGetVisualInfo(dpy, VisualIDMask | VisualScreenMask, &template, &n);
	if (!info)
		return NULL;
	pthread_mutex_lock(&vgpu_glx_lock);
	v = visual_find(config->screen, config->visual_id);
	if (v)
		v->chosen = config;
	at = d->handed_next++ % VGPU_GLX_HANDED_OUT;
	for (unsigned int i = 0; i < VGPU_GLX_HANDED_OUT; i++)
		if (d->handed_out[i].info == info)
			d->handed_out[i].info = NULL; /* freed and given out again */
	d->handed_out[at].info = info;
	d->handed_out[at].id = info->visualid;
	d->handed_out[at].config = config;
	pthread_mutex_unlock(&vgpu_glx_lock);
	return info;
}

struct vgpu_glx_config *vgpu_glx_visual_id_config(Display *dpy, int screen, VisualID id)
{
	struct vgpu_glx_screen *s = vgpu_glx_screen_get(dpy, screen);
	struct vgpu_glx_config *config = NULL;
	struct vgpu_glx_visual *v;

	if (!s)
		return NULL;
	pthread_mutex_lock(&vgpu_glx_lock);
	v = visual_find(s, id);
	if (v)
		config = v->chosen ? v->chosen : v->primary;
	pthread_mutex_unlock(&vgpu_glx_lock);
	return config;
}

struct vgpu_glx_config *vgpu_glx_visual_config(Display *dpy, const XVisualInfo *info)
{
	struct vgpu_glx_display *d = vgpu_glx_display_get(dpy);
	struct vgpu_glx_config *config = NULL;

	if (!d || !info)
		return NULL;
	pthread_mutex_lock(&vgpu_glx_lock);
	for (unsigned int i = 0; i < VGPU_GLX_HANDED_OUT; i++)
		if (d->handed_out[i].info == info && d->handed_out[i].id == info->visualid)
			config = d->handed_out[i].config;
	pthread_mutex_unlock(&vgpu_glx_lock);
	return config ? config : vgpu_glx_visual_id_config(dpy, info->screen, info->visualid);
}

XVisualInfo *vgpu_glXGetVisualFromFBConfig(Display *dpy, GLXFBConfig config)
{
	if (!vgpu_glx_config_valid(config))
		return NULL;
	return hand_out(dpy, (struct vgpu_glx_config *)config);
}

GLXFBConfigSGIX vgpu_glXGetFBConfigFromVisualSGIX(Display *dpy, XVisualInfo *info)
{
	return (GLXFBConfigSGIX)vgpu_glx_visual_config(dpy, info);
}

XVisualInfo *vgpu_glXChooseVisual(Display *dpy, int screen, int *attribs)
{
	struct vgpu_glx_screen *s = vgpu_glx_screen_get(dpy, screen);
	struct vgpu_glx_config *config;

	if (!s)
		return NULL;
	config = vgpu_glx_choose_visual(s->configs, s->config_count, attribs);
	return config ? hand_out(dpy, config) : NULL;
}

int vgpu_glXGetConfig(Display *dpy, XVisualInfo *info, int attribute, int *value)
{
	struct vgpu_glx_config *config;

	if (!info || !vgpu_glx_screen_get(dpy, info->screen))
		return GLX_BAD_SCREEN;
	config = vgpu_glx_visual_config(dpy, info);
	if (!config) {
		if (attribute != GLX_USE_GL)
			return GLX_BAD_VISUAL;
		*value = False;
		return 0;
	}
	if (attribute == GLX_VISUAL_ID)
		*value = (int)info->visualid; /* several may share a config */
	else
		return vgpu_glx_config_attrib(config, attribute, value);
	return 0;
}
