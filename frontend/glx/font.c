/* SPDX-License-Identifier: MIT */
/*
 * glXUseXFont: glyphs of an X font become display lists of glBitmap. They are
 * drawn into a pixmap by the X server, a batch at a time, and read back.
 */
#include <stdlib.h>
#include <string.h>
#include <GL/gl.h>
#include <GL/glext.h>

#include "frontend/glx/glx.h"

#define BATCH 64

struct gl {
	void (*NewList)(GLuint list, GLenum mode);
	void (*EndList)(void);
	void (*Bitmap)(GLsizei width, GLsizei height, GLfloat x, GLfloat y, GLfloat dx, GLfloat dy,
		       const GLubyte *bits);
	void (*PushClientAttrib)(GLbitfield mask);
	void (*PopClientAttrib)(void);
	void (*PixelStorei)(GLenum name, GLint value);
	void (*BindBuffer)(GLenum target, GLuint buffer);
};

static bool load(struct gl *gl)
{
#define LOAD(name) (*(void **)&gl->name = vgpu_gl_get_proc("gl" #name))
	return LOAD(NewList) && LOAD(EndList) && LOAD(Bitmap) && LOAD(PushClientAttrib) &&
	       LOAD(PopClientAttrib) && LOAD(PixelStorei) && LOAD(BindBuffer);
#undef LOAD
}

/* Where glyphs are drawn: BATCH cells of one glyph's largest extent, one below the other. */
struct sheet {
	Display *dpy;
	XFontStruct *font;
	Pixmap pixmap;
	GC gc;
	int left, up;               /* from the cell's corner to the glyph's origin */
	unsigned int width, height; /* of a cell */
};

/* The metrics of a character, NULL when the font does not have it. */
static const XCharStruct *metrics(const XFontStruct *font, unsigned int c)
{
	unsigned int columns = font->max_char_or_byte2 - font->min_char_or_byte2 + 1;
	unsigned int row = 0, column = c;
	const XCharStruct *m;

	if (font->min_byte1 || font->max_byte1) {
		row = c >> 8;
		column = c & 0xff;
		if (c > 0xffff || row < font->min_byte1 || row > font->max_byte1)
			return NULL;
		row -= font->min_byte1;
	}
	if (column < font->min_char_or_byte2 || column > font->max_char_or_byte2)
		return NULL;
	if (!font->per_char)
		return &font->max_bounds;
	m = &font->per_char[row * columns + (column - font->min_char_or_byte2)];
	/* a hole in the font is a character of no extent at all */
	if (!m->width && !m->lbearing && !m->rbearing && !m->ascent && !m->descent)
		return NULL;
	return m;
}

static bool sheet_init(struct sheet *s, Display *dpy, XFontStruct *font)
{
	XGCValues values = {
		.foreground = 0, .background = 0, .font = font->fid, .graphics_exposures = False
	};
	int right = font->max_bounds.rbearing, down = font->max_bounds.descent;

	s->dpy = dpy;
	s->font = font;
	s->left = font->min_bounds.lbearing < 0 ? -font->min_bounds.lbearing : 0;
	s->up = font->max_bounds.ascent > 0 ? font->max_bounds.ascent : 0;
	s->width = (unsigned int)(s->left + (right > 0 ? right : 0));
	s->height = (unsigned int)(s->up + (down > 0 ? down : 0));
	if (s->width == 0)
		s->width = 1;
	if (s->height == 0)
		s->height = 1;
	if (s->width > 32767 || s->height > 32767 / BATCH)
		return false; /* larger than a pixmap may be */
	s->pixmap = XCreatePixmap(dpy, DefaultRootWindow(dpy), s->width, s->height * BATCH, 1);
	s->gc = XCreateGC(dpy, s->pixmap,
			  GCForeground | GCBackground | GCFont | GCGraphicsExposures, &values);
	return true;
}

static void sheet_finish(struct sheet *s)
{
	XFreeGC(s->dpy, s->gc);
	XFreePixmap(s->dpy, s->pixmap);
}

