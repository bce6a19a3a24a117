/* SPDX-License-Identifier: MIT */
/* Streams and pools: granted memory, eventfds, doorbells. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frontend/agent/agent.h"
#include "frontend/agent/log.h"
#include "protocol/ring.h"
#include "protocol/wire.h"

#define NO_SLOT 0xffffffffu

static uint32_t pages_of(uint64_t bytes)
{
	return (uint32_t)((bytes + VGPUIF_PAGE_SIZE - 1) / VGPUIF_PAGE_SIZE);
}

/* ---- caps ------------------------------------------------------------------------- */

/* Take streams or pages within the user's and the backend's caps; refuses the program if not. */
static bool take(struct vgpu_program *program, enum vgpu_resource what, uint32_t n)
{
	struct vgpu_agent *agent = program->agent;
	const struct vgpu_device *dev = &agent->device;
	uint32_t max = what == VGPU_STREAMS ? dev->max_streams : dev->max_pages;
	uint32_t *all = what == VGPU_STREAMS ? &agent->streams : &agent->pages;
	const char *name = what == VGPU_STREAMS ? "streams" : "pages";

	if (max && (uint64_t)*all + n > max) {
		vgpu_agent_log("%s (pid %d): the backend allows this guest %u %s, %u are in use, %u "
		               "more were asked for%s", program->name, (int)program->pid, max, name,
		               *all, n, what == VGPU_PAGES ? "; raise pages= in the guest's vgpu "
		                                             "line (vgpu-ctl attach)" : "");
		vgpu_program_refuse(program, ENOSPC, "the backend allows this guest %u %s", max, name);
		return false;
	}
	if (vgpu_usage_take(program->user, &agent->options.limits, what, n)) {
		vgpu_agent_log("%s (pid %d): user %u would pass the limit of %s; raise %s",
		               program->name, (int)program->pid, (unsigned)program->uid, name,
		               vgpu_resource_option(what));
		vgpu_program_refuse(program, EDQUOT, "this user's limit of %s is reached (vgpu-agentd %s)",
		                    name, vgpu_resource_option(what));
		return false;
	}
	*all += n;
	return true;
}

static void give(struct vgpu_program *program, enum vgpu_resource what, uint32_t n)
{
	uint32_t *all = what == VGPU_STREAMS ? &program->agent->streams : &program->agent->pages;

	*all -= n;
	vgpu_usage_give(program->user, what, n);
}

/* ---- life -------------------------------------------------------------------------- */

void vgpu_object_free(struct vgpu_object *object)
{
	struct vgpu_program *program = object->program;
	struct vgpu_object **at = &program->objects;

	while (*at != object)
		at = &(*at)->next;
	*at = object->next;
	sd_event_source_disable_unref(object->io);
	if (object->header)
		munmap(object->header, VGPUIF_PAGE_SIZE);
	if (object->to_worker >= 0)
		close(object->to_worker);
	if (object->to_guest >= 0)
		close(object->to_guest);
	vgpu_region_free(&object->region);
	if (object->slot >= 0) {
		vgpu_slot_give(&program->agent->device.slots, (uint32_t)object->slot);
		give(program, VGPU_STREAMS, 1);
	}
	give(program, VGPU_PAGES, object->pages);
	free(object);
}

static int on_to_worker(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct vgpu_object *object = data;
	struct vgpu_device *dev = &object->program->agent->device;
	eventfd_t count;

	eventfd_read(fd, &count);
	if (dev->control.shared)
		vgpu_control_ring(&dev->control, (uint32_t)object->slot);
	return 0;
}

/* The backend has mapped it: the program may. */
static void deliver(struct vgpu_object *object)
{
	struct vgpu_broker_msg msg;
	int fds[3] = { object->region.memory.fd, object->to_worker, object->to_guest };
	bool stream = object->slot >= 0;

	object->state = VGPU_OBJECT_OPEN;
	vgpu_region_drop_directory(&object->region);
	vgpu_broker_msg_init(&msg, stream ? VGPU_BROKER_STREAM : VGPU_BROKER_POOL, NULL);
	msg.a = object->id;
	msg.b = stream ? object->cmd_bytes : (uint32_t)object->bytes;
	msg.c = object->reply_bytes;
	msg.fds = stream ? 3 : 1;
	vgpu_program_send(object->program, &msg, fds);
}

