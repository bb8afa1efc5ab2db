# SPDX-License-Identifier: Apache-2.0
"""Questions to a server on loopback that gives recorded answers, and wrong ones."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from falcomod.enrich import kubernetes_api
from falcomod.enrich.kubernetes_access import Access, of_url
from falcomod.enrich.kubernetes_api import METADATA, Api
from falcomod.errors import KubernetesUnavailable
from tests.replayed_api import HOLD, PODS, WATCH, Answer, recorded, recorded_object, replayed

PATIENT_S = 20.0


@pytest.fixture
def lines() -> list[bytes]:
    """Events of a watch, recorded."""
    return recorded("watch.jsonl").splitlines(keepends=True)


def failure(api: Api, path: str = PODS) -> KubernetesUnavailable:
    with pytest.raises(KubernetesUnavailable) as caught:
        api.get(path)
    return caught.value


def watch(api: Api) -> Iterator[dict[str, Any]]:
    return api.watch(PODS, {"resourceVersion": "5"}, timeout_s=30)


def test_list_as_the_server_recorded_it() -> None:
    with replayed({PODS: [Answer(recorded("pods.json"))]}) as server:
        found = Api(Access(url=server.url)).get(PODS, {"limit": "200"}, accept=METADATA)
        (request,) = server.requests
    assert found == recorded_object("pods.json")
    assert request.query == {"limit": "200"}
    assert request.headers["Accept"] == METADATA
    assert request.headers["User-Agent"].startswith("falcomod/")
    assert "Authorization" not in request.headers


def test_watch_as_the_server_recorded_it(lines: list[bytes]) -> None:
    with replayed({PODS + WATCH: [Answer(b"".join(lines))]}) as server:
        events = list(watch(Api(Access(url=server.url))))
        (request,) = server.requests
    kinds = [event["type"] for event in events]
    assert kinds == ["ADDED", "MODIFIED", "MODIFIED", "DELETED", "BOOKMARK"]
    assert request.query == {"resourceVersion": "5", "watch": "true", "timeoutSeconds": "30"}


def test_watch_that_is_cut_in_the_middle_of_an_event(lines: list[bytes]) -> None:
    body = lines[0] + lines[1][:100]
    for then in ("cut", "end"):
        with replayed({PODS + WATCH: [Answer(body, then=then)]}) as server:  # type: ignore[arg-type]
            events = watch(Api(Access(url=server.url)))
            assert next(events)["type"] == "ADDED"
            with pytest.raises(KubernetesUnavailable, match=PODS):
                next(events)


def test_event_is_handed_out_when_it_comes(lines: list[bytes]) -> None:
    with replayed({PODS + WATCH: [Answer(lines[0], then="hold")]}) as server:
        api = Api(Access(url=server.url))
        assert next(watch(api))["type"] == "ADDED"
        api.close()


def test_close_ends_who_waits() -> None:
    with replayed({PODS + WATCH: [HOLD]}) as server:
        api = Api(Access(url=server.url))
        errors: list[Exception] = []

        def wait() -> None:
            try:
                list(watch(api))
            except KubernetesUnavailable as error:
                errors.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        while not api._open:
            thread.join(0.01)
        api.close()
        thread.join(PATIENT_S)
        assert not thread.is_alive()
        assert len(errors) == 1
        assert failure(api).cause == "closed"


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("forbidden.json", 403, 'User "nobody-at-all" cannot list resource "pods"'),
        ("unauthorized.json", 401, "Unauthorized"),
        ("missing.json", 404, '"none" not found'),
    ],
)
def test_refusal_in_the_words_of_the_server(name: str, status: int, said: str) -> None:
    with replayed({PODS: [Answer(recorded(name), status)]}) as server:
        error = failure(Api(Access(url=server.url)))
    assert error.status == status
    assert error.cause == f"HTTP {status}"
    assert said in str(error)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"[1]", "not JSON"),
        (b'"a"', "not JSON"),
        (b'{"items": [', "not JSON"),
        (b'{"a": "\xff\xfe"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_answer_that_is_no_object(body: bytes, cause: str) -> None:
    with replayed({PODS: [Answer(body)], PODS + WATCH: [Answer(body + b"\n")]}) as server:
        api = Api(Access(url=server.url))
        assert failure(api).cause == cause
        if body:
            with pytest.raises(KubernetesUnavailable, match=r"JSON|no object"):
                list(watch(api))


@pytest.mark.parametrize("body", [b"", b"oops\n\x1b[31m\0", b'{"message": 5}', b"[]", b"\xff"])
def test_refusal_without_words_is_one_line(body: bytes) -> None:
    with replayed({PODS: [Answer(body, 500)]}) as server:
        error = failure(Api(Access(url=server.url)))
    assert error.status == 500
    assert str(error).isprintable()


def test_words_of_a_refusal_are_not_endless() -> None:
    body = b'{"message": "' + rb"\n\u001b" * 10_000 + b'"}'
    with replayed({PODS: [Answer(body, 500)]}) as server:
        error = failure(Api(Access(url=server.url)))
    assert len(str(error)) < 400
    assert str(error).isprintable()


def test_answer_that_is_cut() -> None:
    body = recorded("pods.json")[:1000]
    with replayed({PODS: [Answer(body, then="cut")]}) as server:
        error = failure(Api(Access(url=server.url)))
    assert str(error) == f"{PODS}: the answer was cut off"


def test_answer_that_does_not_come() -> None:
    with replayed({PODS: [HOLD]}) as server:
        error = failure(Api(Access(url=server.url), read_s=0.05))
    assert error.cause == "ReadTimeoutError"


def test_answer_that_comes_in_drops_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(0, 1000, 20))
    monkeypatch.setattr(kubernetes_api.time, "monotonic", lambda: next(now))
    monkeypatch.setattr(kubernetes_api, "PIECE", 10)
    with replayed({PODS: [Answer(recorded("pods.json"))]}) as server:
        error = failure(Api(Access(url=server.url)))
    assert error.cause == "time"


def test_answer_that_is_too_long(monkeypatch: pytest.MonkeyPatch, lines: list[bytes]) -> None:
    monkeypatch.setattr(kubernetes_api, "ANSWER_MAX", 1000)
    monkeypatch.setattr(kubernetes_api, "EVENT_MAX", 1000)
    answers = {
        PODS: [Answer(recorded("pods.json"))],
        PODS + WATCH: [Answer(lines[0].rstrip(b"\n"), then="hold")],
    }
    with replayed(answers) as server:
        api = Api(Access(url=server.url))
        assert failure(api).cause == "too long"
        with pytest.raises(KubernetesUnavailable, match="longer than 1000"):
            list(watch(api))


def test_redirection_is_not_followed() -> None:
    answers = {PODS: [Answer(status=302, headers={"Location": "/elsewhere"})]}
    with replayed(answers) as server:
        error = failure(Api(Access(url=server.url)))
        assert [request.path for request in server.requests] == [PODS]
    assert error.status == 302


def test_nobody_is_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        error = failure(Api(Access(url=f"http://127.0.0.1:{port}")))
    assert error.status == 0
    assert "onnect" in str(error)
    assert "0x" not in str(error)


def test_token_is_read_anew(tmp_path: Path) -> None:
    token = tmp_path / "token"
    with replayed({PODS: [Answer(recorded("pods.json"))]}) as server:
        api = Api(Access(url=server.url, token_file=token))
        for text in ("first", "second\n"):
            token.write_text(text)
            api.get(PODS)
        said = [request.headers["Authorization"] for request in server.requests]
    assert said == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize("content", [b"", b"a\nb", b"\xff\xfe", b"a\r\nX-Other: b", None])
def test_token_that_cannot_be_one_is_not_sent_and_not_said(
    tmp_path: Path, content: bytes | None
) -> None:
    token = tmp_path / "token"
    if content is not None:
        token.write_bytes(content)
    with replayed({PODS: [Answer(recorded("pods.json"))]}) as server:
        error = failure(Api(Access(url=server.url, token_file=token)))
        assert server.requests == []
    assert "X-Other" not in str(error)


def test_user_and_password_of_the_url() -> None:
    with replayed({PODS: [Answer(recorded("pods.json"))]}) as server:
        Api(of_url(server.url.replace("//", "//me:secret@"))).get(PODS)
        said = server.requests[0].headers["Authorization"]
    assert base64.b64decode(said.removeprefix("Basic ")) == b"me:secret"


KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: here
contexts: [{{name: here, context: {{cluster: one, user: me}}}}]
clusters: [{{name: one, cluster: {{server: "{url}"}}}}]
users: [{{name: me, user: {{token: {token}}}}}]
"""


