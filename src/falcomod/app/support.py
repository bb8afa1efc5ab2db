# SPDX-License-Identifier: Apache-2.0
"""All that somebody needs who is asked for help: `falcomod support`.

The first keys are those of Falco's --support.  Secrets are masked, and the
whole is bounded, so that it can be put into an issue as it is.
"""

from __future__ import annotations

import importlib.metadata
import os
import shlex
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from falcomod import __version__
from falcomod.app import control, rules_files, status_file
from falcomod.app.driver_choice import DRIVERS, Driver
from falcomod.app.masking import masked
from falcomod.app.status_file import Status
from falcomod.app.versions import versions
from falcomod.config.load import load_all
from falcomod.config.model import Config
from falcomod.config.show import plain
from falcomod.errors import FalcomodError, UserError
from falcomod.rules.load import files_in

FILE_MAX = 1 << 20  # bytes of a rules file
FILES_MAX_BYTES = 8 << 20  # of all of them
FACT_MAX = 4096  # bytes of a file of the kernel
STATUS_WAIT_S = 5.0

FAMILIES = ("FALCO", "FALCOMOD_", "HOST_ROOT", "KUBERNETES_SERVICE_", "KUBECONFIG", "NOTIFY_SOCKET")


def collected(
    path: str | None, overrides: Sequence[str], arguments: Sequence[str]
) -> dict[str, Any]:
    """The report about a configuration file, also where that has a fault."""
    try:
        loaded = load_all(path, overrides)
    except UserError as error:
        return report(None, arguments=arguments, fault=str(error))
    warnings = [str(warning) for warning in loaded.warnings]
    return report(loaded.config, arguments=arguments, files=loaded.files, warnings=warnings)


def report(
    config: Config | None,
    *,
    arguments: Sequence[str] = (),
    fault: str = "",
    files: Sequence[str] = (),
    warnings: Sequence[str] = (),
    environment: Mapping[str, str] = os.environ,
    drivers: Iterable[Driver] = DRIVERS,
    running: Iterable[Status] | None = None,
    root: Path = Path("/"),
) -> dict[str, Any]:
    """The report; everything in it is plain JSON.

    *config* None: it has the *fault*, and what depends on it is left out.  *files* are those
    that it was read from, with *warnings*.  *running* is each falcomod that runs here (None:
    they are looked for).  What fails to be found out is told as the reason.
    """
    known = Config() if config is None else config
    in_use = {one.driver for one in (status_file.running() if running is None else running)}
    found = {
        "version": __version__,
        "system_info": system_info(),
        "engine_info": versions(),
        "cmdline": shlex.join(arguments),
        "config": None if config is None else plain(config),
        "config_fault": fault,
        "config_files": list(files),
        "config_warnings": list(warnings),
        "drivers": [driver_facts(driver, driver.name in in_use) for driver in drivers],
        "kernel": kernel_facts(root),
        "runtimes": list(sockets(known)),
        "environment": {
            name: value for name, value in environment.items() if name.startswith(FAMILIES)
        },
        "status": told(
            lambda: control.ask(known.control.socket, "GET", control.STATUS, STATUS_WAIT_S)
        ),
    }
    # Rules and packages are named after secrets, but hold none.
    return {
        **masked(found, environment),
        "python": {"version": sys.version, "packages": packages()},
        "rules_files": told(lambda: rules(known)),
    }


def system_info() -> dict[str, str]:
    """man 2 uname."""
    facts = os.uname()
    return {
        "sysname": facts.sysname,
        "nodename": facts.nodename,
        "release": facts.release,
        "version": facts.version,
        "machine": facts.machine,
    }


def driver_facts(driver: Driver, is_used: bool) -> dict[str, Any]:
    """Whether a driver can be used, or why not, and whether it is there."""
    obstacle = driver.obstacle()
    facts: dict[str, Any] = {
        "name": driver.name,
        "available": obstacle is None,
        "loaded": driver.loaded() or is_used,
        "version": driver.version(),
    }
    if obstacle is not None:
        facts |= {"reason": obstacle.reason, "remedy": obstacle.remedy, "detail": obstacle.detail}
    return facts


def kernel_facts(root: Path) -> dict[str, str]:
    """What the kernel says of matters that drivers depend on; what it does not say is left out."""
    facts = {"btf": "yes" if (root / "sys/kernel/btf/vmlinux").exists() else "no"}
    for path in KERNEL_FILES:
        try:
            with open(root / path, "rb") as file:
                facts[path] = file.read(FACT_MAX).decode(errors="replace").strip()
        except OSError:
            continue
    return facts


def sockets(config: Config) -> Iterator[dict[str, Any]]:
    """The sockets of container runtimes that are asked, and whether they are there."""
    engines = config.container_engines
    for name in ("docker", "podman", "containerd", "cri"):
        options = getattr(engines, name)
        for path in options.sockets:
            yield {"runtime": name, "enabled": options.enabled, "path": path, "is": _kind(path)}


def rules(config: Config) -> list[dict[str, Any]]:
    """The rules files that would be loaded, with their content as Falco has it there."""
    named = rules_files.resolve(config.rules_files)
    paths = chain.from_iterable(
        files_in(Path(name)) if Path(name).is_dir() else [Path(name)] for name in named
    )
    found: list[dict[str, Any]] = []
    room = FILES_MAX_BYTES
    for path in paths:
        entry, taken = _rules_file(path, min(FILE_MAX, room))
        room -= taken
        found.append(entry)
    return found


def packages() -> dict[str, str]:
    """Python packages that are installed, by name."""
    found = {
        str(package.metadata["Name"]): package.version
        for package in importlib.metadata.distributions()
    }
    return dict(sorted(found.items()))


def told(find: Callable[[], Any]) -> Any:
    """What is found, or why it is not."""
    try:
        return find()
    except (FalcomodError, OSError) as error:
        return {"error": str(error)}


def _rules_file(path: Path, most: int) -> tuple[dict[str, Any], int]:
    try:
        with open(path, "rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        return {"name": str(path), "error": str(error.strerror), "variants": []}, 0
    entry: dict[str, Any] = {"name": str(path)}
    if len(content) > most:
        content = content[:most]
        entry["cut"] = True
    entry["variants"] = [{"content": content.decode(errors="replace")}]
    return entry, len(content)


def _kind(path: str) -> str:
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        return str(error.strerror)
    return "a socket" if stat.S_ISSOCK(mode) else "no socket"


KERNEL_FILES = (
    "proc/version",
    "proc/sys/kernel/modules_disabled",
    "proc/sys/kernel/unprivileged_bpf_disabled",
    "proc/sys/kernel/perf_event_paranoid",
    "proc/sys/kernel/kptr_restrict",
    "proc/sys/net/core/bpf_jit_enable",
    "proc/sys/kernel/tainted",
    "proc/meminfo",
    "proc/self/status",
    "proc/self/cgroup",
    "proc/1/comm",
    "sys/kernel/security/lockdown",
    "sys/module/falcomod/version",
    "sys/fs/cgroup/cgroup.controllers",
    "etc/os-release",
)
