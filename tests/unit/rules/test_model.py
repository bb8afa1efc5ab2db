# SPDX-License-Identifier: Apache-2.0
"""Definitions as they are kept."""

from falcomod.rules.model import Item, RuleCollection
from falcomod.rules.text import Scalar, SourceFile


def test_a_new_collection_is_empty_and_its_own() -> None:
    first, second = RuleCollection(), RuleCollection()
    first.warnings.append(ITEM.error("x"))
    assert not second.warnings
    assert not second.rules


def test_item_errors_point_at_the_name_or_at_what_is_given() -> None:
    assert str(ITEM.error("no").location) == "rules.yaml:1:8"
    key = Scalar("macro", FILE, 0, 5)
    error = ITEM.error("no", at=key, remedy="do")
    assert (str(error.location), error.remedy) == ("rules.yaml:1:1", "do")
    assert error.code == "LOAD_ERR_YAML_VALIDATE"


FILE = SourceFile("rules.yaml", "macro: one")
ITEM = Item(kind="macro", name=Scalar("one", FILE, 7, 10), values={}, places={})
