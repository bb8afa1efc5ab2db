# SPDX-License-Identifier: Apache-2.0
"""How a server starts, whom it lets in, what it survives, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from falcomod.config.service_options import Grpc
from falcomod.errors import UserError
from falcomod.output import grpc_server
from falcomod.output.grpc_lease import SILENCE_AGE_S
from falcomod.output.grpc_server import OPTIONS, GrpcServer
from falcomod.output.memory_spool import MemorySpool
from tests.unit.output.grpc_identities import Authority
from tests.unit.output.grpc_serving import VERSION, Serving, rules, serving, wait_for
from tests.unit.output.grpc_stub import Stub

# A client that reads what it gets, says so, and then stands still.
CLIENT = """
import sys, time, grpc
channel = grpc.insecure_channel("unix:" + sys.argv[1])
for _ in channel.unary_stream("/falco.outputs.service/get", None, None)(b""):
    print("one", flush=True)
    time.sleep(3600)
"""

# A client that asks once and then is silent.
WAITING_CLIENT = """
import sys, threading, grpc
channel = grpc.insecure_channel("unix:" + sys.argv[1])
requests = iter([lambda: b"", threading.Event().wait])
answers = channel.stream_stream("/falco.outputs.service/sub", None, None)(ask() for ask in requests)
for _ in answers:
    print("one", flush=True)
"""

# A server whose alerts are on disk; its first run makes them.
SERVER = """
import sys, threading
from falcomod.config.output_options import OutputsSpool
from falcomod.config.service_options import Grpc
from falcomod.output.grpc_server import GrpcServer
from falcomod.output.spool import open_spool
from tests.unit.output.grpc_serving import VERSION, body
spool = open_spool(OutputsSpool(path=sys.argv[2]), "grpc")
if sys.argv[3] == "0":
    spool.append([body(number) for number in range(200)])
