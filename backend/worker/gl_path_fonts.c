/* SPDX-License-Identifier: MIT */
/*
 * Paths of glyphs. The driver's own fonts are there, and fonts that come in
 * memory. Fonts of the host's system and files of the host are not: a guest has
 * no business there. They are fonts that cannot be loaded, as the specification
 * provides for.
 */
#include <errno.h>
#include <string.h>

#include "backend/worker/context.h"
#include "backend/worker/decode_support.h"
#include "backend/worker/gl_paths.h"
#include "decode.h"
#include "ops.h"
#include "protocol/wire.h"

#define GLYPH_BYTES 1024u /* guessed before; measured after */

static bool of_host(GLenum target)
{
	return target == GL_SYSTEM_FONT_NAME_NV || target == GL_FILE_NAME_NV;
}

/* A font of the host: what is wrong beside that is still an error. */
static int unavailable(struct vgpu_replay *r, GLsizei glyphs, GLfloat em_scale)
{
	if (glyphs < 0 || em_scale < 0)
		vgpu_wcontext_raise(r, GL_INVALID_VALUE);
	return 0;
}

int replay_glPathGlyphsNV(struct vgpu_replay *r, const struct args_glPathGlyphsNV *a)
{
	if (vgpu_path_list_bytes(a->numGlyphs, a->type, a->charcodes, a->charcodes_bytes) !=
	    (int64_t)a->charcodes_bytes)
		return -EPROTO;
	if (of_host(a->fontTarget))
		return unavailable(r, a->numGlyphs, a->emScale);
	if (!vgpu_wpaths_begin(r, a->firstPathName, a->numGlyphs,
			       vgpu_bytes(a->numGlyphs, GLYPH_BYTES)))
		return 0;
	r->gl->PathGlyphsNV(a->firstPathName, a->fontTarget, a->fontName, a->fontStyle,
			    a->numGlyphs, a->type, a->charcodes, a->handleMissingGlyphs,
			    a->pathParameterTemplate, a->emScale);
	vgpu_wpaths_end(r, a->firstPathName, a->numGlyphs);
	return 0;
}

int replay_glPathGlyphRangeNV(struct vgpu_replay *r, const struct args_glPathGlyphRangeNV *a)
{
	if (of_host(a->fontTarget))
		return unavailable(r, a->numGlyphs, a->emScale);
	if (!vgpu_wpaths_begin(r, a->firstPathName, a->numGlyphs,
			       vgpu_bytes(a->numGlyphs, GLYPH_BYTES)))
		return 0;
	r->gl->PathGlyphRangeNV(a->firstPathName, a->fontTarget, a->fontName, a->fontStyle,
				a->firstGlyph, a->numGlyphs, a->handleMissingGlyphs,
				a->pathParameterTemplate, a->emScale);
	vgpu_wpaths_end(r, a->firstPathName, a->numGlyphs);
	return 0;
}

int replay_glPathGlyphIndexArrayNV(struct vgpu_replay *r,
				   const struct args_glPathGlyphIndexArrayNV *a)
{
	GLenum status = GL_FONT_UNAVAILABLE_NV;

	if (of_host(a->fontTarget)) {
		unavailable(r, a->numGlyphs, a->emScale);
	} else if (vgpu_wpaths_begin(r, a->firstPathName, a->numGlyphs,
				     vgpu_bytes(a->numGlyphs, GLYPH_BYTES))) {
		status = r->gl->PathGlyphIndexArrayNV(
			a->firstPathName, a->fontTarget, a->fontName, a->fontStyle,
			a->firstGlyphIndex, a->numGlyphs, a->pathParameterTemplate, a->emScale);
		vgpu_wpaths_end(r, a->firstPathName, a->numGlyphs);
	}
	return vgpu_answer_value(r, VGPU_OP_glPathGlyphIndexArrayNV, status);
}

int replay_glPathMemoryGlyphIndexArrayNV(struct vgpu_replay *r,
					 const struct args_glPathMemoryGlyphIndexArrayNV *a)
{
	GLenum status = GL_FONT_UNAVAILABLE_NV;

	if (vgpu_wpaths_begin(r, a->firstPathName, a->numGlyphs,
			      vgpu_bytes(a->numGlyphs, GLYPH_BYTES))) {
		status = r->gl->PathMemoryGlyphIndexArrayNV(
			a->firstPathName, a->fontTarget, a->fontSize, a->fontData, a->faceIndex,
			a->firstGlyphIndex, a->numGlyphs, a->pathParameterTemplate, a->emScale);
		vgpu_wpaths_end(r, a->firstPathName, a->numGlyphs);
	}
	return vgpu_answer_value(r, VGPU_OP_glPathMemoryGlyphIndexArrayNV, status);
}

/* All glyphs of a font, under names that the driver chooses. */
int replay_glPathGlyphIndexRangeNV(struct vgpu_replay *r,
				   const struct args_glPathGlyphIndexRangeNV *a)
{
	struct vgpu_out out = { .capacity = 2 * sizeof(GLuint),
				.element = sizeof(GLuint),
				.kind = -1 };
	GLuint made[2] = { 0 };
	uint64_t status = GL_FONT_UNAVAILABLE_NV;
	int pass = 0;

	while (vgpu_outs_once(r, &out, 1, &pass)) {
		if (of_host(a->fontTarget)) {
			unavailable(r, 0, a->emScale);
			continue;
		}
		if (!vgpu_wpaths_begin(r, 0, 0, 0))
			continue;
		status = r->gl->PathGlyphIndexRangeNV(a->fontTarget, a->fontName, a->fontStyle,
						      a->pathParameterTemplate, a->emScale,
						      out.data);
		memcpy(made, out.data, sizeof(made));
		vgpu_wpaths_end(r, made[0], made[1] <= VGPU_MAX_PATHS ? made[1] : 0);
	}
	return vgpu_outs_answer(r, VGPU_OP_glPathGlyphIndexRangeNV, &status, &out, 1);
}
