# SPDX-License-Identifier: Apache-2.0
"""Prints tests/golden anew, each file from the thing it guards; review the difference.

The files that end in .tsv are copies of public facts and are never printed.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from falcomod import __version__
from falcomod.app.describe import Catalogue
from falcomod.app.metrics import prometheus
from falcomod.app.metrics.fields import output_fields
from falcomod.app.validate import validate_files
from falcomod.config.model import Config
from falcomod.config.service_options import Metrics
from falcomod.rules.results import as_json
from tests.metrics_moment import RESOURCES, full_moment, full_snapshot

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
RULES = ROOT / "tests" / "unit" / "rules"


def print_abi() -> str:
    """Layouts of driver/uapi, from C."""
    uapi = ROOT / "driver" / "uapi"
    sources = [ROOT / "tools" / "abi_layout.c", uapi / "falcomod_events.c"]
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "abi_layout"
        subprocess.run(["cc", "-Wall", "-Werror", "-I", uapi, *sources, "-o", program], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout


def print_description() -> str:
    """What is said about tests/unit/rules/described.yaml."""
    catalogue = Catalogue.configured(Config(rules_files=[str(RULES / "described.yaml")]))
    return _indented(json.loads(catalogue.as_json()))


def print_results() -> str:
    """What came of loading tests/unit/rules/flawed.yaml."""
    found = validate_files([str(RULES / "flawed.yaml")]).results
    return _indented(as_json(found)).replace(f"{ROOT}/", "")


def print_metrics_fields() -> str:
    """Every metric in output_fields."""
    fields = output_fields(full_moment(), Metrics())
    return _indented(dict(sorted(fields.items()))).replace(__version__, "VERSION")


def print_metrics() -> str:
    """Every metric in Prometheus."""
    text = prometheus.text(full_snapshot(), Metrics(), RESOURCES)
    return text.replace(__version__, "VERSION")


def _indented(told: object) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    for name, text in PRINTERS.items():
        (GOLDEN / name).write_text(text(), encoding="utf-8")


PRINTERS: dict[str, Callable[[], str]] = {
    "abi.txt": print_abi,
    "metrics.prom": print_metrics,
    "metrics_fields.json": print_metrics_fields,
    "rules_description.json": print_description,
    "rules_results.json": print_results,
}


if __name__ == "__main__":
    main()