GrpcServer(Grpc(bind_address=f"unix://{sys.argv[1]}"), spool, VERSION).start()
print("ready", flush=True)
threading.Event().wait()
"""
ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def secure(authority: Authority) -> Iterator[Serving]:
    """A server with certificates."""
    with serving(**authority.options()) as served:
        yield served


def asked(served: Serving, credentials: grpc.ChannelCredentials | None) -> str:
    """The name of what a client is told that asks for the version."""
    address = f"localhost:{served.server.address.port}"
    options = [("grpc.use_local_subchannel_pool", 1)]
    if credentials is None:
        channel = grpc.insecure_channel(address, options)
    else:
        channel = grpc.secure_channel(address, credentials, options)
    with channel:
        try:
            Stub(channel).version()
        except grpc.RpcError as error:
            return str(error.code().name)
    return "OK"


def test_client_with_a_certificate_is_served(secure: Serving, authority: Authority) -> None:
    client = authority.identity("client")
    secure.put(1, 2)
    address = f"localhost:{secure.server.address.port}"
    with grpc.secure_channel(address, authority.credentials(client)) as channel:
        assert rules(Stub(channel).get()) == ["R1", "R2"]


@pytest.mark.parametrize("kind", ["none", "foreign", "expired", "plaintext"])
def test_other_clients_are_not(
    secure: Serving, authority: Authority, tmp_path: Path, kind: str
) -> None:
    secure.put(1)
    credentials: grpc.ChannelCredentials | None = None
    if kind == "none":
        credentials = authority.credentials(None)
    elif kind == "foreign":
        credentials = authority.credentials(Authority(tmp_path / "foreign").identity("client"))
    elif kind == "expired":
        credentials = authority.credentials(authority.identity("client", days=-1))
    assert asked(secure, credentials) == "UNAVAILABLE"
    assert asked(secure, authority.credentials(authority.identity("client"))) == "OK"
    assert secure.server.counters()["calls"] == 1


def test_client_does_not_take_a_foreign_server(secure: Serving, tmp_path: Path) -> None:
    foreign = Authority(tmp_path / "foreign")
    assert asked(secure, foreign.credentials(foreign.identity("client"))) == "UNAVAILABLE"


@pytest.mark.parametrize("is_told", [True, False])
def test_new_certificates_are_used_without_a_new_start(
    secure: Serving, authority: Authority, tmp_path: Path, is_told: bool
) -> None:
    new = Authority(tmp_path / "new")
    new.options()
    client = new.credentials(new.identity("client"))
    assert asked(secure, client) == "UNAVAILABLE"
    for name in ("server.key", "server.crt", "ca.crt"):
        (authority.folder / name).write_bytes((new.folder / name).read_bytes())
    if is_told:
        secure.server.renew_certificates()
    assert asked(secure, client) == "OK"


def bytes_of(served: Serving) -> socket.socket:
    """A connection to say wrong things on."""
    if served.server.address.path:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(served.server.address.path)
        return connection
    return socket.create_connection(("localhost", served.server.address.port))


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@pytest.mark.parametrize(
    "said",
    [
        b"GET /falco.outputs.service/get HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01" + b"\0" * 200,
        os.urandom(4096),
        PREFACE + b"\xff\xff\xff\x00\x00\x00\x00\x00\x00",
        PREFACE + b"\0\0\0\x04\0\0\0\0\0" + b"\x00\x00\x10\x01\x05\x00\x00\x00\x01" + b"\xff" * 16,
        PREFACE + b"\0\0\0\x04\0\0\0\0\0" + b"\x00\x00\x04\x00\x00\x00\x00\x00\x09abcd",
    ],
    ids=["http1", "tls", "noise", "huge frame", "bad headers", "data of no call"],
)
def test_frames_that_are_none_end_that_connection_only(said: bytes) -> None:
    with serving() as served:
        served.put(1)
        with bytes_of(served) as connection:
            connection.settimeout(20)
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        assert rules(served.stub().get()) == ["R1"]


def test_noise_at_a_port_with_tls_ends_that_connection_only(
    secure: Serving, authority: Authority
) -> None:
    with bytes_of(secure) as connection:
        connection.settimeout(20)
        connection.sendall(PREFACE + os.urandom(1000))
        while connection.recv(65536):
            pass
    assert asked(secure, authority.credentials(authority.identity("client"))) == "OK"


def test_socket_has_its_mode_and_goes_with_the_server() -> None:
    with serving(socket_mode="0660") as served:
        assert stat.S_IMODE(served.path.stat().st_mode) == 0o660
        served.server.stop()
        assert not served.path.exists()


def test_second_server_at_a_socket_is_told() -> None:
    with serving() as served:
        options = Grpc(enabled=True, bind_address=f"unix://{served.path}")
        second = GrpcServer(options, MemorySpool(1), VERSION)
        with pytest.raises(UserError, match="another process listens there"):
            second.start()
        second.stop()
        assert served.stub().version().major == 1


def test_port_that_is_taken_is_told(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        options = authority.options() | {"bind_address": f"127.0.0.1:{other.getsockname()[1]}"}
        server = GrpcServer(Grpc(enabled=True, **options), MemorySpool(1), VERSION)
        with pytest.raises(UserError, match="Address already in use; name another address"):
            server.start()
        server.stop()


def test_server_without_certificates_at_a_port_is_told(tmp_path: Path) -> None:
    options = Grpc(bind_address="localhost:0", private_key=str(tmp_path / "no.key"))
    server = GrpcServer(options, MemorySpool(1), VERSION)
    with pytest.raises(UserError, match=r"grpc\.private_key: .*no\.key: No such file"):
        server.start()
    server.stop()


def test_what_was_written_when_a_call_ended_well_counts_as_received() -> None:
    """gRPC does not tell what a client has read: what fits into its buffers is with it."""
    with serving() as served:
        served.put(*range(50))
        client = subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(served.path)], stdout=subprocess.PIPE, text=True
        )
        with client:
            assert client.stdout is not None
            assert client.stdout.readline() == "one\n"
            wait_for(lambda: served.spool.waiting() == 0)
            client.send_signal(signal.SIGKILL)
        assert served.server.counters()["given_back"] == 0


def test_client_killed_in_the_middle_of_a_call_loses_nothing() -> None:
    with serving() as served:
        for start in range(0, 400, 20):
            served.put(*range(start, start + 20), padding=50_000)
        client = subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(served.path)], stdout=subprocess.PIPE, text=True
        )
        with client:
            assert client.stdout is not None
            assert client.stdout.readline() == "one\n"
            client.send_signal(signal.SIGKILL)
        wait_for(lambda: served.server.counters()["clients"] == 0)
        numbers = [int(rule[1:]) for rule in rules(served.stub().get())]
        assert numbers == list(range(400))


def test_frozen_client_is_found_and_gives_all_back(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"grpc.keepalive_time_ms": 100, "grpc.http2.ping_timeout_ms": 100}
    monkeypatch.setattr(grpc_server, "OPTIONS", tuple((dict(OPTIONS) | quick).items()))
    with serving() as served:
        served.put(1, 2)
        client = subprocess.Popen(
            [sys.executable, "-c", WAITING_CLIENT, str(served.path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        with client:
            assert client.stdout is not None
            assert client.stdout.readline() == "one\n"
            wait_for(lambda: all(call.is_idle for call in served.calls()))
            client.send_signal(signal.SIGSTOP)
            wait_for(lambda: served.server.counters()["clients"] == 0)
            client.send_signal(signal.SIGKILL)
        assert rules(served.stub().get()) == ["R1", "R2"]


def test_an_alert_on_a_silent_connection_is_confirmed_after_a_ping_was_answered() -> None:
    options = dict(OPTIONS)
    gone_s = (options["grpc.keepalive_time_ms"] + options["grpc.http2.ping_timeout_ms"]) / 1000
    assert gone_s < SILENCE_AGE_S


@pytest.mark.parametrize("said", [b"", PREFACE, PREFACE[:9]])
def test_connection_that_never_begins_is_ended(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    quick = {"grpc.server_handshake_timeout_ms": 200}
    monkeypatch.setattr(grpc_server, "OPTIONS", tuple((dict(OPTIONS) | quick).items()))
    with serving() as served, bytes_of(served) as connection:
        connection.settimeout(20)
        connection.sendall(said)
        while connection.recv(65536):
            pass


def test_killed_server_loses_nothing(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fm") as folder:
        command = [sys.executable, "-c", SERVER, f"{folder}/s", str(tmp_path)]
        seen: list[str] = []
        end = threading.Event()
        for run in range(2):
            with subprocess.Popen(
                [*command, str(run)], stdout=subprocess.PIPE, env=ENVIRONMENT, text=True
            ) as server:
                assert server.stdout is not None
                assert server.stdout.readline() == "ready\n"
                with grpc.insecure_channel(f"unix:{folder}/s") as channel:
                    answers = Stub(channel).sub(iter([b""]) if run else asking_once(end))
                    if run:
                        seen += rules(answers)
                    else:
                        seen += [next(answers).rule for _ in range(50)]
                    server.send_signal(signal.SIGKILL)
        end.set()
        assert len(seen) > 200
        assert sorted(set(seen)) == sorted(f"R{number}" for number in range(200))
        assert seen[50:] == [f"R{number}" for number in range(200)][-len(seen[50:]) :]


def asking_once(end: threading.Event) -> Iterator[bytes]:
    yield b""
    end.wait(60)


def threads_and_files() -> tuple[int, int]:
    return threading.active_count(), len(os.listdir("/proc/self/fd"))


def test_a_thousand_connections_leave_nothing() -> None:
    with serving() as served:

        def visit() -> None:
            with grpc.insecure_channel(
                f"unix:{served.path}", [("grpc.use_local_subchannel_pool", 1)]
            ) as channel:
                Stub(channel).version()

        for _ in range(20):
            visit()
        _threads, files = threads_and_files()
        for _ in range(1000):
            visit()
        wait_for(lambda: threads_and_files()[1] <= files + 2)
        assert served.calls() == []


def test_stop_ends_all_calls_and_threads() -> None:
    threads = set(threading.enumerate())
    with serving() as served:
        quiet = threading.Event()
        subscribed = served.stub().subscribe(keepalive=True)
        idle = served.stub().sub(iter(lambda: quiet.wait(30) and b"", None))
        wait_for(lambda: served.server.counters()["clients"] == 2)
        served.server.stop()
        codes = {_ending(subscribed), _ending(idle)}
        quiet.set()
    assert codes <= {"UNAVAILABLE", "CANCELLED"}
    wait_for(lambda: set(threading.enumerate()) <= threads)


def _ending(call: Any) -> str:
    with pytest.raises(grpc.RpcError) as error:
        list(call)
    return str(error.value.code().name)


def test_server_that_never_started_can_be_stopped() -> None:
    with tempfile.TemporaryDirectory(prefix="fm") as folder:
        server = GrpcServer(Grpc(bind_address=f"unix://{folder}/s"), MemorySpool(1), VERSION)
        server.renew_certificates()
        assert server.counters() == {}
        server.stop()


def test_grpc_is_imported_when_a_server_starts() -> None:
    code = (
        "import sys; from falcomod.output import grpc_server, grpc_output; "
        "sys.exit(any(name in sys.modules for name in ('grpc', 'google.protobuf')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
