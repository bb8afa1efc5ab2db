# SPDX-License-Identifier: Apache-2.0
"""Loading a configuration: files, overrides, checks together; faults all at once, with places."""

from __future__ import annotations

import contextlib
import logging
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from falcomod.config import load as load_module
from falcomod.config.document import MAX_BYTES
from falcomod.config.keys import all_options, options
from falcomod.config.load import from_text, load, load_all
from falcomod.config.model import Config
from falcomod.errors import ConfigLoadError

HERE = Path(__file__).parent
FALCO = tuple(sorted(path.name for path in HERE.glob("falco_*.yaml")))


@pytest.fixture(autouse=True)
def no_default_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(load_module, "DEFAULT_PATH", str(tmp_path / "none.yaml"))


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigLoadError) as caught:
        from_text(text, "c.yaml")
    return [str(error) for error in caught.value.errors]


def test_no_file_gives_the_defaults() -> None:
    assert load(None) == Config()
    assert load_all(None).files == ()


def test_the_default_file_is_read_where_it_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "falcomod.yaml"
    path.write_text("json_output: true\n")
    monkeypatch.setattr(load_module, "DEFAULT_PATH", str(path))
    loaded = load_all(None)
    assert loaded.config.json_output
    assert loaded.files == (str(path),)


def test_empty_file_gives_the_defaults() -> None:
    assert from_text("# nothing\n", "c.yaml").config == Config()


@pytest.mark.parametrize("name", FALCO)
def test_a_file_of_falco_loads_without_a_word(name: str) -> None:
    loaded = load_all(str(HERE / name))
    assert loaded.warnings == ()
    assert loaded.files == (str(HERE / name),)
    assert loaded.config.rules_files[0] == "/etc/falco/falco_rules.yaml"


def test_values_of_a_file_of_2020_are_honoured() -> None:
    config = load(str(HERE / "falco_025.yaml"))
    assert len(config.rules_files) == 4
    assert (config.outputs.rate, config.outputs.max_burst) == (1.0, 1000)
    assert (config.syscall_event_drops.rate, config.syscall_event_drops.max_burst) == (0.03333, 10)
    assert config.grpc.bind_address == "unix:///var/run/falco.sock"
    assert config.http_output.url == "http://some.url"
    assert config.syslog_output.enabled


def test_values_of_a_file_of_today_are_honoured() -> None:
    config = load(str(HERE / "falco_044.yaml"))
    assert config.engine.kind == "ebpf"
    assert config.engine.ebpf.cpus_for_each_buffer == 2
    assert config.append_output[0].suggested_output
    assert config.load_plugins == []
    assert config.webserver.listen_address == "0.0.0.0"


def test_all_faults_are_told_at_once_and_by_place() -> None:
    found = faults("engine: {kind: gvisor}\npriority: [debug]\njson_output: perhaps\n")
    assert [fault.split(" ")[0] for fault in found] == [
        "c.yaml:1:16:",
        "c.yaml:2:11:",
        "c.yaml:3:14:",
    ]


def test_fault_carries_warnings_and_files() -> None:
    with pytest.raises(ConfigLoadError) as caught:
        from_text("json_outptu: true\npriority: x", "c.yaml")
    assert caught.value.files == ("c.yaml",)
    assert "did you mean 'json_output'?" in str(caught.value.warnings[0])
    assert "json_outptu" not in str(caught.value)


def test_check_names_the_place_of_the_option(tmp_path: Path) -> None:
    assert faults("webserver: {listen_address: here}")[0].startswith(
        "c.yaml:1:29: webserver listen"
    )
    assert faults("metrics:\n  enabled: true\n  output_rule: no")[0].startswith(
        "c.yaml:2:12: Metrics"
    )
    # Of an option that is not set it is the block, of a list's item the item.
    assert faults("load_plugins: [json, x]")[0].startswith("c.yaml:1:22: Cannot load plugin 'x'")
    with pytest.raises(ConfigLoadError, match=r"^-o metrics.interval=5: Metrics interval must"):
        load(None, ["metrics.enabled=true", "metrics.interval=5"])


