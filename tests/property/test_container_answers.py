# SPDX-License-Identifier: Apache-2.0
"""Whatever a runtime answers, facts come of it that the engine's state takes."""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from falcomod.engine.state.tables import State
from falcomod.enrich.answers import known
from falcomod.enrich.containerd import change_of
from falcomod.enrich.containerd_api import TOPICS
from falcomod.enrich.containerd_facts import native_facts, spec_of
from falcomod.enrich.cri_facts import container_facts, pid_of, pod_of, sandbox_facts, sandbox_of
from falcomod.enrich.proto import containerd_pb2, cri_pb2
from falcomod.enrich.runtime import ITEMS_MAX, TEXT_MAX, Facts
from tests.unit.enrich.proto.recorded import answer

EXAMPLES = 200 * int(os.environ.get("FALCOMOD_EXAMPLES", "1"))

SPEC = json.loads(
    containerd_pb2.GetContainerResponse.FromString(answer("native_container")).container.spec.value
)
CONTAINER = json.loads(
    cri_pb2.ContainerStatusResponse.FromString(answer("container")).info[0].value
)
SANDBOX = json.loads(cri_pb2.PodSandboxStatusResponse.FromString(answer("sandbox")).info[0].value)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
PAIRS = st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=150)), max_size=4)


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """A document in which some values, at any depth, are others."""
    copy = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 3))):
        at = copy
        while isinstance(at, dict | list) and at:
            key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
            if draw(st.booleans()) or not isinstance(at[key], dict | list):
                at[key] = draw(VALUES)
                break
            at = at[key]
    return copy


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode("utf-8", "surrogatepass")


def check(facts: Facts) -> None:
    """The state takes them, and nothing is larger than the limits."""
    facts = known(facts)
    state = State()
    state.set_container("c" * 64, facts)
    assert state.container("c" * 12) is not None
    for value in facts.values():
        if isinstance(value, str):
            assert 0 < len(value) <= TEXT_MAX
        elif isinstance(value, dict | list):
            assert len(value) <= ITEMS_MAX


@settings(max_examples=EXAMPLES)
@given(damaged(SPEC), PAIRS, st.binary(max_size=30))
def test_objects_of_containerd(spec: Any, pairs: list[tuple[bytes, bytes]], image: bytes) -> None:
    kinds = [(b"io.cri-containerd.kind", kind) for kind in (b"sandbox", b"container")]
    for kind in (*([kind] for kind in kinds), []):
        found = containerd_pb2.Container(
            id=b"c" * 64,
            labels=[containerd_pb2.Pair(key=key, value=value) for key, value in (*kind, *pairs)],
            image=image,
            spec=containerd_pb2.Any(value=encoded(spec)),
        )
        check(native_facts(found, spec_of(found)))


@settings(max_examples=EXAMPLES)
@given(damaged(CONTAINER), damaged(SANDBOX), PAIRS, st.binary(max_size=30))
def test_answers_of_the_interface(
    details: Any, pod: Any, pairs: list[tuple[bytes, bytes]], image: bytes
) -> None:
    labels = [cri_pb2.Pair(key=key, value=value) for key, value in pairs]
    status = cri_pb2.ContainerStatus(
        id=b"c" * 64, labels=labels, annotations=labels, image_ref=image
    )
    info = [cri_pb2.Pair(key=b"info", value=encoded(details))]
    container = cri_pb2.ContainerStatusResponse(status=status, info=info)
    sandbox = cri_pb2.PodSandboxStatusResponse.FromString(answer("sandbox"))
    sandbox.status.labels.extend(labels)
    sandbox.info[0].value = encoded(pod)
    shared = sandbox_of(sandbox)
    for known_pod in (shared, None):
        check(container_facts(container, known_pod))
    check(sandbox_facts(sandbox, shared))
    pid, pod_id = pid_of(container.info), pod_of(container)
    assert pid is None or pid > 0
    assert pod_id is None or pod_id


@settings(max_examples=EXAMPLES)
@given(st.sampled_from([*TOPICS, ""]), st.binary(max_size=60))
def test_events_of_containerd(topic: str, event: bytes) -> None:
    envelope = containerd_pb2.Envelope(topic=topic.encode(), event=containerd_pb2.Any(value=event))
    change = change_of(envelope)
    assert change is None or change.id.isascii()
