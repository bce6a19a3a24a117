/* SPDX-License-Identifier: MIT */
/*
 * VGPU_DEBUG: words with commas between. "sync" counts who waits for the
 * backend and says so when the process ends; "verify" makes the library ask the
 * host as well where it answers by itself, and stop on a difference; anything
 * else that is not "0" lets vgpu_debug (client.h) speak.
 */
#ifndef VGPU_FRONTEND_DEBUG_H
#define VGPU_FRONTEND_DEBUG_H

#include <stdbool.h>
#include <stdint.h>

enum vgpu_debug_flag {
	VGPU_DEBUG_TALK = 1,
	VGPU_DEBUG_SYNC = 2,
	VGPU_DEBUG_VERIFY = 4,
};

/* Is any of these on? Read from the environment once. Any thread. */
bool vgpu_debug_on(uint32_t flags);

/*
 * A thread waited from then on (vgpu_debug_now) until now: for the answer to
 * opcode, or for room in the ring when opcode is 0. The place in the program
 * is the first return address outside this library. Any thread.
 */
uint64_t vgpu_debug_now(void);
void vgpu_debug_waited(uint16_t opcode, uint64_t began_ns);

/*
 * What the library answered is not what the host says: says so on stderr and
 * ends the process. Only under VGPU_DEBUG=verify.
 */
void vgpu_debug_differs(const char *what, uint32_t name, int64_t here, int64_t host)
	__attribute__((noreturn));

#endif
