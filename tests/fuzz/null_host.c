/* SPDX-License-Identifier: MIT */
/*
 * A host without a driver, for fuzzing: in place of backend/worker/host_egl.c.
 * All GL functions exist and do nothing, but for those on whose answers the
 * worker's own paths depend: names, completeness, strings, maps, limits.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/worker/host_egl.h"
#include "host_gl.h"

static struct vgpu_gl gl;
static struct vgpu_host host = { .gl = &gl, .software = true, .robust_gl = true, .robust_es = true,
	                         .context_flags = true };
static GLuint next_name;
static __thread enum vgpu_api current_api;
static uint8_t map_memory[1u << 20];

static void gen(GLsizei n, GLuint *names)
{
	for (GLsizei i = 0; i < n; i++)
		names[i] = ++next_name;
}

static void create_target(GLenum target, GLsizei n, GLuint *names)
{
	gen(n, names);
}

static GLuint create_shader(GLenum type)
{
	return ++next_name;
}

static GLuint create_program(void)
{
	return ++next_name;
}

static GLenum status(GLenum target)
{
	return GL_FRAMEBUFFER_COMPLETE;
}

static const GLubyte *get_string(GLenum name)
{
	switch (name) {
	case GL_VERSION:
		return (const GLubyte *)(current_api == VGPU_API_GL ? "4.6 null" : "OpenGL ES 3.2 null");
	case GL_EXTENSIONS:
		return (const GLubyte *)"GL_ARB_robustness GL_ARB_buffer_storage GL_KHR_debug";
	default:
		return (const GLubyte *)"null";
	}
}

static const GLubyte *get_string_i(GLenum name, GLuint index)
{
	return (const GLubyte *)(index < 3 ? "GL_ARB_buffer_storage" : NULL);
}

static void get_integer(GLenum name, GLint *value)
{
	switch (name) {
	case GL_MAJOR_VERSION:
		*value = current_api == VGPU_API_GL ? 4 : 3;
		break;
	case GL_MINOR_VERSION:
		*value = current_api == VGPU_API_GL ? 6 : 2;
		break;
	case GL_NUM_EXTENSIONS:
		*value = 3;
		break;
	case GL_CONTEXT_PROFILE_MASK:
		*value = 2;
		break;
	case GL_MAX_DRAW_BUFFERS:
	case GL_MAX_COLOR_ATTACHMENTS:
		*value = 8;
		break;
	case GL_VIEWPORT:
	case GL_SCISSOR_BOX:
		memset(value, 0, 4 * sizeof(*value));
		break;
	case GL_PACK_ALIGNMENT:
	case GL_UNPACK_ALIGNMENT:
		*value = 4;
		break;
	case GL_MAX_TEXTURE_SIZE:
	case GL_MAX_RENDERBUFFER_SIZE:
		*value = 16384;
		break;
	default:
		*value = 0;
	}
}

static void *map_range(GLenum target, GLintptr offset, GLsizeiptr length, GLbitfield access)
{
	return length >= 0 && (size_t)length <= sizeof(map_memory) ? map_memory : NULL;
}

/* Every buffer can be kept mapped (backend/worker/gl_maps.c). */
static void buffer_parameter(GLenum target, GLenum pname, GLint *value)
{
	if (pname == GL_BUFFER_IMMUTABLE_STORAGE)
		*value = 1;
	else if (pname == GL_BUFFER_STORAGE_FLAGS)
		*value = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
}

static void buffer_parameter_64(GLenum target, GLenum pname, GLint64 *value)
{
	if (pname == GL_BUFFER_SIZE)
		*value = 4096;
}

static GLboolean unmap(GLenum target)
{
	return GL_TRUE;
}

static GLsync fence(GLenum condition, GLbitfield flags)
{
	return (GLsync)(uintptr_t)16;
}

static GLenum wait(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	return GL_ALREADY_SIGNALED;
}

int vgpu_host_open(char *error, size_t error_size)
{
	vgpu_gl_load_null(&gl);
	gl.GenTextures = gl.GenBuffers = gl.GenFramebuffers = gl.GenRenderbuffers = gen;
	gl.GenVertexArrays = gl.GenQueries = gl.GenSamplers = gl.GenProgramPipelines = gen;
	gl.GenTransformFeedbacks = gl.CreateBuffers = gl.CreateFramebuffers = gen;
	gl.CreateRenderbuffers = gl.CreateVertexArrays = gl.CreateSamplers = gen;
	gl.CreateProgramPipelines = gl.CreateTransformFeedbacks = gl.GenProgramsARB = gen;
	gl.CreateTextures = gl.CreateQueries = create_target;
	gl.CreateShader = create_shader;
	gl.CreateProgram = create_program;
	gl.CheckFramebufferStatus = status;
	gl.GetString = get_string;
	gl.GetStringi = get_string_i;
	gl.GetIntegerv = get_integer;
	gl.MapBufferRange = map_range;
	gl.UnmapBuffer = unmap;
	gl.GetBufferParameteriv = buffer_parameter;
	gl.GetBufferParameteri64v = buffer_parameter_64;
	gl.FenceSync = fence;
	gl.ClientWaitSync = wait;
	host.info.wire_version = VGPU_WIRE_VERSION;
	strcpy(host.info.renderer, "null");
	host.info.images = VGPU_IMAGES_2D | VGPU_IMAGES_CUBEMAP | VGPU_IMAGES_3D |
	                   VGPU_IMAGES_RENDERBUFFER;
	return 0;
}

const struct vgpu_host *vgpu_host_get(void)
{
	return &host;
}

void vgpu_host_close(void)
{
}

EGLint vgpu_host_context_create(const struct vgpu_host_context_params *params,
                                EGLContext *context_out, bool *robust_out)
{
	if (params->major > 4 || params->minor > 6)
		return EGL_BAD_MATCH;
	*context_out = malloc(1); /* so that a leak or a double free of one is seen */
	if (robust_out)
		*robust_out = true;
	return *context_out ? EGL_SUCCESS : EGL_BAD_ALLOC;
}

void vgpu_host_context_destroy(EGLContext context)
{
	free(context);
}

EGLint vgpu_host_make_current(EGLContext context, enum vgpu_api api)
{
	current_api = api;
	return EGL_SUCCESS;
}

bool vgpu_host_has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p && (p = strstr(p, word)); p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

EGLint vgpu_host_image_create(EGLContext context, EGLenum target, GLuint object, EGLint level,
                              EGLint zoffset, EGLImageKHR *image_out)
{
	if (level > 12)
		return EGL_BAD_MATCH;
	*image_out = malloc(1);
	return *image_out ? EGL_SUCCESS : EGL_BAD_ALLOC;
}

void vgpu_host_image_destroy(EGLImageKHR image)
{
	free(image);
}
