# SPDX-License-Identifier: Apache-2.0
"""Benches: printed and compared by people, never asserted."""
