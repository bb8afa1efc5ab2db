# SPDX-License-Identifier: Apache-2.0
"""Which driver a run takes: the kernel module or eBPF.

engine.kind names one, or is `auto`: then DRIVERS are tried in order and the
first that opens is taken.  Whatever was passed over is explained, in the log
where another driver was taken, in the error where none was.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from falcomod import __version__
from falcomod.app.driver import DriverHost, Obstacle
from falcomod.config.model import Config
from falcomod.engine.capture.source import KmodSource
from falcomod.errors import DriverError, EnvironmentFault

log = logging.getLogger(__name__)

MIB = 1 << 20


class Source(Protocol):
    """The part of an open source that start-up and statistics need."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
    def counters(self) -> dict[str, int]: ...
    def select(self, syscalls: Collection[int]) -> None: ...


@dataclass(frozen=True)
class Opened:
    """A source, and what is to be said of it."""

    source: Source
    driver: str  # its name in DRIVERS
    how: str  # "the kernel module: already loaded"
    rings: int


class Driver(Protocol):
    """What DRIVERS has rows of."""

    name: str  # as in engine.kind

    def loaded(self) -> bool:
        """Whether it is in the kernel, as far as can be seen without a run that uses it."""

    def version(self) -> str:
        """Of what is loaded, or of what would be; "" where that is not known."""

    def obstacle(self) -> Obstacle | None:
        """Why it cannot be used here, told without changing anything."""

    def open(self, config: Config, syscalls: Collection[int]) -> Opened:
        """Opens it for these system calls (portable numbers).

        Raises DriverError, PermissionFault.
        """


class KmodDriver:
    """The kernel module: loaded already, or loaded (and built, if need be) now."""

    name = "kmod"

    def __init__(
        self, host: DriverHost | None = None, source: Callable[..., Source] = KmodSource
    ) -> None:
        self._host = host or DriverHost()
        self._source = source

    def loaded(self) -> bool:
        return self._host.loaded

    def version(self) -> str:
        return self._host.version

    def obstacle(self) -> Obstacle | None:
        return self._host.obstacle()

    def open(self, config: Config, syscalls: Collection[int]) -> Opened:
        how = self._host.load()
        source = self._source(
            ring_size=ring_size(config.engine.kmod.buf_size_preset),
            snaplen=config.falco_libs.snaplen,
            syscalls=syscalls,
        )
        return Opened(source, self.name, f"the kernel module: {how}", online_cpus())


class BpfModule(Protocol):
    """falcomod.engine.capture.bpf, of which not even the import works everywhere."""

    OBJECT: str | os.PathLike[str]  # the compiled programs
    BpfSource: Callable[..., Source]

    def missing_features(self) -> list[str]: ...


def import_bpf() -> BpfModule:
    """Raises ImportError where the extension was not built or libbpf is not installed."""
    import falcomod.engine.capture.bpf as bpf

    return cast(BpfModule, bpf)


