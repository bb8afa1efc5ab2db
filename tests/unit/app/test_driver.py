# SPDX-License-Identifier: Apache-2.0
"""What stands in the module's way, told apart by what a host's files say.

The hosts are directory trees; loading and unloading for real is the VM tier's.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from falcomod.app import driver
from falcomod.app.driver import DriverHost, Obstacle
from falcomod.errors import DriverError, PermissionFault

RELEASE = "6.1.0-1-amd64"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host that can load modules and has headers."""
    write(tmp_path / "proc/modules", "")
    write(tmp_path / f"lib/modules/{RELEASE}/build/Makefile", "")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def obstacle(root: Path) -> str:
    return str(DriverHost(str(root), RELEASE).obstacle() or "")


def test_host_with_headers_has_no_obstacle(root: Path) -> None:
    assert obstacle(root) == ""


def test_kernel_without_modules(tmp_path: Path) -> None:
    assert obstacle(tmp_path) == (
        f"kernel {RELEASE} is built without loadable modules (CONFIG_MODULES); "
        "use a kernel that has them"
    )


def test_modules_switched_off(root: Path) -> None:
    write(root / "proc/sys/kernel/modules_disabled", "1\n")
    assert "modules_disabled=1" in obstacle(root)


@pytest.mark.parametrize("level", ["integrity", "confidentiality"])
def test_lockdown(root: Path, level: str) -> None:
    text = "none integrity confidentiality\n".replace(level, f"[{level}]")
    write(root / "sys/kernel/security/lockdown", text)
    assert "lockdown" in obstacle(root)


def test_lockdown_none_is_no_obstacle(root: Path) -> None:
    write(root / "sys/kernel/security/lockdown", "[none] integrity confidentiality\n")
    assert obstacle(root) == ""


def test_no_headers_names_the_package(tmp_path: Path) -> None:
    write(tmp_path / "proc/modules", "")
    assert f"install linux-headers-{RELEASE}" in obstacle(tmp_path)


def test_installed_module_needs_no_headers(tmp_path: Path) -> None:
    write(tmp_path / "proc/modules", "")
    write(tmp_path / f"lib/modules/{RELEASE}/updates/dkms/falcomod.ko.xz", "")
    assert obstacle(tmp_path) == ""


def test_loaded_module_is_never_an_obstacle(tmp_path: Path) -> None:
    write(tmp_path / "sys/module/falcomod/version", "0.1.0\n")
    assert obstacle(tmp_path) == ""
    host = DriverHost(str(tmp_path), RELEASE)
    assert (host.loaded, host.version) == (True, "0.1.0")


def test_load_says_why_not(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match=r"cannot be loaded: .*CONFIG_MODULES"):
        DriverHost(str(tmp_path), RELEASE).load()


def test_unload_of_nothing_is_no_fault(root: Path) -> None:
    assert DriverHost(str(root), RELEASE).unload() == "not loaded"


def test_build_shows_what_the_compiler_said(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    write(source / "Kbuild", "")
    write(source / "Makefile", "all:\n\t@echo 'main.c:7: error: no such thing' >&2; exit 1\n")
    monkeypatch.setattr(DriverHost, "_source", lambda self: source)
    with pytest.raises(DriverError) as caught:
        DriverHost(str(root), RELEASE).build()
    telling = str(caught.value).splitlines()[0]
    assert telling == "building the module failed: main.c:7: error: no such thing"
    assert "$ make -C " in str(caught.value)


def test_build_leaves_the_module_in_the_cache(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    write(source / "Kbuild", "")
    write(source / "Makefile", "all:\n\techo $(KDIR) > falcomod.ko\n")
    monkeypatch.setattr(DriverHost, "_source", lambda self: source)
    module = DriverHost(str(root), RELEASE).build()
    assert module == root / driver.CACHE / RELEASE / "falcomod.ko"
    assert module.read_text().strip() == f"{root}/lib/modules/{RELEASE}/build"


def test_tool_that_fails_without_a_word() -> None:
    with pytest.raises(DriverError, match="trying failed: status 1"):
        driver._tool(["false"], "trying")


def test_obstacle_of_an_error_keeps_its_first_line_apart() -> None:
    found = Obstacle.of(DriverError("loading failed: key rejected\n    $ insmod x"))
    assert (found.short, str(found)) == ("failed", "loading failed: key rejected")
    assert found.detail == "    $ insmod x"
    assert Obstacle.of(PermissionFault("run as root")).short == "not permitted"


def test_missing_tool_is_named() -> None:
    with pytest.raises(DriverError, match="no program 'no-such-tool'"):
        driver._tool(["no-such-tool"], "trying")
