# SPDX-License-Identifier: Apache-2.0
"""What holds for every tier of tests."""

from hypothesis import settings

# No test depends on how fast the machine is; a failing example prints how to replay it.
settings.register_profile("falcomod", deadline=None, print_blob=True)
settings.load_profile("falcomod")
