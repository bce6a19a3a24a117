# SPDX-License-Identifier: MIT
"""Pictures: reading an xwd dump, comparing, writing a PNG for people. Standard library only."""
import mmap
import struct
import zlib


class Picture:
    """32-bit BGRX rows from the top, without padding."""

    def __init__(self, width, height, pixels):
        self.width, self.height, self.pixels = width, height, pixels

    @classmethod
    def from_xwd(cls, path):
        with open(path, "rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
            words = struct.unpack(">25I", data[:100])
            header, width, height = words[0], words[4], words[5]
            bits, stride, colours = words[11], words[12], words[19]
            if words[1] != 7 or bits != 32:
                raise ValueError("%s is no 32-bit xwd file of version 7" % path)
            at = header + 12 * colours
            rows = [data[at + y * stride:at + y * stride + 4 * width] for y in range(height)]
        return cls(width, height, b"".join(rows))

    def blank(self):
        """Nothing but black (the X octet aside)."""
        return not any(self.pixels[i::4].strip(b"\0") for i in range(3))

    def difference(self, other):
        """(number of different pixels, largest difference of a channel)."""
        if (self.width, self.height) != (other.width, other.height):
            return self.width * self.height, 255
        if self.pixels == other.pixels:
            return 0, 0
        count = largest = 0
        stride = 4 * self.width
        for y in range(self.height):
            a, b = (p.pixels[y * stride:(y + 1) * stride] for p in (self, other))
            if a == b:
                continue
            for x in range(0, stride, 4):
                d = max(abs(a[x + i] - b[x + i]) for i in range(3))
                count += d > 0
                largest = max(largest, d)
        return count, largest

    def write_png(self, path):
        def chunk(kind, body):
            crc = zlib.crc32(kind + body)
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)
        rgb = bytearray(3 * self.width * self.height)
        for channel in range(3):
            rgb[channel::3] = self.pixels[2 - channel::4]
        stride = 3 * self.width
        raw = b"".join(b"\0" + rgb[y * stride:(y + 1) * stride] for y in range(self.height))
        with open(path, "wb") as f:
            f.write(b"\x89PNG\r\n\x1a\n")
            f.write(chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)))
            f.write(chunk(b"IDAT", zlib.compress(raw, 6)))
            f.write(chunk(b"IEND", b""))
