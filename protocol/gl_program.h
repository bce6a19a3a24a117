/* SPDX-License-Identifier: MIT */
/*
 * What vgpuProgramInfo says of a linked program: this header, then the active
 * uniforms and the active attributes, each a struct vgpu_program_variable with
 * its name, NUL included, padded to 4.
 */
#ifndef VGPU_PROTOCOL_GL_PROGRAM_H
#define VGPU_PROTOCOL_GL_PROGRAM_H

#include <assert.h>
#include <stdint.h>

struct vgpu_program_info {
	uint32_t uniforms, attribs;
	uint32_t uniform_max_length, attrib_max_length; /* as glGetProgramiv says */
};
static_assert(sizeof(struct vgpu_program_info) == 16, "wire layout");

struct vgpu_program_variable {
	int32_t location; /* -1: none */
	int32_t size;
	uint32_t type;
	uint32_t name_bytes; /* with the NUL, without the padding */
};
static_assert(sizeof(struct vgpu_program_variable) == 16, "wire layout");

#define VGPU_MAX_PROGRAM_INFO (8u << 20) /* bytes; larger programs are asked about one by one */

#endif
