/* SPDX-License-Identifier: MIT */
/* What the worker says about the host, through the guest library's own connection. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "frontend/client.h"
#include "tools/info/probe.h"

static void add_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

/* 46 -> "4.6"; what is not offered is null. */
static void add_version(struct json_object *object, const char *key, uint32_t version)
{
	char text[24];

	snprintf(text, sizeof(text), "%u.%u", version / 10, version % 10);
	json_object_object_add(object, key, version ? json_object_new_string(text) : NULL);
}

void vgpu_info_probe_host(struct json_object *answer)
{
	const struct vgpu_host_info *host;
	struct vgpu_client *client;
	int rc = vgpu_client_get(&client);

	if (rc < 0) {
		const char *why = vgpu_client_error();

		add_string(answer, "error", *why ? why : strerror(-rc));
		return;
	}
	host = vgpu_client_host(client);
	add_string(answer, "vendor", host->vendor);
	add_string(answer, "renderer", host->renderer);
	add_string(answer, "version", host->version);
	add_string(answer, "device", host->device);
	add_string(answer, "worker", host->worker);
	add_version(answer, "gl_compatibility", host->version_compat);
	add_version(answer, "gl_core", host->version_core);
	add_version(answer, "gles1", host->version_gles1);
	add_version(answer, "gles2", host->version_gles2);
	json_object_object_add(answer, "max_samples", json_object_new_int64(host->max_samples));
	json_object_object_add(answer, "max_drawable_pixels",
			       json_object_new_int64(host->max_drawable));
	json_object_object_add(answer, "robustness", json_object_new_boolean(host->robustness));
}
