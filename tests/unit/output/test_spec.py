# SPDX-License-Identifier: Apache-2.0
"""When two outputs are the same."""

from __future__ import annotations

from typing import Any

from falcomod.alert.render import line_of
from falcomod.config.model import Config
from falcomod.output.spec import LOOK, Spec, look
from falcomod.output.stdout import StdoutSink
from tests.recorded_sink import RecordedSink, alert


class Read:
    """A configuration that knows which of its options were read."""

    def __init__(self, config: Config, names: set[str]) -> None:
        self._config = config
        self._names = names

    def __getattr__(self, name: str) -> Any:
        self._names.add(name)
        return getattr(self._config, name)


def test_outputs_of_equal_name_and_settings_are_the_same_however_they_are_opened() -> None:
    assert Spec("a", (1, "x"), RecordedSink) == Spec("a", (1, "x"), StdoutSink)
    assert Spec("a", (1, "x"), RecordedSink) != Spec("a", (1, "y"), RecordedSink)
    assert Spec("a", (1, "x"), RecordedSink) != Spec("b", (1, "x"), RecordedSink)


def test_look_holds_every_option_that_lines_depend_on() -> None:
    names: set[str] = set()
    for json_output in (False, True):
        line_of(Read(Config(json_output=json_output), names))(alert())  # type: ignore[arg-type]
    assert names <= set(LOOK)


def test_look_differs_with_an_option() -> None:
    assert look(Config()) == look(Config())
    assert look(Config()) != look(Config(json_include_tags_property=False))
