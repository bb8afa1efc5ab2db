# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from falcomod.engine.fields.names import load_services
from falcomod.engine.fields.registry import bind
from tests.record_builder import build
from tests.unit.engine.fields.host import (
    CLIENT,
    DIRECTORY,
    EPOLL,
    FILE,
    LISTENING,
    PIPE,
    REFUSED,
    ROOT_FILE,
    SERVER,
    TS,
    UNIX,
    Case,
    host,
    look,
    of_cat,
    of_fd,
)

NOT_OPENED = build("openat", ts=TS, tid=200, fd=-13, dirfd=DIRECTORY, name="../x/./y")
NOT_CREATED = build("creat", ts=TS, tid=200, fd=-13, name="z")
BEFORE_OPEN = build("OPEN_E", ts=TS, tid=200, name="/a//b")
OPENED = build("openat", ts=TS, tid=200, fd=30, dirfd=DIRECTORY, name="sub/f")
CLOSED = build("close", ts=TS, tid=200, res=0, fd=FILE)

CASES = [
    of_fd(FILE, "fd.num", "3", 3),
    of_cat("fd.num", "99", 99),
    Case("fd.num", NOT_OPENED, None, None),
    of_fd(FILE, "fd.type", "file"),
    of_fd(DIRECTORY, "fd.type", "directory"),
    of_fd(CLIENT, "fd.type", "ipv4"),
    of_fd(LISTENING, "fd.type", "ipv4"),
    of_fd(SERVER, "fd.type", "ipv6"),
    of_fd(EPOLL, "fd.type", "eventpoll"),
    of_cat("fd.type", None),
    of_fd(FILE, "fd.typechar", "f"),
    of_fd(UNIX, "fd.typechar", "u"),
    of_fd(SERVER, "fd.typechar", "6"),
    of_fd(FILE, "fd.name", "/etc/ssh/keys"),
    Case("fd.name", CLOSED, "/etc/ssh/keys", "/etc/ssh/keys"),
    Case("fd.name", OPENED, "/srv/data/sub/f", "/srv/data/sub/f"),
    Case("fd.name", NOT_OPENED, "/srv/x/y", "/srv/x/y"),
    Case("fd.name", NOT_CREATED, "/home/ada/z", "/home/ada/z"),
    Case("fd.name", BEFORE_OPEN, "/a/b", "/a/b"),
    of_fd(CLIENT, "fd.name", "10.0.0.1:40000->93.184.216.34:443"),
    of_fd(SERVER, "fd.name", "fd00::2:5353->fd00::1:53"),
    of_fd(LISTENING, "fd.name", "0.0.0.0:80"),
    of_fd(UNIX, "fd.name", "abc->def0 /run/docker.sock"),
    of_fd(EPOLL, "fd.name", None),
    of_cat("fd.name", None),
    Case("fd.nameraw", OPENED, "sub/f", "sub/f"),
    of_fd(PIPE, "fd.nameraw", None),
    of_fd(FILE, "fd.directory", "/etc/ssh"),
    of_fd(ROOT_FILE, "fd.directory", "/"),
    of_fd(PIPE, "fd.directory", None),
    Case("fd.directory", NOT_OPENED, "/srv/x", "/srv/x"),
    of_fd(FILE, "fd.filename", "keys"),
    of_fd(DIRECTORY, "fd.filename", "data"),
    of_fd(CLIENT, "fd.filename", None),
    of_fd(FILE, "fd.uid", "2003"),
    of_fd(FILE, "fd.containername", ":/etc/ssh/keys"),
    of_fd(FILE, "fd.containerdirectory", ":/etc/ssh"),
    Case(
        "fd.containername",
        build("openat", ts=TS, tid=307, fd=3, dirfd=-100, name="/f"),
        *2 * ("0123456789ab:/f",),
    ),
    of_fd(CLIENT, "fd.cip", "10.0.0.1"),
    of_fd(CLIENT, "fd.sip", "93.184.216.34"),
    of_fd(CLIENT, "fd.lip", "10.0.0.1"),
    of_fd(CLIENT, "fd.rip", "93.184.216.34"),
    of_fd(SERVER, "fd.cip", "fd00::2"),
    of_fd(SERVER, "fd.sip", "fd00::1"),
    of_fd(SERVER, "fd.lip", "fd00::1"),
    of_fd(SERVER, "fd.rip", "fd00::2"),
    of_fd(REFUSED, "fd.cip", None),
    of_fd(REFUSED, "fd.sip", "192.0.2.9"),
    of_fd(LISTENING, "fd.sip", "0.0.0.0"),
    of_fd(LISTENING, "fd.rip", None),
    of_fd(FILE, "fd.sip", None),
    of_fd(CLIENT, "fd.cport", "40000", 40000),
    of_fd(CLIENT, "fd.sport", "443", 443),
    of_fd(CLIENT, "fd.lport", "40000", 40000),
    of_fd(CLIENT, "fd.rport", "443", 443),
    of_fd(SERVER, "fd.lport", "53", 53),
    of_fd(LISTENING, "fd.sport", "80", 80),
    of_fd(LISTENING, "fd.lport", "80", 80),
    of_fd(LISTENING, "fd.cport", None),
    of_fd(REFUSED, "fd.lport", None),
    of_fd(CLIENT, "fd.cproto", "40000"),
    of_fd(CLIENT, "fd.sproto", "https"),
    of_fd(CLIENT, "fd.lproto", "40000"),
    of_fd(CLIENT, "fd.rproto", "https"),
    of_fd(SERVER, "fd.lproto", "domain"),
    of_fd(FILE, "fd.sproto", None),
    of_fd(CLIENT, "fd.l4proto", "tcp"),
    of_fd(SERVER, "fd.l4proto", "udp"),
    of_fd(UNIX, "fd.l4proto", None),
    of_fd(CLIENT, "fd.sockfamily", "ip"),
    of_fd(UNIX, "fd.sockfamily", "unix"),
    of_fd(FILE, "fd.sockfamily", None),
    of_fd(SERVER, "fd.is_server", "true", True),
    of_fd(LISTENING, "fd.is_server", "true", True),
    of_fd(CLIENT, "fd.is_server", "false", False),
    of_cat("fd.is_server", None),
    of_fd(CLIENT, "fd.connected", "true", True),
    of_fd(SERVER, "fd.connected", "false", False),
    of_fd(FILE, "fd.dev", "800103", 0x800103),
    of_fd(FILE, "fd.dev.major", "1", 1),
    of_fd(FILE, "fd.dev.minor", "2051", 0x803),
    of_fd(PIPE, "fd.dev", None),
    of_fd(FILE, "fd.ino", "42", 42),
    of_fd(EPOLL, "fd.ino", None),
    of_fd(FILE, "fd.is_upper_layer", "true", True),
    of_fd(FILE, "fd.is_lower_layer", "false", False),
    of_fd(CLIENT, "fd.is_lower_layer", None),
    of_cat("proc.stdin.type", "file"),
    of_cat("proc.stdin.name", "/dev/pts/0"),
    of_cat("proc.stdout.type", "pipe"),
    of_cat("proc.stdout.name", "pipe:[5]"),
    of_cat("proc.stderr.type", "unix"),
    of_cat("proc.stderr.name", "/run/log"),
    Case("proc.stdin.name", build("getcwd", ts=TS, tid=100), None, None),
]

