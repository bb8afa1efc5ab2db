# SPDX-License-Identifier: Apache-2.0
"""The kernel module on this host: whether it can be used, building, loading, unloading.

Opening the device and checking its version is engine.capture.source's; this
module runs the tools that a person would run, and says what they said.  Whether
a run uses the module is app.driver_choice's to say.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from falcomod import __version__
from falcomod.errors import DriverError, EnvironmentFault, PermissionFault

log = logging.getLogger(__name__)

MODULE = "falcomod"
CACHE = "var/cache/falcomod"
TOOL_TIMEOUT_S = 600


@dataclass(frozen=True)
class Obstacle:
    """What keeps a driver from being used."""

    short: str  # a few words, for a table
    reason: str
    remedy: str = ""
    detail: str = ""  # further lines, such as a compiler's

    @classmethod
    def of(cls, error: EnvironmentFault) -> Obstacle:
        """The obstacle that an attempt ran into."""
        reason, _, detail = str(error).partition("\n")
        short = "not permitted" if isinstance(error, PermissionFault) else "failed"
        return cls(short, reason, detail=detail)

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


class DriverHost:
    """One host's view of the module; root lets tests and containers stand elsewhere."""

    def __init__(self, root: str = "/", release: str | None = None) -> None:
        self.root = Path(root)
        self.release = release or os.uname().release

    @property
    def loaded(self) -> bool:
        return (self.root / f"sys/module/{MODULE}").exists()

    @property
    def version(self) -> str:
        """Of the loaded module; "" where none is."""
        return self._read(f"sys/module/{MODULE}/version")

    def obstacle(self) -> Obstacle | None:
        """Why the module cannot be used here, or None where it is loaded or can be."""
        if self.loaded:
            return None
        if not (self.root / "proc/modules").exists():
            return Obstacle(
                "no loadable modules",
                f"kernel {self.release} is built without loadable modules (CONFIG_MODULES)",
                "use a kernel that has them",
            )
        if self._read("proc/sys/kernel/modules_disabled") == "1":
            return Obstacle(
                "modules switched off",
                "loading modules is switched off (kernel.modules_disabled=1)",
                "reboot, and load falcomod before it is switched off again",
            )
        lockdown = self._read("sys/kernel/security/lockdown")
        if "[integrity]" in lockdown or "[confidentiality]" in lockdown:
            return Obstacle(
                "kernel lockdown",
                "kernel lockdown refuses modules that are not signed",
                "sign falcomod.ko with a key that this host trusts",
            )
        if self._installed() or self._built():
            return None
        if self._headers() is None:
            return Obstacle(
                "no kernel headers",
                f"no module for kernel {self.release} and no headers to build one",
                f"install linux-headers-{self.release}",
            )
        if self._source() is None:
            return Obstacle(
                "no driver sources",
                "no module for this kernel and no driver sources",
                "run `make dkms-install`",
            )
        return None

    def build(self) -> Path:
        """Builds the module for this kernel into the cache; returns the .ko file.

        Raises DriverError with the compiler's last lines where that fails.
        """
        source, headers = self._source(), self._headers()
        if source is None or headers is None:
            raise DriverError(
                str(self.obstacle() or "no driver sources or no kernel headers found")
            )
        log.info("building the kernel module for %s", self.release)
        target = self.root / CACHE / self.release
        try:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)
        except OSError as error:
            raise PermissionFault(f"cannot write {target}: {error.strerror}; run as root") from None
        _tool(["make", "-C", str(target), f"KDIR={headers}"], "building the module")
        module = target / f"{MODULE}.ko"
        if not module.exists():
            raise DriverError(f"the build ended without {module}")
        return module

    def load(self) -> str:
        """Loads the module if it is not loaded; returns how, in words.

        Takes an installed one (DKMS) before one in the cache, and builds one where
        neither exists.  Raises PermissionFault, DriverError.
        """
        if self.loaded:
            return "already loaded"
        obstacle = self.obstacle()
        if obstacle:
            raise DriverError(f"the kernel module cannot be loaded: {obstacle}")
        if os.geteuid() != 0:
            raise PermissionFault("loading the kernel module needs root (CAP_SYS_MODULE)")
        if self._installed():
            _tool(["modprobe", MODULE], "loading the installed module")
            return "loaded, as installed for this kernel"
        module = self._built() or self.build()
        _tool(["insmod", str(module)], f"loading {module}")
        return f"loaded from {module}"

    def unload(self) -> str:
        """Unloads the module if it is loaded; returns what was done, in words."""
        if not self.loaded:
            return "not loaded"
        if os.geteuid() != 0:
            raise PermissionFault("unloading the kernel module needs root (CAP_SYS_MODULE)")
        _tool(["rmmod", MODULE], "unloading the module (is a falcomod still running?)")
        return "unloaded"

    def _read(self, path: str) -> str:
        try:
            return (self.root / path).read_text().strip()
        except OSError:
            return ""

    def _installed(self) -> bool:
        modules = self.root / "lib/modules" / self.release
        return any(modules.glob(f"**/{MODULE}.ko*"))

    def _headers(self) -> Path | None:
        build = self.root / "lib/modules" / self.release / "build"
        return build if (build / "Makefile").exists() else None

    def _built(self) -> Path | None:
        module = self.root / CACHE / self.release / f"{MODULE}.ko"
        return module if module.exists() else None

    def _source(self) -> Path | None:
        candidates: Sequence[Path] = (
            Path(__file__).resolve().parents[3] / "driver",  # a checkout
            Path(sys.prefix) / "share/falcomod/driver",
            self.root / f"usr/src/{MODULE}-{__version__}/driver",  # DKMS
        )
        return next((path for path in candidates if (path / "Kbuild").exists()), None)


def _tool(command: list[str], purpose: str) -> None:
    """Runs a host tool; when it fails, what it said is the message, the most telling line first."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TOOL_TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        raise DriverError(f"{purpose}: no program '{command[0]}' on this host") from None
    except subprocess.TimeoutExpired:
        raise DriverError(f"{purpose}: no end after {TOOL_TIMEOUT_S} s") from None
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
        silent = f"status {done.returncode}"
        telling = next((line for line in words if "error" in line.lower()), (words or [silent])[-1])
        lines = [f"{purpose} failed: {telling.strip()}", f"$ {' '.join(command)}", *words]
        raise DriverError("\n    ".join(lines))
