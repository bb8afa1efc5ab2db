# SPDX-License-Identifier: Apache-2.0
"""Which driver is taken, what is said of the others; no kernel is asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from falcomod import __version__
from falcomod.app import driver_choice
from falcomod.app.driver import DriverHost, Obstacle
from falcomod.app.driver_choice import DRIVERS, EbpfDriver, KmodDriver, Opened, open_driver
from falcomod.config.engine_options import DRIVERS as KINDS
from falcomod.config.load import load
from falcomod.config.model import Config
from falcomod.errors import DriverError, PermissionFault

RELEASE = "6.1.0-1-amd64"
NO_MODULES = Obstacle("no modules", "this kernel has no modules", "use another")


class FakeSource:
    """Keeps what it was opened with."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...

    def counters(self) -> dict[str, int]:
        return {}


class FakeDriver:
    """Opens, unless it has an obstacle or fails."""

    def __init__(
        self, name: str, obstacle: Obstacle | None = None, fails: Exception | None = None
    ) -> None:
        self.name = name
        self._obstacle = obstacle
        self._fails = fails
        self.opened: list[Collection[int]] = []

    def loaded(self) -> bool:
        return False

    def version(self) -> str:
        return __version__

    def obstacle(self) -> Obstacle | None:
        return self._obstacle

    def open(self, config: Config, syscalls: Collection[int]) -> Opened:
        if self._fails:
            raise self._fails
        self.opened.append(syscalls)
        return Opened(FakeSource(), self.name, "how", 1)


def config(kind: str = "auto", *overrides: str) -> Config:
    return load(None, [f"engine.kind={kind}", *overrides])


@pytest.fixture
def messages(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    logger = logging.getLogger("falcomod")
    before, logger.propagate = logger.propagate, True
    caplog.set_level(logging.INFO, "falcomod")
    yield lambda: [record.getMessage() for record in caplog.records]
    logger.propagate = before


def test_kinds_of_the_configuration_are_the_drivers_and_auto() -> None:
    assert ("auto", *(driver.name for driver in DRIVERS)) == KINDS


def test_auto_takes_the_first_and_does_not_touch_the_second(
    messages: Callable[[], list[str]],
) -> None:
    first, second = FakeDriver("kmod"), FakeDriver("ebpf")
    assert open_driver(config(), {1, 2}, [first, second]).driver == "kmod"
    assert (first.opened, second.opened) == ([{1, 2}], [])
    assert messages() == []


def test_auto_says_in_a_line_why_the_first_was_passed_over(
    messages: Callable[[], list[str]],
) -> None:
    drivers = [FakeDriver("kmod", NO_MODULES), FakeDriver("ebpf")]
    assert open_driver(config(), (), drivers).driver == "ebpf"
    assert messages() == ["driver kmod not used: this kernel has no modules"]


@pytest.mark.parametrize(
    "fault",
    [DriverError("loading failed: key rejected\n    $ insmod"), PermissionFault("needs root")],
)
def test_auto_goes_on_when_a_driver_fails_to_open(
    fault: Exception, messages: Callable[[], list[str]]
) -> None:
    drivers = [FakeDriver("kmod", fails=fault), FakeDriver("ebpf")]
    assert open_driver(config(), (), drivers).driver == "ebpf"
    assert messages() == [f"driver kmod not used: {str(fault).splitlines()[0]}"]


def test_what_a_tool_said_is_a_debug_line(
    messages: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "falcomod")
    failure = DriverError("loading failed: key rejected\n    $ insmod")
    open_driver(config(), (), [FakeDriver("kmod", fails=failure), FakeDriver("ebpf")])
    assert messages()[1:] == ["driver kmod in full:\n    $ insmod"]


def test_auto_without_any_says_of_each_why_and_what_to_do() -> None:
    failure = DriverError("loading failed: key rejected\n    $ insmod")
    drivers = [FakeDriver("kmod", NO_MODULES), FakeDriver("ebpf", fails=failure)]
    with pytest.raises(DriverError) as caught:
        open_driver(config(), (), drivers)
    assert str(caught.value).splitlines() == [
        "no driver can be used on this host",
        "    kmod: this kernel has no modules; use another",
        "    ebpf: loading failed: key rejected; `falcomod start --driver ebpf` shows it in full",
    ]


def test_named_driver_is_the_only_one_tried() -> None:
    first, second = FakeDriver("kmod"), FakeDriver("ebpf")
    assert open_driver(config("modern_ebpf"), (), [first, second]).driver == "ebpf"
    assert first.opened == []


def test_named_driver_that_fails_points_at_one_that_works() -> None:
    failure = DriverError("loading failed: key rejected\n    $ insmod")
    drivers = [FakeDriver("kmod", fails=failure), FakeDriver("ebpf")]
    with pytest.raises(DriverError) as caught:
        open_driver(config("kmod"), (), drivers)
    assert str(caught.value).splitlines() == [
        "driver kmod cannot be used: loading failed: key rejected",
        "    $ insmod",
        "    `--driver auto` would go on to ebpf",
    ]


def test_named_driver_that_fails_points_nowhere_when_no_other_works() -> None:
    drivers = [FakeDriver("kmod", NO_MODULES), FakeDriver("ebpf", NO_MODULES)]
    with pytest.raises(DriverError) as caught:
        open_driver(config("ebpf"), (), drivers)
    assert str(caught.value) == (
        "driver ebpf cannot be used: this kernel has no modules; use another"
    )


def loaded_host(root: Path) -> DriverHost:
    (root / "sys/module/falcomod").mkdir(parents=True)
    (root / "sys/module/falcomod/version").write_text("0.0.9\n")
    return DriverHost(str(root), RELEASE)


def test_kmod_is_opened_as_configured(tmp_path: Path) -> None:
    driver = KmodDriver(loaded_host(tmp_path), FakeSource)
    opened = driver.open(config("kmod", "engine.kmod.buf_size_preset=6"), {7})
    assert (driver.loaded(), driver.version(), driver.obstacle()) == (True, "0.0.9", None)
    assert opened.how == "the kernel module: already loaded"
    assert opened.rings == driver_choice.online_cpus()
    assert isinstance(opened.source, FakeSource)
    assert opened.source.options == {"ring_size": 32 << 20, "snaplen": 80, "syscalls": {7}}


def bpf(tmp_path: Path, missing: Callable[[], list[str]] = list) -> EbpfDriver:
    programs = tmp_path / "falcomod.bpf.o"
    programs.write_bytes(b"")
    module = SimpleNamespace(OBJECT=programs, BpfSource=FakeSource, missing_features=missing)
    return EbpfDriver(lambda: module)


def test_ebpf_is_opened_as_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_choice, "online_cpus", lambda: 5)
    overrides = ["engine.ebpf.cpus_for_each_buffer=2", "engine.ebpf.buf_size_preset=1"]
    opened = bpf(tmp_path).open(config("ebpf", *overrides, "falco_libs.snaplen=200"), {7})
    assert opened.how == "the eBPF driver: a ring of 1 MiB for every 2 CPUs"
    assert opened.rings == 3
    assert isinstance(opened.source, FakeSource)
    assert opened.source.options == {
        "ring_size": 1 << 20,
        "snaplen": 200,
        "syscalls": {7},
        "cpus_per_ring": 2,
    }


