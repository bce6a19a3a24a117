/* SPDX-License-Identifier: MIT */
/* Buffers by address and draws that name them, one GPU of many, semaphores, names the registry
 * lacks. */
#include "tests/gl/draw_ext.h"

/* ---- buffers by address ------------------------------------------------------------------ */

struct corner {
	float position[2];
	uint8_t color[4];
};
static const struct corner corners[] = {
	{ { -0.9f, -0.9f }, { 255, 0, 0, 255 } },   { { 0.9f, -0.9f }, { 0, 255, 0, 255 } },
	{ { -0.9f, 0.9f }, { 0, 0, 255, 255 } },    { { 0.9f, 0.9f }, { 255, 255, 0, 255 } },
	{ { -0.5f, -0.2f }, { 0, 255, 255, 255 } }, { { 0.5f, -0.2f }, { 255, 255, 255, 255 } },
	{ { 0, 0.7f }, { 30, 30, 30, 255 } },
};

/* A buffer with this in it, resident; its address. */
static GLuint64EXT addressed(GLenum target, const void *data, size_t bytes)
{
	PFNGLMAKEBUFFERRESIDENTNVPROC resident =
		(PFNGLMAKEBUFFERRESIDENTNVPROC)eglGetProcAddress("glMakeBufferResidentNV");
	PFNGLGETBUFFERPARAMETERUI64VNVPROC get =
		(PFNGLGETBUFFERPARAMETERUI64VNVPROC)eglGetProcAddress(
			"glGetBufferParameterui64vNV");
	GLuint64EXT address = 0;
	GLuint buffer;

	glGenBuffers(1, &buffer);
	glBindBuffer(target, buffer);
	glBufferData(target, (GLsizeiptr)bytes, data, GL_STATIC_DRAW);
	resident(target, GL_READ_ONLY);
	get(target, GL_BUFFER_GPU_ADDRESS_NV, &address);
	glBindBuffer(target, 0);
	return address;
}

/* Colours and positions at an address, one array after the other. */
static GLuint64EXT unified_begin(int generic)
{
	PFNGLBUFFERADDRESSRANGENVPROC range =
		(PFNGLBUFFERADDRESSRANGENVPROC)eglGetProcAddress("glBufferAddressRangeNV");
	PFNGLVERTEXFORMATNVPROC position =
		(PFNGLVERTEXFORMATNVPROC)eglGetProcAddress("glVertexFormatNV");
	PFNGLCOLORFORMATNVPROC color = (PFNGLCOLORFORMATNVPROC)eglGetProcAddress("glColorFormatNV");
	PFNGLVERTEXATTRIBFORMATNVPROC attrib =
		(PFNGLVERTEXATTRIBFORMATNVPROC)eglGetProcAddress("glVertexAttribFormatNV");
	GLuint64EXT vertices = addressed(GL_ARRAY_BUFFER, corners, sizeof(corners));

	draw_say(" %d %x", vertices != 0, glGetError());
	if (generic) {
		draw_program(
			"#version 330 compatibility\nin vec2 position; layout(location = 3) in "
			"vec4 c;\n"
			"out vec4 v; void main() { v = c; gl_Position = vec4(position, 0, 1); }\n",
			"#version 330 compatibility\nin vec4 v; out vec4 f; void main() { f = v; "
			"}\n");
		attrib(0, 2, GL_FLOAT, GL_FALSE, sizeof(struct corner));
		attrib(3, 4, GL_UNSIGNED_BYTE, GL_TRUE, sizeof(struct corner));
		glEnableVertexAttribArray(0);
		glEnableVertexAttribArray(3);
		glEnableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
		range(GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV, 0, vertices, sizeof(corners));
		range(GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV, 3, vertices + 8, sizeof(corners) - 8);
	} else {
		position(2, GL_FLOAT, sizeof(struct corner));
		color(4, GL_UNSIGNED_BYTE, sizeof(struct corner));
		glEnableClientState(GL_VERTEX_ARRAY);
		glEnableClientState(GL_COLOR_ARRAY);
		glEnableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
		range(GL_VERTEX_ARRAY_ADDRESS_NV, 0, vertices, sizeof(corners));
		range(GL_COLOR_ARRAY_ADDRESS_NV, 0, vertices + 8, sizeof(corners) - 8);
	}
	draw_say(" %d %x", glIsEnabled(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV), glGetError());
	return vertices;
}

