/* SPDX-License-Identifier: MIT */
/*
 * The mutator: takes an input apart into commands, changes one of them (or their
 * order), and puts it together again with right sizes. Now and then it leaves the
 * bytes to libFuzzer, framing and all.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ops.h"
#include "protocol/wire.h"
#include "tests/fuzz/decode_input.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out, unsigned int seed);

#define MAX_COMMANDS 512
#define MAX_COMMAND 8192

static uint32_t state;

static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static uint32_t below(uint32_t n)
{
	return n ? next() % n : 0;
}

/* Values that a guest would try: small, huge, negative, and GL's enums. */
static uint32_t interesting(void)
{
	static const uint32_t enums[] = {
		0x0de1, 0x0de0, 0x806f, 0x8513, 0x8c1a, 0x9100, /* texture targets */
		0x8892, 0x8893, 0x88eb, 0x88ec, 0x8a11, 0x8c8e, 0x8f36, 0x8f37, 0x8f3f, 0x90d2,
		0x1901, 0x1902, 0x1903, 0x1907, 0x1908, 0x80e1, 0x84f9, /* formats */
		0x1400, 0x1401, 0x1402, 0x1403, 0x1404, 0x1405, 0x1406, 0x140a, 0x140b, 0x8035,
		0x8368, 0x84fa, 0x8c3b, 0x8d40, 0x8ca8, 0x8ca9, 0x8d41, 0x8ce0, 0x8d00, 0x821a,
		0x0404, 0x0405, 0x0408, 0x8058, 0x1907, 0x83f0, 0x83f1, 0x8b30, 0x8b31, 0x91b9,
		0x0cf2, 0x0cf3, 0x0cf4, 0x0cf5, 0x0d02, 0x0d03, 0x0d04, 0x0d05, 0x806c, 0x806e,
		0x0d57, 0x8914, 0x8c87, 0x8866, 0x9119, 0x1300, 0x1301, 0x1c00, 0x1c01, 0x1c02,
	};

	switch (below(9)) {
	case 0:
		return 0;
	case 1:
		return 1u << below(32);
	case 2:
		return (1u << below(32)) - 1;
	case 3:
		return 0u - below(5);
	case 4:
		return below(8);
	case 5:
		return below(4096);
	case 6:
		return below(0x9600);
	case 7:
		return 0x7fffffffu - below(3);
	default:
		return enums[below(sizeof(enums) / sizeof(enums[0]))];
	}
}

struct parts {
	uint8_t start;
	unsigned int n;
	uint32_t at[MAX_COMMANDS], size[MAX_COMMANDS];
};

static void take_apart(struct parts *p, const uint8_t *data, size_t size)
{
	size_t at = 1;

	p->start = size > 0 ? data[0] : 0;
	p->n = 0;
	while (at + 8 <= size && p->n < MAX_COMMANDS) {
		struct vgpu_wire_hdr hdr;

		memcpy(&hdr, data + at, sizeof(hdr));
		if (hdr.size < 8 || hdr.size % 8 || hdr.size > size - at)
			break;
		p->at[p->n] = (uint32_t)at;
		p->size[p->n++] = hdr.size;
		at += hdr.size;
	}
}

static uint16_t some_opcode(void)
{
	uint16_t op;

	do {
		/* the private ones are few and matter most */
		op = (uint16_t)(below(6) ? below(VGPU_OP_COUNT) : 16 + below(40));
	} while (op >= VGPU_OP_COUNT || !vgpu_ops[op].name);
	return op;
}

