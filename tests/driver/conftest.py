# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the driver tests; they need root and a loaded driver (tests/README.md)."""

from tests.driver.fix_capture import capture, in_tmp_path
from tests.driver.fix_kernel_log import kernel_log, quiet_kernel
from tests.driver.fix_overlay import overlay

__all__ = ["capture", "in_tmp_path", "kernel_log", "overlay", "quiet_kernel"]
