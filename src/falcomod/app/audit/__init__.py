# SPDX-License-Identifier: Apache-2.0
"""Audit events of Kubernetes: read from lines, posted, evaluated."""