static void unified_fixed(void)
{
	GLuint64EXT vertices;

	if (!has("GL_NV_vertex_buffer_unified_memory"))
		return;
	LOAD(PFNGLBUFFERADDRESSRANGENVPROC, BufferAddressRangeNV);
	vertices = unified_begin(0);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	/* from an address in the middle */
	glDisableClientState(GL_COLOR_ARRAY);
	glColor3f(0.5f, 0.2f, 0.9f);
	glViewport(0, 0, 20, 20);
	BufferAddressRangeNV(GL_VERTEX_ARRAY_ADDRESS_NV, 0, vertices + 4 * sizeof(struct corner),
			     3 * sizeof(struct corner));
	glDrawArrays(GL_TRIANGLES, 0, 3);
	draw_say(" %x", glGetError());
}

static void unified_generic(void)
{
	GLuint64EXT vertices, got = 0;

	if (!has("GL_NV_vertex_buffer_unified_memory"))
		return;
	LOAD(PFNGLBUFFERADDRESSRANGENVPROC, BufferAddressRangeNV);
	LOAD(PFNGLGETINTEGERUI64I_VNVPROC, GetIntegerui64i_vNV);
	vertices = unified_begin(1);
	GetIntegerui64i_vNV(GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV, 3, &got);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	draw_say(" %d %x", got == vertices + 8, glGetError());
	BufferAddressRangeNV(GL_VERTEX_ATTRIB_ARRAY_ADDRESS_NV, 0, vertices, -1);
	draw_say(" %x", glGetError());
}

/* Indices from an address, with an offset added or without. */
static void unified_indices(size_t address_bytes, size_t offset, GLsizei count)
{
	static const GLushort indices[] = { 9, 9, 0, 1, 2, 2, 1, 3, 4, 5, 6, 0 };
	GLuint64EXT elements;

	if (!has("GL_NV_vertex_buffer_unified_memory"))
		return;
	LOAD(PFNGLBUFFERADDRESSRANGENVPROC, BufferAddressRangeNV);
	elements = addressed(GL_ELEMENT_ARRAY_BUFFER, indices, sizeof(indices));
	unified_begin(1);
	glEnableClientState(GL_ELEMENT_ARRAY_UNIFIED_NV);
	BufferAddressRangeNV(GL_ELEMENT_ARRAY_ADDRESS_NV, 0, elements + address_bytes,
			     (GLsizeiptr)(sizeof(indices) - address_bytes));
	glDrawElements(GL_TRIANGLES, count, GL_UNSIGNED_SHORT, (void *)offset);
	draw_say(" %x", glGetError());
	glDisableClientState(GL_ELEMENT_ARRAY_UNIFIED_NV);
	draw_say(" %d", glIsEnabled(GL_ELEMENT_ARRAY_UNIFIED_NV));
}

static void unified_elements(void)
{
	unified_indices(4, 0, 6);
}

static void unified_elements_offset(void)
{
	unified_indices(4, 12, 3);
}

static void unified_off(void)
{
	if (!has("GL_NV_vertex_buffer_unified_memory"))
		return;
	unified_begin(1);
	glDisableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
	glDisableVertexAttribArray(3);
	glVertexAttrib4f(3, 1, 1, 1, 1);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, sizeof(struct corner), corners[4].position);
	glDrawArrays(GL_TRIANGLES, 0, 3);
	draw_say(" %d %x", glIsEnabled(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV), glGetError());
}

