/* SPDX-License-Identifier: MIT */
#include "tests/security/hostile.h"
const struct test resource_tests[] = { { 0 } };
