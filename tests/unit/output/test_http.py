# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.config.model import Config
from falcomod.config.output_options import HttpOutput, OutputsSpool
from falcomod.errors import UserError
from falcomod.output import delivery
from falcomod.output.delivery import Refused, SendFault
from falcomod.output.http import Poster, _asked_pause_s, spec
from falcomod.output.spool import Spool
from tests.http_identities import Authority
from tests.http_receiver import Handler, Talk, answering, raw, receiver


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


MADE: list[Poster] = []


@pytest.fixture(autouse=True)
def hang_up() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().hang_up()


def poster(url: str, **options: Any) -> Poster:
    MADE.append(Poster(HttpOutput(url=url, **options)))
    return MADE[-1]


def alert(number: int) -> Alert:
    return Alert(time_ns=1, priority=Priority.ERROR, rule="r", output=f"{number} \udcff")


def line(alert: Alert) -> str:
    return json.dumps({"output": alert.output})


def config(tmp_path: Path, url: str, **options: Any) -> Config:
    return replace(
        Config(),
        http_output=HttpOutput(enabled=True, url=url, **options),
        outputs_spool=OutputsSpool(path=str(tmp_path / "spool"), fsync="never"),
    )


def test_request_is_that_of_falco() -> None:
    with receiver() as there:
        one = poster(there.url + "in")
        assert one.post([b'{"rule": "r"}', b"another"]) == 1
        one.post([b"12:00 text"])
    first, second = there.requests
    assert first.path == "/in"
    assert first.body == b'{"rule": "r"}'
    assert first.headers == {
        "host": f"127.0.0.1:{there.port}",
        "user-agent": "falcosecurity/falco",
        "content-type": "application/json",
        "content-length": "13",
        "accept-encoding": "identity",
        "connection": "close",
    }
    assert second.headers["content-type"] == "text/plain"
    assert second.body == b"12:00 text"


def test_headers_are_added_and_replace_others() -> None:
    headers = {"authorization": "Bearer x", "X-Two": "ä", "content-type": "application/x"}
    with receiver() as there:
        url = there.url.replace("//", "//me:y@")
        poster(url, headers=headers, user_agent="me", keep_alive=True).post([b"{}"])
    sent = there.requests[0].headers
    assert sent["authorization"] == "Bearer x"
    assert sent["x-two"] == "ä"
    assert sent["content-type"] == "application/x"
    assert sent["user-agent"] == "me"
    assert "connection" not in sent


def test_user_and_password_of_the_url_are_sent() -> None:
    with receiver() as there:
        poster(there.url.replace("//", "//me:p%40ss@")).post([b"{}"])
    assert there.requests[0].headers["authorization"] == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize(
    "headers",
    [
        {"": "x"},
        {"a b": "x"},
        {"a": "x\r\nY: z"},
        {"a": "x\0"},
        {"a": "\u20ac"},
        {"ä": "x"},
        {"Content-Length": "3"},
        {"transfer-encoding": "chunked"},
    ],
)
def test_headers_that_cannot_be_sent_are_told_of(headers: dict[str, str]) -> None:
    with pytest.raises(UserError, match=r"http_output"):
        poster("http://host/", headers=headers)


def test_user_agent_that_cannot_be_sent_is_told_of() -> None:
    with pytest.raises(UserError, match="http_output: User-Agent: its value has characters"):
        poster("http://host/", user_agent="a\nb")


def test_uploads_are_packed() -> None:
    with receiver() as there:
        poster(there.url, compress_uploads=True).post([b"{" + b"a" * 10_000])
    assert there.requests[0].body == b"{" + b"a" * 10_000
    assert there.requests[0].headers["content-encoding"] == "gzip"
    assert int(there.requests[0].headers["content-length"]) < 200
    assert there.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_says_that_it_has_arrived(status: int) -> None:
    with receiver(answering(status)) as there:
        assert poster(there.url).post([b"{}"]) == 1


@pytest.mark.parametrize("status", [400, 403, 405, 413, 415, 422, 431, 451, 499])
def test_what_is_about_the_alert_is_refused(status: int) -> None:
    with receiver(answering(status)) as there, pytest.raises(Refused, match=f"^answered {status}"):
        poster(there.url).post([b"{}"])


