# SPDX-License-Identifier: Apache-2.0
"""What is wrong with files of certificates is told at the start, in words."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from falcomod.config.service_options import Grpc
from falcomod.errors import UserError
from falcomod.output.grpc_certificates import FILE_MAX, Certificates
from tests.unit.output.grpc_identities import Authority


@pytest.fixture
def options(tmp_path: Path) -> Grpc:
    return Grpc(**Authority(tmp_path).options())


def test_good_files_make_credentials(options: Grpc) -> None:
    assert isinstance(Certificates(options).credentials(), grpc.ServerCredentials)


@pytest.mark.parametrize("name", ["private_key", "cert_chain", "root_certs"])
def test_file_that_is_not_there_is_named_with_its_option(options: Grpc, name: str) -> None:
    Path(getattr(options, name)).unlink()
    with pytest.raises(UserError, match=rf"grpc\.{name}: /.*: No such file .*or listen at a unix"):
        Certificates(options)


def locked(path: Path) -> None:
    """The key with a password."""
    command = ["openssl", "pkey", "-aes256", "-passout", "pass:x", "-in", str(path)]
    path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def bloated(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n" * FILE_MAX)


def mangled(path: Path) -> None:
    path.write_bytes(b"\0\xff no PEM")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("private_key", emptied),
        ("private_key", locked),
        ("private_key", mangled),
        ("private_key", bloated),
        ("cert_chain", emptied),
        ("cert_chain", mangled),
        ("root_certs", emptied),
        ("root_certs", mangled),
    ],
)
def test_file_that_cannot_be_used_is_told(
    options: Grpc, name: str, damage: Callable[[Path], None]
) -> None:
    path = Path(getattr(options, name))
    damage(path)
    with pytest.raises(UserError) as error:
        Certificates(options)
    assert f"grpc.{name}: {path}: " in str(error.value)
    assert "; name " in str(error.value)


def test_key_of_another_certificate_is_told(options: Grpc, tmp_path: Path) -> None:
    _chain, key = Authority(tmp_path / "other").identity("server")
    Path(options.private_key).write_bytes(key.read_bytes())
    with pytest.raises(UserError, match="key values mismatch"):
        Certificates(options)


def test_files_are_read_again_when_they_change_or_when_that_is_asked(options: Grpc) -> None:
    certificates = Certificates(options)
    assert certificates._changed() is None
    Path(options.root_certs).touch()
    assert certificates._changed() is not None
    assert certificates._changed() is None
    certificates.renew(options)
    assert certificates._changed() is not None


def test_other_files_may_be_named_later(options: Grpc, tmp_path: Path) -> None:
    certificates = Certificates(options)
    other = Grpc(**Authority(tmp_path / "other").options())
    certificates.renew(other)
    for path in (options.private_key, options.cert_chain, options.root_certs):
        Path(path).unlink()
    assert certificates._changed() is not None
    assert certificates._changed() is None


def test_files_that_went_wrong_later_leave_the_old_ones_and_a_warning(
    options: Grpc, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("falcomod").propagate = True
    certificates = Certificates(options)
    Path(options.cert_chain).write_bytes(b"")
    assert certificates._changed() is None
    assert certificates._changed() is None
    (record,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert options.cert_chain in record.getMessage()
