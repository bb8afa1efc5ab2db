# SPDX-License-Identifier: Apache-2.0
"""As whom a real server is asked: service accounts, tokens, certificates, kubeconfig files."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from falcomod.enrich.kubernetes_access import Access, access_of, of_url
from tests.kubernetes.conftest import Watch
from tests.kubernetes.objects import make_pod
from tests.kubernetes.server import KEY_PASSWORD, NOBODY, READER, Server


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name.startswith("falcomod.")
    ]


def test_service_account_of_a_pod(
    server: Server, namespace: str, node: str, watch: Watch, tmp_path: Path
) -> None:
    path = "/api/v1/namespaces/falcomod/serviceaccounts/falcomod/token"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = server.post(path, body)["status"]["token"]
    (tmp_path / "token").write_text(token)
    (tmp_path / "ca.crt").write_bytes(server.authority.read_bytes())
    environ = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(server.port)}
    uid = make_pod(server, namespace, "one", node=node)
    watched = watch(access_of(environ=environ, service_account=tmp_path))
    assert watched.until(lambda: watched.pod(uid).get("namespace_uid"))


def test_token_that_is_replaced(
    server: Server,
    namespace: str,
    node: str,
    watch: Watch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    token = tmp_path / "token"
    token.write_text("out-of-date")
    uid = make_pod(server, namespace, "one", node=node)
    tried: list[float] = []

    def wait(delay_s: float) -> None:
        tried.append(delay_s)
        if len(tried) == 3:
            token.write_text(READER)

    watched = watch(Access(url=server.url, token_file=token, ca_file=server.authority), wait=wait)
    assert watched.until(lambda: watched.pod(uid).get("namespace_uid"))
    (warning,) = warnings(caplog)
    assert "HTTP 401" in warning
    assert "out-of-date" not in caplog.text


def test_certificate_with_a_password_as_old_falco_takes_it(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    files = server.directory
    certificate = f"{files}/client.crt:{files}/client.key#{KEY_PASSWORD}:{server.authority}"
    uid = make_pod(server, namespace, "one", node=node)
    watched = watch(of_url(server.url, certificate))
    assert watched.until(lambda: watched.pod(uid).get("namespace_uid"))


def test_kubeconfig_file(
    server: Server, namespace: str, node: str, watch: Watch, tmp_path: Path
) -> None:
    cluster = {"server": server.url, "certificate-authority": str(server.authority)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "one", "user": "me"}}],
        "clusters": [{"name": "one", "cluster": cluster}],
        "users": [{"name": "me", "user": {"token": READER}}],
    }
    path = tmp_path / "config"
    path.write_text(json.dumps(config))
    os.chmod(path, 0o600)
    uid = make_pod(server, namespace, "one", node=node)
    watched = watch(Access(kubeconfig=path))
    assert watched.until(lambda: watched.pod(uid).get("namespace_uid"))


def test_who_has_no_rights_gets_one_warning_that_says_what_to_do(
    server: Server, namespace: str, node: str, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    make_pod(server, namespace, "one", node=node)
    tried: list[float] = []
    access = Access(url=server.url, token_file=server.directory / NOBODY, ca_file=server.authority)
    watched = watch(access, wait=tried.append)
    watched.until(lambda: False, 1.0)
    watched.kubernetes.stop()
    assert len(tried) >= 9
    (warning,) = warnings(caplog)
    assert 'User "nobody-at-all" cannot list resource' in warning
    assert "docs/kubernetes-rbac.yaml" in warning
    assert NOBODY not in caplog.text


def test_server_that_nobody_vouches_for_is_not_told_the_token(
    server: Server, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[float] = []
    access = Access(
        url=server.url,
        token_file=server.directory / READER,
        ca_file=server.directory / "clients.crt",
    )
    watched = watch(access, wait=tried.append)
    watched.until(lambda: False, 0.5)
    watched.kubernetes.stop()
    assert tried
    (warning,) = warnings(caplog)
    assert "CERTIFICATE_VERIFY_FAILED" in warning
