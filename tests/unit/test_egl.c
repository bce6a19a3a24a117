/* SPDX-License-Identifier: MIT */
/*
 * The EGL vendor library over a client that only counts: which errors it gives,
 * what it asks of the client, that nothing is left over.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "frontend/egl/egl.h"
#include "frontend/egl/entry.h"
#include "frontend/egl/gl.h"

/* ---- the client ---------------------------------------------------------------------- */

struct vgpu_client {
	int unused;
};

struct vgpu_drawable {
	struct vgpu_drawable_params params;
	int refs, interval, swaps;
};

struct fake_context {
	struct vgpu_context context; /* first: the library reads its fields */
	int refs;
	bool current;
};

static struct vgpu_client the_client;
static bool have_backend = true;
static int live_drawables, live_contexts, live_images;
static struct vgpu_context_params asked;
static struct vgpu_drawable *last_drawable;
static bool fence_done;
static int fences;
__thread struct vgpu_context *vgpu_current;

int vgpu_client_get(struct vgpu_client **client_out)
{
	if (!have_backend)
		return -ENOENT;
	*client_out = &the_client;
	return 0;
}

const struct vgpu_host_info *vgpu_client_host(struct vgpu_client *client)
{
	static const struct vgpu_host_info host = {
		.wire_version = VGPU_WIRE_VERSION,
		.max_samples = 4,
		.version_compat = 45,
		.version_core = 45,
		.version_gles1 = 11,
		.version_gles2 = 32,
		.robustness = 1,
		.max_drawable = 8192,
		.images = VGPU_IMAGES_2D | VGPU_IMAGES_RENDERBUFFER,
		.renderer = "counting",
	};

	return &host;
}

int vgpu_drawable_create(struct vgpu_client *client, const struct vgpu_drawable_params *params,
                         struct vgpu_drawable **out)
{
	struct vgpu_drawable *d = calloc(1, sizeof(*d));

	d->params = *params;
	d->refs = 1;
	live_drawables++;
	*out = last_drawable = d;
	return 0;
}

void vgpu_drawable_destroy(struct vgpu_drawable *d)
{
	if (!d || --d->refs > 0)
		return;
	live_drawables--;
	free(d);
}

void vgpu_drawable_size(struct vgpu_drawable *d, uint32_t *width, uint32_t *height)
{
	*width = d->params.width;
	*height = d->params.height;
}

void vgpu_drawable_set_swap_interval(struct vgpu_drawable *d, int interval)
{
	d->interval = interval;
}

bool vgpu_drawable_double_buffered(const struct vgpu_drawable *d)
{
	return d->params.double_buffer;
}

int vgpu_drawable_buffer_age(struct vgpu_drawable *d)
{
	return 0;
}

int vgpu_drawable_swap(struct vgpu_drawable *d)
{
	d->swaps++;
	return 0;
}

int vgpu_drawable_flush_front(struct vgpu_drawable *d)
{
	return 0;
}

void vgpu_drawable_drain(struct vgpu_drawable *d)
{
}

void vgpu_drawable_frame_done(struct vgpu_drawable *d, uint32_t slot)
{
}

struct vgpu_share *vgpu_share_ref(struct vgpu_share *share)
{
	return share;
}

void vgpu_share_unref(struct vgpu_share *share)
{
}

uint32_t vgpu_context_create(struct vgpu_client *client, const struct vgpu_context_params *params,
                             struct vgpu_context **out)
{
	struct fake_context *context = calloc(1, sizeof(*context));

	asked = *params;
	context->context.params = *params;
	context->context.params.share = NULL;
	context->context.share =
		params->share ? params->share->share : (struct vgpu_share *)context;
	context->refs = 1;
	live_contexts++;
	*out = &context->context;
	return EGL_SUCCESS;
}

void vgpu_context_destroy(struct vgpu_context *context)
{
	struct fake_context *fake = (struct fake_context *)context;

	if (!context || --fake->refs > 0)
		return;
	live_contexts--;
	free(fake);
}

const struct vgpu_context_params *vgpu_context_params(const struct vgpu_context *context)
{
	return &context->params;
}

bool vgpu_context_lost(const struct vgpu_context *context)
{
	return context->lost;
}

static void drop(struct vgpu_context *context)
{
	vgpu_drawable_destroy(context->draw);
	vgpu_drawable_destroy(context->read);
	context->draw = context->read = NULL;
}

