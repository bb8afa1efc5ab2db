# SPDX-License-Identifier: Apache-2.0
"""Runtimes that are not there, are slow, or answer wrongly: alerts come all the same.

What acts is in a control group as the runtime would make it, so that falcomod asks for it.
"""

from __future__ import annotations

import itertools
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import agent as agents
from tests.agent import Agent, event_time_ns, program
from tests.containers.fix_containerd import Containerd
from tests.containers.groups import remove_groups
from tests.containers.native import Native
from tests.end_to_end.container import inherit
from tests.unit.enrich.test_containerd import Containerd as FakeContainerd
from tests.unix_server import CHUNKED, UnixServer, answer, chunk

RULES = Path(__file__).with_name("bad_sockets.yaml")
ID = "0123456789abcdef" * 4  # Docker's container
NAME = "bad-sockets-web"  # containerd's, whose id is its name
DOCKER, CONTAINERD = f"docker/{ID}", f"default/{NAME}"  # their control groups

AT_ONCE_MS = 200.0
WAIT_MS = 500.0  # container_engines.wait_ms
SLACK_MS = 300.0  # two cores that others use, too
SLOW_S = 5.0
RECOVERY_S = 20.0
OPTIONS = ("--json", "-r", str(RULES), "-o", "rule_matching=all")
# The shell enters the groups and becomes what acts, as a runtime does.
SCRIPT = 'tag=$1; shift; for g; do echo $$ >"$g/cgroup.procs"; done; exec cat /etc/shadow $tag'

Answer = bytes | Callable[[socket.socket], None]


class Act(NamedTuple):
    """What an alert calls its container, and how long after its event it came."""

    name: str | None
    id: str
    delay_ms: float


class Watched:
    """A running falcomod that asks these sockets, and whom to provoke."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._numbers = itertools.count()
        self.delays: dict[str, list[float]] = {}

    def act(self, path: str | None = None) -> Act:
        """Has a program read /etc/shadow in the control group *path*, or on the host."""
        tag = f"/act-{next(self._numbers)}."
        groups = [] if path is None else list(made_groups(path))
        command = ["sh", "-c", SCRIPT, "sh", tag, *map(str, groups)]
        subprocess.run(command, check=False, capture_output=True)

        def told() -> list[tuple[dict[str, Any], int]]:
            lines = [line for line in list(self.agent.out) if line.text.startswith("{")]
            pairs = zip(self.agent.alerts(), lines, strict=False)
            return [
                (alert, line.arrived_ns)
                for alert, line in pairs
                if alert["rule"] == "Act" and tag in alert["output_fields"]["proc.cmdline"]
            ]

        self.agent.wait_until(lambda: bool(told()), RECOVERY_S, f"alert of {tag}")
        [(alert, arrived_ns)] = told()
        fields = alert["output_fields"]
        delay_ms = (arrived_ns - event_time_ns(alert["time"])) / 1e6
        self.delays.setdefault((path or "host")[:7], []).append(round(delay_ms, 1))
        return Act(fields["container.name"], fields["container.id"], delay_ms)

    def host_is_at_once(self) -> None:
        act = self.act()
        assert act.id == "host"
        assert act.delay_ms < AT_ONCE_MS

    def is_unknown(self, path: str, limit_ms: float = WAIT_MS + SLACK_MS) -> None:
        act = self.act(path)
        assert act.name is None
        assert path.split("/")[1].startswith(act.id)
        assert act.delay_ms < limit_ms

    def becomes_known(self, path: str, name: str) -> None:
        """Some time from now its alerts know the container, and each comes in time."""
        end_s = time.monotonic() + RECOVERY_S
        while (act := self.act(path)).name is None:
            assert act.delay_ms < WAIT_MS + SLACK_MS
            assert time.monotonic() < end_s, self.lines()
            time.sleep(0.2)
        assert act.name == name

    def lines(self, *words: str) -> list[str]:
        """Of the log, with all these words."""
        lines = (line.text for line in list(self.agent.log))
        return [line for line in lines if all(word in line for word in words)]

    def expect_line(self, *words: str) -> None:
        self.agent.wait_until(lambda: bool(self.lines(*words)), RECOVERY_S, f"line with {words}")

    def warnings(self, name: str) -> int:
        return len(self.lines(f"{name} unavailable")) + len(self.lines(f"{name} tells no changes"))

    def ends_well(self) -> None:
        assert self.agent.stop() == 0, self.agent.said()
        assert "Events dropped: 0" in [line.text for line in self.agent.out]
        assert not self.lines("Traceback")
        print(f"\nmilliseconds from event to alert: {self.delays}")


def made_groups(path: str) -> Iterator[Path]:
    """The control group of that path in each hierarchy."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, where, kind, *_ = line.split()
        if kind.startswith("cgroup"):
            group = Path(where) / path
            for folder in (group.parent, group):
                folder.mkdir(exist_ok=True)
                inherit(folder)
            yield group


