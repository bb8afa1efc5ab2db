# SPDX-License-Identifier: Apache-2.0
"""Damaged input of every kind; run with sanitizers by tests/fuzz/run-sanitized."""
