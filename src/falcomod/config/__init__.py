# SPDX-License-Identifier: Apache-2.0
"""Configuration: what options there are, and reading them."""
