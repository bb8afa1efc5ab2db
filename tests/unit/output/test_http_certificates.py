# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import ssl
import subprocess
from pathlib import Path

import pytest

from falcomod.config.output_options import HttpOutput
from falcomod.errors import UserError
from falcomod.output.http_certificates import Certificates
from tests.http_identities import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def made(**options: object) -> Certificates:
    return Certificates(HttpOutput(**options), ssl.SSLSocket)  # type: ignore[arg-type]


def trusted(certificates: Certificates) -> int:
    return len(certificates.context().get_ca_certs())


def test_server_is_verified_unless_asked_not_to() -> None:
    context = made().context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    context = made(insecure=True, ca_cert="/nowhere").context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_ca_cert_comes_before_ca_bundle_and_that_before_ca_path(
    authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other")
    bundle = tmp_path / "bundle"
    bundle.write_bytes(authority.file.read_bytes() + other.file.read_bytes())
    assert trusted(made(ca_cert=str(authority.file), ca_bundle=str(bundle))) == 1
    assert trusted(made(ca_bundle=str(bundle), ca_path="/nowhere")) == 2
    assert trusted(made(ca_path=str(tmp_path))) == 0


def test_context_is_made_anew_when_a_file_is_another(authority: Authority, tmp_path: Path) -> None:
    link = tmp_path / "ca"
    link.symlink_to(authority.file)
    certificates = made(ca_cert=str(link))
    first = certificates.context()
    assert certificates.context() is first
    other = Authority(tmp_path / "other")
    (tmp_path / "new").symlink_to(other.file)
    os.replace(tmp_path / "new", link)  # as Kubernetes does
    assert certificates.context() is not first
    link.unlink()
    with pytest.raises(UserError, match="No such file"):
        certificates.context()
    link.symlink_to(other.file)
    certificates.context()


@pytest.mark.parametrize("option", ["ca_cert", "ca_bundle", "client_cert", "client_key"])
@pytest.mark.parametrize("kind", ["missing", "folder", "text", "empty", "strange"])
def test_file_that_cannot_be_used_is_told_of(
    option: str, kind: str, authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("no certificate\n")
    elif kind == "empty":
        path.touch()
    chain, key = authority.pair("client")
    options = {"client_cert": str(chain), "client_key": str(key)}
    options[option] = "a\0b" if kind == "strange" else str(path)
    with pytest.raises(UserError) as raised:
        made(mtls=True, **options)
    message = str(raised.value)
    assert message.startswith("http_output.")
    assert option.removeprefix("client_") in message
    assert "cannot be used: " in message
    assert message.endswith("; write a file of PEM (man x509)")


def test_folder_that_is_not_there_is_told_of() -> None:
    with pytest.raises(
        UserError, match=r"http_output\.ca_path: /nowhere cannot be used: No such.*; name a folder"
    ):
        made(ca_path="/nowhere")


def test_key_of_another_certificate_is_told_of(authority: Authority) -> None:
    chain, _ = authority.pair("one")
    _, key = authority.pair("two")
    with pytest.raises(UserError, match="the key is not that of the certificate"):
        made(mtls=True, client_cert=str(chain), client_key=str(key))


def test_key_with_a_password_is_told_of_and_nobody_is_asked_for_it(
    authority: Authority, tmp_path: Path
) -> None:
    chain, key = authority.pair("client")
    locked = tmp_path / "locked.key"
    command = ["openssl", "ec", "-aes128", "-passout", "pass:x", "-in", key, "-out", locked]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(UserError, match="it is no PEM, or has a password"):
        made(mtls=True, client_cert=str(chain), client_key=str(locked))


def test_sockets_are_of_the_class_that_is_asked_for() -> None:
    class Own(ssl.SSLSocket):
        pass

    assert Certificates(HttpOutput(insecure=True), Own).context().sslsocket_class is Own
