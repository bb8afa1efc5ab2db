# SPDX-License-Identifier: Apache-2.0
"""falcomod: watches every system call of a host and raises alerts by rules."""

__version__ = "0.1.0"
