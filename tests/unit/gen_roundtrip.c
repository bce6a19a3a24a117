/* SPDX-License-Identifier: MIT */
/* Arguments, the log, and what is checked: see gen_roundtrip.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frontend/client.h"
#include "gl_enums.h"
#include "ops.h"
#include "tests/unit/gen_roundtrip_run.h"

struct log {
	uint8_t *data;
	size_t used, size;
};

static struct log want, got;
static uint64_t seed, result_value;
static void *memory[64];
static unsigned int memories;
static uint32_t next_name;
static unsigned int calls;

static void add(struct log *log, const void *data, uint64_t bytes)
{
	if (log->used + bytes > log->size) {
		log->size = 2 * (log->used + bytes);
		log->data = realloc(log->data, log->size);
		assert_non_null(log->data);
	}
	if (bytes)
		memcpy(log->data + log->used, data, bytes);
	log->used += bytes;
}

static void add_number(struct log *log, uint64_t n)
{
	add(log, &n, sizeof(n));
}

/* ---- arguments ------------------------------------------------------------ */

uint64_t rt_random(void)
{
	seed += 0x9e3779b97f4a7c15u;
	uint64_t z = seed;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

double rt_float(void)
{
	return (double)(int32_t)rt_random() / 1024.0;
}

int32_t rt_count(int32_t least)
{
	return (int32_t)(rt_random() % 7) + least;
}

uint32_t rt_enum(void)
{
	static const uint32_t enums[] = {
		GL_TEXTURE_BORDER_COLOR, GL_TEXTURE_ENV_COLOR, GL_OBJECT_PLANE, GL_AMBIENT,
		GL_SPOT_DIRECTION, GL_LIGHT_MODEL_AMBIENT, GL_COLOR_INDEXES, GL_FOG_COLOR,
		GL_POINT_DISTANCE_ATTENUATION, GL_COLOR, GL_DEPTH, GL_MAP1_VERTEX_3,
		GL_MAP2_VERTEX_4, GL_MAP1_TEXTURE_COORD_1, GL_UNSIGNED_SHORT, GL_3_BYTES,
		GL_PATCH_DEFAULT_OUTER_LEVEL, GL_CONVOLUTION_BORDER_COLOR, GL_BUFFER,
		GL_COLOR_TABLE_SCALE, GL_CONSTANT_COLOR0_NV, GL_RENDERBUFFER, 0xffffffffu, 0,
	};

	return enums[rt_random() % (sizeof(enums) / sizeof(enums[0]))];
}

static void *keep(uint64_t bytes)
{
	assert_true(memories < sizeof(memory) / sizeof(memory[0]));
	memory[memories] = malloc(bytes ? bytes : 1);
	assert_non_null(memory[memories]);
	return memory[memories++];
}

void *rt_memory(uint64_t bytes, bool nullable)
{
	uint8_t *data;

	if (nullable && rt_random() % 4 == 0)
		return NULL;
	data = keep(bytes);
	for (uint64_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)rt_random();
	return data;
}

char *rt_string(bool nullable)
{
	uint64_t bytes = 8 + rt_random() % 20;
	char *string = rt_memory(bytes + 1, nullable);

	for (uint64_t i = 0; string && i < bytes; i++)
		string[i] = (char)('a' + (uint8_t)string[i] % 26);
	if (string)
		string[bytes] = 0;
	return string;
}

const char **rt_strings(int64_t count)
{
	const char **strings = keep(count > 0 ? (uint64_t)count * sizeof(*strings) : 0);

	for (int64_t i = 0; i < count; i++)
		strings[i] = rt_string(false);
	return strings;
}

int32_t *rt_lengths(int64_t count)
{
	int32_t *lengths = rt_memory(count > 0 ? (uint64_t)count * sizeof(*lengths) : 0, true);

	for (int64_t i = 0; lengths && i < count; i++)
		lengths[i] = (int32_t)(rt_random() % 9) - 1;
	return lengths;
}

struct vgpu_ref rt_ref(bool out)
{
	struct vgpu_ref ref = { .kind = (uint32_t)(rt_random() % 3) };

	if (ref.kind == VGPU_REF_OFFSET)
		ref.value = rt_random() & (INT64_MAX >> 3);
	if (ref.kind == VGPU_REF_BLOB) {
		ref.value = rt_random() % 50;
		ref.data = out ? memset(keep(ref.value), RT_UNTOUCHED, ref.value) :
		                 rt_memory(ref.value, false);
	}
	return ref;
}

void *rt_room(uint64_t bytes)
{
	if (rt_random() % 8 == 0)
		return NULL;
	return memset(keep(bytes), RT_UNTOUCHED, bytes);
}

uint32_t rt_next_name(void)
{
	return next_name;
}

void rt_next_names(uint32_t *names, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes / sizeof(*names); i++)
		names[i] = next_name + (uint32_t)i;
}

