/* SPDX-License-Identifier: MIT */
/*
 * Framebuffers: what the guest must know is whether the program draws into the
 * front buffer of its window, and when the window may have changed size.
 */
#include "encode.h"
#include "entry.h"
#include "frontend/gl/state.h"

static bool names_front(GLenum buffer)
{
	return buffer == GL_FRONT || buffer == GL_FRONT_LEFT || buffer == GL_FRONT_RIGHT ||
	       buffer == GL_FRONT_AND_BACK || buffer == GL_LEFT || buffer == GL_RIGHT;
}

static void bind(struct vgpu_context *ctx, GLenum target, GLuint framebuffer)
{
	vgpu_guest_names_note(ctx, VGPU_NAME_FRAMEBUFFER, framebuffer);
	if (target == GL_FRAMEBUFFER || target == GL_DRAW_FRAMEBUFFER)
		ctx->gl->draw_framebuffer = framebuffer;
}

void GLAPIENTRY entry_glBindFramebuffer(GLenum target, GLuint framebuffer)
{
	VGPU_GL_CONTEXT();
	if (gl->core && framebuffer && !vgpu_guest_names_known(ctx, VGPU_NAME_FRAMEBUFFER, framebuffer)) {
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	bind(ctx, target, framebuffer);
	enc_glBindFramebuffer(s, target, framebuffer);
}

void GLAPIENTRY entry_glBindFramebufferEXT(GLenum target, GLuint framebuffer)
{
	VGPU_GL_CONTEXT();
	bind(ctx, target, framebuffer);
	enc_glBindFramebufferEXT(s, target, framebuffer);
}

void GLAPIENTRY entry_glBindFramebufferOES(GLenum target, GLuint framebuffer)
{
	VGPU_GL_CONTEXT();
	bind(ctx, target, framebuffer);
	enc_glBindFramebufferOES(s, target, framebuffer);
}

static bool forget(GLsizei n, const GLuint *framebuffers)
{
	GLsizei i;

	VGPU_GL_CONTEXT(false);
	if (n < 0 || !framebuffers) {
		if (n < 0)
			vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	for (i = 0; i < n; i++) {
		if (framebuffers[i] && gl->draw_framebuffer == framebuffers[i])
			gl->draw_framebuffer = 0;
	}
	return true;
}

void GLAPIENTRY entry_glDeleteFramebuffers(GLsizei n, const GLuint *framebuffers)
{
	if (!forget(n, framebuffers))
		return;
	VGPU_GL_CONTEXT();
	enc_glDeleteFramebuffers(s, n, framebuffers);
	vgpu_guest_names_free(ctx, VGPU_NAME_FRAMEBUFFER, (uint32_t)n, framebuffers);
}

void GLAPIENTRY entry_glDeleteFramebuffersOES(GLsizei n, const GLuint *framebuffers)
{
	if (!forget(n, framebuffers))
		return;
	VGPU_GL_CONTEXT();
	enc_glDeleteFramebuffersOES(s, n, framebuffers);
	vgpu_guest_names_free(ctx, VGPU_NAME_FRAMEBUFFER, (uint32_t)n, framebuffers);
}

static void draw_buffers(struct vgpu_context *ctx, GLuint framebuffer, GLsizei n, const GLenum *bufs)
{
	GLsizei i;

	if (framebuffer)
		return;
	ctx->gl->front = false;
	for (i = 0; i < n; i++)
		ctx->gl->front |= names_front(bufs[i]);
}

void GLAPIENTRY entry_glDrawBuffer(GLenum buf)
{
	VGPU_GL_CONTEXT();
	if (!gl->desktop) { /* the host has the entry point, ES has not */
		vgpu_gl_set_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	draw_buffers(ctx, gl->draw_framebuffer, 1, &buf);
	enc_glDrawBuffer(s, buf);
}

void GLAPIENTRY entry_glDrawBuffers(GLsizei n, const GLenum *bufs)
{
	VGPU_GL_CONTEXT();
	if (n < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	draw_buffers(ctx, gl->draw_framebuffer, n, bufs);
	enc_glDrawBuffers(s, n, bufs);
}

void GLAPIENTRY entry_glNamedFramebufferDrawBuffer(GLuint framebuffer, GLenum buf)
{
	VGPU_GL_CONTEXT();
	draw_buffers(ctx, framebuffer, 1, &buf);
	enc_glNamedFramebufferDrawBuffer(s, framebuffer, buf);
}

void GLAPIENTRY entry_glNamedFramebufferDrawBuffers(GLuint framebuffer, GLsizei n,
                                                    const GLenum *bufs)
{
	VGPU_GL_CONTEXT();
	if (n < 0) {
		vgpu_gl_set_error(ctx, GL_INVALID_VALUE);
		return;
	}
	draw_buffers(ctx, framebuffer, n, bufs);
	enc_glNamedFramebufferDrawBuffers(s, framebuffer, n, bufs);
}

/* Programs set the viewport when they learn of a new window size; so do we. */
void GLAPIENTRY entry_glViewport(GLint x, GLint y, GLsizei width, GLsizei height)
{
	uint32_t w, h;

	VGPU_GL_CONTEXT();
	if (ctx->draw && !gl->draw_framebuffer) {
		vgpu_drawable_size(ctx->draw, &w, &h);
		if ((uint32_t)width != w || (uint32_t)height != h)
			vgpu_drawable_check_size(ctx->draw);
	}
	enc_glViewport(s, x, y, width, height);
}

/* The stack is the host's; what it may bring back is asked for when needed. */
void GLAPIENTRY entry_glPopAttrib(void)
{
	VGPU_GL_CONTEXT();
	gl->restart.unknown = true;
	enc_glPopAttrib(s);
}

/* ---- enables that a draw depends on ------------------------------------------------------ */

static bool is_array(GLenum cap)
{
	return (cap >= GL_VERTEX_ARRAY && cap <= GL_EDGE_FLAG_ARRAY) || cap == GL_FOG_COORD_ARRAY ||
	       cap == GL_SECONDARY_COLOR_ARRAY || cap == 0x8B9C /* GL_POINT_SIZE_ARRAY_OES */;
}

static bool restart(struct vgpu_gl_state *gl, GLenum cap, bool on)
{
	if (cap == GL_PRIMITIVE_RESTART)
		gl->restart.enabled = on;
	else if (cap == GL_PRIMITIVE_RESTART_FIXED_INDEX)
		gl->restart.fixed = on;
	else
		return false;
	return true;
}

/* Drivers take the client's arrays here too; in a list they would stay the host's. */
static bool client_array(struct vgpu_gl_state *gl, GLenum cap)
{
	return !gl->core && gl->list_mode != GL_COMPILE &&
	       vgpu_gl_client_state(gl, cap, gl->client_texture) < VGPU_ARRAY_COUNT;
}

void GLAPIENTRY entry_glEnable(GLenum cap)
{
	VGPU_GL_CONTEXT();
	if (client_array(gl, cap)) {
		entry_glEnableClientState(cap);
		return;
	}
	if (!restart(gl, cap, true) && (cap == GL_CONVOLUTION_1D || cap == GL_CONVOLUTION_2D ||
	                                cap == GL_SEPARABLE_2D))
		gl->convolution = true;
	enc_glEnable(s, cap);
}

void GLAPIENTRY entry_glDisable(GLenum cap)
{
	VGPU_GL_CONTEXT();
	if (client_array(gl, cap)) {
		entry_glDisableClientState(cap);
		return;
	}
	restart(gl, cap, false);
	enc_glDisable(s, cap);
}

/* Indexed enables of arrays; what else there is goes to the host. */
static void enable_indexed(GLenum target, GLuint index, bool on)
{
	VGPU_GL_CONTEXT();
	if (is_array(target) && on)
		entry_glEnableClientStateiEXT(target, index);
	else if (is_array(target))
		entry_glDisableClientStateiEXT(target, index);
	else if (on)
		enc_glEnablei(s, target, index);
	else
		enc_glDisablei(s, target, index);
}

void GLAPIENTRY entry_glEnablei(GLenum target, GLuint index)
{
	enable_indexed(target, index, true);
}

void GLAPIENTRY entry_glDisablei(GLenum target, GLuint index)
{
	enable_indexed(target, index, false);
}
