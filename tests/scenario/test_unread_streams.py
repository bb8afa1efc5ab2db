# SPDX-License-Identifier: Apache-2.0
"""Nobody reads what falcomod writes to standard output and error: it works on, and ends."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

from falcomod.app import control
from tests.agent import START_LIMIT_S, program
from tests.capture_files import AUDIT_RULE, write

F_SETPIPE_SZ = 1031  # linux/fcntl.h
PIPE_BYTES = 4096
RELOADS = 60  # whose lines in the log are more than a pipe holds
LIMIT_S = 20.0
END_LIMIT_S = 20.0


def ask(path: str, method: str, target: str) -> None:
    """As soon as somebody listens."""
    end_s = time.monotonic() + START_LIMIT_S
    while True:
        try:
            control.ask(path, method, target, LIMIT_S)
        except control.NobodyListens:
            assert time.monotonic() < end_s
            time.sleep(0.05)
        else:
            return


def test_streams_that_nobody_reads(tmp_path: Path) -> None:
    socket = f"/tmp/fm-{os.getpid()}.sock"
    options = {
        "engine.kind": "nodriver", "control.socket": socket, "webserver.listen_port": "0",
        "webserver.listen_address": "127.0.0.1", "rules_cache_dir": "", "json_output": "true",
    }  # fmt: skip
    rules = write(tmp_path / "rules.yaml", AUDIT_RULE)
    command = [*program(), "start", "-r", rules, *(f"-o{key}={options[key]}" for key in options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            for stream in (process.stdout, process.stderr):
                assert stream is not None
                fcntl.fcntl(stream.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
            # Each is told of in the log, and where alerts go.
            for _ in range(RELOADS):
                ask(socket, "POST", control.RELOAD)
            ask(socket, "GET", control.STATUS)
            began_s = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(END_LIMIT_S) == 0
            assert time.monotonic() - began_s < END_LIMIT_S
        finally:
            process.kill()
    assert not os.path.exists(socket)
