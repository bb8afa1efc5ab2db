# SPDX-License-Identifier: Apache-2.0
"""Records of every generation, sound and damaged.

The converter must make of each what the slow twin makes of it; the rest is the
sanitizers' to see.
"""

from __future__ import annotations

import random
import struct
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from falcomod.engine.capture.convert import Converter
from falcomod.engine.decode.event import decode_record
from tests.fuzz import campaign
from tests.record_builder import HEADER
from tests.reference import convert as reference
from tests.reference.decode import NUMBERS, STRINGS

THREADS = 3
BATCH = 500  # records of one input
TEXTS = [b"", b"\0", b"(NULL)\0", b"/etc/passwd\0", b"x" * 300 + b"\0", b"no end", b"a\0b\0"]


def generations(rng: random.Random) -> Iterator[tuple[bytes, bool]]:
    """Records without end, with whether each tells how many parameters it has.

    An exit follows its enter more often than not.
    """
    counts: dict[str, list[int]] = {}
    for id_, count in reference.conversions():
        counts.setdefault(id_, []).append(count)
    rows = list(reference.events().values())
    row = rng.choice(rows)
    tid = 1
    while True:
        if row.is_exit or rng.random() < 0.3:
            row = rng.choice(rows)
            tid = rng.randint(1, THREADS)
        else:
            row = reference.events()[row.code + 1]
        usual = [len(row.types), *counts.get(row.id, ())]
        count = rng.choice(usual) if rng.random() < 0.9 else rng.randrange(len(row.types) + 3)
        has_nparams = rng.random() < 0.7
        data = record(rng, row, count, tid, has_nparams)
        yield (damaged(rng, data) if rng.random() < 0.1 else data), has_nparams


def record(
    rng: random.Random, row: reference.Row, count: int, tid: int, has_nparams: bool
) -> bytes:
    params = [value(rng, type_) for type_ in [*row.types, "BYTEBUF", "BYTEBUF"][:count]]
    letter = reference.letter(row.id) if has_nparams else "H"
    body = struct.pack(f"<{count}{letter}", *map(len, params)) + b"".join(params)
    ts = rng.getrandbits(63)
    if has_nparams:
        return HEADER.pack(ts, tid, HEADER.size + len(body), row.code, count) + body
    size = 22 + len(body) + reference.EXCESS.get(row.id, 0)
    return struct.pack("<QQIH", ts, tid, size, row.code) + body


def value(rng: random.Random, type_: str) -> bytes:
    if type_ in STRINGS:
        return rng.choice(TEXTS)
    if type_ in NUMBERS and rng.random() < 0.9:
        return rng.randbytes(struct.calcsize(NUMBERS[type_]))
    return rng.randbytes(rng.choice([0, 1, 7, 9, 13, 200]))


def damaged(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        changed[rng.randrange(16, len(changed))] = rng.getrandbits(8)
    return bytes(changed[: rng.randint(0, len(data))]) if rng.random() < 0.3 else bytes(changed)


def check(converter: Converter, twin: reference.Converter, data: bytes, has_nparams: bool) -> str:
    """The engine's result, after a look at the twin's."""
    result, made = converter.converted(data, has_nparams)
    expected = twin.convert(data, has_nparams)
    if result == "pass" and expected[0] == "corrupt":
        # What is passed is not read: that is the decoder's to refuse.
        if made is None or decode_record(made)[0] == "none":
            raise AssertionError(f"passed though it is corrupt: {data!r}")
    elif (result, made) != expected:
        raise AssertionError(f"{data!r}: {(result, made)} instead of {expected}")
    return result


def attempt(data: bytes) -> Counter[str]:
    """What became of a batch: records, each after a byte that is 1 if it tells its parameters."""
    converter, twin = Converter(), reference.Converter()
    pieces = campaign.unpacked(data)
    return Counter(check(converter, twin, piece[1:], piece[0] == 1) for piece in pieces)


def inputs(rng: random.Random) -> Iterator[bytes]:
    records = generations(rng)
    while True:
        some = islice(records, BATCH)
        yield campaign.packed(bytes([has_nparams]) + data for data, has_nparams in some)


TARGET = campaign.Target(
    "generations", __doc__, inputs, attempt, frozenset({"pass", "made", "drop", "corrupt"})
)

if __name__ == "__main__":
    campaign.run(TARGET)
