# SPDX-License-Identifier: Apache-2.0
"""A network and a view of the file system of their own for a container runtime.

What a runtime mounts, and the interfaces that it makes for pods, end with the
namespaces.  Processes and control groups are the host's: it is there that falcomod
sees them.  Sockets below the tests' own directory can be reached from outside.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence

# What runtimes write to whatever their configuration says.
OWN_DIRECTORIES = (
    "/run/containerd", "/run/netns", "/run/runc", "/run/docker", "/etc/docker",
    "/var/lib/cni", "/var/lib/containers", "/dev/shm",
)  # fmt: skip

READY = "ready"


class Apart:
    """Namespaces that last until close()."""

    def __init__(self) -> None:
        steps = ["mount --make-rshared /", "ip link set lo up"]
        for path in OWN_DIRECTORIES:
            steps += [f"mkdir -p {path}", f"mount -t tmpfs -o mode=755 tmpfs {path}"]
        steps += [f"echo {READY}", "exec sleep infinity"]
        unshare = ("unshare", "--net", "--mount", "--propagation", "private")
        self._holder = subprocess.Popen(
            [*unshare, "sh", "-c", " && ".join(steps)], stdout=subprocess.PIPE, text=True
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline().strip() == READY

    @property
    def pid(self) -> int:
        """A process that is in them."""
        return self._holder.pid

    def command(self, *words: str) -> list[str]:
        """The command line that runs *words* in there, as the same process."""
        spaces = f"/proc/{self.pid}/ns"
        return ["nsenter", f"--net={spaces}/net", f"--mount={spaces}/mnt", *words]

    def run(self, words: Sequence[str], *, timeout_s: float = 60) -> str:
        """Runs a command in there and returns what it prints; fails with what it says."""
        done = subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=timeout_s, check=False
        )
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def close(self) -> None:
        """Ends whatever is left in them, too: what a runtime leaves behind holds them."""
        for pid in self._others():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._holder.kill()
        self._holder.wait()
        if self._holder.stdout is not None:
            self._holder.stdout.close()

    def _others(self) -> list[int]:
        """Processes that see these mounts, but for the holder."""
        own = os.readlink(f"/proc/{self.pid}/ns/mnt")
        found = []
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            with contextlib.suppress(OSError):  # it has ended
                if pid != self.pid and os.readlink(f"/proc/{pid}/ns/mnt") == own:
                    found.append(pid)
        return found