@pytest.mark.parametrize(
    "status", [304, 401, 404, 407, 408, 425, 429, 500, 502, 503, 504, 599, 600, 999]
)
def test_what_is_not_about_the_alert_is_tried_again(status: int) -> None:
    with (
        receiver(answering(status, {"Retry-After": "7"})) as there,
        pytest.raises(SendFault, match=f"^answered {status}") as raised,
    ):
        poster(there.url).post([b"{}"])
    assert raised.value.after_s == 7
    assert "127.0.0.1" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "pause_s"),
    [
        ("120", 120),
        (formatdate(1_000_060, usegmt=True), 60),
        (formatdate(999_000, usegmt=True), 0),
        ("", 0),
        ("-1", 0),
        ("9" * 400, 0),
        ("soon", 0),
        ("Mon, 99 Foo 2020 99:99:99 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, pause_s: float) -> None:
    assert _asked_pause_s({"Retry-After": text}, lambda: 1_000_000.0) == pause_s


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_moves_on_the_same_server_are_followed_with_the_same_request(status: int) -> None:
    with receiver(answering(status, {"Location": "/there?x"})) as there:
        assert poster(there.url).post([b"{}"]) == 1
    assert [(each.method, each.path, each.body) for each in there.requests] == [
        ("POST", "/", b"{}"),
        ("POST", "/there?x", b"{}"),
    ]


def test_moves_to_other_servers_and_in_circles_are_not() -> None:
    with receiver() as other, receiver(answering(307, {"Location": other.url})) as there:
        one = poster(there.url, headers={"Authorization": "secret"})
        with pytest.raises(SendFault, match="to another place, which is not followed"):
            one.post([b"{}"])
        there.script = [answering(302, {"Location": "/"}) for _ in range(4)]
        with pytest.raises(SendFault, match="in a circle"):
            one.post([b"{}"])
    assert other.requests == []


def silent(handler: Handler) -> None:
    handler.connection.recv(1)
    handler.close_connection = True


@pytest.mark.parametrize(("most", "tries"), [(0, 1), (2, 3), (-1, 1)])
def test_timeouts_are_tried_again_at_once_a_number_of_times(most: int, tries: int) -> None:
    with receiver(*[silent] * tries) as there:
        one = poster(there.url, timeout_ms=100, max_consecutive_timeouts=most)
        with pytest.raises(SendFault, match="no answer in time"):
            one.post([b"{}"])
        assert len(there.requests) == tries
        assert one.post([b"{}"]) == 1


def test_timeouts_are_not_tried_again_once_it_is_aborted() -> None:
    with receiver(silent) as there:
        one = poster(there.url, max_consecutive_timeouts=100)
        timer = threading.Thread(target=lambda: (there.wait_for(1), one.abort()))
        timer.start()
        with pytest.raises(SendFault):
            one.post([b"{}"])
        timer.join()


def test_echo_writes_answers_without_what_commands_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with receiver(answering(200, body=b"well\x1b[2J\r\n done\xff"), answering(204)) as there:
        one = poster(there.url, echo=True)
        one.post([b"{}"])
        one.post([b"{}"])
        poster(there.url).post([b"{}"])
    assert capsys.readouterr().out == "well[2J\n done\ufffd\n"


def test_url_that_is_none_is_told_of_when_it_is_opened(tmp_path: Path) -> None:
    found = spec(config(tmp_path, "ftp://host"), line)
    assert found is not None
    with pytest.raises(UserError, match=r"http_output.url: 'ftp://host' is no address"):
        found.open()
    assert not (tmp_path / "spool").exists()


def test_certificate_that_cannot_be_read_is_told_of_when_it_is_opened(tmp_path: Path) -> None:
    found = spec(config(tmp_path, "https://host", ca_cert="/nowhere"), line)
    assert found is not None
    with pytest.raises(UserError, match=r"http_output\.ca_cert: /nowhere cannot be used"):
        found.open()


@pytest.mark.parametrize("name", ["spool-http", "deliver-http"])
def test_output_without_a_thread_leaves_the_spool_to_the_next(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == name:
            raise RuntimeError("can't start new thread")
        start(thread)

    wanted = config(tmp_path, "http://127.0.0.1:9/")
    found = spec(wanted, line)
    assert found is not None
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            found.open()
    again = Spool(tmp_path / "spool" / "http.db", max_bytes=1000, fsync="never")
    again.close()


def test_output_that_is_off_is_none() -> None:
    assert spec(Config(), line) is None


def test_what_is_off_costs_no_import() -> None:
    code = (
        "import sys\n"
        "from falcomod.config.model import Config\n"
        "from falcomod.output.http import spec\n"
        "assert spec(Config(), str) is None\n"
        "print([name for name in ('ssl', 'urllib3', 'http.client') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_specs_are_equal_when_nothing_has_changed(tmp_path: Path) -> None:
    one = config(tmp_path, "http://host")
    assert spec(one, line) == spec(one, str)
    assert spec(one, line) != spec(config(tmp_path, "http://other"), line)
    assert spec(one, line) != spec(replace(one, json_output=True), line)


def open_it(config: Config) -> Any:
    found = spec(config, line)
    assert found is not None
    return found.open()


TALKS: dict[str, Talk] = {
    "cut": raw(b"HTTP/1.1 2"),
    "garbage": raw(b"\xff\x00garbage\r\n\r\n"),
    "nothing": raw(b""),
    "500": answering(500),
    "429": answering(429, {"Retry-After": "0"}),
    "hangs": silent,
}


@pytest.mark.parametrize("keep_alive", [False, True])
def test_alerts_arrive_in_order_through_all_that_goes_wrong(
    keep_alive: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PAUSE_MAX_S", 0.02)
    script: list[Talk] = []
    for talk in TALKS.values():
        script += [answering(200), answering(200), talk]
    with receiver(*script) as there:
        sink = open_it(
            config(
                tmp_path,
                there.url,
                keep_alive=keep_alive,
                timeout_ms=200,
                max_consecutive_timeouts=0,
            )
        )
        sink.write([alert(number) for number in range(40)])
        there.wait_for(40 + len(TALKS))
        end_s = time.monotonic() + 20
        while sink.counters()["spool_waiting"] and time.monotonic() < end_s:
            time.sleep(0.01)
        counters = sink.counters()
        sink.close()
    numbers = [int(json.loads(body)["output"].split()[0]) for body in there.bodies]
    assert list(dict.fromkeys(numbers)) == list(range(40))
    assert numbers == sorted(numbers)
    assert counters["sent"] == 40
    # A kept connection that ends is made anew, and is no reason to wait.
    assert counters["retries"] == len(TALKS) - (3 if keep_alive else 0)


def test_alert_that_is_too_large_is_passed_over(tmp_path: Path) -> None:
    with receiver(answering(413)) as there:
        sink = open_it(config(tmp_path, there.url))
        sink.write([alert(1), alert(2)])
        there.wait_for(2)
        sink.close()
    assert sink.counters()["refused"] == 1
    assert sink.counters()["sent"] == 1


def test_over_tls_with_certificates_of_both(tmp_path: Path) -> None:
    servers, clients = Authority(tmp_path / "servers"), Authority(tmp_path / "clients")
    chain, key = clients.pair("client")
    with receiver(context=servers.server(clients=clients)) as there:
        sink = open_it(
            config(
                tmp_path, there.url, mtls=True, ca_cert=str(servers.file),
                client_cert=str(chain), client_key=str(key), keep_alive=True,
            )
        )  # fmt: skip
        sink.write([alert(number) for number in range(10)])
        there.wait_for(10)
        sink.close()
        assert there.connections == 1


def test_close_is_bounded_though_the_server_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "CLOSE_S", 0.2)
    with receiver(silent) as there:
        sink = open_it(config(tmp_path, there.url))
        sink._close_s = 0.2
        sink.write([alert(1)])
        there.wait_for(1)
        started = time.monotonic()
        sink.close()
        assert time.monotonic() - started < 2
        again = open_it(config(tmp_path, there.url))
        there.wait_for(2)
        again.close()


def test_close_is_bounded_though_nobody_takes_the_connection(tmp_path: Path) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        fillers = []
        for _ in range(3):  # until the queue is full, further ones get no answer
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listening.getsockname())
            fillers.append(filler)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        sink = open_it(config(tmp_path, url, timeout_ms=1000))
        sink._close_s = 0.1
        sink.write([alert(1)])
        started = time.monotonic()
        sink.close()
        assert time.monotonic() - started < 5
        for filler in fillers:
            filler.close()
        sink._thread.join()
