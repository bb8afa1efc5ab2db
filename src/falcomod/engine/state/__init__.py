# SPDX-License-Identifier: Apache-2.0
"""What events are about: threads, descriptors, users; kept up to date by events."""
