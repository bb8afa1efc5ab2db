# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the driver tests; they need root and a loaded driver (tests/README.md)."""

import os

import pytest

# Before it is imported, so that a wrong parameter is shown and not just refused.
pytest.register_assert_rewrite("tests.driver.fix_capture")

from tests.driver.fix_capture import capture, in_tmp_path  # noqa: E402
from tests.driver.fix_kernel_log import kernel_log, quiet_kernel  # noqa: E402
from tests.driver.fix_overlay import overlay  # noqa: E402

# What only the module has: its device, its rings, CPUs that come and go under it.
if os.environ.get("FALCOMOD_DRIVER") == "ebpf":
    collect_ignore = [
        "test_device.py",
        "test_hotplug.py",
        "test_mapping.py",
        "test_poll.py",
        "test_ring.py",
    ]

__all__ = ["capture", "in_tmp_path", "kernel_log", "overlay", "quiet_kernel"]