def test_ebpf_has_a_ring_for_each_cpu_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_choice, "online_cpus", lambda: 5)
    opened = bpf(tmp_path).open(Config(), ())
    assert (opened.rings, opened.how) == (5, "the eBPF driver: a ring of 8 MiB for each CPU")


def test_ebpf_without_obstacle(tmp_path: Path) -> None:
    assert bpf(tmp_path).obstacle() is None


def test_ebpf_names_what_the_kernel_lacks(tmp_path: Path) -> None:
    found = bpf(tmp_path, lambda: ["BTF of the kernel", "a ring buffer"]).obstacle()
    assert found is not None
    assert "lacks BTF of the kernel, a ring buffer; use a kernel of 5.8 or later" in str(found)


def test_ebpf_without_the_right_to_look(tmp_path: Path) -> None:
    def refuse() -> list[str]:
        raise PermissionFault("run as root")

    found = bpf(tmp_path, refuse).obstacle()
    assert found == Obstacle("not permitted", "run as root")


def test_ebpf_without_its_programs(tmp_path: Path) -> None:
    driver = bpf(tmp_path)
    (tmp_path / "falcomod.bpf.o").unlink()
    found = driver.obstacle()
    assert found is not None
    assert found.short == "not built"
    assert "make build" in found.remedy


@pytest.mark.parametrize(
    ("error", "short", "remedy"),
    [
        ("libbpf.so.1: cannot open shared object file", "no libbpf", "install libbpf1"),
        ("No module named 'falcomod.engine.capture.bpf'", "not built", driver_choice.BUILD),
    ],
)
def test_ebpf_that_cannot_be_imported(error: str, short: str, remedy: str) -> None:
    def load_nothing() -> Any:
        raise ImportError(error)

    found = EbpfDriver(load_nothing).obstacle()
    assert found is not None
    assert (found.short, found.remedy) == (short, remedy)
    assert error in found.reason


def test_presets_are_falcos() -> None:
    sizes_mib = [driver_choice.ring_size(preset) >> 20 for preset in range(1, 11)]
    assert sizes_mib == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert driver_choice.ring_size(Config().engine.kmod.buf_size_preset) == 8 << 20


@pytest.mark.parametrize(("wanted", "found"), [(1, 1), (3, 3), (4, 4), (0, 4)])
def test_cpus_that_share_a_ring(wanted: int, found: int, messages: Callable[[], list[str]]) -> None:
    assert driver_choice.cpus_per_ring(wanted, 4) == found
    assert messages() == []


def test_more_cpus_to_share_a_ring_than_there_are(messages: Callable[[], list[str]]) -> None:
    assert driver_choice.cpus_per_ring(9, 4) == 4
    assert messages() == [
        "you required a buffer every '9' CPUs but there are only '4' online CPUs. "
        "falcomod changed the config to: one buffer every '4' CPUs"
    ]
