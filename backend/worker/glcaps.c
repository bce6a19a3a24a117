/* SPDX-License-Identifier: MIT */
#include "backend/worker/glcaps.h"

#include <stdio.h>
#include <string.h>

#include "backend/worker/host_egl.h"

bool vgpu_wcaps_extension(const struct vgpu_wcaps *caps, const struct vgpu_gl *gl,
                          const char *name)
{
	GLint n = 0, i;

	if (caps->version < 30 || caps->api == VGPU_API_GLES1)
		return vgpu_host_has_word((const char *)gl->GetString(GL_EXTENSIONS), name);
	gl->GetIntegerv(GL_NUM_EXTENSIONS, &n);
	for (i = 0; i < n; i++) {
		const char *have = (const char *)gl->GetStringi(GL_EXTENSIONS, (GLuint)i);

		if (have && strcmp(have, name) == 0)
			return true;
	}
	return false;
}

static uint32_t read_version(const struct vgpu_gl *gl)
{
	const char *s = (const char *)gl->GetString(GL_VERSION);
	int major = 0, minor = 0;

	if (!s)
		return 0;
	s += strcspn(s, "0123456789");
	if (sscanf(s, "%d.%d", &major, &minor) != 2 || major < 1 || major > 9 || minor < 0 ||
	    minor > 9)
		return 0;
	return (uint32_t)(major * 10 + minor);
}

static bool is_compat(const struct vgpu_wcaps *caps, const struct vgpu_gl *gl)
{
	GLint mask = 0;

	if (caps->es)
		return false;
	if (caps->version >= 32) {
		gl->GetIntegerv(GL_CONTEXT_PROFILE_MASK, &mask);
		return (mask & GL_CONTEXT_COMPATIBILITY_PROFILE_BIT) != 0;
	}
	return caps->version < 31 || vgpu_wcaps_extension(caps, gl, "GL_ARB_compatibility");
}

void vgpu_wcaps_init(struct vgpu_wcaps *caps, const struct vgpu_gl *gl, enum vgpu_api api)
{
	bool es3;

	memset(caps, 0, sizeof(*caps));
	caps->api = api;
	caps->es = api != VGPU_API_GL;
	caps->version = read_version(gl);
	caps->compat = is_compat(caps, gl);
	es3 = caps->es && caps->version >= 30;
	caps->flip_y = api != VGPU_API_GLES1 &&
	               vgpu_wcaps_extension(caps, gl, "GL_MESA_framebuffer_flip_y");
	caps->split_fbo = !caps->es || es3;
	caps->draw_buffers = !caps->es || es3;
	caps->pack_buffer = es3 || (!caps->es && caps->version >= 21);
	caps->buffer_storage = (!caps->es && caps->version >= 44) ||
	                       (!caps->es &&
	                        vgpu_wcaps_extension(caps, gl, "GL_ARB_buffer_storage"));
	caps->copy_image = caps->version >= (caps->es ? 32u : 43u);
	caps->fence = es3 || (!caps->es && caps->version >= 32);
	caps->read_bgra = !caps->es || vgpu_wcaps_extension(caps, gl, "GL_EXT_read_format_bgra");
	caps->imaging = caps->compat && vgpu_wcaps_extension(caps, gl, "GL_ARB_imaging");
	caps->pack_invert = !caps->es && vgpu_wcaps_extension(caps, gl, "GL_MESA_pack_invert");

	if (api == VGPU_API_GLES1) {
		caps->GenFramebuffers = gl->GenFramebuffersOES;
		caps->DeleteFramebuffers = gl->DeleteFramebuffersOES;
		caps->BindFramebuffer = gl->BindFramebufferOES;
		caps->CheckFramebufferStatus = gl->CheckFramebufferStatusOES;
		caps->FramebufferTexture2D = gl->FramebufferTexture2DOES;
		caps->FramebufferRenderbuffer = gl->FramebufferRenderbufferOES;
	} else {
		caps->GenFramebuffers = gl->GenFramebuffers;
		caps->DeleteFramebuffers = gl->DeleteFramebuffers;
		caps->BindFramebuffer = gl->BindFramebuffer;
		caps->CheckFramebufferStatus = gl->CheckFramebufferStatus;
		caps->FramebufferTexture2D = gl->FramebufferTexture2D;
		caps->FramebufferRenderbuffer = gl->FramebufferRenderbuffer;
	}
	/* one name on ES, the other on the desktop; each fails on the other side */
	caps->FramebufferParameteri = caps->es && caps->version < 31
	                                      ? gl->FramebufferParameteriMESA
	                                      : gl->FramebufferParameteri;
	caps->known = true;
}
