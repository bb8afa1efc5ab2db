# SPDX-License-Identifier: Apache-2.0
"""Damaged rules files through loading and compiling, and what comes of them on events.

Starts from the shipped rules and from texts of awkward shape (CORPUS).  The only
answers allowed are a program and a RuleLoadError whose places lie in the file;
results and descriptions can always be told, what is good is loaded where what
is bad may be left out, and whatever was compiled is tried on events.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from falcomod.errors import RuleError, RuleLoadError
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.describe import Description
from falcomod.rules.load import load_sources
from falcomod.rules.lost import without_lost
from falcomod.rules.model import RuleCollection
from falcomod.rules.results import SNIPPET_WIDTH, results
from falcomod.rules.select import EVERY_RULE
from falcomod.rules.text import SourceFile
from tests.fuzz import campaign, hostile
from tests.fuzz.events import evaluate

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "rules" / "falcomod_rules.yaml"
FILES = [ROOT / "tests" / "unit" / "rules" / name for name in ("described.yaml", "flawed.yaml")]

CORPUS = (
    "- rule: a\n  desc: d\n  condition: evt.type in (open, x\n  output: '%'\n  priority: INFO\n",
    "- macro: &a [*a]\n",
    "- list: l\n  items: [l, l]\n- macro: m\n  condition: proc.name in (l)\n",
    "- required_plugin_versions: [{name: a, version: 0.1.0, alternatives: [{name: b}]}]\n",
    "- list: lost\n- list: l\n  items: [lost]\n- macro: m\n  condition: proc.name in (l)\n",
)
PIECES = (
    "(", ")", "'", '"', "\\", "[", "]", "{", "}", ":", "- ", "\n", "\n  ", ",", "=", "!=", "%",
    " and ", " or ", " not ", " in ", " exists", "evt.type", "proc.aname[9]", "val(", "regex",
    "&x ", "*x", "|\n", ">\n", "~", "append: true", "override: {}", "override: {items: append}",
    "\x00", "\x85", "\ufeff", "\U0001f600", "0", "-1", "9" * 20, "(" * 300, "not " * 300,
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
        word = rng.choice(text.split() or [""])
        piece = rng.choice([rng.choice(PIECES), word, text[at:end] * 2, ""])
        text = text[:at] + piece + text[end:]
    return text


def answer(data: bytes) -> Counter[str]:
    """What loading and compiling says: "ok", or the code of its first fault; and what matched."""
    file = SourceFile("rules.yaml", data.decode("utf-8", "surrogatepass"))
    try:
        collection = load_sources([file])
        compiled = compile_rules(collection, selection=EVERY_RULE, matching="all")
    except RuleLoadError as error:
        check_places(file.text, error.errors)
        tell(file, error.errors, error.warnings)
        left = go_on(file, len(error.errors))
        return Counter({error.errors[0].code: 1, "matches": evaluate(campaign.chance(data), left)})
    tell(file, (), compiled.warnings)
    describe(collection, compiled)
    return Counter(ok=1, matches=evaluate(campaign.chance(data), compiled))


def check_places(text: str, faults: Sequence[RuleError]) -> None:
    """Every fault lies in the text."""
    lines = text.count("\n") + 2
    for fault in faults:
        if not 0 < fault.location.line <= lines or fault.location.column < 1:
            raise AssertionError(f"no such place: {fault}")


def tell(file: SourceFile, errors: Sequence[RuleError], warnings: Sequence[RuleError]) -> None:
    """The three forms of a result, each with every fault in it."""
    (result,) = results([file.path], [file], errors, warnings)
    told = json.loads(json.dumps(result.as_json()))
    assert len(told["errors"]) == len(errors)
    assert len(told["warnings"]) == len(warnings)
    for fault in (*told["errors"], *told["warnings"]):
        assert fault["context"]["locations"][0]["item_type"] == "rules content"
        assert len(fault["context"]["snippet"].split("\n")[0]) <= SNIPPET_WIDTH
    assert result.verbose().count("\nIn rules content: ") >= len(errors) + len(warnings)
    assert result.summary().startswith(result.verdict)


def go_on(file: SourceFile, faults: int) -> CompiledRules:
    """Without what is bad the rest loads, and everything bad is told."""
    collection, _ = without_lost(load_sources([file], skip_bad=True))
    compiled = compile_rules(collection, selection=EVERY_RULE, skip_bad=True, matching="all")
    assert compiled.skipped, f"nothing is left out, of {faults} faults"
    check_places(file.text, compiled.skipped)
    names = {entry.rule.name for entry in compiled.rules}
    assert not names & compiled.left_out.keys()
    describe(collection, compiled)
    return compiled


def describe(collection: RuleCollection, compiled: CompiledRules) -> None:
    """Everything about what was loaded, as JSON."""
    told = Description(collection, compiled.rules).everything()
    assert len(json.loads(json.dumps(told))["rules"]) == len(compiled.rules)


def inputs(rng: random.Random) -> Iterator[bytes]:
    texts = [SHIPPED.read_text(), *(path.read_text() for path in FILES), *CORPUS]
    for text in texts:
        yield text.encode()
    while True:
        text = damaged(rng, rng.choice(texts[:1] * 3 + texts))
        if rng.random() < 0.5:
            text = hostile_rules(rng)
            if rng.random() < 0.2:
                text = damaged(rng, text)
        yield text.encode("utf-8", "surrogatepass")


def hostile_rules(rng: random.Random) -> str:
    """A few rules about the same fields, so that their checks come together."""
    rules = []
    for number in range(rng.randrange(1, 5)):
        source, condition = hostile.condition(rng)
        fields = rng.choices(hostile.FIELDS[source], k=3)
        output = " ".join(
            f"%{info.name}{rng.choice(hostile.ARGUMENTS[info.argument])}" for info in fields
        )
        rules.append(
            f"- rule: r{number}\n  desc: d\n  condition: {hostile.in_yaml(condition)}\n"
            f"  output: {hostile.in_yaml(output)}\n  priority: INFO\n  source: {source}\n"
        )
    return "".join(rules)


TARGET = campaign.Target("rules", __doc__, inputs, answer, frozenset({"ok", "matches"}))

if __name__ == "__main__":
    campaign.run(TARGET)
