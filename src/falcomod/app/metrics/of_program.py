# SPDX-License-Identifier: Apache-2.0
"""Metrics of the program: what runs since when, by which files, and which rules matched.

Names are Falco's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping

from falcomod import __version__
from falcomod.app.metrics.row import COUNTER, GAUGE, TEXT, Moment, Row, Sample, one, text
from falcomod.app.snapshot import Snapshot

ENGINES = {"kmod": "kmod", "ebpf": "modern_bpf", "": "nodriver"}  # driver → name of Falco's
NO_NAME = re.compile(r"[^a-zA-Z0-9_:]")
NO_LABEL = re.compile(r"[^a-zA-Z0-9_]")


def sanitized(name: str) -> str:
    """A name that metrics may have, of a rule's or file's, as Falco makes it."""
    return re.sub("_+", "_", NO_NAME.sub("_", name)).removesuffix("_")


def events(snapshot: Snapshot) -> int:
    """Events that rules were tried on, of all sources."""
    return snapshot.engine.get("events", 0) + snapshot.audit.get("events", 0)


def source_of(moment: Moment) -> str:
    """Where events come from: the first source, syscall before others."""
    sources = moment.now.sources
    return "syscall" if "syscall" in sources or not sources else sources[0]


def engine_samples(moment: Moment) -> Iterable[Sample]:
    name = ENGINES.get(moment.now.driver, moment.now.driver)
    yield Sample({"engine_name": name, "evt_source": source_of(moment)}, name)


def digests(files: Callable[[Snapshot], Mapping[str, str]]) -> Callable[[Moment], Iterable[Sample]]:
    """Samples of files: the label is the file's name, the key that without its ending."""

    def samples(moment: Moment) -> Iterable[Sample]:
        for path, digest in files(moment.now).items():
            name = os.path.basename(path)
            key = sanitized(os.path.splitext(name)[0])
            yield Sample({"file_name": name, "sha256": digest}, digest, key)

    return samples


def address_samples(moment: Moment) -> Iterable[Sample]:
    for (interface, protocol), addresses in moment.resources.addresses.items():
        key = f"{interface}.protocols.{protocol}"
        yield Sample({"interface": interface, "protocol": protocol}, addresses, key)


def rule_samples(moment: Moment) -> Iterable[Sample]:
    for rule, count in moment.now.alerts.items():
        labels = {
            "rule_name": rule.name,
            "priority": str(rule.priority),
            "source": rule.source,
        }
        labels |= {f"tag_{NO_LABEL.sub('_', tag)}": "true" for tag in rule.tags}
        yield Sample(labels, count, sanitized(rule.name))


