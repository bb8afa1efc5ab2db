# SPDX-License-Identifier: Apache-2.0
"""The channel against real servers that behave badly."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from falcomod.enrich.grpc_channel import GrpcChannel, MethodMissing, Refused
from falcomod.enrich.proto import cri_pb2 as pb
from falcomod.errors import ContainerUnknown, RuntimeUnavailable
from tests.unit.enrich.grpc_server import Server, answering, refusing

VERSION = "/runtime.v1.RuntimeService/Version"
EVENTS = "/runtime.v1.RuntimeService/GetContainerEvents"
NAMED = pb.VersionResponse(runtime_name=b"x").SerializeToString()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s"


@pytest.fixture
def channel(path: Path) -> Iterator[GrpcChannel]:
    found = GrpcChannel(str(path))
    yield found
    found.close()


def ask(channel: GrpcChannel, timeout_s: float = 20) -> bytes:
    return channel.ask(
        VERSION, pb.VersionRequest(), pb.VersionResponse.FromString, timeout_s
    ).runtime_name


def events(channel: GrpcChannel) -> Iterator[pb.ContainerEventResponse]:
    return channel.stream(EVENTS, pb.GetEventsRequest(), pb.ContainerEventResponse.FromString)


def event(id: bytes) -> bytes:
    return pb.ContainerEventResponse(container_id=id).SerializeToString()


def test_an_answer(path: Path, channel: GrpcChannel) -> None:
    with Server(Version=answering(NAMED)).at(path):
        assert ask(channel) == b"x"


@pytest.mark.parametrize(
    ("code", "words", "fault"),
    [
        (grpc.StatusCode.NOT_FOUND, 'container "a": not found', ContainerUnknown),
        (grpc.StatusCode.UNKNOWN, "could not find container a", ContainerUnknown),
        (grpc.StatusCode.UNKNOWN, "server is not initialized yet", Refused),
        (grpc.StatusCode.UNIMPLEMENTED, "unknown service", MethodMissing),
        (grpc.StatusCode.UNAVAILABLE, "going away", RuntimeUnavailable),
        (grpc.StatusCode.PERMISSION_DENIED, "no", Refused),
    ],
)
def test_errors_of_the_server(
    path: Path, channel: GrpcChannel, code: grpc.StatusCode, words: str, fault: type[Exception]
) -> None:
    with (
        Server(Version=refusing(code, words)).at(path),
        pytest.raises(fault) as raised,
    ):
        ask(channel)
    assert type(raised.value) is fault
    assert words in str(raised.value)


def test_long_and_strange_words_are_cut(path: Path, channel: GrpcChannel) -> None:
    words = "\x1b[31m\n" + "x" * 1000
    with (
        Server(Version=refusing(grpc.StatusCode.INTERNAL, words)).at(path),
        pytest.raises(RuntimeUnavailable) as raised,
    ):
        ask(channel)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < len(str(path)) + 250


def test_an_absent_socket_is_told_without_grpc(path: Path) -> None:
    program = (
        "import sys\n"
        "from falcomod.enrich.containerd import ContainerdRuntime\n"
        "from falcomod.enrich.cri import CriRuntime\n"
        "from falcomod.errors import RuntimeUnavailable\n"
        "for runtime in (ContainerdRuntime(sys.argv[1]), CriRuntime(sys.argv[1])):\n"
        "    for ask in (lambda: runtime.find('a', 1), lambda: runtime.list(1),\n"
        "                lambda: next(iter(runtime.changes()))):\n"
        "        try:\n"
        "            ask()\n"
        "        except RuntimeUnavailable as error:\n"
        "            print(error)\n"
        "    runtime.close()\n"
        "assert 'grpc' not in sys.modules and 'google.protobuf' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"{path}: No such file or directory"] * 6


def test_a_file_that_is_no_socket(path: Path, channel: GrpcChannel) -> None:
    path.touch()
    with pytest.raises(RuntimeUnavailable, match="not a socket"):
        ask(channel)


def test_a_socket_that_nobody_listens_at(path: Path, channel: GrpcChannel) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with pytest.raises(RuntimeUnavailable, match="Connection refused"):
        ask(channel)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_socket_that_may_not_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "s"
    program = (
        "import os, sys\n"
        "from falcomod.enrich.grpc_channel import GrpcChannel\n"
        "from falcomod.enrich.proto import cri_pb2 as pb\n"
        "from falcomod.errors import RuntimeUnavailable\n"
        "os.chdir(sys.argv[1])\n"
        "os.setuid(65534)\n"
        "try:\n"
        f"    GrpcChannel('s').ask('{VERSION}', pb.VersionRequest(),\n"
        "                         pb.VersionResponse.FromString, 20)\n"
        "except RuntimeUnavailable as error:\n"
        "    print(error)\n"
    )
    with Server(Version=answering(NAMED)).at(path):
        path.chmod(0o600)
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert "Permission denied" in done.stdout, done.stderr


def test_a_server_that_never_answers(path: Path, channel: GrpcChannel) -> None:
    goes_on = threading.Event()

    def version(_request: bytes, _context: Any) -> bytes:
        goes_on.wait()
        return NAMED

    with Server(Version=version).at(path):
        with pytest.raises(RuntimeUnavailable, match="no answer in time"):
            ask(channel, timeout_s=0.05)
        goes_on.set()


def test_a_socket_where_nobody_speaks(path: Path, channel: GrpcChannel) -> None:
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(path))
        mute.listen()
        with pytest.raises(RuntimeUnavailable, match="no answer in time"):
            ask(channel, timeout_s=0.05)


def test_a_server_of_another_protocol(path: Path, channel: GrpcChannel) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()

        def serve() -> None:
            connection, _ = other.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 100)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(RuntimeUnavailable):
            ask(channel)
        thread.join()


@pytest.mark.parametrize("garbage", [b"\xff" * 50, b"\x12\x05abc"])
def test_an_answer_that_is_no_message(path: Path, channel: GrpcChannel, garbage: bytes) -> None:
    with (
        Server(Version=answering(garbage)).at(path),
        pytest.raises(RuntimeUnavailable, match="cannot be read"),
    ):
        ask(channel)


def test_an_answer_that_is_too_large(path: Path, channel: GrpcChannel) -> None:
    large = pb.VersionResponse(runtime_name=b"x" * (17 << 20)).SerializeToString()
    with (
        Server(Version=answering(large)).at(path),
        pytest.raises(RuntimeUnavailable, match="resource_exhausted"),
    ):
        ask(channel)


def test_a_server_that_comes_back(path: Path, channel: GrpcChannel) -> None:
    for _ in range(2):
        with Server(Version=answering(NAMED)).at(path):
            assert ask(channel) == b"x"
        with pytest.raises(RuntimeUnavailable):
            ask(channel)


def test_a_stream(path: Path, channel: GrpcChannel) -> None:
    server = Server()
    server.streams["GetContainerEvents"] = lambda *_: iter([event(b"a"), event(b"b")])
    with server.at(path):
        assert [found.container_id for found in events(channel)] == [b"a", b"b"]


def test_a_stream_that_breaks(path: Path, channel: GrpcChannel) -> None:
    def stream(_request: bytes, context: Any) -> Iterator[bytes]:
        yield event(b"a")
        context.abort(grpc.StatusCode.UNAVAILABLE, "going away")

    server = Server()
    server.streams["GetContainerEvents"] = stream
    with server.at(path):
        found = events(channel)
        assert next(found).container_id == b"a"
        with pytest.raises(RuntimeUnavailable, match="going away"):
            next(found)


def test_a_stream_with_something_else_in_it(path: Path, channel: GrpcChannel) -> None:
    server = Server()
    server.streams["GetContainerEvents"] = lambda *_: iter([b"\xff" * 9])
    with server.at(path), pytest.raises(RuntimeUnavailable, match="cannot be read"):
        next(events(channel))


def test_closing_ends_a_stream(path: Path, channel: GrpcChannel) -> None:
    goes_on = threading.Event()

    def stream(_request: bytes, _context: Any) -> Iterator[bytes]:
        yield event(b"a")
        goes_on.wait()

    server = Server()
    server.streams["GetContainerEvents"] = stream
    with server.at(path):
        found = events(channel)
        assert next(found).container_id == b"a"
        channel.close()
        assert list(found) == []
        goes_on.set()


def test_closing_ends_a_question(path: Path, channel: GrpcChannel) -> None:
    asked, goes_on = threading.Event(), threading.Event()
    faults: list[str] = []

    def version(_request: bytes, _context: Any) -> bytes:
        asked.set()
        goes_on.wait()
        return NAMED

    def question() -> None:
        with pytest.raises(RuntimeUnavailable) as raised:
            ask(channel)
        faults.append(str(raised.value))

    with Server(Version=version).at(path):
        thread = threading.Thread(target=question)
        thread.start()
        asked.wait()
        channel.close()
        thread.join()
        goes_on.set()
    assert len(faults) == 1


def test_a_server_that_goes_away_in_the_middle(path: Path, channel: GrpcChannel) -> None:
    asked, goes_on = threading.Event(), threading.Event()
    faults: list[str] = []

    def version(_request: bytes, _context: Any) -> bytes:
        asked.set()
        goes_on.wait()
        return NAMED

    def question() -> None:
        with pytest.raises(RuntimeUnavailable) as raised:
            ask(channel)
        faults.append(str(raised.value))

    thread = threading.Thread(target=question)
    with Server(Version=version).at(path):
        thread.start()
        asked.wait()
    thread.join()
    goes_on.set()
    assert len(faults) == 1


def test_a_closed_channel_asks_no_more(path: Path, channel: GrpcChannel) -> None:
    with Server(Version=answering(NAMED)).at(path):
        ask(channel)
        channel.close()
        with pytest.raises(RuntimeUnavailable, match="closed"):
            ask(channel)
        assert channel.is_closed
