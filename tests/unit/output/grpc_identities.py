# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests: an authority, the files of a server, clients of all sorts."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import grpc
import trustme


class Authority:
    """Signs certificates, and writes them to files of *folder*."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._ca = trustme.CA()
        self.root = folder / "ca.crt"
        self.root.write_bytes(self._ca.cert_pem.bytes())

    def options(self) -> dict[str, Any]:
        """The options of a server with a fresh certificate for localhost."""
        chain, key = self.identity("server", "localhost", "127.0.0.1")
        return {
            "bind_address": "localhost:0",
            "private_key": str(key),
            "cert_chain": str(chain),
            "root_certs": str(self.root),
        }

    def identity(self, name: str, *subjects: str, days: int = 1) -> tuple[Path, Path]:
        """Files of a certificate, which is over in *days*, and its key."""
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
        start = end - datetime.timedelta(days=30)
        leaf = self._ca.issue_cert(*(subjects or (name,)), not_before=start, not_after=end)
        chain, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        chain.write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
        key.write_bytes(leaf.private_key_pem.bytes())
        return chain, key

    def credentials(self, identity: tuple[Path, Path] | None) -> grpc.ChannelCredentials:
        """Of a client that trusts this authority, with a certificate or none."""
        if identity is None:
            return grpc.ssl_channel_credentials(self.root.read_bytes())
        chain, key = identity
        return grpc.ssl_channel_credentials(
            self.root.read_bytes(), key.read_bytes(), chain.read_bytes()
        )
