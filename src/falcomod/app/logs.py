# SPDX-License-Identifier: Apache-2.0
"""The program's own log: lines on standard error, each with its time in front."""

from __future__ import annotations

import logging
import sys

LEVELS = {
    "emergency": logging.CRITICAL,
    "alert": logging.CRITICAL,
    "critical": logging.CRITICAL,
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "notice": logging.INFO,
    "informational": logging.INFO,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}


def set_up(level: str) -> None:
    """Sends the log to standard error; level is a name of config.model.PRIORITIES."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s: %(message)s", "%a %b %d %H:%M:%S %Y"))
    root = logging.getLogger("falcomod")
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])
    root.propagate = False
