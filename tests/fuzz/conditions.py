# SPDX-License-Identifier: Apache-2.0
"""Damaged conditions through the grammar and all passes: python -m tests.fuzz.conditions.

Starts from conditions that use every construct (CORPUS) and from texts that are made
to be slow or deep (AWKWARD).  The only answers allowed are a tree, whose text gives the
same tree again, and a RuleError whose place lies in the text; each within LIMIT_S.
FALCOMOD_FUZZ_S in the environment says for how many seconds it runs, 20 without it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import time
from collections import Counter
from types import FrameType

from falcomod.errors import RuleError, RuleLoadError
from falcomod.rules import ast, grammar
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import Scalar, SourceFile, SourceText

# No text is longer than some ten thousand characters.
LIMIT_S = 5.0

CORPUS = (
    "evt.type in (open, openat) and not (fd.name startswith /etc or proc.name = 'a b')",
    "proc.aname[2] exists and proc.env[\"HOME\"] != '/root' or evt.arg.flags contains O_CREAT",
    "tolower(basename( proc.exepath )) = val(proc.name) and not evt.num<=0x1F",
    "getopt((proc.args[0], proc.cmdline), 'ab:')[b] startswith anyof (x, \"y z\")",
    'concat(proc.name, "-\\x41\\n") in toupper(proc.pname) or join(",", proc.args) glob a*',
    "proc.name regex allof ('a.*', \"b+\") or fd.name pmatch (/a/*, /b) or len(fd.name) > 1e+3",
    "listed and macro or fd.name intersects listed or proc.name in listed",
    "evt.buffer bcontains cafe and evt.buffer bstartswith be and fd.name iglob *X* or never",
    "not(proc.name=a)and(proc.name==b)or(proc.name icontains c)",
)
AWKWARD = (
    "(" * 900 + "proc.name = a" + ")" * 900,
    "not (proc.name = a and " * 490 + "evt.num > 0" + ")" * 490,
    "not " * 990 + "proc.name = a",
    "tolower(" * 990 + "proc.name" + ")" * 990 + " = a",
    "proc.name in (" + "a, " * 5000 + "b)",
    "proc.name in (" + "a " * 5000 + ")",
    "proc.name = '" + "\\\\" * 5000,
    'proc.name = "' + '\\"' * 5000 + '"',
    "a." * 5000 + "b = c",
    "a" * 10000 + " and " + "a" * 10000,
    "proc.name =" + " \b" * 5000 + "a",
    "proc.name = a" + " " * 10000 + "(",
    " or ".join(["proc.name = a"] * 2000),
    "concat(" + "(" * 2000,
    "proc.env[" + "a" * 10000 + "] = b",
)
PIECES = (
    "(", ")", "((", "))", "'", '"', "\\", "\\x00", "\\x4", "[", "]", ",", ", ,", "=", "==", "!=",
    "<", ">=", " and ", " or ", " not ", " not(", " in ", " in (", " intersects ", " pmatch ",
    " exists", "oneof ", "anyof (", " allof ", "val(", "tolower(", "getopt((", "concat(", "len(",
    ")[", "regex ", "proc.name", "fd.name", "evt.type", "ka.verb", "a.b", "listed", "macro",
    "never", "0x", "1e+", "\b", "\t", "\n", "\r", "\0", "\x85", "\u2028", "\U0001f600",
    "(" * 300, "not " * 300,
)  # fmt: skip
OTHERS = (
    "- list: listed\n  items: [a, 'b c', \"'d'\"]\n"
    "- macro: macro\n  condition: proc.name in (listed)\n"
    "- macro: never\n  condition: evt.num = 0\n"
)


def damaged(rng: random.Random, text: str) -> str:
    """*text*, or a stretch of it, with a few pieces taken out, doubled or put in."""
    if len(text) > 500 or rng.random() < 0.2:
        start = rng.randrange(len(text))
        text = text[start : start + rng.randrange(1, 3000)]
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(text) + 1)
        end = at + rng.choice([0, 0, 0, 1, 5, 40])
        piece = rng.choice([rng.choice(PIECES), rng.choice(PIECES), text[at:end] * 2, ""])
        text = text[:at] + piece + text[end:]
    return text


def answer(text: str) -> str:
    """What the grammar and then compiling say: "ok", or the code of the first fault."""
    source = SourceText.of(Scalar(text, SourceFile("rules.yaml", text), 0, len(text)))
    try:
        tree = grammar.parse(source)
    except RuleError as error:
        place = error.location
        lines = text.count("\n") + 1
        if not 0 < place.line <= lines or not 0 < place.column <= len(text) + 1:
            raise AssertionError(f"no such place: {error}") from error
        return error.code
    written = ast.to_text(tree)
    again = grammar.parse(SourceText.of(Scalar(written, SourceFile("again", written), 0, 0)))
    if ast.to_text(again) != written:
        raise AssertionError(f"another tree of its own text: {written}")
    return compiled(text)


def compiled(text: str) -> str:
    """What compiling a rule with the condition says."""
    rule = f"- rule: r\n  desc: d\n  condition: {json.dumps(text)}\n  output: o\n  priority: INFO\n"
    try:
        compile_rules(load_sources([SourceFile("rules.yaml", OTHERS + rule)]))
    except RuleLoadError as error:
        return error.errors[0].code
    return "ok"


def too_slow(number: int, frame: FrameType | None) -> None:
    raise AssertionError(f"no answer within {LIMIT_S} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    seconds = float(os.environ.get("FALCOMOD_FUZZ_S", "20"))
    print(f"seed {arguments.seed}, {seconds:g} s", flush=True)
    rng = random.Random(arguments.seed)
    signal.signal(signal.SIGALRM, too_slow)
    texts = [*CORPUS, *AWKWARD]
    answers: Counter[str] = Counter()
    until = time.monotonic() + seconds
    number = 0
    while number < len(texts) or time.monotonic() < until:
        text = (
            texts[number] if number < len(texts) else damaged(rng, rng.choice(CORPUS * 4 + AWKWARD))
        )
        signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
        try:
            answers[answer(text)] += 1
        except Exception:
            print(f"text {number}: {text!r}")
            raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        number += 1
    print(f"{number} texts:", ", ".join(f"{code} {n}" for code, n in answers.most_common()))


if __name__ == "__main__":
    main()
