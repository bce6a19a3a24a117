# SPDX-License-Identifier: MIT
"""An X server for one test: Xvfb on a display number of its own choice. The screen is a file
in the form of xwd, so that a picture of it needs no X client."""
import os
import shutil
import subprocess
import tempfile
import time

from image import Picture


class XServer:
    WIDTH, HEIGHT = 1024, 768

    def __init__(self, prefix, extra=()):
        self.folder = tempfile.mkdtemp(prefix="vgpu-test-x-")
        read_end, write_end = os.pipe()
        with open(prefix + ".log", "wb") as log:
            self.process = subprocess.Popen(
                ["Xvfb", "-displayfd", str(write_end), "-nolisten", "tcp", "-noreset",
                 "-screen", "0", "%dx%dx24" % (self.WIDTH, self.HEIGHT),
                 "-fbdir", self.folder, *extra],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[write_end])
        os.close(write_end)
        with os.fdopen(read_end, "rb") as f:
            number = f.readline().strip()
        if not number:
            self.stop()
            raise RuntimeError("Xvfb did not start, see %s.log" % prefix)
        self.display = ":" + number.decode()

    def picture(self):
        return Picture.from_xwd(os.path.join(self.folder, "Xvfb_screen0"))

    def settled_picture(self, process, seconds, still=0.7):
        """The screen once something is on it that has not changed for `still` seconds; else the
        last one after `seconds`, or when the process has ended. None: nothing ever showed."""
        end, last, since = time.monotonic() + seconds, None, 0.0
        while time.monotonic() < end and process.poll() is None:
            now = self.picture()
            if now.blank():
                last = None
            elif last is None or now.pixels != last.pixels:
                last, since = now, time.monotonic()
            elif time.monotonic() - since >= still:
                return last
            time.sleep(0.1)
        return last

    def changing_pictures(self, process, seconds, count=3):
        """Up to count different pictures of an animation, as they come."""
        end, pictures = time.monotonic() + seconds, []
        while time.monotonic() < end and process.poll() is None and len(pictures) < count:
            now = self.picture()
            if not now.blank() and (not pictures or now.pixels != pictures[-1].pixels):
                pictures.append(now)
            time.sleep(0.05)
        return pictures

    def press(self, key, x=500, y=700):
        """Press a key with the pointer at that place."""
        subprocess.run(["xdotool", "mousemove", str(x), str(y), "key", key],
                       env={"DISPLAY": self.display, "PATH": os.environ["PATH"]},
                       capture_output=True, check=False)

    def press_escape(self, process, seconds=10):
        """Press Escape over the window at the top left until the process has ended."""
        end = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < end:
            subprocess.run(["xdotool", "mousemove", "60", "80", "key", "Escape"],
                           env={"DISPLAY": self.display, "PATH": os.environ["PATH"]},
                           capture_output=True, check=False)
            time.sleep(0.2)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
