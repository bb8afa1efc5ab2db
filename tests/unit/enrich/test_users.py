# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import logging
from pathlib import Path

import pytest

from falcomod.engine.state.tables import State
from falcomod.enrich import users

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
    users.load(state, etc)
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
    users.load(state)
    assert state.user(1) == ("daemon", "/usr/sbin", "/usr/sbin/nologin")


def test_missing_files_are_told_and_have_no_names(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state = State()
    state.set_users({0: "old"}, {})
    with caplog.at_level(logging.WARNING):
        users.load(state, tmp_path)
    assert state.user(0) is None
    assert len(caplog.records) == 2


def test_names_need_not_be_utf8(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_bytes(b"caf\xe9:x:7:7::/:/bin/sh\n")
    (tmp_path / "group").write_bytes(b"")
    state = State()
    users.load(state, tmp_path)
    name = state.user(7)
    assert name is not None
    assert name[0].encode("utf-8", "surrogateescape") == b"caf\xe9"
