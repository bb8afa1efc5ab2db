# SPDX-License-Identifier: Apache-2.0
"""Fields: one function and one row each, by class."""
