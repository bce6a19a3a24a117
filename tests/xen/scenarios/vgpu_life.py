# SPDX-License-Identifier: MIT
"""What comes and goes: devices, guests, agents, workers, backends. Nothing is left behind."""
import os

from account import Account, grants
from gl import (BACKEND, HOST, attach, backend_log, detach, start_agent, start_backend,
                until_connected)
from scenario import expect, scenario
from small import as_user, small_guest, start, until_more_frames, until_said

FULL = os.environ.get("XEN_VGPU_FULL") == "1"
ATTACHES = int(os.environ.get("XEN_VGPU_ATTACHES", "200" if FULL else "6"))
CREATES = int(os.environ.get("XEN_VGPU_CREATES", "50" if FULL else "3"))
GUEST_PAGES = 64
BATCH = 10  # attaches between looks at the guest

# Dom0: attach and detach again and again, as the tools do, with the guest's agent connecting.
CYCLES = """
back=/local/domain/0/backend/vgpu/{domid}/0
for i in $(seq {count}); do
	{backend} attach {domid} || exit 1
	tries=0
	while [ "$(xenstore-read $back/state)" != 4 ]; do
		sleep 0.05
		tries=$((tries + 1))
		[ $tries -lt 1200 ] || {{ echo "not connected in cycle $i"; exit 1; }}
	done
	{backend} detach {domid} || {{ echo "not detached in cycle $i"; exit 1; }}
done
"""


@scenario(HOST)
def vgpu_survives_lost_ends(host):
    """Agent, worker and daemon are killed under a program: it loses its context, and only that."""
    guest = small_guest(host, "life")

    def lose(what, strike):
        start(guest, "lost 600")  # seconds: it gives up, but not because the machine is slow
        until_said(guest, "^drawing", f"a program draws before {what}")
        strike()
        text = until_said(guest, "^(a new context|no new|nothing)", f"the program ends after {what}")
        expect("reset status" in text and "calls took no time" in text
               and "a new context draws" in text, f"after {what}:\n{text}")

    def look_at_jail():
        """The worker maps the guest's pages, and holds nothing with which it could map others."""
        for pid in host.check("pgrep -x vgpu-worker").out.split():
            state = host.check(f"cat /proc/{pid}/status; ls -l /proc/{pid}/fd; "
                               f"grep -c gntdev /proc/{pid}/maps || true").out
            expect("Seccomp:\t2" in state and "NoNewPrivs:\t1" in state
                   and "CapEff:\t0000000000000000" in state and "/dev/xen" not in state
                   and int(state.split()[-1]) > 0, f"the worker's jail on Xen:\n{state}")

    def kill_agent():
        look_at_jail()
        guest.check("kill -9 $(cat /tmp/agent.pid)")
        start_agent(guest)

    def kill_worker():
        before = host.check("pgrep -x vgpu-worker").out
        host.check("pkill -9 -x vgpu-worker")
        host.until("the old worker is gone",
                   f"for p in {' '.join(before.split())}; do [ ! -d /proc/$p ] || exit 1; done")

    def kill_daemon():
        host.check("kill -9 $(cat /run/vgpu-backendd.pid)")
        start_backend(host)

    def restart_daemon():
        host.check(f"{BACKEND} stop")
        start_backend(host)

    lose("the agent was killed", kill_agent)
    lose("the worker was killed", kill_worker)
    lose("the daemon was killed", kill_daemon)
    lose("the daemon was restarted", restart_daemon)
    expect("the backend was stopped" in guest.run("cat /tmp/agent.log").out,
           "the agent was not told why")
    guest.destroy()


@scenario(HOST)
def vgpu_attach_and_detach_leave_nothing(host):
    guest = small_guest(host, "cycle", connect=False)
    # room for one program's small rings: pages that the guest's side leaves would be missed at once
    guest.check(f"echo {GUEST_PAGES} >/sys/module/xen_gntalloc/parameters/limit")
    start_agent(guest, "--gntalloc-pages 0 --ring-bytes 65536")
    host.check(CYCLES.format(backend=BACKEND, domid=guest.domid, count=1))  # what stays once
    account = Account(host)
    for done in range(0, ATTACHES, BATCH):
        count = min(BATCH, ATTACHES - done)
        host.check(CYCLES.format(backend=BACKEND, domid=guest.domid, count=count - 1),
                   limit=30 * BATCH)
        attach(host, guest)  # the last of a batch is detached under a program that draws
        until_connected(guest)
        start(guest, "steady -p 20")
        until_more_frames(guest, 2)
        if done == 0:
            mapped = grants(host).get(guest.domid, 0)
            expect(mapped > 30, f"{mapped} grants are mapped while a program draws")
        detach(host, guest)
        until_said(guest, "^lost", "the program loses its context")
    account.check(f"{ATTACHES} attaches")
    expect(guest.run("kill -0 $(cat /tmp/agent.pid)").rc == 0, "the agent has ended")
    held = int(guest.run("ls /proc/$(cat /tmp/agent.pid)/fd | wc -l").out.split()[-1])
    expect(held < 16, f"the agent holds {held} descriptors")
    guest.destroy()


@scenario(HOST)
def vgpu_guests_come_and_go_and_leave_nothing(host):
    """Guests are destroyed while they draw; libxl leaves a folder that is the daemon's to remove."""
    start_backend(host)
    small_guest(host, "first").destroy()  # what stays once
    account = Account(host)
    for number in range(CREATES):
        guest = small_guest(host, "come")
        start(guest, "steady")
        until_more_frames(guest, 2)
        guest.destroy()
        host.until("the guest's nodes are gone",
                   f"! xenstore-ls /local/domain/0/backend/vgpu/{guest.domid} 2>/dev/null")
        if number == 0:
            account.check("one guest")
    account.check(f"{CREATES} guests")
    expect(host.run("xl list | grep -q '(null)'").rc != 0, "a zombie domain is left")


@scenario(HOST)
def vgpu_survives_refusing_xenstore(host):
    """A guest that has used up its share of xenstore gets no vgpu until there is room again."""
    guest = small_guest(host, "quota", connect=False)
    # many at once, which fail as a whole; then one by one until not even one goes in
    filled = guest.run(
        "n=0; while [ $n -lt 3000 ]; do a=''; for i in $(seq 100); do a=\"$a data/x$n v\"; "
        "n=$((n+1)); done; xenstore-write $a 2>/dev/null || break; done; m=0; while [ $m -lt 200 ] "
        "&& xenstore-write data/y$m v 2>/dev/null; do m=$((m+1)); done; echo filled $n $m",
        limit=180).out
    expect("filled" in filled and "filled 3000" not in filled
           and " 200" not in filled, f"no quota was met: {filled}")
    start_agent(guest)
    attach(host, guest)
    guest.until("the agent says that xenstore refuses", "grep -q 'xenstore refused.*quota' /tmp/agent.log",
                limit=60)
    text = guest.run(f"VGPU_DEBUG=1 {as_user('steady -n 1', 'VGPU_DEBUG=1')} 2>&1", limit=60).out
    expect("not connected" in text or "xenstore" in text, f"the program is not told why:\n{text}")
    guest.check("xenstore-rm data")
    until_connected(guest)
    start(guest, "steady -n 2")
    until_said(guest, "^frame 2 wrong 0", "a program draws")
    guest.destroy()
    expect("quota" in backend_log(host), "the daemon has no record of the guest")


