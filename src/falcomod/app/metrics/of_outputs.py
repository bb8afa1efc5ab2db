# SPDX-License-Identifier: Apache-2.0
"""Metrics that Falco has no names for: outputs and their spools, reloads, what waits, runtimes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from falcomod.app.metrics.row import COUNTER, GAUGE, SECONDS, Moment, Row, Sample, one
from falcomod.app.snapshot import Snapshot
from falcomod.engine.decode.event import FAULT_NAMES
from falcomod.engine.decode.schema import LOSS_CLASSES, LOSS_REASONS

RESOURCES = "resource_utilization_enabled"
KERNEL = "kernel_event_counters_enabled"
STATE = "state_counters_enabled"
PLUGINS = "plugins_metrics_enabled"

Counters = Mapping[str, int]

# Counters of outputs and of containers that may also become less: how much there is now.
OUTPUT_AMOUNTS = ("waiting", "spool_waiting", "spool_leased", "spool_bytes")
CONTAINER_AMOUNTS = ("waiting", "lookups", "known")


def by_outcome(
    counters: Callable[[Snapshot], Counters], leave_out: tuple[str, ...] = ()
) -> Callable[[Moment], Iterable[Sample]]:
    """A sample for each counter, whose name is the label outcome."""

    def samples(moment: Moment) -> Iterable[Sample]:
        for outcome, count in counters(moment.now).items():
            if outcome not in leave_out:
                yield Sample({"outcome": outcome}, count, outcome)

    return samples


def by_name(
    label: str,
    counters: Callable[[Snapshot], Mapping[str, Counters]],
    leave_out: tuple[str, ...] = (),
) -> Callable[[Moment], Iterable[Sample]]:
    """The same of each output or runtime, whose name is *label*."""

    def samples(moment: Moment) -> Iterable[Sample]:
        for name, counts in counters(moment.now).items():
            for outcome, count in counts.items():
                if outcome not in leave_out:
                    yield Sample({label: name, "outcome": outcome}, count, f"{name}.{outcome}")

    return samples


def of_outputs(counter: str) -> Callable[[Moment], Iterable[Sample]]:
    """A sample for each output that has the counter."""

    def samples(moment: Moment) -> Iterable[Sample]:
        for name, counts in moment.now.outputs.items():
            if counter in counts:
                yield Sample({"output": name}, counts[counter], name)

    return samples


def of_engine(counter: str) -> Callable[[Moment], Iterable[Sample]]:
    return one(lambda moment: moment.now.engine.get(counter))


def reload_samples(moment: Moment) -> Iterable[Sample]:
    yield Sample({"outcome": "done"}, moment.now.reloads, "done")
    yield Sample({"outcome": "failed"}, moment.now.reloads_failed, "failed")


def lost_samples(moment: Moment) -> Iterable[Sample]:
    source = moment.now.source
    for reason in LOSS_REASONS if source else ():
        for kind in LOSS_CLASSES:
            count = source.get(f"lost_{reason}_{kind}", 0)
            yield Sample({"reason": reason, "class": kind}, count)


def refused_samples(moment: Moment) -> Iterable[Sample]:
    for fault in FAULT_NAMES[1:]:
        count = moment.now.engine.get(f"corrupt_{fault}")
        if count is not None:
            yield Sample({"fault": fault}, count, fault)


def waited_samples(moment: Moment) -> Iterable[Sample]:
    for outcome in ("held", "timeouts", "overflows"):
        count = moment.now.engine.get(f"waiting_{outcome}")
        if count is not None:
            yield Sample({"outcome": outcome}, count, outcome)


ROWS: tuple[Row, ...] = (
    Row(
        name="falcomod.cpu_sec",
        prometheus="falcomod_cpu_seconds_total",
        kind=COUNTER,
        doc="Processor time that falcomod took, of all its threads.",
        samples=one(lambda moment: moment.resources.cpu_s),
        switch=RESOURCES,
        unit=SECONDS,
    ),
    Row(
        name="falcomod.threads",
        prometheus="falcomod_threads",
        kind=GAUGE,
        doc="Threads of falcomod.",
        samples=one(lambda moment: moment.resources.threads),
        switch=RESOURCES,
    ),
    Row(
        name="falcomod.open_fds",
        prometheus="falcomod_open_fds",
        kind=GAUGE,
        doc="Descriptors that falcomod has open.",
        samples=one(lambda moment: moment.resources.open_fds),
        switch=RESOURCES,
    ),
    Row(
        name="falcomod.rules",
        prometheus="falcomod_rules",
        kind=GAUGE,
        doc="Rules that are on.",
        samples=one(lambda moment: moment.now.rules_on),
    ),
    Row(
        name="falcomod.reloads.{outcome}",
        prometheus="falcomod_reloads_total",
        kind=COUNTER,
        doc="Reloads: done, or failed, after which all went on as before.",
        samples=reload_samples,
    ),
    Row(
        name="falcomod.outputs.{output}.{outcome}",
        prometheus="falcomod_output_alerts_total",
        kind=COUNTER,
        doc="Alerts of an output: accepted, written, failed or dropped; with a spool also put into "
        "it (spool_appended), lost out of it (spool_lost), sent, and refused by the receiver.",
        samples=by_name("output", lambda snapshot: snapshot.outputs, OUTPUT_AMOUNTS),
    ),
    Row(
        name="falcomod.outputs.{output}.waiting",
        prometheus="falcomod_output_waiting_alerts",
        kind=GAUGE,
        doc="Alerts that an output has not written yet.",
        samples=of_outputs("waiting"),
    ),
    Row(
        name="falcomod.outputs.{output}.spool_waiting",
        prometheus="falcomod_output_spool_alerts",
        kind=GAUGE,
        doc="Alerts in an output's spool that its receiver has not got yet.",
        samples=of_outputs("spool_waiting"),
    ),
    Row(
        name="falcomod.outputs.{output}.spool_bytes",
        prometheus="falcomod_output_spool_bytes",
        kind=GAUGE,
        doc="Size of what is in an output's spool.",
        samples=of_outputs("spool_bytes"),
    ),
    Row(
        name="falcomod.throttled_alerts",
        prometheus="falcomod_throttled_alerts_total",
        kind=COUNTER,
        doc="Alerts that outputs.rate kept back.",
        samples=one(lambda moment: moment.now.throttled),
    ),
    Row(
        name="falcomod.errors",
        prometheus="falcomod_errors_total",
        kind=COUNTER,
        doc="Alerts that were lost to an error of falcomod's own.",
        samples=of_engine("errors"),
    ),
    Row(
        prometheus="falcomod_lost_events_total",
        kind=COUNTER,
        doc="Events that the driver lost, by falcomod's own names of reasons and classes.",
        samples=lost_samples,
        switch=KERNEL,
    ),
    Row(
        name="falcomod.filtered_events",
        prometheus="falcomod_filtered_events_total",
        kind=COUNTER,
        doc="System calls that no rule asks for, which the driver passed over.",
        samples=one(lambda moment: moment.now.source.get("filtered")),
        switch=KERNEL,
    ),
    Row(
        name="falcomod.refused_records.{fault}",
        prometheus="falcomod_refused_records_total",
        kind=COUNTER,
        doc="Records of the driver that were damaged.",
        samples=refused_samples,
        switch=KERNEL,
    ),
    Row(
        name="falcomod.waiting_events",
        prometheus="falcomod_waiting_events",
        kind=GAUGE,
        doc="Events that wait until their container is known.",
        samples=of_engine("waiting_records"),
        switch=STATE,
    ),
    Row(
        name="falcomod.waited_events.{outcome}",
        prometheus="falcomod_waited_events_total",
        kind=COUNTER,
        doc="Events that were held for that, and containers that were waited for in vain: too long "
        "(timeouts), or there were too many events (overflows).",
        samples=waited_samples,
        switch=STATE,
    ),
    Row(
        name="falcomod.containers.{outcome}",
        prometheus="falcomod_containers_total",
        kind=COUNTER,
        doc="Containers that events came from (wanted), and what came of asking about them.",
        samples=by_outcome(lambda snapshot: snapshot.containers, CONTAINER_AMOUNTS),
        switch=PLUGINS,
    ),
    Row(
        name="falcomod.runtimes.{runtime}.{outcome}",
        prometheus="falcomod_runtime_lookups_total",
        kind=COUNTER,
        doc="Questions to a container runtime, and their answers.",
        samples=by_name("runtime", lambda snapshot: snapshot.runtimes),
        switch=PLUGINS,
    ),
    Row(
        name="falcomod.audit.{outcome}",
        prometheus="falcomod_audit_total",
        kind=COUNTER,
        doc="Audit events of Kubernetes, bodies that they came in, and what was wrong with some.",
        samples=by_outcome(lambda snapshot: snapshot.audit),
    ),
)
