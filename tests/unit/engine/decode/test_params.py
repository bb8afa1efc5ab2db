# SPDX-License-Identifier: Apache-2.0
"""Typed accessors: widths, absence, and addresses taken apart."""

from __future__ import annotations

import pytest

from falcomod.engine.decode import params
from tests.record_builder import build, event_of, sockaddr, socktuple, unix_tuple


def index(event: str, name: str) -> int:
    return event_of(event).index(name)


@pytest.mark.parametrize(
    ("event", "name", "kind", "value"),
    [
        ("openat", "fd", "i64", -13),
        ("openat", "ino", "u64", 2**64 - 1),
        ("openat", "dev", "u32", 0xFFFFFFFF),
        ("accept4", "flags", "i32", -5),
        ("ptrace", "request", "u16", 0xFFFF),
        ("kill", "sig", "u8", 9),
    ],
)
def test_number_of_each_width(event: str, name: str, kind: str, value: int) -> None:
    record = build(event, **{name: value})
    assert params.read_number(record, index(event, name), kind, 77) == value


@pytest.mark.parametrize("kind", ["i64", "u64", "i32", "u32", "u16", "u8"])
def test_number_absent_gives_the_default(kind: str) -> None:
    assert params.read_number(build("openat", ino=None), index("openat", "ino"), kind, 77) == 77


@pytest.mark.parametrize("kind", ["i32", "u32", "u16", "u8"])
def test_number_of_another_width_gives_the_default(kind: str) -> None:
    assert params.read_number(build("openat", ino=1), index("openat", "ino"), kind, 77) == 77


def test_number_not_written_by_an_older_driver_gives_the_default() -> None:
    record = build("openat", nparams=2, fd=4)
    assert params.read_number(record, index("openat", "fd"), "i64", 77) == 4
    assert params.read_number(record, index("openat", "ino"), "u64", 77) == 77


@pytest.mark.parametrize(("name", "text"), [("/etc", b"/etc"), ("", b""), (None, None)])
def test_text(name: str | None, text: bytes | None) -> None:
    assert params.read_text(build("openat", name_=name), index("openat", "name")) == text


def test_bytes_keep_every_nul() -> None:
    record = build("execve", args=["-a", "b"])
    assert params.read_bytes(record, index("execve", "args")) == b"-a\0b\0"
    assert params.read_bytes(build("execve"), index("execve", "args")) is None


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (sockaddr("10.1.2.3", 80), (2, b"\x0a\x01\x02\x03", 80, None)),
        (sockaddr("::1", 443), (10, b"\0" * 15 + b"\x01", 443, None)),
        (sockaddr("/run/x.sock"), (1, b"", 0, b"/run/x.sock")),
        (b"\x01", (1, b"", 0, b"")),
        (b"\x01no-nul", (1, b"", 0, b"no-nul")),
        (sockaddr("10.1.2.3", 80)[:-1], None),
        (sockaddr("::1", 80) + b"x", None),
        (b"\x10\0\0\0\0\0\0", None),
        (None, None),
    ],
)
def test_sockaddr(stored: bytes | None, expected: tuple[object, ...] | None) -> None:
    record = build("connect", addr=stored)
    assert params.read_sockaddr(record, index("connect", "addr")) == expected


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (
            socktuple("10.0.0.1", 1000, "10.0.0.2", 22),
            (2, b"\x0a\0\0\x01", 1000, b"\x0a\0\0\x02", 22, (0, 0), None),
        ),
        (
            socktuple("::1", 1, "::2", 2),
            (10, b"\0" * 15 + b"\x01", 1, b"\0" * 15 + b"\x02", 2, (0, 0), None),
        ),
        (unix_tuple(5, 6, "/s"), (1, b"", 0, b"", 0, (5, 6), b"/s")),
        (unix_tuple(5, 6, "")[:-1], (1, b"", 0, b"", 0, (5, 6), b"")),
        (unix_tuple(5, 6, "")[:-2], None),
        (socktuple("::1", 1, "::2", 2)[:-1], None),
        (socktuple("1.1.1.1", 1, "1.1.1.2", 2) + b"x", None),
        (b"\x02", None),
        (None, None),
    ],
)
def test_socktuple(stored: bytes | None, expected: tuple[object, ...] | None) -> None:
    record = build("connect", tuple_=stored)
    assert params.read_socktuple(record, index("connect", "tuple")) == expected


def test_refused_record_has_no_parameters() -> None:
    with pytest.raises(ValueError, match="refuses"):
        params.read_text(build("openat")[:-1], 2)
