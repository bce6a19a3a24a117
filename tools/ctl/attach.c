/* SPDX-License-Identifier: MIT */
/*
 * vgpu-ctl attach: the device's nodes in xenstore, then wait until the backend has
 * taken it over. What is not taken over is removed again.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <xenstore.h>

#include "tools/common/tool.h"
#include "tools/ctl/command.h"
#include "tools/ctl/spec.h"
#include "tools/ctl/xenstore.h"

#define CONFIG_DIR "/etc/xen"
#define WAIT_SECONDS 10
/* --from-config: nobody sits waiting, and a driver domain may itself just have started */
#define WAIT_SECONDS_AUTOMATIC 60
#define TAKEN_OVER (1u << 2 | 1u << 4) /* InitWait, Connected */

struct attach_options {
	bool json, from_config, wait_given;
	const char *config; /* this file instead of /etc/xen */
	unsigned int seconds;
	const char *guest, *spec;
};

static void print_help(void)
{
	puts("Usage: vgpu-ctl attach [--json] [--config FILE] [--wait SECONDS] GUEST [SPEC]\n"
	     "Example: vgpu-ctl attach web gpu=auto,vram=512M,weight=256\n\n"
	     "Give a running guest (name, id or UUID) a vgpu. SPEC is KEY=VALUE,...; without\n"
	     "it, that of the guest's xl config is taken (vgpu = [ 'SPEC' ]), or the defaults.\n\n"
	     "  backend=DOMAIN  where the GPU is: 0 (default), or a driver domain's name or id\n"
	     "  gpu=GPU         auto (default), or its PCI address: 0000:01:00.0\n"
	     "  vram=SIZE       video memory: 16M to 1024G (default: no limit)\n"
	     "  weight=N        share of the GPU's time: 1 to 65535 (default 256)\n"
	     "  cap=PERCENT     of the GPU's time at most: 0, none (default), to 100\n"
	     "  pages=N         pages that the guest may share at once (default 32768: 128 MiB)\n\n"
	     "  -c, --config FILE   take SPEC from this xl config\n"
	     "  -f, --from-config   only if the guest's xl config asks for it (the daemon does so)\n"
	     "  -w, --wait SECONDS  for the backend to take it over (default 10; 60 with -f)\n"
	     "  -j, --json          print the device as JSON");
}

/* Returns -1 to go on, or the exit code. */
static int parse(int argc, char **argv, struct attach_options *options)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "config", required_argument, NULL, 'c' },
		{ "from-config", no_argument, NULL, 'f' },
		{ "wait", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned int n;
	char end;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":jc:fw:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			options->json = true;
			break;
		case 'c':
			options->config = optarg;
			break;
		case 'f':
			options->from_config = true;
			break;
		case 'w':
			if (sscanf(optarg, "%u%c", &n, &end) != 1 || n > 3600)
				return vgpu_tool_usage("attach: --wait takes 0 to 3600 seconds");
			options->seconds = n;
			options->wait_given = true;
			break;
		case 'h':
			print_help();
			return vgpu_tool_finish(VGPU_EXIT_OK);
		case ':':
			return vgpu_tool_usage("attach: option %s needs a value", argv[optind - 1]);
		default:
			return vgpu_tool_usage("attach: unknown option %s", argv[optind - 1]);
		}
	}
	if (options->from_config && !options->wait_given)
		options->seconds = WAIT_SECONDS_AUTOMATIC;
	if (optind >= argc)
		return vgpu_tool_usage("attach: no guest given");
	options->guest = argv[optind++];
	if (optind < argc)
		options->spec = argv[optind++];
	if (optind < argc)
		return vgpu_tool_usage("attach takes no '%s' (KEY=VALUE are joined by commas)",
		                       argv[optind]);
	if (options->spec && (options->config || options->from_config))
		return vgpu_tool_usage("attach: a SPEC and a config do not go together");
	return -1;
}

/* What to attach. Returns -1 to go on, or the exit code. */
static int find_spec(const struct attach_options *options, const struct vgpu_ctl_guest *guest,
                     struct vgpu_spec *spec)
{
	char why[512] = "";
	int rc;

