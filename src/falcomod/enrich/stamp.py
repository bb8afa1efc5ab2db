# SPDX-License-Identifier: Apache-2.0
"""What tells contents of a file apart without reading them."""

from __future__ import annotations

import os
from typing import NamedTuple


class Stamp(NamedTuple):
    """A file that was written to, replaced or given away has another one."""

    dev: int
    ino: int
    mtime_ns: int
    ctime_ns: int
    size: int


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of what stat(2) has told of."""
    return Stamp(
        status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size
    )