@pytest.fixture(autouse=True)
def groups() -> Iterator[None]:
    yield
    for path in ("docker", "default"):
        remove_groups(path)


@contextmanager
def watching(**sockets: Path | str) -> Iterator[Watched]:
    """falcomod that asks these runtimes and no others."""
    options = [*OPTIONS]
    for name in ("docker", "podman", "cri", "containerd"):
        options += ["-o", f"container_engines.{name}.enabled={str(name in sockets).lower()}"]
    for name, path in sockets.items():
        options += ["-o", f"container_engines.{name}.sockets={path}"]
    with Agent(*options) as agent:
        agent.wait_until_ready()
        yield Watched(agent)


class Sockets:
    """Those of both kinds of runtimes, with who listens there."""

    def __init__(self, folder: Path) -> None:
        self.docker, self.containerd = folder / "docker.sock", folder / "containerd.sock"

    @contextmanager
    def bad(self, docker: Answer, containerd: Answer) -> Iterator[None]:
        """The same for every question; "*" is what HTTP/2 begins with."""
        questions = ("/version", "/info", "/containers/json", "/events")
        paths = (*questions, f"/containers/{ID}/json")
        with (
            UnixServer(self.docker, dict.fromkeys(paths, docker)),
            UnixServer(self.containerd, {"*": containerd}),
        ):
            yield
        self.remove()

    @contextmanager
    def good(
        self,
        *,
        slow_s: Callable[[], float] = lambda: 0.0,
        is_garbled: Callable[[], bool] = lambda: False,
        events: Answer = CHUNKED,
        stream: Callable[[bytes, Any], Iterator[bytes]] | None = None,
    ) -> Iterator[None]:
        """Both know their container; *slow_s* is how long an answer about it takes."""

        def wait(connection: socket.socket) -> None:
            connection.sendall(CHUNKED)
            docker.ended.wait()

        def slow(reply: Callable[[], bytes]) -> Answer:
            def talk(connection: socket.socket) -> None:
                docker.ended.wait(slow_s())
                connection.sendall(reply())

            return talk

        def rows() -> bytes:
            # While it is fast it is asked what it says of one, not for the list.
            return answer([{"Id": ID, "Names": ["/web"], "Image": "nginx"}] if slow_s() else [])

        def endless(_request: bytes, context: Any) -> Iterator[bytes]:
            while context.is_active() and not docker.ended.wait(0.05):
                yield from ()

        container = {
            "Id": ID,
            "Name": "/web",
            "State": {"Status": "running"},
            "Config": {"Image": "nginx"},
            "HostConfig": {},
        }
        docker = UnixServer(
            self.docker,
            {
                "/version": answer({"ApiVersion": "1.41"}),
                "/info": answer({"CgroupDriver": "cgroupfs"}),
                "/containers/json": slow(rows),
                f"/containers/{ID}/json": slow(lambda: answer([1] if is_garbled() else container)),
                "/events": wait if events is CHUNKED else events,
            },
        )
        containerd = SlowContainerd(slow_s, is_garbled)
        containerd.add("k8s.io", NAME)
        containerd.streams["Subscribe"] = stream or endless
        with ExitStack() as stack:
            stack.enter_context(containerd.at(self.containerd))
            stack.enter_context(docker)
            yield
        self.remove()

    def remove(self) -> None:
        for path in (self.docker, self.containerd):
            path.unlink(missing_ok=True)


