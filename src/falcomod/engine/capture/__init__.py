# SPDX-License-Identifier: Apache-2.0
"""Where records come from: rings, memory; and their order in time."""
