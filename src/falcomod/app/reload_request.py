# SPDX-License-Identifier: Apache-2.0
"""Asks a running falcomod for a reload, over its control socket, and says what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from falcomod.app.control import RELOAD, NobodyListens, ask
from falcomod.errors import UserError

BY_SIGNAL = (
    "A falcomod without a control socket (control.enabled: false) is told by its process number: "
    "kill -HUP PID; its log says what came of it."
)


def request(socket: str, timeout_s: float) -> list[str]:
    """Lines about what is new.

    Raises UserError where the reload was refused, or nobody listens at *socket*;
    PermissionFault where that may not be opened.
    """
    try:
        answer = ask(socket, "POST", RELOAD, timeout_s)
    except NobodyListens as error:
        raise NobodyListens(f"{error}\n    {BY_SIGNAL}") from None
    return told(answer)


def told(answer: Mapping[str, Any]) -> list[str]:
    """The answer as lines; UserError where it says that nothing has changed for a fault."""
    message = str(answer.get("message") or "")
    if answer.get("ok") is False:
        raise UserError(f"reload refused, all goes on as before: {message}")
    lines = [f"reloaded: {message}" if message else "reloaded"]
    later = answer.get("later")
    if isinstance(later, list) and later:
        lines.append(f"takes effect at the next start: {', '.join(map(str, later))}")
    return lines
