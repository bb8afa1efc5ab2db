# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os

import pytest

from falcomod.app import old_answers
from falcomod.errors import UserError
from falcomod.rules.requirements import BUILT_IN


def test_every_plugin_that_is_built_in_is_told_of() -> None:
    assert set(old_answers.PLUGINS) == set(BUILT_IN)
    listed = old_answers.list_plugins()
    for name, version in BUILT_IN.items():
        assert f"Name: {name}\n" in listed
        assert f"Version: {version}\n" in listed


def test_one_plugin_in_falcos_form() -> None:
    assert old_answers.plugin_info("k8saudit").splitlines() == [
        "Name: k8saudit",
        "Description: Audit events of Kubernetes",
        "Contact: built in; no library is loaded",
        f"Version: {BUILT_IN['k8saudit']}",
        "Capabilities:",
        "  - Event Sourcing (ID=1, source='k8s_audit')",
        "  - Field Extraction",
    ]


def test_an_unknown_plugin_is_refused() -> None:
    with pytest.raises(UserError, match="Cannot find plugin 'x'; built in are container, json"):
        old_answers.plugin_info("x")


def test_page_size() -> None:
    assert old_answers.page_size() == f"Your system page size is: {os.sysconf('SC_PAGE_SIZE')}"


def test_refusals_name_their_option() -> None:
    for name, text in old_answers.REFUSED.items():
        assert text.startswith(f"{name}: ")
        with pytest.raises(UserError, match=name):
            old_answers.refuse(text)("x")


def test_nothing_is_ignored() -> None:
    assert old_answers.ignored().startswith("Ignored syscall(s): none\n")
