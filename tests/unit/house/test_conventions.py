# SPDX-License-Identifier: Apache-2.0
"""Rules of the house that a machine can check; each failure names file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "src" / "falcomod"
CODE = (".py", ".pyx", ".pxd", ".c", ".h", ".def", ".sh")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager"}


def files(*roots: str, suffixes: tuple[str, ...] = CODE) -> list[Path]:
    """Source files below the roots, without what a build makes."""
    found = []
    for root in roots:
        for path in sorted((ROOT / root).rglob("*")):
            built = path.suffix == ".c" and (path.with_suffix(".pyx")).exists()
            if path.suffix in suffixes and not built and ".mod." not in path.name:
                found.append(path)
    return found


def lines_with(pattern: str, paths: list[Path]) -> list[str]:
    expression = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if expression.search(line)
    ]


def test_every_source_names_its_licence() -> None:
    missing = [
        str(path.relative_to(ROOT))
        for path in files("src", "driver", "tools", "tests", "bench")
        if "SPDX-License-Identifier:" not in "\n".join(path.read_text().splitlines()[:2])
    ]
    assert missing == []


def test_nothing_is_left_to_do() -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX"))
    assert lines_with(rf"\b({words})\b", files("src", "driver", "tools", "tests", "bench")) == []


def test_file_names_are_nouns_of_the_domain() -> None:
    bad = [str(p.relative_to(ROOT)) for p in files("src", "driver") if p.stem in FORBIDDEN_NAMES]
    assert bad == []


def test_kernel_versions_are_never_compared() -> None:
    assert lines_with(r"LINUX_VERSION_CODE|KERNEL_VERSION\(", files("driver")) == []


def test_driver_never_stops_the_machine() -> None:
    assert lines_with(r"\b(BUG|BUG_ON|panic)\s*\(", files("driver")) == []


def test_no_include_of_pyx() -> None:
    assert lines_with(r'^\s*include\s+"', files("src", suffixes=(".pyx", ".pxd"))) == []


def test_uapi_is_declared_in_one_place() -> None:
    found = lines_with(r'cdef extern from "falcomod_', files("src", suffixes=(".pyx", ".pxd")))
    assert [line for line in found if "_uapi.pxd" not in line] == []


def test_no_exception_is_swallowed() -> None:
    assert lines_with(r"\bexcept\s*:|except (Base)?Exception:\s*pass", files("src", "tools")) == []


CDEF_FUNCTION = re.compile(
    r"^\s*(?:cdef|ctypedef)\s+(?!class|struct|enum|extern|union|readonly|public)"
    r"(?:inline\s+)?(?P<type>\w+)[^=#\n]*?\w\s*\(([^()]|\([^()]*\))*\)\s*(?P<tail>[^#\n]*)$"
)


def object_types() -> set[str]:
    """Types whose NULL always means an exception, so that Cython takes no except clause."""
    classes = re.compile(r"^cdef class (\w+)", re.MULTILINE)
    found = {"object", "list", "dict", "tuple", "set", "frozenset", "str", "bytes", "bytearray"}
    for path in files("src", suffixes=(".pyx", ".pxd")):
        found.update(classes.findall(path.read_text()))
    return found


@pytest.mark.parametrize(
    "path", files("src", suffixes=(".pyx", ".pxd")), ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_every_cdef_function_states_its_failure(path: Path) -> None:
    text = re.sub(r"\\\n", " ", path.read_text())
    text = re.sub(r"\([^()]*\)", lambda m: m.group().replace("\n", " "), text)
    silent = []
    objects = object_types()
    inside_extern = 0
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"cdef extern", line):
            inside_extern = 1
        elif line and not line[0].isspace():
            inside_extern = 0
        match = CDEF_FUNCTION.match(line)
        if not match or inside_extern or match.group("type") in objects:
            continue
        tail = match.group("tail")
        if "except" not in tail and "noexcept" not in tail:
            silent.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert silent == []


def test_every_source_has_its_test() -> None:
    missing = []
    for path in files("src", suffixes=(".py", ".pyx")):
        if path.stem == "__init__":
            continue
        relative = path.relative_to(PACKAGE)
        expected = ROOT / "tests/unit" / relative.parent / f"test_{path.stem.strip('_')}.py"
        if not expected.exists():
            missing.append(f"{relative}: no {expected.relative_to(ROOT)}")
    assert missing == []


def test_no_source_is_longer_than_a_reader_bears() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for path in files("src", "driver", "tools", suffixes=(".py", ".pyx", ".c", ".h"))
        if (count := len(path.read_text().splitlines())) > 1200
    ]
    assert long == []


def test_cli_files_are_thin() -> None:
    thick = [
        f"{path.name}: {count} lines"
        for path in files("src/falcomod/cli", suffixes=(".py",))
        if (count := len(path.read_text().splitlines())) > 80
    ]
    assert thick == []
