# SPDX-License-Identifier: Apache-2.0
"""What a real containerd answered, so that tests without one can ask it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

FILE = Path(__file__).with_name("containerd-1.6.20.json")


def answer(name: str) -> bytes:
    """The bytes of one answer."""
    return base64.b64decode(json.loads(FILE.read_text())[name])


def events() -> list[bytes]:
    """Envelopes of a container "web", of a pod and of its container, from start to end."""
    return [base64.b64decode(event) for event in json.loads(FILE.read_text())["events"]]
