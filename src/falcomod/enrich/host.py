# SPDX-License-Identifier: Apache-2.0
"""Where the host's files are, seen from a container of our own."""

from __future__ import annotations

import os


def host_path(path: str) -> str:
    """*path* of the host: below $HOST_ROOT where that is set, as in Falco's images."""
    return os.environ.get("HOST_ROOT", "").rstrip("/") + path
