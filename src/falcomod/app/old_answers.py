# SPDX-License-Identifier: Apache-2.0
"""What is answered to options of Falco that ask something, or ask for what there is not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

from falcomod import __version__
from falcomod.errors import UserError
from falcomod.rules.requirements import BUILT_IN


def version(*, as_json: bool) -> str:
    """What `--version` tells; with `-o json_output=true` it is what /versions answers."""
    if not as_json:
        return f"falcomod version: {__version__}"
    from falcomod.app.versions import versions  # late: it needs the engine

    return json.dumps(versions())


def list_plugins(_value: str = "") -> str:
    """What Falco needs plugins for, and falcomod has built in."""
    told = "\n\n".join(plugin_info(name) for name in BUILT_IN)
    return f"0 Plugins Loaded: falcomod has these built in.\n\n{told}"


def plugin_info(name: str) -> str:
    """One of them, in Falco's form; raises UserError for another name."""
    if name not in BUILT_IN:
        raise UserError(f"Cannot find plugin {name!r}; built in are {', '.join(BUILT_IN)}")
    description, capabilities = PLUGINS[name]
    lines = [
        f"Name: {name}",
        f"Description: {description}",
        "Contact: built in; no library is loaded",
        f"Version: {BUILT_IN[name]}",
        "Capabilities:",
    ]
    return "\n".join(lines + [f"  - {capability}" for capability in capabilities])


def page_size(_value: str = "") -> str:
    """The size of a page of memory, which Falco's rings are multiples of."""
    return f"Your system page size is: {os.sysconf('SC_PAGE_SIZE')}"


def ignored(_value: str = "") -> str:
    """Calls that rules may be about and that are not recorded."""
    return (
        "Ignored syscall(s): none\n"
        "What rules are about is recorded, reading and writing as well; base_syscalls.custom_set "
        "leaves out calls, as in -o 'base_syscalls.custom_set=[!read]'."
    )


def refuse(text: str) -> Callable[[str], str]:
    """An answer that is an error."""

    def answer(_value: str) -> str:
        raise UserError(text)

    return answer


PLUGINS = {
    "container": (
        "Containers and pods that processes are in",
        ("Field Extraction", "Event Parsing", "Async Events"),
    ),
    "json": ("Fields out of any JSON payload", ("Field Extraction",)),
    "k8saudit": (
        "Audit events of Kubernetes",
        ("Event Sourcing (ID=1, source='k8s_audit')", "Field Extraction"),
    ),
    "k8smeta": ("Objects of Kubernetes that pods belong to", ("Field Extraction", "Event Parsing")),
}

_DAEMON = (
    "{}: falcomod does not put itself into the background: `systemctl enable --now falcomod` has "
    "systemd run it; in a container it is the main process"
)
_MESOS = "{}: Mesos is not supported; container runtimes and Kubernetes are"
_PDIG = "{}: tracing by ptrace is not supported; -o engine.kind=ebpf needs no kernel module"
_GVISOR = "{}: gVisor is not supported: falcomod watches the kernel that it runs on"

REFUSED = {
    "--rule-schema": "--rule-schema: there is no schema of rules files: "
    "`falcomod rules validate FILE` checks them, with the place of every fault",
    "--alternate-lua-dir": "--alternate-lua-dir: there is no Lua in falcomod; leave the option out",
    **{name: _DAEMON.format(name) for name in ("-d", "--daemon")},
    **{name: _MESOS.format(name) for name in ("-m", "--mesos-api")},
    **{name: _PDIG.format(name) for name in ("-u", "--userspace")},
    **{
        name: _GVISOR.format(name)
        for name in ("-g", "--gvisor-config", "--gvisor-root", "--gvisor-generate-config")
    },
}
