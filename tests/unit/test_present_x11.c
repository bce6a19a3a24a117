/* SPDX-License-Identifier: MIT */
/*
 * The X11 presenter against a real X server: frames from a memfd pool must
 * stand in the window afterwards, whatever way they take there, and each must
 * be reported done exactly once. Starts an Xvfb of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <xcb/xcb.h>

#include <fcntl.h>

#include "frontend/present/x11.h"
#include "frontend/present/x11_internal.h"

#define SLOTS 3

/* What of the client the presenter calls. */
static pthread_mutex_t done_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done_cond = PTHREAD_COND_INITIALIZER;
static unsigned int done_count[SLOTS];
static struct vgpu_drawable *done_drawable;

void vgpu_drawable_frame_done(struct vgpu_drawable *drawable, uint32_t slot)
{
	pthread_mutex_lock(&done_lock);
	if (slot < SLOTS)
		done_count[slot]++;
	done_drawable = drawable;
	pthread_cond_broadcast(&done_cond);
	pthread_mutex_unlock(&done_lock);
}

void vgpu_debug(const char *fmt, ...)
{
	va_list args;

	if (!getenv("VGPU_DEBUG"))
		return;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

static bool device_pool; /* the pool's descriptor is a device's */

static bool wait_done(uint32_t slot, unsigned int count)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 10;
	pthread_mutex_lock(&done_lock);
	while (done_count[slot] < count && rc == 0)
		rc = pthread_cond_timedwait(&done_cond, &done_lock, &until);
	rc = done_count[slot] == count;
	pthread_mutex_unlock(&done_lock);
	return rc;
}

struct server {
	pid_t pid;
	char name[16];
};