def test_warnings_are_logged_once(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("json_outptu: true\n")
    logging.getLogger("falcomod").propagate = True
    with caplog.at_level(logging.WARNING, "falcomod.config.load"):
        load(str(path))
    (record,) = caplog.records
    assert record.name == "falcomod.config.load"
    assert f"{path}:1:1: unknown key 'json_outptu'" in record.getMessage()


def test_missing_file_names_file_reason_and_remedy() -> None:
    with pytest.raises(ConfigLoadError, match=r"/no/such\.yaml: cannot read .*No such") as caught:
        load("/no/such.yaml")
    assert "-c" in caught.value.errors[0].remedy


def test_files_environment_and_overrides_come_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, further, third = (tmp_path / name for name in ("main.yaml", "b.yaml", "c.yaml"))
    monkeypatch.setenv("LEVEL", "error")
    main.write_text(f"config_files: [{further}]\nrules_files: [a]\npriority: debug\n")
    further.write_text("priority: ${LEVEL}\nrules_files: [b]\n")
    third.write_text("priority: alert\nrules_files: [c]\n")
    loaded = load_all(str(main), ["rules_files[]=d"])
    assert loaded.config.priority == "error"
    assert loaded.config.rules_files == ["a", "b", "d"]
    assert loaded.files == (str(main), str(further))
    # Which files are merged is settled first, wherever the override stands.
    loaded = load_all(str(main), ["rules_files[]=d", f"config_files[]={third}", "priority=notice"])
    assert loaded.config.rules_files == ["a", "b", "c", "d"]
    assert loaded.config.priority == "notice"
    loaded = load_all(str(main), [f"config_files={third}"])
    assert loaded.config.rules_files == ["a", "c"]


@given(st.text(max_size=200))
def test_any_text_gives_a_configuration_or_an_error(text: str) -> None:
    with contextlib.suppress(ConfigLoadError):
        assert isinstance(from_text(text, "c.yaml").config, Config)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_override_gives_a_configuration_or_an_error(key: str, value: str) -> None:
    with contextlib.suppress(ConfigLoadError):
        assert isinstance(load(None, [f"{key}={value}", f"rules[]{key}={value}"]), Config)


KEYS = st.sampled_from(sorted({part for key, _ in all_options(Config) for part in key.split(".")}))
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(list(options(Config))), TREES, max_size=4))
def test_any_tree_gives_a_configuration_or_an_error(tree: dict[str, Any]) -> None:
    with contextlib.suppress(ConfigLoadError):
        assert isinstance(from_text(yaml.safe_dump(tree), "c.yaml").config, Config)


def nonsense(kind: str) -> str:
    """Up to a MiB that is as expensive as it can be made."""
    if kind == "keys":
        return "".join(f"k{number:06}: 1\n" for number in range(49_000))
    if kind == "equal keys":
        return "key: 1\n" * 49_000
    if kind == "a long key":
        return f"? {'a' * 1_000_000}\n: 1\n"
    if kind == "a long line":
        return f"priority: [{', '.join(['x'] * 90_000)}]\n"
    if kind == "anchors":
        return "".join(f"k{number}: &a{number} 1\n" for number in range(40_000))
    return f"rules_files: [{', '.join(['${X}$${'] * 80_000)}]\n".replace("${X}$${", "'${X}$${'")


@pytest.mark.parametrize(
    "kind", ["keys", "equal keys", "a long key", "a long line", "anchors", "references"]
)
def test_a_large_file_is_read_or_refused_in_time(kind: str, tmp_path: Path) -> None:
    main, further = tmp_path / "main.yaml", tmp_path / "further.yaml"
    further.write_text(nonsense(kind))
    main.write_text(f"config_files: [{further}]\n{nonsense(kind)}")
    assert main.stat().st_size < MAX_BYTES
    started = time.process_time()
    with contextlib.suppress(ConfigLoadError):
        load_all(str(main))
    assert time.process_time() - started < 15
