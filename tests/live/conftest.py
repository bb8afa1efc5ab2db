# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests of the eBPF driver; they run on the machine's own kernel."""

from tests.driver.fix_kernel_log import kernel_log, quiet_kernel

__all__ = ["kernel_log", "quiet_kernel"]
