# SPDX-License-Identifier: Apache-2.0
"""The version of a server, as a client gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from falcomod.api import version_pb2


@dataclass(frozen=True, kw_only=True)
class Version:
    """Which server answers, and the rule language that it knows."""

    version: str  # the whole
    major: int
    minor: int
    patch: int
    prerelease: str
    build: str
    engine_version: str  # such as 0.63.0; of old servers the one number that they have
    engine_fields_checksum: str

    @classmethod
    def of(cls, message: version_pb2.response) -> Version:
        """What a message says."""
        return cls(
            version=message.version,
            major=message.major,
            minor=message.minor,
            patch=message.patch,
            prerelease=message.prerelease,
            build=message.build,
            engine_version=message.engine_version or str(message.engine_minor),
            engine_fields_checksum=message.engine_fields_checksum,
        )
