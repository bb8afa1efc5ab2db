# SPDX-License-Identifier: Apache-2.0
"""Checks that modules import only downwards.

Reads the imports and cimports of every .py, .pyx and .pxd below src/falcomod
as text (import linters do not see extension modules) and compares them with
LAYERS.  Prints one line for each forbidden import and exits 1 if there is any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

# From the top down. A module may import from its own package and from every line
# below its own; never upwards, never from another package of its own line.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("app",),
    ("sidekick", "output", "rules", "enrich", "client"),
    ("alert",),
    ("engine.loop", "engine.documents"),
    ("engine.match",),
    ("engine.fields",),
    ("engine.state",),
    ("engine.capture",),
    ("engine.decode",),
    ("engine.types", "engine._uapi", "engine._libbpf"),
    ("config", "api"),
    ("errors",),
)

# Lines whose packages may import from further packages only: the others below are out of reach.
ONLY: dict[str, tuple[str, ...]] = {
    "sidekick": ("alert", "config", "errors"),
    "output": ("alert", "api", "config", "errors"),
    "client": ("api", "errors"),
    "api": (),
    "errors": (),
    "config": ("errors",),
}

IMPORT = re.compile(
    r"^\s*(?:from\s+(falcomod[\w.]*)\s+c?import\s+(\([^)]*\)|[^\n]+)|c?import\s+(falcomod[\w.]*))",
    re.MULTILINE,
)


def package(dotted: str) -> str:
    """The unit of LAYERS that a dotted module name belongs to; "" for falcomod itself."""
    parts = dotted.split(".")[1:]
    if not parts:
        return ""
    return ".".join(parts[:2]) if parts[0] == "engine" and len(parts) > 1 else parts[0]


def level(unit: str) -> int:
    for index, line in enumerate(LAYERS):
        if unit in line:
            return index
    raise LookupError(f"{unit}: not in LAYERS of tools/check_layers.py")


def imports(text: str) -> Iterator[str]:
    """Dotted names that a source imports, with the names taken from a package itself."""
    for match in IMPORT.finditer(text):
        if match.group(3):
            yield match.group(3)
            continue
        base = match.group(1)
        if base in ("falcomod", "falcomod.engine"):
            names = match.group(2).strip("()").replace("\n", " ").split(",")
            for name in names:
                if name.strip() and not name.strip().startswith("__version__"):
                    yield f"{base}.{name.split()[0]}"
        else:
            yield base


def violations(root: Path) -> Iterator[str]:
    """One line for each import that LAYERS forbids; root holds the package falcomod."""
    for source in sorted((root / "falcomod").rglob("*")):
        if source.suffix not in (".py", ".pyx", ".pxd"):
            continue
        relative = source.relative_to(root).with_suffix("")
        unit = package(".".join(relative.parts))
        if relative.name == "__init__" and unit in ("", "engine", "__init__"):
            continue
        if unit == "engine.__init__":
            continue
        for name in imports(source.read_text()):
            target = package(name)
            if target in ("", unit):
                continue
            allowed = ONLY.get(unit)
            if level(target) <= level(unit) or (allowed is not None and target not in allowed):
                yield f"{source.relative_to(root.parent)}: {unit} must not import {name}"


def main() -> int:
    root = Path(__file__).resolve().parent.parent / "src"
    found = list(violations(root))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
