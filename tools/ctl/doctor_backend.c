/* SPDX-License-Identifier: MIT */
/* What doctor says about the daemon, a worker that draws, and the worker's jail. */
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/broker.h"
#include "tools/common/admin.h"
#include "tools/ctl/doctor.h"

static const char area[] = "backend";

static const char *string(struct json_object *o, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value) || !json_object_is_type(value, json_type_string))
		return "";
	return json_object_get_string(value);
}

/* A command that is installed, or was built, beside this one. */
static void beside(const char *name, char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash && (size_t)(slash + 1 - path) + strlen(name) < size)
		strcpy(slash + 1, name);
	if (!slash || access(path, X_OK) < 0)
		snprintf(path, size, "%s", name);
}

/* "links" of vgpu-info --json: what a guest library that connects is told. */
static void links(struct vgpu_doctor *doctor, struct json_object *info)
{
	struct json_object *list;

	if (!json_object_object_get_ex(info, "links", &list) ||
	    !json_object_is_type(list, json_type_array)) {
		vgpu_doctor_say(doctor, DOCTOR_FAIL, area, "worker", "vgpu-info",
				"vgpu-info answers something else than its report");
		return;
	}
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *link = json_object_array_get_idx(list, i);
		const char *name = string(link, "name"), *detail = string(link, "detail");
		const char *hint = string(link, "hint");
		bool ok = strcmp(string(link, "state"), "ok") == 0;

		/* the rest of its chain is the guest's, and doctor's own */
		if (strcmp(name, "worker") != 0 && strcmp(name, "renderer") != 0)
			continue;
		if (!ok)
			vgpu_doctor_say(doctor, DOCTOR_FAIL, area, name, *hint ? hint : "vgpu-info",
					"%s", detail);
		else if (strcmp(name, "renderer") == 0 &&
			 (strstr(detail, "llvmpipe") || strstr(detail, "softpipe")))
			vgpu_doctor_say(doctor, DOCTOR_WARN, area, name,
					"install the GPU's GL driver (libgl1-mesa-dri, or NVIDIA's), "
					"or name the GPU: vgpu-backendd --device",
					"the worker draws with the processor: %s", detail);
		else
			vgpu_doctor_say(doctor, DOCTOR_PASS, area, name, NULL, "the worker: %s",
					detail);
	}
}

static void jail(struct vgpu_doctor *doctor, struct json_object *worker)
{
	struct json_object *o, *active, *missing, *on;

	if (!json_object_object_get_ex(worker, "jail", &o) ||
	    !json_object_object_get_ex(o, "on", &on))
		return;
	if (!json_object_get_boolean(on)) {
		vgpu_doctor_say(doctor, DOCTOR_FAIL, "jail", "on",
				"start vgpu-backendd without VGPU_WORKER_JAIL=off",
				"the jail is off: a guest that breaks the driver has the daemon's "
				"rights");
		return;
	}
	if (json_object_object_get_ex(o, "active", &active) &&
	    json_object_is_type(active, json_type_array))
		for (size_t i = 0; i < json_object_array_length(active); i++) {
			const char *rule =
				json_object_get_string(json_object_array_get_idx(active, i));

			vgpu_doctor_say(doctor, DOCTOR_PASS, "jail", rule, NULL, "%s holds", rule);
		}
	if (!json_object_object_get_ex(o, "missing", &missing) ||
	    !json_object_is_type(missing, json_type_object))
		return;
	json_object_object_foreach(missing, rule, why) {
		const char *fix = "see docs/security.md, 'The worker's jail'";
		bool must = strcmp(rule, "calls") == 0 || strcmp(rule, "privileges") == 0;

		if (strcmp(rule, "user") == 0)
			fix = "run vgpu-backendd as a system service (root), after: systemd-sysusers";
		else if (strcmp(rule, "cgroup") == 0)
			fix = "Delegate=yes in vgpu-backendd's unit, or vgpu-backendd --cgroup PATH";
		else if (strcmp(rule, "files") == 0)
			fix = "add landlock to lsm= on the kernel's command line (kernel 5.13)";
		else if (strcmp(rule, "network") == 0)
			fix = "sysctl user.max_user_namespaces=1000 kernel.unprivileged_userns_clone=1";
		vgpu_doctor_say(doctor, must ? DOCTOR_FAIL : DOCTOR_WARN, "jail", rule, fix,
				"%s does not hold: %s", rule, json_object_get_string(why));
	}
}

/* Returns true when a daemon answers; then what it says of its first worker. */
static bool daemon_answers(struct vgpu_doctor *doctor, struct json_object **answer_out)
{
	char reason[256] = "", path[108] = "";
	int sock = vgpu_admin_connect();
	int rc = sock < 0 ? sock : vgpu_admin_request(sock, "list", answer_out, reason,
						     sizeof(reason));

	if (sock >= 0)
		close(sock);
	vgpu_broker_path(path, sizeof(path));
	if (rc == 0)
		vgpu_doctor_say(doctor, DOCTOR_PASS, area, "socket", NULL,
				"vgpu-backendd answers at %s", path);
	else if (rc == -EACCES || rc == -EPERM)
		vgpu_doctor_say(doctor, DOCTOR_FAIL, area, "socket",
				"run it as the same user, or as root",
				"this user may not use the backend at %s: %s", path,
				reason[0] ? reason : strerror(-rc));
	else
		vgpu_doctor_say(doctor, DOCTOR_WARN, area, "socket",
				"vgpu-backendd &, or systemctl start vgpu-backendd; 'vgpu-run PROGRAM' "
				"brings its own",
				"no backend at %s: %s", path, reason[0] ? reason : strerror(-rc));
	return rc == 0;
}

void vgpu_doctor_backend(struct vgpu_doctor *doctor)
{
	char run[PATH_MAX], info[PATH_MAX], ctl[PATH_MAX];
	char own[] = "-e", json[] = "--json";
	char *ask[] = { info, json, NULL }, *ask_own[] = { run, own, info, json, NULL };
	char sh[] = "sh", c[] = "-c", script[3 * PATH_MAX];
	char *both[] = { run, own, sh, c, script, NULL };
	struct json_object *answer = NULL, *report, *workers;
	static char output[1 << 16];
	bool runs = daemon_answers(doctor, &answer);
	int rc;

	json_object_put(answer);
	beside("vgpu-run", run, sizeof(run));
	beside("vgpu-info", info, sizeof(info));
	beside("vgpu-ctl", ctl, sizeof(ctl));
	rc = vgpu_doctor_run(runs ? ask : ask_own, output, sizeof(output));
	report = rc < 0 ? NULL : json_tokener_parse(output);
	if (report)
		links(doctor, report);
	else
		vgpu_doctor_say(doctor, DOCTOR_FAIL, area, "worker", "make install, or reinstall",
				"%s cannot be run", info);
	json_object_put(report);
	/* now there is, or was, a worker: ask about its jail */
	answer = NULL;
	if (runs) {
		int sock = vgpu_admin_connect();

		if (sock >= 0) {
			vgpu_admin_request(sock, "list", &answer, NULL, 0);
			close(sock);
		}
	} else {
		snprintf(script, sizeof(script), "'%s' --json >/dev/null; '%s' list --json", info, ctl);
		if (vgpu_doctor_run(both, output, sizeof(output)) == 0)
			answer = json_tokener_parse(output);
	}
	if (answer && json_object_object_get_ex(answer, "workers", &workers) &&
	    json_object_is_type(workers, json_type_array) && json_object_array_length(workers) > 0)
		jail(doctor, json_object_array_get_idx(workers, 0));
	json_object_put(answer);
}
