# SPDX-License-Identifier: Apache-2.0
"""The configuration that takes effect: it is read as what it shows, and secrets are hidden."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from falcomod.config.keys import Option, block_of, item_kind, options, without_none
from falcomod.config.load import from_text
from falcomod.config.model import Config
from falcomod.config.show import HIDDEN, as_yaml, plain

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | FLOATS | TEXTS,
    lambda below: st.lists(below, max_size=2) | st.dictionaries(TEXTS, below, max_size=2),
    max_leaves=4,
)
# Of options that are checked beyond their type, what passes.
CHECKED = {
    "plugins": st.just([]),
    "load_plugins": st.none() | st.just([]) | st.just(["json"]),
    "syscall_event_drops.actions": st.sampled_from([["ignore"], ["log", "exit"], []]),
    "syscall_event_drops.threshold": st.floats(0, 1),
    "syscall_event_drops.rate": st.floats(0, 10),
    "outputs.rate": st.floats(0, 10),
    "webserver.listen_address": st.ip_addresses().map(str),
    "webserver.client_ca": st.just(""),
    "webserver.k8s_healthz_endpoint": TEXTS.map(lambda text: f"/{text}"),
    "webserver.k8s_audit_endpoint": TEXTS.map(lambda text: f"/{text}"),
    "metrics.enabled": st.just(False),
    "metrics.interval": st.sampled_from(["1h", "100ms"]),
    "file_output.enabled": st.just(False),
    "program_output.enabled": st.just(False),
    "http_output.enabled": st.just(False),
    "grpc.socket_mode": st.sampled_from(["0600", "777"]),
}


def values(option: Option, name: str) -> st.SearchStrategy[Any]:
    """Values that an option takes."""
    if name in CHECKED:
        return CHECKED[name]
    if option.about["choices"]:
        return st.sampled_from(option.about["choices"])
    if option.kind is int:
        least, most = option.about["least"], option.about["most"]
        return st.integers(least if least is not None else 0, most if most is not None else 2**62)
    return of_kind(option.kind, name)


def of_kind(kind: Any, name: str) -> st.SearchStrategy[Any]:
    kind = without_none(kind)
    block = block_of(kind)
    if block is not None:
        return blocks(block, name + ".")
    item = item_kind(kind)
    if item is not None:
        return st.lists(of_kind(item, name + "[]"), max_size=2)
    if typing.get_origin(kind) is dict:
        return st.dictionaries(TEXTS, TEXTS, max_size=2)
    simple = {bool: st.booleans(), float: FLOATS, str: TEXTS, Any: ANYTHING}
    if kind in simple:
        return simple[kind]
    return st.one_of(*(of_kind(part, name) for part in typing.get_args(kind)))


def blocks(block: type[Any], prefix: str = "") -> st.SearchStrategy[Any]:
    fields = {key: values(option, prefix + key) for key, option in options(block).items()}
    return st.builds(block, **fields)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_shown_is_read_as_the_same_configuration(data: st.DataObject) -> None:
    # A part of the options at a time, as all of them are too many for one example.
    names = data.draw(st.sets(st.sampled_from(list(options(Config))), min_size=1, max_size=6))
    changes = {name: data.draw(values(options(Config)[name], name)) for name in sorted(names)}
    config = dataclasses.replace(Config(), **changes)
    assert from_text(as_yaml(config, secrets=True), "c.yaml").config == config


@settings(max_examples=60)
@given(ANYTHING)
def test_what_a_plugin_is_told_is_read_as_it_was(init: Any) -> None:
    config = from_text("plugins: [{name: json}]", "c.yaml").config
    plugin = dataclasses.replace(config.plugins[0], init_config=init)
    config = dataclasses.replace(config, plugins=[plugin])
    assert from_text(as_yaml(config, secrets=True), "c.yaml").config == config


def test_defaults_are_shown_in_full() -> None:
    shown = plain(Config())
    assert shown["engine"]["ebpf"]["buf_size_preset"] == 4
    assert shown["load_plugins"] is None
    assert from_text(as_yaml(Config()), "c.yaml").config == Config()


SECRETS = """
http_output:
  url: https://user:hunter2@host/x?token=hunter2&a=b
  headers: {Authorization: Bearer hunter2, X: hunter2}
kubernetes: {certificate: "/c.crt:/k.key#hunter2:/ca.crt"}
plugins:
  - name: json
    init_config:
      {author: me, api_token: hunter2, sslCertificate: /x.pem, nested: [{password: hunter2}]}
    open_params: http://user:hunter2@:9765/k8s-audit
append_output:
  - {extra_output: "https://hunter2@h/ https://a:hunter2@hunter2@h/ http://h/T0/hunter2hunter2hunter2/x"}
program_output: {program: 'curl -H "Authorization: Bearer hunter2" http://user:hunter2@host'}
"""


def test_secrets_are_hidden_unless_asked_for() -> None:
    config = from_text(SECRETS, "c.yaml").config
    shown = as_yaml(config)
    assert "hunter2" not in shown
    assert shown.count(HIDDEN) == 13
    for kept in ("user:***@host/x?token=***&a=b", "/c.crt:/k.key#***:/ca.crt", "/x.pem", "me"):
        assert kept in shown
    assert as_yaml(config, secrets=True).count("hunter2") == 16
