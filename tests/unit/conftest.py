# SPDX-License-Identifier: Apache-2.0
"""Commands run in the process of the tests; what they set up does not outlive a test."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """The log goes back to where it went: a command's standard error is closed with its test."""
    logger = logging.getLogger("falcomod")
    handlers, level, propagate = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = handlers, level, propagate
