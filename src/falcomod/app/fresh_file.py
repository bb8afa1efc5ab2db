# SPDX-License-Identifier: Apache-2.0
"""A small file that others read: it is there as a whole or not at all.

Its folder may be one where others write, such as /tmp: what they put there, links included,
is not written through.
"""

from __future__ import annotations

import contextlib
import os

MODE = 0o644  # whatever the umask allows


def write_fresh(path: str, text: str) -> None:
    """Puts a file with this text in the place of what is there; raises OSError."""
    fresh = f"{path}.{os.getpid()}.new"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(fresh)  # of a process that had the same number
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(fresh, flags, MODE), "w", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
            os.replace(fresh, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(fresh)
            raise
