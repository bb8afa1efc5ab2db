# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest

from falcomod.enrich.probes import probe_facts


def manifest(*containers: Any) -> bytes:
    return json.dumps({"kind": "Pod", "spec": {"containers": list(containers)}}).encode()


def test_commands_of_the_container_of_that_name() -> None:
    text = manifest(
        {"name": "other", "livenessProbe": {"exec": {"command": ["/bin/other"]}}},
        {
            "name": "web",
            "livenessProbe": {"exec": {"command": ["/bin/sh", "-c", "true"]}, "periodSeconds": 5},
            "readinessProbe": {"exec": {"command": ["/bin/ready"]}},
        },
    )
    assert probe_facts(text, "web") == {
        "liveness_probe": ("/bin/sh", ["-c", "true"]),
        "readiness_probe": ("/bin/ready", []),
    }
    assert probe_facts(text, "other") == {"liveness_probe": ("/bin/other", [])}
    assert probe_facts(text, "nobody") == {}


@pytest.mark.parametrize(
    "container",
    [
        {"name": "web"},
        {"name": "web", "livenessProbe": {"httpGet": {"port": 80}}},
        {"name": "web", "livenessProbe": {"exec": {"command": []}}},
        {"name": "web", "livenessProbe": {"exec": {"command": "/bin/sh"}}},
        {"name": "web", "livenessProbe": {"exec": {"command": [None, "a"]}}},
        {"name": "web", "livenessProbe": {"exec": None}},
        {"name": "web", "livenessProbe": "exec"},
        "web",
        None,
    ],
)
def test_what_is_no_command(container: Any) -> None:
    assert probe_facts(manifest(container), "web") == {}


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"spec": 5}', b'{"spec": {"containers": {}}}']
)
def test_what_is_no_manifest(text: bytes) -> None:
    assert probe_facts(text, "web") == {}


def test_words_are_bounded() -> None:
    command = ["/bin/sh", "x" * 10_000, 5, *("y" for _ in range(1000))]
    facts = probe_facts(
        manifest({"name": "w", "readinessProbe": {"exec": {"command": command}}}), "w"
    )
    program, arguments = facts["readiness_probe"]
    assert program == "/bin/sh"
    assert arguments[:3] == ["", "", "y"]
    assert len(arguments) == 255
