/* SPDX-License-Identifier: MIT */
#include "frontend/agent/quiesce.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "frontend/agent/agent.h"
#include "frontend/agent/log.h"

#define STEP_US 10000
/* A worker that hangs must not keep the guest from being saved: its contexts are lost then. */
#define PATIENCE_US 10000000ull

static int ack(struct vgpu_agent *agent, uint32_t number, bool with_port)
{
	struct vgpu_store_node nodes[2] = {
		{ .key = VGPUIF_FIELD_QUIESCE_ACK },
		{ .key = VGPUIF_FIELD_EVENT_CHANNEL },
	};

	snprintf(nodes[0].value, sizeof(nodes[0].value), "%u", number);
	snprintf(nodes[1].value, sizeof(nodes[1].value), "%u", agent->device.port.number);
	return vgpu_store_write(agent->store, agent->device.path, nodes, with_port ? 2 : 1);
}

static int on_time(sd_event_source *source, uint64_t usec, void *data)
{
	struct vgpu_agent *agent = data;
	struct vgpu_device *dev = &agent->device;
	uint64_t now;

	vgpu_control_look(&dev->control); /* answers come without an event's help, too */
	sd_event_now(agent->event, CLOCK_MONOTONIC, &now);
	if ((!vgpu_objects_drained(agent) || dev->control.unanswered) && now < dev->quiesce_until) {
		sd_event_source_set_time_relative(source, STEP_US);
		sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
		return 0;
	}
	dev->quiesce_timer = sd_event_source_disable_unref(dev->quiesce_timer);
	if (now >= dev->quiesce_until)
		vgpu_agent_log("quiescing: the backend has not replayed all within %llu s",
		               PATIENCE_US / 1000000);
	vgpu_device_unbind(agent);
	dev->quiesced = dev->quiescing;
	dev->quiescing = 0;
	vgpu_agent_log("quiesced (%u)", dev->quiesced);
	if (ack(agent, dev->quiesced, false))
		vgpu_agent_log("xenstore refused %s", VGPUIF_FIELD_QUIESCE_ACK);
	return 0;
}

static void go_on(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;
	bool was_unbound = dev->quiesced != 0;
	int rc = 0;

	dev->quiesce_timer = sd_event_source_disable_unref(dev->quiesce_timer);
	dev->quiescing = dev->quiesced = 0;
	if (was_unbound)
		rc = vgpu_device_bind(agent);
	if (!rc)
		rc = ack(agent, 0, was_unbound);
	if (rc)
		vgpu_agent_log("cannot go on after quiescing: error %d", -rc);
	vgpu_objects_pause(agent, false);
	if (dev->port.handle)
		vgpu_port_notify(&dev->port); /* what was rung in the meantime */
	vgpu_programs_up(agent);
}

void vgpu_quiesce_look(struct vgpu_agent *agent, uint32_t number)
{
	struct vgpu_device *dev = &agent->device;
	uint64_t now;

	if (number == 0) {
		if (dev->quiesced || dev->quiescing)
			go_on(agent);
		return;
	}
	if (number == dev->quiesced || number == dev->quiescing)
		return;
	if (dev->quiesced) { /* asked anew while quiet: nothing more to stop */
		dev->quiesced = number;
		ack(agent, number, false);
		return;
	}
	dev->quiescing = number;
	vgpu_objects_pause(agent, true);
	sd_event_now(agent->event, CLOCK_MONOTONIC, &now);
	dev->quiesce_until = now + PATIENCE_US;
	if (!dev->quiesce_timer)
		sd_event_add_time_relative(agent->event, &dev->quiesce_timer, CLOCK_MONOTONIC,
		                           STEP_US, 1000, on_time, agent);
}

void vgpu_quiesce_stop(struct vgpu_agent *agent)
{
	struct vgpu_device *dev = &agent->device;

	dev->quiesce_timer = sd_event_source_disable_unref(dev->quiesce_timer);
	if (dev->quiescing || dev->quiesced)
		vgpu_objects_pause(agent, false);
	dev->quiescing = 0;
}
