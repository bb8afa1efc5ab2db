# SPDX-License-Identifier: Apache-2.0
"""Log lines: time in front, level respected, standard output left alone."""

from __future__ import annotations

import logging
import re

import pytest

from falcomod.app import logs
from falcomod.config.option import PRIORITIES


def test_line_carries_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")
    logging.getLogger("falcomod.app.x").info("rules=%d", 3)
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4}: rules=3\n", err)


def test_level_is_respected(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("warning")
    logging.getLogger("falcomod.app.x").info("quiet")
    assert capsys.readouterr().err == ""


def test_every_configurable_level_is_known() -> None:
    assert set(PRIORITIES) == set(logs.LEVELS)
