/* SPDX-License-Identifier: MIT */
/*
 * The vendor-neutral half of extension functions: libGLX hands these out to
 * programs, and each finds the vendor that its arguments belong to and calls
 * that vendor's function. They may run for another vendor's objects.
 */
#ifndef VGPU_GLX_DISPATCH_H
#define VGPU_GLX_DISPATCH_H

#include <glvnd/libglxabi.h>

/* Called once, before anything else. exports stays valid. */
void vgpu_glx_dispatch_init(const __GLXapiExports *exports);
/* The dispatch function for a name, NULL when it is not an extension's of ours. */
void *vgpu_glx_dispatch_address(const char *name);
/* libGLX says which entry of vendors' tables the function has. */
void vgpu_glx_dispatch_index(const char *name, int index);

#endif
