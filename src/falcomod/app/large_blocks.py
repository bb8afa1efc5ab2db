# SPDX-License-Identifier: Apache-2.0
"""Large blocks of memory go back to the system when they are free.

glibc keeps them once it has seen some (man 3 mallopt, M_MMAP_THRESHOLD): after some bodies of
16 MiB, falcomod would for ever be as large as it was with them.
"""

from __future__ import annotations

import contextlib

M_MMAP_THRESHOLD = -3  # glibc, malloc.h
BLOCK_BYTES = 512 << 10


def return_large_blocks() -> None:
    """From now on, in this process; where the C library is another one, nothing is done."""
    # Loads in 2 ms, which commands other than start need not spend.
    import ctypes

    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, BLOCK_BYTES)
