# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import fcntl
import os
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from falcomod.app.http.listener import Tcp, Tls, Unix, open_listener, tls_context
from falcomod.errors import UserError
from tests.http_talk import CERTIFICATES


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Short, as the path of a Unix socket has to be."""
    monkeypatch.chdir(tmp_path)
    return "sock"


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "AF_INET"), ("::1", "AF_INET6")])
def test_address_of_either_family(host: str, family: str) -> None:
    with open_listener(Tcp(host, 0)) as listener:
        assert listener.family.name == family
        assert listener.getsockname()[0] == host
        assert not listener.getblocking()


def test_any_address_of_ipv6_is_any_of_ipv4_too() -> None:
    with open_listener(Tcp("::", 0)) as listener:
        port = listener.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 5).close()


def test_port_that_another_listens_on() -> None:
    with open_listener(Tcp("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(UserError, match=f"127.0.0.1:{port}: another process listens there"):
            open_listener(Tcp("127.0.0.1", port))


def test_port_that_was_just_in_use() -> None:
    """Connections that wait for their end do not keep a restart from its port."""
    with open_listener(Tcp("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        listener.setblocking(True)
        client = socket.create_connection(("127.0.0.1", port), 5)
        served, _ = listener.accept()
        served.close()
        client.close()
    open_listener(Tcp("127.0.0.1", port)).close()


@pytest.mark.parametrize("host", ["localhost", "", "1.2.3", "fe80::1%"])
def test_host_that_is_no_address(host: str) -> None:
    with pytest.raises(UserError, match="is no IP address"):
        open_listener(Tcp(host, 0))


def test_address_of_nobody_here() -> None:
    with pytest.raises(UserError, match=r"cannot listen on 192\.0\.2\.1:80 "):
        open_listener(Tcp("192.0.2.1", 80, Tls("x")))


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_unix_socket_has_its_mode(path: str, umask: int) -> None:
    before = os.umask(umask)
    try:
        with open_listener(Unix(path, 0o660)):
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    finally:
        os.umask(before)


def test_unix_socket_has_its_mode_from_the_first(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything follows bind()."""
    modes: list[int] = []
    monkeypatch.setattr(os, "chmod", lambda name, _mode: modes.append(os.stat(name).st_mode))
    before = os.umask(0)
    try:
        open_listener(Unix(path)).close()
    finally:
        os.umask(before)
    assert [stat.S_IMODE(mode) for mode in modes] == [0o600]


def test_unix_socket_that_was_left_is_replaced(path: str) -> None:
    open_listener(Unix(path)).close()
    assert stat.S_ISSOCK(os.stat(path).st_mode)
    with open_listener(Unix(path)), socket.socket(socket.AF_UNIX) as client:
        client.connect(path)


def test_unix_socket_in_use_names_who_listens(path: str) -> None:
    code = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen();"
        "print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(UserError, match=rf"\(process {process.pid}\) listens there already"):
            open_listener(Unix(path))
        process.communicate()


def test_what_is_no_socket_stays(path: str) -> None:
    Path(path).write_text("kept")
    with pytest.raises(UserError, match="is no socket"):
        open_listener(Unix(path))
    assert Path(path).read_text() == "kept"


def test_folder_is_made(path: str) -> None:
    with open_listener(Unix("a/b/sock")):
        assert stat.S_ISSOCK(os.stat("a/b/sock").st_mode)


def test_folder_that_cannot_be(path: str) -> None:
    Path("file").write_text("")
    with pytest.raises(UserError, match="cannot listen on file/sock: "):
        open_listener(Unix("file/sock"))


def test_path_that_is_too_long(path: str) -> None:
    with pytest.raises(UserError, match="path too long"):
        open_listener(Unix("x" * 200))


def test_folder_that_another_holds(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("falcomod.app.http.listener.LOCK_S", 0.05)
    held = os.open(".", os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="another process holds a lock"):
            open_listener(Unix(path))
    finally:
        os.close(held)
    open_listener(Unix(path)).close()


def test_certificate_and_key_are_one_file() -> None:
    context = tls_context(Tls(str(CERTIFICATES / "first.pem")))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("name", ["locked.pem", "certificate alone", "nothing"])
def test_certificate_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    whole = (CERTIFICATES / "first.pem").read_text()
    file = CERTIFICATES / name
    if not file.exists():
        file = tmp_path / name
        file.write_text(whole[: whole.index("-----BEGIN PRIV")] if "alone" in name else "")
    with pytest.raises(UserError, match=f"{name}: no certificate with its key"):
        tls_context(Tls(str(file)))


def test_certificate_that_is_not_there() -> None:
    with pytest.raises(UserError, match=r"/absent: No such file"):
        tls_context(Tls("/absent"))
