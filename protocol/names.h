/* SPDX-License-Identifier: MIT */
/*
 * The kinds of GL objects that have names. Both ends keep a name space for each
 * kind: the first ones per share group, the others per context.
 */
#ifndef VGPU_PROTOCOL_NAMES_H
#define VGPU_PROTOCOL_NAMES_H

enum vgpu_name_kind {
	VGPU_NAME_BUFFER,       /* shared */
	VGPU_NAME_TEXTURE,      /* shared */
	VGPU_NAME_RENDERBUFFER, /* shared */
	VGPU_NAME_SAMPLER,      /* shared */
	VGPU_NAME_PROGRAM,      /* shared; shaders and programs share a name space */
	VGPU_NAME_ARB_PROGRAM,  /* shared; glGenProgramsARB */
	VGPU_NAME_LIST,         /* shared; identity: guest name == host name */
	VGPU_NAME_MEMORY_OBJECT, /* shared */
	VGPU_NAME_SEMAPHORE,    /* shared */
	VGPU_NAME_SHARED_COUNT,
	VGPU_NAME_FRAMEBUFFER = VGPU_NAME_SHARED_COUNT, /* from here: per context */
	VGPU_NAME_VERTEX_ARRAY,
	VGPU_NAME_QUERY,
	VGPU_NAME_PIPELINE,
	VGPU_NAME_TRANSFORM_FEEDBACK,
	VGPU_NAME_COUNT,
};

#endif
