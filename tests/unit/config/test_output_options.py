# SPDX-License-Identifier: Apache-2.0
"""Options of outputs."""

from __future__ import annotations

from falcomod.config.keys import options
from falcomod.config.model import Config
from falcomod.config.output_options import HttpOutput, RateLimit


def test_alerts_go_to_standard_output_alone_by_default() -> None:
    config = Config()
    outputs = [name for name in options(Config) if name.endswith("_output")]
    on = [name for name in outputs if getattr(getattr(config, name), "enabled", False)]
    assert on == ["stdout_output"]


def test_nothing_is_limited_by_default() -> None:
    assert RateLimit().rate == 0


def test_headers_are_secret() -> None:
    assert options(HttpOutput)["headers"].about["secret"]
