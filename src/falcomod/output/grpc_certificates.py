# SPDX-License-Identifier: Apache-2.0
"""The server's certificate and key, and whose clients it takes; from files that may change."""

from __future__ import annotations

import logging
import os
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from falcomod.config.service_options import Grpc
from falcomod.errors import UserError

if TYPE_CHECKING:
    import grpc

log = logging.getLogger(__name__)

FILE_MAX = 1 << 20  # bytes of a file that is read


@dataclass(frozen=True)
class Pems:
    """What is in the three files."""

    key: bytes
    chain: bytes
    roots: bytes


class Certificates:
    """Reads the files at the start, and whenever one is another one; for any thread.

    What is wrong with them is a UserError at the start.  Later it is a warning, and what was
    read before stays in use.
    """

    def __init__(self, options: Grpc) -> None:
        self._files = _files(options)
        self._lock = threading.Lock()  # of _files and _seen
        self._seen = self._stamps()
        self._first = self._read()

    def credentials(self) -> grpc.ServerCredentials:
        """TLS for clients that have a certificate; the files are looked at when one comes."""
        import grpc

        return grpc.dynamic_ssl_server_credentials(
            self._configuration(self._first),
            self._changed,  # type: ignore[arg-type]
            require_client_authentication=True,
        )

    def renew(self, options: Grpc) -> None:
        """Has the files read again when the next client comes, whatever they look like."""
        with self._lock:
            self._files = _files(options)
            self._seen = ()

    def _changed(self) -> grpc.ServerCertificateConfiguration | None:
        """What is in the files now, where that may be something else; None else."""
        with self._lock:
            stamps = self._stamps()
            if stamps == self._seen:
                return None
            self._seen = stamps
        try:
            pems = self._read()
        except UserError as error:
            log.warning("certificates of the gRPC server stay as they were: %s", error)
            return None
        log.info("certificates of the gRPC server are read again")
        return self._configuration(pems)

    def _configuration(self, pems: Pems) -> grpc.ServerCertificateConfiguration:
        import grpc

        return grpc.ssl_server_certificate_configuration([(pems.key, pems.chain)], pems.roots)

    def _stamps(self) -> tuple[object, ...]:
        """Something that is different when a file is."""
        stamps = []
        for path in self._files.values():
            try:
                found = os.stat(path)
            except OSError as error:
                stamps.append((error.errno, 0, 0))
            else:
                stamps.append((found.st_ino, found.st_mtime_ns, found.st_size))
        return tuple(stamps)

    def _read(self) -> Pems:
        pems = Pems(*(_content(key, path) for key, path in self._files.items()))
        self._check()
        return pems

    def _check(self) -> None:
        """gRPC says nothing of what is in them until a client comes, and little then."""
        key, chain, roots = self._files.values()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        for name, path in (("grpc.cert_chain", chain), ("grpc.root_certs", roots)):
            try:
                context.load_verify_locations(cafile=path)
            except (OSError, ValueError) as error:
                raise UserError(
                    f"{name}: {path}: {_reason(error)}; name a file of certificates, PEM"
                ) from error
        try:
            # Without a password the system would ask for one at the terminal.
            context.load_cert_chain(chain, key, password="")
        except (OSError, ValueError) as error:
            raise UserError(
                f"grpc.private_key: {key}: {_reason(error)}; name the key of {chain}, PEM, "
                "without a password"
            ) from error


def _files(options: Grpc) -> dict[str, str]:
    """Paths by the names of their options, in the order of Pems."""
    names = ("private_key", "cert_chain", "root_certs")
    return {f"grpc.{name}": getattr(options, name) for name in names}


def _content(key: str, path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            content = file.read(FILE_MAX + 1)
    except OSError as error:
        raise UserError(
            f"{key}: {path}: {error.strerror}; a server at HOST:PORT needs it: make it, name "
            "another file, or listen at a unix socket"
        ) from error
    if len(content) > FILE_MAX:
        raise UserError(f"{key}: {path}: larger than {FILE_MAX} bytes; name a file of PEM")
    return content


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    if isinstance(error, ssl.SSLError):
        return "no PEM"
    return str(getattr(error, "strerror", None) or error)
