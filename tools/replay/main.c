/* SPDX-License-Identifier: MIT */
/* vgpu-replay: replays a recording on this machine's GPU, without guest, ring or daemon. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backend/worker/conn.h"
#include "backend/worker/host_egl.h"
#include "backend/worker/stream.h"
#include "tools/replay/reader.h"
#include "tools/replay/threads.h"

static const char help[] =
	"usage: vgpu-replay [OPTIONS] FILE\n"
	"\n"
	"Replay a recording made by vgpu-run --record on this machine's GPU.\n"
	"\n"
	"  vgpu-replay game.vgpurec                    as fast as the GPU can\n"
	"  vgpu-replay --dump-images frames game.vgpurec   every frame as a PNG\n"
	"\n"
	"  --dump-images DIR  write frames as DIR/frame-NNNNN.png (the folder is made)\n"
	"  --loop N           replay N times, each on new contexts (default 1)\n"
	"  --json             the result as JSON\n"
	"  --help             this text\n"
	"\n"
	"exit status: 0 replayed, 1 failed, 2 wrong usage\n";

/* A pool of frames of the recording, in our memory. */
struct pool {
	struct pool *next;
	uint32_t id;
	uint8_t *base;
	uint64_t bytes;
};

struct job {
	const char *dump_dir;
	struct vgpu_wconn *conn;
	struct pool *pools;
	uint64_t frames, dumped, bytes;
};

static int pool_add(struct job *job, uint32_t id, uint64_t bytes)
{
	struct pool *pool;
	int fd, rc;

	if (bytes < VGPU_POOL_HEADER || bytes > VGPU_MAX_POOL_BYTES)
		return -EPROTO;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	fd = memfd_create("vgpu-replay", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0) {
		rc = -errno;
		goto out;
	}
	pool->base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pool->base == MAP_FAILED) {
		rc = -errno;
		goto out;
	}
	rc = vgpu_wconn_pool_add(job->conn, id, (uint32_t)bytes, fd);
	if (rc) {
		munmap(pool->base, bytes);
		goto out;
	}
	pool->id = id;
	pool->bytes = bytes;
	pool->next = job->pools;
	job->pools = pool;
	pool = NULL;
out:
	free(pool);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int write_png(const char *path, const uint8_t *pixels, uint32_t width, uint32_t height)
{
	png_image image = {
		.version = PNG_IMAGE_VERSION,
		.width = width,
		.height = height,
		.format = PNG_FORMAT_BGRA,
	};
	uint8_t *opaque = malloc((size_t)width * height * 4);
	int ok;

	if (!opaque)
		return -ENOMEM;
	/* XRGB: the fourth byte means nothing on a window */
	memcpy(opaque, pixels, (size_t)width * height * 4);
	for (size_t i = 3; i < (size_t)width * height * 4; i += 4)
		opaque[i] = 0xff;
	ok = png_image_write_to_file(&image, path, 0, opaque, (png_int_32)(width * 4), NULL);
	free(opaque);
	return ok ? 0 : -EIO;
}

/* Where a slot's pixels are; the worker has checked that they fit the pool. */
static uint64_t slot_offset(struct job *job, const struct pool *pool, uint32_t i)
{
	struct vgpu_wpool *wpool = vgpu_wconn_pool_get(job->conn, pool->id);
	uint64_t offset = VGPU_POOL_HEADER + (wpool ? i * wpool->slot_bytes : 0);

	vgpu_wconn_pool_put(wpool);
	return offset;
}

/* Take the frames that became ready; write them if asked to. */
static int take_frames(struct job *job)
{
	for (struct pool *pool = job->pools; pool; pool = pool->next) {
		struct vgpu_frame_slot *slots = (struct vgpu_frame_slot *)pool->base;

		for (uint32_t i = 0; i < VGPU_POOL_MAX_SLOTS; i++) {
			struct vgpu_frame_slot *s = &slots[i];
			char path[4096];

			if (s->state != VGPU_SLOT_READY)
				continue;
			s->state = VGPU_SLOT_FREE;
			job->frames++;
			if (!job->dump_dir || s->width == 0 || s->height == 0)
				continue;
			snprintf(path, sizeof(path), "%s/frame-%05llu.png", job->dump_dir,
			         (unsigned long long)job->dumped);
			if (write_png(path, pool->base + slot_offset(job, pool, i), s->width, s->height)) {
				fprintf(stderr, "vgpu-replay: cannot write %s: %s\n", path,
				        strerror(errno));
				return -EIO;
			}
			job->dumped++;
		}
	}
	return 0;
}

