# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import all_fields, bind
from falcomod.engine.state.tables import State
from tests.unit.engine.fields.host import CONTAINER, Case, host, look, of_cat
from tests.unit.engine.fields.test_container import CONTAINED, of_sh

OWNERS = ("k8s.rc.", "k8s.rs.", "k8s.deployment.", "k8s.svc.")
NAMES = [
    info.name
    for info in all_fields()
    if info.name.startswith(OWNERS) or info.name in ("k8s.ns.id", "k8s.ns.label", "k8s.ns.labels")
]

CASES = [
    of_sh("k8s.rc.name", None),
    of_sh("k8s.rc.id", None),
    of_sh("k8s.rc.label.app", None),
    of_sh("k8s.rc.labels", None),
    of_sh("k8s.rs.name", "web-7d4b"),
    of_sh("k8s.rs.id", "r1"),
    of_sh("k8s.rs.label.hash", "7d4b"),
    of_sh("k8s.rs.labels", "hash:7d4b"),
    of_sh("k8s.deployment.name", "web"),
    of_sh("k8s.deployment.id", "d1"),
    of_sh("k8s.deployment.label.tier", "front"),
    of_sh("k8s.deployment.label[a/b]", "c"),
    of_sh("k8s.deployment.label.a/b", "c"),
    of_sh("k8s.deployment.label.hash", None),
    of_sh("k8s.deployment.labels", "a/b:c, tier:front"),
    of_sh("k8s.ns.id", "0f0f"),
    of_sh("k8s.ns.label.team", "ada"),
    of_sh("k8s.ns.label.flag", ""),
    of_sh("k8s.ns.labels", "flag, team:ada"),
    of_sh("k8s.svc.name", "web, web-admin, web-none"),
    of_sh("k8s.svc.id", "s1, s2, s3"),
    of_sh("k8s.svc.label.tier", "front, back"),
    of_sh("k8s.svc.label.x", "1"),
    of_sh("k8s.svc.label.y", None),
    of_sh("k8s.svc.labels", "tier:front, x:1, tier:back"),
    *(of_cat(f"{name}[x]" if name.endswith(".label") else name, None) for name in NAMES),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.field}-{case.text}")
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_old_names_are_all_there_and_marked() -> None:
    assert len(NAMES) == 19
    assert all("deprecated" in bind(text).info.flags for text in (case.field for case in CASES))


def told(facts: dict[str, Any], *names: str) -> list[Any]:
    """Values of fields of a container whose pod is told so."""
    state = State()
    state.set_container(CONTAINER, {"pod_uid": "u"})
    state.seed_thread(tid=307, pid=307, cgroups=[f"cpu=/docker/{CONTAINER}"])
    state.set_pod("u", facts)
    probe = Probe(state)
    view = probe.at(CONTAINED)
    return [bind(name).value(view) for name in names]


def test_labels_of_what_is_known_by_its_name_alone_are_unknown() -> None:
    names = ("k8s.ns.name", "k8s.ns.id", "k8s.ns.labels")
    assert told({"namespace": "shop"}, *names) == ["shop", None, None]
    assert told({"namespace": "shop", "namespace_uid": "n"}, *names) == ["shop", "n", ""]


def test_labels_of_an_owner_that_was_not_read_yet_are_unknown() -> None:
    names = ("k8s.deployment.name", "k8s.deployment.id", "k8s.deployment.labels")
    owner: dict[str, Any] = {"name": "web", "uid": "d", "labels": None}
    assert told({"deployment": owner}, *names) == ["web", "d", None]
    assert told({"deployment": owner | {"labels": {}}}, *names) == ["web", "d", ""]


def test_service_that_lacks_a_part_is_passed_over() -> None:
    services = [{"name": "a"}, {"uid": "2"}, {"name": "c", "uid": "3", "labels": {"x": ""}}]
    names = ("k8s.svc.name", "k8s.svc.id", "k8s.svc.label.x", "k8s.svc.labels")
    assert told({"services": services}, *names) == ["a, c", "2, 3", "", "x"]
    assert told({"services": [{"name": "a"}]}, *names) == ["a", None, None, ""]
    assert told({}, *names) == [None] * 4
