# SPDX-License-Identifier: Apache-2.0
"""Secrets are taken out wherever a configuration may hold them; what helps is left in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.app.masking import MASK, is_secret, masked
from falcomod.config.container_options import Kubernetes
from falcomod.config.model import Config
from falcomod.config.output_options import HttpOutput, ProgramOutput
from falcomod.config.service_options import Grpc
from falcomod.config.show import plain

SECRET = "s3cr3tw0rdOfTheHouse"


@pytest.mark.parametrize(
    "config",
    [
        Config(http_output=HttpOutput(headers={"Authorization": f"Bearer {SECRET}"})),
        Config(http_output=HttpOutput(headers={"X-Custom": SECRET})),
        Config(http_output=HttpOutput(url=f"https://user:{SECRET}@host/path")),
        Config(http_output=HttpOutput(url=f"https://{SECRET}@host/path")),
        Config(http_output=HttpOutput(url=f"https://host/path?key={SECRET}")),
        Config(http_output=HttpOutput(url=f"https://hooks.slack.com/services/T0/B0/{SECRET}")),
        Config(program_output=ProgramOutput(program=f"curl -H 'Authorization: Bearer {SECRET}' x")),
        Config(program_output=ProgramOutput(program=f"mail --password {SECRET} x")),
        Config(program_output=ProgramOutput(program=f"mail --password={SECRET} x")),
        Config(program_output=ProgramOutput(program=f"TOKEN={SECRET} mail")),
        Config(program_output=ProgramOutput(program=f"TOKEN='{SECRET} and more' mail")),
        Config(program_output=ProgramOutput(program=f'curl -d \'{{"token": "{SECRET}"}}\' x')),
        Config(program_output=ProgramOutput(program=f"jq | curl https://h.example/{SECRET}")),
        Config(kubernetes=Kubernetes(certificate=f"/c.pem:/k.pem#{SECRET}:/ca.pem")),
        Config(kubernetes=Kubernetes(api_server=f"https://user:{SECRET}@host:6443")),
        Config(static_fields={"api_token": SECRET}),
        Config(static_fields={"DB_PASSWORD": SECRET}),
    ],
)
def test_secret_of_a_configuration_is_masked(config: Config) -> None:
    text = json.dumps(masked(plain(config), {}))
    assert SECRET not in text
    assert MASK in text


def test_value_of_a_secret_variable_is_masked_wherever_it_stands() -> None:
    config = Config(static_fields={"site": f"a-{SECRET}-b"}, log_level="info")
    found = masked(plain(config), {"SITE_SECRET": SECRET, "API_TOKEN": "info"})
    assert found["static_fields"] == {"site": f"a-{MASK}-b"}
    assert found["log_level"] == "info"  # too short to be taken for one


def test_variables_by_their_names() -> None:
    environment = {"FALCO_TOKEN": SECRET, "FALCO_HOSTNAME": "web-1"}
    assert masked({"environment": environment}, environment) == {
        "environment": {"FALCO_TOKEN": MASK, "FALCO_HOSTNAME": "web-1"}
    }


def test_variable_that_holds_a_path_is_none() -> None:
    environment = {"TOKEN_FILE": "/var/run/secrets/token", "PWD": "/root", "OLDPWD": "/home/a"}
    assert masked({"a": "/var/run/secrets/token /root /home/a"}, environment) == {
        "a": "/var/run/secrets/token /root /home/a"
    }


@pytest.mark.parametrize("secret", ["/s3cr3tw0rd", "/a/s3cr3tw0rdOfTheHouse1"])
def test_secret_with_slashes_is_no_path(secret: str) -> None:
    assert masked({"token": secret}, {}) == {"token": MASK}


@pytest.mark.parametrize(
    "text",
    [
        "falcomod support -c /etc/falcomod/falcomod.yaml",
        "https://falcosidekick.example:2801/path/to",
        "a file with the token of the service account",
        "unix:///run/falco/falco.sock",
        "/etc/falcomod/falcomod.yaml:3:1: password must be a text",
        "Read sensitive file untrusted",
        "",
    ],
)
def test_what_helps_is_left(text: str) -> None:
    assert masked(text, {}) == text


def test_paths_under_secret_keys_are_left() -> None:
    found = masked(plain(Config(grpc=Grpc(private_key="/etc/k.pem"))), {})
    assert found["grpc"]["private_key"] == "/etc/k.pem"


def test_default_configuration_has_no_secrets() -> None:
    before = plain(Config())
    assert masked(plain(Config()), {}) == before


@pytest.mark.parametrize(
    ("name", "answer"),
    [("http_password", True), ("passwd", True), ("apiKey", True), ("X-Auth-Token", True),
     ("DB_PWD", True), ("PWD", False),
     ("passage", False), ("key", False), ("author", False), ("bypass_rules", False)],
)  # fmt: skip
def test_names_of_secrets(name: str, answer: bool) -> None:
    assert is_secret(name) is answer


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_any_value_keeps_its_shape(value: Any) -> None:
    found = masked(value, {})
    assert type(found) is type(value)
    if isinstance(value, dict | list):
        assert len(found) == len(value)


@given(st.text(), st.text())
def test_secret_of_the_environment_is_never_left(before: str, after: str) -> None:
    assert SECRET not in masked(before + SECRET + after, {"A_TOKEN": SECRET})


def test_long_text_takes_no_longer_than_its_length() -> None:
    for piece in ("a", "token", "token ", "https://", "/a1", "-", "@", "'", "Bearer "):
        masked(piece * (200_000 // len(piece)), {})