static int run_file(struct job *job, const char *path, struct vgpu_record_header *header_out)
{
	struct vgpu_replay_threads *threads;
	struct vgpu_reader *reader;
	struct vgpu_record_chunk chunk;
	const uint8_t *payload;
	const char *why = "";
	int rc;

	rc = vgpu_reader_open(path, &reader, &why);
	if (rc) {
		fprintf(stderr, "vgpu-replay: cannot read %s: %s\n", path, why);
		return rc;
	}
	*header_out = *vgpu_reader_header(reader);
	job->conn = vgpu_wconn_create(1, (uint32_t)getpid(), getuid(), header_out->program,
	                              eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
	threads = job->conn ? vgpu_replay_threads_create(job->conn) : NULL;
	if (!threads) {
		vgpu_reader_close(reader);
		return -ENOMEM;
	}
	while ((rc = vgpu_reader_next(reader, &chunk, &payload)) == 1) {
		switch (chunk.type) {
		case VGPU_RECORD_COMMANDS:
			rc = vgpu_replay_threads_run(threads, chunk.id, payload, chunk.bytes);
			job->bytes += chunk.bytes;
			if (!rc)
				rc = take_frames(job);
			break;
		case VGPU_RECORD_POOL:
			rc = pool_add(job, chunk.id, chunk.value);
			break;
		case VGPU_RECORD_POOL_GONE:
			vgpu_wconn_pool_del(job->conn, chunk.id);
			break;
		default:
			rc = -EPROTO;
		}
		if (rc)
			break;
	}
	vgpu_replay_threads_destroy(threads);
	vgpu_reader_close(reader);
	vgpu_wconn_destroy(job->conn);
	while (job->pools) {
		struct pool *pool = job->pools;

		job->pools = pool->next;
		munmap(pool->base, pool->bytes);
		free(pool);
	}
	if (rc < 0)
		fprintf(stderr, "vgpu-replay: %s: %s\n", path,
		        rc == -EPROTO ? "broken recording (or one that breaks the protocol)" :
		        strerror(-rc));
	return rc;
}

static void no_break(struct vgpu_wconn *conn, const char *why)
{
	(void)conn;
	(void)why;
}

static void report(const struct job *job, const struct vgpu_record_header *header, double seconds,
                   bool json)
{
	struct json_object *o;

	if (!json) {
		printf("%s: %llu frames in %.3f s (%.1f frames/s), %.1f MB of commands, on %s\n",
		       header->program, (unsigned long long)job->frames, seconds,
		       seconds > 0 ? (double)job->frames / seconds : 0, (double)job->bytes / 1e6,
		       vgpu_host_get()->info.renderer);
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "schema", json_object_new_int(1));
	json_object_object_add(o, "program", json_object_new_string(header->program));
	json_object_object_add(o, "recorded_on", json_object_new_string(header->renderer));
	json_object_object_add(o, "renderer", json_object_new_string(vgpu_host_get()->info.renderer));
	json_object_object_add(o, "frames", json_object_new_int64((int64_t)job->frames));
	json_object_object_add(o, "seconds", json_object_new_double(seconds));
	json_object_object_add(o, "command_bytes", json_object_new_int64((int64_t)job->bytes));
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "dump-images", required_argument, NULL, 'd' }, { "loop", required_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct vgpu_record_header header = { 0 };
	struct timespec t0, t1;
	struct job job = { 0 };
	char error[512] = "";
	long loops = 1;
	bool json = false;
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			job.dump_dir = optarg;
			break;
		case 'l':
			loops = strtol(optarg, NULL, 10);
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			fputs("hint: vgpu-replay --help\n", stderr);
			return 2;
		}
	}
	if (optind != argc - 1 || loops < 1) {
		fputs("vgpu-replay: one recording is needed\nhint: vgpu-replay --help\n", stderr);
		return 2;
	}
	if (job.dump_dir && mkdir(job.dump_dir, 0777) < 0 && errno != EEXIST) {
		fprintf(stderr, "vgpu-replay: cannot make %s: %s\n", job.dump_dir, strerror(errno));
		return 1;
	}
	if (vgpu_host_open(error, sizeof(error))) {
		fprintf(stderr, "vgpu-replay: %s\n", error);
		return 1;
	}
	vgpu_wstream_env.gl = vgpu_host_get()->gl;
	vgpu_wstream_env.broken = no_break;
	clock_gettime(CLOCK_MONOTONIC, &t0);
	for (rc = 0; loops > 0 && !rc; loops--)
		rc = run_file(&job, argv[optind], &header);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	if (!rc)
		report(&job, &header, (double)(t1.tv_sec - t0.tv_sec) +
		       (double)(t1.tv_nsec - t0.tv_nsec) / 1e9, json);
	vgpu_host_close();
	return rc ? 1 : 0;
}
