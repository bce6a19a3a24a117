/* SPDX-License-Identifier: MIT */
#include "tools/info/chain.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/broker.h"
#include "tools/common/guest_env.h"
#include "tools/common/tool.h"
#include "tools/info/probe.h"

static struct vgpu_link *add(struct vgpu_chain *chain, const char *name)
{
	struct vgpu_link *link = &chain->links[chain->count++];

	memset(link, 0, sizeof(*link));
	link->name = name;
	link->exit_code = VGPU_EXIT_FAILED;
	return link;
}

static void __attribute__((format(printf, 2, 3))) ok(struct vgpu_link *link, const char *fmt, ...)
{
	va_list ap;

	link->state = VGPU_LINK_OK;
	va_start(ap, fmt);
	vsnprintf(link->detail, sizeof(link->detail), fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 3, 4)))
broken(struct vgpu_link *link, const char *hint, const char *fmt, ...)
{
	va_list ap;

	link->state = VGPU_LINK_BROKEN;
	snprintf(link->hint, sizeof(link->hint), "%s", hint);
	va_start(ap, fmt);
	vsnprintf(link->detail, sizeof(link->detail), fmt, ap);
	va_end(ap);
}

static void unknown(struct vgpu_link *link, const char *because)
{
	link->state = VGPU_LINK_UNKNOWN;
	snprintf(link->detail, sizeof(link->detail), "not looked at: %s", because);
}

/* A string of a probe's answer, or NULL. */
static const char *text_of(struct json_object *facts, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(facts, key, &value) || !value)
		return NULL;
	return json_object_get_string(value);
}

static const char *or_none(const char *text)
{
	return text && *text ? text : "none";
}

static const char *socket_source(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (getenv("VGPU_SOCKET"))
		return "named by VGPU_SOCKET";
	return runtime && *runtime ? "in XDG_RUNTIME_DIR" : "the usual place";
}

/* A guest of Xen's, not Dom0: that has the control domain's device. */
static bool in_xen_guest(void)
{
	return access("/sys/bus/xen", F_OK) == 0 && access("/dev/xen/xenbus_backend", F_OK) < 0;
}

/* The embedded transport needs a socket to connect to. Returns the socket or a negative errno. */
static int look_transport(struct vgpu_link *link)
{
	char path[PATH_MAX];
	int sock = vgpu_broker_path(path, sizeof(path));

	link->exit_code = VGPU_EXIT_UNREACHABLE;
	if (sock < 0) {
		broken(link, "set VGPU_SOCKET to a shorter path", "the socket's path is too long");
		return sock;
	}
	sock = vgpu_broker_connect();
	if (sock >= 0) {
		ok(link, "embedded, socket %s (%s)", path, socket_source());
		return sock;
	}
	if ((sock == -EACCES || sock == -EPERM) && strcmp(path, VGPU_SYSTEM_SOCKET) == 0) {
		link->exit_code = VGPU_EXIT_PERMISSION;
		broken(link, "'adduser USER vgpu' as root, then log in again (vgpu-agentd --group)",
		       "this user may not connect to vgpu-agentd at %s", path);
	} else if (sock == -EACCES || sock == -EPERM) {
		link->exit_code = VGPU_EXIT_PERMISSION;
		broken(link,
		       "run as the user who started vgpu-backendd; if you trust that user, name "
		       "the socket in VGPU_SOCKET",
		       "embedded, not permitted to connect to %s (%s)", path, socket_source());
	} else if (!getenv("VGPU_SOCKET") && in_xen_guest() &&
		   access("/sys/bus/xen/devices/vgpu-0", F_OK) == 0) {
		broken(link, "'systemctl start vgpu-agentd'; 'journalctl -u vgpu-agentd' says why it ended",
		       "a vgpu is attached to this Xen guest, but vgpu-agentd does not run (no socket %s)",
		       VGPU_SYSTEM_SOCKET);
	} else if (!getenv("VGPU_SOCKET") && in_xen_guest()) {
		broken(link, "in the backend's domain: 'vgpu-ctl attach GUEST', or vgpu = [ '...' ] in the "
		             "guest's xl config",
		       "no vgpu is attached to this Xen guest, and nobody listens at %s", path);
	} else {
		broken(link,
		       "'vgpu-run PROGRAM' brings a backend for one program ('vgpu-run vgpu-info' "
		       "shows it); 'vgpu-backendd' starts one for all",
		       "embedded, %s at %s (%s)",
		       sock == -ENOENT         ? "no socket"
		       : sock == -ECONNREFUSED ? "nobody listens"
					       : strerror(-sock),
		       path, socket_source());
	}
	return sock;
}

