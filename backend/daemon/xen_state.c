/* SPDX-License-Identifier: MIT */
/*
 * The backend's side of XenBus. The table is by our own state and the frontend's;
 * both may be anything: a guest kernel resets devices that nobody drives, an agent
 * dies and comes again, and this daemon may be new while the frontend is not.
 */
#include "backend/daemon/xen_guest.h"

#define STAY VGPU_XSTEP_STAY
#define PREP VGPU_XSTEP_PREPARE
#define CONN VGPU_XSTEP_CONNECT
#define CLOS VGPU_XSTEP_CLOSE
#define DONE VGPU_XSTEP_CLOSED
#define LATE VGPU_XSTEP_LATER

/* online: rows our own state, columns the frontend's */
static const unsigned char online_table[7][7] = {
	/* frontend:        none  Init  InitW Ready Conn  Closi Closed */
	/* unknown      */ { STAY, PREP, PREP, CLOS, CLOS, CLOS, PREP },
	/* Initialising */ { STAY, PREP, PREP, CLOS, CLOS, CLOS, PREP },
	/* InitWait     */ { STAY, STAY, STAY, CONN, CLOS, CLOS, STAY },
	/* Initialised  */ { CLOS, CLOS, CLOS, CLOS, CLOS, CLOS, CLOS },
	/* Connected    */ { CLOS, CLOS, CLOS, STAY, STAY, CLOS, CLOS },
	/* Closing      */ { DONE, PREP, DONE, STAY, STAY, DONE, DONE },
	/* Closed       */ { STAY, PREP, PREP, LATE, LATE, LATE, LATE },
};

/* offline: the tools are about to remove the device */
static const unsigned char offline_table[7][7] = {
	/* frontend:        none  Init  InitW Ready Conn  Closi Closed */
	/* unknown      */ { DONE, DONE, DONE, CLOS, CLOS, CLOS, DONE },
	/* Initialising */ { DONE, DONE, DONE, CLOS, CLOS, CLOS, DONE },
	/* InitWait     */ { DONE, DONE, DONE, CLOS, CLOS, CLOS, DONE },
	/* Initialised  */ { CLOS, CLOS, CLOS, CLOS, CLOS, CLOS, CLOS },
	/* Connected    */ { CLOS, CLOS, CLOS, CLOS, CLOS, CLOS, CLOS },
	/* Closing      */ { DONE, DONE, DONE, STAY, STAY, DONE, DONE },
	/* Closed       */ { STAY, STAY, STAY, STAY, STAY, STAY, STAY },
};

enum vgpu_xstep vgpu_xstate_next(enum vgpu_xenbus be, enum vgpu_xenbus fe, bool online,
                                 bool mapped)
{
	enum vgpu_xstep step;

	if ((unsigned int)be > VGPU_XENBUS_CLOSED)
		be = VGPU_XENBUS_UNKNOWN;
	/* a guest may write what it likes; what XenBus does not know changes nothing */
	if ((unsigned int)fe > VGPU_XENBUS_CLOSED)
		return VGPU_XSTEP_STAY;
	step = (enum vgpu_xstep)(online ? online_table : offline_table)[be][fe];
	/* nothing new begins, and nothing is called closed, while memory is mapped */
	if (mapped && (step == VGPU_XSTEP_PREPARE || step == VGPU_XSTEP_CONNECT ||
	               step == VGPU_XSTEP_CLOSED || step == VGPU_XSTEP_LATER))
		return be == VGPU_XENBUS_CLOSING ? VGPU_XSTEP_STAY : VGPU_XSTEP_CLOSE;
	return step;
}

const char *vgpu_xstate_name(enum vgpu_xenbus state)
{
	static const char *const names[] = {
		"Unknown", "Initialising", "InitWait", "Initialised", "Connected",
		"Closing", "Closed", "Reconfiguring", "Reconfigured",
	};

	return (unsigned int)state < sizeof(names) / sizeof(names[0]) ? names[state] : "?";
}
