# SPDX-License-Identifier: Apache-2.0
"""`falcomod status`: piped, as JSON, on a terminal, and where nobody answers."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from falcomod import cli
from falcomod.errors import EXIT_ENVIRONMENT, EXIT_OK, EXIT_USER
from tests.asked import control_server

SECOND_NS = 1_000_000_000


def status(second: int) -> dict[str, Any]:
    return {
        "version": "0.1.0",
        "time_ns": second * SECOND_NS,
        "start_ns": 0,
        "hostname": "web-1",
        "engine": {"events": 1000 * second * second},
        "process": {"pid": 7},
    }


@pytest.fixture
def falcomod() -> Iterator[str]:
    """The socket of one that is a second older each time it is asked."""
    seconds = iter(range(10, 10_000))
    with control_server(status=lambda: status(next(seconds))) as path:
        yield path


@pytest.mark.parametrize("option", [[], ["--once"]])
def test_once_where_there_is_no_terminal(
    falcomod: str, option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["status", "--socket", falcomod, *option]) == EXIT_OK
    out, err = capsys.readouterr()
    assert out.startswith("falcomod 0.1.0 on web-1, process 7, up 10 s\n")
    assert "events  100 000  10 000\n" in out
    assert ("\x1b" in out, err) == (False, "")


def test_json_is_the_whole_answer(falcomod: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["status", "--socket", falcomod, "--json"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out) == status(10)


def test_no_falcomod_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["status", "--socket", str(tmp_path / "none.sock")]) == EXIT_USER
    assert "no falcomod listens at" in capsys.readouterr().err


def test_socket_of_another_user(falcomod: str) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root, to become another user")
    os.chmod(os.path.dirname(falcomod), 0o755)
    script = (
        "import http.client, os, sys; from falcomod import cli; import falcomod.app.control, "
        "falcomod.app.status_view; os.setuid(65534); "
        f"sys.exit(cli.run(['status', '--once', '--socket', {falcomod!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == EXIT_ENVIRONMENT
    assert "not allowed to ask falcomod" in done.stderr


@contextlib.contextmanager
def terminal(
    socket: str, *options: str, columns: int, lines: int
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The command on a terminal of its own; the descriptor shows what is on it."""
    shown, own = os.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    command = [sys.executable, "-m", "falcomod", "status", "--socket", socket, *options]
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(command, stdin=own, stdout=own, stderr=own, env=environment)
    os.close(own)
    try:
        yield shown, process
    finally:
        process.kill()
        process.wait()
        os.close(shown)


def test_terminal_is_drawn_anew_with_rates_of_the_last_second(falcomod: str) -> None:
    with terminal(falcomod, columns=50, lines=12) as (shown, process):
        text = b""
        while text.count(b"\x1b[J") < 2:
            text += os.read(shown, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == EXIT_OK
    drawn = [part.decode() for part in text.split(b"\x1b[H")]
    screens = [part for part in drawn if "up 1" in part]
    assert "mean/s" in screens[0]
    assert "121 000  21 000" in screens[1]  # 1000 · 11², and 21 000 more than a second before
    rows = screens[1].replace("\x1b[K", "").replace("\x1b[J", "").split("\r\n")
    assert len(rows) <= 12
    assert max(len(row) for row in rows) <= 50


def test_once_on_a_terminal_is_as_wide_as_that(falcomod: str) -> None:
    with terminal(falcomod, "--once", columns=30, lines=12) as (shown, process):
        assert process.wait(20) == EXIT_OK
        text = os.read(shown, 4096).decode()
    assert text.startswith("falcomod 0.1.0 on web-1,\r\n  process 7, up 10 s\r\n")


def test_falcomod_that_ends_meanwhile_ends_the_view() -> None:
    with contextlib.ExitStack() as stack:
        path = stack.enter_context(control_server(status=lambda: status(10)))
        shown, process = stack.enter_context(terminal(path, columns=80, lines=24))
        text = b""
        while b"\x1b[J" not in text:
            text += os.read(shown, 4096)
        os.unlink(path)
        while b"no falcomod listens" not in text:
            text += os.read(shown, 4096)
        assert process.wait(20) == EXIT_USER
