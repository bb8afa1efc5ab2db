# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from falcomod.errors import FieldError
from tests.record_builder import build
from tests.unit.engine.fields.host import CONTAINER, SECOND, TS, Case, host, look, of_cat

CONTAINED = build("getcwd", ts=TS, tid=307)
NO_THREAD = build("DROP_E", ts=TS, tid=2**64 - 1)


def of_sh(field: str, text: str | None, value: Any = ...) -> Case:
    """A case whose event does not matter, only that sh makes the call, in a container."""
    return Case(field, CONTAINED, text, text if value is ... else value)


SHARE = "/usr/share:/data:ro:false:rprivate"
SRV = "/srv/x:/x::true:rslave"

CASES = [
    of_cat("container.id", "host"),
    of_sh("container.id", "0123456789ab"),
    Case("container.id", NO_THREAD, None, None),
    of_cat("container.full_id", "host"),
    of_sh("container.full_id", CONTAINER),
    of_cat("container.name", "host"),
    of_sh("container.name", "web"),
    Case("container.name", NO_THREAD, None, None),
    of_cat("container.type", "host"),
    of_sh("container.type", "cri-o"),
    of_cat("container.image", None),
    of_sh("container.image", "nginx:1.27"),
    of_sh("container.image.id", "0ca0fed353fb"),
    of_sh("container.image.repository", "docker.io/library/nginx"),
    of_sh("container.image.tag", "1.27"),
    of_sh("container.image.digest", "sha256:b9ff"),
    of_sh("container.ip", "172.17.0.2"),
    of_sh("container.cni.json", None),
    of_cat("container.privileged", None),
    of_sh("container.privileged", "true", True),
    of_sh("container.host_pid", "false", False),
    of_sh("container.host_network", "true", True),
    of_sh("container.host_ipc", None),
    of_cat("container.mounts", None),
    of_sh("container.mounts", f"{SHARE},{SRV}"),
    of_cat("container.mount[0]", None),
    of_sh("container.mount[1]", SRV),
    of_sh("container.mount[2]", "none"),
    of_sh("container.mount[/usr/share]", SHARE),
    of_sh("container.mount[/srv/*]", SRV),
    of_sh("container.mount[/usr]", "none"),
    of_sh("container.mount.source[/x]", "/srv/x"),
    of_sh("container.mount.source[/srv/x]", None),
    of_sh("container.mount.dest[/srv/x]", "/x"),
    of_sh("container.mount.dest[7]", None),
    of_sh("container.mount.mode[0]", "ro"),
    of_sh("container.mount.mode[1]", ""),
    of_sh("container.mount.rdwr[/usr/*]", "false"),
    of_sh("container.mount.rdwr[1]", "true"),
    of_sh("container.mount.propagation[1]", "rslave"),
    of_sh("container.label.team", "ada"),
    of_sh("container.label[io.kubernetes.pod.name]", "web-0"),
    of_sh("container.label.io.kubernetes.pod.name", "web-0"),
    of_sh("container.label.flag", ""),
    of_sh("container.label.tea", None),
    of_cat("container.label.team", None),
    of_sh("container.labels", "flag, team:ada"),
    of_cat("container.labels", None),
    of_sh("container.annotation[org.example/owner]", "eve"),
    of_sh("container.annotation.org.example/owner", "eve"),
    of_sh("container.annotation.on", ""),
    of_sh("container.annotation.team", None),
    of_cat("container.annotation.on", None),
    of_sh("container.annotations", "on, org.example/owner:eve"),
    of_cat("container.annotations", None),
    of_sh("container.env[PATH]", "/bin:/usr/bin"),
    of_sh("container.env[EMPTY]", ""),
    of_sh("container.env[HOME]", None),
    of_cat("container.env[PATH]", None),
    of_sh("container.ports", "0.0.0.0:8080->80/tcp, 443/tcp"),
    of_cat("container.ports", None),
    of_sh("container.start_ts", str(TS - 9 * SECOND), TS - 9 * SECOND),
    of_cat("container.start_ts", "12345", 12345),
    Case("container.start_ts", NO_THREAD, None, None),
    of_sh("container.duration", str(9 * SECOND), 9 * SECOND),
    Case("container.duration", NO_THREAD, None, None),
    of_sh("container.healthcheck", "curl -f localhost"),
    of_cat("container.healthcheck", None),
    of_sh("container.liveness_probe", "true"),
    of_sh("container.readiness_probe", None),
    of_cat("proc.is_container_healthcheck", "false", False),
    of_cat("proc.is_container_liveness_probe", "false", False),
    of_cat("proc.is_container_readiness_probe", "false", False),
    Case("proc.is_container_healthcheck", NO_THREAD, None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.field}-{case.text}")
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


@pytest.mark.parametrize("kind", ["healthcheck", "liveness_probe", "readiness_probe"])
def test_process_is_the_probe_that_its_command_line_is_that_of(kind: str) -> None:
    state = State()
    state.set_container(CONTAINER, {kind: ("test", ["-e", "/up"])})
    state.seed_thread(tid=1, pid=1, ptid=0)
    probe = Probe(state)
    view = probe.at(
        build(
            "execve", ts=TS, tid=9, res=0, exe="test", args="-e\0/up\0", comm="test", ptid=1,
            pid=9, cgroups=f"cpu=/docker/{CONTAINER}\0",
        )
    )  # fmt: skip
    found = {
        name: bind(f"proc.is_container_{name}").value(view)
        for name in ("healthcheck", "liveness_probe", "readiness_probe")
    }
    assert [name for name, is_it in found.items() if is_it] == [kind]


def test_container_of_which_nothing_is_known_has_its_id_alone() -> None:
    state = State()
    state.seed_thread(tid=9, pid=9, cgroups=[f"cpu=/docker/{CONTAINER}"])
    probe = Probe(state)
    view = probe.at(build("getcwd", ts=TS, tid=9))
    names = (
        "container.id",
        "container.name",
        "container.image",
        "container.mounts",
        "container.labels",
        "container.annotations",
        "container.env[PATH]",
        "container.ports",
        "k8s.pod.name",
    )
    assert [bind(name).value(view) for name in names] == [CONTAINER[:12], *[None] * 8]


@pytest.mark.parametrize(
    "text", ["container.mount", "container.label", "container.mount.source", "container.env"]
)
def test_argument_is_required(text: str) -> None:
    with pytest.raises(FieldError, match="needs an argument"):
        bind(text)
