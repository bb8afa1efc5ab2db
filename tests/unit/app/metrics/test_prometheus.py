# SPDX-License-Identifier: Apache-2.0
"""The page for scrapers, read by the library's own reader.

The whole of it is tests/golden/metrics.prom.
"""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from falcomod.app.metrics import prometheus
from falcomod.app.metrics.fields import ROWS, SAMPLES_MAX
from falcomod.app.metrics.resources import Resources
from falcomod.app.metrics.row import COUNTER
from falcomod.app.snapshot import RuleKey, Snapshot
from falcomod.config.service_options import Metrics
from tests.metrics_moment import RESOURCES, full_snapshot

LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def page(
    snapshot: Snapshot | None = None,
    options: Metrics | None = None,
    resources: Resources = RESOURCES,
) -> dict[str, Metric]:
    """Families by name; a counter's without _total."""
    text = prometheus.text(snapshot or full_snapshot(), options or Metrics(), resources)
    return {family.name: family for family in text_string_to_metric_families(text)}


def values(family: Metric) -> dict[str, float]:
    """Values by labels as they are written."""
    return {
        ",".join(f"{name}={text}" for name, text in sample.labels.items()): sample.value
        for sample in family.samples
    }


def test_every_row_is_there_with_its_type_and_help() -> None:
    families = page()
    rows = [row for row in ROWS if row.prometheus]
    assert len(families) == len(rows)
    for row in rows:
        is_counter = row.kind == COUNTER
        family = families[row.prometheus.removesuffix("_total") if is_counter else row.prometheus]
        assert family.type == ("counter" if is_counter else "gauge")
        assert family.documentation == row.doc
        assert {sample.name for sample in family.samples} == {row.prometheus}


def test_names_are_good_ones() -> None:
    for row in ROWS:
        if not row.prometheus:
            continue
        assert re.fullmatch(
            r"(falcosecurity_(falco|scap|evt|plugins)|falcomod)_[a-z0-9_]+", row.prometheus
        )
        assert row.kind != COUNTER or row.prometheus.endswith("_total")
        # Falco's own names are what they are.
        if row.prometheus.startswith("falcomod_") and row.kind != COUNTER:
            assert not row.prometheus.endswith("_total")


def test_values_have_the_units_of_prometheus() -> None:
    families = page()
    assert values(families["falcosecurity_falco_cpu_usage_ratio"]) == pytest.approx({"": 0.02345})
    assert values(families["falcosecurity_falco_memory_rss_bytes"]) == {"": 104857600.0}
    assert values(families["falcosecurity_falco_version_info"]).values()
    assert values(families["falcosecurity_falco_duration_seconds"]) == {"": 10.0}


def test_labels_are_falcos() -> None:
    families = page()
    drops = values(families["falcosecurity_scap_n_drops_buffer"])
    assert drops["dir=exit,drop=clone_fork"] == 1
    assert drops["dir=enter,drop=clone_fork"] == 0
    rules = families["falcosecurity_falco_rules_matches"].samples
    assert rules[0].labels == {
        "rule_name": "Shell in a (container)",
        "priority": "5",
        "source": "syscall",
        "tag_T1059": "true",
        "tag_a_b": "true",
    }
    digests = families["falcosecurity_falco_sha256_rules_files_info"].samples
    assert digests[0].labels == {"file_name": "falco_rules.yaml", "sha256": "a" * 64}
    engine = families["falcosecurity_scap_engine_name_info"].samples[0]
    assert engine.labels == {"engine_name": "modern_bpf", "evt_source": "syscall"}


@pytest.mark.parametrize("name", ['a "b"', "a\nb", "a\\b", "a\\nb", 'x"} 1\nforged 2', "ä€", "{}"])
def test_texts_cannot_forge_a_line(name: str) -> None:
    snapshot = dataclasses.replace(
        full_snapshot(),
        alerts={RuleKey(name, 4, "syscall", (name,)): 3},
        hostname=name,
        rules_files={f"/etc/{name}": name},
    )
    families = page(snapshot)
    sample = families["falcosecurity_falco_rules_matches"].samples[0]
    assert sample.labels["rule_name"] == name
    assert sample.value == 3
    assert all(LABEL.fullmatch(label) for label in sample.labels)
    assert families["falcosecurity_evt_hostname_info"].samples[0].labels == {"hostname": name}
    assert "forged" not in families


def test_no_sample_is_there_twice() -> None:
    snapshot = dataclasses.replace(
        full_snapshot(),
        alerts={
            RuleKey("A", 4, "syscall", ("x-y",)): 3,
            RuleKey("A", 4, "syscall", ("x.y",)): 4,
        },
        rules_files={"/a/rules.yaml": "d", "/b/rules.yaml": "d"},
    )
    families = page(snapshot)
    assert [sample.value for sample in families["falcosecurity_falco_rules_matches"].samples] == [7]
    assert len(families["falcosecurity_falco_sha256_rules_files_info"].samples) == 1
    for family in page().values():
        assert len(values(family)) == len(family.samples)


def test_switches_hold_and_zeros_are_there() -> None:
    assert "falcosecurity_falco_memory_rss_bytes" not in page(
        options=Metrics(resource_utilization_enabled=False)
    )
    families = page(dataclasses.replace(full_snapshot(), state={"fds": 0}, throttled=0))
    assert values(families["falcosecurity_scap_n_fds_total"]) == {"": 0.0}
    assert values(families["falcomod_throttled_alerts"]) == {"": 0.0}


def test_what_is_not_known_is_absent() -> None:
    families = page(Snapshot(time_ns=2, start_ns=1, reload_ns=1), resources=Resources())
    assert "falcosecurity_falco_memory_rss_bytes" not in families
    assert "falcosecurity_scap_n_evts" not in families
    assert families["falcosecurity_falco_version_info"]


def test_rules_without_end_are_bounded() -> None:
    alerts = {RuleKey(f"rule {number}", 4, "syscall"): 1 for number in range(SAMPLES_MAX + 50)}
    families = page(dataclasses.replace(full_snapshot(), alerts=alerts))
    assert len(families["falcosecurity_falco_rules_matches"].samples) == SAMPLES_MAX


def test_metrics_of_the_library_itself_are_left_out() -> None:
    assert not [name for name in page() if name.startswith(("python_", "process_"))]


def test_who_is_not_scraped_does_not_load_the_library() -> None:
    code = (
        "import sys, falcomod.app.metrics.prometheus, falcomod.app.metrics.teller\n"
        "falcomod.app.metrics.resources.Meter()\n"
        "print({'prometheus_client', 'psutil'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
