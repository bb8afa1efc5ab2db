# SPDX-License-Identifier: Apache-2.0
"""A falcomod as its control socket shows it: tests say what it answers."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from falcomod.app import control
from falcomod.config.service_options import Control


@contextlib.contextmanager
def control_server(
    status: Callable[[], dict[str, Any]] = dict, reload: Callable[[], dict[str, Any]] = dict
) -> Iterator[str]:
    """The path of a socket that answers, as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="fm-", dir="/tmp") as folder:
        path = str(Path(folder) / "control.sock")
        routes = control.routes(status=status, reload=reload)
        server = control.server(Control(socket=path), routes)
        server.start()
        try:
            yield path
        finally:
            server.stop()
