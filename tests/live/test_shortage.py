# SPDX-License-Identifier: Apache-2.0
"""A host that is short of something: falcomod goes on, says so once, and recovers.

Short of room on the disk, of descriptors and of threads, while system calls raise alerts.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from falcomod.errors import UserError
from tests.http_receiver import Receiver
from tests.http_talk import ask, trusting
from tests.live.served import Opening, Served, poll, served
from tests.live.test_reload_storm import of_rule

SHORT_S = 3.0
RATE_HZ = 500
ROOM = "256k"
PIDS = Path("/sys/fs/cgroup/pids")


def is_well(found: Served) -> bool:
    return ask(found.address, "/healthz", tls=trusting("first.pem")).status == 200


def check_end(found: Served, there: Receiver, opening: Opening) -> None:
    """Nothing was lost on standard output, nor to the receiver, and in order."""
    opened = opening.end()
    names = [f"{found.prefix}{number}" for number in range(opened)]
    found.wait_until(lambda: len(found.agent.told()) >= opened, f"{opened} alerts")
    assert found.opened() == names
    poll(lambda: len(there.requests) >= opened and len(of_rule(there, "opened")) >= opened, "http")
    assert list(dict.fromkeys(of_rule(there, "opened"))) == names
    assert found.agent.stop() == 0, found.agent.said()
    assert "Events dropped: 0" in [line.text for line in found.agent.out]


def told(found: Served, words: str) -> int:
    return len([line for line in found.agent.log if words in line.text])


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={ROOM}")
    subprocess.run(["mount", *options, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_disk_is_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        settings = {
            "outputs_spool": {"path": f"{disk}/spool"},
            "file_output": {"enabled": True, "filename": f"{disk}/alerts"},
            "metrics": {"enabled": True, "interval": "1s", "output_file": f"{disk}/metrics"},
        }
        with (
            served(**settings) as (found, there),
            Opening(found.folder, found.prefix, RATE_HZ) as opening,
        ):
            there.close()
            poll(lambda: told(found, "spool cannot be used"), "full disk")
            time.sleep(SHORT_S)
            assert is_well(found)
            (disk / "alerts").unlink()
            there.open()
            found.wait_until(lambda: bool(told(found, "works again: sink=file")), "recovery")
            check_end(found, there, opening)
        for words in (
            "spool cannot be used, alerts wait in memory: path=" + f"{disk}/spool/http.db",
            "output failed: sink=file",
        ):
            assert told(found, words) == 1, found.agent.said()
        assert not found.complaints(), found.agent.said()


def test_disk_is_for_reading_only(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        settings = {
            "outputs_spool": {"path": f"{disk}/spool"}, "rules_cache_dir": f"{disk}/cache",
        }  # fmt: skip
        with (
            served(**settings) as (found, there),
            Opening(found.folder, found.prefix, RATE_HZ) as opening,
        ):
            found.reload()
            time.sleep(SHORT_S)
            check_end(found, there, opening)
        assert told(found, "are kept in memory, and lost at the end: output=http") == 1
        assert not found.complaints(), found.agent.said()


def test_descriptors_run_out() -> None:
    with (
        served(file_output={"enabled": True, "filename": "/dev/null"}) as (found, there),
        Opening(found.folder, found.prefix, RATE_HZ) as opening,
    ):
        pid = found.agent.process.pid
        poll(lambda: len(there.requests) > RATE_HZ, "alerts over http")
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (64, before[1]))
        found.wait_until(lambda: bool(told(found, "output failed: sink=file")), "shortage")
        time.sleep(SHORT_S)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        found.wait_until(lambda: bool(told(found, "works again: sink=file")), "recovery")
        assert is_well(found)
        found.reload(static_fields={"number": "1"})
        check_end(found, there, opening)
    for words in ("output failed: sink=file", "spool/http.db reason=Too many open files"):
        assert told(found, words) == 1, found.agent.said()
    assert not found.complaints(), found.agent.said()


@pytest.fixture
def few_threads() -> Iterator[Path]:
    """A control group of processes, to be bounded."""
    folder = PIDS / f"falcomod-test-{os.getpid()}"
    if not PIDS.exists():
        pytest.skip(f"needs the control groups of version 1 at {PIDS}")
    folder.mkdir()
    yield folder
    poll(lambda: not (folder / "cgroup.procs").read_text(), "end of its processes")
    folder.rmdir()


def test_threads_run_out(few_threads: Path) -> None:
    """Without gRPC, whose library ends the process then."""
    settings = {
        "grpc": {"enabled": False}, "grpc_output": {"enabled": False},
        "program_output": {"enabled": True, "program": "cat >/dev/null"},
        "metrics": {"enabled": False},
    }  # fmt: skip
    with (
        served(**settings) as (found, there),
        Opening(found.folder, found.prefix, RATE_HZ // 10) as opening,
    ):
        found.status()
        (few_threads / "cgroup.procs").write_text(str(found.agent.process.pid))
        (few_threads / "pids.max").write_text("1")
        found.wait_until(lambda: bool(told(found, "output failed: sink=program")), "shortage")
        assert is_well(found)
        assert found.status()["reloads"] == 0
        with pytest.raises(UserError, match="output http: can't start new thread"):
            found.reload(json_include_tags_property=False)
        (few_threads / "pids.max").write_text("max")
        found.wait_until(lambda: bool(told(found, "works again: sink=program")), "recovery")
        found.reload()
        check_end(found, there, opening)
    assert told(found, "output failed: sink=program") == 1, found.agent.said()
    assert not found.complaints(), found.agent.said()
