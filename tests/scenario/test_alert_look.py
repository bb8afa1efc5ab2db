# SPDX-License-Identifier: Apache-2.0
"""What a configuration makes of alerts, from a file's keys to the lines: all parts together.

Each case is tried with rules that were compiled and with those that come from the cache.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import shlex
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from falcomod import cli
from falcomod.alert.model import Alert
from falcomod.alert.render import line_of
from falcomod.app import rules_program
from falcomod.app.agent import Agent
from falcomod.app.rules_program import load_rules
from falcomod.app.statistics import Statistics
from falcomod.config.load import load
from falcomod.config.model import Config
from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from tests.record_builder import build

CONTAINER = "0123456789ab" + "c" * 52
DATA = b"\x00\xffkey\n"
TS = 1_700_000_000_012_345_678

RULES = """
- rule: Written
  desc: d
  condition: evt.type = write and static.env in (prod, test)
  output: "%proc.name wrote %evt.buffer (container=%container.id %container.info)"
  priority: WARNING
  tags: [container, filesystem]

- rule: Closed
  desc: d
  condition: evt.type = close and toupper(static.env) = PROD and proc.name = val(static.program)
  output: "%proc.name closed in %static.env"
  priority: NOTICE
  tags: [process]
  exceptions:
    - name: zones
      fields: [static.zone, proc.name]
      values: [[us, sh]]
"""

STATIC = {"env": "prod", "program": "sh", "zone": "eu"}


@pytest.fixture(params=["compiled", "cached"])
def alerts_of(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Lines and alerts by the keys of a configuration."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)

    def run(print_format: str | None = None, **keys: Any) -> tuple[list[str], list[Alert]]:
        path = tmp_path / "falcomod.yaml"
        path.write_text(
            yaml.safe_dump(
                {
                    "rules_files": [str(rules)],
                    "rules_cache_dir": str(tmp_path / "cache"),
                    "static_fields": STATIC,
                    "time_format_iso_8601": True,
                    **keys,
                }
            )
        )
        config = load(str(path))
        if request.param == "cached":
            load_rules(config, print_format=print_format)
            monkeypatch.setattr(rules_program, "compile_rules", None)
        return play(config, print_format)

    return run


def play(config: Config, print_format: str | None) -> tuple[list[str], list[Alert]]:
    """The lines and alerts of a process in a container that writes and closes a file."""
    state = State()
    state.seed_thread(
        tid=7, pid=7, ptid=1, vpid=1, comm="sh", exe="sh", cgroups=[f"cpu=/docker/{CONTAINER}"]
    )
    state.set_container(
        CONTAINER,
        {
            "full_id": CONTAINER, "type": "docker", "name": "web",
            "image_repository": "nginx", "image_tag": "1.27",
        },
    )  # fmt: skip
    compiled = load_rules(config, print_format=print_format)
    alerts: list[Alert] = []
    agent = Agent(
        rules=compiled.rules,
        publish=alerts.append,
        statistics=Statistics(),
        hostname="node-1",
        keep_house=lambda: None,
    )
    records = [
        build("write", ts=TS, tid=7, fd=3, res=len(DATA), data=DATA),
        build("close", ts=TS + 1, tid=7, fd=3, res=0),
    ]
    faults: list[BaseException] = []
    Engine(
        ReplaySource(records), state, compiled.ruleset, agent.on_match, on_error=faults.append
    ).run(0, 2)
    assert faults == []
    line = line_of(config)
    return [line(alert) for alert in alerts], alerts


def test_as_it_is(alerts_of: Any) -> None:
    lines, _ = alerts_of()
    assert lines == [
        "2023-11-14T22:13:20.012345678+0000: Warning sh wrote ..key. (container=0123456789ab )",
        "2023-11-14T22:13:20.012345679+0000: Notice sh closed in prod",
    ]


def test_steps_of_append_output(alerts_of: Any) -> None:
    steps = [
        {"suggested_output": True},
        {"match": {"tags": ["process"]}, "extra_output": "zone=%static.zone"},
        {"match": {"rule": "Written"}, "extra_fields": ["proc.pid", {"who": "%proc.name!"}]},
        {"match": {"source": "k8s_audit"}, "extra_output": "never %ka.verb"},
    ]
    lines, alerts = alerts_of(append_output=steps, json_output=True)
    written, closed = (json.loads(line) for line in lines)
    suggested = (
        "container_name=web container_image_repository=nginx container_image_tag=1.27 "
        "k8s_pod_name=<NA> k8s_ns_name=<NA>"
    )
    assert alerts[0].output == f"sh wrote ..key. (container=0123456789ab ) {suggested}"
    assert closed["output"].endswith(
        f"sh closed in prod container_id=0123456789ab {suggested} zone=eu"
    )
    assert written["output_fields"] == {
        "container.id": "0123456789ab",
        "container.image.repository": "nginx",
        "container.image.tag": "1.27",
        "container.name": "web",
        "evt.buffer": "..key.",
        "evt.time.iso8601": TS,
        "k8s.ns.name": None,
        "k8s.pod.name": None,
        "proc.name": "sh",
        "proc.pid": 7,
        "who": "sh!",
    }
    assert closed["output_fields"]["static.zone"] == "eu"
    assert closed["output_fields"]["static.env"] == "prod"


def test_print(alerts_of: Any) -> None:
    lines, _ = alerts_of(print_format="c")
    assert lines[0].endswith(
        "(container=0123456789ab container_image=nginx container_image_tag=1.27 container_name=web)"
    )
    assert lines[1].endswith(
        "closed in prod container_id=0123456789ab container_image=nginx container_image_tag=1.27 "
        "container_name=web"
    )


def test_data_in_base64(alerts_of: Any) -> None:
    _, alerts = alerts_of(buffer_format_base64=True)
    assert base64.b64decode(alerts[0].output_fields["evt.buffer"]) == DATA
    assert alerts[0].output.split()[2] == base64.b64encode(DATA).decode()


@pytest.mark.parametrize(
    ("static", "rules"),
    [
        ({}, ["Written", "Closed"]),
        ({"env": "test"}, ["Written"]),
        ({"env": "dev"}, []),
        ({"program": "bash"}, ["Written"]),
        ({"zone": "us"}, ["Written"]),
    ],
)
def test_static_fields_decide_which_rules_match(
    alerts_of: Any, static: dict[str, str], rules: list[str]
) -> None:
    _, alerts = alerts_of(static_fields=STATIC | static)
    assert [alert.rule for alert in alerts] == rules


# The page about alerts

PAGE = Path(__file__).resolve().parents[2] / "docs" / "alerts.md"
CAPTURES = Path(__file__).resolve().parents[1] / "captures"
EXAMPLE = re.compile(r"^ *\$ falcomod (.*)\n *(.*)$", re.MULTILINE)


def block(after: str) -> str:
    """The indented lines behind a line of the page."""
    text = PAGE.read_text().partition(after)[2]
    lines = itertools.takewhile(lambda line: not line or line[0] == " ", text.splitlines()[1:])
    return textwrap.dedent("\n".join(lines))


@pytest.mark.parametrize(("line", "printed"), EXAMPLE.findall(PAGE.read_text()))
def test_examples_of_the_page(
    line: str,
    printed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(block("in `rules.yaml`:"))
    Path("falcomod.yaml").write_text(block("in `falcomod.yaml`:"))
    words = [CAPTURES / word if word.endswith(".scap") else word for word in shlex.split(line)]
    assert cli.run([*map(str, words), "-o", "rules_cache_dir="]) == 0
    assert capsys.readouterr().out.splitlines()[0] == printed
    monkeypatch.undo()
    time.tzset()