class SlowContainerd(FakeContainerd):
    """Answers about a container after some time, or with what is no message."""

    def __init__(self, slow_s: Callable[[], float], is_garbled: Callable[[], bool]) -> None:
        super().__init__()
        self._slow_s = slow_s
        self._is_garbled = is_garbled

    def get(self, request: bytes, context: Any) -> bytes:
        time.sleep(self._slow_s())
        return b"\xff\xff\xff" if self._is_garbled() else super().get(request, context)


@pytest.fixture
def sockets(tmp_path: Path) -> Sockets:
    return Sockets(tmp_path)


def test_sockets_that_are_not_there(sockets: Sockets) -> None:
    with watching(docker=sockets.docker, containerd=sockets.containerd) as watched:
        watched.host_is_at_once()
        for path in (DOCKER, CONTAINERD, DOCKER, CONTAINERD):
            watched.is_unknown(path, AT_ONCE_MS)
        assert (watched.warnings("docker"), watched.warnings("containerd")) == (1, 1)
        with sockets.good():
            watched.becomes_known(DOCKER, "web")
            watched.becomes_known(CONTAINERD, NAME)
            assert (watched.warnings("docker"), watched.warnings("containerd")) == (1, 1)
            watched.ends_well()


def test_nobody_misses_a_socket_that_nobody_asked_for() -> None:
    with Agent(*OPTIONS) as agent:
        agent.wait_until_ready()
        watched = Watched(agent)
        watched.host_is_at_once()
        watched.is_unknown(DOCKER, AT_ONCE_MS)
        watched.is_unknown(CONTAINERD, AT_ONCE_MS)
        assert watched.lines("no such socket") == []
        watched.ends_well()


def test_answers_after_five_seconds(sockets: Sockets) -> None:
    is_slow = False
    with (
        sockets.good(slow_s=lambda: SLOW_S if is_slow else 0.0),
        watching(docker=sockets.docker, containerd=sockets.containerd) as watched,
    ):
        is_slow = True
        for path in (DOCKER, CONTAINERD):
            watched.is_unknown(path)
            watched.host_is_at_once()
        watched.becomes_known(DOCKER, "web")
        watched.becomes_known(CONTAINERD, NAME)
        assert watched.warnings("docker") + watched.warnings("containerd") == 0
        watched.ends_well()


SETTINGS = b"\0\0\0\x04\0\0\0\0\0"  # with which HTTP/2 begins
WRONG: dict[str, tuple[bytes, bytes]] = {
    "garbage": (b"\xff\0garbage\r\n\r\n" * 100, b"\xff\0garbage" * 100),
    "another protocol": (answer(b"<html>", status=502), answer(b"<html>", status=502)),
    "closed in the middle": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{",
        SETTINGS + b"\0\x10\0\0\0\0\0\0\x01cut",
    ),
}


def closing(content: bytes) -> Answer:
    """Sends that and closes."""
    return lambda connection: connection.sendall(content)


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_answers(sockets: Sockets, wrong: str) -> None:
    docker, containerd = WRONG[wrong]
    with ExitStack() as stack:
        bad = stack.enter_context(ExitStack())
        bad.enter_context(sockets.bad(closing(docker), closing(containerd)))
        watched = stack.enter_context(
            watching(docker=sockets.docker, containerd=sockets.containerd)
        )
        for path in (DOCKER, CONTAINERD):
            watched.host_is_at_once()
            watched.is_unknown(path, AT_ONCE_MS)
        assert (watched.warnings("docker"), watched.warnings("containerd")) == (1, 1)
        bad.close()
        stack.enter_context(sockets.good())
        recovers(watched)
        watched.ends_well()


def recovers(watched: Watched) -> None:
    watched.becomes_known(DOCKER, "web")
    watched.becomes_known(CONTAINERD, NAME)
    for name in ("docker", "containerd"):
        watched.expect_line(f"{name} is back")
        assert len(watched.lines(f"{name} is back")) == watched.warnings(name) == 1


