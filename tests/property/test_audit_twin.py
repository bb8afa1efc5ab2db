# SPDX-License-Identifier: Apache-2.0
"""Fields of audit events and their plain Python twin agree, on events as they are sent and
on such in which anything has been replaced by anything.
"""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from falcomod.engine.fields.registry import all_fields
from tests.reference import audit as twin
from tests.unit.engine.fields import test_audit
from tests.unit.engine.fields.documents import look

FACTOR = int(os.environ.get("FALCOMOD_EXAMPLES", "1"))

EVENTS = [
    test_audit.POD, test_audit.BINDING, test_audit.ROLE, test_audit.CONFIG_MAP,
    test_audit.SERVICE, test_audit.NAMED,
    {"auditID": "8", "requestObject": {"spec": {"containers": [{}], "initContainers": [{}, {}]}}},
]  # fmt: skip
WORDS = [
    "pods", "kind", "name", "path", "User", "ServiceAccount", "a/b:c@d", "reg:5/x", "/etc", "*",
    "/x?a=1&a=2&b=%41#c", "", "é\0", "0", "1", "auditID",
]  # fmt: skip

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 70000), st.sampled_from([0.5, 1e30, -0.0]),
    st.sampled_from(WORDS), st.text(max_size=3),
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
    ),
    max_leaves=6,
)

FIELDS = [
    info.name + argument
    for info in all_fields()
    if info.field_class.name == "ka"
    for argument in {
        "none": ("",),
        "optional": ("", "[0]", "[1]", "[3]"),
        "required": ("[a]", "[command]", "[/etc]", "[/var*]", "[*]"),
    }[info.argument]
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where everything in a document stands."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += places(inner, (*path, number))
    return found


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """An event, of which up to four values are replaced or gone."""
    event: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(EVENTS))))
    for _ in range(draw(st.integers(0, 4))):
        where = places(event)
        if not where:
            break
        *way, last = draw(st.sampled_from(where))
        holder: Any = event
        for step in way:
            holder = holder[step]
        if draw(st.booleans()):
            holder[last] = draw(JSON)
        else:
            del holder[last]
    return event


@settings(
    max_examples=400 * FACTOR,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(changed())
def test_fields_of_changed_events(event: dict[str, Any]) -> None:
    values = dict(zip(FIELDS, (value for _, value in look(event, *FIELDS)), strict=True))
    assert values == {field: twin.value(field, event) for field in FIELDS}


def test_the_twin_knows_every_field() -> None:
    assert set(twin.FIELDS) == {info.name for info in all_fields() if info.name.startswith("ka.")}
