# SPDX-License-Identifier: Apache-2.0
"""What documents show is there: files, commands, configurations, and what falcomod prints."""

from __future__ import annotations

import re
import shlex
import shutil
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest

from falcomod import cli
from falcomod.config.keys import by_key
from falcomod.config.load import from_text
from falcomod.config.model import Config
from falcomod.errors import EXIT_OK

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
README_LINES = 100
BLOCK = re.compile(r"(?:^(?: {4}.*|)\n)+", re.M)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
INLINE = re.compile(r"`falcomod ([a-z][^`\n]*)`")
PROMPT = re.compile(r"(?:[$#] )?(?:\S*/bin/)?falcomod (?=[a-z])")
KEY = re.compile(r"[a-z_]+(?=:)")
END_OF_COMMAND = {"|", ">", "&&", ";", "&"}


def blocks(document: Path) -> list[str]:
    """The parts of a document that are set off as they are typed, without their indent."""
    return [
        "\n".join(line[4:] for line in block.strip("\n").split("\n"))
        for block in BLOCK.findall(document.read_text())
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_readme_is_a_page() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= README_LINES


def configurations() -> Iterator[tuple[str, str]]:
    """Each paragraph that begins with a key of the configuration, and where it stands."""
    for document in DOCUMENTS:
        for paragraph in "\n\n".join(blocks(document)).split("\n\n"):
            key = KEY.match(paragraph)
            if key is not None and key[0] in by_key(Config):
                yield f"{document.name}-{key[0]}", paragraph


@pytest.mark.parametrize(("place", "text"), tuple(configurations()))
def test_configurations_are_read_without_a_warning(place: str, text: str) -> None:
    assert from_text(text, place).warnings == ()


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command line of falcomod, in words, up to what follows it."""
    for document in DOCUMENTS:
        for line in "\n".join(blocks(document)).splitlines():
            prompt = PROMPT.match(line.strip())
            if prompt is not None:
                words = shlex.split(line.strip()[prompt.end() :], comments=True)
                end = next((n for n, word in enumerate(words) if word in END_OF_COMMAND), None)
                yield f"{document.name}: {line.strip()}", words[:end]
        for line in INLINE.findall(document.read_text()):
            yield f"{document.name}: {line}", line.split()


def test_there_are_commands() -> None:
    assert len(list(commands())) > 30


@pytest.mark.parametrize(
    ("line", "words"), tuple(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_commands_and_their_options_are_there(line: str, words: list[str]) -> None:
    command: click.Command = cli.cli
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    assert command is not cli.cli, line
    known = {name for param in command.params for name in param.opts}
    options = [word.partition("=")[0] for word in words if word.startswith("-") and word != "-"]
    assert [name for name in options if name not in known and name[:2] not in known] == []


def printed() -> Iterator[tuple[str, str]]:
    """Commands of docs/alerts.md, each with the line that it is said to print."""
    lines = "\n".join(blocks(ROOT / "docs/alerts.md")).splitlines()
    for command, told in pairwise(lines):
        if command.strip().startswith("$ falcomod "):
            yield command.strip().removeprefix("$ falcomod "), told.strip()


@pytest.mark.parametrize(("command", "told"), tuple(printed()))
def test_alerts_are_printed_as_documented(
    command: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = blocks(ROOT / "docs/alerts.md")
    rule = next(block for block in found if block.startswith("- rule:"))
    config = next(block for block in found if block.startswith("rules_files:"))
    (tmp_path / "rules.yaml").write_text(rule)
    (tmp_path / "falcomod.yaml").write_text(config)
    shutil.copy(ROOT / "tests/captures/curl_google.scap", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert cli.run(shlex.split(command)) == EXIT_OK
    assert capsys.readouterr().out.splitlines() == [told]
