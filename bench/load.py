# SPDX-License-Identifier: Apache-2.0
"""How long rules files take to become a program: python -m bench.load [FILE…].

Without files: the shipped rules, and a made-up set of the size of a large
installation (120 lists, 350 macros, 100 rules).
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile

SHIPPED = Path(__file__).resolve().parents[1] / "rules" / "falcomod_rules.yaml"
LISTS, MACROS, RULES = 120, 350, 100
NAMES_PER_LIST, MACROS_PER_RULE = 20, 20


def large(seed: int = 1) -> str:
    """Rules whose macros use one another and whose conditions name many of them."""
    rng = random.Random(seed)
    items = []
    for number in range(LISTS):
        words = ", ".join(f"word{number}_{word}" for word in range(NAMES_PER_LIST))
        items.append(f"- list: list_{number}\n  items: [{words}]\n")
    for number in range(MACROS):
        inner = f" and macro_{rng.randrange(number)}" if number else ""
        items.append(
            f"- macro: macro_{number}\n  condition: >\n"
            f"    (proc.name in (list_{rng.randrange(LISTS)}) or fd.name glob /path{number}*)\n"
            f'    and not (evt.type = open and proc.cmdline contains "a b {number}"{inner})\n'
        )
    for number in range(RULES):
        names = (f"macro_{rng.randrange(MACROS)}" for _ in range(MACROS_PER_RULE))
        condition = "\n    and not ".join(["evt.type in (open, openat)", *names])
        items.append(
            f"- rule: rule {number}\n  desc: d\n  condition: >\n    {condition}\n"
            f"  output: happened (process=%proc.name)\n  priority: WARNING\n"
        )
    return "".join(items)


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
        report("large", large())


if __name__ == "__main__":
    main()
