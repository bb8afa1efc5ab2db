# SPDX-License-Identifier: Apache-2.0
"""The unit is one that systemd takes, and has the folders that options name by default.

tests/live/test_service.py has a real systemd run it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from falcomod.app import status_file
from falcomod.config.load import DEFAULT_PATH
from falcomod.config.model import Config

ROOT = Path(__file__).resolve().parents[3]
UNIT = ROOT / "packaging/systemd/falcomod.service"


def value(key: str) -> str:
    """The setting's value in the unit."""
    found = re.search(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)
    assert found is not None, f"no {key}"
    return found[1]


def test_systemd_takes_it(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    text = UNIT.read_text()
    copy = tmp_path / UNIT.name
    # Where falcomod is installed its program and its man page are there, too.
    copy.write_text(
        text.replace("/usr/bin/falcomod", "/bin/true").replace("man:falcomod(1)", "man:man(1)")
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # Other units of the host may be wrong: that is theirs.
    mine = [line for line in done.stdout.splitlines() if UNIT.name in line]
    assert (mine, done.returncode) == ([], 0)


@pytest.mark.parametrize(
    ("key", "parent", "paths"),
    [
        ("StateDirectory", "/var/lib", [Config().outputs_spool.path]),
        ("CacheDirectory", "/var/cache", [Config().rules_cache_dir]),
        ("RuntimeDirectory", "/run", [Config().control.socket, f"{status_file.DIRECTORY}/x"]),
        ("ConfigurationDirectory", "/etc", [DEFAULT_PATH]),
    ],
)
def test_folders_are_those_of_the_options(key: str, parent: str, paths: list[str]) -> None:
    folder = Path(parent) / value(key)
    assert [path for path in paths if not Path(path).is_relative_to(folder)] == []


def test_reload_is_the_signal_that_is_understood() -> None:
    assert value("ExecReload") == "/bin/kill -HUP $MAINPID"
    assert value("Type") == "notify"