def test_kubeconfig_file_is_read_again_when_the_server_does_not_know_us(tmp_path: Path) -> None:
    path = tmp_path / "config"
    answers = [Answer(recorded("unauthorized.json"), 401), Answer(recorded("pods.json"))]
    with replayed({PODS: answers}) as server:
        path.write_text(KUBECONFIG.format(url=server.url, token="old"))
        api = Api(Access(kubeconfig=path))
        assert failure(api).status == 401
        path.write_text(KUBECONFIG.format(url=server.url, token="new"))
        assert api.get(PODS) == recorded_object("pods.json")
        said = [request.headers["Authorization"] for request in server.requests]
    assert said == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize(
    "content",
    [None, "", "a: [secret", "secret", "- secret", "clusters: secret", "\0", "users: {a: b}"],
)
def test_kubeconfig_file_that_is_none(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "config"
    if content is not None:
        path.write_text(content)
    error = failure(Api(Access(kubeconfig=path)))
    assert error.cause == "kubeconfig"
    assert str(path) in str(error)
    assert "secret" not in str(error)


def test_files_of_a_certificate_that_are_missing(tmp_path: Path) -> None:
    access = Access(
        url="https://127.0.0.1:1", ca_file=tmp_path / "ca", certificate_file=tmp_path / "c"
    )
    assert failure(Api(access)).status == 0
