# SPDX-License-Identifier: Apache-2.0
"""Metrics of the driver, and of what is known about processes.

Names are Falco's; which of our reasons of a loss has which name is in loss_names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from falcomod.app.loss_names import FIELDS, buffer_drops
from falcomod.app.metrics.row import COUNTER, GAUGE, Moment, Row, Sample, Value, one
from falcomod.app.snapshot import Snapshot

KERNEL = "kernel_event_counters_enabled"
STATE = "state_counters_enabled"
PROGRAMS = "libbpf_stats_enabled"
PLUGINS = "plugins_metrics_enabled"


def made(snapshot: Snapshot) -> int:
    return snapshot.source.get("produced", 0)


def lost(snapshot: Snapshot) -> int:
    return snapshot.source.get("lost", 0)


def lost_percent(moment: Moment) -> float:
    since = moment.grown(made)
    return round(100 * moment.grown(lost) / since, 3) if since else 0.0


def of_driver(value: Callable[[Moment], Value]) -> Callable[[Moment], Iterable[Sample]]:
    """Samples that are there where a driver is."""
    return one(lambda moment: value(moment) if moment.now.source else None)


def of_counter(
    counters: Callable[[Snapshot], Mapping[str, int]], name: str
) -> Callable[[Moment], Iterable[Sample]]:
    """The sample of a counter; none where nobody counts it."""
    return one(lambda moment: counters(moment.now).get(name))


def buffer_samples(moment: Moment) -> Iterable[Sample]:
    if moment.now.source:
        for drop, direction, count in buffer_drops(moment.now.source):
            yield Sample({"drop": drop, "dir": direction}, count, f"{drop}_{direction}")


def of_program(
    entry: str, value: Callable[[int, int], int]
) -> Callable[[Moment], Iterable[Sample]]:
    """The sample of an eBPF program, of its runs and the nanoseconds that they took."""

    def found(moment: Moment) -> int | None:
        runs = moment.now.source.get(f"runs_{entry}")
        return None if runs is None else value(runs, moment.now.source.get(f"run_ns_{entry}", 0))

    return one(found)


def kernel_rows() -> Iterable[Row]:
    """Events made and lost."""
    rows: tuple[tuple[str, str, str, str, Callable[[Moment], Value]], ...] = (
        ("n_evts", "n_evts_total", COUNTER, "Events that the driver saw.", lambda it: made(it.now)),
        (
            "n_evts_prev",
            "",
            COUNTER,
            "The same at the snapshot before.",
            lambda it: made(it.before) if it.before is not None else 0,
        ),
        (
            "evts_rate_sec",
            "",
            GAUGE,
            "Such events for each second since.",
            lambda it: it.rate(made),
        ),
        (
            "n_drops",
            "n_drops_total",
            COUNTER,
            "Events that the driver lost.",
            lambda it: lost(it.now),
        ),
        (
            "n_drops_prev",
            "",
            COUNTER,
            "The same at the snapshot before.",
            lambda it: lost(it.before) if it.before is not None else 0,
        ),
        (
            "evts_drop_rate_sec",
            "",
            GAUGE,
            "Events lost for each second since.",
            lambda it: it.rate(lost),
        ),
        ("n_drops_perc", "", GAUGE, "Events lost of a hundred since.", lost_percent),
        (
            "n_drops_buffer_total",
            "",
            COUNTER,
            "Events lost because a ring was full.",
            lambda it: it.now.source.get("lost_full", 0),
        ),
    )
    for name, prometheus, kind, doc, value in rows:
        yield Row(
            name=f"scap.{name}",
            prometheus=prometheus and f"falcosecurity_scap_{prometheus}",
            kind=kind,
            doc=doc,
            samples=of_driver(value),
            switch=KERNEL,
        )
    yield Row(
        name="scap.n_drops_buffer_{class_exit}",
        prometheus="falcosecurity_scap_n_drops_buffer_total",
        kind=COUNTER,
        doc="Events lost because a ring was full, by class of the call; starts of calls (enter) "
        "are not recorded.",
        samples=buffer_samples,
        switch=KERNEL,
    )
    for reason, name in (*FIELDS.items(), ("nested", "n_preemptions")):
        yield Row(
            name=f"scap.{name}",
            prometheus=f"falcosecurity_scap_{name}_total",
            kind=COUNTER,
            doc=REASONS[name],
            samples=of_counter(lambda snapshot: snapshot.source, f"lost_{reason}"),
            switch=KERNEL,
        )


def state_rows() -> Iterable[Row]:
    """What is known about processes."""
    for name, counter, kind, doc in (
        ("n_threads", "threads", GAUGE, "Threads that are known."),
        ("n_fds", "fds", GAUGE, "Descriptors that are known."),
        ("n_added_threads", "threads_added", COUNTER, "Threads that were added."),
        ("n_removed_threads", "threads_removed", COUNTER, "Threads that were forgotten."),
        (
            "n_noncached_thread_lookups",
            "threads_unknown",
            COUNTER,
            "Events of threads that were not known, which are looked up in /proc.",
        ),
        (
            "n_drops_full_threadtable",
            "threads_refused",
            COUNTER,
            "Threads that falco_libs.thread_table_size left no room for.",
        ),
    ):
        yield Row(
            name=f"falco.{name}",
            prometheus=f"falcosecurity_scap_{name}_total",
            kind=kind,
            doc=doc,
            samples=of_counter(lambda snapshot: snapshot.state, counter),
            switch=STATE,
        )


def program_rows() -> Iterable[Row]:
    """Run times of eBPF programs; the kernel measures while kernel.bpf_stats_enabled is 1."""
    for entry, program in PROGRAM_NAMES.items():
        for name, prometheus, kind, value, doc in (
            ("run_cnt", "run_cnt_total", COUNTER, lambda runs, _: runs, "Runs of"),
            (
                "run_time_ns",
                "run_time_nanoseconds_total",
                COUNTER,
                lambda _, ns: ns,
                "Nanoseconds that were taken by",
            ),
            (
                "avg_time_ns",
                "avg_time_nanoseconds",
                GAUGE,
                lambda runs, ns: ns // runs if runs else 0,
                "Nanoseconds that a run takes on average of",
            ),
        ):
            yield Row(
                name=f"scap.{program}.{name}",
                prometheus=f"falcosecurity_scap_{program}_{prometheus}",
                kind=kind,
                doc=f"{doc} the eBPF program {program}, while kernel.bpf_stats_enabled is 1.",
                samples=of_program(entry, value),
                switch=PROGRAMS,
            )


def container_rows() -> Iterable[Row]:
    """What Falco's container plugin counts."""
    yield Row(
        name="plugins.container.n_containers",
        prometheus="falcosecurity_plugins_container_n_containers_total",
        kind=GAUGE,
        doc="Containers that run.",
        samples=of_counter(lambda snapshot: snapshot.state, "containers"),
        switch=PLUGINS,
    )
    yield Row(
        name="plugins.container.n_missing_container_images",
        prometheus="falcosecurity_plugins_container_n_missing_container_images_total",
        kind=COUNTER,
        doc="Containers that no runtime knew, so that their images are unknown.",
        samples=of_counter(lambda snapshot: snapshot.containers, "unknown"),
        switch=PLUGINS,
    )


# What the eBPF driver enters at tracepoints, by the names that Falco gives to its own.
PROGRAM_NAMES = {
    "dispatch": "sys_exit",
    "exec": "sched_p_exec",
    "exit": "sched_proc_exit",
    "child": "sched_p_fork",
}
REASONS = {
    "n_drops_scratch_map": "Events lost because the record would have been too big.",
    "n_drops_page_faults": "Events lost because memory that they are about could not be read.",
    "n_drops_bug": "Events lost because a probe interrupted another one on its CPU.",
    "n_preemptions": "The same as n_drops_bug, by the name that Falco's module gives it.",
}
ROWS: tuple[Row, ...] = (*kernel_rows(), *program_rows(), *state_rows(), *container_rows())