static void on_opened(void *data, const struct vgpuif_response *response)
{
	struct vgpu_object *object = data;
	struct vgpu_program *program = object->program;

	if (!response || vgpu_program_answered(program))
		return;
	vgpu_program_busy(program, false);
	if (response->status != 0) {
		vgpu_agent_log("%s (pid %d): the backend refused %u pages: %s (%s)", program->name,
		               (int)program->pid, object->pages, response->text,
		               strerror(-response->status));
		vgpu_program_refuse(program, -response->status, "the backend refused: %s",
		                    response->text);
		vgpu_object_free(object);
		return;
	}
	deliver(object);
}

/* Memory, eventfds and the request. 0 or a negative errno; what is there is the caller's to free. */
static int set_up(struct vgpu_object *object, struct vgpuif_request *request)
{
	struct vgpu_agent *agent = object->program->agent;
	int rc = vgpu_region_alloc(agent->device.backend_id, object->pages, &object->region);

	if (rc)
		return rc;
	request->conn = object->program->conn;
	request->object = object->id;
	if (object->slot < 0) {
		request->op = VGPUIF_OP_POOL_OPEN;
		request->slot = NO_SLOT;
		request->pool_open.pages = object->pages;
		request->pool_open.directory = vgpu_region_first(&object->region);
		return vgpu_program_request(object->program, request, on_opened, object);
	}
	object->to_worker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	object->to_guest = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (object->to_worker < 0 || object->to_guest < 0)
		return -errno;
	object->header = mmap(NULL, VGPUIF_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
	                      object->region.memory.fd, 0);
	if (object->header == MAP_FAILED) {
		object->header = NULL;
		return -errno;
	}
	rc = sd_event_add_io(agent->event, &object->io, object->to_worker, EPOLLIN, on_to_worker,
	                     object);
	if (rc < 0)
		return rc;
	request->op = VGPUIF_OP_STREAM_OPEN;
	request->slot = (uint32_t)object->slot;
	request->stream_open.cmd_bytes = object->cmd_bytes;
	request->stream_open.reply_bytes = object->reply_bytes;
	request->stream_open.pages = object->pages;
	request->stream_open.directory = vgpu_region_first(&object->region);
	return vgpu_program_request(object->program, request, on_opened, object);
}

/* Take what it needs and send the request; object is ours from here on. */
static void open_object(struct vgpu_object *object)
{
	struct vgpu_program *program = object->program;
	struct vgpuif_request request = { 0 };
	char why[400];
	int rc;

	if (!take(program, VGPU_PAGES, object->pages)) {
		free(object);
		return;
	}
	if (object->slot >= 0) {
		if (!take(program, VGPU_STREAMS, 1)) {
			give(program, VGPU_PAGES, object->pages);
			free(object);
			return;
		}
		object->slot = vgpu_slot_take(&program->agent->device.slots);
		if (object->slot < 0) {
			give(program, VGPU_PAGES, object->pages);
			give(program, VGPU_STREAMS, 1);
			vgpu_program_refuse(program, EMFILE, "this guest has no doorbells left");
			free(object);
			return;
		}
	}
	object->id = program->next_object++;
	object->next = program->objects;
	program->objects = object;
	rc = set_up(object, &request);
	if (rc) {
		vgpu_agent_log("%s (pid %d): no %u pages: %s", program->name, (int)program->pid,
		               object->pages, vgpu_xen_explain(rc, program->agent->pages + 1, why,
		                                                sizeof(why)));
		vgpu_program_refuse(program, -rc, "%s", why);
		vgpu_object_free(object);
		return;
	}
	vgpu_program_busy(program, true);
}

static struct vgpu_object *new_object(struct vgpu_program *program)
{
	struct vgpu_object *object = calloc(1, sizeof(*object));

	if (!object) {
		vgpu_program_refuse(program, ENOMEM, "vgpu-agentd is out of memory");
		return NULL;
	}
	object->program = program;
	object->slot = -1;
	object->to_worker = object->to_guest = -1;
	object->region.memory.fd = object->region.directory.fd = -1;
	return object;
}

static bool ring_size_ok(uint32_t bytes)
{
	return bytes >= VGPU_MIN_RING && bytes <= VGPU_MAX_RING && (bytes & (bytes - 1)) == 0;
}

