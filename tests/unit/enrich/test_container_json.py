# SPDX-License-Identifier: Apache-2.0
"""What is written is what the engine reads back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from falcomod.engine.state.update_container import TYPES, container_of
from falcomod.enrich.container_json import SIZE_MAX, container_event

A = "a" * 64

FACTS: dict[str, Any] = {
    "full_id": A,
    "type": "containerd",
    "name": "wéb",
    "image": "docker.io/library/nginx:1.27",
    "image_id": "abc",
    "image_repository": "docker.io/library/nginx",
    "image_tag": "1.27",
    "image_digest": "sha256:1",
    "ip": "10.0.0.1",
    "cni_json": '{"a":1}',
    "pod_sandbox_id": "b" * 12,
    "pod_full_sandbox_id": "b" * 64,
    "privileged": True,
    "host_pid": False,
    "host_network": True,
    "host_ipc": False,
    "is_pod_sandbox": False,
    "start_ns": 1_700_000_000_000_000_000,
    "labels": {
        "app": "web",
        "io.kubernetes.pod.name": "web-1",
        "io.kubernetes.pod.namespace": "shop",
        "io.kubernetes.pod.uid": "u-1",
    },
    "pod_labels": {"tier": "front"},
    "mounts": [("/src", "/dst", "z", True, "rprivate"), ("/a", "/b", "", False, "")],
    "healthcheck": ("/bin/sh", ["-c", "true"]),
    "liveness_probe": None,
    "readiness_probe": ("/probe", []),
}


def test_description_is_read_back_as_it_was() -> None:
    id, facts, is_complete = container_of(container_event(A, FACTS))
    assert (id, is_complete) == (A[:12], True)
    pod = {"pod_name": "web-1", "pod_namespace": "shop", "pod_uid": "u-1"}
    assert facts == FACTS | pod


def test_secrets_are_left_out() -> None:
    text = container_event(A, FACTS | {"env": {"PASSWORD": "hunter2"}, "annotations": {"a": "b"}})
    assert b"hunter2" not in text
    assert "env" not in json.loads(text)["container"]


@pytest.mark.parametrize("word", TYPES.values())
def test_type_is_a_number(word: str) -> None:
    described = json.loads(container_event(A, {"type": word}))["container"]
    assert TYPES[described["type"]] == word


def test_type_without_a_number_stays_a_word() -> None:
    _, facts, _ = container_of(container_event("box", {"type": "nspawn", "name": "box"}))
    assert (facts["type"], facts["name"]) == ("nspawn", "box")


def test_little_is_known() -> None:
    assert json.loads(container_event(A, {}))["container"]["full_id"] == A
    id, facts, _ = container_of(container_event(A, {"start_ns": None, "labels": None}))
    assert id == A[:12]
    assert facts["labels"] == {}


@pytest.mark.parametrize(
    ("large", "kept"),
    [
        ({"labels": {"k": "v" * SIZE_MAX}}, "Mounts"),
        ({"labels": {"k": "v" * SIZE_MAX}, "mounts": [("s" * SIZE_MAX, "", "", True, "")]}, "name"),
        ({"healthcheck": ("x" * SIZE_MAX, [])}, "name"),
        ({"name": "n" * SIZE_MAX}, "id"),
    ],
)
def test_description_that_is_too_long_loses_what_is_least_missed(
    large: dict[str, Any], kept: str
) -> None:
    text = container_event(A, FACTS | large)
    assert len(text) <= SIZE_MAX
    assert kept in json.loads(text)["container"]


def test_half_a_character_does_not_stop_it() -> None:
    assert b"?" in container_event(A, {"name": "\ud800"})
