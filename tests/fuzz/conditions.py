# SPDX-License-Identifier: Apache-2.0
"""Damaged and hostile conditions through the grammar, all passes and the evaluator.

Starts from conditions that use every construct (CORPUS), from texts that are made to be
slow or deep (AWKWARD) and from well written ones with awkward values (hostile.py).  The
only answers allowed are a tree, whose text gives the same tree again and which is then
tried on events, and a RuleError whose place lies in the text.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from falcomod.errors import RuleError, RuleLoadError
from falcomod.rules import ast, grammar
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import Scalar, SourceFile, SourceText
from tests.fuzz import campaign, hostile
from tests.fuzz.events import evaluate

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
OTHERS = {
    "syscall": (
        "- list: listed\n  items: [a, 'b c', \"'d'\"]\n"
        "- macro: macro\n  condition: proc.name in (listed)\n"
        "- macro: never\n  condition: evt.num = 0\n"
    ),
    "k8s_audit": "- macro: never\n  condition: evt.num = 0\n",
}


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


def attempt(data: bytes) -> Counter[str]:
    """What became of a condition: its source in the first line, then its text."""
    source, _, text = data.decode("utf-8", "surrogatepass").partition("\n")
    counts = Counter({answer(text): 1})
    if counts["tree"]:
        counts.update(compiled(data, source, text))
    return counts


def answer(text: str) -> str:
    """What the grammar says: "tree", or the code of the fault."""
    written = SourceText.of(Scalar(text, SourceFile("rules.yaml", text), 0, len(text)))
    try:
        tree = grammar.parse(written)
    except RuleError as error:
        place = error.location
        lines = text.count("\n") + 1
        if not 0 < place.line <= lines or not 0 < place.column <= len(text) + 1:
            raise AssertionError(f"no such place: {error}") from error
        return error.code
    once = ast.to_text(tree)
    again = grammar.parse(SourceText.of(Scalar(once, SourceFile("again", once), 0, 0)))
    if ast.to_text(again) != once:
        raise AssertionError(f"another tree of its own text: {once}")
    return "tree"


def compiled(data: bytes, source: str, text: str) -> Counter[str]:
    """What compiling a rule with the condition says, and how often it matched."""
    output = "%evt.num %ka.verb" if source == "k8s_audit" else "%evt.num %proc.name %fd.name"
    rule = (
        f"- rule: r\n  desc: d\n  condition: {hostile.in_yaml(text)}\n  output: '{output}'\n"
        f"  priority: INFO\n  source: {source}\n"
    )
    try:
        rules = compile_rules(load_sources([SourceFile("rules.yaml", OTHERS[source] + rule)]))
    except RuleLoadError as error:
        return Counter({f"then {error.errors[0].code}": 1})
    return Counter(ok=1, matches=evaluate(campaign.chance(data), rules))


def inputs(rng: random.Random) -> Iterator[bytes]:
    for text in (*CORPUS, *AWKWARD):
        yield f"syscall\n{text}".encode()
    while True:
        source, text = hostile.condition(rng)
        if rng.random() < 0.4:
            source, text = "syscall", damaged(rng, rng.choice(CORPUS * 4 + AWKWARD))
        elif rng.random() < 0.2:
            text = damaged(rng, text)
        yield f"{source}\n{text}".encode("utf-8", "surrogatepass")


TARGET = campaign.Target("conditions", __doc__, inputs, attempt, frozenset({"ok", "matches"}))

if __name__ == "__main__":
    campaign.run(TARGET)