static void unified_uniforms(void)
{
	static float colors[2][64] = { { 1, 0.5f, 0, 1 }, { 0, 0.5f, 1, 1 } };
	GLuint64EXT address;
	GLuint program, ubo;

	if (!has("GL_NV_uniform_buffer_unified_memory"))
		return;
	LOAD(PFNGLBUFFERADDRESSRANGENVPROC, BufferAddressRangeNV);
	address = addressed(GL_UNIFORM_BUFFER, colors, sizeof(colors));
	program = draw_program(vs,
			       "#version 430 compatibility\nlayout(std140) uniform C { vec4 c; };\n"
			       "in vec2 uv; out vec4 f; void main() { f = c * vec4(uv, 1, 1); }\n");
	glUniformBlockBinding(program, glGetUniformBlockIndex(program, "C"), 3);
	glGenBuffers(1, &ubo);
	glBindBufferBase(GL_UNIFORM_BUFFER, 3, ubo);
	glBufferData(GL_UNIFORM_BUFFER, 16, (const float[]){ 1, 1, 1, 1 }, GL_STATIC_DRAW);
	glEnableClientState(GL_UNIFORM_BUFFER_UNIFIED_NV);
	BufferAddressRangeNV(GL_UNIFORM_BUFFER_ADDRESS_NV, 3, address, 16);
	draw_quad();
	BufferAddressRangeNV(GL_UNIFORM_BUFFER_ADDRESS_NV, 3, address + 256, 16);
	glViewport(0, 0, 32, 32);
	draw_quad();
	glDisableClientState(GL_UNIFORM_BUFFER_UNIFIED_NV);
	glViewport(32, 32, 32, 32);
	draw_quad();
	draw_say(" %x", glGetError());
}

struct pointer {
	GLuint index, reserved;
	GLuint64EXT address, length;
};

static void pointers(struct pointer *p, GLuint64EXT vertices, size_t skip)
{
	for (GLuint k = 0; k < 2; k++)
		p[k] = (struct pointer){ k * 3, 0, vertices + skip + k * 8,
					 sizeof(corners) - skip - k * 8 };
}

static void bindless_arrays(int counted)
{
	struct {
		GLuint count, instances, first, base;
		struct pointer vertices[2];
	} arrays[3];
	static const GLuint counts[] = { 7, 2, 0, 0 };
	GLuint64EXT vertices;
	GLuint indirect, parameter;

	LOAD(PFNGLMULTIDRAWARRAYSINDIRECTBINDLESSNVPROC, MultiDrawArraysIndirectBindlessNV);
	vertices = unified_begin(1);
	memset(arrays, 0, sizeof(arrays));
	for (GLuint i = 0; i < 3; i++) {
		arrays[i].count = i ? 3 : 4;
		arrays[i].instances = 1;
		pointers(arrays[i].vertices, vertices, i ? 4 * sizeof(struct corner) : 0);
	}
	glGenBuffers(1, &indirect);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, indirect);
	glBufferData(GL_DRAW_INDIRECT_BUFFER, sizeof(arrays), arrays, GL_STATIC_DRAW);
	if (counted) {
		LOAD(PFNGLMULTIDRAWARRAYSINDIRECTBINDLESSCOUNTNVPROC,
		     MultiDrawArraysIndirectBindlessCountNV);
		glGenBuffers(1, &parameter);
		glBindBuffer(GL_PARAMETER_BUFFER, parameter);
		glBufferData(GL_PARAMETER_BUFFER, sizeof(counts), counts, GL_STATIC_DRAW);
		MultiDrawArraysIndirectBindlessCountNV(GL_TRIANGLE_STRIP, NULL, 4, 3, 0, 2);
	} else {
		MultiDrawArraysIndirectBindlessNV(GL_TRIANGLE_STRIP, NULL, 2, 0, 2);
	}
	draw_say(" %x", glGetError());
	glDisableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
	MultiDrawArraysIndirectBindlessNV(GL_TRIANGLE_STRIP, NULL, 1, 0, 2);
	draw_say(" %x", glGetError());
}

static void bindless_draws(void)
{
	if (has("GL_NV_bindless_multi_draw_indirect"))
		bindless_arrays(0);
}

static void bindless_count(void)
{
	if (has("GL_NV_bindless_multi_draw_indirect_count"))
		bindless_arrays(1);
}