# Fields for comparison only, and all candidates of each.
FILTER_CASES = {
    "fd.ip": [(CLIENT, ["10.0.0.1", "93.184.216.34"]), (LISTENING, ["0.0.0.0"]), (FILE, [])],
    "fd.net": [(SERVER, ["fd00::2", "fd00::1"]), (REFUSED, ["192.0.2.9"]), (UNIX, [])],
    "fd.cnet": [(CLIENT, ["10.0.0.1"]), (REFUSED, [])],
    "fd.snet": [(CLIENT, ["93.184.216.34"])],
    "fd.lnet": [(SERVER, ["fd00::1"])],
    "fd.rnet": [(SERVER, ["fd00::2"])],
    "fd.proto": [(CLIENT, ["40000", "443"]), (FILE, [])],
    "fd.port": [(CLIENT, ["40000", "443"]), (LISTENING, ["80"]), (REFUSED, ["22"]), (PIPE, [])],
}


@pytest.fixture(autouse=True)
def _services(tmp_path: Path) -> None:
    """Names of ports for hosts without /etc/services; with it, these are among them."""
    path = tmp_path / "services"
    path.write_text("https\t\t443/tcp\ndomain 53/udp\n")
    load_services(str(path))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


@pytest.mark.parametrize(
    ("field", "fd", "candidates"),
    [(field, *case) for field, cases in FILTER_CASES.items() for case in cases],
)
def test_field_for_comparison(field: str, fd: int, candidates: list[str]) -> None:
    # text() joins the candidates that an evaluator would be given one by one.
    probe = host()
    text = bind(field).text(probe.at(build("fchmod", ts=TS, tid=200, res=0, fd=fd, mode=0)))
    assert (text or "").split() == candidates


def test_minor_and_major_are_those_of_the_kernel() -> None:
    dev = 0x0080_0103
    assert (dev >> 8 & 0xFFF, (dev & 0xFF) | (dev >> 12 & 0xFFF00)) == (1, 0x803)


def test_addresses_are_printed_as_written_by_rfc_5952() -> None:
    probe = host()
    text = bind("fd.cip").text(probe.at(build("fchmod", ts=TS, tid=200, res=0, fd=SERVER)))
    assert text == str(ipaddress.ip_address("fd00:0::0:2"))
