# SPDX-License-Identifier: Apache-2.0
"""What came of loading rules files, in the three forms that other programs read.

A summary of a line or three, a verbose text with the place of each fault, and
JSON.  Shapes and words are those of Falco, whose output editors and pipelines
parse.  Lines and columns count from 0 there, as YAML marks do, but those of a
condition expression from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from falcomod.errors import Location, RuleError
from falcomod.rules.outline import Level, Outline, whole
from falcomod.rules.text import SourceFile

SNIPPET_WIDTH = 160

# Faults for which a file would not be valid by a schema of rules files.
_OF_SCHEMA = frozenset({"LOAD_ERR_YAML_VALIDATE", "LOAD_UNKNOWN_ITEM", "LOAD_UNKNOWN_KEY"})
_UNREAD = frozenset({"LOAD_ERR_FILE_READ", "LOAD_ERR_YAML_PARSE"})


@dataclass(slots=True)
class FileResult:
    """The faults of one file; *file* is None where it could not be read."""

    name: str
    file: SourceFile | None = None
    errors: list[RuleError] = field(default_factory=list)
    warnings: list[RuleError] = field(default_factory=list)
    _outline: Outline | None = None

    @property
    def successful(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return not self.errors

    @property
    def verdict(self) -> str:
        """One line: the name and Ok, Ok with warnings, or Invalid."""
        if self.errors:
            return f"{self.name}: Invalid"
        return f"{self.name}: Ok, with warnings" if self.warnings else f"{self.name}: Ok"

    def summary(self) -> str:
        """The verdict, and below it the codes of all faults."""
        lines = [self.verdict]
        for word, faults in (("errors", self.errors), ("warnings", self.warnings)):
            if faults:
                codes = " ".join(f"{fault.code} ({CODES[fault.code]})" for fault in faults)
                lines.append(f" {len(faults)} {word}: [{codes}]")
        return "\n".join(lines)

    def verbose(self) -> str:
        """The verdict, and below it every fault with its place; ends with a newline if any."""
        text = self.verdict
        for word, faults in (("Errors", self.errors), ("Warnings", self.warnings)):
            if faults:
                told = "".join(self._told(fault) for fault in faults)
                text += f"\n{len(faults)} {word}:\n{told}"
        return text

    def as_json(self) -> dict[str, Any]:
        """The result as an object of JSON."""
        return {
            "name": self.name,
            "successful": self.successful,
            "schema_valid": not self._schema_faults(),
            "schema_warnings": self._schema_faults(),
            "errors": [self._fault_json(error) for error in self.errors],
            "warnings": [self._fault_json(warning) for warning in self.warnings],
        }

    def _schema_faults(self) -> list[str]:
        faults = [*self.errors, *self.warnings]
        if any(fault.code in _UNREAD for fault in faults):
            return [fault.message for fault in faults if fault.code in _UNREAD]
        outline = self._read()
        assert outline is not None or not faults, "a file that was read has a text"
        return [
            f"{outline.path(fault)}: {fault.message}"
            for fault in faults
            if outline is not None and fault.code in _OF_SCHEMA
        ]

    def _told(self, fault: RuleError) -> str:
        lines = []
        for level in self._levels(fault):
            named = f" '{level.item_name}'" if level.item_name else ""
            line, column, _ = self._position(level)
            lines.append(f"{level.item_type}{named}: ({level.name}:{line}:{column})")
        context = "\n    ".join(lines)
        code = f"{fault.code} ({CODES[fault.code]})"
        return f"In {context}\n------\n{self._snippet(fault)}------\n{code}: {fault.message}\n"

    def _fault_json(self, fault: RuleError) -> dict[str, Any]:
        locations = [self._level_json(level) for level in self._levels(fault)]
        return {
            "context": {"locations": locations, "snippet": self._snippet(fault)},
            "code": fault.code,
            "codedesc": CODES[fault.code],
            "message": fault.message,
        }

    def _level_json(self, level: Level) -> dict[str, Any]:
        line, column, offset = self._position(level)
        position = {"name": level.name, "line": line, "column": column, "offset": offset}
        return {"item_type": level.item_type, "item_name": level.item_name, "position": position}

    def _levels(self, fault: RuleError) -> list[Level]:
        outline = self._read()
        return [whole(self.name)] if outline is None else outline.levels(fault)

    def _position(self, level: Level) -> tuple[int, int, int]:
        """Line, column and characters before it."""
        first = 1 if level.shown else 0
        offset = _index(self.file.text, level.place) if self.file else 0
        return level.place.line - 1 + first, level.place.column - 1 + first, offset

    def _snippet(self, fault: RuleError) -> str:
        if self.file is None:
            return f"<No context for file {self.name}>\n"
        return snippet(self.file.text, fault.location)

    def _read(self) -> Outline | None:
        if self._outline is None and self.file is not None:
            self._outline = Outline(self.file)
        return self._outline


def results(
    paths: Iterable[str],
    files: Iterable[SourceFile],
    errors: Sequence[RuleError],
    warnings: Sequence[RuleError],
) -> list[FileResult]:
    """A result for each path, in order, and one for every other place with a fault."""
    texts = {file.path: file for file in files}
    found = {path: FileResult(path, texts.get(path)) for path in paths}
    for fault in (*errors, *warnings):
        path = fault.location.path
        result = found.setdefault(path, FileResult(path, texts.get(path)))
        (result.errors if fault.code.startswith("LOAD_ERR_") else result.warnings).append(fault)
    return list(found.values())


def as_json(found: Iterable[FileResult]) -> dict[str, Any]:
    """All results as one object."""
    return {"falco_load_results": [result.as_json() for result in found]}


def snippet(text: str, place: Location) -> str:
    """The line of *place*, cut on both sides where it is long, and a mark below."""
    lines = text.split("\n")
    number = min(place.line, len(lines))
    while number > 1 and not lines[number - 1].strip():
        number -= 1  # behind the end of the text: its last line says more
    line = lines[number - 1].rstrip("\r") if number else ""
    if not line:
        return "<No context available>\n"
    at = min(place.column - 1, len(line)) if number == place.line else len(line)
    at = max(at, 0)
    half = SNIPPET_WIDTH // 2
    start, end = max(0, at - half), min(len(line), at + half)
    shown = line[start:end]
    if start:
        shown = "..." + shown[3:]
    if end < len(line):
        shown = shown[:-3] + "..."
    return f"{shown}\n{' ' * (at - start)}^\n"


def _index(text: str, place: Location) -> int:
    """The characters before *place*."""
    start = 0
    for _ in range(place.line - 1):
        start = text.find("\n", start) + 1
    return start + max(place.column - 1, 0)


# Every code that a fault of a rules file can have, and what it says in short.
CODES: Mapping[str, str] = {
    "LOAD_ERR_FILE_READ": "File read error",
    "LOAD_ERR_YAML_PARSE": "YAML parse error",
    "LOAD_ERR_YAML_VALIDATE": "Error validating internal structure of YAML file",
    "LOAD_ERR_COMPILE_CONDITION": "Error compiling condition",
    "LOAD_ERR_COMPILE_OUTPUT": "Error compiling output",
    "LOAD_ERR_VALIDATE": "Error validating rule/macro/list/exception objects",
    "LOAD_ERR_EXTENSION": "Error in extension item",
    "LOAD_UNKNOWN_SOURCE": "Unknown event source",
    "LOAD_UNSAFE_NA_CHECK": "Unsafe <NA> comparison in condition",
    "LOAD_NO_EVTTYPE": "Condition has no event-type restriction",
    "LOAD_UNKNOWN_FILTER": "Unknown field or event-type in condition or output",
    "LOAD_UNUSED_MACRO": "Unused macro",
    "LOAD_UNUSED_LIST": "Unused list",
    "LOAD_UNKNOWN_ITEM": "Unknown rules file item",
    "LOAD_DEPRECATED_ITEM": "Used deprecated item",
    "LOAD_WARNING_EXTENSION": "Warning in extension item",
    "LOAD_APPEND_NO_VALUES": "Overriding/appending with no values",
    "LOAD_EXCEPTION_NAME_NOT_UNIQUE": "Multiple exceptions defined with the same name",
    "LOAD_INVALID_MACRO_NAME": "Invalid macro name",
    "LOAD_INVALID_LIST_NAME": "Invalid list name",
    "LOAD_COMPILE_CONDITION": "Warning in rule condition",
    "LOAD_UNKNOWN_KEY": "Unknown key in item definition",
}
