/* SPDX-License-Identifier: MIT */
/* Between gen_roundtrip.c (arguments and logs) and gen_roundtrip_run.c (the wire and both ends). */
#ifndef VGPU_TESTS_GEN_ROUNDTRIP_RUN_H
#define VGPU_TESTS_GEN_ROUNDTRIP_RUN_H

#include "tests/unit/gen_roundtrip.h"

#define RT_UNTOUCHED 0x77
#define RT_BOUND 0x00000fffu

/* One to one, and different for each kind. */
uint32_t rt_host_name(int kind, uint32_t guest);

void rt_begin(uint64_t seed);
void rt_end(void);
uint32_t rt_take_name(void);
void rt_got_number(uint64_t n);
unsigned int rt_calls(void);

/* silent: the driver writes no output. */
void rt_run_begin(bool silent);
/* Decode what the case has encoded, if it has not been; returns the command's name. */
const char *rt_run_pending(void);
bool rt_answered(void);
/* The GL error that the guest has set since the last call. */
uint32_t rt_error(void);
/* Bytes in the stream. */
uint64_t rt_written(void);
/* Decode a command of the test's own making. */
int rt_decode(uint16_t opcode, const void *fixed, const void *tail, uint64_t tail_bytes);
/* Decode damaged copies of it: each must be refused, without a call or an answer. */
void rt_run_broken(void);

#endif
