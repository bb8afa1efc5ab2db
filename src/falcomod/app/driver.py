# SPDX-License-Identifier: Apache-2.0
"""The kernel module on this host: whether it can be used, building, loading, unloading.

Opening the device and checking its version is engine.capture.source's; this
module runs the tools that a person would run, and says what they said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from falcomod import __version__
from falcomod.errors import DriverError, PermissionFault

MODULE = "falcomod"
DEVICE = "dev/falcomod"
CACHE = "var/cache/falcomod"
TOOL_TIMEOUT_S = 600


@dataclass(frozen=True)
class DriverStatus:
    """What the kernel module's situation is; obstacle is "" where it can be used."""

    kernel: str  # release, as `uname -r` prints it
    loaded: bool
    version: str  # of the loaded module, else ""
    device: bool
    source: str  # directory to build from, else ""
    headers: str  # of this kernel, else ""
    built: str  # module file for this kernel, else ""
    obstacle: str


class DriverHost:
    """One host's view of the module; root lets tests and containers stand elsewhere."""

    def __init__(self, root: str = "/", release: str | None = None) -> None:
        self.root = Path(root)
        self.release = release or os.uname().release

    def status(self) -> DriverStatus:
        return DriverStatus(
            kernel=self.release,
            loaded=self._loaded(),
            version=self._read(f"sys/module/{MODULE}/version"),
            device=(self.root / DEVICE).exists(),
            source=str(self._source() or ""),
            headers=str(self._headers() or ""),
            built=str(self._built() or ""),
            obstacle=self.obstacle(),
        )

    def obstacle(self) -> str:
        """Why the module cannot be used here, or "" where it is loaded or can be."""
        if self._loaded():
            return ""
        if not (self.root / "proc/modules").exists():
            return (
                f"kernel {self.release} is built without loadable modules (CONFIG_MODULES); "
                "use a kernel that has them, or look at falcomod in a virtual machine: make start"
            )
        if self._read("proc/sys/kernel/modules_disabled") == "1":
            return (
                "loading modules is switched off (kernel.modules_disabled=1); "
                "reboot, and load falcomod before it is switched off again"
            )
        lockdown = self._read("sys/kernel/security/lockdown")
        if "[integrity]" in lockdown or "[confidentiality]" in lockdown:
            return (
                "kernel lockdown refuses modules that are not signed; "
                "sign falcomod.ko with a key that this host trusts"
            )
        if self._installed() or self._built():
            return ""
        if self._headers() is None:
            return (
                f"no module for kernel {self.release} and no headers to build one: "
                f"install linux-headers-{self.release}"
            )
        if self._source() is None:
            return "no module for this kernel and no driver sources: run `make dkms-install`"
        return ""

    def build(self) -> Path:
        """Builds the module for this kernel into the cache; returns the .ko file.

        Raises DriverError with the compiler's last lines where that fails.
        """
        source, headers = self._source(), self._headers()
        if source is None or headers is None:
            raise DriverError(self.obstacle() or "no driver sources or no kernel headers found")
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
        if self._loaded():
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
        if not self._loaded():
            return "not loaded"
        if os.geteuid() != 0:
            raise PermissionFault("unloading the kernel module needs root (CAP_SYS_MODULE)")
        _tool(["rmmod", MODULE], "unloading the module (is a falcomod still running?)")
        return "unloaded"

    def _loaded(self) -> bool:
        return (self.root / f"sys/module/{MODULE}").exists()

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
    """Runs a host tool; its last words are the message when it fails."""
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
        raise DriverError("\n    ".join([f"{purpose} failed: {' '.join(command)}", *words]))
