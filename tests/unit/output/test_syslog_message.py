# SPDX-License-Identifier: Apache-2.0
"""Messages of syslog, as the RFCs have them."""

from __future__ import annotations

import logging.handlers
import os
import time
from collections.abc import Iterator

import pytest

from falcomod.alert.model import Priority
from falcomod.output.syslog_message import (
    FACILITIES,
    FORMATS,
    Header,
    rfc3164,
    rfc5424,
    shortened,
)
from tests.recorded_sink import alert

# 2024-02-05 07:08:09.123456789 UTC.
ALERT = alert(1_707_116_889_123_456_789, priority=Priority.WARNING, hostname="node 1")
LOCAL = Header(FACILITIES["user"], "falcomod", is_remote=False)
REMOTE = Header(FACILITIES["local7"], "falcomod", is_remote=True)


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_rfc3164_is_what_syslog_of_the_library_writes() -> None:
    assert rfc3164(LOCAL, ALERT, "text") == b"<12>Feb  5 08:08:09 falcomod: text"


def test_rfc3164_names_the_host_to_others() -> None:
    assert rfc3164(REMOTE, ALERT, "text") == b"<188>Feb  5 08:08:09 node_1 falcomod: text"


def test_rfc5424() -> None:
    wanted = f"<188>1 2024-02-05T07:08:09.123456Z node_1 falcomod {os.getpid()} alert - t\u00e4xt"
    assert rfc5424(REMOTE, ALERT, "t\u00e4xt") == wanted.encode()


def test_names_of_rfc5424_have_no_blanks_and_are_never_empty() -> None:
    header = Header(1, "my \u00fcber program" + "x" * 99, is_remote=False)
    words = rfc5424(header, alert(hostname="h" * 300), "l").decode().split(" ")
    assert words[2] == "h" * 255
    assert words[3] == ("my__ber_program" + "x" * 99)[:48]
    assert rfc5424(Header(1, "", is_remote=False), ALERT, "l").split(b" ")[3] == b"-"


@pytest.mark.parametrize("name", FORMATS)
def test_message_is_one_line_of_utf8(name: str) -> None:
    message = FORMATS[name](LOCAL, ALERT, "a\nb\0c\ud800")
    assert message.endswith(b"a b c?")


@pytest.mark.parametrize("priority", Priority)
def test_priority_is_facility_and_severity(priority: Priority) -> None:
    for header in (LOCAL, REMOTE):
        message = rfc3164(header, alert(priority=priority), "")
        assert message.startswith(b"<%d>" % (header.facility * 8 + priority))


def test_facilities_are_those_of_the_standard_library() -> None:
    known = logging.handlers.SysLogHandler.facility_names
    assert {name: known[name] for name in FACILITIES} == FACILITIES


def test_shortened_cuts_no_character_in_two() -> None:
    assert shortened(b"abc", 3) == b"abc"
    assert shortened("ab\u20ac".encode(), 4) == b"ab"
    assert shortened("ab\u20acd".encode(), 5) == "ab\u20ac".encode()
