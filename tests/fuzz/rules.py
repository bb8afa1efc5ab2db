# SPDX-License-Identifier: Apache-2.0
"""Damaged rules files through loading and compiling: python -m tests.fuzz.rules [--seed N].

Starts from the shipped rules and from texts of awkward shape (CORPUS).  The only
answers allowed are a program and a RuleLoadError whose places lie in the file.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from pathlib import Path

from falcomod.errors import RuleLoadError
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "rules" / "falcomod_rules.yaml"

CORPUS = (
    "- rule: a\n  desc: d\n  condition: evt.type in (open, x\n  output: '%'\n  priority: INFO\n",
    "- macro: &a [*a]\n",
    "- list: l\n  items: [l, l]\n- macro: m\n  condition: proc.name in (l)\n",
)
PIECES = (
    "(", ")", "'", '"', "\\", "[", "]", "{", "}", ":", "- ", "\n", "\n  ", ",", "=", "!=", "%",
    " and ", " or ", " not ", " in ", " exists", "evt.type", "proc.aname[9]", "val(", "regex",
    "&x ", "*x", "|\n", ">\n", "~", "append: true", "override: {}", "\x00", "\x85", "\ufeff",
    "\U0001f600", "0", "-1", "99999999999999999999", "(" * 300, "not " * 300,
)  # fmt: skip


def damaged(rng: random.Random, text: str) -> str:
    """*text*, or a stretch of it, with a few pieces taken out, doubled or put in."""
    if rng.random() < 0.7:
        start = rng.randrange(len(text))
        text = text[start : start + rng.randrange(1, 3000)]
        start = text.find("\n- ") + 1
        text = text[start:]
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(text) + 1)
        end = at + rng.choice([0, 0, 1, 5, 40])
        piece = rng.choice([rng.choice(PIECES), text[at:end] * 2, ""])
        text = text[:at] + piece + text[end:]
    return text


def answer(text: str) -> str:
    """What loading and compiling says: "ok", or the code of its first fault."""
    lines = text.count("\n") + 2
    try:
        compile_rules(load_sources([SourceFile("rules.yaml", text)]))
    except RuleLoadError as error:
        for fault in error.errors:
            if not 0 < fault.location.line <= lines or fault.location.column < 1:
                raise AssertionError(f"no such place: {fault}") from error
        return error.errors[0].code
    return "ok"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--count", type=int, default=2000)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.count} texts", flush=True)
    rng = random.Random(arguments.seed)
    texts = [SHIPPED.read_text(), *CORPUS]
    answers: Counter[str] = Counter()
    for number in range(arguments.count):
        text = (
            texts[number]
            if number < len(texts)
            else damaged(rng, rng.choice(texts[:1] * 3 + texts))
        )
        try:
            answers[answer(text)] += 1
        except Exception:
            print(f"text {number}:\n{text}")
            raise
    print(", ".join(f"{code} {count}" for code, count in answers.most_common()))


if __name__ == "__main__":
    main()
