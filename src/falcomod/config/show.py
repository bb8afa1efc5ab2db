# SPDX-License-Identifier: Apache-2.0
"""A configuration as it takes effect, with its secrets hidden."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from falcomod.config.keys import options
from falcomod.config.model import Config
from falcomod.config.writing import lines

HIDDEN = "***"
# Words in names of keys whose values nobody but their owner should see.
SECRET_NAMES = re.compile(r"passw|secret|token|api_?key|private_?key|credential|auth(?!or)", re.I)
# Parts of an address that are made by a machine: webhooks are secret by them alone.
LONG_PART = re.compile(r"(?<=/)(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{16,}")
_URL = re.compile(r"https?://[^\s'\"]+", re.I)
# A user without a password is a token.
_URL_PASSWORD = re.compile(r"(\w://(?:[^\s/:@]*:)?)[^\s/]+(?=@)")
_URL_VALUE = re.compile(r"([?&][^=&\s]*(?:passw|secret|token|key|sig)[^=&\s]*=)[^&\s]+", re.I)
_HEADER = re.compile(r"(authorization\s*:\s*(?:\w+\s+)?)[^\s'\"]+", re.I)
_KEY_PASSWORD = re.compile(r"(?<=#)[^:]+")


def as_yaml(config: Config, *, secrets: bool = False) -> str:
    """The text of a file that is read as *config*; *secrets*: hide nothing."""
    return "\n".join([*lines(plain(config, secrets=secrets)), ""])


def plain(config: Config, *, secrets: bool = False) -> dict[str, Any]:
    """The options as dicts, lists, texts and numbers; *secrets*: hide nothing."""
    found: dict[str, Any] = _block(config, secrets)
    return found


def _block(block: Any, secrets: bool) -> dict[str, Any]:
    found = {}
    for name, option in options(type(block)).items():
        value = getattr(block, name)
        found[name] = _plain(value, secrets)
        if option.about["secret"] and not secrets:
            found[name] = _hidden(value)
    return found


def _plain(value: Any, secrets: bool) -> Any:
    if dataclasses.is_dataclass(value):
        return _block(value, secrets)
    if isinstance(value, list):
        return [_plain(item, secrets) for item in value]
    if isinstance(value, dict):
        return {
            key: HIDDEN if not secrets and SECRET_NAMES.search(key) else _plain(item, secrets)
            for key, item in value.items()
        }
    if isinstance(value, str) and not secrets:
        for pattern in (_URL_PASSWORD, _URL_VALUE, _HEADER):
            value = pattern.sub(rf"\1{HIDDEN}", value)
        value = _URL.sub(lambda found: LONG_PART.sub(HIDDEN, found[0]), value)
    return value


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return dict.fromkeys(value, HIDDEN)
    # Of a file with its password the file may be seen.
    return _KEY_PASSWORD.sub(HIDDEN, value) if isinstance(value, str) else HIDDEN
