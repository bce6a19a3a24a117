/* SPDX-License-Identifier: MIT */
/*
 * The program's own X connection: which display it is for, and waiting until
 * the server has seen what the program asked of it. The presenter has another
 * connection, which may only name a window once the server knows it.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <X11/Xlib.h>
#include <xcb/xcb.h>

#include "frontend/egl/egl.h"

/* These two read the structure through Xlib's macros, so they need no libX11. */
char *vgpu_egl_xlib_name(void *xlib_display)
{
	const char *name = DisplayString((Display *)xlib_display);

	return name ? strdup(name) : NULL;
}

int vgpu_egl_xlib_screen(void *xlib_display)
{
	return DefaultScreen((Display *)xlib_display);
}

/* ":73" out of "/tmp/.X11-unix/X73". */
static char *unix_name(const struct sockaddr_un *address, socklen_t size)
{
	size_t room = size > offsetof(struct sockaddr_un, sun_path)
	                      ? size - offsetof(struct sockaddr_un, sun_path)
	                      : 0;
	char path[sizeof(address->sun_path) + 1] = "", *name = NULL;
	const char *number;

	if (room > sizeof(address->sun_path))
		room = sizeof(address->sun_path);
	memcpy(path, address->sun_path, room);
	/* an abstract name begins with a NUL */
	number = strrchr(path[0] ? path : path + 1, '/');
	if (!number || number[1] != 'X' || strspn(number + 2, "0123456789") == 0 ||
	    asprintf(&name, ":%s", number + 2) < 0)
		return NULL;
	return name;
}

/* "host:10" out of a TCP address with port 6010. */
static char *tcp_name(const struct sockaddr *address, socklen_t size)
{
	char host[NI_MAXHOST], port[NI_MAXSERV], *name = NULL;
	long number;

	if (getnameinfo(address, size, host, sizeof(host), port, sizeof(port),
	                NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return NULL;
	number = strtol(port, NULL, 10) - 6000;
	if (number < 0 ||
	    asprintf(&name, strchr(host, ':') ? "[%s]:%ld" : "%s:%ld", host, number) < 0)
		return NULL;
	return name;
}

char *vgpu_egl_xcb_name(void *xcb_connection)
{
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_storage storage;
	} address;
	socklen_t size = sizeof(address);

	memset(&address, 0, sizeof(address));
	if (getpeername(xcb_get_file_descriptor(xcb_connection), &address.any, &size) < 0)
		return NULL;
	if (address.any.sa_family == AF_UNIX)
		return unix_name(&address.local, size);
	return tcp_name(&address.any, size);
}

void vgpu_egl_native_sync(const struct vgpu_egl_display *display)
{
	if (!display->native)
		return;
	if (display->platform == EGL_PLATFORM_X11_KHR) {
		/* the program that gave us a Display has libX11 loaded, perhaps not for all to see
		 */
		void *x11 = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
		int (*sync)(Display *, Bool) = NULL;

		if (!x11)
			return;
		*(void **)&sync = dlsym(x11, "XSync");
		if (sync)
			sync(display->native, False);
		dlclose(x11);
	} else if (display->platform == EGL_PLATFORM_XCB_EXT) {
		xcb_connection_t *c = display->native;

		free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
	}
}
