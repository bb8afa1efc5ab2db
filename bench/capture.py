# SPDX-License-Identifier: Apache-2.0
"""A large capture from a small one: python -m bench.capture OUT [--seed FILE] [--mib N].

The lists at the beginning are written once, the events again and again with their time
moved on, so the large file is one long capture of the same work.
"""

from __future__ import annotations

import argparse
import gzip
import struct
from collections.abc import Iterator
from pathlib import Path

SEED = Path(__file__).parent / "captures" / "work.scap.gz"
PAUSE_NS = 1_000_000

# Types of blocks with an event, and where the time stands in them.
TIME_AT = {0x204: 10, 0x208: 14, 0x216: 10, 0x217: 14, 0x221: 10, 0x222: 14}


def blocks(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(type, begin, end) of each whole block."""
    position = 0
    while position + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, position)
        if position + size > len(data):
            return
        yield kind, position, position + size
        position += size


def grow(seed: Path, out: Path, size_bytes: int) -> int:
    """Writes at least *size_bytes*; returns how many events that are."""
    data = seed.read_bytes()
    if seed.suffix == ".gz":
        data = gzip.decompress(data)
    found = list(blocks(data))
    first = next(begin for kind, begin, _ in found if kind in TIME_AT)
    last = found[-1][2]
    events = bytearray(data[first:last])
    places = [begin - first + TIME_AT[kind] for kind, begin, _ in found if kind in TIME_AT]
    times = [struct.unpack_from("<Q", events, place)[0] for place in places]
    span = max(times) - min(times) + PAUSE_NS
    written = rounds = 0
    with out.open("wb") as file:
        written += file.write(data[:first])
        while written < size_bytes:
            for place, time in zip(places, times, strict=True):
                struct.pack_into("<Q", events, place, time + rounds * span)
            written += file.write(events)
            rounds += 1
    return rounds * len(places)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=Path, default=SEED)
    parser.add_argument("--mib", type=int, default=2048)
    arguments = parser.parse_args()
    events = grow(arguments.seed, arguments.out, arguments.mib << 20)
    print(f"{arguments.out}: {events} events, {arguments.out.stat().st_size >> 20} MiB")


if __name__ == "__main__":
    main()
