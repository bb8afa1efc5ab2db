# SPDX-License-Identifier: Apache-2.0
"""Log lines: time in front, level respected, standard output left alone; syslog's own form."""

from __future__ import annotations

import logging
import os
import re
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.app import logs
from falcomod.config.model import Config
from falcomod.config.option import PRIORITIES

LINE = r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4}: "
LOG = logging.getLogger("falcomod.app.x")


def test_line_carries_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")
    LOG.info("rules=%d", 3)
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(LINE + r"rules=3\n", err)


def test_text_of_others_neither_forges_a_line_nor_moves_the_cursor(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(Config())
    LOG.warning("rule=%s", "a\nMon Jan  1 00:00:00 2024: forged\x1b[2J\r\x9b1A\u202e\udc80\u2028é")
    err = capsys.readouterr().err
    assert re.fullmatch(
        LINE + r"rule=a\n    Mon Jan  1 00:00:00 2024: forged"
        r"\\x1b\[2J\\r\\x9b1A\\u202e\\udc80\\u2028é\n",
        err,
    )


def test_log_that_nobody_reads_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    with open(reader, "rb", buffering=0) as found, open(writer, "w") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        logs.set_up("info")
        began_s = time.monotonic()
        for _ in range(100):
            LOG.info("%s", "x" * 5000)
        assert time.monotonic() - began_s < 20
        os.set_blocking(reader, False)
        while found.read(65536):
            continue
        LOG.info("again")
        lost, line = found.read(65536).decode().strip().splitlines()[-2:]
    assert re.fullmatch(r"\d\d lines of the log are lost, nobody read them", lost)
    assert re.fullmatch(LINE + "again", line)


def test_level_is_respected(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("warning")
    LOG.info("quiet")
    assert capsys.readouterr().err == ""


def test_every_configurable_level_is_known() -> None:
    assert set(PRIORITIES) == set(logs.LEVELS)


def test_default_configuration_writes_what_set_up_does(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Config())
    LOG.info("rules=%d", 3)
    assert re.fullmatch(LINE + r"rules=3\n", capsys.readouterr().err)


def test_time_as_iso_8601_is_in_utc(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(Config(time_format_iso_8601=True))
    record = LOG.makeRecord(LOG.name, logging.INFO, "", 0, "words", (), None)
    record.created = 1_700_000_000.5
    LOG.handle(record)
    assert capsys.readouterr().err == "2023-11-14T22:13:20+0000: words\n"


def test_level_changes_with_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Config(log_level="error"))
    LOG.warning("first")
    logs.configure(Config(log_level="debug"))
    LOG.debug("second")
    err = capsys.readouterr().err
    assert "first" not in err
    assert err.endswith(": second\n")
    assert err.count("second") == 1


def test_log_that_is_switched_off_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Config(log_stderr=False))
    LOG.critical("nobody hears")
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def syslog() -> Iterator[tuple[Path, socket.socket]]:
    """A socket such as /dev/log."""
    with (
        tempfile.TemporaryDirectory(prefix="fm-", dir="/tmp") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver,
    ):
        path = Path(folder) / "log"
        receiver.bind(str(path))
        receiver.settimeout(10)
        yield path, receiver


@pytest.mark.parametrize(
    ("level", "priority"),
    [("debug", 7), ("info", 6), ("warning", 4), ("error", 3), ("critical", 2)],
)
def test_syslog_gets_its_own_form(
    syslog: tuple[Path, socket.socket],
    level: str,
    priority: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, receiver = syslog
    logs.configure(
        Config(log_syslog=True, log_stderr=False, log_level="debug", time_format_iso_8601=True),
        syslog=path,
    )
    getattr(LOG, level)("rules=%d", 3)
    daemon = 3 << 3  # its facility, man 3 syslog
    assert receiver.recv(1000).decode() == f"<{daemon + priority}>falcomod[{os.getpid()}]: rules=3"
    assert capsys.readouterr() == ("", "")


def test_both_at_once(
    syslog: tuple[Path, socket.socket], capsys: pytest.CaptureFixture[str]
) -> None:
    path, receiver = syslog
    logs.configure(Config(log_syslog=True), syslog=path)
    LOG.info("words")
    assert receiver.recv(1000).endswith(b": words")
    assert capsys.readouterr().err.endswith(": words\n")


def test_syslog_is_left_when_it_is_switched_off(syslog: tuple[Path, socket.socket]) -> None:
    path, receiver = syslog
    logs.configure(Config(log_syslog=True), syslog=path)
    logs.configure(Config(), syslog=path)
    LOG.info("words")
    receiver.setblocking(False)
    with pytest.raises(BlockingIOError):
        receiver.recv(1000)


def test_no_syslog_on_this_host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Config(log_syslog=True), syslog=tmp_path / "log")
    LOG.info("words")
    assert [line.rpartition(": ")[2] for line in capsys.readouterr().err.splitlines()] == ["words"]


def test_syslog_that_does_not_read_holds_nobody_up(
    syslog: tuple[Path, socket.socket], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(Config(log_syslog=True, log_stderr=False), syslog=syslog[0])
    for _ in range(5000):
        LOG.info("words")
    assert capsys.readouterr() == ("", "")


def test_line_without_end_is_cut(syslog: tuple[Path, socket.socket]) -> None:
    logs.configure(Config(log_syslog=True, log_stderr=False), syslog=syslog[0])
    LOG.info("ü\udcff" * 100_000)
    assert len(syslog[1].recv(100_000)) == logs.LINE_MAX


def test_syslog_that_comes_back_is_found(syslog: tuple[Path, socket.socket]) -> None:
    path, receiver = syslog
    logs.configure(Config(log_syslog=True, log_stderr=False), syslog=path)
    receiver.close()
    path.unlink()
    LOG.info("lost")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as again:
        again.bind(str(path))
        again.settimeout(10)
        LOG.info("found")
        assert again.recv(1000).endswith(b": found")
