# SPDX-License-Identifier: Apache-2.0
"""Tests, and what they share: README.md here says which tiers there are."""
