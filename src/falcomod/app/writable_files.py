# SPDX-License-Identifier: Apache-2.0
"""Files that decide what falcomod does, and that somebody else may change.

A configuration names programs that run as falcomod does, mostly as root; rules say what is
seen at all.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable

log = logging.getLogger(__name__)


def warn_of(paths: Iterable[str]) -> None:
    """A warning for each file that others may write to, or put another in the place of."""
    for path in paths:
        why = reason(path)
        if why:
            log.warning("%s: %s: what falcomod does is theirs to decide", path, why)


def reason(path: str) -> str:
    """How somebody else may change the file; "" where that is not so, or it is gone."""
    try:
        found = os.stat(path)
        folder = os.path.dirname(os.path.realpath(path))
        above = os.stat(folder)
        # As the folder of a ConfigMap, which anybody might write to, if one could.
        is_fixed = bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return ""
    if is_fixed:
        return ""
    if found.st_mode & stat.S_IWOTH:
        return "anybody may write to it; chmod o-w"
    if found.st_uid not in (0, os.geteuid()):
        return f"it belongs to the user {found.st_uid}; chown it to root"
    if above.st_mode & stat.S_IWOTH and not above.st_mode & stat.S_ISVTX:
        return f"anybody may put another file in its place; chmod o-w {folder}"
    return ""
