/* SPDX-License-Identifier: MIT */
/*
 * A driver call that does not come back (an endless shader, a compiler that never
 * ends, a GPU that hangs) holds its thread for ever, and with it locks and a GPU
 * that other programs wait for. No thread can be taken out of a driver, so the
 * whole worker ends: its programs get a lost context, with the reason, and the
 * next one that connects a new worker. Other guests have workers of their own.
 */
#ifndef VGPU_BACKEND_WORKER_WATCHDOG_H
#define VGPU_BACKEND_WORKER_WATCHDOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct vgpu_wconn;

/* Of one stream; written by its thread alone. */
struct vgpu_wpulse {
	_Atomic uint64_t beats;  /* batches and large commands begun, and slices of long waits */
	_Atomic uintptr_t at;    /* the command of the batch, an address in private memory */
	_Atomic uint32_t opcode; /* of that command */
	_Atomic bool busy;       /* in a command; not while it waits for the guest */
	struct vgpu_wconn *conn; /* for the report; outlives the pulse */
	/* the watchdog's own */
	struct vgpu_wpulse *next;
	uint64_t seen, since_ns;
	uintptr_t seen_at;
};

static inline void vgpu_wpulse_beat(struct vgpu_wpulse *pulse)
{
	uint64_t n = atomic_load_explicit(&pulse->beats, memory_order_relaxed) + 1;

	atomic_store_explicit(&pulse->beats, n, memory_order_relaxed);
}

/*
 * Start the thread that looks at all pulses once a second. stuck is called, on
 * that thread, when one command has taken more than $VGPU_WORKER_STUCK_S seconds
 * (120 by default; 0: none is ever stuck). Returns 0 or a negative errno.
 */
int vgpu_watchdog_start(void (*stuck)(const struct vgpu_wconn *conn, uint32_t opcode,
                                      uint64_t seconds));
/* Any thread. */
void vgpu_watchdog_add(struct vgpu_wpulse *pulse);
void vgpu_watchdog_remove(struct vgpu_wpulse *pulse);

/* Has the pulse stood still for so long? One thread alone asks. */
bool vgpu_watchdog_stuck(struct vgpu_wpulse *pulse, uint64_t now_ns, uint64_t seconds);

#endif
