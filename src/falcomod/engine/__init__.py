# SPDX-License-Identifier: Apache-2.0
"""From ring bytes to the rules that matched. Cython throughout; no Python packages."""
