# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.state.tables import State
from falcomod.enrich import users
from falcomod.enrich.users import HostNames, groups_of, users_of

PASSWD = """\
root:x:0:0:root:/root:/bin/bash
toor:x:0:0:second name of 0:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
# comment
+nis::::::
short:x:5
:x:6:6:::
broken:x:-1:1:::
huge:x:99999999999:1:::
max:x:4294967294:1::/:/bin/false
"""
GROUP = """\
root:x:0:
adm:x:4:syslog,u
wheel:x:4:second name of 4

bad:x:y:
"""


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    (tmp_path / "passwd").write_text(PASSWD)
    (tmp_path / "group").write_text(GROUP)
    return tmp_path


def test_files_are_read_into_the_state(etc: Path) -> None:
    state = State()
    users.load(state, HostNames(etc))
    assert state.user(0) == ("root", "/root", "/bin/bash")
    assert state.user(1) == ("daemon", "/usr/sbin", "/usr/sbin/nologin")
    assert state.user(4294967294) == ("max", "/", "/bin/false")
    assert (state.group(0), state.group(4)) == ("root", "adm")
    assert (state.counters()["users"], state.counters()["groups"]) == (3, 2)


def test_files_of_the_host(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (etc / "root").mkdir()
    etc.joinpath("root/etc").symlink_to(etc)
    monkeypatch.setenv("HOST_ROOT", str(etc / "root"))
    state = State()
    users.load(state, HostNames())
    assert state.user(1) == ("daemon", "/usr/sbin", "/usr/sbin/nologin")


def test_missing_files_are_told_and_have_no_names(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state = State()
    state.set_users({0: "old"}, {})
    with caplog.at_level(logging.WARNING):
        users.load(state, HostNames(tmp_path))
    assert state.user(0) is None
    assert len(caplog.records) == 2


def test_names_need_not_be_utf8(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_bytes(b"caf\xe9:x:7:7::/:/bin/sh\n")
    (tmp_path / "group").write_bytes(b"")
    state = State()
    users.load(state, HostNames(tmp_path))
    name = state.user(7)
    assert name is not None
    assert name[0].encode("utf-8", "surrogateescape") == b"caf\xe9"


def test_host_names_are_told_when_they_change(etc: Path) -> None:
    host = HostNames(etc)
    names = host.changed()
    assert names is not None
    assert names.groups == {0: "root", 4: "adm"}
    assert host.changed() is None
    (etc / "new").write_text("root:x:0:\ndocker:x:998:\n")
    (etc / "new").rename(etc / "group")
    names = host.changed()
    assert names is not None
    assert names.users[1] == ("daemon", "/usr/sbin", "/usr/sbin/nologin")
    assert names.groups == {0: "root", 998: "docker"}


def test_file_that_stays_away_is_told_of_once(etc: Path, caplog: pytest.LogCaptureFixture) -> None:
    host = HostNames(etc)
    host.changed()
    (etc / "group").rename(etc / "aside")
    for _ in range(2):
        (etc / "passwd").write_text(PASSWD + f"more:x:7:7::/:{len(caplog.records)}\n")
        names = host.changed()
        assert names is not None
        assert names.groups == {}
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    (etc / "aside").rename(etc / "group")
    names = host.changed()
    assert names is not None
    assert names.groups == {0: "root", 4: "adm"}


@pytest.mark.parametrize(
    "row",
    [
        b"\n", b":::::::", b"a:b:c:d:e:f:g\n", b"n\0:x:1:1::/:", b"n:x:1:1:::\0", b"n:x:-1:1:::",
        b"n:x:" + b"9" * 5000 + b":1:::", b"n:x: 1:1:::", b"n:x:\xc2\xb2:1:::", b"n:x:1:1::/",
        b"n" * 257 + b":x:1:1:::", b"n:x:1:1::" + b"h" * 4097 + b":", b"n:x:1:1:::" + b"s" * 4097,
        b"n:x:4294967295:1:::",
    ],
    ids=lambda row: repr(row[:20]),
)  # fmt: skip
def test_row_that_is_none(row: bytes) -> None:
    assert users_of(row + b"\ngood:x:5:5::/:\n", 10) == {5: ("good", "/", "")}


def test_only_newlines_end_rows() -> None:
    content = b"a\x0bb\xe2\x80\xa8:x:5:5:::/bin/sh\r\n"
    assert users_of(content, 10) == {5: ("a\x0bb\u2028", "", "/bin/sh")}


def test_rows_are_not_more_than_asked_for() -> None:
    assert groups_of(b"a:x:1:\nb:x:1:\nc:x:3:\nd:x:4:\n", 2) == {1: "a", 3: "c"}
    assert len(users_of(b"".join(b"u:x:%d:0:::\n" % n for n in range(9)), 4)) == 4


@given(st.binary())
def test_no_content_is_too_wrong(content: bytes) -> None:
    for id, name in groups_of(content, 10).items():
        assert 0 <= id < 2**32 - 1
        assert name
    users_of(content, 10)