def test_descriptions_that_cannot_be_read(sockets: Sockets) -> None:
    is_garbled = True
    with (
        sockets.good(is_garbled=lambda: is_garbled),
        watching(docker=sockets.docker, containerd=sockets.containerd) as watched,
    ):
        for path in (DOCKER, CONTAINERD):
            watched.is_unknown(path)
            watched.host_is_at_once()
        is_garbled = False
        watched.becomes_known(DOCKER, "web")
        watched.becomes_known(CONTAINERD, NAME)
        assert watched.warnings("docker") + watched.warnings("containerd") == 0
        watched.ends_well()


def test_streams_of_changes_that_break_off(sockets: Sockets) -> None:
    def broken(_request: bytes, _context: Any) -> Iterator[bytes]:
        yield b"\xff no envelope"

    events = closing(CHUNKED + chunk(b'{"Type": "container", "Act'))
    with (
        sockets.good(events=events, stream=broken),
        watching(docker=sockets.docker, containerd=sockets.containerd) as watched,
    ):
        recovers_name(watched)
        for name in ("docker", "containerd"):
            watched.expect_line(f"{name} tells no changes")
        watched.host_is_at_once()
        recovers_name(watched)
        assert (watched.warnings("docker"), watched.warnings("containerd")) == (1, 1)
        watched.ends_well()


def recovers_name(watched: Watched) -> None:
    for path, name in ((DOCKER, "web"), (CONTAINERD, NAME)):
        assert watched.act(path).name == name


def test_a_socket_that_nobody_may_use(sockets: Sockets, monkeypatch: pytest.MonkeyPatch) -> None:
    """root may always connect, so falcomod runs without the right that lets it."""
    without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    monkeypatch.setattr(agents, "program", lambda: [*without, *program()])
    with sockets.good():
        for path in (sockets.docker, sockets.containerd):
            path.chmod(0)
        with watching(docker=sockets.docker, containerd=sockets.containerd) as watched:
            for path in (DOCKER, CONTAINERD):
                watched.host_is_at_once()
                watched.is_unknown(path, AT_ONCE_MS)
            assert len(watched.lines("unavailable", "ermission denied")) == 2
            for path in (sockets.docker, sockets.containerd):
                path.chmod(0o600)
            recovers(watched)
            watched.ends_well()


def test_containerd_that_hangs(containerd: Containerd, native: Native) -> None:
    late = [f"bad-sockets-{number}" for number in range(4)]
    with watching(containerd=containerd.socket) as watched:
        native.run(NAME)
        watched.becomes_known(CONTAINERD, NAME)
        containerd.pause()
        try:
            for name in late[:3]:
                watched.is_unknown(f"default/{name}")
                watched.host_is_at_once()
            assert watched.act(CONTAINERD).name == NAME
            # It takes as long as a question may take until nobody waits for it any more.
            watched.expect_line("containerd unavailable", "no answer in time")
            watched.is_unknown(f"default/{late[3]}", AT_ONCE_MS)
        finally:
            containerd.resume()
        watched.expect_line("containerd is back")
        for name in late:
            native.run(name)
            watched.becomes_known(f"default/{name}", name)
        assert watched.warnings("containerd") == 1
        assert len(watched.lines("containerd is back")) == 1
        watched.ends_well()


def test_containerd_that_is_killed_and_started_again(
    containerd: Containerd, native: Native
) -> None:
    late = "default/bad-sockets-late"
    with watching(containerd=containerd.socket) as watched:
        native.run(NAME)
        watched.becomes_known(CONTAINERD, NAME)
        containerd.kill()
        watched.expect_line("containerd unavailable")
        watched.is_unknown(late, AT_ONCE_MS)
        assert watched.act(CONTAINERD).name == NAME
        watched.host_is_at_once()
        containerd.start()
        watched.expect_line("containerd is back")
        again = Native(containerd)
        again.run("bad-sockets-late")
        watched.becomes_known(late, "bad-sockets-late")
        assert watched.warnings("containerd") == 1
        assert len(watched.lines("containerd is back")) == 1
        again.close()
        watched.ends_well()
