# SPDX-License-Identifier: Apache-2.0
"""A client at a real server."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from falcomod.client import Alert, Client, ClientError
from tests.unit.enrich.grpc_server import Server, answering
from tests.unit.output.grpc_identities import Authority
from tests.unit.output.grpc_serving import Serving, serving, wait_for


@pytest.fixture
def served() -> Iterator[Serving]:
    with serving() as found:
        yield found


@pytest.fixture
def client(served: Serving) -> Iterator[Client]:
    with Client(f"unix://{served.path}") as found:
        yield found


def names(alerts: Iterator[Alert]) -> list[str]:
    return [alert.rule for alert in alerts]


def test_get(served: Serving, client: Client) -> None:
    served.put(1, 2)
    assert names(client.get()) == ["R1", "R2"]
    assert names(client.alerts(follow=False)) == []


def test_version(client: Client) -> None:
    assert client.version().version == "1.2.3-rc1+4a2f"
    assert client.version().engine_version == "0.63.7"


def test_sub_tells_alerts_as_they_come(served: Serving, client: Client) -> None:
    alerts = client.sub(interval_s=0.01)
    for number in range(5):
        served.put(number)
        assert next(alerts).rule == f"R{number}"


def test_close_ends_a_stream_that_waits(served: Serving, client: Client) -> None:
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.extend(names(client.alerts())))
    reader.start()
    served.put(1)
    wait_for(lambda: found == [] and served.server.counters()["handed"] == 1)
    client.close()
    reader.join(20)
    assert not reader.is_alive()


def test_stream_that_is_broken_off_ends_at_the_server_too(served: Serving, client: Client) -> None:
    served.put(1)
    for _alert in client.alerts():
        break
    wait_for(lambda: served.server.counters()["clients"] == 0)


def test_after_close_nothing_can_be_asked(client: Client) -> None:
    client.close()
    with pytest.raises(ClientError, match="closed"):
        client.version()


def test_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with Client("unix:///nowhere/s") as client:
        with pytest.raises(ClientError, match=r"^unix:///nowhere/s: unavailable: ") as error:
            list(client.get())
        assert error.value.is_passing
        with pytest.raises(ClientError):
            client.version()


def test_reconnect_waits_for_a_server_that_is_started_anew() -> None:
    with serving() as first, Client(f"unix://{first.path}") as client:
        first.put(1)
        alerts = client.alerts(reconnect=True)
        assert next(alerts).rule == "R1"
        first.server.stop()
        found: list[str] = []
        reader = threading.Thread(target=lambda: found.append(next(alerts).rule))
        reader.start()
        with serving(bind_address=f"unix://{first.path}") as second:
            second.put(2)
            reader.join(20)
            assert found == ["R2"]
            alerts.close()  # type: ignore[attr-defined]


def test_without_reconnect_the_end_of_the_server_is_told() -> None:
    with serving() as served, Client(f"unix://{served.path}") as client:
        served.put(1)
        alerts = client.alerts()
        next(alerts)
        served.server.stop()
        with pytest.raises(ClientError) as error:
            next(alerts)
        assert error.value.is_passing


def test_mutual_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with serving(**authority.options()) as served:
        served.put(1)
        address = f"localhost:{served.server.address.port}"
        chain, key = authority.identity("client")
        with Client(address, ca=authority.root, certificate=chain, key=key) as client:
            assert names(client.get()) == ["R1"]
        foreign = Authority(tmp_path / "foreign")
        with (
            Client(address, ca=foreign.root, certificate=chain, key=key) as client,
            pytest.raises(ClientError, match="unavailable"),
        ):
            client.version()


@pytest.mark.parametrize("missing", ["ca", "certificate", "key"])
def test_file_that_tls_needs_is_named(missing: str, tmp_path: Path) -> None:
    files: dict[str, Any] = {name: tmp_path / name for name in ("ca", "certificate", "key")}
    for path in files.values():
        path.write_text("x")
    files[missing] = None
    with pytest.raises(ClientError, match=f"{missing} is missing"):
        Client("localhost:1", **files)
    files[missing] = tmp_path / "nowhere"
    with pytest.raises(ClientError, match=f"{missing}: .*nowhere: No such file"):
        Client("localhost:1", **files)


@pytest.mark.parametrize(
    ("answer", "said"),
    [(b"\xff\xff", "an answer that cannot be read"), (b"\x10\x09", "an alert that is none")],
)
def test_wrong_answers_are_told(tmp_path: Path, answer: bytes, said: str) -> None:
    server = Server(version=answering(b"\xff"))
    server.streams["get"] = lambda _request, _context: iter([answer])
    with server.at(tmp_path / "s"), Client(f"unix://{tmp_path}/s") as client:
        with pytest.raises(ClientError, match=said):
            list(client.get())
        with pytest.raises(ClientError, match="cannot be read"):
            client.version()


def test_refusal_is_told_with_the_words_of_the_server(tmp_path: Path) -> None:
    def refuse(_request: bytes, context: Any) -> Iterator[bytes]:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "not you\n")
        yield b""

    server = Server()
    server.streams["get"] = refuse
    with server.at(tmp_path / "s"), Client(f"unix://{tmp_path}/s") as client:
        with pytest.raises(ClientError, match=r"permission denied: not you$") as error:
            list(client.get())
        assert not error.value.is_passing


def test_import_is_light() -> None:
    code = "import sys, falcomod.client; sys.exit('grpc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
