# SPDX-License-Identifier: Apache-2.0
"""Versions as Falco tells them, by the names that its tools look for (falcoctl, exporters).

Where Falco has a library of its own and falcomod has not, it is falcomod's version.
"""

from __future__ import annotations

from falcomod import __version__
from falcomod.app.events_table import SCHEMA_VERSION
from falcomod.engine.decode.schema import ABI_VERSION
from falcomod.rules.requirements import BUILT_IN, ENGINE_VERSION, version_text

# Of falcosecurity/libs, plugin_api.h, that the built-in plugins were made for.
PLUGIN_API_VERSION = "3.12.0"


def versions() -> dict[str, object]:
    """What `/versions` answers and `falcomod --version` may print."""
    return {
        "falco_version": __version__,
        "libs_version": __version__,
        "plugin_api_version": PLUGIN_API_VERSION,
        "driver_api_version": f"{ABI_VERSION}.0.0",
        "driver_schema_version": SCHEMA_VERSION,
        "default_driver_version": __version__,
        "engine_version": str(ENGINE_VERSION[1]),
        "engine_version_semver": version_text(ENGINE_VERSION),
        "plugin_versions": dict(BUILT_IN),
    }
