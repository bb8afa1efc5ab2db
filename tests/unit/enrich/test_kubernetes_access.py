# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from falcomod.enrich import kubernetes_access
from falcomod.enrich.kubernetes_access import Access, access_of, node_name, of_url

IN_POD = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


def test_nothing_given_is_no_access() -> None:
    assert access_of(environ={}) is None
    assert access_of(environ={"KUBERNETES_SERVICE_HOST": "10.96.0.1"}) is None


def test_pod_has_the_access_of_its_service_account() -> None:
    access = access_of(environ=IN_POD, service_account=Path("/secrets"))
    assert access == Access(
        url="https://10.96.0.1:443",
        token_file=Path("/secrets/token"),
        ca_file=Path("/secrets/ca.crt"),
    )


def test_address_of_ipv6_stands_in_brackets() -> None:
    access = access_of(environ=IN_POD | {"KUBERNETES_SERVICE_HOST": "fd00::1"})
    assert access is not None
    assert access.url == "https://[fd00::1]:443"
    assert of_url("https://[fd00::1]:6443/").url == "https://[fd00::1]:6443"


def test_what_is_given_comes_before_the_environment_and_that_before_the_service_account() -> None:
    environ = IN_POD | {"FALCO_K8S_API": "http://a:1", "KUBECONFIG": "/k"}
    assert str(access_of(url="http://b:2", environ=environ)) == "http://b:2"
    assert str(access_of(environ=environ)) == "http://a:1"
    del environ["FALCO_K8S_API"]
    assert str(access_of(kubeconfig="/given", environ=environ)) == "/given"
    assert str(access_of(environ=environ)) == "/k"


def test_one_file_is_a_token_and_the_authority_beside_it_is_believed(tmp_path: Path) -> None:
    token = tmp_path / "token"
    assert of_url("https://a", str(token)).ca_file is None
    (tmp_path / "ca.crt").touch()
    assert of_url("https://a", str(token)) == Access(
        url="https://a", token_file=token, ca_file=tmp_path / "ca.crt"
    )


def test_certificate_key_password_and_authority() -> None:
    assert of_url("https://a/base/", "c.pem:k.pem#secret:ca.pem") == Access(
        url="https://a/base",
        certificate_file=Path("c.pem"),
        key_file=Path("k.pem"),
        key_password="secret",
        ca_file=Path("ca.pem"),
    )
    access = access_of(environ={"FALCO_K8S_API": "https://a", "FALCO_K8S_API_CERT": "c:k"})
    assert access == Access(url="https://a", certificate_file=Path("c"), key_file=Path("k"))


def test_secrets_are_in_no_text() -> None:
    access = of_url("http://admin:p%40ss@127.0.0.1:8080", "c:k#secret")
    assert access.user_password == ("admin", "p@ss")
    assert access.key_password == "secret"
    for text in (str(access), repr(access)):
        assert "p@ss" not in text
        assert "p%40ss" not in text
        assert "secret" not in text


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080", "ftp://a", "https://", "http://a:b"])
def test_url_that_cannot_be_one(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL|[Pp]ort"):
        of_url(url)


@pytest.mark.parametrize("certificate", ["a:b:c:d", "a:", ":b", "a:b:"])
def test_certificate_that_cannot_be_one_is_not_repeated(certificate: str) -> None:
    with pytest.raises(ValueError, match="expected TOKENFILE or CERTIFICATE:KEY"):
        of_url("https://a", certificate)


def test_name_of_the_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HOST_ROOT", raising=False)
    monkeypatch.setattr(kubernetes_access.socket, "gethostname", lambda: "Host-1.example")
    assert node_name("given", {"NODE_NAME": "other"}) == "given"
    assert node_name("", {"NODE_NAME": "c", "FALCO_K8S_NODE_NAME": "b"}) == "b"
    assert node_name("", {"NODE_NAME": "c", "FALCOMOD_NODE_NAME": "a"}) == "a"
    assert node_name("", {}) == "host-1.example"
    # In a container of our own gethostname() says what the pod is called.
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "hostname").write_text("Worker-7\n")
    monkeypatch.setenv("HOST_ROOT", str(tmp_path))
    assert node_name("", {}) == "worker-7"
