/* SPDX-License-Identifier: MIT */
#include "frontend/transport/record.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "frontend/client.h"
#include "protocol/record.h"

bool vgpu_recording;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int file = -1;
static uint64_t began_ns;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Write all, or stop recording: a file that ends in the middle of a chunk is refused by readers. */
static void put(const struct iovec *iov, int n)
{
	for (int i = 0; i < n && file >= 0; i++) {
		const uint8_t *at = iov[i].iov_base;
		size_t left = iov[i].iov_len;

		while (left > 0) {
			ssize_t done = write(file, at, left);

			if (done < 0 && errno == EINTR)
				continue;
			if (done <= 0) {
				vgpu_debug("the recording ends here: %s", strerror(errno));
				close(file);
				file = -1;
				vgpu_recording = false;
				return;
			}
			at += done;
			left -= (size_t)done;
		}
	}
}

void vgpu_record_begin(const char *renderer)
{
	const char *path = getenv("VGPU_RECORD");
	struct vgpu_record_header header = {
		.magic = VGPU_RECORD_MAGIC,
		.version = VGPU_RECORD_VERSION,
		.wire_version = VGPU_WIRE_VERSION,
	};
	struct iovec iov = { .iov_base = &header, .iov_len = sizeof(header) };

	if (!path || !*path)
		return;
	pthread_mutex_lock(&lock);
	if (file < 0 && began_ns == 0) {
		file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (file < 0) {
			vgpu_debug("cannot record to %s: %s", path, strerror(errno));
		} else {
			began_ns = now_ns();
			snprintf(header.program, sizeof(header.program), "%s",
			         program_invocation_short_name);
			snprintf(header.renderer, sizeof(header.renderer), "%.127s", renderer);
			vgpu_recording = true;
			put(&iov, 1);
		}
	}
	pthread_mutex_unlock(&lock);
}

static void chunk(enum vgpu_record_type type, uint32_t id, uint64_t value, const void *bytes,
                  size_t n)
{
	static const uint8_t zeros[8];
	struct vgpu_record_chunk head = {
		.type = type, .id = id, .value = value, .bytes = n
	};
	struct iovec iov[3] = {
		{ .iov_base = &head, .iov_len = sizeof(head) },
		{ .iov_base = (void *)bytes, .iov_len = n },
		{ .iov_base = (void *)zeros, .iov_len = (8 - n % 8) % 8 },
	};

	pthread_mutex_lock(&lock);
	if (file >= 0) {
		head.time_ns = now_ns() - began_ns;
		put(iov, 3);
	}
	pthread_mutex_unlock(&lock);
}

void vgpu_record_commands(uint32_t stream, const void *bytes, size_t n)
{
	chunk(VGPU_RECORD_COMMANDS, stream, 0, bytes, n);
}

void vgpu_record_pool(uint32_t pool, uint64_t bytes)
{
	chunk(VGPU_RECORD_POOL, pool, bytes, NULL, 0);
}

void vgpu_record_pool_gone(uint32_t pool)
{
	chunk(VGPU_RECORD_POOL_GONE, pool, 0, NULL, 0);
}

void vgpu_record_stop(void)
{
	vgpu_recording = false;
	if (file >= 0)
		close(file);
	file = -1;
}
