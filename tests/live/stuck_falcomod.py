# SPDX-License-Identifier: Apache-2.0
"""falcomod whose engine's thread hangs as long as the file FALCOMOD_STUCK is there.

For test_stuck_engine: what holds it up there, a driver or a file system, cannot be had at will.
"""

from __future__ import annotations

import os
import time

from falcomod.app import host_watch
from falcomod.cli import main

keep_house = host_watch.Housekeeping.__call__


def hang(house: host_watch.Housekeeping) -> None:
    while os.path.exists(os.environ["FALCOMOD_STUCK"]):
        time.sleep(0.02)
    keep_house(house)


host_watch.Housekeeping.__call__ = hang  # type: ignore[method-assign]
main()
