# SPDX-License-Identifier: Apache-2.0
"""What the OCI runtime specification of a container says: the JSON that runc is given.

Source: github.com/opencontainers/runtime-spec, config.md and config-linux.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from falcomod.enrich.answers import at, items, labels, mapping, text
from falcomod.enrich.runtime import TEXT_MAX, Facts

# (source, destination, mode, is_writable, propagation)
Mount = tuple[str, str, str, bool, str]

PROPAGATIONS = frozenset(("private", "rprivate", "slave", "rslave", "shared", "rshared"))
HOST_FLAGS = {"host_pid": "pid", "host_network": "network", "host_ipc": "ipc"}


def spec_facts(spec: Mapping[str, Any]) -> Facts:
    """mounts, env, annotations, privileged, host_pid, host_network and host_ipc."""
    if not spec:
        return {}
    facts: Facts = {
        "mounts": _mounts(spec),
        "env": environment_of(spec),
        "annotations": labels(mapping(spec.get("annotations")).items(), TEXT_MAX),
        "privileged": _is_privileged(spec),
    }
    # A namespace that is not listed is that of whoever starts the container: the host's.
    listed = [mapping(entry).get("type") for entry in items(at(spec, "linux", "namespaces"))]
    return facts | {fact: name not in listed for fact, name in HOST_FLAGS.items()}


def annotation_of(spec: Mapping[str, Any], name: str) -> str | None:
    """One annotation of the specification."""
    return text(mapping(spec.get("annotations")).get(name))


def environment_of(spec: Mapping[str, Any]) -> dict[str, str]:
    """Variables of the first process, {NAME: value}."""
    words = (word for word in items(at(spec, "process", "env")) if isinstance(word, str))
    parted = (word.partition("=") for word in words)
    return labels(((name, value) for name, _, value in parted), TEXT_MAX)


def cgroup_of(spec: Mapping[str, Any]) -> str | None:
    """The path of the control group below each hierarchy; None: the runtime chooses it.

    Where systemd makes the groups the specification says "slice:prefix:name" (runc,
    libcontainer/cgroups/systemd), which stands for prefix-name.scope in that slice.
    """
    said = text(at(spec, "linux", "cgroupsPath"))
    if said is None:
        return None
    if said.startswith("/"):
        return said
    parts = said.split(":")
    if len(parts) != 3 or not parts[2]:
        return None
    slice_, prefix, name = parts
    unit = name if name.endswith(".slice") else f"{prefix}-{name}.scope" if prefix else name
    return f"{_slice_path(slice_ or 'system.slice')}/{unit}"


def _slice_path(name: str) -> str:
    """Where a slice lies: "a-b.slice" in "a.slice", as systemd.slice(5) says."""
    stem = name.removesuffix(".slice")
    if stem == "-":
        return ""
    steps = stem.split("-")
    return "".join(f"/{'-'.join(steps[: end + 1])}.slice" for end in range(len(steps)))


def _mounts(spec: Mapping[str, Any]) -> list[Mount]:
    """What of the host is to be seen inside.

    The rest (/proc, /dev, file systems in memory) is in every container: rules that look
    for mounts below /proc mean the host's.
    """
    default = text(at(spec, "linux", "rootfsPropagation")) or ""
    found: list[Mount] = []
    for entry in items(spec.get("mounts")):
        mount = mapping(entry)
        options = [word for word in items(mount.get("options")) if isinstance(word, str)]
        if mount.get("type") != "bind" and not {"bind", "rbind"} & set(options):
            continue
        source, destination = text(mount.get("source")), text(mount.get("destination"))
        if source is None or destination is None:
            continue
        mode = next((word[5:] for word in options if word.startswith("mode=")), "")
        propagation = next((word for word in options if word in PROPAGATIONS), default)
        found.append((source, destination, text(mode) or "", "ro" not in options, propagation))
    return found


def _is_privileged(spec: Mapping[str, Any]) -> bool:
    """Whether nothing is hidden or filtered: what --privileged means in this format.

    The same marks as containerd's oci.WithPrivileged sets and Falco looks for.
    """
    linux, process = mapping(spec.get("linux")), mapping(spec.get("process"))
    if linux.get("maskedPaths") or linux.get("readonlyPaths") or linux.get("seccomp"):
        return False
    if process.get("selinuxLabel") or process.get("apparmorProfile") not in (
        None, "", "unconfined",
    ):  # fmt: skip
        return False
    for entry in items(spec.get("mounts")):
        mount = mapping(entry)
        if mount.get("type") in ("sysfs", "cgroup") and "ro" in items(mount.get("options")):
            return False
    return bool(linux)