uint32_t vgpu_context_make_current(struct vgpu_context *context, struct vgpu_drawable *draw,
                                   struct vgpu_drawable *read)
{
	struct vgpu_context *old = vgpu_current;
	struct fake_context *fake = (struct fake_context *)context;

	if (context && context != old && fake->current)
		return EGL_BAD_ACCESS;
	if (context)
		fake->refs++;
	if (draw)
		draw->refs++;
	if (read)
		read->refs++;
	if (old) {
		drop(old);
		((struct fake_context *)old)->current = false;
		vgpu_context_destroy(old);
	}
	vgpu_current = context;
	if (context) {
		fake->current = true;
		context->draw = draw;
		context->read = read;
	}
	return EGL_SUCCESS;
}

uint32_t (*vgpu_image_lookup)(const void *handle);

uint32_t vgpu_image_create(struct vgpu_context *context, uint32_t target, uint32_t object,
                           int32_t level, int32_t zoffset, uint32_t *image_out)
{
	if (object != 5)
		return EGL_BAD_ALLOC;
	assert_int_equal(level, 3);
	*image_out = 77;
	live_images++;
	return EGL_SUCCESS;
}

void vgpu_image_destroy(struct vgpu_client *client, uint32_t image)
{
	assert_int_equal(image, 77);
	live_images--;
}

static GLsync fake_fence(GLenum condition, GLbitfield flags)
{
	assert_non_null(vgpu_current);
	fences++;
	return (GLsync)(uintptr_t)0x77;
}

static void fake_delete_sync(GLsync sync)
{
	assert_non_null(vgpu_current);
	assert_ptr_equal(sync, (void *)0x77);
	fences--;
}

static GLenum fake_client_wait(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	assert_non_null(vgpu_current);
	return fence_done ? GL_ALREADY_SIGNALED : GL_TIMEOUT_EXPIRED;
}

static void nothing(void)
{
}

void *vgpu_gl_get_proc(const char *name)
{
	if (strcmp(name, "glFenceSync") == 0)
		return (void *)fake_fence;
	if (strcmp(name, "glDeleteSync") == 0)
		return (void *)fake_delete_sync;
	if (strcmp(name, "glClientWaitSync") == 0)
		return (void *)fake_client_wait;
	if (strcmp(name, "glFlush") == 0 || strcmp(name, "glFinish") == 0)
		return (void *)nothing;
	return NULL;
}

void vgpu_debug(const char *fmt, ...)
{
}

/* ---- libglvnd ---------------------------------------------------------------------------- */

static EGLenum current_api = EGL_OPENGL_ES_API;

static EGLenum get_current_api(void)
{
	return current_api;
}

static const __EGLapiExports exports = { .getCurrentApi = get_current_api };
static __EGLapiImports imports;

static EGLDisplay open_display(void)
{
	EGLDisplay dpy = imports.getPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
	EGLint major, minor;

	assert_ptr_not_equal(dpy, EGL_NO_DISPLAY);
	assert_true(vgpu_eglInitialize(dpy, &major, &minor));
	assert_int_equal(major * 10 + minor, 15);
	return dpy;
}

static EGLConfig pick(EGLDisplay dpy, EGLint alpha)
{
	const EGLint attribs[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RED_SIZE,   8,
		                   EGL_BUFFER_SIZE,  24 + alpha,      EGL_ALPHA_SIZE, alpha,
		                   EGL_NONE };
	EGLConfig configs[100];
	EGLint n, value;

	assert_true(vgpu_eglChooseConfig(dpy, attribs, configs, 100, &n));
	for (EGLint i = 0; i < n; i++) {
		vgpu_eglGetConfigAttrib(dpy, configs[i], EGL_RED_SIZE, &value);
		if (value == 8)
			return configs[i];
	}
	fail();
	return NULL;
}

static void close_display(EGLDisplay dpy)
{
	assert_true(vgpu_eglReleaseThread());
	assert_true(vgpu_eglTerminate(dpy));
	assert_int_equal(live_drawables, 0);
	assert_int_equal(live_contexts, 0);
	assert_int_equal(live_images, 0);
	assert_int_equal(fences, 0);
}

#define assert_error(call, failure, error)                                                         \
	do {                                                                                       \
		assert_true((call) == (failure));                                                  \
		assert_int_equal(vgpu_eglGetError(), error);                                       \
		assert_int_equal(vgpu_eglGetError(), EGL_SUCCESS);                                 \
	} while (0)