static void bindless_elements(void)
{
	struct {
		GLuint count, instances, first;
		GLint base_vertex;
		GLuint base, reserved;
		struct pointer indices, vertices[2];
	} elements;
	static const GLuint indices[] = { 0, 1, 2, 0, 2, 1, 4, 5, 6, 0 };
	GLuint64EXT vertices, index;
	GLuint indirect;

	if (!has("GL_NV_bindless_multi_draw_indirect"))
		return;
	LOAD(PFNGLMULTIDRAWELEMENTSINDIRECTBINDLESSNVPROC, MultiDrawElementsIndirectBindlessNV);
	index = addressed(GL_ARRAY_BUFFER, indices, sizeof(indices));
	vertices = unified_begin(1);
	memset(&elements, 0, sizeof(elements));
	elements.count = 3;
	elements.instances = 1;
	elements.first = 1;
	elements.indices.address = index + 20;
	elements.indices.length = sizeof(indices) - 20;
	pointers(elements.vertices, vertices, 0);
	glGenBuffers(1, &indirect);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, indirect);
	glBufferData(GL_DRAW_INDIRECT_BUFFER, sizeof(elements), &elements, GL_STATIC_DRAW);
	glEnableClientState(GL_ELEMENT_ARRAY_UNIFIED_NV);
	MultiDrawElementsIndirectBindlessNV(GL_TRIANGLES, GL_UNSIGNED_INT, NULL, 1, 0, 2);
	draw_say(" %x", glGetError());
	glDisableClientState(GL_ELEMENT_ARRAY_UNIFIED_NV);
	glDisableClientState(GL_VERTEX_ATTRIB_ARRAY_UNIFIED_NV);
}

/* ---- one GPU of many, semaphores ---------------------------------------------------------- */

