# SPDX-License-Identifier: Apache-2.0
"""Lost events by the names that Falco gives to reasons and classes.

| why, here | Falco's field |
|---|---|
| full: the ring was, falcomod is behind | n_drops_buffer_total, n_drops_buffer_CLASS |
| too_big: longer than a record may be | n_drops_scratch_map |
| fault: memory that could not be read | n_drops_page_faults |
| nested: a probe interrupted a probe | n_drops_bug, and n_preemptions |

The four make n_drops together.  Classes have the same names but for `other`, which Falco
counts in n_drops_buffer_total alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from falcomod.engine.decode.schema import LOSS_CLASSES


def drop_counts(source: Mapping[str, int]) -> dict[str, int]:
    """n_evts, n_drops and what it is made of, from the counters of a driver's source."""
    counts = {
        "n_evts": source.get("produced", 0),
        "n_drops": source.get("lost", 0),
        "n_drops_buffer_total": source.get("lost_full", 0),
    }
    counts |= {
        f"n_drops_buffer_{drop}_{direction}": count
        for drop, direction, count in buffer_drops(source)
        if drop != "other" and (direction == "exit" or count)
    }
    counts |= {name: source.get(f"lost_{reason}", 0) for reason, name in FIELDS.items()}
    return counts


def buffer_drops(source: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    """Class, direction of the call and count of events lost to a full ring.

    Both directions of each class: Falco's ends of calls and starts, which are not recorded.
    """
    counted = {}
    for name in LOSS_CLASSES:
        drop, _, direction = name.rpartition("_")
        key = (drop, direction) if drop else (name, "exit")
        counted[key] = source.get(f"lost_full_{name}", 0)
    for drop in dict.fromkeys(drop for drop, _ in counted):
        for direction in ("enter", "exit"):
            yield drop, direction, counted.get((drop, direction), 0)


FIELDS = {"too_big": "n_drops_scratch_map", "fault": "n_drops_page_faults", "nested": "n_drops_bug"}
