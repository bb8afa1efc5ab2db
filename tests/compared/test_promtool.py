# SPDX-License-Identifier: Apache-2.0
"""What Prometheus' own promtool says of /metrics."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from falcomod.app.metrics import prometheus
from falcomod.config.service_options import Metrics
from tests.metrics_moment import RESOURCES, full_snapshot

SCRIPT = Path(__file__).with_name("promtool")
LIMIT_S = 300
# Names that Falco has given: a name once given stays.
FALCOS = ("falcosecurity_",)
COMPLAINTS = (
    'non-counter metrics should not have "_total" suffix',
    'use base unit "seconds" instead of "nanoseconds"',
)
CLEAN, UNREADABLE, COMPLAINED = 0, 1, 3  # its exit codes


@pytest.fixture(scope="module")
def promtool() -> str:
    done = subprocess.run([SCRIPT], capture_output=True, text=True, timeout=LIMIT_S)
    if done.returncode:
        pytest.skip(f"there is no promtool: {done.stderr.strip()}")
    return done.stdout.strip()


def complaints(promtool: str, page: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [promtool, "check", "metrics"], input=page, capture_output=True, text=True, timeout=LIMIT_S
    )
    return done.returncode, done.stderr.splitlines()


def test_page_is_good_but_for_falcos_names(promtool: str) -> None:
    page = prometheus.text(full_snapshot(), Metrics(), RESOURCES)
    code, lines = complaints(promtool, page)
    assert code in (CLEAN, COMPLAINED), lines
    for line in lines:
        name, _, complaint = line.partition(" ")
        assert name.startswith(FALCOS), line
        assert complaint in COMPLAINTS, line


def test_promtool_sees_what_is_wrong(promtool: str) -> None:
    assert complaints(promtool, 'a{b="c} 1\n')[0] == UNREADABLE
    page = "# HELP falcomod_x_total X.\n# TYPE falcomod_x_total gauge\nfalcomod_x_total 1\n"
    assert complaints(promtool, page)[0] == COMPLAINED