static EGLSurface pbuffer(EGLDisplay dpy, EGLConfig config)
{
	static const EGLint attribs[] = { EGL_WIDTH, 30, EGL_HEIGHT, 20, EGL_NONE };
	EGLSurface surface = vgpu_eglCreatePbufferSurface(dpy, config, attribs);

	assert_ptr_not_equal(surface, EGL_NO_SURFACE);
	return surface;
}

/* ---- tests --------------------------------------------------------------------------------- */

static void test_steps_aside(void **state)
{
	__EGLapiImports none;

	setenv("VGPU_WORKER", "1", 1);
	assert_false(__egl_Main(EGL_VENDOR_ABI_VERSION, &exports, NULL, &none));
	assert_null(imports.getPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL));
	unsetenv("VGPU_WORKER");
	assert_false(__egl_Main(7u << 16, &exports, NULL, &none));
	have_backend = false;
	assert_null(imports.getPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL));
	have_backend = true;
	assert_null(imports.getPlatformDisplay(EGL_PLATFORM_GBM_KHR, NULL, NULL));
	assert_null(imports.getPlatformDisplay(EGL_PLATFORM_DEVICE_EXT, &state, NULL));
}

static void test_procs(void **state)
{
	static const char *const core[] = {
		"eglBindTexImage",
		"eglCreateSync",
		"eglGetError",
		"eglWaitSyncKHR",
		"eglCopyBuffers",
		"eglInitialize",
		"eglQueryDevicesEXT",
		"eglSwapBuffersWithDamageEXT",
		"eglCreatePlatformWindowSurfaceEXT",
	};

	for (size_t i = 0; i < sizeof(core) / sizeof(core[0]); i++)
		assert_non_null(imports.getProcAddress(core[i]));
	assert_null(imports.getProcAddress("eglNothing"));
	assert_non_null(imports.getProcAddress("glFlush"));
	assert_null(imports.getProcAddress("glNothing"));
	assert_non_null(imports.getDispatchAddress("eglCreateSyncKHR"));
	assert_null(imports.getDispatchAddress("eglCreateSync"));
}

static void test_display(void **state)
{
	EGLDisplay dpy = imports.getPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
	EGLDeviceEXT device;
	EGLAttrib value;
	EGLint n;

	assert_ptr_equal(dpy,
	                 imports.getPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL));
	assert_error(vgpu_eglQueryString(dpy, EGL_VENDOR), NULL, EGL_NOT_INITIALIZED);
	assert_error(vgpu_eglInitialize(&n, NULL, NULL), EGL_FALSE, EGL_BAD_DISPLAY);
	open_display();
	assert_string_equal(vgpu_eglQueryString(dpy, EGL_VENDOR), "xen-vgpu");
	assert_error(vgpu_eglQueryString(dpy, 1), NULL, EGL_BAD_PARAMETER);
	assert_error(vgpu_eglGetConfigs(dpy, NULL, 0, NULL), EGL_FALSE, EGL_BAD_PARAMETER);
	assert_true(vgpu_eglGetConfigs(dpy, NULL, 0, &n));
	assert_int_equal(n, 70);
	assert_error(vgpu_eglGetConfigAttrib(dpy, &n, EGL_RED_SIZE, &n), EGL_FALSE, EGL_BAD_CONFIG);
	assert_true(vgpu_eglQueryDevicesEXT(1, &device, &n));
	assert_int_equal(n, 1);
	assert_string_equal(vgpu_eglQueryDeviceStringEXT(device, EGL_RENDERER_EXT), "counting");
	assert_true(vgpu_eglQueryDisplayAttribEXT(dpy, EGL_DEVICE_EXT, &value));
	assert_ptr_equal((void *)value, device);
	assert_ptr_not_equal(imports.getPlatformDisplay(EGL_PLATFORM_DEVICE_EXT, device, NULL),
	                     NULL);
	close_display(dpy);
}

