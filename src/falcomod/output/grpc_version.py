# SPDX-License-Identifier: Apache-2.0
"""The version, as the message of Falco's gRPC interface: falco.version.response."""

from __future__ import annotations

import re
from dataclasses import dataclass

PARTS = re.compile(
    r"(?P<major>\d{1,9})\.(?P<minor>\d{1,9})\.(?P<patch>\d{1,9})"
    r"(?:-(?P<prerelease>[^+]+))?(?:\+(?P<build>.+))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Version:
    """Which falcomod serves, and the rule language that it knows."""

    falcomod: str  # as in semver: 0.1.0, 1.0.0-rc1+4a2f
    engine: tuple[int, int, int] = (0, 0, 0)
    fields_checksum: str = ""  # of the fields that rules may name

    def encode(self) -> bytes:
        """The message; to be called where gRPC is used, because it imports protobuf."""
        from falcomod.api import version_pb2

        parts = PARTS.fullmatch(self.falcomod)
        found = parts.groupdict(default="") if parts else {}
        major, minor, patch = self.engine
        return version_pb2.response(
            version=self.falcomod,
            major=int(found.get("major", 0)),
            minor=int(found.get("minor", 0)),
            patch=int(found.get("patch", 0)),
            prerelease=found.get("prerelease", ""),
            build=found.get("build", ""),
            engine_minor=minor,
            engine_fields_checksum=self.fields_checksum,
            engine_major=major,
            engine_patch=patch,
            engine_version=f"{major}.{minor}.{patch}",
        ).SerializeToString()
