/* SPDX-License-Identifier: MIT */
/* GL_NV_path_rendering: a font in a file is one of the program's, and goes to the host as memory.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "encode.h"
#include "entry.h"
#include "frontend/gl/encode_support.h"
#include "frontend/gl/state.h"

/* The file's contents, freed by the caller; NULL: it cannot be read, or is larger than a command.
 */
static void *read_file(const char *name, size_t *bytes_out)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *data = NULL;
	size_t at = 0;
	ssize_t n;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (uint64_t)st.st_size > VGPU_MAX_COMMAND - 4096)
		goto out;
	data = malloc((size_t)st.st_size);
	while (data && at < (size_t)st.st_size) {
		n = read(fd, data + at, (size_t)st.st_size - at);
		if (n <= 0) {
			free(data);
			data = NULL;
			break;
		}
		at += (size_t)n;
	}
	*bytes_out = at;
out:
	close(fd);
	return data;
}

GLenum GLAPIENTRY entry_glPathGlyphIndexArrayNV(GLuint firstPathName, GLenum fontTarget,
						const void *fontName, GLbitfield fontStyle,
						GLuint firstGlyphIndex, GLsizei numGlyphs,
						GLuint pathParameterTemplate, GLfloat emScale)
{
	GLenum status;
	size_t bytes;
	void *font = NULL;

	VGPU_GL_CONTEXT(0);
	if (fontTarget == GL_FILE_NAME_NV)
		font = read_file(fontName, &bytes);
	if (!font) {
		if (!vgpu_fits(ctx, vgpu_string_bytes(fontName, -1)))
			return 0;
		return enc_glPathGlyphIndexArrayNV(s, firstPathName, fontTarget, fontName,
						   fontStyle, firstGlyphIndex, numGlyphs,
						   pathParameterTemplate, emScale);
	}
	status = enc_glPathMemoryGlyphIndexArrayNV(s, firstPathName, GL_STANDARD_FONT_FORMAT_NV,
						   (GLsizeiptr)bytes, font, 0, firstGlyphIndex,
						   numGlyphs, pathParameterTemplate, emScale);
	free(font);
	return status;
}
