# SPDX-License-Identifier: Apache-2.0
"""The layer check sees what it should, and the tree obeys it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_layers", ROOT / "tools/check_layers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tree_imports_only_downwards(check: ModuleType) -> None:
    assert list(check.violations(ROOT / "src")) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("alert/format.py", "from falcomod.output.stdout import StdoutSink"),
        ("engine/state/threads.pyx", "from falcomod.engine.match.ruleset cimport Ruleset"),
        ("engine/decode/event.pxd", "from falcomod.engine cimport loop"),
        ("output/stdout.py", "from falcomod.engine.loop import Engine"),
        ("output/stdout.py", "from falcomod.rules.model import Rule"),
        ("config/model.py", "import falcomod.cli"),
    ],
)
def test_upward_import_is_found(check: ModuleType, tmp_path: Path, module: str, line: str) -> None:
    source = tmp_path / "falcomod" / module
    source.parent.mkdir(parents=True)
    source.write_text(line + "\n")
    assert len(list(check.violations(tmp_path))) == 1


def test_downward_import_passes(check: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "falcomod" / "cli" / "start.py"
    source.parent.mkdir(parents=True)
    source.write_text("from falcomod.app.agent import Agent\nfrom falcomod import __version__\n")
    assert list(check.violations(tmp_path)) == []
