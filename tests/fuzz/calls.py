# SPDX-License-Identifier: Apache-2.0
"""Damaged HTTP/2 to the gRPC server, and damaged requests in it.

Each input is what one client sends on a connection of its own: frames, some of them wrong,
in an order that may be.  Whatever comes, the next client gets its version and the alert that
waits, no call is left open, and no descriptor is.
"""

from __future__ import annotations

import os
import random
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

from tests.fuzz import campaign
from tests.unit.output.grpc_serving import Serving, rules, serving, wait_for

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# RFC 9113, section 6.
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
PATHS = (
    b"/falco.outputs.service/sub", b"/falco.outputs.service/get",
    b"/falco.output.service/subscribe", b"/falco.version.service/version", b"/absent", b"",
)  # fmt: skip
REQUESTS = (b"", b"\x08\x01", b"\x10\x01", b"\xff" * 5, b"\x0a\x05hello", b"\x08" + b"\x80" * 12)
PIECES = (
    b"\x00" * 9, b"\xff" * 9, b"\x00\x00\x04\x08\x00\x00\x00\x00\x00\x7f\xff\xff\xff",
    b"\x82\x84\x86", b"\xff" * 300, b"\x00\x40\x01\x09\x00\x00\x00\x00\x01", PREFACE,
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
)  # fmt: skip
WAIT_S = 0.03  # for answers, which some inputs never get


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def field(name: bytes, value: bytes) -> bytes:
    """A header that is not indexed (RFC 7541, section 6.2.2)."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def head(rng: random.Random) -> bytes:
    fields = [
        field(b":method", rng.choice([b"POST"] * 8 + [b"GET", b""])),
        field(b":scheme", b"http"),
        field(b":path", rng.choice(PATHS)),
        field(b":authority", b"localhost"),
        field(b"content-type", rng.choice([b"application/grpc"] * 8 + [b"text/plain"])),
        field(b"te", b"trailers"),
    ]
    if rng.random() < 0.2:
        fields.append(field(rng.choice([b"grpc-timeout", b"grpc-encoding"]), b"9" * 9))
    if rng.random() < 0.1:
        rng.shuffle(fields)
    return b"".join(fields)


def call(rng: random.Random, stream: int) -> bytes:
    """A call, as clients make it."""
    message = rng.choice(REQUESTS)
    told = bytes([rng.random() < 0.1]) + struct.pack(">I", len(message)) + message
    said = frame(HEADERS, END_HEADERS, stream, head(rng))
    for _ in range(rng.choice([0, 1, 1, 1, 5])):
        said += frame(DATA, rng.choice([0, END_STREAM]), stream, told)
    if rng.random() < 0.3:
        said += frame(RESET, 0, stream, b"\x00\x00\x00\x08")
    return said


def any_frame(rng: random.Random) -> bytes:
    kind = rng.choice([*range(11), 255])
    return frame(kind, rng.randrange(256), rng.choice([0, 1, 3, 2**31]), rng.randbytes(8))


def connection(rng: random.Random) -> bytes:
    said = PREFACE + frame(SETTINGS, 0, 0, b"")
    for number in range(rng.choice([1, 1, 2, 30])):
        said += call(rng, 2 * number + 1)
        if rng.random() < 0.3:
            said += any_frame(rng)
    for _ in range(rng.choice([0, 0, 1, 4])):
        at = int(len(said) * rng.random() ** 2)
        said = said[:at] + rng.choice(PIECES) + said[at + rng.choice([0, 0, 1, 30]) :]
    return said


def inputs(rng: random.Random) -> Iterator[bytes]:
    while True:
        said = connection(rng)
        ends = sorted(rng.randrange(len(said) + 1) for _ in range(rng.choice([0, 0, 1, 4])))
        yield campaign.packed(said[a:b] for a, b in pairwise([0, *ends, len(said)]))


def attempt(data: bytes) -> Counter[str]:
    """Whether the server answered with a frame: what else it says depends on its threads."""
    before = sockets()
    with serving() as served:
        heard = said_to(served, campaign.unpacked(data))
        wait_for(lambda: not served.calls())
        served.put(7)
        stub = served.stub()
        assert stub.version().version == "1.2.3-rc1+4a2f"
        assert rules(stub.get()) == ["R7"]
    wait_for(lambda: sockets() <= before)
    return Counter(answered=1) if heard[3:4] == bytes([SETTINGS]) else Counter(silence=1)


def sockets() -> set[str]:
    """Those of this process that are open."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):
            found.add(os.readlink(f"/proc/self/fd/{name}"))
    return {name for name in found if name.startswith("socket:")}


def said_to(served: Serving, pieces: list[bytes]) -> bytes:
    """What came back until nothing did for a moment."""
    heard = b""
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.connect(str(served.path))
        client.settimeout(WAIT_S)
        for piece in pieces:
            client.sendall(piece)
        while piece := client.recv(65536):
            heard += piece
    return heard


TARGET = campaign.Target("calls", __doc__, inputs, attempt, frozenset({"answered"}))

if __name__ == "__main__":
    campaign.run(TARGET)
