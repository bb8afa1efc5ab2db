# SPDX-License-Identifier: Apache-2.0
"""Where messages of syslog go: a path, udp://HOST:PORT or tcp://HOST:PORT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from falcomod.errors import UserError

PORT = 514  # RFC 5426; of TCP by custom, RFC 6587


@dataclass(frozen=True)
class Address:
    """Of a receiver; *kind* is "unix", "udp" or "tcp", *host* a path for the first."""

    kind: str
    host: str
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises UserError."""
        if text.startswith("/"):
            return cls("unix", text)
        try:
            url = urlsplit(text)
            port = PORT if url.port is None else url.port
        except ValueError as error:
            raise _refused(text, str(error)) from error
        if url.scheme not in ("udp", "tcp"):
            raise _refused(text, "it begins with neither / nor udp:// nor tcp://")
        if not url.hostname or not port:
            raise _refused(text, "a host or port is missing")
        if url.path.strip("/") or url.query or url.fragment or url.username is not None:
            raise _refused(text, "there is more than host and port")
        return cls(url.scheme, url.hostname, port)

    @property
    def is_remote(self) -> bool:
        return self.kind != "unix"

    def __str__(self) -> str:
        if self.kind == "unix":
            return self.host
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"


def _refused(text: str, reason: str) -> UserError:
    return UserError(
        f"syslog_output.socket: {text!r} is no receiver: {reason}; write a path such as "
        "/dev/log, udp://HOST:PORT or tcp://HOST:PORT"
    )