static void test_context_attributes(void **state)
{
	static const struct {
		EGLenum api;
		EGLint attribs[8];
		EGLint error;
		int version; /* asked of the client */
		uint32_t profile;
		enum vgpu_api wire_api;
	} cases[] = {
		{ EGL_OPENGL_ES_API, { EGL_NONE }, EGL_SUCCESS, 10, 0, VGPU_API_GLES1 },
		{ EGL_OPENGL_ES_API,
		  { EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE },
		  EGL_SUCCESS,
		  20,
		  0,
		  VGPU_API_GLES2 },
		{ EGL_OPENGL_ES_API,
		  { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 2, EGL_NONE },
		  EGL_SUCCESS,
		  32,
		  0,
		  VGPU_API_GLES2 },
		{ EGL_OPENGL_ES_API, { EGL_CONTEXT_CLIENT_VERSION, 4, EGL_NONE }, EGL_BAD_MATCH },
		{ EGL_OPENGL_ES_API,
		  { EGL_CONTEXT_OPENGL_PROFILE_MASK, 1, EGL_NONE },
		  EGL_BAD_ATTRIBUTE },
		{ EGL_OPENGL_ES_API, { 0x9999, 1, EGL_NONE }, EGL_BAD_ATTRIBUTE },
		{ EGL_OPENGL_API, { EGL_NONE }, EGL_SUCCESS, 10, 2, VGPU_API_GL },
		{ EGL_OPENGL_API,
		  { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 3, EGL_NONE },
		  EGL_SUCCESS,
		  33,
		  1,
		  VGPU_API_GL },
		{ EGL_OPENGL_API,
		  { EGL_CONTEXT_MAJOR_VERSION, 4, EGL_CONTEXT_MINOR_VERSION, 5,
		    EGL_CONTEXT_OPENGL_PROFILE_MASK, 2, EGL_NONE },
		  EGL_SUCCESS,
		  45,
		  2,
		  VGPU_API_GL },
		{ EGL_OPENGL_API,
		  { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 4, EGL_NONE },
		  EGL_BAD_MATCH },
		{ EGL_OPENGL_API,
		  { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 2,
		    EGL_CONTEXT_OPENGL_PROFILE_MASK, 3, EGL_NONE },
		  EGL_BAD_MATCH },
		{ EGL_OPENGL_API, { EGL_CONTEXT_OPENGL_DEBUG, 2, EGL_NONE }, EGL_BAD_ATTRIBUTE },
		{ EGL_OPENGL_API, { EGL_CONTEXT_FLAGS_KHR, 8, EGL_NONE }, EGL_BAD_ATTRIBUTE },
		{ EGL_OPENGL_API,
		  { EGL_CONTEXT_OPENGL_NO_ERROR_KHR, 1, EGL_CONTEXT_OPENGL_DEBUG, 1, EGL_NONE },
		  EGL_BAD_MATCH },
	};
	EGLDisplay dpy = open_display();
	EGLConfig config = pick(dpy, 8);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EGLContext ctx;

		current_api = cases[i].api;
		ctx = vgpu_eglCreateContext(dpy, config, EGL_NO_CONTEXT, cases[i].attribs);
		assert_int_equal(vgpu_eglGetError(), cases[i].error);
		if (cases[i].error != EGL_SUCCESS) {
			assert_ptr_equal(ctx, EGL_NO_CONTEXT);
			continue;
		}
		assert_int_equal(asked.major * 10 + asked.minor, cases[i].version);
		assert_int_equal(asked.profile, cases[i].profile);
		assert_int_equal(asked.api, cases[i].wire_api);
		assert_int_equal(asked.priority, 1);
	}
	current_api = EGL_OPENGL_ES_API;
	assert_error(vgpu_eglCreateContext(dpy, state, EGL_NO_CONTEXT, NULL), EGL_NO_CONTEXT,
	             EGL_BAD_CONFIG);
	assert_error(vgpu_eglCreateContext(dpy, config, dpy, NULL), EGL_NO_CONTEXT,
	             EGL_BAD_CONTEXT);
	close_display(dpy);
}