uint32_t rt_take_name(void)
{
	return next_name++;
}

/* ---- what must be seen, what was seen ---------------------------------------- */

void rt_want_call(uint16_t opcode)
{
	add_number(&want, opcode);
}

void rt_want(const void *data, uint64_t bytes)
{
	add(&want, data, bytes);
}

void rt_want_name(int kind, uint32_t guest)
{
	uint32_t host = kind < 0 ? guest : rt_host_name(kind, guest);

	add(&want, &host, sizeof(host));
}

void rt_want_bound(int kind, uint32_t guest)
{
	uint32_t host = rt_host_name(kind, guest) ^ RT_BOUND;

	add(&want, &host, sizeof(host));
}

static void add_array(struct log *log, const void *data, uint64_t bytes)
{
	add_number(log, data ? bytes : UINT64_MAX);
	if (data)
		add(log, data, bytes);
}

void rt_want_names(int kind, const uint32_t *guest, uint64_t bytes)
{
	add_number(&want, guest ? bytes : UINT64_MAX);
	for (uint64_t i = 0; guest && i < bytes / sizeof(*guest); i++)
		rt_want_name(kind, guest[i]);
}

void rt_want_array(const void *data, uint64_t bytes)
{
	add_array(&want, data, bytes);
}

static void add_string(struct log *log, const char *string, int64_t length)
{
	add_array(log, string, string && length < 0 ? strlen(string) : (uint64_t)length);
}

void rt_want_string(const char *string, int64_t length)
{
	add_string(&want, string, length);
}

static void add_strings(struct log *log, int64_t count, const char *const *strings,
                        const int32_t *lengths)
{
	for (int64_t i = 0; i < count; i++)
		add_string(log, strings[i], lengths ? lengths[i] : -1);
}

void rt_want_strings(int64_t count, const char *const *strings, const int32_t *lengths)
{
	add_strings(&want, count, strings, lengths);
}

static void add_ref(struct log *log, struct vgpu_ref ref, bool out)
{
	add_number(log, ref.kind);
	add_number(log, ref.value);
	if (ref.kind == VGPU_REF_BLOB && !out)
		add_array(log, ref.data, ref.value);
}

void rt_want_ref(struct vgpu_ref ref, bool out)
{
	add_ref(&want, ref, out);
}

void rt_want_kind(int kind)
{
	add_number(&want, (uint64_t)kind);
}

void rt_want_new(int kind, uint32_t guest)
{
	add_number(&want, (uint64_t)kind);
	add_number(&want, guest);
	add_number(&want, RT_NEW_HOST);
}

void rt_call(uint16_t opcode)
{
	got.used = 0; /* a query is asked twice: the last time counts */
	calls++;
	add_number(&got, opcode);
}

void rt_got(const void *data, uint64_t bytes)
{
	add(&got, data, bytes);
}

void rt_got_number(uint64_t n)
{
	add_number(&got, n);
}

void rt_got_array(const void *data, uint64_t bytes)
{
	add_array(&got, data, bytes);
}

void rt_got_string(const void *string, int64_t length)
{
	add_string(&got, string, length);
}

void rt_got_strings(int64_t count, const char *const *strings, const int32_t *lengths)
{
	add_strings(&got, count, strings, lengths);
}

void rt_got_ref(struct vgpu_ref ref, bool out)
{
	add_ref(&got, ref, out);
}

uint64_t rt_result(void)
{
	return result_value;
}

/* ---- a case -------------------------------------------------------------------- */

void rt_begin(uint64_t new_seed)
{
	seed = new_seed;
	result_value = rt_random();
	next_name = 1 + (uint32_t)rt_random() % 1000;
	want.used = got.used = 0;
	calls = 0;
	rt_run_begin(rt_random() % 3 == 0);
}

void rt_end(void)
{
	while (memories)
		free(memory[--memories]);
}

unsigned int rt_calls(void)
{
	return calls;
}

void rt_check(uint64_t result, uint64_t wanted)
{
	const char *name = rt_run_pending();

	if (!calls)
		fail_msg("%s: the driver was not called", name);
	if (want.used != got.used || memcmp(want.data, got.data, want.used) != 0)
		fail_msg("%s: the driver got something else", name);
	if (result != (rt_answered() ? wanted : result))
		fail_msg("%s: returned %#llx, not %#llx", name, (unsigned long long)result,
		         (unsigned long long)wanted);
	rt_run_broken();
}
