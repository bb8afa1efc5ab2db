# SPDX-License-Identifier: Apache-2.0
"""Images without a registry: busybox and a few files of /etc, as a docker-archive.

containerd, dockerd and podman all import that format.  The archive of an image is the
same every time, byte for byte, so its digest is known before it is imported.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

APPLETS = (
    "cat", "chmod", "cp", "date", "echo", "env", "false", "head", "hostname", "id", "kill", "ln",
    "ls", "mkdir", "mv", "nc", "ping", "ps", "rm", "sh", "sleep", "stat", "su", "tail", "touch",
    "true", "uname", "wget",
)  # fmt: skip

FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:Application:/home/app:/bin/sh\n"
    "www-data:x:33:33:www:/var/www:/bin/false\n",
    "etc/group": "root:x:0:\napp:x:1000:\nwww-data:x:33:\n",
    "etc/shadow": "root:*:19000:0:99999:7:::\napp:*:19000:0:99999:7:::\n",
    "etc/hostname": "container\n",
}
DIRECTORIES = ("bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "var")

# The first process of a pod does nothing; containerd's configuration names this image.
PAUSE = "local.test/pause:3.6"
BUSYBOX = "local.test/library/busybox:1.35"


@dataclass(frozen=True)
class Image:
    """An image as it was written; digests as in "sha256:…"."""

    name: str
    config_digest: str  # the image id
    layer_digest: str  # of the only layer, unpacked: what containerd calls the chain id


def write_archive(
    path: Path,
    name: str,
    *,
    command: tuple[str, ...] = ("/bin/sh",),
    env: tuple[str, ...] = ("PATH=/bin",),
    labels: dict[str, str] | None = None,
    healthcheck: tuple[str, ...] = (),
) -> Image:
    """Writes a docker-archive with one image of one layer."""
    layer = _layer()
    layer_digest = "sha256:" + hashlib.sha256(layer).hexdigest()
    settings = {"Cmd": list(command), "Env": list(env), "Labels": labels or {}}
    if healthcheck:
        settings["Healthcheck"] = {"Test": ["CMD", *healthcheck], "Interval": 3600 * 10**9}
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": "2020-01-01T00:00:00Z",
        "config": settings,
        "rootfs": {"type": "layers", "diff_ids": [layer_digest]},
        "history": [{"created": "2020-01-01T00:00:00Z", "created_by": "tests"}],
    }
    encoded = json.dumps(config).encode()
    digest = hashlib.sha256(encoded).hexdigest()
    manifest = [{"Config": f"{digest}.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    with tarfile.open(path, "w") as archive:
        _add(archive, f"{digest}.json", encoded)
        _add(archive, "layer.tar", layer)
        _add(archive, "manifest.json", json.dumps(manifest).encode())
    return Image(name, f"sha256:{digest}", layer_digest)


def _layer() -> bytes:
    busybox = shutil.which("busybox")
    assert busybox is not None, "busybox-static is not installed"
    content = Path(busybox).read_bytes()
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as layer:
        for name in DIRECTORIES:
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            layer.addfile(entry)
        _add(layer, "bin/busybox", content, mode=0o755)
        for name in APPLETS:
            entry = tarfile.TarInfo(f"bin/{name}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            layer.addfile(entry)
        for name, text in FILES.items():
            _add(layer, name, text.encode(), mode=0o600 if name == "etc/shadow" else 0o644)
    return made.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, *, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))
