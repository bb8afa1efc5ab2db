# SPDX-License-Identifier: Apache-2.0
"""Text for a standard stream that may be a pipe which nobody reads: nobody waits for it long."""

from __future__ import annotations

import os
import select
from typing import TextIO

# A pipe or terminal that is ready takes as much without a wait (man 7 pipe: PIPE_BUF).
PART_BYTES = 4096


def put(stream: TextIO | None, text: str, wait_s: float) -> bool:
    """Whether the stream took all of the text, where each part had *wait_s* to be taken."""
    if stream is None or stream.closed:  # None: before the start
        return False
    try:
        fd = stream.fileno()
    except OSError:  # memory, as in tests
        stream.write(text)
        stream.flush()
        return True
    view = memoryview(text.encode(errors="replace"))
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    try:
        while view:
            if not poll.poll(wait_s * 1000):
                return False
            view = view[os.write(fd, view[:PART_BYTES]) :]
    except OSError:  # its reader is gone, or the disk is full
        return False
    return True