static void test_flags(void **state)
{
	static const EGLint attribs[] = {
		EGL_CONTEXT_CLIENT_VERSION,
		3,
		EGL_CONTEXT_OPENGL_ROBUST_ACCESS_EXT,
		EGL_TRUE,
		EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT,
		EGL_LOSE_CONTEXT_ON_RESET,
		EGL_CONTEXT_PRIORITY_LEVEL_IMG,
		EGL_CONTEXT_PRIORITY_HIGH_IMG,
		EGL_CONTEXT_RELEASE_BEHAVIOR_KHR,
		EGL_CONTEXT_RELEASE_BEHAVIOR_NONE_KHR,
		EGL_NONE,
	};
	static const EGLint plain[] = { EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE };
	EGLDisplay dpy = open_display();
	EGLContext ctx = vgpu_eglCreateContext(dpy, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attribs);
	EGLint value;

	assert_ptr_not_equal(ctx, EGL_NO_CONTEXT);
	assert_true(asked.robust_access && asked.lose_context_on_reset && asked.release_none);
	assert_int_equal(asked.priority, 2);
	assert_true(vgpu_eglQueryContext(dpy, ctx, EGL_CONTEXT_PRIORITY_LEVEL_IMG, &value));
	assert_int_equal(value, EGL_CONTEXT_PRIORITY_HIGH_IMG);
	assert_true(vgpu_eglQueryContext(dpy, ctx, EGL_CONTEXT_CLIENT_VERSION, &value));
	assert_int_equal(value, 3);
	assert_true(vgpu_eglQueryContext(dpy, ctx, EGL_RENDER_BUFFER, &value));
	assert_int_equal(value, EGL_NONE);
	/* one strategy per share group */
	assert_error(vgpu_eglCreateContext(dpy, NULL, ctx, plain), EGL_NO_CONTEXT, EGL_BAD_MATCH);
	close_display(dpy);
}

static void *use_elsewhere(void *data)
{
	EGLDisplay dpy = imports.getPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
	EGLContext *handles = data; /* a context and a surface that are current, a free context */

	assert_error(vgpu_eglMakeCurrent(dpy, NULL, NULL, handles[0]), EGL_FALSE, EGL_BAD_ACCESS);
	assert_error(vgpu_eglMakeCurrent(dpy, handles[1], handles[1], handles[2]), EGL_FALSE,
	             EGL_BAD_ACCESS);
	assert_true(vgpu_eglMakeCurrent(dpy, NULL, NULL, handles[2]));
	assert_ptr_equal(vgpu_eglGetCurrentContext(), handles[2]);
	return NULL; /* without releasing it */
}

static void test_current(void **state)
{
	static const EGLint es2[] = { EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE };
	EGLDisplay dpy = open_display();
	EGLConfig config = pick(dpy, 8), other = pick(dpy, 0);
	EGLContext ctx = vgpu_eglCreateContext(dpy, config, NULL, es2);
	EGLContext free_ctx = vgpu_eglCreateContext(dpy, config, NULL, es2);
	EGLSurface surface = pbuffer(dpy, config), odd = pbuffer(dpy, other);
	EGLContext handles[3] = { ctx, surface, free_ctx };
	pthread_t thread;
	EGLint value;

	assert_error(vgpu_eglMakeCurrent(dpy, surface, NULL, ctx), EGL_FALSE, EGL_BAD_MATCH);
	assert_error(vgpu_eglMakeCurrent(dpy, surface, surface, NULL), EGL_FALSE, EGL_BAD_MATCH);
	assert_error(vgpu_eglMakeCurrent(dpy, odd, odd, ctx), EGL_FALSE, EGL_BAD_MATCH);
	assert_error(vgpu_eglMakeCurrent(dpy, ctx, ctx, ctx), EGL_FALSE, EGL_BAD_SURFACE);
	assert_error(vgpu_eglMakeCurrent(dpy, NULL, NULL, surface), EGL_FALSE, EGL_BAD_CONTEXT);
	assert_error(vgpu_eglSwapInterval(dpy, 1), EGL_FALSE, EGL_BAD_CONTEXT);
	assert_true(vgpu_eglMakeCurrent(dpy, surface, surface, ctx));
	assert_ptr_equal(vgpu_eglGetCurrentSurface(EGL_READ), surface);
	assert_ptr_equal(vgpu_eglGetCurrentDisplay(), dpy);
	assert_true(vgpu_eglQueryContext(dpy, ctx, EGL_RENDER_BUFFER, &value));
	assert_int_equal(value, EGL_BACK_BUFFER);
	assert_int_equal(pthread_create(&thread, NULL, use_elsewhere, handles), 0);
	pthread_join(thread, NULL);
	/* the thread's end has released it */
	assert_true(vgpu_eglMakeCurrent(dpy, NULL, NULL, free_ctx));
	assert_true(vgpu_eglMakeCurrent(dpy, surface, surface, ctx));

	assert_true(vgpu_eglSwapBuffers(dpy, surface));
	assert_error(vgpu_eglSwapBuffers(dpy, odd), EGL_FALSE, EGL_BAD_SURFACE);
	assert_true(vgpu_eglSwapInterval(dpy, 1000));

	/* destroyed while current: the handles go at once, the objects later */
	assert_true(vgpu_eglDestroySurface(dpy, surface));
	assert_true(vgpu_eglDestroyContext(dpy, ctx));
	assert_error(vgpu_eglDestroyContext(dpy, ctx), EGL_FALSE, EGL_BAD_CONTEXT);
	assert_error(vgpu_eglQuerySurface(dpy, surface, EGL_WIDTH, &value), EGL_FALSE,
	             EGL_BAD_SURFACE);
	assert_int_equal(live_contexts, 2);
	assert_int_equal(live_drawables, 2);
	assert_true(vgpu_eglMakeCurrent(dpy, NULL, NULL, NULL));
	assert_int_equal(live_contexts, 1);
	assert_int_equal(live_drawables, 1);

	/* terminated while current */
	assert_true(
		vgpu_eglMakeCurrent(dpy, odd, odd, vgpu_eglCreateContext(dpy, NULL, NULL, es2)));
	assert_true(vgpu_eglTerminate(dpy));
	assert_error(vgpu_eglSwapBuffers(dpy, odd), EGL_FALSE, EGL_NOT_INITIALIZED);
	assert_int_equal(live_contexts, 1);
	assert_true(vgpu_eglMakeCurrent(dpy, NULL, NULL, NULL));
	assert_int_equal(live_contexts, 0);
	open_display();
	close_display(dpy);
}

