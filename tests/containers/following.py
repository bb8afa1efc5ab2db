# SPDX-License-Identifier: Apache-2.0
"""What a runtime tells of while a test does something else."""

from __future__ import annotations

import queue
import threading

from falcomod.enrich.runtime import Change, Runtime
from falcomod.errors import MetadataFault

WAIT_S = 20.0


class Following:
    """Reads changes on a thread of its own, until they end."""

    def __init__(self, runtime: Runtime) -> None:
        self.fault: MetadataFault | None = None
        self._told: queue.SimpleQueue[Change | None] = queue.SimpleQueue()
        self._changes = runtime.changes()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def next(self) -> Change | None:
        """The next change; None: there are no more, and *fault* says why."""
        return self._told.get(timeout=WAIT_S)

    def until(self, kind: str, id: str) -> list[Change]:
        """All changes up to one."""
        found = []
        while (change := self.next()) is not None:
            found.append(change)
            if (change.kind, change.id) == (kind, id):
                return found
        raise AssertionError(f"{kind} of {id} was not told, but {found}: {self.fault}")

    def until_end(self) -> list[Change]:
        """All changes that are left."""
        found = []
        while (change := self.next()) is not None:
            found.append(change)
        return found

    def join(self) -> None:
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive()

    def _read(self) -> None:
        try:
            for change in self._changes:
                self._told.put(change)
        except MetadataFault as fault:
            self.fault = fault
        self._told.put(None)
