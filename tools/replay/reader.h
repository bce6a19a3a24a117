/* SPDX-License-Identifier: MIT */
/* Reading a recording (protocol/record.h): an untrusted file. */
#ifndef VGPU_TOOLS_REPLAY_READER_H
#define VGPU_TOOLS_REPLAY_READER_H

#include <stdint.h>

#include "protocol/record.h"

struct vgpu_reader;

/* Open. Returns 0, or a negative errno with the cause in *why (a static string). */
int vgpu_reader_open(const char *path, struct vgpu_reader **out, const char **why);
void vgpu_reader_close(struct vgpu_reader *reader);
const struct vgpu_record_header *vgpu_reader_header(const struct vgpu_reader *reader);
/*
 * The next chunk. payload is 8-aligned and stays until the next call. Returns 1,
 * 0 at the end, -EPROTO for what is no recording (a file cut short too), -EIO.
 */
int vgpu_reader_next(struct vgpu_reader *reader, struct vgpu_record_chunk *chunk,
                     const uint8_t **payload);

#endif