static void test_pbuffers(void **state)
{
	static const EGLint huge[] = { EGL_WIDTH, 9000, EGL_HEIGHT, 10, EGL_NONE };
	static const EGLint largest[] = { EGL_WIDTH,           9000,     EGL_HEIGHT, 10,
		                          EGL_LARGEST_PBUFFER, EGL_TRUE, EGL_NONE };
	static const EGLint negative[] = { EGL_WIDTH, -1, EGL_NONE };
	static const EGLint half_texture[] = { EGL_TEXTURE_FORMAT, EGL_TEXTURE_RGB, EGL_NONE };
	static const EGLint texture[] = { EGL_TEXTURE_FORMAT,
		                          EGL_TEXTURE_RGBA,
		                          EGL_TEXTURE_TARGET,
		                          EGL_TEXTURE_2D,
		                          EGL_WIDTH,
		                          4,
		                          EGL_HEIGHT,
		                          4,
		                          EGL_NONE };
	static const EGLint window_only[] = { EGL_RENDER_BUFFER, EGL_BACK_BUFFER, EGL_NONE };
	static const EGLint srgb[] = { EGL_GL_COLORSPACE, EGL_GL_COLORSPACE_SRGB, EGL_NONE };
	EGLDisplay dpy = open_display();
	EGLConfig config = pick(dpy, 8), opaque = pick(dpy, 0);
	EGLSurface s;
	EGLint value = -5;

	assert_error(vgpu_eglCreatePbufferSurface(dpy, config, huge), NULL, EGL_BAD_ALLOC);
	assert_error(vgpu_eglCreatePbufferSurface(dpy, config, negative), NULL, EGL_BAD_PARAMETER);
	assert_error(vgpu_eglCreatePbufferSurface(dpy, config, half_texture), NULL, EGL_BAD_MATCH);
	/* drivers allow it: the alpha is 1 */
	s = vgpu_eglCreatePbufferSurface(dpy, opaque, texture);
	assert_true(s && vgpu_eglDestroySurface(dpy, s));
	assert_error(vgpu_eglCreatePbufferSurface(dpy, config, window_only), NULL,
	             EGL_BAD_ATTRIBUTE);
	assert_error(vgpu_eglCreateWindowSurface(dpy, config, 5, NULL), NULL,
	             EGL_BAD_NATIVE_WINDOW);
	s = vgpu_eglCreatePbufferSurface(dpy, config, largest);
	assert_true(vgpu_eglQuerySurface(dpy, s, EGL_WIDTH, &value));
	assert_int_equal(value, 8192);
	assert_int_equal(last_drawable->params.width, 8192);
	assert_int_equal(last_drawable->params.alpha, 8);
	assert_int_equal(last_drawable->params.kind, VGPU_DRAWABLE_PBUFFER);
	assert_true(last_drawable->params.double_buffer);
	assert_false(last_drawable->params.srgb);
	assert_true(vgpu_eglQuerySurface(dpy, s, EGL_LARGEST_PBUFFER, &value));
	assert_int_equal(value, EGL_TRUE);
	assert_error(vgpu_eglQuerySurface(dpy, s, 0x1234, &value), EGL_FALSE, EGL_BAD_ATTRIBUTE);
	assert_error(vgpu_eglSurfaceAttrib(dpy, s, EGL_SWAP_BEHAVIOR, EGL_BUFFER_PRESERVED),
	             EGL_FALSE, EGL_BAD_MATCH);
	assert_error(vgpu_eglBindTexImage(dpy, s, EGL_BACK_BUFFER), EGL_FALSE, EGL_BAD_MATCH);
	s = vgpu_eglCreatePbufferSurface(dpy, config, texture);
	assert_true(vgpu_eglBindTexImage(dpy, s, EGL_BACK_BUFFER));
	assert_error(vgpu_eglBindTexImage(dpy, s, EGL_BACK_BUFFER), EGL_FALSE, EGL_BAD_ACCESS);
	assert_true(vgpu_eglReleaseTexImage(dpy, s, EGL_BACK_BUFFER));
	s = vgpu_eglCreatePbufferSurface(dpy, config, srgb);
	assert_true(last_drawable->params.srgb);
	close_display(dpy);
}

