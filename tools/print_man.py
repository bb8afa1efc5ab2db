# SPDX-License-Identifier: Apache-2.0
"""Prints docs/falcomod.1 anew, from the commands of the program itself.

A test compares the page with what is printed here.  click-man would make a page for
each of two dozen commands, without files, signals and exit codes, and does not escape what
roff takes for its own; this is one page, as people look for it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from falcomod import __version__
from falcomod.cli import cli
from falcomod.config.load import DEFAULT_PATH
from falcomod.config.model import Config
from falcomod.errors import EXIT_BUG, EXIT_ENVIRONMENT, EXIT_OK, EXIT_USAGE, EXIT_USER

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "falcomod.1"


def page() -> str:
    """The text of the page, for groff and mandoc."""
    return "\n".join([*_front(), *_commands(), *_back(), ""])


def main() -> None:
    PAGE.write_text(page(), encoding="ascii")


def visible(command: click.Command, path: str = "falcomod") -> Iterator[tuple[str, click.Command]]:
    """Every command that a user is told of, with what is typed for it; groups before theirs."""
    if command.hidden:
        return
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from visible(inner, f"{path} {name}")


def _front() -> Iterator[str]:
    yield COMMENT
    yield f'.TH FALCOMOD 1 "" "falcomod {__version__}" "falcomod manual"'
    yield ".SH NAME"
    yield f"falcomod {MINUS} {escaped(_first_sentence(cli).rstrip('.').lower())}"
    yield ".SH SYNOPSIS"
    yield ".B falcomod"
    yield escaped("COMMAND [OPTION...]")
    yield ".SH DESCRIPTION"
    yield from _paragraphs(DESCRIPTION)


def _commands() -> Iterator[str]:
    yield ".SH COMMANDS"
    for path, command in visible(cli):
        context = click.Context(command, info_name=path)
        if command is not cli:
            pieces = " ".join(command.collect_usage_pieces(context))
            yield f".SS {quoted(f'{path} {pieces}')}"
            yield from _paragraphs(command.help or "")
        options = [param for param in command.params if isinstance(param, click.Option)]
        records = [option.get_help_record(context) for option in options]
        for names, text in filter(None, records):
            yield ".TP"
            yield rf"\fB{escaped(names)}\fR"
            yield escaped(" ".join(text.split()))


def _back() -> Iterator[str]:
    for title, rows in (("SIGNALS", SIGNALS), ("FILES", FILES), ("ENVIRONMENT", ENVIRONMENT)):
        yield f".SH {title}"
        yield from _rows(rows)
    yield '.SH "EXIT STATUS"'
    yield from _rows([(str(code), text) for code, text in EXITS])
    yield '.SH "SEE ALSO"'
    yield ".BR systemctl (1),"
    yield ".BR journalctl (1)"


def _rows(rows: list[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield ".TP"
        yield rf"\fB{escaped(name)}\fR"
        yield escaped(text)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(inspect.cleandoc(text).split("\n\n")):
        if number:
            yield ".PP"
        # \b before a paragraph asks click to leave its lines as they are.
        if paragraph.startswith("\b"):
            yield ".nf"
            yield from (escaped(line) for line in paragraph.splitlines()[1:])
            yield ".fi"
        elif paragraph.strip():
            yield escaped(" ".join(paragraph.split()))


def escaped(text: str) -> str:
    """*text* for roff: nothing in it is a request, an escape or a hyphen that is none typed."""
    text = text.replace("\\", r"\e").replace("-", MINUS).replace("`", r"\(ga")
    text = text.replace("'", r"\(aq").replace("^", r"\(ha").replace("~", r"\(ti")
    text = re.sub("[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", text)
    return r"\&" + text if text.startswith(".") else text


def quoted(text: str) -> str:
    """*text* as one argument of a macro."""
    return '"' + escaped(text).replace('"', r"\(dq") + '"'


def _first_sentence(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").split("\n\n")[0]


MINUS = r"\-"
COMMENT = r".\" Printed by tools/print_man.py (`make docs`) from the commands of the program."
DESCRIPTION = """
falcomod watches the system calls of this host and its containers, by a kernel module or by eBPF,
and writes an alert when one matches a rule. Rules, outputs and configuration are those of Falco.

`falcomod start` runs in the foreground; as a service, systemd starts it and is told when it is
ready. Command lines of Falco are understood, too.
"""
DEFAULTS = Config()
SIGNALS = [
    ("SIGTERM, SIGINT", "Ends it, after alerts that wait have been handed over."),
    ("SIGHUP", "Reads configuration and rules again, without a gap."),
    ("SIGUSR1", "Opens files of outputs anew, and starts their programs anew: for logrotate."),
]
FILES = [
    (DEFAULT_PATH, "The configuration, where -c names no other."),
    ("/etc/falcomod/falcomod_rules.yaml", "Rules in place of the shipped ones."),
    (DEFAULTS.outputs_spool.path, "Alerts that wait until they are received."),
    (DEFAULTS.rules_cache_dir, "Compiled rules, and kernel modules that were built."),
    (DEFAULTS.control.socket, "The socket of status and reload."),
]
ENVIRONMENT = [
    ("FALCO_HOSTNAME", "Name of the host in alerts, in place of its own."),
    ("HOST_ROOT", "Where the host's files are, in a container."),
    ("FALCOMOD_NODE_NAME", "Name of this node of Kubernetes."),
    ("FALCO_K8S_API, KUBECONFIG", "Where the API server of Kubernetes is."),
    ("http_proxy, https_proxy, all_proxy, no_proxy", "Proxies of http_output."),
    ("FALCOMOD_DEBUG", "With any value: a bug shows its traceback."),
]
EXITS = [
    (EXIT_OK, "All went well."),
    (EXIT_USER, "Configuration, rules or a file have a fault, or no falcomod runs."),
    (EXIT_USAGE, "The command line is wrong."),
    (EXIT_ENVIRONMENT, "The host refuses: no driver can be used, or a right is missing."),
    (EXIT_BUG, "A bug of falcomod."),
]


if __name__ == "__main__":
    main()
