# SPDX-License-Identifier: Apache-2.0
"""Receivers of syslog messages, as they are written."""

from __future__ import annotations

import pytest

from falcomod.errors import UserError
from falcomod.output.syslog_address import Address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("/dev/log", Address("unix", "/dev/log")),
        ("udp://logs.example:5514", Address("udp", "logs.example", 5514)),
        ("tcp://10.0.0.1", Address("tcp", "10.0.0.1", 514)),
        ("tcp://[::1]:601/", Address("tcp", "::1", 601)),
    ],
)
def test_address_is_read(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert address.is_remote == (address.kind != "unix")
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dev/log", "begins with neither"),
        ("http://host", "begins with neither"),
        ("udp://", "missing"),
        ("udp://host:0", "missing"),
        ("udp://host:70000", "out of range"),
        ("tcp://host:many", "Port could not be cast"),
        ("tcp://[::1", "Invalid IPv6"),
        ("tcp://host/path", "more than host and port"),
        ("tcp://user@host", "more than host and port"),
        ("", "begins with neither"),
    ],
)
def test_what_is_none_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(UserError, match=rf"syslog_output.socket: .*{reason}.*write a path"):
        Address.parse(text)
