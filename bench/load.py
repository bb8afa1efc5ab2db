# SPDX-License-Identifier: Apache-2.0
"""How long rules files take to become a program: python -m bench.load [FILE…].

Without files: the shipped rules, and bench/rules_file.py's, which are of the size of a
large installation.
"""

from __future__ import annotations

import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from bench import rules_file
from falcomod.rules.cache import RulesCache, key_of
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile

SHIPPED = Path(__file__).resolve().parents[1] / "rules" / "falcomod_rules.yaml"


def report(name: str, text: str) -> None:
    """Prints the processor time of loading, which does not depend on who else runs."""
    times = [time.process_time()]
    collection = load_sources([SourceFile(name, text)])
    times.append(time.process_time())
    compiled = compile_rules(collection)
    times.append(time.process_time())
    with tempfile.TemporaryDirectory() as folder:
        cache = RulesCache(Path(folder))
        cache.save(key(name, text), compiled)
        times.append(time.process_time())
        found = cache.load(key(name, text), matching="first")
        times.append(time.process_time())
    if found is None or found.ruleset.node_count != compiled.ruleset.node_count:
        raise SystemExit("the cache does not give back what was put into it")
    load, compile_, _, cached = (1000 * (end - begin) for begin, end in pairwise(times))
    print(
        f"{name}: {len(text) / 1024:.0f} KiB, {len(collection.macros)} macros,"
        f" {len(collection.lists)} lists, {len(compiled.rules)} rules,"
        f" {compiled.ruleset.node_count} nodes: load {load:.0f} ms + compile {compile_:.0f} ms"
        f" = {load + compile_:.0f} ms; from the cache {cached:.0f} ms"
    )


def key(name: str, text: str) -> str:
    return key_of([(name, text.encode())], [])


def main() -> None:
    for path in sys.argv[1:] or [str(SHIPPED)]:
        report(Path(path).name, Path(path).read_text())
    if len(sys.argv) == 1:
        report("large", rules_file.text())


if __name__ == "__main__":
    main()
