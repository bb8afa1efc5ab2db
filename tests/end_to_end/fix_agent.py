# SPDX-License-Identifier: Apache-2.0
"""agent: a falcomod that writes alerts as JSON; text_agent: one that is to be stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agent import Agent


@pytest.fixture(scope="module")
def agent() -> Iterator[Agent]:
    with Agent("--json") as started:
        started.wait_until_ready()
        yield started
        assert started.process.poll() is None, started.said()


@pytest.fixture
def text_agent() -> Iterator[Agent]:
    with Agent() as started:
        started.wait_until_ready()
        yield started
