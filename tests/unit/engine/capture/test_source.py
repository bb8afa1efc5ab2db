# SPDX-License-Identifier: Apache-2.0
"""The kernel module's source without a module: errors and their remedies.

What it does with a loaded module is tested in the virtual machine, what a
ReplaySource delivers in test_loop.py.
"""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from falcomod.engine.capture.source import KmodSource, ReplaySource, fault_of_open
from falcomod.errors import DriverError, PermissionFault
from tests.record_builder import build


def test_missing_device_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match=r"No such file.*falcomod driver load"):
        KmodSource(str(tmp_path / "falcomod"))


def test_file_that_is_no_device_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "falcomod"
    file.touch()
    with pytest.raises(DriverError, match="is not falcomod's device"):
        KmodSource(str(file))


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (errno.EACCES, PermissionFault, "as root"),
        (errno.EPERM, PermissionFault, "as root"),
        (errno.EBUSY, DriverError, "end one"),
        (errno.ENOENT, DriverError, "driver load"),
        (errno.ENXIO, DriverError, "driver load"),
    ],
)
def test_fault_of_open(error: int, kind: type[Exception], text: str) -> None:
    fault = fault_of_open(error, "/dev/falcomod")
    assert type(fault) is kind
    assert text in str(fault)
    assert "/dev/falcomod" in str(fault)


def test_replay_source_has_a_name_and_no_losses() -> None:
    source = ReplaySource(build("openat"))
    source.start()
    source.stop()
    source.close()
    assert source.name == "replay"
    assert source.counters() == {}
