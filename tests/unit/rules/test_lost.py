# SPDX-License-Identifier: Apache-2.0
"""What names a list that was left out goes with it."""

from falcomod.rules.load import load_sources
from falcomod.rules.lost import without_lost
from falcomod.rules.model import RuleCollection
from falcomod.rules.text import SourceFile

RULE = "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: debug\n"


def load(text: str) -> RuleCollection:
    return load_sources([SourceFile("rules.yaml", text)], skip_bad=True)


def test_all_that_names_a_lost_list_is_lost() -> None:
    excepted = "  exceptions: [{name: e, fields: proc.name, values: [bad]}]\n"
    text = (
        "- list: outer\n  items: [inner]\n- list: inner\n  items: [bad, x]\n- list: bad\n"
        "- list: good\n  items: [y]\n"
        "- macro: m\n  condition: proc.name in (bad)\n"
        "- macro: n\n  condition: proc.name in (good)\n"
        + RULE.format(name="direct", condition="proc.name in (bad,x)")
        + RULE.format(name="over lists", condition="proc.name in (outer)")
        + RULE.format(name="exception", condition="proc.name = x")
        + excepted
        + RULE.format(name="fine", condition="proc.name in (good, badly) or proc.name=b.bad")
    )
    collection = load(text)
    pruned, faults = without_lost(collection)
    assert list(pruned.lists) == ["good"]
    assert list(pruned.macros) == ["n"]
    assert list(pruned.rules) == ["fine"]
    assert {name: str(fault.location) for name, fault in faults.items()} == {
        "direct": "rules.yaml:14:28",
        "over lists": "rules.yaml:19:28",
        "exception": "rules.yaml:27:54",
    }
    assert faults["direct"].message == (
        "Rule 'direct' is left out: it names the list 'bad', which is left out"
    )
    assert [fault.message.split(" is ")[0] for fault in pruned.skipped[1:4]] == [
        "List 'inner'", "List 'outer'", "Macro 'm'",
    ]  # fmt: skip
    assert pruned.skipped[4:] == list(faults.values())
    assert len(collection.rules) == 4


def test_a_list_that_names_itself_is_no_lost_list() -> None:
    pruned, _ = without_lost(load("- list: bad\n- list: l\n  items: [l]\n"))
    assert list(pruned.lists) == ["l"]


def test_a_collection_without_lost_lists_stays_as_it_is() -> None:
    collection = load("- list: l\n  items: [l]\n")
    assert without_lost(collection) == (collection, {})
