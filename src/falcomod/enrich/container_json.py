# SPDX-License-Identifier: Apache-2.0
"""What is known of a container as captures carry it: the JSON of a container event.

The keys are those that engine.state.update_container reads; they are taken from its
tables, so a capture that was written is read back as it was.  Environments are left
out: that is where secrets are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from falcomod.engine.state.update_container import FLAG_KEYS, PROBE_KEYS, TEXT_KEYS, TYPES
from falcomod.enrich.runtime import SHORT_ID_SIZE

SIZE_MAX = 0xFFFF  # bytes; other readers of captures take no longer parameter
NS_IN_S = 1_000_000_000


def container_event(id: str, facts: Mapping[str, Any]) -> bytes:
    """The description of a container, UTF-8, without a NUL at its end.

    Of one that would be too long labels are left out first, then mounts and the rest.
    """
    described: dict[str, Any] = {
        "id": id[:SHORT_ID_SIZE],
        "type": NUMBERS.get(facts.get("type"), facts.get("type")),
        "created_time": (facts.get("start_ns") or 0) // NS_IN_S,
        "pod_sandbox_id": facts.get("pod_full_sandbox_id") or facts.get("pod_sandbox_id"),
        "labels": dict(facts.get("labels") or {}),
        "pod_sandbox_labels": dict(facts.get("pod_labels") or {}),
        "Mounts": [_mount(mount) for mount in facts.get("mounts") or ()],
    }
    described |= {key: facts.get(name) for name, key in TEXT_KEYS.items()}
    described["full_id"] = facts.get("full_id") or id
    described |= {name: bool(facts.get(name)) for name in FLAG_KEYS}
    described |= {key: _probe(facts.get(name)) for name, key in PROBE_KEYS.items()}
    described = {key: value for key, value in described.items() if value not in (None, [], {})}
    text = _encoded(described)
    for key in LEFT_OUT:
        if len(text) <= SIZE_MAX:
            return text
        described.pop(key, None)
        text = _encoded(described)
    if len(text) <= SIZE_MAX:
        return text
    return _encoded({key: described[key] for key in ("id", "type") if key in described})


def _encoded(described: Mapping[str, Any]) -> bytes:
    text = json.dumps({"container": described}, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _mount(mount: Sequence[Any]) -> dict[str, Any]:
    source, destination, mode, is_writable, propagation = mount
    return {
        "Source": source,
        "Destination": destination,
        "Mode": mode,
        "RW": bool(is_writable),
        "Propagation": propagation,
    }


def _probe(command: Sequence[Any] | None) -> dict[str, Any] | None:
    if not command:
        return None
    program, arguments = command
    return {"exe": program, "args": list(arguments)}


NUMBERS = {word: number for number, word in TYPES.items()}

# In this order, until the rest is short enough.
LEFT_OUT = ("labels", "pod_sandbox_labels", "Mounts", "cni_json", *PROBE_KEYS.values())
