# SPDX-License-Identifier: Apache-2.0
"""What a rules file requires of whoever loads it: engine and plugin versions."""

from __future__ import annotations

import re

from falcomod.errors import RuleError
from falcomod.rules.document import Mapping, Node, Sequence
from falcomod.rules.model import RuleCollection
from falcomod.rules.text import Scalar, SourceFile

# The version of the rule language that is understood.
ENGINE_VERSION = (0, 63, 0)

_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+].*)?", re.ASCII)


def read_requirement(file: SourceFile, node: Mapping, collection: RuleCollection) -> bool:
    """True when the mapping states a requirement; RuleError when it is not met."""
    pairs = {key.value: value for key, value in reversed(node.pairs) if isinstance(key, Scalar)}
    if "required_engine_version" in pairs:
        required = _engine_version(file, pairs["required_engine_version"])
        collection.engine_version = max(collection.engine_version, required)
        return True
    if "required_plugin_versions" in pairs:
        collection.plugin_versions.extend(_plugins(file, pairs["required_plugin_versions"]))
        return True
    return False


def version_text(version: tuple[int, int, int]) -> str:
    """The version as users write it."""
    return ".".join(str(part) for part in version)


def _engine_version(file: SourceFile, node: Node) -> tuple[int, int, int]:
    text = node.value.strip() if isinstance(node, Scalar) else ""
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        required = (0, int(text), 0)
    elif match := _VERSION.fullmatch(text):
        required = (int(match[1]), int(match[2]), int(match[3]))
    else:
        message = f'unable to parse engine version {text!r}: expected a number or "x.y.z"'
        raise _fault(file, node, message, "LOAD_ERR_YAML_VALIDATE")
    if required[0] != ENGINE_VERSION[0] or required > ENGINE_VERSION:
        message = (
            f"rules require engine version {version_text(required)}, "
            f"but engine version is {version_text(ENGINE_VERSION)}"
        )
        raise _fault(file, node, message, "LOAD_ERR_VALIDATE", "use rules of an older version")
    return required


def _plugins(file: SourceFile, node: Node) -> list[tuple[tuple[str, str], ...]]:
    """Groups of (name, version), of which one each has to be there."""
    if not isinstance(node, Sequence):
        message = "'required_plugin_versions' is a list of names and versions"
        raise _fault(file, node, message, "LOAD_ERR_YAML_VALIDATE")
    return [tuple(_alternatives(file, entry)) for entry in node.items]


def _alternatives(file: SourceFile, node: Node) -> list[tuple[str, str]]:
    pairs: dict[str, Node] = {}
    if isinstance(node, Mapping):
        pairs = {key.value: value for key, value in node.pairs if isinstance(key, Scalar)}
    name, version = pairs.get("name"), pairs.get("version")
    if not isinstance(name, Scalar) or not isinstance(version, Scalar):
        message = "a required plugin has a name and a version"
        raise _fault(file, node, message, "LOAD_ERR_YAML_VALIDATE")
    if not _VERSION.fullmatch(version.value):
        message = f"invalid required version {version.value!r} for plugin {name.value!r}"
        raise _fault(file, version, message, "LOAD_ERR_YAML_VALIDATE", 'write it as "x.y.z"')
    found = [(name.value, version.value)]
    others = pairs.get("alternatives")
    if isinstance(others, Sequence):
        for other in others.items:
            found.extend(_alternatives(file, other))
    return found


def _fault(file: SourceFile, node: Node, message: str, code: str, remedy: str = "") -> RuleError:
    quote = file.quote(node.location)
    return RuleError(message, node.location, code=code, quote=quote, remedy=remedy)
