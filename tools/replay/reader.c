/* SPDX-License-Identifier: MIT */
#include "tools/replay/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/wire.h"

struct vgpu_reader {
	FILE *file;
	struct vgpu_record_header header;
	uint8_t *buffer;
	size_t buffer_bytes;
};

int vgpu_reader_open(const char *path, struct vgpu_reader **out, const char **why)
{
	struct vgpu_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	if (!reader)
		return -ENOMEM;
	reader->file = fopen(path, "rbe");
	if (!reader->file) {
		rc = -errno;
		*why = strerror(-rc);
		goto out;
	}
	rc = -EPROTO;
	if (fread(&reader->header, sizeof(reader->header), 1, reader->file) != 1 ||
	    memcmp(reader->header.magic, VGPU_RECORD_MAGIC, 8) != 0) {
		*why = "not a recording";
		goto out;
	}
	if (reader->header.version != VGPU_RECORD_VERSION ||
	    reader->header.wire_version != VGPU_WIRE_VERSION) {
		*why = "recorded with another version of the format or the wire";
		goto out;
	}
	reader->header.program[sizeof(reader->header.program) - 1] = '\0';
	reader->header.renderer[sizeof(reader->header.renderer) - 1] = '\0';
	*out = reader;
	return 0;
out:
	vgpu_reader_close(reader);
	return rc;
}

void vgpu_reader_close(struct vgpu_reader *reader)
{
	if (!reader)
		return;
	if (reader->file)
		fclose(reader->file);
	free(reader->buffer);
	free(reader);
}

const struct vgpu_record_header *vgpu_reader_header(const struct vgpu_reader *reader)
{
	return &reader->header;
}

int vgpu_reader_next(struct vgpu_reader *reader, struct vgpu_record_chunk *chunk,
                     const uint8_t **payload)
{
	size_t n = fread(chunk, 1, sizeof(*chunk), reader->file);
	size_t padded;

	if (n == 0)
		return ferror(reader->file) ? -EIO : 0;
	if (n != sizeof(*chunk) || chunk->bytes > VGPU_RECORD_MAX_CHUNK)
		return -EPROTO;
	padded = (size_t)((chunk->bytes + 7) & ~7ull);
	if (padded > reader->buffer_bytes) {
		uint8_t *grown = realloc(reader->buffer, padded);

		if (!grown)
			return -ENOMEM;
		reader->buffer = grown;
		reader->buffer_bytes = padded;
	}
	if (padded && fread(reader->buffer, padded, 1, reader->file) != 1)
		return -EPROTO;
	*payload = reader->buffer;
	return 1;
}
