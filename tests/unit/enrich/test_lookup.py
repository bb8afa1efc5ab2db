# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.state.tables import State
from falcomod.enrich.followed import Followed
from falcomod.enrich.lookup import GIVE_UP_S, PARTIAL_S, TYPES, Ask, Known, Lookup, facts_of_group
from falcomod.enrich.runtime import Described
from tests.scripted_runtime import ScriptedRuntime, described

A = "a" * 64
NOBODY: frozenset[str] = frozenset()


def test_unknown_is_asked_again_after_5_10_20_milliseconds_up_to_a_second() -> None:
    lookup, ask = Lookup(A, 0.0), Ask()
    waits = [lookup.retry_s(ask, is_failed=False, is_known=False, now_s=1.0) for _ in range(10)]
    assert waits == [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.0, 1.0]


def test_failed_is_asked_again_up_to_ten_seconds() -> None:
    lookup, ask = Lookup(A, 0.0), Ask()
    waits = [lookup.retry_s(ask, is_failed=True, is_known=False, now_s=1.0) for _ in range(9)]
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]


@pytest.mark.parametrize(("is_known", "limit_s"), [(False, GIVE_UP_S), (True, PARTIAL_S)])
def test_asking_ends(is_known: bool, limit_s: float) -> None:
    lookup = Lookup(A, 100.0)
    options = {"is_failed": False, "is_known": is_known}
    assert lookup.retry_s(Ask(), now_s=100 + limit_s - 0.1, **options) is not None
    assert lookup.retry_s(Ask(), now_s=100 + limit_s, **options) is None
    lookup.is_removed = True
    assert lookup.retry_s(Ask(), now_s=100.0, **options) is None


def test_hope_is_somebody_who_can_be_asked() -> None:
    followed = Followed(ScriptedRuntime())
    lookup = Lookup(A, 0.0)
    assert not lookup.has_hope()
    lookup.asks[followed] = Ask()
    assert lookup.has_hope()
    followed.set_absent()
    assert not lookup.has_hope()
    followed.set_present()
    lookup.asks[followed].is_over = True
    assert not lookup.has_hope()


def test_words_of_runtimes_of_another_kind_do_not_count() -> None:
    containerd, docker = Followed(ScriptedRuntime()), Followed(ScriptedRuntime("d", ["docker"]))
    order = [containerd, docker]
    known = Known({containerd: described(A, image="i"), docker: described(A, name="n", ip=None)})
    assert known.facts("docker", order) == {"name": "n"}
    assert known.facts("", order) == {"name": "n", "image": "i"}
    assert known.is_whole("docker", order)
    assert not known.is_whole("lxc", order)


def test_last_resort_is_whole_only_alone() -> None:
    runtime, last = Followed(ScriptedRuntime()), Followed(ScriptedRuntime("k"), is_last=True)
    known = Known({last: described(A, name="k")})
    assert not known.is_whole("", [runtime, last])
    runtime.set_absent()
    assert known.is_whole("", [runtime, last])
    known.answers[runtime] = described(A, name="r", is_complete=False)
    assert known.facts("", [runtime, last])["name"] == "r"


def test_group_tells_id_type_and_pod() -> None:
    assert facts_of_group(A, "crio", "u-1", NOBODY) == {
        "full_id": A, "type": "cri-o", "pod_uid": "u-1",
    }  # fmt: skip
    assert facts_of_group("box", "lxc", None, frozenset(("lxc",)))["name"] == "box"
    assert facts_of_group(A, "", None, NOBODY) == {"full_id": A}


@pytest.mark.parametrize("kind", TYPES)
def test_facts_of_a_group_are_such_as_the_state_takes(kind: str) -> None:
    state = State()
    state.set_container(A, facts_of_group(A, kind, "u", frozenset(TYPES)))
    found = state.container(A[:12])
    assert found is not None
    assert found["type"] == TYPES[kind]


@pytest.mark.parametrize(
    ("path", "facts"), [("/odd/place", {"cgroup": "/odd/place"}), (f"/docker/{A}", {}), (None, {})]
)
def test_control_group_whose_form_names_no_container_is_a_fact(
    path: str | None, facts: dict[str, str]
) -> None:
    followed = Followed(ScriptedRuntime())
    known = Known({followed: Described(id=A, facts={}, cgroup=path)})
    assert known.facts("", [followed]) == facts