static bool server_start(struct server *server, const char *screen)
{
	char fd_text[16];
	size_t have = 1;
	int fds[2];

	if (pipe(fds) < 0)
		return false;
	server->pid = fork();
	if (server->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fds[0]);
		snprintf(fd_text, sizeof(fd_text), "%d", fds[1]);
		if (!freopen("/dev/null", "w", stderr))
			_exit(126);
		execlp("Xvfb", "Xvfb", "-displayfd", fd_text, "-screen", "0", screen, "-noreset",
		       "-nolisten", "tcp", (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	memset(server->name, 0, sizeof(server->name));
	server->name[0] = ':';
	/* the number and its newline come in pieces */
	while (have < sizeof(server->name) - 1 && read(fds[0], server->name + have, 1) == 1 &&
	       server->name[have] != '\n')
		have++;
	close(fds[0]);
	if (server->name[have] != '\n') {
		waitpid(server->pid, NULL, 0);
		return false;
	}
	server->name[have] = '\0';
	return true;
}

static void server_stop(struct server *server)
{
	kill(server->pid, SIGTERM);
	waitpid(server->pid, NULL, 0);
}

struct scene {
	struct server server;
	xcb_connection_t *c;
	const xcb_screen_t *screen;
	xcb_window_t window;
	uint32_t width, height;
	uint8_t *pool;
	size_t pool_bytes, slot_bytes;
	int fd;
	struct vgpu_x11_present *present;
};

static struct vgpu_drawable *const the_drawable = (void *)0x1234;

static void scene_pool(struct scene *s)
{
	s->slot_bytes = (size_t)s->width * s->height * 4;
	s->pool_bytes = VGPU_POOL_HEADER + SLOTS * s->slot_bytes;
	s->fd = memfd_create("pool", MFD_CLOEXEC);
	assert_true(s->fd >= 0);
	assert_int_equal(ftruncate(s->fd, (off_t)s->pool_bytes), 0);
	s->pool = mmap(NULL, s->pool_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	assert_true(s->pool != MAP_FAILED);
	if (device_pool) {
		/* as on Xen: mapped here, but nobody else can map the descriptor */
		close(s->fd);
		s->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	}
	vgpu_x11_present_impl.pool(s->present, s->fd, s->pool, s->pool_bytes);
}

static void scene_pool_gone(struct scene *s)
{
	vgpu_x11_present_impl.pool_gone(s->present, s->pool);
	munmap(s->pool, s->pool_bytes);
	close(s->fd);
}

static void scene_init(struct scene *s, const char *screen, const char *way, uint32_t width,
                       uint32_t height)
{
	if (!server_start(&s->server, screen)) {
		print_message("Xvfb is not installed: skipped\n");
		skip();
	}
	setenv("VGPU_X11", way, 1);
	memset(done_count, 0, sizeof(done_count));
	s->c = xcb_connect(s->server.name, NULL);
	assert_false(xcb_connection_has_error(s->c));
	s->screen = xcb_setup_roots_iterator(xcb_get_setup(s->c)).data;
	s->window = xcb_generate_id(s->c);
	s->width = width;
	s->height = height;
	xcb_create_window(s->c, s->screen->root_depth, s->window, s->screen->root, 0, 0, width,
	                  height, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, s->screen->root_visual, 0,
	                  NULL);
	xcb_map_window(s->c, s->window);
	free(xcb_get_input_focus_reply(s->c, xcb_get_input_focus(s->c), NULL));
	assert_int_equal(vgpu_x11_present_create(s->server.name, s->window, 0, &s->present), 0);
	scene_pool(s);
}

static void scene_finish(struct scene *s)
{
	vgpu_x11_present_impl.destroy(s->present);
	munmap(s->pool, s->pool_bytes);
	close(s->fd);
	xcb_disconnect(s->c);
	server_stop(&s->server);
}

static void paint(struct scene *s, uint32_t slot, uint32_t seed)
{
	uint8_t *p = s->pool + VGPU_POOL_HEADER + slot * s->slot_bytes;

	for (size_t i = 0; i < s->slot_bytes; i++) {
		seed = seed * 1664525u + 1013904223u;
		p[i] = (uint8_t)(seed >> 24);
	}
}

static void show(struct scene *s, uint32_t slot, uint32_t interval)
{
	uint64_t offset = VGPU_POOL_HEADER + slot * s->slot_bytes;
	const struct vgpu_show_frame frame = {
		.drawable = the_drawable,
		.slot = slot,
		.pixels = s->pool + offset,
		.offset = offset,
		.width = s->width,
		.height = s->height,
		.stride = s->width * 4,
		.swap_interval = interval,
	};

	vgpu_x11_present_impl.show(s->present, &frame);
}

/* The window's pixels must be the slot's, with the depth's precision. */
static void compare(struct scene *s, xcb_drawable_t drawable, uint32_t slot, uint8_t depth)
{
	const uint8_t *want = s->pool + VGPU_POOL_HEADER + slot * s->slot_bytes;
	xcb_get_image_reply_t *image =
		xcb_get_image_reply(s->c,
	                            xcb_get_image(s->c, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, 0, 0,
	                                          s->width, s->height, UINT32_MAX),
	                            NULL);
	const uint8_t *got;

	assert_non_null(image);
	assert_int_equal(image->depth, depth);
	got = xcb_get_image_data(image);
	for (size_t i = 0; i < (size_t)s->width * s->height; i++, want += 4) {
		if (depth == 16) {
			size_t stride = (s->width * 2 + 3) / 4 * 4;
			const uint8_t *p = got + i / s->width * stride + i % s->width * 2;
			uint32_t pixel = p[0] | (uint32_t)p[1] << 8;

			assert_int_equal(pixel,
			                 (want[2] >> 3) << 11 | (want[1] >> 2) << 5 | want[0] >> 3);
		} else {
			assert_memory_equal(got + 4 * i, want, depth == 32 ? 4 : 3);
		}
	}
	free(image);
}

static void frames_arrive(const char *screen, const char *way, uint8_t depth, uint32_t width,
                          uint32_t height)
{
	struct scene s;

	scene_init(&s, screen, way, width, height);
	for (unsigned int round = 0; round < 3; round++) {
		for (uint32_t slot = 0; slot < SLOTS; slot++) {
			paint(&s, slot, round * 16 + slot);
			show(&s, slot, 0);
		}
		for (uint32_t slot = 0; slot < SLOTS; slot++)
			assert_true(wait_done(slot, round + 1));
		assert_ptr_equal(done_drawable, the_drawable);
		vgpu_x11_present_sync(s.present);
		compare(&s, s.window, SLOTS - 1, depth);
	}
	scene_finish(&s);
}

static void test_fd(void **state)
{
	frames_arrive("640x480x24", "shm-fd", 24, 331, 257);
}

static void test_sysv(void **state)
{
	frames_arrive("640x480x24", "sysv", 24, 331, 257);
}

static void test_wire(void **state)
{
	frames_arrive("640x480x24", "wire", 24, 331, 257);
}

/* A pool that the server cannot map: one copy into memory of the presenter's own. */
static void test_device(void **state)
{
	struct scene s;

	device_pool = true;
	scene_init(&s, "640x480x24", "shm-fd", 64, 48);
	assert_int_equal(s.present->pools->seg, 0);
	paint(&s, 0, 1);
	show(&s, 0, 0);
	assert_true(wait_done(0, 1));
	assert_int_not_equal(s.present->flights[0].staging.seg, 0);
	compare(&s, s.window, 0, 24);
	scene_finish(&s);
	frames_arrive("640x480x24", "shm-fd", 24, 331, 257);
	device_pool = false;
}

static void test_pool_is_mapped(void **state)
{
	struct scene s;

	scene_init(&s, "640x480x24", "shm-fd", 64, 48);
	assert_int_not_equal(s.present->pools->seg, 0);
	scene_finish(&s);
	setenv("VGPU_PRESENT", "copy", 1);
	scene_init(&s, "640x480x24", "shm-fd", 64, 48);
	assert_int_equal(s.present->pools->seg, 0);
	scene_finish(&s);
	unsetenv("VGPU_PRESENT");
}

static void test_16_bit(void **state)
{
	frames_arrive("640x480x16", "shm-fd", 16, 331, 257);
}

static void test_16_bit_wire(void **state)
{
	frames_arrive("640x480x16", "wire", 16, 33, 17);
}

static void test_pixmap(void **state)
{
	struct vgpu_x11_present *window_present;
	struct scene s;
	xcb_pixmap_t pixmap;

	scene_init(&s, "640x480x24", "shm-fd", 64, 48);
	pixmap = xcb_generate_id(s.c);
	xcb_create_pixmap(s.c, 32, pixmap, s.screen->root, 64, 48);
	free(xcb_get_input_focus_reply(s.c, xcb_get_input_focus(s.c), NULL));
	scene_pool_gone(&s);
	window_present = s.present;
	assert_int_equal(vgpu_x11_present_create(s.server.name, pixmap, 0, &s.present), 0);
	scene_pool(&s);
	paint(&s, 1, 7);
	show(&s, 1, 0);
	assert_true(wait_done(1, 1));
	compare(&s, pixmap, 1, 32);
	vgpu_x11_present_destroy(window_present);
	scene_finish(&s);
}

static void test_resize_and_destroy(void **state)
{
	const uint32_t size[2] = { 200, 100 };
	uint32_t width, height;
	struct scene s;

	scene_init(&s, "640x480x24", "shm-fd", 64, 48);
	assert_true(vgpu_x11_present_impl.size(s.present, &width, &height));
	assert_int_equal(width, 64);
	assert_int_equal(height, 48);
	xcb_configure_window(s.c, s.window, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
	                     size);
	free(xcb_get_input_focus_reply(s.c, xcb_get_input_focus(s.c), NULL));
	vgpu_x11_present_sync(s.present);
	assert_true(vgpu_x11_present_impl.size(s.present, &width, &height));
	assert_int_equal(width, 200);
	assert_int_equal(height, 100);

	/* a frame for a window that is gone is done, and nothing breaks */
	xcb_destroy_window(s.c, s.window);
	free(xcb_get_input_focus_reply(s.c, xcb_get_input_focus(s.c), NULL));
	show(&s, 0, 0);
	assert_true(wait_done(0, 1));
	vgpu_x11_present_sync(s.present);
	assert_false(vgpu_x11_present_impl.size(s.present, &width, &height));
	assert_true(vgpu_x11_present_gone(s.present));
	show(&s, 1, 1);
	assert_true(wait_done(1, 1));
	scene_finish(&s);
	assert_int_equal(done_count[0], 1);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static void test_pacing(void **state)
{
	double start, took, period;
	struct vgpu_x11 *x11;
	struct scene s;

	scene_init(&s, "640x480x24", "shm-fd", 64, 48);
	assert_int_equal(vgpu_x11_open(s.server.name, &x11), 0);
	period = 1000.0 / vgpu_x11_refresh_mhz(x11, 0);
	vgpu_x11_close(x11);
	start = seconds();
	for (unsigned int i = 0; i < 30; i++) {
		paint(&s, i % SLOTS, i);
		show(&s, i % SLOTS, 1);
		assert_true(wait_done(i % SLOTS, i / SLOTS + 1));
	}
	took = seconds() - start;
	assert_true(took > 28.5 * period);
	assert_true(took < 45 * period);
	/* interval 0 after a paced frame: both go at once, in order */
	paint(&s, 0, 100);
	paint(&s, 1, 101);
	show(&s, 0, 2);
	show(&s, 1, 0);
	assert_true(wait_done(0, 11) && wait_done(1, 11));
	compare(&s, s.window, 1, 24);
	scene_finish(&s);
}

static void test_pool_change(void **state)
{
	struct scene s;

	scene_init(&s, "640x480x24", "shm-fd", 64, 48);
	for (unsigned int round = 0; round < 20; round++) {
		paint(&s, 2, round);
		show(&s, 2, 0);
		assert_true(wait_done(2, round + 1));
		compare(&s, s.window, 2, 24);
		/* the frame of a pool that goes away with it is not reported */
		show(&s, 0, 30);
		scene_pool_gone(&s);
		scene_pool(&s);
	}
	scene_finish(&s);
}

static void test_server_dies(void **state)
{
	uint32_t width, height;
	struct scene s;

	scene_init(&s, "640x480x24", "shm-fd", 64, 48);
	server_stop(&s.server);
	show(&s, 0, 0);
	assert_true(wait_done(0, 1));
	show(&s, 1, 1);
	assert_true(wait_done(1, 1));
	assert_false(vgpu_x11_present_impl.size(s.present, &width, &height));
	vgpu_x11_present_impl.destroy(s.present);
	xcb_disconnect(s.c);
	munmap(s.pool, s.pool_bytes);
	close(s.fd);
}

static void test_errors(void **state)
{
	struct vgpu_x11_present *present = NULL;
	struct vgpu_x11_geometry geometry;
	struct vgpu_x11_visual visuals[64];
	struct vgpu_x11 *x11;
	struct scene s;

	scene_init(&s, "640x480x24", "shm-fd", 64, 48);
	assert_true(vgpu_x11_present_create(s.server.name, 0x7fffff, 0, &present) < 0);
	assert_true(vgpu_x11_present_create(":9876", s.window, 0, &present) < 0);
	assert_null(present);
	assert_int_equal(vgpu_x11_open(s.server.name, &x11), 0);
	assert_true(vgpu_x11_geometry(x11, s.window, &geometry));
	assert_int_equal(geometry.depth, 24);
	assert_int_equal(geometry.visual, s.screen->root_visual);
	assert_int_equal(geometry.screen, 0);
	assert_false(vgpu_x11_geometry(x11, 0x7fffff, &geometry));
	assert_true(vgpu_x11_visuals(x11, 0, visuals, 64) > 1);
	assert_int_equal(vgpu_x11_visuals(x11, 5, visuals, 64), 0);
	vgpu_x11_close(x11);
	scene_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fd),
		cmocka_unit_test(test_sysv),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_pool_is_mapped),
		cmocka_unit_test(test_16_bit),
		cmocka_unit_test(test_16_bit_wire),
		cmocka_unit_test(test_pixmap),
		cmocka_unit_test(test_resize_and_destroy),
		cmocka_unit_test(test_pacing),
		cmocka_unit_test(test_pool_change),
		cmocka_unit_test(test_server_dies),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
