# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests that run falcomod whole; they run in each tier that has a driver.

FALCOMOD_DRIVER names the driver, as `falcomod start --driver` takes it; without it
falcomod chooses.
"""

from tests.driver.fix_kernel_log import kernel_log, quiet_kernel
from tests.end_to_end.fix_agent import agent, text_agent

__all__ = ["agent", "kernel_log", "quiet_kernel", "text_agent"]
