/* SPDX-License-Identifier: MIT */
/* The GLX functions that hand out frame buffer configurations. */
#include <stdlib.h>

#include "frontend/glx/glx.h"

GLXFBConfig *vgpu_glXGetFBConfigs(Display *dpy, int screen, int *count)
{
	struct vgpu_glx_screen *s = vgpu_glx_screen_get(dpy, screen);
	struct vgpu_glx_config **list;

	*count = 0;
	if (!s)
		return NULL;
	/* The program frees it with XFree. */
	list = malloc(s->config_count * sizeof(*list));
	if (!list)
		return NULL;
	for (size_t i = 0; i < s->config_count; i++)
		list[i] = &s->configs[i];
	*count = (int)s->config_count;
	return (GLXFBConfig *)list;
}

GLXFBConfig *vgpu_glXChooseFBConfig(Display *dpy, int screen, const int *attribs, int *count)
{
	struct vgpu_glx_screen *s = vgpu_glx_screen_get(dpy, screen);
	struct vgpu_glx_config **list;
	size_t n;

	*count = 0;
	if (!s)
		return NULL;
	list = malloc(s->config_count * sizeof(*list));
	if (!list)
		return NULL;
	n = vgpu_glx_choose(s->configs, s->config_count, attribs, list);
	if (n == 0) {
		free(list);
		return NULL;
	}
	*count = (int)n;
	return (GLXFBConfig *)list;
}

int vgpu_glXGetFBConfigAttrib(Display *dpy, GLXFBConfig config, int attribute, int *value)
{
	if (!vgpu_glx_config_valid(config))
		return GLX_BAD_VISUAL;
	return vgpu_glx_config_attrib((struct vgpu_glx_config *)config, attribute, value);
}