ROWS: tuple[Row, ...] = (
    Row(
        name="evt.time",
        kind=GAUGE,
        doc="When this was told, in nanoseconds since the epoch.",
        samples=one(lambda moment: moment.now.time_ns),
    ),
    Row(
        name="evt.hostname",
        prometheus="falcosecurity_evt_hostname_info",
        kind=TEXT,
        doc="Name of the host, as in alerts.",
        samples=text("hostname", lambda moment: moment.now.hostname),
    ),
    Row(
        name="evt.source",
        kind=TEXT,
        doc="Where events come from: syscall, or the source that is on instead.",
        samples=text("source", source_of),
    ),
    Row(
        name="falco.version",
        prometheus="falcosecurity_falco_version_info",
        kind=TEXT,
        doc="Version of falcomod.",
        samples=text("version", lambda _: __version__),
    ),
    Row(
        name="falco.kernel_release",
        prometheus="falcosecurity_falco_kernel_release_info",
        kind=TEXT,
        doc="Release of the kernel.",
        samples=text("kernel_release", lambda moment: moment.resources.kernel_release),
    ),
    Row(
        name="falco.start_ts",
        prometheus="falcosecurity_falco_start_timestamp_nanoseconds",
        kind=GAUGE,
        doc="When falcomod was started, in nanoseconds since the epoch.",
        samples=one(lambda moment: moment.now.start_ns),
    ),
    Row(
        name="falco.reload_ts",
        prometheus="falcosecurity_falco_reload_timestamp_nanoseconds",
        kind=GAUGE,
        doc="When its configuration was last read, in nanoseconds since the epoch.",
        samples=one(lambda moment: moment.now.reload_ns),
    ),
    Row(
        name="falco.duration_sec",
        prometheus="falcosecurity_falco_duration_seconds_total",
        kind=COUNTER,
        doc="Seconds since falcomod was started.",
        samples=one(
            lambda moment: max(0, moment.now.time_ns - moment.now.start_ns) // 1_000_000_000
        ),
        is_always_told=True,
    ),
    Row(
        name="falco.host_boot_ts",
        prometheus="falcosecurity_falco_host_boot_timestamp_nanoseconds",
        kind=GAUGE,
        doc="When the host was started, in nanoseconds since the epoch.",
        samples=one(lambda moment: moment.resources.host_boot_ns),
    ),
    Row(
        name="falco.host_num_cpus",
        prometheus="falcosecurity_falco_host_num_cpus_total",
        kind=GAUGE,
        doc="CPUs of the host.",
        samples=one(lambda moment: moment.resources.host_cpus),
    ),
    Row(
        name="falco.host_netinfo.interfaces.{interface}.protocols.{protocol}.addresses",
        kind=TEXT,
        doc="Addresses of an interface, of the protocol ipv4 or ipv6, with commas.",
        samples=address_samples,
    ),
    Row(
        name="falco.outputs_queue_num_drops",
        prometheus="falcosecurity_falco_outputs_queue_num_drops_total",
        kind=COUNTER,
        doc="Alerts that did not fit into the queue of an output, of all outputs.",
        samples=one(
            lambda moment: sum(
                counters.get("dropped", 0) for counters in moment.now.outputs.values()
            )
        ),
        is_always_told=True,
    ),
    Row(
        name="falco.sha256_rules_file.{file}",
        prometheus="falcosecurity_falco_sha256_rules_files_info",
        kind=TEXT,
        doc="SHA-256 of a rules file that is in use.",
        samples=digests(lambda snapshot: snapshot.rules_files),
    ),
    Row(
        name="falco.sha256_config_file.{file}",
        prometheus="falcosecurity_falco_sha256_config_files_info",
        kind=TEXT,
        doc="SHA-256 of a configuration file that is in use.",
        samples=digests(lambda snapshot: snapshot.config_files),
    ),
    Row(
        name="scap.engine_name",
        prometheus="falcosecurity_scap_engine_name_info",
        kind=TEXT,
        doc="What records: kmod, modern_bpf (the eBPF driver) or nodriver.",
        samples=engine_samples,
    ),
    Row(
        name="falco.num_evts",
        prometheus="falcomod_events_total",
        kind=COUNTER,
        doc="Events that rules were tried on.",
        samples=one(lambda moment: events(moment.now)),
        is_always_told=True,
    ),
    Row(
        name="falco.num_evts_prev",
        kind=COUNTER,
        doc="The same at the snapshot before.",
        samples=one(lambda moment: events(moment.before) if moment.before is not None else 0),
        is_always_told=True,
    ),
    Row(
        name="falco.evts_rate_sec",
        kind=GAUGE,
        doc="Such events for each second since then.",
        samples=one(lambda moment: moment.rate(events)),
        is_always_told=True,
    ),
    Row(
        name="falco.rules.matches_total",
        kind=COUNTER,
        doc="Alerts of all rules.",
        samples=one(lambda moment: sum(moment.now.alerts.values())),
        switch="rules_counters_enabled",
    ),
    Row(
        name="falco.rules.{rule}",
        prometheus="falcosecurity_falco_rules_matches_total",
        kind=COUNTER,
        doc='Alerts of a rule, once there was one; tags are labels tag_NAME="true".',
        samples=rule_samples,
        switch="rules_counters_enabled",
    ),
)
