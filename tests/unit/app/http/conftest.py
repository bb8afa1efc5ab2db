# SPDX-License-Identifier: Apache-2.0
"""What tests of the HTTP server share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http_talk import Held


@pytest.fixture
def held() -> Iterator[Held]:
    """A handler that answers when the test says so, or is over."""
    made = Held()
    yield made
    made.released.set()
