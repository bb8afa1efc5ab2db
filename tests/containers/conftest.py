# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests with real container runtimes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.containers.fix_containerd import Containerd, containerd
from tests.containers.fix_docker import dockerd, podman
from tests.containers.native import Native
from tests.containers.pods import Pods

__all__ = ["containerd", "dockerd", "podman"]


@pytest.fixture
def pods(containerd: Containerd) -> Iterator[Pods]:
    """Makes pods that are removed at the end of the test."""
    made = Pods(containerd.socket)
    yield made
    made.close()


@pytest.fixture
def native(containerd: Containerd) -> Iterator[Native]:
    """Makes containers of nobody's pods, in the namespace "default"."""
    made = Native(containerd)
    yield made
    made.close()
