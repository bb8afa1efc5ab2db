# SPDX-License-Identifier: Apache-2.0
"""Outputs that fail in every way, are changed and reopened, while alerts come in.

Whatever happens: each alert that was taken in is handed to its output once and in order, or is
counted as failed; and the counters add up.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from falcomod.alert.model import Alert
from falcomod.output.outlet import Outlet
from falcomod.output.sink import NotAllWritten, Sink
from falcomod.output.spec import Spec
from tests.recorded_sink import WAIT_S, alert

EXAMPLES = 500 * int(os.environ.get("FALCOMOD_EXAMPLES", "1"))
NAMES = ("a", "b")
# What becomes of a batch: None is well, a number that many alerts and then a fault.
FATES = st.one_of(st.none(), st.integers(0, 4), st.sampled_from(["os", "bug"]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 20)),
        st.tuples(st.just("change"), st.sampled_from(NAMES)),
        st.tuples(st.just("reopen"), st.just("")),
        st.tuples(st.just("look"), st.just("")),
        st.tuples(st.just("settle"), st.just("")),
    ),
    max_size=20,
)


class Fated:
    """A sink that knows beforehand what becomes of its batches."""

    def __init__(self, name: str, fates: list[object], got: list[int], failed: list[int]) -> None:
        self.name = name
        self._fates = fates
        self._got = got
        self._failed = failed

    def write(self, alerts: Sequence[Alert]) -> None:
        numbers = [alert.time_ns for alert in alerts]
        fate = self._fates.pop() if self._fates else None
        if isinstance(fate, int) and fate < len(alerts):
            self._got += numbers[:fate]
            self._failed.append(numbers[fate])
            raise NotAllWritten(fate, OSError(5, "fate"))
        if fate == "os":
            self._failed += numbers
            raise OSError(5, "fate")
        if fate == "bug":
            if len(alerts) == 1:
                self._failed += numbers
            raise ZeroDivisionError
        self._got += numbers

    def reopen(self) -> None:
        if self._fates and self._fates[-1] == "os":
            raise OSError(5, "fate")

    def close(self) -> None:
        if self._fates and self._fates[-1] == "bug":
            raise ZeroDivisionError


@settings(max_examples=EXAMPLES, deadline=None)
@given(steps=STEPS, fates=st.lists(FATES, max_size=30))
def test_every_alert_is_written_once_or_counted_as_failed(
    steps: list[tuple[str, object]], fates: list[object]
) -> None:
    # By output and version: what each got, and what failed there.
    got: dict[tuple[str, int], list[int]] = {}
    failed: dict[tuple[str, int], list[int]] = {}
    versions = dict.fromkeys(NAMES, 0)

    def spec(name: str) -> Spec:
        key = (name, versions[name])

        def make() -> Sink:
            got[key], failed[key] = [], []
            return Fated(name, list(fates), got[key], failed[key])

        return Spec(name, versions[name], make)

    outlet = Outlet(capacity=0, timeout_ms=60_000, on_dead=lambda: None)
    outlet.configure([spec(name) for name in NAMES])
    count = 0
    for what, argument in steps:
        if what == "publish":
            assert isinstance(argument, int)
            for number in range(count, count + argument):
                outlet.publish(alert(number))
            count += argument
        elif what == "change":
            versions[str(argument)] += 1
            outlet.configure([spec(name) for name in NAMES])
        elif what == "reopen":
            outlet.reopen()
        elif what == "look":
            outlet.look_after()
        else:
            assert outlet.settle(WAIT_S)
    outlet.close(WAIT_S)
    for name in NAMES:
        keys = [(name, version) for version in range(versions[name] + 1)]
        assert all(got[key] == sorted(got[key]) for key in keys)
        ends = [number for key in keys for number in (*got[key], *failed[key])]
        assert sorted(ends) == list(range(count))
        counters = outlet.counters()[name]
        assert counters == {
            "accepted": count,
            "written": sum(len(got[key]) for key in keys),
            "failed": sum(len(failed[key]) for key in keys),
            "dropped": 0,
            "waiting": 0,
        }
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("output-")]
