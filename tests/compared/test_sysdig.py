# SPDX-License-Identifier: Apache-2.0
"""Every event of the sample captures beside what Debian's sysdig prints of it.

sysdig is of 2022, and so is the schema it knows; what differs for that and for other
reasons is a table.  A difference that is not in it fails, and so does a row that nothing
needs any more.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compared.differences import DIFFERENCES, RENAMED, Difference, Value
from tests.compared.sysdig import COMPARED, Comparison, Pair, compare

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "bench/captures/work.scap.gz"
CAPTURES = [*sorted((ROOT / "tests/captures").glob("*.scap")), WORK]

pytestmark = pytest.mark.skipif(not shutil.which("sysdig"), reason="no sysdig: apt install sysdig")


@pytest.fixture(scope="module")
def comparisons() -> dict[Path, Comparison]:
    return {capture: compare(capture) for capture in CAPTURES}


def test_every_event_is_there(comparisons: dict[Path, Comparison]) -> None:
    for capture, comparison in comparisons.items():
        # Starts of calls; their ends have everything.
        assert {event["evt.dir"] for event in comparison.only_theirs} <= {">"}, capture
        # sysdig keeps the news of containers to itself.
        assert {event["evt.type"] for event in comparison.only_ours} <= {"container"}, capture
    assert len(comparisons[WORK].pairs) + len(comparisons[WORK].only_theirs) == 104_050


def values(pair: Pair) -> Iterator[tuple[str, Value, Value]]:
    """Every field and argument of an event: its name, theirs, ours."""
    for field in COMPARED:
        yield field, pair.theirs[field], pair.ours[field]
    theirs = {**(pair.enter.arguments if pair.enter else {}), **pair.theirs.arguments}
    for name, value in pair.ours.arguments.items():
        before = RENAMED.get((pair.ours["evt.type"], name), name)
        yield f"arg.{name}", theirs.pop(before, None), value
    for name, value in theirs.items():
        yield f"arg.{name}", value, None


def reason(field: str, theirs: Value, ours: Value, pair: Pair) -> Difference | None:
    for difference in DIFFERENCES:
        if difference.explains(field, theirs, ours, pair):
            return difference
    return None


def test_every_value_is_theirs_or_has_a_reason(
    comparisons: dict[Path, Comparison], capsys: pytest.CaptureFixture[str]
) -> None:
    compared = 0
    used: Counter[Difference] = Counter()
    unexplained: Counter[tuple[str, str, Value, Value]] = Counter()
    for comparison in comparisons.values():
        for pair in comparison.pairs:
            for field, theirs, ours in values(pair):
                compared += 1
                if theirs == ours:
                    continue
                difference = reason(field, theirs, ours, pair)
                if difference:
                    used[difference] += 1
                else:
                    name = pair.theirs["evt.dir"] + pair.theirs["evt.type"]
                    unexplained[name, field, theirs, ours] += 1
    with capsys.disabled():
        print(f"\n{compared} values compared, {used.total()} of them differ with a reason")
    assert not unexplained, unexplained.most_common(40)
    assert [difference for difference in DIFFERENCES if not used[difference]] == []
