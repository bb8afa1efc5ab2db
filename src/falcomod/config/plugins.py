# SPDX-License-Identifier: Apache-2.0
"""What the configuration of Falco's plugins says to falcomod.

The functions of k8saudit and json are built in; those of container are, too, and what its
init_config says goes where falcomod has it: into container_engines.
"""

from __future__ import annotations

from collections.abc import Iterator

from falcomod.config.container_options import ContainerEngines
from falcomod.config.document import Mapping, Node, Scalar, Sequence, parse
from falcomod.config.findings import Findings, shown
from falcomod.config.former import put
from falcomod.config.keys import nearest, options

CONTAINER = "container"
K8SAUDIT = "k8saudit"
JSON = "json"
BUILT_IN = (CONTAINER, K8SAUDIT, JSON)
# Those that there is nothing to be said to.
NEED_NOTHING = (CONTAINER, JSON)
# What does the work of others.
INSTEAD = {"k8smeta": "falcomod asks the API server of Kubernetes itself, see `kubernetes`"}

TARGET = "container_engines"


def take_over(root: Mapping, findings: Findings) -> None:
    """Puts what the plugin `container` is told into container_engines, where that is not set."""
    for init in _init_configs(root, findings):
        for key, value in init.pairs:
            if key.text == "engines" and isinstance(value, Mapping):
                _engines(root, value, findings)
            elif key.text == "label_max_len":
                _move(root, key.text, value, findings)
            elif key.text == "hooks":
                continue  # containers are noticed when their first process starts
            elif key.text not in UNUSED:
                message = f"unknown key '{shown(key.text)}' of the plugin {CONTAINER}"
                findings.warn(key.place, message)
            elif not (isinstance(value, Scalar) and value.text.lower() in ("false", "")):
                message = f"'{key.text}' of the plugin {CONTAINER} has no effect: "
                findings.warn(key.place, message + UNUSED[key.text])


def _init_configs(root: Mapping, findings: Findings) -> Iterator[Mapping]:
    plugins = root.get("plugins")
    for plugin in plugins.items if isinstance(plugins, Sequence) else ():
        if not isinstance(plugin, Mapping):
            continue
        name, init = plugin.get("name"), plugin.get("init_config")
        if not isinstance(name, Scalar) or name.text != CONTAINER:
            continue
        if isinstance(init, Scalar) and not init.is_null:
            # A text is JSON, which is YAML, too.
            init = parse(init.text, init.place.source, findings, at=init.place)
        if isinstance(init, Mapping):
            yield init


def _engines(root: Mapping, engines: Mapping, findings: Findings) -> None:
    known = options(ContainerEngines)
    for key, value in engines.pairs:
        option = known.get(key.text)
        if option is not None and option.block is not None:
            _move(root, key.text, value, findings)
        elif key.text != "static" or _is_on(value):
            remedy = nearest(key.text, ContainerEngines, ContainerEngines)
            message = f"unknown engine '{shown(key.text)}' of the plugin {CONTAINER}"
            findings.warn(key.place, message, remedy)


def _is_on(value: Node) -> bool:
    enabled = value.get("enabled") if isinstance(value, Mapping) else None
    return not (isinstance(enabled, Scalar) and enabled.text.lower() == "false")


def _move(root: Mapping, key: str, value: Node, findings: Findings) -> None:
    if not put(root, f"{TARGET}.{key}", value):
        message = f"'{key}' of the plugin {CONTAINER} is passed over: '{TARGET}.{key}' is set"
        findings.warn(value.place, message)


UNUSED = {
    "with_size": "sizes of containers are not asked for",
    "host_root": "the root of the host is that of the environment (HOST_ROOT)",
}