class EbpfDriver:
    """CO-RE eBPF programs, which need nothing but the kernel's own description (BTF)."""

    name = "ebpf"

    def __init__(self, load: Callable[[], BpfModule] = import_bpf) -> None:
        self._load = load

    def loaded(self) -> bool:
        return False  # the programs are gone with the run that loaded them

    def version(self) -> str:
        return __version__

    def obstacle(self) -> Obstacle | None:
        try:
            bpf = self._load()
            if not Path(bpf.OBJECT).exists():
                return Obstacle("not built", f"its programs ({bpf.OBJECT}) are not built", BUILD)
            missing = bpf.missing_features()
        except ImportError as error:
            if "libbpf" in str(error):
                return Obstacle("no libbpf", f"libbpf cannot be used: {error}", "install libbpf1")
            return Obstacle("not built", f"falcomod was built without it: {error}", BUILD)
        except EnvironmentFault as error:
            return Obstacle.of(error)
        if missing:
            return Obstacle(
                "kernel lacks features",
                f"kernel {os.uname().release} lacks {', '.join(missing)}",
                "use a kernel of 5.8 or later that has it",
            )
        return None

    def open(self, config: Config, syscalls: Collection[int]) -> Opened:
        options = config.engine.ebpf
        size, online = ring_size(options.buf_size_preset), online_cpus()
        shared_by = cpus_per_ring(options.cpus_for_each_buffer, online)
        source = self._load().BpfSource(
            ring_size=size,
            snaplen=config.falco_libs.snaplen,
            syscalls=syscalls,
            cpus_per_ring=shared_by,
        )
        each = "for each CPU" if shared_by == 1 else f"for every {shared_by} CPUs"
        how = f"the eBPF driver: a ring of {size // MIB} MiB {each}"
        return Opened(source, self.name, how, -(-online // shared_by))


BUILD = "run `make build` where clang, bpftool and libbpf-dev are installed"


def open_driver(
    config: Config, syscalls: Collection[int], drivers: Sequence[Driver] | None = None
) -> Opened:
    """Opens the driver that engine.kind names, or the first that works.

    Raises DriverError: of every driver that was tried, why it failed and what to do.
    """
    drivers = drivers or DRIVERS
    kind = config.engine.kind
    tried = [driver for driver in drivers if kind in ("auto", driver.name)]
    refused: list[tuple[str, Obstacle]] = []
    for driver in tried:
        opened = attempt(driver, config, syscalls)
        if not isinstance(opened, Obstacle):
            for name, obstacle in refused:
                log.info("driver %s not used: %s", name, obstacle.reason)
                if obstacle.detail:
                    log.debug("driver %s in full:\n%s", name, obstacle.detail)
            return opened
        refused.append((driver.name, opened))
    if kind == "auto":
        raise DriverError(none_works(refused))
    others = [driver for driver in drivers if driver.name != kind]
    raise DriverError(one_fails(kind, refused[0][1], others))


def attempt(driver: Driver, config: Config, syscalls: Collection[int]) -> Opened | Obstacle:
    """The open driver, or what kept it from being opened."""
    obstacle = driver.obstacle()
    if obstacle is not None:
        return obstacle
    try:
        return driver.open(config, syscalls)
    except EnvironmentFault as error:
        return Obstacle.of(error)


def none_works(refused: Sequence[tuple[str, Obstacle]]) -> str:
    lines = ["no driver can be used on this host"]
    for name, obstacle in refused:
        more = f"; `falcomod start --driver {name}` shows it in full" if obstacle.detail else ""
        lines.append(f"{name}: {obstacle}{more}")
    return "\n    ".join(lines)


def one_fails(name: str, obstacle: Obstacle, others: Sequence[Driver]) -> str:
    lines = [f"driver {name} cannot be used: {obstacle}"]
    if obstacle.detail:
        lines.append(obstacle.detail)
    usable = next((other.name for other in others if other.obstacle() is None), None)
    if usable:
        lines.append(f"    `--driver auto` would go on to {usable}")
    return "\n".join(lines)


def ring_size(preset: int) -> int:
    """Bytes that a buf_size_preset stands for: 1 is 1 MiB, every further step doubles it."""
    return MIB << (preset - 1)


def cpus_per_ring(wanted: int, online: int) -> int:
    """How many CPUs share a ring where *wanted* are configured, 0 for all."""
    if wanted > online:
        # Falco's words.
        log.warning(
            "you required a buffer every '%d' CPUs but there are only '%d' online CPUs. "
            "falcomod changed the config to: one buffer every '%d' CPUs",
            wanted,
            online,
            online,
        )
    return min(wanted, online) or online


def online_cpus() -> int:
    return os.sysconf("SC_NPROCESSORS_ONLN")


# In the order that auto tries them.
DRIVERS: tuple[Driver, ...] = (KmodDriver(), EbpfDriver())
