# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

from falcomod import __version__
from falcomod.app.versions import versions


def test_names_are_those_of_falco() -> None:
    assert list(versions()) == [
        "falco_version", "libs_version", "plugin_api_version", "driver_api_version",
        "driver_schema_version", "default_driver_version", "engine_version",
        "engine_version_semver", "plugin_versions",
    ]  # fmt: skip


def test_values_have_the_form_of_falcos() -> None:
    found = versions()
    assert found["falco_version"] == __version__
    assert re.fullmatch(r"\d+", str(found["engine_version"]))
    assert found["engine_version_semver"] == f"0.{found['engine_version']}.0"
    semantic = [name for name in found if name not in ("engine_version", "plugin_versions")]
    assert [n for n in semantic if not re.fullmatch(r"\d+\.\d+\.\d+", str(found[n]))] == []
    assert isinstance(found["plugin_versions"], dict)
