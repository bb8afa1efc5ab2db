# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from falcomod.engine.fields.names import load_services
from falcomod.engine.fields.registry import bind
from falcomod.engine.match.ruleset import RulesetBuilder
from tests.record_builder import build, event_of
from tests.unit.engine.fields.host import (
    CLIENT,
    FILE,
    LISTENING,
    PIPE,
    REFUSED,
    SERVER,
    TS,
    UNIX,
    Case,
    host,
    look,
    of_fd,
)

CASES = [
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
    of_fd(CLIENT, "fd.sip.name", "www.example.com"),
    of_fd(CLIENT, "fd.rip.name", "www.example.com"),
    of_fd(CLIENT, "fd.cip.name", "10.0.0.1"),
    of_fd(CLIENT, "fd.lip.name", "10.0.0.1"),
    of_fd(SERVER, "fd.cip.name", "client.example.com v6.example.com"),
    of_fd(SERVER, "fd.rip.name", "client.example.com v6.example.com"),
    of_fd(SERVER, "fd.lip.name", "fd00::1"),
    of_fd(REFUSED, "fd.cip.name", None),
    of_fd(FILE, "fd.sip.name", None),
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


def test_addresses_are_printed_as_written_by_rfc_5952() -> None:
    probe = host()
    text = bind("fd.cip").text(probe.at(build("fchmod", ts=TS, tid=200, res=0, fd=SERVER)))
    assert text == str(ipaddress.ip_address("fd00:0::0:2"))


@pytest.mark.parametrize(
    ("operator", "values", "fd", "holds"),
    [
        ("=", ["www.example.com"], CLIENT, True),
        ("=", ["ftp.example.com"], CLIENT, False),
        ("!=", ["www.example.com"], CLIENT, False),
        ("!=", ["ftp.example.com"], CLIENT, True),
        ("in", ["ftp.example.com", "www.example.com"], CLIENT, True),
        # Of an address without a name every name differs; of no address none does.
        ("!=", ["www.example.com"], REFUSED, True),
        ("=", ["192.0.2.9"], REFUSED, True),
        ("!=", ["www.example.com"], FILE, False),
    ],
)
def test_domain_is_compared_with_every_name(
    operator: str, values: list[str], fd: int, holds: bool
) -> None:
    builder = RulesetBuilder()
    builder.rule(0, builder.check("fd.sip.name", operator, values), [event_of("fchmod").code])
    probe = host()
    view = probe.at(build("fchmod", ts=TS, tid=200, res=0, fd=fd, mode=0))
    assert builder.build().matching(view) == ((0,) if holds else ())


def test_domain_with_two_names_differs_from_neither() -> None:
    builder = RulesetBuilder("all")
    for number, name in enumerate(("client.example.com", "v6.example.com", "x.example.com")):
        node = builder.check("fd.cip.name", "!=", [name])
        builder.rule(number, node, [event_of("fchmod").code])
    probe = host()
    view = probe.at(build("fchmod", ts=TS, tid=200, res=0, fd=SERVER, mode=0))
    assert builder.build().matching(view) == (2,)
