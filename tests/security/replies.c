/* SPDX-License-Identifier: MIT */
#include "tests/security/hostile.h"
const struct test reply_tests[] = { { 0 } };
