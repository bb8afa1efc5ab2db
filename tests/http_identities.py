# SPDX-License-Identifier: Apache-2.0
"""Certificates of a server on loopback and of its clients, signed by an authority of the test."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


class Authority:
    """Its certificate, and pairs of certificate and key, are files of *folder*."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.ca = trustme.CA()
        self.file = folder / "ca.crt"
        self.file.write_bytes(self.ca.cert_pem.bytes())

    def pair(self, name: str, subject: str = "127.0.0.1") -> tuple[Path, Path]:
        leaf = self.ca.issue_cert(subject)
        chain, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        chain.write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
        key.write_bytes(leaf.private_key_pem.bytes())
        return chain, key

    def server(
        self, *, subject: str = "127.0.0.1", clients: Authority | None = None
    ) -> ssl.SSLContext:
        """For a server; *clients*: whose certificates its clients must show."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.pair(f"server-{subject}", subject))
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients.file)
        return context
