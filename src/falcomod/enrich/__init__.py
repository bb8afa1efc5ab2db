# SPDX-License-Identifier: Apache-2.0
"""Facts that events do not carry, pushed into the engine's state: /proc, users."""
