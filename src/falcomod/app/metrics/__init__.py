# SPDX-License-Identifier: Apache-2.0
"""Numbers about falcomod itself, and who is told of them."""
