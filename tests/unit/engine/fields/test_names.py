# SPDX-License-Identifier: Apache-2.0
"""Through the arguments that show them."""

from __future__ import annotations

import errno
import signal
from pathlib import Path

import pytest

from falcomod.engine.fields.names import load_services
from falcomod.engine.fields.registry import bind
from tests.record_builder import build
from tests.unit.engine.fields.host import TS, host

ALIASES = {"EWOULDBLOCK", "EDEADLOCK", "ENOTSUP"}


@pytest.mark.parametrize("name", sorted(set(errno.errorcode.values()) - ALIASES))
def test_errors(name: str) -> None:
    probe = host()
    view = probe.at(build("chdir", ts=TS, tid=200, res=-getattr(errno, name), path="/"))
    assert bind("evt.res").text(view) == name


@pytest.mark.parametrize(
    ("number", "name"), [(11, "EAGAIN"), (35, "EDEADLK"), (95, "EOPNOTSUPP"), (512, "ERESTARTSYS")]
)
def test_errors_with_several_names_and_of_the_kernel(number: int, name: str) -> None:
    probe = host()
    view = probe.at(build("chdir", ts=TS, tid=200, res=-number, path="/"))
    assert bind("evt.res").text(view) == name


@pytest.mark.parametrize("number", [1, 9, 15, 17, 29, 31, 34, 64])
def test_signals(number: int) -> None:
    probe = host()
    view = probe.at(build("kill", ts=TS, tid=200, res=0, pid=1, sig=number))
    assert bind("evt.arg.sig").text(view) == signal.Signals(number).name


@pytest.mark.parametrize("number", [0, 40, 65, 255])
def test_numbers_without_a_name_stay_numbers(number: int) -> None:
    probe = host()
    view = probe.at(build("kill", ts=TS, tid=200, res=0, pid=1, sig=number))
    assert bind("evt.arg.sig").text(view) == str(number)


@pytest.mark.parametrize(
    ("bits", "text"), [(0, ""), (1 << 41, ""), (1 << 0 | 1 << 37, "CAP_CHOWN CAP_AUDIT_READ")]
)
def test_capabilities(bits: int, text: str) -> None:
    probe = host()
    view = probe.at(build("capset", ts=TS, tid=200, res=0, cap_effective=bits))
    assert bind("thread.cap_effective").text(view) == text


def test_services_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "services"
    path.write_text(
        "# comment 1/tcp\n"
        "zzz-first 64990/tcp alias # the one that counts\n"
        "zzz-second\t64990/tcp\n"
        "zzz-other 64990/sctp\n"
        "zzz-far 99999/tcp\n"
        "zzz-u 64990/udp\n"
    )
    assert load_services(str(path)) == 2
    assert load_services(str(path)) == 0
    assert load_services(str(tmp_path / "none")) == 0
