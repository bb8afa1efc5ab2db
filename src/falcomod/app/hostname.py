# SPDX-License-Identifier: Apache-2.0
"""The name of this host in alerts."""

from __future__ import annotations

import os
import socket


def hostname() -> str:
    """The name alerts carry; FALCO_HOSTNAME overrides the host's own."""
    return os.environ.get("FALCO_HOSTNAME") or socket.gethostname()