void vgpu_object_open_stream(struct vgpu_program *program, uint32_t cmd_bytes, uint32_t reply_bytes)
{
	uint32_t most = program->agent->options.ring_bytes;
	struct vgpu_object *object;

	if (!ring_size_ok(cmd_bytes) || !ring_size_ok(reply_bytes)) {
		vgpu_program_refuse(program, EINVAL,
		                    "a ring size must be a power of two within the limits");
		return;
	}
	object = new_object(program);
	if (!object)
		return;
	/* the answer says what it got; a ring is no place to keep data, so small ones only wait more */
	object->cmd_bytes = cmd_bytes < most ? cmd_bytes : most;
	object->reply_bytes = reply_bytes < most ? reply_bytes : most;
	object->pages = pages_of(VGPU_STREAM_HEADER + (uint64_t)object->cmd_bytes +
	                         object->reply_bytes);
	object->slot = 0; /* a stream: gets its own below */
	open_object(object);
}

void vgpu_object_open_pool(struct vgpu_program *program, uint32_t bytes)
{
	struct vgpu_object *object;

	if (bytes < VGPU_POOL_HEADER || bytes > VGPU_MAX_POOL_BYTES ||
	    bytes % VGPUIF_PAGE_SIZE != 0) {
		vgpu_program_refuse(program, EINVAL, "a pool's size is out of limits");
		return;
	}
	object = new_object(program);
	if (!object)
		return;
	object->bytes = bytes;
	object->pages = pages_of(bytes);
	open_object(object);
}

static void on_closed(void *data, const struct vgpuif_response *response)
{
	struct vgpu_object *object = data;

	if (!response || vgpu_program_answered(object->program))
		return;
	vgpu_object_free(object);
}

void vgpu_object_close(struct vgpu_program *program, uint32_t id, bool stream)
{
	struct vgpu_object *object = program->objects;
	struct vgpuif_request request = {
		.op = stream ? VGPUIF_OP_STREAM_CLOSE : VGPUIF_OP_POOL_CLOSE,
		.conn = program->conn,
		.object = id,
		.slot = NO_SLOT,
	};

	while (object && (object->id != id || (object->slot >= 0) != stream ||
	                  object->state != VGPU_OBJECT_OPEN))
		object = object->next;
	if (!object)
		return;
	object->state = VGPU_OBJECT_CLOSING;
	object->io = sd_event_source_disable_unref(object->io);
	if (stream)
		request.slot = (uint32_t)object->slot;
	/* without memory for the request it goes with the connection */
	vgpu_program_request(program, &request, on_closed, object);
}

/* ---- doorbells ---------------------------------------------------------------------- */

void vgpu_objects_bell(struct vgpu_agent *agent, uint32_t slot)
{
	for (struct vgpu_program *p = agent->programs; p; p = p->next) {
		if (p->slot == (int)slot) {
			eventfd_write(p->frame_event, 1);
			return;
		}
		for (struct vgpu_object *o = p->objects; o; o = o->next) {
			if (o->slot == (int)slot) {
				eventfd_write(o->to_guest, 1);
				return;
			}
		}
	}
}

void vgpu_objects_pause(struct vgpu_agent *agent, bool pause)
{
	for (struct vgpu_program *p = agent->programs; p; p = p->next) {
		for (struct vgpu_object *o = p->objects; o; o = o->next) {
			if (!o->header)
				continue;
			atomic_store_explicit(&o->header->pause, pause, memory_order_release);
			/* what was published without a look at whether the worker sleeps is read now */
			eventfd_write(pause ? o->to_worker : o->to_guest, 1);
		}
	}
}

bool vgpu_objects_drained(const struct vgpu_agent *agent)
{
	for (const struct vgpu_program *p = agent->programs; p; p = p->next) {
		if (p->pending > 0)
			return false;
		for (const struct vgpu_object *o = p->objects; o; o = o->next) {
			struct vgpu_ring_shared *cmd, *reply;

			if (!o->header)
				continue;
			cmd = &o->header->cmd;
			reply = &o->header->reply;
			if (atomic_load(&cmd->prod) != atomic_load(&cmd->cons) ||
			    atomic_load(&reply->prod) != atomic_load(&reply->cons))
				return false;
		}
	}
	return true;
}
