# SPDX-License-Identifier: Apache-2.0
"""Takes secrets out of what is handed to others: by the names of keys, and by their look.

What options are known to hold some is config.show's to hide, from their owner, too.  Here are
texts of the user's own: commands, addresses that are as good as a password, values that come from
the environment.  Rather too much is masked than too little.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from falcomod.config.show import LONG_PART

MASK = "***"
VALUE_MIN = 6  # characters; shorter values of the environment are words that stand anywhere

SECRET_NAME = re.compile(
    r"(?<![a-z])pass(?![a-z])|passwo?r?d|passphrase|(?<=[a-z_-])pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|authori[sz]ation|credential|cookie|signature|webhook",
    re.IGNORECASE,
)
# A path tells where a secret is, not what it is; somebody's support wants to know it.
PATH = re.compile(r"/[\w./-]*")

# scheme://USER:PASSWORD@host/path?query
URL = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{0,20}://)(?P<user>[^/\s?#]{0,1000}@)?(?P<rest>[^\s'\"<>]*)",
    re.I,
)
# The bounds keep the time that a long text takes in proportion to its length.
# Authorization: Bearer X, "password": "X", --token=X, api_key X
ASSIGNED = re.compile(
    r"(?P<name>(?:" + SECRET_NAME.pattern + r")[\w.-]{0,60})"
    r"(?P<sign>[\"']?\s*[=:]\s*|\s+)(?P<kind>(?:bearer|basic|token)\s+)?"
    r"(?P<value>\"[^\"]{0,4096}\"|'[^']{0,4096}'|[^\s\"',;&]+)",
    re.IGNORECASE,
)
OPTION = re.compile(r"(?:^|\s)-[\w-]*$")
OPTION_MAX = 40  # characters before the secret part of an option's name
BEARER = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE)


def masked(value: Any, environment: Mapping[str, str]) -> Any:
    """The same value of plain types with MASK where a secret was.

    Values of variables of the *environment* with a secret's name are taken out
    wherever they stand, because ${NAME} in a configuration may have put them there.
    """
    secrets = [
        content
        for name, content in environment.items()
        if is_secret(name) and len(content) >= VALUE_MIN and not is_path(content)
    ]
    # The longest first: one may be part of another.
    return _masked(value, "", sorted(secrets, key=len, reverse=True))


def is_secret(name: str) -> bool:
    """Whether what has this name is to be masked."""
    return SECRET_NAME.search(name) is not None


def is_path(text: str) -> bool:
    """Whether this leads to something, and is not a secret that begins with a slash."""
    return bool(PATH.fullmatch(text)) and text.count("/") > 1 and not LONG_PART.search(text)


def _masked(value: Any, key: str, secrets: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _masked(inner, str(name), secrets) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner, key, secrets) for inner in value]
    if not isinstance(value, str):
        return value
    if value and is_secret(key) and not is_path(value):
        return MASK
    return masked_text(value, secrets)


def masked_text(text: str, secrets: list[str]) -> str:
    """A text of the user's own, such as a command, without what looks like a secret in it."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    text = URL.sub(_without_access, text)
    text = ASSIGNED.sub(_without_value, text)
    return BEARER.sub(rf"\1 {MASK}", text)


def _without_access(found: re.Match[str]) -> str:
    """An address without user, query and parts that nobody could guess."""
    path, question, _ = found["rest"].partition("?")
    user = f"{MASK}@" if found["user"] else ""
    query = f"?{MASK}" if question else ""
    return found["scheme"] + user + LONG_PART.sub(MASK, path) + query


def _without_value(found: re.Match[str]) -> str:
    value, sign = found["value"], found["sign"]
    # "the password file" is prose, "--password x" is not.
    before = found.string[max(0, found.start() - OPTION_MAX) : found.start()]
    is_prose = not sign.strip("\"' \t\n") and not OPTION.search(before)
    if is_prose or is_path(value.strip("\"'")):
        return found[0]
    return f"{found['name']}{sign}{found['kind'] or ''}{MASK}"
