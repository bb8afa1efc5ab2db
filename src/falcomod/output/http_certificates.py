# SPDX-License-Identifier: Apache-2.0
"""Certificates of a TLS client: whom it trusts, and what it shows; read anew when they change.

This needs ssl, so it is imported where there is an https address.
"""

from __future__ import annotations

import os
import ssl

from falcomod.config.output_options import HttpOutput
from falcomod.errors import UserError

State = tuple[tuple[int, int, int] | None, ...]


class Certificates:
    """Contexts for connections by the options; UserError where a file cannot be used."""

    def __init__(self, options: HttpOutput, socket_class: type[ssl.SSLSocket]) -> None:
        self._options = options
        self._socket_class = socket_class
        self._state = self._look()
        self._context = self._made()

    def context(self) -> ssl.SSLContext:
        """For a new connection; reading the system's certificates takes 20 ms, so it is kept."""
        state = self._look()
        if state != self._state:
            self._context = self._made()
            self._state = state
        return self._context

    def _look(self) -> State:
        """What changes when a file does, also behind links that are turned over."""
        options = self._options
        paths = [options.ca_cert, options.ca_bundle, options.ca_path]
        if options.mtls:
            paths += [options.client_cert, options.client_key]
        return tuple(_stamp(path) for path in paths if path)

    def _made(self) -> ssl.SSLContext:
        options = self._options
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.sslsocket_class = self._socket_class
        if options.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        else:
            self._trust(context)
        if options.mtls:
            self._show(context)
        return context

    def _trust(self, context: ssl.SSLContext) -> None:
        """The first that is given, in Falco's order."""
        options = self._options
        for name in ("ca_cert", "ca_bundle"):
            if path := getattr(options, name):
                try:
                    context.load_verify_locations(cafile=path)
                except (OSError, ValueError) as error:
                    raise _unusable(f"http_output.{name}", path, error) from error
                return
        if not options.ca_path:
            context.load_default_certs()
            return
        try:
            os.listdir(options.ca_path)
            context.load_verify_locations(capath=options.ca_path)
        except (OSError, ValueError) as error:
            raise _unusable("http_output.ca_path", options.ca_path, error, FOLDER_NEEDED) from error

    def _show(self, context: ssl.SSLContext) -> None:
        options = self._options
        for name in ("client_cert", "client_key"):
            path = getattr(options, name)
            try:
                with open(path, "rb"):
                    pass
            except (OSError, ValueError) as error:
                raise _unusable(f"http_output.{name}", path, error) from error
        try:
            # A key with a password would be asked for on the terminal.
            context.load_cert_chain(options.client_cert, options.client_key, password=b"")
        except (OSError, ValueError) as error:
            names = "http_output.client_cert and client_key"
            raise _unusable(
                names, f"{options.client_cert} and {options.client_key}", error
            ) from error


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _unusable(
    option: str, path: str, error: Exception, needed: str = "write a file of PEM (man x509)"
) -> UserError:
    if isinstance(error, ssl.SSLError):
        # OpenSSL gives no reason for what is no PEM, and for a key that it cannot unlock.
        reason = REASONS.get(error.reason, error.reason or "it is no PEM, or has a password")
    else:
        reason = getattr(error, "strerror", None) or str(error)
    return UserError(f"{option}: {path} cannot be used: {reason}; {needed}")


FOLDER_NEEDED = (
    "name a folder of certificates (man openssl-rehash), or nothing for those of the system"
)


REASONS: dict[str | None, str] = {
    "NO_CERTIFICATE_OR_CRL_FOUND": "there is no certificate in it",
    "KEY_VALUES_MISMATCH": "the key is not that of the certificate",
}
