# SPDX-License-Identifier: Apache-2.0
"""Damaged captures through reader, state and rules.

Every capture must be read to an end, with one message at the most, and every event in it
be accounted for; the rest is the sanitizers' to see.
"""

from __future__ import annotations

import gzip
import random
import struct
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from bench.mix import Mix
from falcomod.engine.capture.savefile import SavefileSource
from falcomod.engine.fields.registry import FieldRef, all_fields, bind
from falcomod.engine.loop import Engine
from falcomod.engine.match.ruleset import Ruleset
from falcomod.engine.state.tables import State
from falcomod.errors import CaptureError
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_files
from tests import capture_builder as made
from tests.fuzz import campaign
from tests.fuzz.mutate import WILD, mutants

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "captures"
SAMPLE_SHARE = 0.05  # of captures that are real ones: they take long


def corpus(rng: random.Random, records: list[bytes]) -> list[bytes]:
    """Sound captures, small ones: every block type and version, and older generations' events."""
    tid = 1002
    threads = [made.process(tid=tid), made.process(tid=tid + 1, pid=tid)]
    captures = []
    for type in made.PROCESS_VERSIONS:
        captures.append([made.processes(threads, type=type)])
    for type in made.DESCRIPTOR_VERSIONS:
        entries = [
            made.connection(4, "10.0.0.1", 1, "10.0.0.2", 2), made.listener(5, "::", 80),
            made.unix(6, 1, 2, "/run/s"), made.named(7, 7, "pipe:[1]"),
        ]  # fmt: skip
        captures.append([made.processes(threads), made.descriptors(tid, entries, type=type)])
    lo = made.interface("lo", "127.0.0.1", netmask="255.0.0.0", broadcast="0.0.0.0")
    lists = [made.interfaces([lo], type=type) for type in made.INTERFACE_VERSIONS]
    names = [made.user(0, 0, "root", "/root", "/bin/sh"), made.group(0, "root")]
    lists += [made.users(names, type=type) for type in made.USER_VERSIONS]
    captures += [[made.processes_before_0_10(threads)], [*lists, made.block(0x777, b"unknown")]]
    return [made.capture(made.machine(), *blocks, *events(rng, records)) for blocks in captures]


def events(rng: random.Random, records: list[bytes]) -> list[bytes]:
    """Blocks of events, of all versions."""
    blocks = []
    for record in rng.sample(records, 80):
        type = rng.choice([0x216, 0x217, 0x216, 0x217, 0x221, 0x222, *made.EVENTS_V1, 0x208])
        if type in (*made.EVENTS_V1, made.EVENT_FLAGS_V1) and len(record) >= 26:
            record = made.without_count(record)
        blocks.append(made.event(record, flags=rng.choice([0, 1, 2]), type=type))
    return blocks


def split(data: bytes) -> list[bytes]:
    """The blocks of a capture; what is no block any more comes as one piece."""
    blocks, at = [], 0
    while at + 8 <= len(data):
        size = max(12, struct.unpack_from("<I", data, at + 4)[0])
        blocks.append(data[at : at + size])
        at += size
    return [*blocks, data[at:]]


def truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def flip(rng: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8, 64])):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def put_wild_number(rng: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    kind = rng.choice("BHIQ")
    width = struct.calcsize(kind)
    if len(damaged) > width:
        value = rng.choice(WILD) % (1 << 8 * width)
        struct.pack_into(f"<{kind}", damaged, rng.randrange(len(damaged) - width), value)
    return bytes(damaged)


def change_frame(rng: random.Random, data: bytes) -> bytes:
    """One block says another type or length, at its begin, its end or both."""
    blocks = split(data)
    index = rng.randrange(len(blocks))
    block = bytearray(blocks[index])
    if len(block) >= 12:
        near = len(block) + 4 * rng.randrange(-8, 8)
        size = rng.choice([near, near, *WILD]) & 0xFFFFFFFF
        if rng.random() < 0.3:
            struct.pack_into("<I", block, 0, rng.choice(TYPES))
        if rng.random() < 0.7:
            struct.pack_into("<I", block, 4, size)
        if rng.random() < 0.5:
            struct.pack_into("<I", block, len(block) - 4, size)
    blocks[index] = bytes(block)
    return b"".join(blocks)


def move_blocks(rng: random.Random, data: bytes) -> bytes:
    blocks = split(data)
    for _ in range(rng.randrange(1, 4)):
        one, other = rng.randrange(len(blocks)), rng.randrange(len(blocks))
        blocks[one], blocks[other] = blocks[other], rng.choice([blocks[one], b"", blocks[other]])
    return b"".join(blocks)


def insert_noise(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.randrange(1, 64)) + data[at:]


def join(rng: random.Random, data: bytes) -> bytes:
    return data + data


def pack(rng: random.Random, data: bytes) -> bytes:
    packed = gzip.compress(data, 1, mtime=0)
    return rng.choice([truncate, flip, insert_noise, join, nothing])(rng, packed)


def nothing(rng: random.Random, data: bytes) -> bytes:
    return data


def damaged(rng: random.Random, captures: list[bytes], samples: list[bytes]) -> bytes:
    data = rng.choice(samples if rng.random() < SAMPLE_SHARE else captures)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        data = rng.choice(MUTATIONS)(rng, data or b"x")
    return data


@cache
def rulesets() -> tuple[Ruleset, Ruleset]:
    """The shipped rules, and one that every event matches."""
    shipped = compile_rules(load_files([ROOT / "rules" / "falcomod_rules.yaml"]), matching="all")
    every = compile_rules(load_files([ROOT / "tests" / "fuzz" / "every_event.yaml"]))
    return shipped.ruleset, every.ruleset


@cache
def fields() -> list[FieldRef]:
    return [bind(info.name) for info in all_fields() if info.argument != "required"]


def attempt(data: bytes) -> Counter[str]:
    """What became of a capture."""
    with tempfile.NamedTemporaryFile(suffix=".scap") as file:
        file.write(data)
        file.flush()
        return read(file.name, campaign.chance(data))


def read(path: str, rng: random.Random) -> Counter[str]:
    """What became of the events of one capture."""
    ruleset = rulesets()[rng.random() < 0.2]

    def print_some(rule_ids: object, view: object) -> None:
        for field in rng.sample(fields(), 20):
            field.text(view)

    def fail(error: Exception) -> None:
        raise error

    state = State(thread_limit=4096, fd_limit=64)
    try:
        source = SavefileSource(path, state=state)
        source.start()
    except CaptureError:
        return Counter(no_captures=1)
    engine = Engine(source, state, ruleset, print_some, on_error=fail)
    while not engine.at_end:
        engine.run(0, 10_000)
    seen, taken = engine.counters(), source.counters()
    delivered = seen["events"] + seen["state_only"] + seen["corrupt"]
    if taken["events"] != delivered + taken["dropped"] + taken["corrupt"]:
        raise AssertionError(f"events are missing: {seen}, {taken}")
    if source.fault is not None and not source.fault.startswith(f"{path}: offset "):
        raise AssertionError(source.fault)
    if state.kin_faults():
        raise AssertionError(state.kin_faults())
    names = ("events", "dropped", "corrupt", "sections", "blocks_skipped", "threads")
    counts = Counter({name: taken.get(name, 0) for name in names})
    return counts + Counter(faults=source.fault is not None, matches=seen["matches"])


def inputs(rng: random.Random) -> Iterator[bytes]:
    samples = [path.read_bytes() for path in sorted(SAMPLES.glob("*.scap"))]
    samples += [gzip.decompress(data) for data in samples if data.startswith(b"\x1f\x8b")]
    seed = rng.getrandbits(32)
    records = Mix(seed).make(5000) + list(mutants(seed, 5000))
    while True:
        captures = corpus(rng, records)
        for _ in range(500):
            yield damaged(rng, captures, samples)


MUTATIONS: list[Callable[[random.Random, bytes], bytes]] = [
    truncate,
    flip,
    flip,
    put_wild_number,
    put_wild_number,
    change_frame,
    change_frame,
    move_blocks,
    insert_noise,
    join,
    pack,
    nothing,
]

TYPES = [
    made.SECTION, made.MACHINE, made.EVENT, made.EVENT_LARGE, *made.EVENTS_V1, *made.USER_VERSIONS,
    *made.PROCESS_VERSIONS, *made.DESCRIPTOR_VERSIONS, *made.INTERFACE_VERSIONS, 0x777,
]  # fmt: skip

TARGET = campaign.Target(
    "captures", __doc__, inputs, attempt, frozenset({"faults", "matches", "threads", "no_captures"})
)

if __name__ == "__main__":
    campaign.run(TARGET)