static bool look_daemon(struct vgpu_link *link, int sock)
{
	const struct timeval limit = { .tv_sec = VGPU_INFO_PROBE_TIMEOUT_S };
	struct vgpu_broker_msg *msg = malloc(sizeof(*msg));
	int fds[VGPU_BROKER_MAX_FDS] = { -1, -1, -1, -1 }, rc = -ENOMEM;

	link->exit_code = VGPU_EXIT_UNREACHABLE;
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (msg) {
		vgpu_broker_msg_init(msg, VGPU_BROKER_HELLO, "vgpu-info");
		msg->a = msg->b = VGPU_BROKER_VERSION;
		rc = vgpu_broker_send(sock, msg, NULL);
	}
	/* whoever has hung up already may have said something first */
	if (rc == 0 || rc == -EPIPE)
		rc = vgpu_broker_recv(sock, msg, fds);
	if (rc == -EAGAIN)
		broken(link, "is vgpu-backendd stopped or overloaded? restart it",
		       "the daemon does not answer within %d s", VGPU_INFO_PROBE_TIMEOUT_S);
	else if (rc == -EPROTO)
		broken(link, "install the same version of guest library and backend",
		       "what answers at the socket is not vgpu-backendd");
	else if (rc < 0)
		broken(link, "look at vgpu-backendd's output", "the daemon does not welcome us: %s",
		       strerror(-rc));
	else if (msg->type == VGPU_BROKER_ERROR) {
		/* it is there, and says what it lacks: a worker that draws, mostly */
		link->exit_code = msg->a == EACCES || msg->a == EPERM ? VGPU_EXIT_PERMISSION
								      : VGPU_EXIT_FAILED;
		broken(link, "the daemon's own words say what is missing", "the daemon refuses: %s",
		       msg->text);
	} else if (msg->type != VGPU_BROKER_WELCOME)
		broken(link, "install the same version of guest library and backend",
		       "the daemon answers with message %u instead of a welcome", msg->type);
	else
		ok(link, "vgpu-backendd, process %u, broker version %u", msg->c, msg->a);
	for (int i = 0; i < VGPU_BROKER_MAX_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(msg);
	return link->state == VGPU_LINK_OK;
}

/* The worker and its renderer come in one answer. */
static void look_host(struct vgpu_link *worker, struct vgpu_link *renderer)
{
	const char *error, *name, *compat;

	worker->facts = vgpu_info_ask("host", NULL, false);
	error = text_of(worker->facts, "error");
	if (error) {
		broken(worker,
		       "does the host draw by itself? try 'eglinfo' there; look at "
		       "vgpu-backendd's output",
		       "no worker: %s", error);
		unknown(renderer, "there is no worker");
		return;
	}
	ok(worker, "%s", or_none(text_of(worker->facts, "worker")));
	renderer->facts = json_object_get(worker->facts);
	name = text_of(renderer->facts, "renderer");
	if (!name || !*name) {
		broken(renderer, "try 'eglinfo' on the host", "the worker names no renderer");
		return;
	}
	compat = text_of(renderer->facts, "gl_compatibility");
	ok(renderer, "%s; GL %s compatibility, %s core, ES %s; device %s", name, or_none(compat),
	   or_none(text_of(renderer->facts, "gl_core")), or_none(text_of(renderer->facts, "gles2")),
	   or_none(text_of(renderer->facts, "device")));
}

/* The library_path of an ICD file, as an owned string, or NULL. */
static char *icd_library(const char *file)
{
	struct json_object *root = json_object_from_file(file), *icd, *path;
	char *library = NULL;

	if (json_object_object_get_ex(root, "ICD", &icd) &&
	    json_object_object_get_ex(icd, "library_path", &path))
		library = strdup(json_object_get_string(path));
	json_object_put(root);
	return library;
}

/* Where vgpu-run would find our libraries, if this environment does not have them. */
static bool found_by_run(void)
{
	struct vgpu_paths paths;

	vgpu_paths_find(&paths);
	return paths.egl_json[0] && paths.lib_dir[0];
}

static const char library_hint[] = "'make' builds it, 'make install' installs it";

static void look_egl(struct vgpu_link *link)
{
	struct vgpu_paths paths;
	char *list = vgpu_egl_icd_list(), *save = NULL, *library = NULL;
	char file[PATH_MAX] = "";
	const char *error;
	bool here = false;

	for (char *f = list ? strtok_r(list, ":", &save) : NULL; f && !here;
	     f = strtok_r(NULL, ":", &save)) {
		free(library);
		library = icd_library(f);
		here = library && strstr(library, VGPU_EGL_LIBRARY);
		snprintf(file, sizeof(file), "%s", f);
	}
	free(list);
	if (!here) {
		vgpu_paths_find(&paths);
		snprintf(file, sizeof(file), "%s", paths.egl_json);
		free(library);
		library = *file ? icd_library(file) : NULL;
	}
	if (!library) {
		broken(link, library_hint, "EGL: no ICD file of libglvnd names %s",
		       VGPU_EGL_LIBRARY);
		return;
	}
	link->facts = vgpu_info_ask("library", library, !here);
	error = text_of(link->facts, "error");
	if (error)
		broken(link, here ? library_hint : "rebuild with 'make'",
		       "EGL: %s names %s, which does not load: %s", file, library, error);
	else
		ok(link, "EGL: %s -> %s%s", file, or_none(text_of(link->facts, "path")),
		   here ? "" : " (through vgpu-run only)");
	free(library);
}

static void look_glx(struct vgpu_link *link)
{
	const char *error;
	bool here = true;

	link->facts = vgpu_info_ask("library", VGPU_GLX_LIBRARY, false);
	if (text_of(link->facts, "error") && found_by_run()) {
		here = false;
		json_object_put(link->facts);
		link->facts = vgpu_info_ask("library", VGPU_GLX_LIBRARY, true);
	}
	error = text_of(link->facts, "error");
	if (error)
		broken(link, library_hint, "GLX: %s", error);
	else
		ok(link, "GLX: %s%s", or_none(text_of(link->facts, "path")),
		   here ? "" : " (through vgpu-run only)");
}

static void look_program(struct vgpu_link *link)
{
	struct json_object *ours;
	const char *error, *renderer;

	link->facts = vgpu_info_ask("program", NULL, true);
	error = text_of(link->facts, "error");
	if (error) {
		broken(link, "VGPU_DEBUG=1 vgpu-info makes the library say more",
		       "a program gets nothing: %s", error);
		return;
	}
	renderer = text_of(link->facts, "gl_renderer");
	if (!json_object_object_get_ex(link->facts, "vgpu", &ours) ||
	    !json_object_get_boolean(ours)) {
		broken(link, "VGPU_DEBUG=1 vgpu-info makes the library say why it stepped aside",
		       "a program gets %s by %s, not through the vgpu", or_none(renderer),
		       or_none(text_of(link->facts, "egl_vendor")));
		return;
	}
	ok(link, "%s, %s", or_none(renderer), or_none(text_of(link->facts, "gl_version")));
}

void vgpu_chain_look(struct vgpu_chain *chain)
{
	struct vgpu_link *transport, *daemon, *worker, *renderer;
	int sock;

	memset(chain, 0, sizeof(*chain));
	transport = add(chain, "transport");
	daemon = add(chain, "backend");
	worker = add(chain, "worker");
	renderer = add(chain, "renderer");
	sock = look_transport(transport);
	if (sock < 0) {
		unknown(daemon, "there is no connection");
		unknown(worker, "there is no connection");
		unknown(renderer, "there is no connection");
	} else if (!look_daemon(daemon, sock)) {
		unknown(worker, "the daemon does not serve us");
		unknown(renderer, "the daemon does not serve us");
	} else {
		look_host(worker, renderer);
	}
	if (sock >= 0)
		close(sock);
	look_egl(add(chain, "egl-vendor"));
	look_glx(add(chain, "glx-vendor"));
	look_program(add(chain, "program"));
}

void vgpu_chain_finish(struct vgpu_chain *chain)
{
	for (int i = 0; i < chain->count; i++)
		json_object_put(chain->links[i].facts);
	chain->count = 0;
}

const struct vgpu_link *vgpu_chain_broken(const struct vgpu_chain *chain)
{
	for (int i = 0; i < chain->count; i++)
		if (chain->links[i].state == VGPU_LINK_BROKEN)
			return &chain->links[i];
	return NULL;
}
