# SPDX-License-Identifier: Apache-2.0
"""What falcomod says of itself while it loses events: alerts, metrics and the summary agree.

Events are lost for certain: falcomod is stopped while its smallest ring overflows.
"""

from __future__ import annotations

import os
import re
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.agent import Agent

CALLS = 400_000  # far more than a ring of 1 MiB holds
LIMIT_S = 60
DROP = "Falco internal: syscall event drop"
RULES = """
- rule: never
  desc: has getppid recorded
  condition: evt.type = getppid and proc.name = no_such_name
  output: never
  priority: DEBUG
"""
OPTIONS = (
    "engine.ebpf.buf_size_preset=1",
    "syscall_event_drops.threshold=0",
    "watch_config_files=false",
    "control.enabled=false",
)


def started(folder: Path, *options: str) -> Agent:
    rules = folder / "rules.yaml"
    rules.write_text(RULES)
    words = [word for option in (*OPTIONS, *options) for word in ("-o", option)]
    return Agent("--json", "-r", str(rules), *words, is_alone=True)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    found = started(
        tmp_path,
        "webserver.listen_address=127.0.0.1",
        "webserver.listen_port=0",
        "webserver.prometheus_metrics_enabled=true",
        "metrics.enabled=true",
        "metrics.interval=1s",
    )
    with found:
        found.wait_until_ready()
        yield found


def overflow(agent: Agent) -> None:
    """Makes more events than a ring holds, while nobody reads."""
    os.kill(agent.process.pid, signal.SIGSTOP)
    try:
        for _ in range(CALLS):
            os.getppid()
    finally:
        os.kill(agent.process.pid, signal.SIGCONT)


def told(agent: Agent, rule: str) -> list[dict[str, Any]]:
    return [message for message in agent.messages() if message["rule"] == rule]


def scraped(agent: Agent) -> dict[str, float]:
    """Numbers without labels, by name; and those of rings by class."""
    found = (re.search(r"webserver, listening on \S+:(\d+)", line.text) for line in agent.log)
    port = next(match for match in found if match)[1]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LIMIT_S) as answer:
        page = answer.read().decode()
    return {
        sample.name + "".join(f",{name}={text}" for name, text in sample.labels.items()): (
            sample.value
        )
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_lost_events_are_told_of_everywhere(agent: Agent) -> None:
    overflow(agent)
    agent.wait_until(lambda: bool(told(agent, DROP)), LIMIT_S, "message about drops")
    message = told(agent, DROP)[0]
    fields = {name: int(text) for name, text in message["output_fields"].items()}
    assert 0 < fields["n_drops"] <= fields["n_evts"]
    assert fields["n_drops_buffer_total"] > 0.9 * fields["n_drops"]
    assert fields["ebpf_enabled"] == 1
    assert message["output"].startswith(f"{DROP}. {fields['n_drops']} system calls dropped")
    page = scraped(agent)
    lost = page["falcosecurity_scap_n_drops_total"]
    assert lost >= fields["n_drops"]
    assert page["falcosecurity_scap_n_evts_total"] > lost
    by_reason = [
        value for name, value in page.items() if name.startswith("falcomod_lost_events_total")
    ]
    assert sum(by_reason) == lost
    seen = len(told(agent, "Falco internal: metrics snapshot"))
    agent.wait_until(
        lambda: len(told(agent, "Falco internal: metrics snapshot")) > seen, LIMIT_S, "snapshot"
    )
    snapshot = told(agent, "Falco internal: metrics snapshot")[-1]["output_fields"]
    assert snapshot["scap.n_drops"] >= lost
    assert snapshot["falco.memory_rss_mb"] > 10
    assert agent.stop() == 0
    dropped = next(line.text for line in agent.out if line.text.startswith("Events dropped: "))
    assert int(dropped.split()[-1]) >= snapshot["scap.n_drops"]


def test_lost_events_end_the_run_where_that_is_asked_for(tmp_path: Path) -> None:
    options = ("webserver.enabled=false", "syscall_event_drops.actions=[alert, exit]")
    with started(tmp_path, *options) as agent:
        agent.wait_until_ready()
        overflow(agent)
        deadline = time.monotonic() + LIMIT_S
        while agent.process.poll() is None:
            assert time.monotonic() < deadline, agent.said()
            time.sleep(0.05)
        assert agent.process.returncode not in (0, None)
        agent.stop()
        assert any("actions has exit" in line.text for line in agent.log)
        assert told(agent, DROP)
