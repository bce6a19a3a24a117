/* SPDX-License-Identifier: MIT */
/* EGL images in the worker: what no guest library of ours would send. */
#include "tests/unit/worker_fixture.h"

#include "backend/worker/egl_image.h"

#define COMPAT VGPU_CTX_API, VGPU_API_GL, VGPU_CTX_PROFILE, 2
#define NO_IMAGE 77

static uint64_t make(struct vgpu_replay *r, GLuint image, GLuint context, GLenum target,
                     GLuint object, GLint level, GLint zoffset)
{
	replay_vgpuImageCreate(r, &(struct args_vgpuImageCreate){ image, context, target, object,
		                                                  level, zoffset });
	return fix_value();
}

static void target_texture(struct vgpu_replay *r, uint64_t image)
{
	replay_glEGLImageTargetTexture2DOES(
		r, &(struct args_glEGLImageTargetTexture2DOES){ GL_TEXTURE_2D, image });
}

/* A texture of the guest's name in the current context, 4 x 4 x depth. */
static void texture(struct vgpu_replay *r, GLuint name, GLenum target, GLsizei depth)
{
	vgpu_replay_gen_names(r, VGPU_NAME_TEXTURE, 1, &name, fix_gl->GenTextures);
	fix_gl->BindTexture(target, vgpu_host_name(r, VGPU_NAME_TEXTURE, name));
	fix_gl->TexParameteri(target, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	if (target == GL_TEXTURE_3D)
		fix_gl->TexImage3D(target, 0, GL_RGBA8, 4, 4, depth, 0, GL_RGBA, GL_UNSIGNED_BYTE,
		                   NULL);
	else
		fix_gl->TexImage2D(target, 0, GL_RGBA8, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	fix_gl->BindTexture(target, 0);
}

static struct vgpu_replay *start(void)
{
	struct vgpu_replay *r = fix_stream();

	assert_int_equal(fix_context(r, 1, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_context(r, 2, 0, COMPAT, 0), EGL_SUCCESS);
	assert_int_equal(fix_bind(r, 1, 0), EGL_SUCCESS);
	texture(r, 10, GL_TEXTURE_2D, 1);
	return r;
}

static void test_names(void **state)
{
	struct vgpu_replay *r = start();
	const GLenum t2d = EGL_GL_TEXTURE_2D_KHR;

	if (!vgpu_host_get()->info.images)
		skip();
	assert_int_equal(make(r, 0, 1, t2d, 10, 0, 0), EGL_BAD_PARAMETER);
	assert_int_equal(make(r, 5, 0, t2d, 10, 0, 0), EGL_BAD_CONTEXT);
	assert_int_equal(make(r, 5, 99, t2d, 10, 0, 0), EGL_BAD_CONTEXT);
	assert_int_equal(make(r, 5, 1, t2d, 0, 0, 0), EGL_BAD_PARAMETER);
	assert_int_equal(make(r, 5, 1, t2d, 11, 0, 0), EGL_BAD_PARAMETER);
	/* a texture of another share group */
	assert_int_equal(make(r, 5, 2, t2d, 10, 0, 0), EGL_BAD_PARAMETER);
	assert_int_equal(make(r, 5, 1, EGL_LINUX_DMA_BUF_EXT, 10, 0, 0), EGL_BAD_PARAMETER);
	assert_int_equal(make(r, 5, 1, EGL_NATIVE_PIXMAP_KHR, 10, 0, 0), EGL_BAD_PARAMETER);
	assert_int_equal(make(r, 5, 1, t2d, 10, -1, 0), EGL_BAD_MATCH);
	assert_int_equal(make(r, 5, 1, t2d, 10, 0x7fffffff, 0), EGL_BAD_MATCH);
	assert_int_equal(fix_conn.n_images, 0);
	assert_int_equal(make(r, 5, 1, t2d, 10, 0, 0), EGL_SUCCESS);
	assert_int_equal(make(r, 5, 1, t2d, 10, 0, 0), EGL_BAD_PARAMETER); /* the name is taken */
	assert_int_equal(fix_conn.n_images, 1);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	/* handles that are none */
	target_texture(r, 0);
	assert_int_equal(fix_error(r), GL_INVALID_VALUE);
	target_texture(r, NO_IMAGE);
	assert_int_equal(fix_error(r), GL_INVALID_VALUE);
	target_texture(r, (1ull << 32) + 5);
	assert_int_equal(fix_error(r), GL_INVALID_VALUE);
	replay_vgpuImageDestroy(r, &(struct args_vgpuImageDestroy){ NO_IMAGE });
	replay_vgpuImageDestroy(r, &(struct args_vgpuImageDestroy){ 5 });
	replay_vgpuImageDestroy(r, &(struct args_vgpuImageDestroy){ 5 });
	assert_int_equal(fix_conn.n_images, 0);
	target_texture(r, 5);
	assert_int_equal(fix_error(r), GL_INVALID_VALUE);
	fix_stream_end(r);
}

static void test_layers(void **state)
{
	struct vgpu_replay *r = start();
	const GLenum t3d = EGL_GL_TEXTURE_3D_KHR;

	if (!(vgpu_host_get()->info.images & VGPU_IMAGES_3D))
		skip();
	texture(r, 12, GL_TEXTURE_3D, 3);
	assert_int_equal(make(r, 5, 1, t3d, 12, 0, -1), EGL_BAD_MATCH);
	assert_int_equal(make(r, 5, 1, t3d, 12, 0, 3), EGL_BAD_MATCH); /* the first that is none */
	assert_int_equal(make(r, 5, 1, t3d, 12, 0, 0x7fffffff), EGL_BAD_MATCH);
	assert_int_equal(make(r, 5, 1, t3d, 12, 1, 0), EGL_BAD_PARAMETER);
	assert_int_equal(make(r, 5, 1, t3d, 10, 0, 0), EGL_BAD_PARAMETER);
	assert_int_equal(make(r, 5, 1, t3d, 12, 0, 2), EGL_SUCCESS);
	assert_int_equal(fix_error(r), GL_NO_ERROR);
	fix_stream_end(r);
}

/* More than allowed; those that are left go with the program. */
static void test_many(void **state)
{
	struct vgpu_replay *r = start();
	GLuint i;

	if (!vgpu_host_get()->info.images)
		skip();
	for (i = 0; i < VGPU_MAX_IMAGES; i++)
		assert_int_equal(make(r, 100 + i, 1, EGL_GL_TEXTURE_2D_KHR, 10, 0, 0), EGL_SUCCESS);
	assert_int_equal(make(r, 50, 1, EGL_GL_TEXTURE_2D_KHR, 10, 0, 0), EGL_BAD_ALLOC);
	fix_stream_end(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fix_start, fix_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_layers),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, fix_open, fix_close);
}
