# SPDX-License-Identifier: Apache-2.0
"""The report: Falco's keys and ours, without secrets, bounded, and there whatever is broken."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest

from falcomod import __version__
from falcomod.app import driver_choice, support
from falcomod.app.driver import Obstacle
from falcomod.app.driver_choice import Driver, EbpfDriver
from falcomod.app.masking import MASK
from falcomod.app.status_file import Status
from falcomod.config.container_options import ContainerEngines, Docker
from falcomod.config.model import Config
from falcomod.config.output_options import HttpOutput
from falcomod.config.service_options import Control
from tests.asked import control_server


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text("- list: password_files\n  items: [/etc/shadow]\n")
    return path


class NoDriver(EbpfDriver):
    """One that cannot be used."""

    def obstacle(self) -> Obstacle | None:
        return Obstacle("short", "no such kernel", "take another", "in full")


DRIVERS: tuple[Driver, ...] = (NoDriver(),)


def report(rules: Path, **options: Any) -> dict[str, Any]:
    """The report about a configuration without a falcomod that runs."""
    config = Config(rules_files=[str(rules)], control=Control(socket=f"{rules.parent}/none.sock"))
    changes = options.pop("changes", {})
    return support.report(
        dataclasses.replace(config, **changes),
        **{"drivers": DRIVERS, "running": (), "environment": {}, **options},
    )


def test_keys_of_falco(rules: Path) -> None:
    found = report(rules, arguments=["falcomod", "support", "-c", "a b.yaml"])
    assert found["version"] == __version__
    facts = os.uname()
    assert found["system_info"] == {
        "sysname": "Linux",
        "nodename": facts.nodename,
        "release": facts.release,
        "version": facts.version,
        "machine": facts.machine,
    }
    assert found["engine_info"]["engine_version"].isdigit()
    assert found["cmdline"] == "falcomod support -c 'a b.yaml'"
    assert found["config"]["engine"]["kind"] == "auto"
    assert found["rules_files"] == [
        {"name": str(rules), "variants": [{"content": rules.read_text()}]}
    ]


def test_it_is_json(rules: Path) -> None:
    found = report(rules)
    assert json.loads(json.dumps(found)) == found


def test_drivers_say_why_they_cannot_be_used(rules: Path) -> None:
    assert report(rules)["drivers"] == [
        {
            "name": "ebpf",
            "available": False,
            "loaded": False,
            "version": __version__,
            "reason": "no such kernel",
            "remedy": "take another",
            "detail": "in full",
        }
    ]


def test_every_driver_of_this_host_is_asked(rules: Path) -> None:
    found = report(rules, drivers=driver_choice.DRIVERS)["drivers"]
    assert [row["name"] for row in found] == ["kmod", "ebpf"]


def test_driver_is_loaded_while_a_falcomod_uses_it(rules: Path) -> None:
    running = [Status("ebpf", __version__, abi=1, rings=2, pid=7, started=1)]
    (driver,) = report(rules, drivers=[EbpfDriver()], running=running)["drivers"]
    assert driver["loaded"]


def test_warnings_of_the_configuration_are_told(tmp_path: Path) -> None:
    path = tmp_path / "falcomod.yaml"
    path.write_text("pasword: {token: s3cr3t-word}\n")
    found = support.collected(str(path), ["control.enabled=false"], [])
    (warning,) = found["config_warnings"]
    assert f"{path}:1:1: unknown key 'pasword'" in warning
    assert "s3cr3t-word" not in json.dumps(found)


def test_facts_of_the_kernel(tmp_path: Path) -> None:
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/modules_disabled").write_text("1\n")
    (tmp_path / "proc/version").write_bytes(b"Linux \xff" + b"x" * 100_000)
    found = support.kernel_facts(tmp_path)
    assert found.pop("proc/version").startswith("Linux �xxx")
    assert found == {"btf": "no", "proc/sys/kernel/modules_disabled": "1"}


def test_sockets_of_runtimes(rules: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="fm-", dir="/tmp") as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        listener.bind(f"{folder}/docker.sock")
        engines = ContainerEngines(
            docker=Docker(sockets=[f"{folder}/docker.sock", f"{folder}/none.sock", str(rules)])
        )
        found = report(rules, changes={"container_engines": engines})["runtimes"]
    assert [(row["runtime"], row["is"]) for row in found[:3]] == [
        ("docker", "a socket"),
        ("docker", "No such file or directory"),
        ("docker", "no socket"),
    ]
    assert {row["runtime"] for row in found} == {"docker", "podman", "containerd", "cri"}


def test_python_and_its_packages(rules: Path) -> None:
    python = report(rules)["python"]
    assert python["packages"]["falcomod"] == __version__
    assert python["version"].startswith("3.")


def test_status_of_the_falcomod_that_runs(rules: Path) -> None:
    with control_server(status=lambda: {"engine": {"events": 7}}) as path:
        found = report(rules, changes={"control": Control(socket=path)})
    assert found["status"] == {"engine": {"events": 7}}


def test_no_falcomod_runs(rules: Path) -> None:
    assert "no falcomod listens" in report(rules)["status"]["error"]


def test_secrets_are_masked(rules: Path) -> None:
    environment = {"FALCO_TOKEN": "s3cr3t-word", "SITE_PASSWORD": "an0ther-word", "HOME": "/root"}
    found = report(
        rules,
        arguments=["falcomod", "support", "-o", "http_output.headers.Authorization=an0ther-word"],
        environment=environment,
        changes={
            "http_output": HttpOutput(headers={"X": "third-word"}, url="http://u:fourth-word@h/"),
            "static_fields": {"a": "an0ther-word"},
        },
    )
    text = json.dumps(found)
    for word in ("s3cr3t", "an0ther", "third-word", "fourth"):
        assert word not in text
    assert found["environment"] == {"FALCO_TOKEN": MASK}
    assert found["config"]["http_output"]["headers"] == {"X": MASK}


def test_broken_configuration_is_told_and_the_rest_is_there(tmp_path: Path) -> None:
    path = tmp_path / "falcomod.yaml"
    path.write_text("http_output: {url: 'http://u:s3cr3t-word@h/'\n")
    found = support.collected(str(path), [], ["falcomod", "support"])
    assert found["config"] is None
    assert str(path) in found["config_fault"]
    assert "s3cr3t-word" not in json.dumps(found)
    assert found["drivers"]


def test_configuration_and_its_files(tmp_path: Path) -> None:
    path = tmp_path / "falcomod.yaml"
    path.write_text("log_level: debug\n")
    found = support.collected(str(path), ["priority=error"], [])
    assert (found["config"]["log_level"], found["config"]["priority"]) == ("debug", "error")
    assert found["config_files"] == [str(path)]


def test_rules_that_are_not_there(tmp_path: Path) -> None:
    found = report(tmp_path / "none.yaml")
    assert "no such rules file" in found["rules_files"]["error"]


def test_rules_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "a.yaml").write_bytes(b"\xff\n")
    (tmp_path / "rules.d" / "b.yaml").symlink_to("/proc/self/mem")
    first, second = report(tmp_path / "rules.d")["rules_files"]
    assert first["variants"] == [{"content": "�\n"}]
    assert second["error"] == "Input/output error"


def test_rules_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "FILE_MAX", 100)
    monkeypatch.setattr(support, "FILES_MAX_BYTES", 250)
    for name in "abcd":
        (tmp_path / f"{name}.yaml").write_text("#" * 101)
    found = report(tmp_path)["rules_files"]
    assert [len(entry["variants"][0]["content"]) for entry in found] == [100, 100, 50, 0]
    assert all(entry["cut"] for entry in found)
