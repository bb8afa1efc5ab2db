# SPDX-License-Identifier: Apache-2.0
"""Reads a configuration file and `-o key=value` overrides into a Config.

A fault is one ConfigError with file, line, column and what to do.  The home
of PyYAML for configuration: node marks give every key its place.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from falcomod.config.model import Config
from falcomod.errors import ConfigError, Location, UserError

T = TypeVar("T")

COMMAND_LINE = "command line"


def load(path: str | None, overrides: Sequence[str] = ()) -> Config:
    """The configuration of a file (None: defaults alone), changed by overrides in order.

    Raises ConfigError for a file that cannot be read or parsed, an unknown
    key, a value of the wrong type.
    """
    config = Config() if path is None else from_text(_read(path), path)
    for override in overrides:
        config = _override(config, override)
    return config


def from_text(text: str, path: str) -> Config:
    """The configuration in YAML text; path is for messages only."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Location(path, mark.line + 1, mark.column + 1) if mark else Location(path)
        raise ConfigError(f"not YAML: {error.problem}", place, quote=_quote(text, mark)) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"not YAML: {error}", Location(path)) from None
    if node is None:
        return Config()
    return _Reader(text, path).read(Config, node, "")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8 text: {error.reason}", Location(path)) from None
    except OSError as error:
        raise ConfigError(
            f"cannot read the configuration: {error.strerror}",
            Location(path),
            remedy="name a readable file with -c, or leave -c out to run with the defaults",
        ) from None


def _quote(text: str, mark: yaml.Mark | None) -> str:
    lines = text.splitlines()
    return lines[mark.line] if mark and mark.line < len(lines) else ""


