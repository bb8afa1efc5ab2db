# SPDX-License-Identifier: Apache-2.0
"""`python -m falcomod`: the same as the command falcomod."""

from falcomod.cli import main

main()
