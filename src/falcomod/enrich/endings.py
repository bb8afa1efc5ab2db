# SPDX-License-Identifier: Apache-2.0
"""Which end of a container is its first.

Runtimes tell of an end several times: the process has ended, what held it is cleaned
up, the container is deleted.  Only the first is of interest, unless it starts again.
"""

from __future__ import annotations

from collections import OrderedDict

KEPT = 4096  # ended containers that are remembered, the latest ones


class Endings:
    """Containers that have ended; for one thread."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._ended: OrderedDict[str, None] = OrderedDict()

    def is_first(self, id: str) -> bool:
        """Notes an end; False: it was told before."""
        if id in self._ended:
            self._ended.move_to_end(id)
            return False
        self._ended[id] = None
        if len(self._ended) > self._kept:
            self._ended.popitem(last=False)
        return True

    def starts(self, id: str) -> None:
        """Notes that it runs, perhaps again."""
        self._ended.pop(id, None)
