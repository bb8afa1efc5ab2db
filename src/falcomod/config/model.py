# SPDX-License-Identifier: Apache-2.0
"""Every option, stated once: name, type, default and what it is for.

Keys and their meaning are those of falco.yaml where falco.yaml has them; a
nested key is a nested dataclass.  Reading, checking and printing all follow
from these classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


def option(
    default: Any,
    doc: str,
    choices: tuple[str, ...] = (),
    *,
    synonyms: Mapping[str, str] = MappingProxyType({}),
    least: int | None = None,
    most: int | None = None,
    also: str = "",
) -> Any:
    """A dataclass field with its documentation; lists are copied for each instance.

    *default* is a value, or a class of options: then the key is a block of them.
    *choices* are all values there are, *synonyms* other spellings of them; *least* and
    *most* bound a number; *also* is a second spelling of the key.
    """
    metadata = {
        "doc": doc,
        "choices": choices,
        "synonyms": synonyms,
        "least": least,
        "most": most,
        "also": also,
    }
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    if isinstance(default, type):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


PRIORITIES = (
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "informational",
    "info",
    "debug",
)


DRIVERS = ("auto", "kmod", "ebpf")
KINDS = (*DRIVERS, "replay")
RING_DOC = "size of a ring: 1, 2, 3 … 10 stand for 1, 2, 4 … 512 MiB"


@dataclass(frozen=True)
class Kmod:
    """The kernel module."""

    buf_size_preset: int = option(4, RING_DOC, least=1, most=10)


@dataclass(frozen=True)
class Ebpf:
    """The eBPF driver."""

    buf_size_preset: int = option(4, RING_DOC, least=1, most=10)
    # Falco's default is 2.  Rings are merged by time, but within a ring records stay as
    # they were written: CPUs that share one get ahead of each other by a little.
    cpus_for_each_buffer: int = option(
        1,
        "CPUs that share a ring; 0: all share one. More save memory and cost exact order",
        least=0,
    )


@dataclass(frozen=True)
class Replay:
    """A capture in place of a driver."""

    capture_file: str = option(
        "",
        "capture to read with `kind: replay`: .scap, or Kubernetes audit events as lines "
        "of JSON; -: standard input",
    )


@dataclass(frozen=True)
class Engine:
    """Where events come from."""

    kind: str = option(
        "auto",
        "driver: auto takes the first that works; replay reads a capture",
        KINDS,
        synonyms=MappingProxyType({"modern_ebpf": "ebpf"}),
    )
    kmod: Kmod = option(Kmod, "the kernel module")
    ebpf: Ebpf = option(Ebpf, "the eBPF driver", also="modern_ebpf")
    replay: Replay = option(Replay, "a capture in place of a driver")


@dataclass(frozen=True)
class FalcoLibs:
    """Limits of the state kept about processes."""

    thread_table_size: int = option(262144, "threads known at the same time at the most")
    snaplen: int = option(80, "bytes kept of what a call reads or writes, up to 32768")


SOCKETS_DOC = "sockets; those that are not there are waited for"


@dataclass(frozen=True)
class Docker:
    """Docker."""

    enabled: bool = option(True, "ask Docker about its containers")
    sockets: list[str] = option(["/var/run/docker.sock"], SOCKETS_DOC)


@dataclass(frozen=True)
class Podman:
    """podman, whose socket speaks Docker's language."""

    enabled: bool = option(True, "ask podman about its containers")
    sockets: list[str] = option(
        ["/run/podman/podman.sock", "/run/user/*/podman/podman.sock"],
        SOCKETS_DOC + "; * stands for users of rootless podman",
    )


@dataclass(frozen=True)
class Containerd:
    """containerd, with pods and without."""

    enabled: bool = option(True, "ask containerd about its containers and pods")
    sockets: list[str] = option(
        [
            "/run/containerd/containerd.sock",
            "/run/host-containerd/containerd.sock",
            "/run/k3s/containerd/containerd.sock",
        ],
        SOCKETS_DOC,
    )


@dataclass(frozen=True)
class Cri:
    """Kubernetes' container runtime interface, whoever serves it."""

    enabled: bool = option(True, "ask CRI-O and other runtimes of Kubernetes")
    # Falco has those of containerd here; `containerd` asks both ways at once.
    sockets: list[str] = option(
        [
            "/run/containerd/containerd.sock",
            "/run/crio/crio.sock",
            "/run/k3s/containerd/containerd.sock",
        ],
        SOCKETS_DOC + "; of containerd its own interface is asked, too",
    )
    disable_async: bool = option(
        False, "let events of a new container wait until the runtime has answered, up to 10 s"
    )


