/* SPDX-License-Identifier: MIT */
#include "tools/pci/record.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "tools/pci/file.h"

#define RECORD_DIR "/run/vgpu/pci"
#define RECORD_SCHEMA 1

static void record_path(const char *root, struct vgpu_pci_bdf slot, char *path, size_t size)
{
	char text[VGPU_PCI_BDF_TEXT];

	snprintf(path, size, "%s" RECORD_DIR "/%s.json", root, vgpu_pci_bdf_slot_text(slot, text));
}

int vgpu_pci_record_lock(const char *root, int timeout_ms)
{
	char path[PATH_MAX];
	int fd, rc;

	snprintf(path, sizeof(path), "%s" RECORD_DIR "/lock", root);
	rc = vgpu_pci_file_make_parents(path);
	if (rc)
		return rc;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		struct timespec pause = { .tv_nsec = 50 * 1000000 };

		if (errno != EWOULDBLOCK && errno != EINTR) {
			rc = -errno;
			close(fd);
			return rc;
		}
		if (timeout_ms <= 0) {
			close(fd);
			return -EBUSY;
		}
		nanosleep(&pause, NULL);
		timeout_ms -= 50;
	}
	return fd;
}

static const char *string_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return "";
	return json_object_get_string(value);
}

static int number_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_int(value) : 0;
}

static int parse(struct json_object *object, struct vgpu_pci_record *record)
{
	struct json_object *list, *done;

	if (!json_object_is_type(object, json_type_object) ||
	    number_of(object, "schema") != RECORD_SCHEMA)
		return -EPROTO;
	record->operation = strcmp(string_of(object, "operation"), "release") ? VGPU_PCI_ASSIGN
	                                                                       : VGPU_PCI_RELEASE;
	record->done = json_object_object_get_ex(object, "done", &done) &&
	               json_object_get_boolean(done);
	record->step = (unsigned int)number_of(object, "step");
	record->steps = (unsigned int)number_of(object, "steps");
	snprintf(record->guest, sizeof(record->guest), "%s", string_of(object, "guest"));
	if (!json_object_object_get_ex(object, "functions", &list) ||
	    !json_object_is_type(list, json_type_array))
		return -EPROTO;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		size_t n = record->function_count;

		if (n == VGPU_PCI_GROUP_MAX || !json_object_is_type(item, json_type_object) ||
		    vgpu_pci_bdf_parse(string_of(item, "bdf"), &record->functions[n].bdf))
			return -EPROTO;
		snprintf(record->functions[n].driver, sizeof(record->functions[n].driver), "%s",
		         string_of(item, "driver"));
		record->function_count++;
	}
	return 0;
}

int vgpu_pci_record_load(const char *root, struct vgpu_pci_bdf slot,
                         struct vgpu_pci_record *record_out)
{
	struct vgpu_pci_record record = { 0 };
	char path[PATH_MAX], text[8192];
	struct json_object *object;
	ssize_t length;
	int rc;

	record_path(root, slot, path, sizeof(path));
	length = vgpu_pci_file_read_at(AT_FDCWD, path, text, sizeof(text));
	if (length < 0)
		return (int)length;
	object = json_tokener_parse(text);
	rc = object ? parse(object, &record) : -EPROTO;
	json_object_put(object);
	if (rc == 0)
		*record_out = record;
	return rc;
}

int vgpu_pci_record_save(const char *root, struct vgpu_pci_bdf slot,
                         const struct vgpu_pci_record *record)
{
	struct json_object *object = json_object_new_object(), *list = json_object_new_array();
	char path[PATH_MAX];
	int rc;

	json_object_object_add(object, "schema", json_object_new_int(RECORD_SCHEMA));
	json_object_object_add(object, "operation",
	                       json_object_new_string(record->operation == VGPU_PCI_RELEASE
	                                                      ? "release" : "assign"));
	json_object_object_add(object, "done", json_object_new_boolean(record->done));
	json_object_object_add(object, "step", json_object_new_int((int)record->step));
	json_object_object_add(object, "steps", json_object_new_int((int)record->steps));
	json_object_object_add(object, "guest", json_object_new_string(record->guest));
	for (size_t i = 0; i < record->function_count; i++) {
		struct json_object *item = json_object_new_object();
		char bdf[VGPU_PCI_BDF_TEXT];

		vgpu_pci_bdf_text(record->functions[i].bdf, bdf);
		json_object_object_add(item, "bdf", json_object_new_string(bdf));
		json_object_object_add(item, "driver",
		                       json_object_new_string(record->functions[i].driver));
		json_object_array_add(list, item);
	}
	json_object_object_add(object, "functions", list);
	record_path(root, slot, path, sizeof(path));
	rc = vgpu_pci_file_replace(path,
	                           json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY),
	                           0600);
	json_object_put(object);
	return rc;
}

int vgpu_pci_record_remove(const char *root, struct vgpu_pci_bdf slot)
{
	char path[PATH_MAX];

	record_path(root, slot, path, sizeof(path));
	if (unlink(path) && errno != ENOENT)
		return -errno;
	return 0;
}

const char *vgpu_pci_record_driver(const struct vgpu_pci_record *record, struct vgpu_pci_bdf bdf)
{
	for (size_t i = 0; i < record->function_count; i++)
		if (vgpu_pci_bdf_compare(record->functions[i].bdf, bdf) == 0)
			return record->functions[i].driver;
	return "";
}
