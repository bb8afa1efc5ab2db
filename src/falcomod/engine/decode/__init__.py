# SPDX-License-Identifier: Apache-2.0
"""Records to events: the bounds check, the event table, typed parameters."""
