# SPDX-License-Identifier: Apache-2.0
"""Keys that Falco had once: where they went, and those that are gone.

A key that only moved is told of by the option that took its place (`old` in config.option).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping as Table
from collections.abc import Sequence as Parts
from dataclasses import dataclass

from falcomod.config.document import Mapping, Node, Scalar
from falcomod.config.engine_options import FAILED_EXIT
from falcomod.config.findings import Findings
from falcomod.config.keys import all_options, by_key
from falcomod.config.model import Config


@dataclass(frozen=True, slots=True)
class Gone:
    """A key without an heir: why, and what Falco had it at, of which nothing is said."""

    reason: str
    default: str  # a regular expression of the whole text, in lower case


@functools.cache
def moved() -> Table[str, tuple[str, ...]]:
    """Old keys, each with the keys that took its place."""
    found: dict[str, tuple[str, ...]] = {}
    for key, option in all_options(Config):
        if option.about["old"]:
            found[option.about["old"]] = (*found.get(option.about["old"], ()), key)
    return found


def is_former(parts: Parts[str]) -> bool:
    """True for an old key, and for what old keys are below."""
    key = ".".join(parts)
    return key in moved() or key in GONE


def modernise(root: Mapping, findings: Findings) -> None:
    """Takes the old keys out of a tree; what they say goes where it is said now."""
    _one_ebpf(root, findings)
    for old, targets in moved().items():
        node = _take(root, old)
        if node is None:
            continue
        for target in targets:
            if not put(root, target, node):
                message = f"'{old}' is passed over: '{target}' is set"
                findings.warn(node.place, message, "leave out the older one")
    for old, gone in GONE.items():
        node = _take(root, old)
        if node is None or (
            isinstance(node, Scalar) and re.fullmatch(gone.default, node.text.lower())
        ):
            continue
        if not (isinstance(node, Scalar) and node.is_null):
            findings.warn(node.place, f"'{old}' has no effect: {gone.reason}")


def put(root: Mapping, key: str, node: Node) -> bool:
    """Sets a dotted key that is not set; False where it is, or cannot be."""
    *above, last = key.split(".")
    here = root
    block: type = Config
    for part in above:
        option = by_key(block)[part]
        names = [name for name, found in by_key(block).items() if found is option]
        below = next((value for name in names if (value := here.get(name)) is not None), None)
        if below is None or (isinstance(below, Scalar) and below.is_null):
            for name in names:
                here.remove(name)
            below = Mapping(node.place)
            here.put(part, below)
        if not isinstance(below, Mapping) or option.block is None:
            return False
        here, block = below, option.block
    if here.get(last) is not None:
        return False
    here.put(last, node)
    return True


def _take(root: Mapping, key: str) -> Node | None:
    """Takes a dotted key out of a tree, and what is empty without it; None where it is not."""
    above: list[tuple[Mapping, str]] = []
    here: Node | None = root
    for part in key.split("."):
        if not isinstance(here, Mapping):
            return None
        above.append((here, part))
        here = here.get(part)
    if here is None:
        return None
    holder, last = above.pop()
    holder.remove(last)
    while above and not len(holder) and above[-1][1] not in KEPT:
        holder, last = above.pop()
        holder.remove(last)
    return here


def _one_ebpf(root: Mapping, findings: Findings) -> None:
    """Of Falco's two kinds of eBPF, both of which older files have, the one that is in use.

    As with Falco, nothing is said of a driver's block where the file takes another driver.
    """
    engine = root.get("engine")
    if not isinstance(engine, Mapping):
        return
    old, new = engine.get("ebpf"), engine.get("modern_ebpf")
    if old is None or new is None:
        return
    kind = engine.get("kind")
    chosen = kind.text.lower() if isinstance(kind, Scalar) else ""
    unused, used = ("modern_ebpf", "ebpf") if chosen == "ebpf" else ("ebpf", "modern_ebpf")
    node = old if unused == "ebpf" else new
    engine.remove(unused)
    if chosen in ("", "auto"):
        message = f"'engine.{unused}' is passed over: there is one eBPF driver, and "
        findings.warn(node.place, f"{message}'engine.{used}' is set")


KEPT = ("engine", "ebpf", "outputs_queue")
DOWNLOAD = "pods are watched, and not asked for now and then"
GVISOR = "gVisor is not watched"
QUEUE = "alerts that do not fit into the queue are lost, and counted"
PROBE = "falcomod brings its own eBPF programs"
GONE: dict[str, Gone] = {
    "syscall_drop_failed_exit": Gone(FAILED_EXIT, "false"),
    "metadata_download.max_mb": Gone(DOWNLOAD, "100"),
    "metadata_download.chunk_wait_us": Gone(DOWNLOAD, "1000"),
    "metadata_download.watch_freq_sec": Gone(DOWNLOAD, "1"),
    "engine.gvisor.config": Gone(GVISOR, ""),
    "engine.gvisor.root": Gone(GVISOR, ""),
    "outputs_queue.recovery": Gone(QUEUE, ""),
    "engine.ebpf.probe": Gone(PROBE, r"(.*/\.falco/falco-bpf\.o)?"),
}
