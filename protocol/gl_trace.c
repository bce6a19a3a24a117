/* SPDX-License-Identifier: MIT */
/* A command as one line of text, from the field tables that the generator writes. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ops.h"
#include "trace.h"

struct text {
	char *out;
	size_t size, used;
};

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->used < t->size ? t->out + t->used : NULL,
	              t->used < t->size ? t->size - t->used : 0, fmt, ap);
	va_end(ap);
	t->used += n > 0 ? (size_t)n : 0;
}

static void value(struct text *t, char type, const uint8_t *at)
{
	uint32_t u;
	uint64_t w;
	float f;
	double d;

	memcpy(&u, at, sizeof(u));
	switch (type) {
	case 'u':
		add(t, "%" PRIu32, u);
		return;
	case 'i':
		add(t, "%" PRId32, (int32_t)u);
		return;
	case 'e':
		add(t, "0x%04" PRIx32, u);
		return;
	case 'f':
		memcpy(&f, at, sizeof(f));
		add(t, "%g", (double)f);
		return;
	}
	memcpy(&w, at, sizeof(w));
	if (type == 'd') {
		memcpy(&d, at, sizeof(d));
		add(t, "%g", d);
	} else if (type == 'I') {
		add(t, "%" PRId64, (int64_t)w);
	} else {
		add(t, "%" PRIu64, w);
	}
}

int vgpu_trace_print(char *out, size_t size, uint16_t opcode, const uint8_t *fixed,
                     const uint8_t *tail, uint64_t tail_bytes)
{
	struct text t = { .out = out, .size = size };
	const char *field;
	size_t offset = 0;

	if (opcode >= VGPU_OP_COUNT || !vgpu_ops[opcode].name) {
		add(&t, "opcode %u", opcode);
		return (int)t.used;
	}
	add(&t, "%s(", vgpu_ops[opcode].name);
	for (field = vgpu_trace_fields[opcode]; *field;) {
		const char *name = field + 2;
		size_t length = strcspn(name, " ");
		bool wide = strchr("UId", *field) != NULL;

		offset = wide ? (offset + 7) & ~(size_t)7 : offset;
		add(&t, "%s%.*s=", field == vgpu_trace_fields[opcode] ? "" : ", ", (int)length, name);
		value(&t, *field, fixed + offset);
		offset += wide ? 8 : 4;
		field = name + length + (name[length] == ' ');
	}
	add(&t, ")");
	if (tail_bytes) {
		uint64_t shown = tail_bytes < 16 ? tail_bytes : 16;

		add(&t, " + %" PRIu64 " bytes:", tail_bytes);
		for (uint64_t i = 0; i < shown; i++)
			add(&t, " %02x", tail[i]);
		add(&t, "%s", shown < tail_bytes ? " ..." : "");
	}
	return (int)t.used;
}
