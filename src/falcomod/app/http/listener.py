# SPDX-License-Identifier: Apache-2.0
"""Where a server listens: an address with or without TLS, or a Unix socket.

Opening one either works at once or raises UserError, which says what is in the way.
"""

from __future__ import annotations

import errno
import fcntl
import ipaddress
import os
import socket
import stat
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from falcomod.errors import UserError

if TYPE_CHECKING:
    import ssl

BACKLOG = 128
LOCK_S = 2.0
LOCK_PAUSE_S = 0.01
PROBE_S = 2.0
PEER_CREDENTIALS = struct.Struct("iII")  # struct ucred of unix(7): pid, uid, gid
FOLDER_MODE = 0o755


@dataclass(frozen=True)
class Tls:
    """The certificate, with what it was signed by, and its key: one file.

    With *client_ca*, a file of authorities, clients are asked for a certificate; one that is
    shown has to be signed by one of them.  *option* is what names the path, for messages.
    """

    path: str
    option: str = field(default="", compare=False)
    client_ca: str = ""


@dataclass(frozen=True)
class Tcp:
    """An IP address; port 0 takes a free one."""

    host: str
    port: int
    tls: Tls | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}{' (SSL)' if self.tls else ''}"


@dataclass(frozen=True)
class Unix:
    """A socket in the file system."""

    path: str
    mode: int = 0o600

    def __str__(self) -> str:
        return self.path


def open_listener(where: Tcp | Unix) -> socket.socket:
    """A socket that listens and does not block; raises UserError."""
    return _open_tcp(where) if isinstance(where, Tcp) else _open_unix(where)


def tls_context(tls: Tls) -> ssl.SSLContext:
    """What connections are wrapped with, of the file as it is now; raises UserError."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    try:
        # Without a password, OpenSSL would ask for one at the terminal.
        context.load_cert_chain(tls.path, password="")
    except OSError as error:
        place = f"{tls.option}: {tls.path}" if tls.option else tls.path
        reason = error.strerror
        if isinstance(error, ssl.SSLError):
            reason = f"no certificate with its key: {error.reason or error}"
        raise UserError(
            f"{place}: {reason}; the file holds, as PEM, the certificate, the certificates "
            "between it and its authority, and the key without a password"
        ) from None
    if tls.client_ca:
        _ask_for_certificates(context, tls.client_ca)
    return context


def _ask_for_certificates(context: ssl.SSLContext, path: str) -> None:
    import ssl

    try:
        context.load_verify_locations(path)
    except OSError as error:
        reason = "no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise UserError(
            f"client_ca: {path}: {reason}; the file holds certificates of authorities, as PEM"
        ) from None
    # Who only asks, as probes of liveness do, has none.
    context.verify_mode = ssl.CERT_OPTIONAL


def _open_tcp(where: Tcp) -> socket.socket:
    try:
        address = ipaddress.ip_address(where.host)
    except ValueError:
        raise UserError(f"{where.host!r} is no IP address to listen on") from None
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # :: takes clients of both families, as Falco does.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((where.host, where.port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise UserError(f"cannot listen on {where}: {_reason(error)}") from None
    return listener


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another process listens there"
    return str(error.strerror)


def _open_unix(where: Unix) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = os.path.dirname(os.path.abspath(where.path))
    try:
        os.makedirs(folder, mode=FOLDER_MODE, exist_ok=True)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _lock(held, folder)
            _make_room(where.path)
            # The kernel makes the file with the mode that the socket has
            # (Linux net/unix/af_unix.c, unix_bind), so there is no moment of another.
            os.fchmod(listener.fileno(), where.mode)
            listener.bind(where.path)
            os.chmod(where.path, where.mode)  # which the umask may have narrowed
            listener.listen(BACKLOG)
            listener.setblocking(False)
        finally:
            os.close(held)
    except OSError as error:
        listener.close()
        raise UserError(f"cannot listen on {where}: {error.strerror or error}") from None
    except UserError:
        listener.close()
        raise
    return listener


def _lock(folder: int, name: str) -> None:
    """One process at a time looks whether a socket is in use; it ends with the descriptor."""
    deadline_s = time.monotonic() + LOCK_S
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline_s:
                raise UserError(f"{name}: another process holds a lock on this folder") from None
            time.sleep(LOCK_PAUSE_S)


def _make_room(path: str) -> None:
    """Removes a socket that nobody listens on any more."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise UserError(f"cannot listen on {path}: it is there, and is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PROBE_S)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            pass
        except OSError as error:
            raise UserError(f"cannot listen on {path}: it is in use ({error})") from None
        else:
            raise UserError(f"cannot listen on {path}: {_listening(probe)} listens there already")
    Path(path).unlink(missing_ok=True)


def _listening(probe: socket.socket) -> str:
    """Who is at the other end, such as "falcomod (process 42)"."""
    raw = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER_CREDENTIALS.size)
    pid = PEER_CREDENTIALS.unpack(raw)[0]
    try:
        name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    except OSError:
        name = "another program"
    return f"{name} (process {pid})"
