# SPDX-License-Identifier: Apache-2.0
"""An HTTP server of our own limits, for the few requests that an agent gets."""