	vgpu_spec_defaults(spec);
	if (options->spec) {
		rc = vgpu_spec_parse(options->spec, NULL, spec, why, sizeof(why));
		return rc ? vgpu_tool_usage("%s", why) : -1;
	}
	rc = vgpu_spec_from_config(CONFIG_DIR, options->config, guest->name, guest->uuid, spec, why,
	                           sizeof(why));
	if (rc < 0) {
		vgpu_tool_error("correct the file, then vgpu-ctl attach",
		                "%s", why[0] ? why : strerror(-rc));
		return VGPU_EXIT_USAGE;
	}
	if (rc == 0 && options->config) {
		vgpu_tool_error("vgpu = [ 'gpu=auto' ]", "%s has no vgpu key", options->config);
		return VGPU_EXIT_USAGE;
	}
	return rc == 0 && options->from_config ? VGPU_EXIT_OK : -1;
}

static void print_device(const struct attach_options *options, const struct vgpu_ctl_guest *guest,
                         const struct vgpu_ctl_device *device, const struct vgpu_spec *spec)
{
	struct json_object *o;

	if (!options->json)
		return;
	o = json_object_new_object();
	json_object_object_add(o, "schema", json_object_new_int(1));
	json_object_object_add(o, "guest", json_object_new_string(guest->name));
	json_object_object_add(o, "domid", json_object_new_int64(guest->domid));
	json_object_object_add(o, "uuid", json_object_new_string(guest->uuid));
	json_object_object_add(o, "backend", json_object_new_int64(device->backend));
	json_object_object_add(o, "gpu", json_object_new_string(spec->gpu));
	json_object_object_add(o, "vram", json_object_new_int64((int64_t)spec->vram));
	json_object_object_add(o, "weight", json_object_new_int64(spec->weight));
	json_object_object_add(o, "cap", json_object_new_int64(spec->cap));
	json_object_object_add(o, "pages", json_object_new_int64(spec->pages));
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY));
	json_object_put(o);
}

static int wait_for_backend(struct xs_handle *xs, const struct attach_options *options,
                            const struct vgpu_ctl_guest *guest,
                            const struct vgpu_ctl_device *device)
{
	char error[256] = "";
	int state = vgpu_ctl_wait_state(xs, device, TAKEN_OVER, options->seconds, error,
	                                sizeof(error));

	if (state > 0 && (TAKEN_OVER >> state & 1) && !error[0])
		return VGPU_EXIT_OK;
	/* nothing half-attached remains */
	vgpu_ctl_device_close(xs, device);
	vgpu_ctl_device_remove(xs, device);
	if (error[0]) {
		vgpu_tool_error("nothing was attached", "the backend refuses guest '%s': %s",
		                guest->name, error);
		return VGPU_EXIT_REFUSED;
	}
	if (state == 0) {
		vgpu_tool_error(NULL, "guest '%s' has ended meanwhile", guest->name);
		return VGPU_EXIT_NO_SUCH;
	}
	vgpu_tool_error(device->backend ? "does vgpu-backendd --xen run in that domain?"
	                                : "systemctl start vgpu-backendd; journalctl -u vgpu-backendd",
	                "no backend in domain %u took the device over in %u s; nothing was attached",
	                device->backend, options->seconds);
	return VGPU_EXIT_UNREACHABLE;
}

int vgpu_ctl_attach(int argc, char **argv)
{
	struct attach_options options = { .seconds = WAIT_SECONDS };
	struct vgpu_ctl_device device;
	struct vgpu_ctl_guest guest;
	struct vgpu_spec spec;
	struct xs_handle *xs;
	uint32_t backend;
	int rc = parse(argc, argv, &options);

	if (rc >= 0)
		return rc;
	if (options.spec) { /* before anything of the host matters */
		char why[512];

		vgpu_spec_defaults(&spec);
		if (vgpu_spec_parse(options.spec, NULL, &spec, why, sizeof(why)))
			return vgpu_tool_usage("%s", why);
	}
	xs = vgpu_ctl_xs_open();
	if (!xs)
		return VGPU_EXIT_FAILED;
	rc = vgpu_ctl_find_guest(xs, options.guest, &guest);
	if (rc)
		goto out;
	if (options.from_config && vgpu_ctl_find_device(xs, guest.domid, &device))
		goto out; /* by hand, or by the daemon that ran before */
	rc = find_spec(&options, &guest, &spec);
	if (rc >= 0)
		goto out;
	rc = vgpu_ctl_find_backend(xs, spec.backend, &backend);
	if (!rc)
		rc = vgpu_ctl_device_add(xs, &guest, backend, &spec, &device);
	if (!rc)
		rc = wait_for_backend(xs, &options, &guest, &device);
	if (!rc)
		print_device(&options, &guest, &device, &spec);
out:
	xs_close(xs);
	return vgpu_tool_finish(rc);
}
