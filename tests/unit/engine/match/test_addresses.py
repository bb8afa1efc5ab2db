# SPDX-License-Identifier: Apache-2.0
"""Addresses and networks: families, prefix lengths, bad constants."""

from __future__ import annotations

import ipaddress

import pytest

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.addresses import address, net
from falcomod.errors import CheckError

ADDRESS = PARAM_TYPES["IPADDR"]
NET = PARAM_TYPES["IPNET"]


@pytest.mark.parametrize("text", ["203.0.113.77", "2001:db8:85a3::8a2e:370:7334"])
def test_every_prefix_length_covers_what_it_should(text: str) -> None:
    packed = ipaddress.ip_address(text).packed
    bits = len(packed) * 8
    for length in range(bits + 1):
        matcher = net(NET, "=", [f"{text}/{length}"])
        assert matcher.matches(packed)
        for flipped in range(bits):
            number = int.from_bytes(packed, "big") ^ (1 << (bits - 1 - flipped))
            other = number.to_bytes(len(packed), "big")
            assert matcher.matches(other) == (flipped >= length)


def test_families_differ_and_that_is_no_error() -> None:
    six = ipaddress.ip_address("::").packed
    four = ipaddress.ip_address("0.0.0.0").packed
    assert not address(ADDRESS, "=", ["0.0.0.0"]).matches(six)
    assert address(ADDRESS, "!=", ["::"]).matches(four)
    assert not net(NET, "=", ["::/0"]).matches(four)
    assert net(NET, "!=", ["0.0.0.0/0"]).matches(six)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10.1.2", "unrecognized IPv4 address '10.1.2'"),
        ("10.1.2.256", "unrecognized IPv4 address"),
        ("host", "unrecognized IPv6 address"),
        ("fe80:::1", "unrecognized IPv6 address"),
        ("", "unrecognized IPv6 address"),
    ],
)
def test_address_refuses(text: str, message: str) -> None:
    with pytest.raises(CheckError) as refused:
        address(ADDRESS, "in", ["10.0.0.1", text])
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10.0.0.0", "unrecognized IP network '10.0.0.0'"),
        ("10.0.0.0/", "expected an address, a slash and a prefix length"),
        ("10.0.0.0/-1", "unrecognized IP network"),
        ("10.0.0.0/33", "at most 32 bits"),
        ("10.0.0.0/" + "9" * 5000, "at most 32 bits"),
        ("fe80::/129", "at most 128 bits"),
        ("ten/8", "unrecognized IPv6 address"),
    ],
)
def test_net_refuses(text: str, message: str) -> None:
    with pytest.raises(CheckError) as refused:
        net(NET, "in", [text])
    assert message in str(refused.value)
