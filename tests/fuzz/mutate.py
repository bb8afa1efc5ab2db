# SPDX-License-Identifier: Apache-2.0
"""Records with one thing wrong: a function per kind of damage, the list at the end."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator

from bench.mix import FIRST_TID, Mix
from falcomod.engine.decode.schema import EVENTS, ParamInfo
from tests.record_builder import HEADER, build, dyn, fdlist, pack, sockaddr, socktuple, unix_tuple

WILD = [0, 1, 2, 7, 8, 25, 26, 27, 255, 256, 32767, 32768, 65535, 2**31, 2**32 - 1]


def corpus(seed: int) -> list[bytes]:
    """Sound records: of every event, with awkward values, and of a busy server."""
    rng = random.Random(seed)
    records = Mix(seed).make(2000) + provocations() * 20
    for event in EVENTS.values():
        records.append(build(event.id, ts=5, tid=rng.choice([1, 1000, 2**31])))
        for _ in range(4):
            values = [awkward(rng, param) for param in event.params]
            records.append(pack(event, values, ts=5, tid=rng.randrange(990, 1100)))
    return records


def provocations() -> list[bytes]:
    """Records that rules of falcomod are about, of threads that the mix knows."""
    tid = FIRST_TID + 2
    metadata = sockaddr("169.254.169.254", 80)
    ends = socktuple("10.0.0.1", 40000, "169.254.169.254", 80)
    return [
        build("openat", tid=tid, fd=9, dirfd=-100, name="/etc/shadow", flags=["O_RDONLY"]),
        build("openat", tid=tid, fd=9, dirfd=-100, name="/etc/x", flags=["O_WRONLY", "O_CREAT"]),
        build("socket", tid=tid, fd=10, domain="AF_INET", type_=1),
        build("connect", tid=tid, fd=10, tuple_=ends, addr=metadata),
        build(
            "execve", tid=tid + 1, tid_=tid + 1, pid=tid + 1, ptid=tid, comm="nc", exe="nc",
            args=["-e", "/bin/sh"], trusted_exepath="/bin/nc",
            cgroups=["cpuset=/docker/" + "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a747" * 2],
        ),
    ]  # fmt: skip


def awkward(rng: random.Random, param: ParamInfo) -> bytes:
    """A sound value of a parameter, rarely a usual one."""
    if param.width:
        numbers = [0, 1, 3, 255, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1, 2**64 - 100]
        return (rng.choice(numbers) % (1 << 8 * param.width)).to_bytes(param.width, "little")
    texts = [b"", b"/", b"..", b"/etc/../etc//shadow", b"x" * 300, b"\xff\xfe", b"a/" * 400]
    if param.type in ("CHARBUF", "FSPATH", "FSRELPATH"):
        return rng.choice(texts) + b"\0"
    addresses = {
        "SOCKADDR": [sockaddr("10.0.0.1", 53), sockaddr("::1", 53), sockaddr("/run/s"), b"\1"],
        "SOCKTUPLE": [
            socktuple("10.0.0.1", 1, "10.0.0.2", 2), socktuple("::1", 1, "::2", 2),
            unix_tuple(1, 2, "/run/s"), b"\2",
        ],
        "FDLIST": [fdlist((3, 1), (4, 2)), b"\xff\xff", b"\1"],
        "DYN": [dyn(0, bytes(8)), dyn(1, bytes(8)), dyn(9, b""), dyn(4, b"x")],
    }  # fmt: skip
    return rng.choice([b"", *addresses.get(param.type, [*texts, b"a\0b\0", b"\0" * 40])])


def truncate(rng: random.Random, record: bytes) -> bytes:
    return record[: rng.randrange(len(record))]


def extend(rng: random.Random, record: bytes) -> bytes:
    return record + rng.randbytes(rng.randrange(1, 64))


def change_length(rng: random.Random, record: bytes) -> bytes:
    near = len(record) + rng.randrange(-40, 40)
    return _with_header(record, 2, rng.choice([near, *WILD]))


def change_type(rng: random.Random, record: bytes) -> bytes:
    return _with_header(record, 3, rng.choice([rng.randrange(470), *WILD]))


def change_count(rng: random.Random, record: bytes) -> bytes:
    return _with_header(record, 4, rng.choice([rng.randrange(40), *WILD]))


def change_time_or_thread(rng: random.Random, record: bytes) -> bytes:
    return _with_header(record, rng.randrange(2), rng.choice([0, 1, 2**63, 2**64 - 1]))


def change_parameter_length(rng: random.Random, record: bytes) -> bytes:
    count = HEADER.unpack_from(record)[4]
    if not count:
        return truncate(rng, record)
    at = HEADER.size + 2 * rng.randrange(count)
    return record[:at] + struct.pack("<H", rng.choice(WILD) & 0xFFFF) + record[at + 2 :]


def move_length_between_parameters(rng: random.Random, record: bytes) -> bytes:
    """The lengths still add up, but not to what the parameters are."""
    count = HEADER.unpack_from(record)[4]
    if count < 2:
        return extend(rng, record)
    lengths = list(struct.unpack_from(f"<{count}H", record, HEADER.size))
    one, other = rng.sample(range(count), 2)
    moved = rng.randrange(lengths[one] + 1)
    lengths[one] -= moved
    lengths[other] = min(lengths[other] + moved, 65535)
    body = record[HEADER.size + 2 * count :]
    return record[: HEADER.size] + struct.pack(f"<{count}H", *lengths) + body


def flip_bits(rng: random.Random, record: bytes) -> bytes:
    damaged = bytearray(record)
    for _ in range(rng.choice([1, 1, 2, 8])):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def flip_parameter_bytes(rng: random.Random, record: bytes) -> bytes:
    damaged = bytearray(record)
    start = min(HEADER.size + 2 * HEADER.unpack_from(record)[4], len(damaged) - 1)
    for _ in range(rng.choice([1, 4, 16])):
        damaged[rng.randrange(start, len(damaged))] = rng.choice([0, 1, 47, 127, 255])
    return bytes(damaged)


def noise(rng: random.Random, record: bytes) -> bytes:
    return rng.randbytes(rng.randrange(1, 200))


def nothing(rng: random.Random, record: bytes) -> bytes:
    return record


def _with_header(record: bytes, index: int, value: int) -> bytes:
    fields = list(HEADER.unpack_from(record))
    limit = {"Q": 64, "I": 32, "H": 16}[HEADER.format[1 + index]]
    fields[index] = value % (1 << limit)
    return HEADER.pack(*fields) + record[HEADER.size :]


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """*count* damaged records, among them some that are not."""
    rng = random.Random(seed)
    records = corpus(seed)
    for _ in range(count):
        yield damaged(rng, rng.choice(records))


def damaged(rng: random.Random, record: bytes) -> bytes:
    """The record with one thing wrong, or as it was."""
    return rng.choice(MUTATIONS)(rng, record)


MUTATIONS: list[Callable[[random.Random, bytes], bytes]] = [
    truncate,
    extend,
    change_length,
    change_type,
    change_count,
    change_time_or_thread,
    change_parameter_length,
    move_length_between_parameters,
    flip_bits,
    flip_parameter_bytes,
    noise,
    nothing,
]
