/* SPDX-License-Identifier: MIT */
/* One input: a program connects, sends its prelude and the input, and goes away. */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/worker/conn.h"
#include "backend/worker/drawable.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/stream.h"
#include "tests/fuzz/decode_input.h"

#define POOL_BYTES (VGPU_POOL_HEADER + 4 * 32 * 32 * 4)

static void broken(struct vgpu_wconn *conn, const char *why)
{
}

static int pool_memory(void)
{
	int fd = memfd_create("fuzz-pool", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, POOL_BYTES) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void fuzz_run(const uint8_t *data, size_t size)
{
	struct vgpu_wconn *conn;
	struct vgpu_wstream *stream;
	const uint8_t *prelude;
	uint8_t *copy;
	size_t n;
	int pool;

	if (size < 1)
		return;
	vgpu_wstream_env.gl = vgpu_host_get()->gl;
	vgpu_wstream_env.broken = broken;
	conn = vgpu_wconn_create(1, (uint32_t)getpid(), getuid(), "fuzz",
	                         eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (!conn)
		abort();
	conn->log_tokens = 0; /* a line per wrong input would be the slowest part */
	pool = pool_memory();
	if (pool < 0 || vgpu_wconn_pool_add(conn, 1, POOL_BYTES, pool))
		abort();
	close(pool);
	stream = vgpu_wstream_offline(conn, 1);
	if (!stream)
		abort();
	prelude = fuzz_prelude(data[0] % FUZZ_STARTS, &n);
	if (vgpu_wstream_feed(stream, prelude, n))
		abort(); /* what our own encoders write is never an error */
	/* of its own size and 8-aligned, as in a ring: reading past its end is seen */
	n = (size - 1) & ~(size_t)7;
	copy = aligned_alloc(8, n ? n : 8);
	memcpy(copy, data + 1, n);
	vgpu_wstream_feed(stream, copy, n);
	vgpu_wstream_offline_end(stream);
	vgpu_wconn_destroy(conn);
	free(copy);
}
