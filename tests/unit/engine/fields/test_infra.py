# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.record_builder import build
from tests.unit.engine.fields.host import NOTHING, TS, Case, host, look


def event(description: str) -> bytes:
    return build(
        "INFRASTRUCTURE_EVENT_E", ts=TS, tid=2**64 - 1, source="docker", name="start",
        description=description, scope="",
    )  # fmt: skip


START = event("Event: start; ID: 0123456789abcdef ;Name: web;  Image: nginx")

CASES = [
    Case("evt.infra.docker.name", START, *2 * ("start",)),
    Case("evt.infra.docker.container.id", START, *2 * ("0123456789ab",)),
    Case("evt.infra.docker.container.name", START, *2 * ("web",)),
    Case("evt.infra.docker.container.image", START, *2 * ("nginx",)),
    Case("evt.infra.docker.container.image", event("Image: a:1"), *2 * ("a:1",)),
    Case("evt.infra.docker.container.image", event("Image"), "", ""),
    Case("evt.infra.docker.name", event(""), None, None),
    Case("evt.infra.docker.name", event(";;;:Event"), None, None),
    Case("evt.infra.docker.name", NOTHING, None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)
