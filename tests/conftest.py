# SPDX-License-Identifier: Apache-2.0
"""What holds for every tier of tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

# No test depends on how fast the machine is; a failing example prints how to replay it.
settings.register_profile("falcomod", deadline=None, print_blob=True)
settings.load_profile("falcomod")


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """The log goes back to where it went: a command's standard error is closed with its test."""
    logger = logging.getLogger("falcomod")
    handlers, level, propagate = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = handlers, level, propagate
