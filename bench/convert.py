# SPDX-License-Identifier: Apache-2.0
"""What a record of a capture costs before it is decoded: passed, converted, kept and used."""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping

from falcomod.engine.capture.convert import Converter
from tests.record_builder import HEADER, build

TIMES = 2_000_000
TRIES = 3


def old(code: int, *params: bytes) -> bytes:
    """A record of an older generation."""
    body = struct.pack(f"<{len(params)}H", *map(len, params)) + b"".join(params)
    return HEADER.pack(1, 7, HEADER.size + len(body), code, len(params)) + body


def measure(records: list[bytes]) -> float:
    """Nanoseconds of processor time for all of the records, the least of several tries."""
    converter = Converter()
    best = float("inf")
    for _ in range(TRIES):
        began = time.process_time()
        converter.repeat(records, TIMES)
        best = min(best, time.process_time() - began)
    return best / TIMES * 1e9


def main() -> None:
    for name, records in CASES.items():
        print(f"convert: {name:36} {measure(records):6.1f} ns")


NUMBER, WORD = bytes(8), bytes(4)

CASES: Mapping[str, list[bytes]] = {
    "current openat, passed": [build("openat", name="/etc/passwd")],
    "current execve, passed": [build("execve")],
    "open of four parameters, made": [old(3, NUMBER, b"/etc/passwd\0", WORD, WORD)],
    "read, enter and exit, one made": [old(6, NUMBER, WORD), old(7, NUMBER, bytes(80))],
    "mmap, enter and exit, one made": [
        old(160, NUMBER, NUMBER, WORD, WORD, NUMBER, NUMBER),
        old(161, NUMBER, WORD, WORD, WORD),
    ],
    "execve of the first generation, made": [
        old(13, NUMBER, b"/bin/ls\0", b"-l\0", NUMBER, NUMBER, NUMBER, b"/\0", NUMBER)
    ],
}


if __name__ == "__main__":
    main()
