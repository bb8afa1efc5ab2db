# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os

import pytest

from falcomod.errors import UserError
from falcomod.output.http_address import proxy_of, read_address


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://some.url", "http://some.url:80/"),
        ("http://falcosidekick:2801/", "http://falcosidekick:2801/"),
        ('"http://some.url/a"', "http://some.url:80/a"),
        ("'https://some.url/a?b=c d'", "https://some.url:443/a?b=c%20d"),
        ("falcosidekick:2801", "http://falcosidekick:2801/"),
        ("localhost", "http://localhost:80/"),
        ("HTTPS://HOST:1/A%20B", "https://host:1/A%20B"),
        ("http://[::1]:2801/x", "http://[::1]:2801/x"),
        ("http://münchen.example/ü", "http://xn--mnchen-3ya.example:80/%C3%BC"),
    ],
)
def test_urls_are_read_as_curl_does(text: str, url: str) -> None:
    assert read_address(text, "http_output.url").url == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it names no host|scheme is missing"),
        ("ftp://host/", "its scheme is ftp"),
        ("http://", "it names no host"),
        ("http://host:99999/", "Port out of range"),
        ("http://host:0/", "its port is 0"),
        ("http://host:x/", "Port could not be cast"),
        ("http://[::1/", "Invalid IPv6"),
        ("http://ho st/", "its host is no name"),
        ("http://" + "a" * 70 + "/", "its host is no name"),
    ],
)
def test_no_url_is_told_of(text: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason) as raised:
        read_address(text, "http_output.url")
    assert str(raised.value).startswith("http_output.url: ")
    assert "write http://HOST:PORT/PATH" in str(raised.value)


def test_user_and_password_become_a_header_and_are_not_shown() -> None:
    address = read_address("https://me:p%40ss@host/", "url")
    assert address.user == "Basic bWU6cEBzcw=="
    assert "p%40ss" not in address.url
    with pytest.raises(UserError) as raised:
        read_address("https://me:secret@host:0/", "url")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/there?x=y", "/there?x=y"),
        ("there", "/a/there"),
        ("http://host:80/z", "/z"),
        ("http://host/z\r\nX: y", "/zX:%20y"),
        ("http://host:81/", None),
        ("https://host/", None),
        ("http://other/", None),
        ("//other/", None),
        ("http://[/", None),
        ("file:///etc/passwd", None),
    ],
)
def test_only_moves_on_the_same_server_are_followed(location: str, target: str | None) -> None:
    there = read_address("http://me:x@host/a/b", "url").moved(location)
    assert (there and there.target) == target
    assert there is None or there.user


def test_proxies_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, tls = read_address("http://host/", "url"), read_address("https://host/", "url")
    assert proxy_of(plain) is None
    monkeypatch.setenv("http_proxy", "http://me:x@proxy:3128")
    found = proxy_of(plain)
    assert found is not None
    assert (found.host, found.port, found.user) == ("proxy", 3128, "Basic bWU6eA==")
    assert proxy_of(tls) is None
    monkeypatch.setenv("ALL_PROXY", "other:1080")
    found = proxy_of(tls)
    assert found is not None
    assert found.url == "http://other:1080/"
    monkeypatch.setenv("no_proxy", "example.com,host")
    assert proxy_of(plain) is None
    assert proxy_of(tls) is None


def test_proxy_that_cannot_be_used_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://proxy:1080")
    with pytest.raises(UserError, match=r"the environment's https_proxy: .* scheme is socks5"):
        proxy_of(read_address("https://host/", "url"))
