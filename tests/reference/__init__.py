# SPDX-License-Identifier: Apache-2.0
"""Slow, obvious twins of fast code; property tests compare the two."""
