# SPDX-License-Identifier: MIT
"""Runs in Dom0 of the emulated host: commands in, results out, over a virtio port.

One JSON object a line. Request: {"id": 1, "sh": "xl list", "timeout": 20}, or
{"id": 2, "guest": 3, "line": "cat /proc/uptime", "until": "@@rc", "timeout": 20} to type
a line at the console of domain 3. Reply: {"id": 1, "rc": 0, "out": "...", "err": "..."};
rc 124 means that the time was up. A line {"hello": 1} is sent when the agent starts.
"""
import json
import os
import re
import select
import signal
import subprocess
import sys
import termios
import threading
import time
import tty

write_lock = threading.Lock()
consoles = {}
consoles_lock = threading.Lock()


def send(fd, message):
    data = json.dumps(message).encode() + b"\n"
    with write_lock:
        while data:
            data = data[os.write(fd, data):]


def run_shell(request):
    """A shell command in a process group of its own, so that a timeout leaves nothing."""
    child = subprocess.Popen(["/bin/sh", "-c", request["sh"]], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             start_new_session=True)
    try:
        out, err = child.communicate(timeout=request.get("timeout", 60))
        return {"rc": child.returncode, "out": out.decode(errors="replace"),
                "err": err.decode(errors="replace")}
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        out, err = child.communicate()
        return {"rc": 124, "out": out.decode(errors="replace"),
                "err": err.decode(errors="replace")}


def console_fd(domid):
    with consoles_lock:
        path = subprocess.run(["xenstore-read", f"/local/domain/{domid}/console/tty"],
                              capture_output=True, text=True).stdout.strip()
        if not path:
            return -1
        if consoles.get(domid, (None, -1))[0] != path:
            fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            tty.setraw(fd, termios.TCSANOW)
            consoles[domid] = (path, fd)
        return consoles[domid][1]


def run_console(request):
    """Type a line (if any) at a guest's console and read until the pattern has come."""
    deadline = time.monotonic() + request.get("timeout", 60)
    fd = console_fd(request["guest"])
    if fd < 0:
        return {"rc": 1, "out": "", "err": f"domain {request['guest']} has no console"}
    if request.get("line"):
        os.write(fd, request["line"].encode() + b"\n")
    seen = b""
    pattern = re.compile(request["until"].encode(), re.M)
    while not pattern.search(seen):
        left = deadline - time.monotonic()
        if left <= 0:
            return {"rc": 124, "out": seen.decode(errors="replace"), "err": ""}
        if select.select([fd], [], [], min(left, 1))[0]:
            try:
                seen += os.read(fd, 65536)
            except BlockingIOError:
                pass
            except OSError:
                time.sleep(0.2)
    return {"rc": 0, "out": seen.decode(errors="replace"), "err": ""}


def serve(fd, request):
    try:
        reply = run_shell(request) if "sh" in request else run_console(request)
    except Exception as error:  # the driver must always get an answer
        reply = {"rc": 125, "out": "", "err": repr(error)}
    send(fd, {"id": request["id"], **reply})


def main():
    while not os.path.exists(sys.argv[1]):  # udev makes the name when it gets there
        time.sleep(0.1)
    fd = os.open(sys.argv[1], os.O_RDWR)
    send(fd, {"hello": 1})
    pending = b""
    while True:
        data = os.read(fd, 65536)
        if not data:  # nobody is connected on the other side yet
            time.sleep(0.2)
            continue
        pending += data
        while b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            if line.strip():
                threading.Thread(target=serve, args=(fd, json.loads(line)), daemon=True).start()


main()
