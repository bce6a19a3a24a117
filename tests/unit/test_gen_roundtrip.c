/* SPDX-License-Identifier: MIT */
/* Runs the generated round-trip cases, a few times each with other arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "test_roundtrip.h"
#include "tests/unit/gen_roundtrip_run.h"

#define ROUNDS 12

static void shard(void **state)
{
	unsigned int n = 0;

	for (const struct rt_case *c = *state; c->run; c++, n++) {
		for (uint64_t round = 0; round < ROUNDS; round++) {
			rt_begin(c->opcode * 1000003u + round);
			c->run();
			rt_end();
		}
	}
	assert_true(n > 0);
}

int main(void)
{
	struct CMUnitTest tests[RT_SHARDS];
	char names[RT_SHARDS][32];

	for (unsigned int i = 0; i < RT_SHARDS; i++) {
		snprintf(names[i], sizeof(names[i]), "round trips, shard %u", i);
		tests[i] = (struct CMUnitTest){ names[i], shard, NULL, NULL,
			                        (void *)(uintptr_t)rt_cases[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
