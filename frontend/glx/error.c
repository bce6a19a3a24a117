/* SPDX-License-Identifier: MIT */
/*
 * X errors made up here. A program that got a GLX protocol error from a server
 * would see it in its X error handler, with the GLX extension's error base and
 * opcode; it sees the same from here. The server is asked for the base once per
 * display (QueryExtension of the core protocol, no GLX request).
 */
#include <string.h>
#include <X11/Xlibint.h>
#include <X11/Xproto.h>

#include "frontend/glx/glx.h"

static void ask_codes(struct vgpu_glx_display *d)
{
	int opcode = 0, event = 0, error = 0;

	if (!XQueryExtension(d->dpy, "GLX", &opcode, &event, &error))
		opcode = error = 0;
	pthread_mutex_lock(&vgpu_glx_lock);
	d->major_opcode = opcode;
	d->error_base = error;
	pthread_mutex_unlock(&vgpu_glx_lock);
}

/* What comes nearest in the core protocol. */
static int core_error(int glx_error)
{
	switch (glx_error) {
	case GLXBadDrawable:
	case GLXBadPbuffer:
	case GLXBadCurrentDrawable:
		return BadDrawable;
	case GLXBadPixmap:
		return BadPixmap;
	case GLXBadWindow:
	case GLXBadCurrentWindow:
		return BadWindow;
	case GLXBadContextState:
		return BadAccess;
	case GLXUnsupportedPrivateRequest:
		return BadRequest;
	case GLXBadFBConfig:
	case GLXBadProfileARB:
		return BadMatch;
	default:
		return BadValue;
	}
}

void vgpu_glx_error(Display *dpy, enum vgpu_glx_error_kind kind, int code, int request, XID id)
{
	struct vgpu_glx_display *d = vgpu_glx_display_get(dpy);
	xError error;
	int base;

	if (!d)
		return;
	if (d->error_base < 0)
		ask_codes(d);
	base = d->error_base;
	if (kind == VGPU_GLX_ERROR)
		code = base ? base + code : core_error(code);
	vgpu_debug("X error %d for GLX request %d, id 0x%lx", code, request, id);
	memset(&error, 0, sizeof(error));
	error.type = X_Error;
	error.errorCode = (BYTE)code;
	error.resourceID = (CARD32)id;
	error.minorCode = (CARD16)request;
	error.majorCode = (CARD8)d->major_opcode;
	LockDisplay(dpy);
	error.sequenceNumber = (CARD16)dpy->request;
	_XError(dpy, &error);
	UnlockDisplay(dpy);
}
