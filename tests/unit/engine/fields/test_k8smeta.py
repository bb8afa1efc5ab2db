# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.registry import all_fields, bind
from tests.unit.engine.fields.host import Case, host, look, of_cat
from tests.unit.engine.fields.test_container import of_sh
from tests.unit.engine.fields.test_owner import told

INFOS = [info for info in all_fields() if info.name.startswith("k8smeta.")]


def of_list(field: str, *items: str) -> Case:
    """A case of sh whose value is a list."""
    return of_sh(field, f"({','.join(items)})", list(items))


CASES = [
    of_sh("k8smeta.pod.name", "web-0"),
    of_sh("k8smeta.pod.uid", "3e41dc6b"),
    of_sh("k8smeta.pod.label[app.kubernetes.io/name]", "shop"),
    of_sh("k8smeta.pod.label[2]", "two"),
    of_sh("k8smeta.pod.label[0]", None),
    of_list("k8smeta.pod.labels", "2:two", "app.kubernetes.io/name:shop"),
    of_sh("k8smeta.pod.ip", "10.0.0.7"),
    of_sh("k8smeta.ns.name", "shop"),
    of_sh("k8smeta.ns.uid", "0f0f"),
    of_sh("k8smeta.ns.label[team]", "ada"),
    of_sh("k8smeta.ns.label[flag]", ""),
    of_list("k8smeta.ns.labels", "flag:", "team:ada"),
    of_sh("k8smeta.deployment.name", "web"),
    of_sh("k8smeta.deployment.uid", "d1"),
    of_sh("k8smeta.deployment.label[a/b]", "c"),
    of_list("k8smeta.deployment.labels", "a/b:c", "tier:front"),
    of_sh("k8smeta.rs.name", "web-7d4b"),
    of_sh("k8smeta.rs.uid", "r1"),
    of_sh("k8smeta.rs.label[hash]", "7d4b"),
    of_list("k8smeta.rs.labels", "hash:7d4b"),
    of_sh("k8smeta.rc.name", None),
    of_sh("k8smeta.rc.uid", None),
    of_sh("k8smeta.rc.label[app]", None),
    of_sh("k8smeta.rc.labels", None),
    of_list("k8smeta.svc.name", "web", "web-admin", "web-none"),
    of_list("k8smeta.svc.uid", "s1", "s2", "s3"),
    of_list("k8smeta.svc.label[tier]", "front", "back"),
    of_list("k8smeta.svc.label[x]", "1"),
    of_sh("k8smeta.svc.label[y]", None),
    of_list("k8smeta.svc.labels", "tier:front", "x:1", "tier:back"),
    *(
        of_cat(f"{info.name}[x]" if info.argument == "required" else info.name, None)
        for info in INFOS
    ),
]

# What may be many.
LISTS = {
    "k8smeta.pod.labels", "k8smeta.ns.labels", "k8smeta.deployment.labels", "k8smeta.rs.labels",
    "k8smeta.rc.labels", "k8smeta.svc.name", "k8smeta.svc.uid", "k8smeta.svc.label",
    "k8smeta.svc.labels",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.field}-{case.text}")
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_fields_are_those_of_the_plugin() -> None:
    names = {
        f"k8smeta.{of}.{part}"
        for of in ("pod", "ns", "deployment", "rs", "rc", "svc")
        for part in ("name", "uid", "label", "labels")
    }
    assert {info.name for info in INFOS} == names | {"k8smeta.pod.ip"}
    assert {info.name for info in INFOS if "list" in info.flags} == LISTS
    assert not any("deprecated" in info.flags for info in INFOS)
    assert {info.name for info in INFOS if info.argument == "required"} == {
        name for name in names if name.endswith(".label")
    }


def test_lists_without_items_have_no_value() -> None:
    facts = {"name": "web", "services": [{"name": "a"}, {}]}
    names = ("k8smeta.pod.labels", "k8smeta.svc.name", "k8smeta.svc.uid", "k8smeta.svc.labels")
    assert told(facts, *names) == [None, ["a"], None, None]


def test_many_long_labels_are_all_there() -> None:
    labels = {f"{number:03}" + "k" * 300: "v" * 1000 for number in range(256)}
    [found] = told({"services": [{"labels": labels}] * 3}, "k8smeta.svc.labels")
    assert found == [f"{key}:{value}" for key, value in labels.items()] * 3


def test_rules_can_ask_for_them() -> None:
    assert bind("k8smeta.svc.label.app.kubernetes.io/name").info.name == "k8smeta.svc.label"
