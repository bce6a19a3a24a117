# SPDX-License-Identifier: MIT
"""What a Dom0 holds for its guests' vgpus, before and after: nothing may be left.

Grants and ports as Xen's debug keys tell them, descriptors, mappings and memory of the
daemon, processes, nodes in xenstore, files, and the machine's free memory.
"""
import re
import time

from gl import backend_log
from host import PATIENCE, StepError

SLACK_MIB = 16  # of Xen's free memory: its heap is not only guests'
SLACK_KIB = 3072  # of the daemon's memory: malloc keeps some, but not some for each cycle

FACTS = r"""
pid=$(cat /run/vgpu-backendd.pid)
nodes=$(xenstore-ls -f /local/domain | sed 's/ = .*//')  # each node is a question: once
echo "$nodes" | grep vgpu | grep -v '/backend/vgpu$' | sort
echo "nodes of domains $(echo "$nodes" | wc -l)"
ls /dev/shm | sed 's/^/shm /'
find /run /tmp /var/tmp /etc/xen -name '*vgpu*' | grep -v vgpu-init | sort | sed 's/^/file /'
echo "descriptors $(ls /proc/$pid/fd | wc -l)"
echo "mappings of gntdev $(grep -c gntdev /proc/$pid/maps)"
echo "threads $(ls /proc/$pid/task | wc -l)"
ps -e --ppid 2 -N -o comm= | grep -E 'vgpu|qemu|xl|xenconsole|xenstore|block' | sort | uniq -c
xl list | tail -n +2 | awk '{print "domain", $1}'
true
"""
MEMORY = "xl info free_memory; awk '/VmRSS/ {print $2}' /proc/$(cat /run/vgpu-backendd.pid)/status"


def debug_key(host, key):
    """What Xen prints for a debug key."""
    host.check(f"xl dmesg -c >/dev/null; xl debug-keys {key}")
    text, last = "", None
    while text != last:  # it prints for a moment
        last = text
        time.sleep(0.5)
        text = host.check("xl dmesg").out
    return text


def grants(host):
    """{domid: grants of it that are in use}, domains without any left out."""
    found = {}
    parts = re.split(r"grant-table for remote d(\d+)", debug_key(host, "g"))
    if len(parts) < 3:
        raise StepError(f"Xen's debug key g is not understood:\n{parts[0][-1000:]}")
    for domid, text in zip(parts[1::2], parts[2::2]):
        active = len(re.findall(r"^\(XEN\)\s+\[\s*(?:0x)?[0-9a-f]+\]", text, re.M))
        if active:
            found[int(domid)] = active
    return found


def ports(host):
    """{domid: event channels that are not free}."""
    found = {}
    parts = re.split(r"[Ee]vent channel information for (?:domain |d)(\d+)",
                     debug_key(host, "e"))
    if len(parts) < 3:
        raise StepError(f"Xen's debug key e is not understood:\n{parts[0][-1000:]}")
    for domid, text in zip(parts[1::2], parts[2::2]):
        found[int(domid)] = len(re.findall(r"^\(XEN\)\s+\d+ \[", text, re.M))
    return found


class Account:
    """What there is when it is made; check() waits for the same again."""

    def __init__(self, host):
        self.host = host
        self.facts, self.grants, self.ports, self.memory = self._now()

    def _now(self):
        facts = self.host.check(FACTS).out
        free, rss = (int(word) for word in self.host.check(MEMORY).out.split())
        return facts, grants(self.host), ports(self.host), (free, rss)

    def check(self, after, limit=30):
        deadline = time.monotonic() + limit * PATIENCE
        while self.host.check(FACTS).out != self.facts and time.monotonic() < deadline:
            time.sleep(1)
        while True:
            wrong = self._differences()
            if not wrong:
                return
            if time.monotonic() > deadline:
                raise StepError(f"left over after {after}: {'; '.join(wrong)}\n"
                                f"{backend_log(self.host)[-2000:]}")
            time.sleep(2)

    def _differences(self):
        facts, now_grants, now_ports, (free, rss) = self._now()
        wrong = []
        if facts != self.facts:
            old, new = self.facts.splitlines(), facts.splitlines()
            wrong += [f"{line!r} is gone" for line in old if line not in new]
            wrong += [f"{line!r} is new" for line in new if line not in old]
        if now_grants != self.grants:
            wrong.append(f"grants in use: {self.grants} before, {now_grants} now")
        if now_ports != self.ports:
            wrong.append(f"event channels: {self.ports} before, {now_ports} now")
        if free < self.memory[0] - SLACK_MIB:
            wrong.append(f"Xen's free memory: {self.memory[0]} MiB before, {free} now")
        if rss > self.memory[1] + SLACK_KIB:
            wrong.append(f"the daemon's memory: {self.memory[1]} KiB before, {rss} now")
        return wrong
