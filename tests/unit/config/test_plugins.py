# SPDX-License-Identifier: Apache-2.0
"""What Falco's plugin `container` is told goes into container_engines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from falcomod.config.container_options import ContainerEngines
from falcomod.config.load import Loaded, from_text
from falcomod.errors import ConfigLoadError

INIT: dict[str, Any] = {
    "label_max_len": 50,
    "with_size": False,
    "engines": {
        "docker": {"enabled": False, "sockets": ["/x.sock"]},
        "podman": {"enabled": False},
        "containerd": {"sockets": ["/c.sock"]},
        "cri": {"enabled": True, "sockets": ["/cri.sock"]},
        "lxc": {"enabled": False},
        "libvirt_lxc": {"enabled": False},
        "bpm": {"enabled": False},
        "static": {"enabled": False, "container_id": "x"},
    },
}


def loaded(init: Any, further: str = "") -> Loaded:
    plugins = [{"name": "json"}, {"name": "container", "init_config": init}]
    return from_text(f"plugins: {json.dumps(plugins)}\n{further}", "c.yaml")


@pytest.mark.parametrize("init", [INIT, json.dumps(INIT)], ids=["keys", "text"])
def test_all_of_it_is_taken_over(init: Any) -> None:
    found = loaded(init)
    engines = found.config.container_engines
    assert found.warnings == ()
    assert engines.label_max_len == 50
    assert (engines.docker.enabled, engines.docker.sockets) == (False, ["/x.sock"])
    assert not engines.podman.enabled
    assert (engines.containerd.enabled, engines.containerd.sockets) == (True, ["/c.sock"])
    assert engines.cri.sockets == ["/cri.sock"]
    assert [engines.lxc.enabled, engines.libvirt_lxc.enabled, engines.bpm.enabled] == [False] * 3


@pytest.mark.parametrize("init", ["", None, {}])
def test_nothing_to_take_over(init: Any) -> None:
    assert loaded(init).config.container_engines == ContainerEngines()


def test_own_keys_count_more() -> None:
    found = loaded(INIT, "container_engines: {docker: {enabled: true}, label_max_len: 9}")
    engines = found.config.container_engines
    assert (engines.docker.enabled, engines.label_max_len, engines.podman.enabled) == (
        True,
        9,
        False,
    )
    assert [warning.message for warning in found.warnings] == [
        f"'{key}' of the plugin container is passed over: 'container_engines.{key}' is set"
        for key in ("label_max_len", "docker")
    ]


@pytest.mark.parametrize(
    ("init", "message"),
    [
        ({"with_size": True}, "'with_size' of the plugin container has no effect: sizes"),
        ({"sizes": 1}, "unknown key 'sizes' of the plugin container"),
        ({"engines": {"dokcer": {}}}, "unknown engine 'dokcer' of the plugin container"),
        ({"engines": {"label_max_len": 5}}, "unknown engine 'label_max_len'"),
        ({"engines": {"static": {"enabled": True}}}, "unknown engine 'static'"),
        ({"engines": {"docker": {"enabeld": True}}}, "unknown key 'container_engines.docker.enab"),
    ],
)
def test_what_is_told_of(init: Any, message: str) -> None:
    (warning,) = loaded(init).warnings
    assert warning.message.startswith(message)
    assert warning.location.line == 1


def test_nothing_is_said_of_the_plugin_as_falcos_chart_sets_it_up() -> None:
    engines = {"docker": {"enabled": True, "sockets": ["/d"]}, "bpm": {"enabled": True}}
    told = {"label_max_len": 100, "with_size": False, "hooks": ["create"], "engines": engines}
    found = loaded(told)
    assert found.warnings == ()
    assert found.config.container_engines.docker.sockets == ["/d"]


def test_faults_have_the_place_in_the_plugin() -> None:
    with pytest.raises(
        ConfigLoadError, match=r"c.yaml:1:\d+: container_engines.docker.enabled must"
    ):
        loaded({"engines": {"docker": {"enabled": "perhaps"}}})
    with pytest.raises(ConfigLoadError, match="not YAML"):
        loaded("{")


def test_places_in_a_text_are_that_of_the_text() -> None:
    text = 'plugins:\n  - name: container\n    init_config: |\n      {\n\n      "x": 1}\n'
    (warning,) = from_text(text, "c.yaml").warnings
    assert str(warning.location) == "c.yaml:3:18"
    with pytest.raises(ConfigLoadError, match=r"^c\.yaml:3:18: not YAML"):
        from_text(text.replace("1}", "1"), "c.yaml")