class _Reader:
    """Turns YAML nodes into the dataclasses of config.model."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path

    def error(self, message: str, node: yaml.Node, remedy: str = "") -> ConfigError:
        if self.path == COMMAND_LINE:
            return ConfigError(message, Location(self.path), remedy=remedy)
        mark = node.start_mark
        place = Location(self.path, mark.line + 1, mark.column + 1)
        return ConfigError(message, place, quote=_quote(self.text, mark), remedy=remedy)

    def read(self, cls: type[T], node: yaml.Node, prefix: str) -> T:
        if not isinstance(node, yaml.MappingNode):
            what = prefix.rstrip(".") or "the configuration"
            raise self.error(f"{what} must be a mapping of keys to values", node)
        known = _by_key(cls)
        types = typing.get_type_hints(cls)
        values: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value not in known:
                remedy = _nearest(str(key.value), known)
                raise self.error(f"unknown key '{prefix}{key.value}'", key, remedy)
            field = known[key.value]
            if field.name in values:
                also = field.metadata.get("also")
                remedy = f"'{also}' is another spelling of '{field.name}'" if also else ""
                raise self.error(f"key '{prefix}{field.name}' stands here twice", key, remedy)
            name = prefix + key.value
            values[field.name] = self.value(types[field.name], value, name, field.metadata)
        return cls(**values)

    def value(self, kind: Any, node: yaml.Node, name: str, limits: Mapping[str, Any]) -> Any:
        if dataclasses.is_dataclass(kind):
            return self.read(typing.cast(type[Any], kind), node, name + ".")
        if typing.get_origin(kind) is list:
            if not isinstance(node, yaml.SequenceNode):
                raise self.error(f"{name} must be a list", node)
            (item_kind,) = typing.get_args(kind)
            return [self.value(item_kind, item, name, {}) for item in node.value]
        return self.scalar(kind, node, name, limits)

    def scalar(self, kind: type, node: yaml.Node, name: str, limits: Mapping[str, Any]) -> Any:
        """The value in a node; *limits* is the metadata of its option, see config.model."""
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(f"{name} must be a single value", node)
        text = node.value
        if kind is bool:
            if text.lower() not in ("true", "false"):
                raise self.error(f"{name} must be true or false, not '{text}'", node)
            return text.lower() == "true"
        if kind is int:
            return self.number(node, name, limits)
        choices = limits.get("choices", ())
        if not choices:
            return text
        value = limits["synonyms"].get(text.lower(), text.lower())
        if value not in choices:
            raise self.error(f"{name} must be one of {', '.join(choices)}, not '{text}'", node)
        return value

    def number(self, node: yaml.ScalarNode, name: str, limits: Mapping[str, Any]) -> int:
        text = node.value
        try:
            number = int(text, 0)
        except ValueError:
            raise self.error(f"{name} must be a whole number, not '{text}'", node) from None
        least, most = limits.get("least"), limits.get("most")
        if (least is None or number >= least) and (most is None or number <= most):
            return number
        # The words are those that users of Falco search for.
        span = f"at least '{least}'" if most is None else f"between '{least}' and '{most}'"
        key = name.rpartition(".")[2]
        raise self.error(f"The '{key}' value must be {span}, not '{text}'", node)


def _by_key(cls: Any) -> dict[str, dataclasses.Field[Any]]:
    """The options of a class by their keys; one that has two spellings stands under both."""
    found = {}
    for field in dataclasses.fields(cls):
        found[field.name] = field
        if field.metadata.get("also"):
            found[field.metadata["also"]] = field
    return found


def _nearest(key: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(sorted(known))}"


def _override(config: Config, text: str) -> Config:
    """Applies one `key=value`, `a.b=value`, `list[]=value` or `list[].a.b=value`."""
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not key:
        raise UserError(f"-o {text}: expected key=value, such as -o json_output=true")
    changed = _replace(config, key.split("."), value.strip(), f"-o {key.replace('[]', '')}")
    return typing.cast(Config, changed)


def _replace(target: Any, parts: Sequence[str], text: str, name: str) -> Any:
    """*target* with the option that *parts* lead to set to what *text* says."""
    known = _by_key(target)
    key, rest = parts[0].removesuffix("[]"), parts[1:]
    reader = _Reader(text, COMMAND_LINE)
    node = yaml.ScalarNode("tag:yaml.org,2002:str", text)
    if key not in known:
        raise reader.error(f"{name}: unknown key '{key}'", node, _nearest(key, known))
    field = known[key]
    kind = typing.get_type_hints(type(target))[field.name]
    before = getattr(target, field.name)
    if typing.get_origin(kind) is list:
        new: Any = _items(typing.get_args(kind)[0], rest, text, name)
        new = [*before, *new] if parts[0].endswith("[]") else new
    elif dataclasses.is_dataclass(kind):
        if not rest:
            raise reader.error(f"{name}: name a key below '{key}'", node)
        new = _replace(before, rest, text, name)
    elif rest:
        raise reader.error(f"{name}: '{key}' has no keys below it", node)
    else:
        new = reader.scalar(kind, node, name, field.metadata)
    return dataclasses.replace(target, **{field.name: new})


def _items(kind: Any, rest: Sequence[str], text: str, name: str) -> list[Any]:
    """What an override puts into a list: words, or blocks of options written as YAML."""
    reader = _Reader(text, COMMAND_LINE)
    if not dataclasses.is_dataclass(kind):
        if rest:
            node = yaml.ScalarNode("tag:yaml.org,2002:str", text)
            raise reader.error(f"{name}: its items have no keys", node)
        return [text]
    block = typing.cast(type[Any], kind)
    if rest:
        return [_replace(block(), rest, text, name)]
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        root = None
    if isinstance(root, yaml.SequenceNode):
        return [reader.read(block, item, f"{name}.") for item in root.value]
    if isinstance(root, yaml.MappingNode):
        return [reader.read(block, root, f"{name}.")]
    node = yaml.ScalarNode("tag:yaml.org,2002:str", text)
    raise reader.error(f"{name}: expected keys and values, such as {{key: value}}", node)
