# SPDX-License-Identifier: Apache-2.0
"""What the program does: start-up, the agent, drivers."""
