# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the whole-system tests; they run in the guest (tests/README.md)."""

from tests.driver.fix_kernel_log import kernel_log, quiet_kernel
from tests.vm.fix_agent import agent

__all__ = ["agent", "kernel_log", "quiet_kernel"]