@dataclass(frozen=True)
class NamedContainers:
    """Containers of which their control group tells all there is to know."""

    enabled: bool = option(True, "know such containers by their names")


@dataclass(frozen=True)
class ContainerEngines:
    """Who is asked about containers."""

    docker: Docker = option(Docker, "Docker")
    podman: Podman = option(Podman, "podman")
    containerd: Containerd = option(Containerd, "containerd")
    cri: Cri = option(Cri, "CRI-O and other runtimes of Kubernetes")
    lxc: NamedContainers = option(NamedContainers, "LXC, and machines of systemd-nspawn")
    libvirt_lxc: NamedContainers = option(NamedContainers, "LXC of libvirt")
    bpm: NamedContainers = option(NamedContainers, "Cloud Foundry's process manager")
    label_max_len: int = option(
        100, "characters of a label's value; longer ones are left out", least=0
    )
    wait_ms: int = option(
        500,
        "how long events of a container that is not known yet wait for what a runtime says, "
        "in milliseconds; 0: not at all",
        least=0,
        most=60000,
    )
    waiting_events_max: int = option(
        65536, "events that may wait at the same time; further ones go on at once", least=0
    )


@dataclass(frozen=True)
class Kubernetes:
    """The API server of Kubernetes, for what container runtimes do not know of pods."""

    enabled: str = option(
        "auto",
        "auto: where a pod's service account, KUBECONFIG or FALCO_K8S_API leads to a server",
        ("auto", "true", "false"),
    )
    api_server: str = option("", "URL of the API server, as Falco's -k")
    certificate: str = option(
        "", "for api_server, as Falco's -K: file of a token, or CERTIFICATE:KEY[#PASSWORD][:CA]"
    )
    kubeconfig: str = option("", "kubeconfig file; its current context is taken")
    node: str = option("", "name of this node; empty: of FALCOMOD_NODE_NAME, else of the host")


@dataclass(frozen=True)
class StdoutOutput:
    """Alerts on standard output."""

    enabled: bool = option(True, "write alerts to standard output")


@dataclass(frozen=True)
class RulesNamed:
    """Rules by what they are called or how they are marked."""

    rule: str = option("", "name of a rule; * stands for any text")
    tag: str = option("", "tag of rules, whole")


@dataclass(frozen=True)
class RulesSwitched:
    """One step of a selection of rules."""

    enable: RulesNamed = option(RulesNamed, "rules to switch on")
    disable: RulesNamed = option(RulesNamed, "rules to switch off")


@dataclass(frozen=True)
class Config:
    """All options of one run."""

    rules_files: list[str] = option(
        [], "rules files, in order; none: the shipped rules", also="rules_file"
    )
    rules: list[RulesSwitched] = option(
        [], "rules to switch on or off when all files are loaded; the last word counts"
    )
    skip_bad_rules: bool = option(
        False, "leave out rules, macros, lists and files that have a fault, and go on"
    )
    rules_cache_dir: str = option(
        "/var/cache/falcomod", "folder for compiled rules, which start faster; empty: none is used"
    )
    priority: str = option("debug", "rules less severe than this stay off", PRIORITIES)
    rule_matching: str = option(
        "first", "of the rules that match an event, alert on", ("first", "all")
    )
    json_output: bool = option(False, "write alerts as JSON, one line each")
    json_include_output_property: bool = option(True, "keep `output` in JSON alerts")
    json_include_output_fields_property: bool = option(True, "keep `output_fields` in JSON alerts")
    json_include_tags_property: bool = option(True, "keep `tags` in JSON alerts")
    time_format_iso_8601: bool = option(False, "times of text alerts as ISO 8601 in UTC")
    buffered_outputs: bool = option(False, "let standard output gather lines before writing them")
    log_level: str = option("info", "least severe log line written", PRIORITIES)
    engine: Engine = option(Engine, "where events come from")
    falco_libs: FalcoLibs = option(FalcoLibs, "limits of state")
    container_engines: ContainerEngines = option(
        ContainerEngines, "who is asked about containers, and how long events wait for that"
    )
    kubernetes: Kubernetes = option(Kubernetes, "the API server of Kubernetes")
    stdout_output: StdoutOutput = option(StdoutOutput, "alerts on standard output")