/* A new command with likely fields; returns its size. */
static uint32_t invent(uint8_t *out)
{
	uint16_t op = some_opcode();
	uint32_t fixed = vgpu_ops[op].fixed_bytes;
	uint32_t tail = vgpu_ops[op].blobs || below(8) == 0 ? 8 * below(below(4) ? 5 : 64) : 0;
	struct vgpu_wire_hdr hdr = { .opcode = op };
	uint32_t i;

	for (i = 0; i < fixed + tail; i += 4) {
		uint32_t v = below(3) ? below(6) : interesting();

		memcpy(out + 8 + i, &v, 4);
	}
	/* sizes of blobs are 64-bit fields at the end of the fixed part: let them often be right */
	if (tail && fixed >= 8 && below(4)) {
		uint64_t bytes = tail - below(8);

		memcpy(out + fixed, &bytes, 8);
	}
	hdr.size = 8 + ((fixed + tail + 7) & ~7u);
	memcpy(out, &hdr, sizeof(hdr));
	return hdr.size;
}

/* Change fields of a command, or its tail. Returns its new size. */
static uint32_t change(uint8_t *command, uint32_t size, uint32_t room)
{
	struct vgpu_wire_hdr hdr;
	uint32_t v, i, fixed;

	memcpy(&hdr, command, sizeof(hdr));
	fixed = hdr.opcode < VGPU_OP_COUNT ? vgpu_ops[hdr.opcode].fixed_bytes : 0;
	if (size <= 8)
		return size;
	if (below(3) == 0 && size > 8 + fixed) {
		uint32_t old = size - 8 - fixed;

		v = (uint32_t)LLVMFuzzerMutate(command + 8 + fixed, old, room - 8 - fixed);
		memset(command + 8 + fixed + v, 0, (8 - v % 8) % 8);
		hdr.size = 8 + fixed + ((v + 7) & ~7u);
		memcpy(command, &hdr, sizeof(hdr));
		return hdr.size;
	}
	for (i = 1 + below(3); i > 0; i--) {
		uint32_t where = 8 + 4 * below((size - 8) / 4);

		v = interesting();
		if (below(4) == 0) {
			memcpy(&v, command + where, 4);
			v += below(3) - 1;
		}
		memcpy(command + where, &v, 4);
	}
	return size;
}

static size_t append(uint8_t *out, size_t at, size_t max, const uint8_t *command, uint32_t size)
{
	if (size > max - at)
		return at;
	memcpy(out + at, command, size);
	return at + size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	static uint8_t out[1u << 20], command[2 * MAX_COMMAND];
	struct parts p;
	unsigned int which, target;
	size_t at = 1;

	state = seed | 1;
	if (max_size < 16 || max_size > sizeof(out) || below(20) == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	take_apart(&p, data, size);
	out[0] = below(30) ? p.start : (uint8_t)below(FUZZ_STARTS);
	which = below(p.n + 1);
	target = p.n ? below(6) : 0; /* 0, 1: insert; 2, 3: change; 4: remove; 5: repeat elsewhere */
	for (unsigned int i = 0; i <= p.n; i++) {
		if (i == which && target < 2)
			at = append(out, at, max_size, command, invent(command));
		if (i == which && target == 5) {
			unsigned int k = below(p.n);

			at = append(out, at, max_size, data + p.at[k], p.size[k]);
		}
		if (i == p.n || (i == which && target == 4))
			continue;
		if (i == which && (target == 2 || target == 3) && p.size[i] <= MAX_COMMAND) {
			memcpy(command, data + p.at[i], p.size[i]);
			at = append(out, at, max_size, command,
			            change(command, p.size[i], MAX_COMMAND));
		} else {
			at = append(out, at, max_size, data + p.at[i], p.size[i]);
		}
	}
	memcpy(data, out, at);
	return at;
}

/* The beginning of one input, then the end of another: objects of the first meet calls of the second. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out, unsigned int seed)
{
	struct parts a, b;
	size_t at = 1;

	state = seed | 1;
	take_apart(&a, data1, size1);
	take_apart(&b, data2, size2);
	if (max_out < 1)
		return 0;
	out[0] = a.start;
	for (unsigned int i = 0, n = below(a.n + 1); i < n; i++)
		at = append(out, at, max_out, data1 + a.at[i], a.size[i]);
	for (unsigned int i = below(b.n + 1); i < b.n; i++)
		at = append(out, at, max_out, data2 + b.at[i], b.size[i]);
	return at;
}
