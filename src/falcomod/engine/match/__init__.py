# SPDX-License-Identifier: Apache-2.0
"""Conditions as one shared graph over all rules."""
