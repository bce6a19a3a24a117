# SPDX-License-Identifier: MIT
"""Pictures from X window dumps (what Xvfb keeps in -fbdir), to look at and to compare."""
import dataclasses
import struct
import zlib


@dataclasses.dataclass(frozen=True)
class Picture:
    width: int
    height: int
    rgb: bytes  # rows from the top, three octets a pixel

    @classmethod
    def from_xwd(cls, data):
        """An XWD file: 25 big-endian words, a name, a colour map, rows of BGRX."""
        head = struct.unpack(">25I", data[:100])
        header_size, width, height = head[0], head[4], head[5]
        bits, line, colours = head[11], head[12], head[19]
        if bits != 32 or head[7] != 0:
            raise ValueError(f"{bits} bits a pixel, byte order {head[7]}: not handled")
        start = header_size + colours * 12
        rows = []
        for y in range(height):
            row = data[start + y * line:start + y * line + width * 4]
            rgb = bytearray(width * 3)
            rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
            rows.append(bytes(rgb))
        return cls(width, height, b"".join(rows))

    def png(self) -> bytes:
        def chunk(kind, data):
            return (struct.pack(">I", len(data)) + kind + data
                    + struct.pack(">I", zlib.crc32(kind + data)))
        rows = b"".join(b"\0" + self.rgb[y * self.width * 3:(y + 1) * self.width * 3]
                        for y in range(self.height))
        return (b"\x89PNG\r\n\x1a\n"
                + chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))

    def colours(self):
        """How many colours it has: one or two mean that nothing was drawn."""
        return len({self.rgb[i:i + 3] for i in range(0, len(self.rgb), 3)})