static void multicast(void)
{
	static const uint8_t bytes[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint8_t got[16] = { 0 };
	GLuint buffers[2], query, result = 0;
	GLint gpus = 0;

	if (!has("GL_NV_gpu_multicast"))
		return;
	LOAD(PFNGLRENDERGPUMASKNVPROC, RenderGpuMaskNV);
	LOAD(PFNGLMULTICASTBUFFERSUBDATANVPROC, MulticastBufferSubDataNV);
	LOAD(PFNGLMULTICASTCOPYBUFFERSUBDATANVPROC, MulticastCopyBufferSubDataNV);
	LOAD(PFNGLMULTICASTBARRIERNVPROC, MulticastBarrierNV);
	LOAD(PFNGLMULTICASTWAITSYNCNVPROC, MulticastWaitSyncNV);
	LOAD(PFNGLMULTICASTBLITFRAMEBUFFERNVPROC, MulticastBlitFramebufferNV);
	LOAD(PFNGLMULTICASTGETQUERYOBJECTUIVNVPROC, MulticastGetQueryObjectuivNV);
	glGetIntegerv(GL_MULTICAST_GPUS_NV, &gpus);
	draw_say(" %d %x", gpus, glGetError());
	RenderGpuMaskNV(1);
	draw_say(" %x", glGetError());
	RenderGpuMaskNV(2);
	draw_say(" %x", glGetError());
	RenderGpuMaskNV(0);
	draw_say(" %x", glGetError());
	glCreateBuffers(2, buffers);
	glNamedBufferData(buffers[0], 16, NULL, GL_STATIC_DRAW);
	glNamedBufferData(buffers[1], 16, bytes, GL_STATIC_DRAW);
	MulticastBufferSubDataNV(1, buffers[0], 0, 16, bytes);
	MulticastCopyBufferSubDataNV(0, 1, buffers[0], buffers[1], 0, 8, 8);
	glGetNamedBufferSubData(buffers[1], 0, 16, got);
	draw_say(" %08x %x", draw_crc(0, got, 16), glGetError());
	MulticastBufferSubDataNV(2, buffers[0], 0, 16, bytes);
	draw_say(" %x", glGetError());
	MulticastCopyBufferSubDataNV(1, 1, buffers[0], buffers[1], 0, 8, 8);
	draw_say(" %x", glGetError());
	MulticastBarrierNV();
	draw_say(" %x", glGetError());
	MulticastWaitSyncNV(0, 1);
	draw_say(" %x", glGetError());
	MulticastWaitSyncNV(1, 1);
	draw_say(" %x", glGetError());
	glGenQueries(1, &query);
	glBeginQuery(GL_SAMPLES_PASSED, query);
	glRectf(-0.5f, -0.5f, 0.5f, 0.5f);
	glEndQuery(GL_SAMPLES_PASSED);
	MulticastGetQueryObjectuivNV(0, query, GL_QUERY_RESULT, &result);
	draw_say(" %u %x", result, glGetError());
	MulticastGetQueryObjectuivNV(1, query, GL_QUERY_RESULT, &result);
	draw_say(" %x", glGetError());
	MulticastBlitFramebufferNV(0, 1, 0, 0, 32, 32, 32, 32, 64, 64, GL_COLOR_BUFFER_BIT,
				   GL_NEAREST);
	draw_say(" %x", glGetError());
}

static void progress_fence(void)
{
	GLuint64 one = 1, two = 2;
	GLuint fence;

	if (!has("GL_NVX_progress_fence"))
		return;
	LOAD(PFNGLCREATEPROGRESSFENCENVXPROC, CreateProgressFenceNVX);
	LOAD(PFNGLSIGNALSEMAPHOREUI64NVXPROC, SignalSemaphoreui64NVX);
	LOAD(PFNGLWAITSEMAPHOREUI64NVXPROC, WaitSemaphoreui64NVX);
	LOAD(PFNGLCLIENTWAITSEMAPHOREUI64NVXPROC, ClientWaitSemaphoreui64NVX);
	LOAD(PFNGLISSEMAPHOREEXTPROC, IsSemaphoreEXT);
	LOAD(PFNGLDELETESEMAPHORESEXTPROC, DeleteSemaphoresEXT);
	/* a driver whose context has one GPU gives none: the picture is the same without */
	fence = CreateProgressFenceNVX();
	draw_say(" %x", glGetError());
	glRectf(-0.5f, -0.5f, 0.5f, 0.5f);
	if (fence) {
		SignalSemaphoreui64NVX(0, 1, &fence, &one);
		WaitSemaphoreui64NVX(0, 1, &fence, &one);
	}
	glColor3f(1, 0, 1);
	glRectf(-0.2f, -0.9f, 0.2f, 0.9f);
	if (fence) {
		SignalSemaphoreui64NVX(0, 1, &fence, &two);
		ClientWaitSemaphoreui64NVX(1, &fence, &one);
		ClientWaitSemaphoreui64NVX(1, &fence, &two);
	}
	draw_say(" %x", glGetError());
	SignalSemaphoreui64NVX(1, 1, &fence, &two);
	draw_say(" %x", glGetError());
	DeleteSemaphoresEXT(1, &fence);
	draw_say(" %d %x", IsSemaphoreEXT(fence), glGetError());
}

static void semaphores(void)
{
	GLuint64 value = 0;
	GLuint s[2] = { 0 };
	GLint type = 0;

	if (!has("GL_EXT_semaphore"))
		return;
	LOAD(PFNGLGENSEMAPHORESEXTPROC, GenSemaphoresEXT);
	LOAD(PFNGLISSEMAPHOREEXTPROC, IsSemaphoreEXT);
	LOAD(PFNGLDELETESEMAPHORESEXTPROC, DeleteSemaphoresEXT);
	LOAD(PFNGLSIGNALSEMAPHOREEXTPROC, SignalSemaphoreEXT);
	LOAD(PFNGLSEMAPHOREPARAMETERUI64VEXTPROC, SemaphoreParameterui64vEXT);
	LOAD(PFNGLGETSEMAPHOREPARAMETERUI64VEXTPROC, GetSemaphoreParameterui64vEXT);
	GenSemaphoresEXT(1, s);
	draw_say(" %d %d %d %x", s[0] != 0, IsSemaphoreEXT(s[0]), IsSemaphoreEXT(s[0] + 9),
		 glGetError());
	SignalSemaphoreEXT(s[0], 0, NULL, 0, NULL, NULL);
	draw_say(" %x", glGetError());
	SignalSemaphoreEXT(s[0] + 9, 0, NULL, 0, NULL, NULL);
	draw_say(" %x", glGetError());
	SemaphoreParameterui64vEXT(s[0], 0x1234, &value);
	draw_say(" %x", glGetError());
	if (has("GL_NV_timeline_semaphore")) {
		LOAD(PFNGLCREATESEMAPHORESNVPROC, CreateSemaphoresNV);
		LOAD(PFNGLSEMAPHOREPARAMETERIVNVPROC, SemaphoreParameterivNV);
		LOAD(PFNGLGETSEMAPHOREPARAMETERIVNVPROC, GetSemaphoreParameterivNV);

		CreateSemaphoresNV(1, s + 1);
		draw_say(" %d %x", IsSemaphoreEXT(s[1]), glGetError());
		GetSemaphoreParameterivNV(s[1], GL_SEMAPHORE_TYPE_NV, &type);
		draw_say(" %x %x", type, glGetError());
		type = GL_SEMAPHORE_TYPE_TIMELINE_NV;
		SemaphoreParameterivNV(s[1], GL_SEMAPHORE_TYPE_NV, &type);
		type = 0;
		GetSemaphoreParameterivNV(s[1], GL_SEMAPHORE_TYPE_NV, &type);
		draw_say(" %x %x", type, glGetError());
		value = 3;
		SemaphoreParameterui64vEXT(s[1], GL_TIMELINE_SEMAPHORE_VALUE_NV, &value);
		draw_say(" %x", glGetError());
		value = 0;
		GetSemaphoreParameterui64vEXT(s[1], GL_TIMELINE_SEMAPHORE_VALUE_NV, &value);
		draw_say(" %d %x", (int)value, glGetError());
		/* a driver may want a semaphore to be imported first */
		SignalSemaphoreEXT(s[1], 0, NULL, 0, NULL, NULL);
		glGetError();
	}
	DeleteSemaphoresEXT(2, s);
	draw_say(" %d %x", IsSemaphoreEXT(s[0]), glGetError());
}

static void import_sync(void)
{
	if (!has("GL_EXT_import_sync_object"))
		return;
	LOAD(PFNGLIMPORTSYNCEXTPROC, ImportSyncEXT);
	draw_say(" %d", ImportSyncEXT(GL_SYNC_X11_FENCE_EXT, 12345, 0) != NULL);
	draw_say(" %x", glGetError());
	draw_say(" %d", ImportSyncEXT(0x1234, 0, 0) != NULL);
	draw_say(" %x", glGetError());
}

/* The registry does not have these names, drivers do. */
static void feedback2(void)
{
	GLuint name = 0;

	if (!has("GL_EXT_transform_feedback2"))
		return;
	LOAD(PFNGLGENTRANSFORMFEEDBACKSPROC, GenTransformFeedbacksEXT);
	LOAD(PFNGLBINDTRANSFORMFEEDBACKPROC, BindTransformFeedbackEXT);
	LOAD(PFNGLISTRANSFORMFEEDBACKPROC, IsTransformFeedbackEXT);
	LOAD(PFNGLPAUSETRANSFORMFEEDBACKPROC, PauseTransformFeedbackEXT);
	LOAD(PFNGLRESUMETRANSFORMFEEDBACKPROC, ResumeTransformFeedbackEXT);
	LOAD(PFNGLDELETETRANSFORMFEEDBACKSPROC, DeleteTransformFeedbacksEXT);
	GenTransformFeedbacksEXT(1, &name);
	draw_say(" %d %d", name != 0, IsTransformFeedbackEXT(name));
	BindTransformFeedbackEXT(GL_TRANSFORM_FEEDBACK, name);
	draw_say(" %d %x", IsTransformFeedbackEXT(name), glGetError());
	PauseTransformFeedbackEXT();
	draw_say(" %x", glGetError());
	ResumeTransformFeedbackEXT();
	draw_say(" %x", glGetError());
	BindTransformFeedbackEXT(GL_TRANSFORM_FEEDBACK, 0);
	DeleteTransformFeedbacksEXT(1, &name);
	draw_say(" %d %x", IsTransformFeedbackEXT(name), glGetError());
}

static const struct draw_test tests[] = {
	{ "unified-fixed", DRAW_COMPAT, unified_fixed },
	{ "unified-generic", DRAW_COMPAT, unified_generic },
	{ "unified-elements", DRAW_COMPAT, unified_elements },
	{ "unified-elements-offset", DRAW_COMPAT, unified_elements_offset },
	{ "unified-off", DRAW_COMPAT, unified_off },
	{ "unified-uniforms", DRAW_COMPAT, unified_uniforms },
	{ "bindless-draws", DRAW_COMPAT, bindless_draws },
	{ "bindless-count", DRAW_COMPAT, bindless_count },
	{ "bindless-elements", DRAW_COMPAT, bindless_elements },
	{ "multicast", DRAW_COMPAT, multicast },
	{ "progress-fence", DRAW_COMPAT, progress_fence },
	{ "semaphores", DRAW_COMPAT, semaphores },
	{ "import-sync", DRAW_COMPAT, import_sync },
	{ "feedback2", DRAW_COMPAT, feedback2 },
};
DRAW_MAIN(tests)