static void *signal_later(void *data)
{
	EGLDisplay dpy = imports.getPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
	const struct timespec pause = { .tv_nsec = 20000000 };

	nanosleep(&pause, NULL);
	assert_true(vgpu_eglSignalSyncKHR(dpy, data, EGL_SIGNALED_KHR));
	return NULL;
}

static void *wait_elsewhere(void *data)
{
	EGLDisplay dpy = imports.getPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);

	assert_int_equal(vgpu_eglClientWaitSync(dpy, data, 0, 0), EGL_TIMEOUT_EXPIRED);
	assert_null(vgpu_current);
	return NULL;
}

static void test_images(void **state)
{
	static const EGLint ints[] = { EGL_GL_TEXTURE_LEVEL_KHR, 3, EGL_NONE };
	static const EGLAttrib wide[] = { EGL_IMAGE_PRESERVED, 1, EGL_GL_TEXTURE_LEVEL, 3, EGL_NONE };
	static const EGLint bad[] = { EGL_SYNC_STATUS, 3, EGL_NONE };
	const EGLClientBuffer five = (EGLClientBuffer)5, six = (EGLClientBuffer)6;
	const EGLenum t2d = EGL_GL_TEXTURE_2D_KHR;
	EGLDisplay dpy = open_display();
	EGLContext ctx = vgpu_eglCreateContext(dpy, NULL, NULL, NULL);
	const char *extensions = vgpu_eglQueryString(dpy, EGL_EXTENSIONS);
	EGLImage first, second;

	assert_non_null(strstr(extensions, "EGL_KHR_image_base "));
	assert_non_null(strstr(extensions, "EGL_KHR_gl_texture_2D_image "));
	assert_null(strstr(extensions, "EGL_KHR_gl_texture_3D_image "));
	assert_error(vgpu_eglCreateImageKHR(dpy, ctx, t2d, NULL, ints), NULL, EGL_BAD_PARAMETER);
	assert_error(vgpu_eglCreateImageKHR(dpy, ctx, t2d, six, ints), NULL, EGL_BAD_ALLOC);
	assert_error(vgpu_eglCreateImageKHR(dpy, ctx, t2d, five, bad), NULL, EGL_BAD_PARAMETER);
	assert_error(vgpu_eglCreateImageKHR(dpy, NULL, t2d, five, ints), NULL, EGL_BAD_PARAMETER);
	assert_error(vgpu_eglCreateImageKHR(dpy, dpy, t2d, five, ints), NULL, EGL_BAD_CONTEXT);
	first = vgpu_eglCreateImageKHR(dpy, ctx, t2d, five, ints);
	second = vgpu_eglCreateImage(dpy, ctx, t2d, five, wide);
	assert_int_equal(live_images, 2);
	/* a handle means something only where a context is current */
	assert_int_equal(vgpu_image_lookup(first), 0);
	assert_true(vgpu_eglMakeCurrent(dpy, NULL, NULL, ctx));
	assert_int_equal(vgpu_image_lookup(first), 77);
	assert_int_equal(vgpu_image_lookup(ctx), 0);
	assert_int_equal(vgpu_image_lookup(NULL), 0);
	assert_true(vgpu_eglDestroyImage(dpy, first));
	assert_int_equal(vgpu_image_lookup(first), 0);
	assert_error(vgpu_eglDestroyImage(dpy, first), EGL_FALSE, EGL_BAD_PARAMETER);
	assert_int_equal(vgpu_image_lookup(second), 77);
	/* the other goes with the display */
	close_display(dpy);
}

