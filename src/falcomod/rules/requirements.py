# SPDX-License-Identifier: Apache-2.0
"""What a rules file requires of whoever loads it: engine and plugin versions.

falcomod loads no plugins.  What it has built in of theirs counts as a plugin
that is there, under the name by which rules ask for it: BUILT_IN.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from falcomod.errors import RuleError
from falcomod.rules.document import Mapping as MappingNode
from falcomod.rules.document import Node, Sequence, is_null
from falcomod.rules.model import PluginGroup, RuleCollection
from falcomod.rules.text import Scalar, SourceFile, SourceText

# The version of the rule language that is understood.
ENGINE_VERSION = (0, 63, 0)

# Plugins whose fields and events are built in, and the version that these are equal to.
BUILT_IN = {"container": "0.7.1", "json": "0.7.3", "k8saudit": "0.18.0", "k8smeta": "0.4.2"}

_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+].*)?", re.ASCII)

Version = tuple[int, int, int]


def read_requirement(file: SourceFile, node: MappingNode, collection: RuleCollection) -> bool:
    """True when the mapping states a requirement; RuleError when it is wrong or not met.

    Plugins are only noted: whether one is there is asked when all files are read.
    """
    pairs = _pairs(node)
    if "required_engine_version" in pairs:
        required = _engine_version(file, *pairs["required_engine_version"])
        collection.engine_version = max(collection.engine_version, required)
        return True
    if "required_plugin_versions" in pairs:
        collection.plugin_versions.extend(_plugins(file, *pairs["required_plugin_versions"]))
        return True
    return False


def unmet_plugins(
    collection: RuleCollection, available: Mapping[str, str] = BUILT_IN
) -> Iterator[RuleError]:
    """A fault for each group of required plugins of which none is there as asked."""
    for group in collection.plugin_versions:
        message = _unmet(group, available)
        if message:
            remedy = "built in: " + ", ".join(f"{name} {there}" for name, there in BUILT_IN.items())
            text = SourceText.of(group.entry)
            yield text.error(message, 0, code="LOAD_ERR_VALIDATE", remedy=remedy)


def version_text(version: Version) -> str:
    """The version as users write it."""
    return ".".join(str(part) for part in version)


def _version(text: str) -> Version | None:
    match = _VERSION.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _compatible(there: Version, required: Version) -> bool:
    """Whether what is there serves where *required* is asked for."""
    return there[0] == required[0] and there >= required


def _engine_version(file: SourceFile, key: Scalar, node: Node) -> Version:
    text = _word(file, key, node).value
    implicit = (0, int(text), 0) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None
    required = implicit or _version(text)
    if required is None:
        message = (
            f"Unable to parse engine version '{text}' as a semver string. "
            'Expected "x.y.z" semver format.'
        )
        raise _fault(file, node, message)
    if not _compatible(ENGINE_VERSION, required):
        message = (
            f"Rules require engine version {version_text(required)}, "
            f"but engine version is {version_text(ENGINE_VERSION)}"
        )
        remedy = "use rules of an older version"
        raise _fault(file, node, message, code="LOAD_ERR_VALIDATE", remedy=remedy)
    return required


def _plugins(file: SourceFile, key: Scalar, node: Node) -> Iterator[PluginGroup]:
    if not isinstance(node, Sequence):
        place = key if is_null(node) else node
        raise _fault(file, place, "Value of required_plugin_versions must be a sequence")
    for entry in node.items:
        yield _group(file, entry)


def _group(file: SourceFile, entry: Node) -> PluginGroup:
    name, version, pairs = _plugin(file, entry, "Plugin version must be a mapping")
    found = {name.value: version}
    key, others = pairs.get("alternatives", (None, None))
    if key is not None and not isinstance(others, Sequence):
        raise _fault(file, key, "Value of plugin version alternatives must be a sequence")
    for other in others.items if isinstance(others, Sequence) else ():
        another, version, _ = _plugin(file, other, "Plugin version alternative must be a mapping")
        if another.value in found:
            message = (
                f"Defined multiple alternative version requirements for plugin '{another.value}'"
            )
            raise _fault(file, another, message, code="LOAD_ERR_VALIDATE")
        found[another.value] = version
    return PluginGroup(tuple(found.items()), name)


def _plugin(
    file: SourceFile, node: Node, otherwise: str
) -> tuple[Scalar, str, dict[str, tuple[Scalar, Node]]]:
    """Name, version and all keys of an entry; *otherwise* is said of what is no mapping."""
    if not isinstance(node, MappingNode):
        raise _fault(file, node, otherwise)
    pairs = _pairs(node)
    for key in ("name", "version"):
        if key not in pairs:
            raise _fault(file, node, f"Item has no mapping for key '{key}'")
    name, version = _word(file, *pairs["name"]), _word(file, *pairs["version"])
    if _version(version.value) is None:
        message = f"Invalid required version '{version.value}' for plugin '{name.value}'"
        remedy = 'write it as "x.y.z"'
        raise _fault(file, version, message, code="LOAD_ERR_VALIDATE", remedy=remedy)
    return name, version.value, pairs


def _unmet(group: PluginGroup, available: Mapping[str, str]) -> str:
    """Why no plugin of the group serves; empty where one does."""
    for name, required in group.alternatives:
        if name not in available:
            continue
        there, wanted = _version(available[name]), _version(required)
        if there and wanted and _compatible(there, wanted):
            return ""
        return (
            f"Plugin '{name}' version '{available[name]}' is not compatible "
            f"with required plugin version '{required}'"
        )
    wanted_ones = ", ".join(f"{name} (>= {required})" for name, required in group.alternatives)
    return f"Plugin requirement not satisfied, must load one of: {wanted_ones}"


def _pairs(node: MappingNode) -> dict[str, tuple[Scalar, Node]]:
    """Keys with their values; of a key that stands twice the first."""
    pairs: dict[str, tuple[Scalar, Node]] = {}
    for key, value in node.pairs:
        if isinstance(key, Scalar):
            pairs.setdefault(key.value, (key, value))
    return pairs


def _word(file: SourceFile, key: Scalar, node: Node) -> Scalar:
    if is_null(node):
        raise _fault(file, key, f"Mapping for key '{key.value}' is empty")
    if not isinstance(node, Scalar):
        raise _fault(file, node, "Value is not a scalar value")
    if not node.value:
        raise _fault(file, node, "Value must be non-empty")
    return node


def _fault(
    file: SourceFile,
    node: Node,
    message: str,
    *,
    code: str = "LOAD_ERR_YAML_VALIDATE",
    remedy: str = "",
) -> RuleError:
    quote = file.quote(node.location)
    return RuleError(message, node.location, code=code, quote=quote, remedy=remedy)
