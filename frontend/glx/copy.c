/* SPDX-License-Identifier: MIT */
/*
 * GLX_MESA_copy_sub_buffer: a rectangle of the back buffer to the front one,
 * which is then shown. Done with GL's own commands on the current context; the
 * program's state is put back.
 */
#include <GL/gl.h>
#include <GL/glext.h>

#include "frontend/glx/glx.h"

struct gl {
	void (*GetIntegerv)(GLenum name, GLint *value);
	GLboolean (*IsEnabled)(GLenum cap);
	void (*Enable)(GLenum cap);
	void (*Disable)(GLenum cap);
	void (*DrawBuffer)(GLenum buffer);
	void (*ReadBuffer)(GLenum buffer);
	void (*BindFramebuffer)(GLenum target, GLuint framebuffer);
	void (*BlitFramebuffer)(GLint x0, GLint y0, GLint x1, GLint y1, GLint to_x0, GLint to_y0,
				GLint to_x1, GLint to_y1, GLbitfield mask, GLenum filter);
};

static bool load(struct gl *gl)
{
#define LOAD(name) (*(void **)&gl->name = vgpu_gl_get_proc("gl" #name))
	return LOAD(GetIntegerv) && LOAD(IsEnabled) && LOAD(Enable) && LOAD(Disable) &&
	       LOAD(DrawBuffer) && LOAD(ReadBuffer) && LOAD(BindFramebuffer) &&
	       LOAD(BlitFramebuffer);
#undef LOAD
}

/* On the default framebuffer, which is bound. */
static void copy(const struct gl *gl, int x, int y, int width, int height)
{
	GLint draw = GL_BACK, read = GL_BACK;
	GLboolean scissor = gl->IsEnabled(GL_SCISSOR_TEST);

	gl->GetIntegerv(GL_DRAW_BUFFER, &draw);
	gl->GetIntegerv(GL_READ_BUFFER, &read);
	if (scissor)
		gl->Disable(GL_SCISSOR_TEST);
	gl->ReadBuffer(GL_BACK);
	gl->DrawBuffer(GL_FRONT);
	gl->BlitFramebuffer(x, y, x + width, y + height, x, y, x + width, y + height,
			    GL_COLOR_BUFFER_BIT, GL_NEAREST);
	if (scissor)
		gl->Enable(GL_SCISSOR_TEST);
	gl->DrawBuffer((GLenum)draw);
	gl->ReadBuffer((GLenum)read);
}

void vgpu_glXCopySubBufferMESA(Display *dpy, GLXDrawable drawable, int x, int y, int width,
			       int height)
{
	struct vgpu_glx_current *current = vgpu_glx_current_get();
	struct vgpu_glx_drawable *d = current->draw;
	GLint draw = 0, read = 0;
	struct gl gl;

	/* as natively: of what is current, and nothing of anything else */
	if (!current->context || !d || d->id != drawable || !d->drawable ||
	    !d->shape.double_buffer || width <= 0 || height <= 0 ||
	    current->context->context->params.api != VGPU_API_GL || !load(&gl))
		return;
	gl.GetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw);
	gl.GetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read);
	if (draw || read)
		gl.BindFramebuffer(GL_FRAMEBUFFER, 0);
	copy(&gl, x, y, width, height);
	if (draw)
		gl.BindFramebuffer(GL_DRAW_FRAMEBUFFER, (GLuint)draw);
	if (read)
		gl.BindFramebuffer(GL_READ_FRAMEBUFFER, (GLuint)read);
	vgpu_drawable_flush_front(d->drawable);
}
