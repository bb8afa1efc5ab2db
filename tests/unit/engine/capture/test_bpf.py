# SPDX-License-Identifier: Apache-2.0
"""What can be told of the eBPF source without loading a program; the live tier does the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from falcomod.engine.capture import bpf
from falcomod.engine.capture.bpf import BpfSource, missing_features
from falcomod.engine.decode.schema import SYSCALLS
from falcomod.errors import DriverError, PermissionFault


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"ring_size": 3 << 20}, "3145728"),
        ({"ring_size": 4096}, "4096"),
        ({"ring_size": 1 << 30}, "power of two"),
        ({"snaplen": 1 << 20}, "1048576"),
        ({"cpus_per_ring": 0}, "1 CPU or more"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, int], told: str) -> None:
    with pytest.raises(DriverError, match=told):
        BpfSource(**options)


def test_system_call_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="100000"):
        BpfSource(syscalls=[100_000])


def test_programs_are_those_of_the_selected_events() -> None:
    calls = frozenset({SYSCALLS["openat"].sc, SYSCALLS["getppid"].sc})
    assert bpf.programs_for((calls, True)) == {"OPENAT_2_X", "GENERIC_X"}
    assert bpf.programs_for((frozenset(), True)) == set()


def test_cpus_that_run_come_first() -> None:
    possible = 4096
    numbers = bpf.cpu_numbers(possible)
    assert sorted(numbers) == list(range(possible))
    assert set(numbers[: os.cpu_count()]) >= os.sched_getaffinity(0)


def test_programs_that_are_not_built_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALCOMOD_BPF_OBJECT", "/none/falcomod.bpf.o")
    with pytest.raises(DriverError, match=r"/none/falcomod\.bpf\.o is not there"):
        BpfSource()


def test_file_that_holds_no_programs_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    junk = tmp_path / "junk.bpf.o"
    junk.write_bytes(b"\x7fELF" + bytes(60))
    monkeypatch.setenv("FALCOMOD_BPF_OBJECT", str(junk))
    with pytest.raises(DriverError, match="cannot be opened"):
        BpfSource()


def test_only_root_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(PermissionFault, match="as root"):
        missing_features()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give rights up")
def test_root_without_rights_is_told_of_rights() -> None:
    """As in a container that is not privileged; the kernel has what is needed."""
    script = "from falcomod.engine.capture import bpf; bpf.missing_features()"
    done = subprocess.run(
        ["setpriv", "--bounding-set=-all", "--inh-caps=-all", sys.executable, "-c", script],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "BTF" in done.stderr:
        pytest.skip("needs a kernel with BTF")
    assert "PermissionFault: the kernel does not let this process use eBPF" in done.stderr


def test_source_that_was_closed_tells_nothing_twice() -> None:
    source = BpfSource.__new__(BpfSource)
    source.close()
    source.close()