/* Have count characters drawn, and read the sheet. */
static XImage *sheet_draw(struct sheet *s, unsigned int first, int count)
{
	XSetForeground(s->dpy, s->gc, 0);
	XFillRectangle(s->dpy, s->pixmap, s->gc, 0, 0, s->width, s->height * BATCH);
	XSetForeground(s->dpy, s->gc, 1);
	for (int i = 0; i < count; i++) {
		unsigned int c = first + (unsigned int)i;
		XChar2b ch = { (unsigned char)(c >> 8), (unsigned char)c };

		if (metrics(s->font, c))
			XDrawString16(s->dpy, s->pixmap, s->gc, s->left, (int)s->height * i + s->up,
				      &ch, 1);
	}
	return XGetImage(s->dpy, s->pixmap, 0, 0, s->width, s->height * (unsigned int)count, 1,
			 XYPixmap);
}

/* One glyph of the sheet as glBitmap wants it: rows from the bottom, padded to bytes. */
static void compile_glyph(const struct gl *gl, const struct sheet *s, XImage *image, int cell,
			  const XCharStruct *m, GLubyte *bits)
{
	int width = m->rbearing - m->lbearing, height = m->ascent + m->descent;
	size_t stride;

	if (width <= 0 || height <= 0) {
		gl->Bitmap(0, 0, 0, 0, m->width, 0, NULL);
		return;
	}
	stride = ((size_t)width + 7) / 8;
	memset(bits, 0, stride * (size_t)height);
	for (int y = 0; y < height; y++) {
		int from_y = (int)s->height * cell + s->up + m->descent - 1 - y;

		for (int x = 0; x < width; x++) {
			if (XGetPixel(image, s->left + m->lbearing + x, from_y))
				bits[stride * (size_t)y + (size_t)x / 8] |=
					(GLubyte)(0x80 >> x % 8);
		}
	}
	/* descent - 1: so the specification of glXUseXFont has it */
	gl->Bitmap(width, height, (GLfloat)-m->lbearing, (GLfloat)(m->descent - 1), m->width, 0,
		   bits);
}

static void set_unpack(const struct gl *gl)
{
	gl->PushClientAttrib(GL_CLIENT_PIXEL_STORE_BIT);
	gl->PixelStorei(GL_UNPACK_SWAP_BYTES, GL_FALSE);
	gl->PixelStorei(GL_UNPACK_LSB_FIRST, GL_FALSE);
	gl->PixelStorei(GL_UNPACK_ROW_LENGTH, 0);
	gl->PixelStorei(GL_UNPACK_SKIP_ROWS, 0);
	gl->PixelStorei(GL_UNPACK_SKIP_PIXELS, 0);
	gl->PixelStorei(GL_UNPACK_ALIGNMENT, 1);
	gl->BindBuffer(GL_PIXEL_UNPACK_BUFFER, 0); /* part of what is pushed */
}

void vgpu_glXUseXFont(Font id, int first, int count, int list)
{
	struct vgpu_glx_current *current = vgpu_glx_current_get();
	struct sheet sheet;
	XFontStruct *font;
	GLubyte *bits;
	struct gl gl;

	if (!current->context || count <= 0 || !load(&gl))
		return;
	font = XQueryFont(current->dpy, id); /* raises BadFont by itself */
	if (!font)
		return;
	font->fid = id; /* XQueryFont leaves the ID it was given, also a GC's */
	if (!sheet_init(&sheet, current->dpy, font))
		goto out_font;
	bits = malloc((size_t)(sheet.width + 7) / 8 * sheet.height + 1);
	if (!bits)
		goto out_sheet;
	set_unpack(&gl);
	for (int done = 0; done < count; done += BATCH) {
		int n = count - done < BATCH ? count - done : BATCH;
		XImage *image = sheet_draw(&sheet, (unsigned int)(first + done), n);

		if (!image)
			break;
		for (int i = 0; i < n; i++) {
			const XCharStruct *m = metrics(font, (unsigned int)(first + done + i));

			gl.NewList((GLuint)(list + done + i), GL_COMPILE);
			if (m)
				compile_glyph(&gl, &sheet, image, i, m, bits);
			gl.EndList();
		}
		XDestroyImage(image);
	}
	gl.PopClientAttrib();
	free(bits);
out_sheet:
	sheet_finish(&sheet);
out_font:
	XFreeFontInfo(NULL, font, 1);
}
