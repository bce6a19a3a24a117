# SPDX-License-Identifier: MIT
"""A Wayland compositor for one test: weston in a window that fills the test's X server, drawn by
pixman (no GL of its own), with a shell that shows nothing but the program."""
import os
import subprocess
import time


class Weston:
    def __init__(self, test, world, server, folder):
        """folder: the XDG_RUNTIME_DIR of compositor and program."""
        self.display = "wl-" + world.key
        env = dict(world.environment(server.display), XDG_RUNTIME_DIR=folder,
                   XDG_CONFIG_HOME=folder)
        with open(os.path.join(test.dir, "weston-%s.log" % world.key), "wb") as log:
            self.process = subprocess.Popen(
                ["weston", "--backend=x11-backend.so", "--use-pixman", "--no-config",
                 "--shell=kiosk-shell.so", "--idle-time=0", "--width=%d" % server.WIDTH,
                 "--height=%d" % server.HEIGHT, "--socket=" + self.display],
                env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 20
        while not os.path.exists(os.path.join(folder, self.display)):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                test.skip("a weston that starts (see its log)")
            time.sleep(0.1)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
