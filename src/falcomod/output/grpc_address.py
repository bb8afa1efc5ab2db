# SPDX-License-Identifier: Apache-2.0
"""Where the gRPC server listens: grpc.bind_address, and the file of a unix socket."""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from falcomod.errors import UserError

PATH_MAX = 107  # bytes of a unix socket's path (man 7 unix)
FOLDER_MODE = 0o755

HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%\w]+\]|[^:\[\]/]+):(?P<port>[0-9]{1,5})", re.ASCII)


@dataclass(frozen=True)
class Address:
    """A path, or a host and a port."""

    path: str = ""
    host: str = ""  # with brackets where it is an IPv6 address
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Address:
        """Raises UserError for what is neither."""
        if text.startswith("unix:"):
            path = text.removeprefix("unix:")
            path = path.removeprefix("//") if path.startswith("///") else path
            if not path.startswith("/") or path.startswith("//"):
                raise _fault(text)
            return cls(path=path)
        match = HOST_PORT.fullmatch(text)
        if match is None or int(match["port"]) > 65535:
            raise _fault(text)
        return cls(host=match["host"], port=int(match["port"]))

    def __str__(self) -> str:
        return f"unix://{self.path}" if self.path else f"{self.host}:{self.port}"


class SocketFile:
    """The file of a unix socket, which is there when it can be connected to, with its mode.

    It is bound in a folder that nobody else may enter, and moved to its place then: there is
    no moment with wider rights, and no umask that other threads would feel.
    """

    def __init__(self, path: str, mode: int) -> None:
        self.path = path
        self._mode = mode
        self._inode = 0

    def bind(self, bind: Callable[[str], object]) -> None:
        """Calls *bind* with another path, and moves what it made there to ours.

        A socket that nobody listens on is replaced.  Raises UserError.
        """
        try:
            folder = Path(self.path).parent
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self._check_free()
            # Two characters' names: the path in there must not be much longer than ours.
            with tempfile.TemporaryDirectory(prefix=".", dir=folder) as private:
                made = os.path.join(private, "s")
                if max(len(os.fsencode(made)), len(os.fsencode(self.path))) > PATH_MAX:
                    raise OSError(errno.ENAMETOOLONG, "the path is too long for a unix socket")
                bind(made)
                os.chmod(made, self._mode)
                self._inode = os.stat(made).st_ino
                os.rename(made, self.path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UserError(
                f"grpc.bind_address: unix://{self.path}: {reason}; name another path"
            ) from error

    def remove(self) -> None:
        """Takes the file away, where it is still ours."""
        with suppress(OSError):
            if os.lstat(self.path).st_ino == self._inode:
                os.unlink(self.path)

    def _check_free(self) -> None:
        try:
            mode = os.lstat(self.path).st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISSOCK(mode):
            raise FileExistsError(errno.EEXIST, "it is there, and no socket")
        with socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            try:
                probe.connect(self.path)
            except ConnectionRefusedError:
                return
            except BlockingIOError:
                pass  # Somebody listens, and has much to do.
        raise OSError(errno.EADDRINUSE, "another process listens there")


def refusal(address: Address) -> str:
    """Why nobody can listen at a host and a port, in the system's words."""
    host = address.host.strip("[]")
    try:
        found = socket.getaddrinfo(host, address.port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _name, place in found:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
                probe.listen()
    except OSError as error:
        return error.strerror or str(error)
    return "it cannot be listened on"


def _fault(text: str) -> UserError:
    return UserError(
        f"grpc.bind_address: {text}: no address; write unix:// and a path, as in "
        "unix:///run/falco/falco.sock, or HOST:PORT, as in 0.0.0.0:5060"
    )