static void test_sync(void **state)
{
	static const EGLint es2[] = { EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE };
	EGLDisplay dpy = open_display();
	EGLContext ctx = vgpu_eglCreateContext(dpy, NULL, NULL, es2);
	EGLContext stranger = vgpu_eglCreateContext(dpy, NULL, NULL, es2);
	pthread_t thread;
	EGLAttrib value;
	EGLSync sync;

	fence_done = false;
	assert_error(vgpu_eglCreateSync(dpy, EGL_SYNC_FENCE, NULL), NULL, EGL_BAD_MATCH);
	assert_error(vgpu_eglCreateSync(dpy, 5, NULL), NULL, EGL_BAD_PARAMETER);
	assert_error(vgpu_eglCreateSyncKHR(dpy, 5, NULL), NULL, EGL_BAD_ATTRIBUTE);
	assert_true(vgpu_eglMakeCurrent(dpy, NULL, NULL, ctx));
	sync = vgpu_eglCreateSync(dpy, EGL_SYNC_FENCE, NULL);
	assert_int_equal(fences, 1);
	assert_int_equal(vgpu_eglClientWaitSync(dpy, sync, 0, 0), EGL_TIMEOUT_EXPIRED);
	assert_int_equal(live_contexts, 2);
	/* a thread without a context of the group waits through one made for it */
	assert_int_equal(pthread_create(&thread, NULL, wait_elsewhere, sync), 0);
	pthread_join(thread, NULL);
	assert_int_equal(live_contexts, 3);
	assert_true(vgpu_eglMakeCurrent(dpy, NULL, NULL, stranger));
	assert_int_equal(vgpu_eglClientWaitSync(dpy, sync, 0, 0), EGL_TIMEOUT_EXPIRED);
	assert_ptr_equal(vgpu_current, ((struct vgpu_egl_context *)stranger)->context);
	assert_true(vgpu_eglGetSyncAttrib(dpy, sync, EGL_SYNC_STATUS, &value));
	assert_int_equal(value, EGL_UNSIGNALED);
	fence_done = true;
	assert_int_equal(vgpu_eglClientWaitSync(dpy, sync, 0, EGL_FOREVER),
	                 EGL_CONDITION_SATISFIED);
	assert_true(vgpu_eglGetSyncAttrib(dpy, sync, EGL_SYNC_STATUS, &value));
	assert_int_equal(value, EGL_SIGNALED);
	/* the fence outlives its context's handle */
	assert_true(vgpu_eglDestroyContext(dpy, ctx));
	assert_true(vgpu_eglDestroySync(dpy, sync));
	assert_int_equal(live_contexts, 1);
	assert_int_equal(fences, 0);

	sync = vgpu_eglCreateSyncKHR(dpy, EGL_SYNC_REUSABLE_KHR, NULL);
	assert_int_equal(vgpu_eglClientWaitSync(dpy, sync, 0, 1000000), EGL_TIMEOUT_EXPIRED);
	assert_int_equal(pthread_create(&thread, NULL, signal_later, sync), 0);
	assert_int_equal(vgpu_eglClientWaitSync(dpy, sync, 0, EGL_FOREVER),
	                 EGL_CONDITION_SATISFIED);
	pthread_join(thread, NULL);
	assert_true(vgpu_eglSignalSyncKHR(dpy, sync, EGL_UNSIGNALED_KHR));
	assert_int_equal(vgpu_eglClientWaitSync(dpy, sync, 0, 0), EGL_TIMEOUT_EXPIRED);
	assert_error(vgpu_eglWaitSync(dpy, sync, 0), EGL_FALSE, EGL_BAD_MATCH);
	close_display(dpy);
}

static int start(void **state)
{
	return __egl_Main(EGL_VENDOR_ABI_VERSION, &exports, NULL, &imports) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps_aside), cmocka_unit_test(test_procs),
		cmocka_unit_test(test_display),     cmocka_unit_test(test_context_attributes),
		cmocka_unit_test(test_flags),       cmocka_unit_test(test_current),
		cmocka_unit_test(test_pbuffers),    cmocka_unit_test(test_sync),
		cmocka_unit_test(test_images),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
