# SPDX-License-Identifier: Apache-2.0
"""What is said when a rule matches: the alert, its text and its JSON."""
