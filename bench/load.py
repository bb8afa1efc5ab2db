# SPDX-License-Identifier: Apache-2.0
"""How long rules files take to become a program: python -m bench.load [FILE…].

Without files: the shipped rules, and bench/rules_file.py's, which are of the size of a
large installation.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench import rules_file
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile

SHIPPED = Path(__file__).resolve().parents[1] / "rules" / "falcomod_rules.yaml"


def report(name: str, text: str) -> None:
    """Prints the processor time of one load, which does not depend on who else runs."""
    started = time.process_time()
    collection = load_sources([SourceFile(name, text)])
    loaded = time.process_time()
    compiled = compile_rules(collection)
    done = time.process_time()
    print(
        f"{name}: {len(text) / 1024:.0f} KiB, {len(collection.macros)} macros,"
        f" {len(compiled.rules)} rules, {compiled.ruleset.node_count} nodes:"
        f" load {1000 * (loaded - started):.0f} ms, compile {1000 * (done - loaded):.0f} ms"
    )


def main() -> None:
    for path in sys.argv[1:] or [str(SHIPPED)]:
        report(Path(path).name, Path(path).read_text())
    if len(sys.argv) == 1:
        report("large", rules_file.text())


if __name__ == "__main__":
    main()
