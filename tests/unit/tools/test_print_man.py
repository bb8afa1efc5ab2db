# SPDX-License-Identifier: Apache-2.0
"""The man page is what is printed, holds every command, and no formatter complains of it."""

from __future__ import annotations

import re
import shutil
import subprocess

import click
import pytest

from falcomod.cli import cli
from tools.print_man import PAGE, escaped, page, visible

FORMATTERS = {
    "groff": ["groff", "-man", "-Tutf8", "-ww", "-z"],
    "mandoc": ["mandoc", "-T", "lint", "-W", "warning"],
}


def test_page_is_current() -> None:
    assert PAGE.read_text() == page(), "print the page anew: make docs"


@pytest.mark.parametrize("name", FORMATTERS)
def test_formatter_has_no_warning(name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"needs {name}")
    done = subprocess.run([*FORMATTERS[name], PAGE], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).splitlines()
    # Nobody would keep a date true.
    assert [line for line in said if "missing date" not in line] == []


def shown() -> str:
    """The page as a terminal shows it, without emphasis, on lines without end."""
    if shutil.which("groff") is None:
        pytest.skip("needs groff")
    done = subprocess.run(
        ["groff", "-man", "-Tascii", "-P-c", "-P-u", "-P-b", "-rLL=10000n", PAGE],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_every_command_and_option_is_shown() -> None:
    text = shown()
    missing = []
    for path, command in visible(cli):
        if command is not cli and not re.search(rf"^ +{path}( |$)", text, re.MULTILINE):
            missing.append(path)
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                missing += [name for name in option.opts if name not in text]
    assert missing == []


@pytest.mark.parametrize(
    "text",
    [".SH no request", "'br no request", r"C:\new\fBold", 'a "b" c', "--option-name", "a^b~c`d'e"],
)
def test_text_is_shown_as_it_is(text: str) -> None:
    if shutil.which("groff") is None:
        pytest.skip("needs groff")
    done = subprocess.run(
        ["groff", "-man", "-Tascii", "-P-c", "-ww"],
        input=f'.TH X 1 "" "" ""\n.SH A\n{escaped(text)}\n',
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert text in done.stdout
    assert done.stderr == ""
