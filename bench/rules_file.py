# SPDX-License-Identifier: Apache-2.0
"""A rules file of the size and shape of a large installation's: python -m bench.rules_file.

The shape is that of the public rule sets: a few macros say what happened (a file
opened for writing, a program started, a connection made), nearly every rule begins with
one of them, says in a condition of its own what is wrong, and goes on with known cases,
each a macro of its own, of which many are empty until a user fills them in.  Lists hold
programs, paths, images and ports, and some hold other lists.  No event of bench/mix.py
matches a rule.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from itertools import accumulate

RULES, MACROS, LISTS = 90, 350, 170

# What happened: name, condition, and its share of the rules.
HAPPENED = (
    ("spawned_process", "evt.type in (execve, execveat) and evt.res = SUCCESS", 32),
    ("open_write", "evt.type in (open, openat, openat2) and evt.is_open_write = true"
     " and fd.typechar = 'f' and fd.num >= 0", 20),
    ("open_read", "evt.type in (open, openat, openat2) and evt.is_open_read = true"
     " and fd.typechar = 'f' and fd.num >= 0", 12),
    ("outbound", "((evt.type = connect or (evt.type in (sendto, sendmsg) and fd.l4proto != tcp"
     " and fd.connected = false)) and (fd.typechar = 4 or fd.typechar = 6) and"
     " (fd.ip != \"0.0.0.0\" and not fd.snet in (\"127.0.0.0/8\")) and"
     " (evt.rawres >= 0 or evt.res = EINPROGRESS))", 8),
    ("inbound", "((evt.type in (accept, accept4, listen) or (evt.type in (recvfrom, recvmsg)"
     " and fd.l4proto != tcp and fd.connected = false)) and (fd.typechar = 4 or"
     " fd.typechar = 6) and (evt.rawres >= 0 or evt.res = EINPROGRESS))", 4),
    ("rename_or_remove", "evt.type in (rename, renameat, renameat2, unlink, unlinkat, rmdir)", 5),
    ("mode_changed", "(evt.type in (chmod, fchmod, fchmodat) and not evt.arg.mode icontains IROTH)",
     3),
    ("link_made", "evt.type in (link, linkat, symlink, symlinkat) and evt.res = SUCCESS", 2),
    ("traced", "evt.type = ptrace and evt.arg.request in (PTRACE_ATTACH, PTRACE_SEIZE)", 2),
    ("module_loaded", "evt.type in (init_module, finit_module) and evt.res = SUCCESS", 1),
    ("became", "evt.type in (setuid, setresuid) and evt.res = SUCCESS", 1),
)  # fmt: skip

WORDS = ("backup", "deploy", "monitor", "scanner", "agent", "builder", "updater", "runner",
         "proxy", "cache", "queue", "ledger", "index", "mailer", "gateway", "worker")  # fmt: skip
DIRECTORIES = ("/etc", "/opt", "/var/lib", "/usr/local/share", "/root", "/home", "/boot")
SUFFIXES = (".conf", ".key", ".pem", ".service", ".sh", ".so", ".ko")


class Maker:
    """Makes one file; equal arguments make equal files."""

    def __init__(self, rules: int, macros: int, lists: int, seed: int) -> None:
        self.rng = random.Random(seed)
        self.rules, self.macros, self.lists = rules, macros, lists
        self.programs = [f"programs_{number}" for number in range(lists * 6 // 10)]
        self.paths = [f"paths_{number}" for number in range(lists * 2 // 10)]
        self.images = [f"images_{number}" for number in range(lists // 10)]
        ports = lists - len(self.programs) - len(self.paths) - len(self.images)
        self.ports = [f"ports_{number}" for number in range(ports)]
        self.known: list[str] = []

    def text(self) -> str:
        """The file."""
        parts = ["- required_engine_version: 0.31.0\n"]
        parts += self._lists()
        parts += [self._macro(name, condition) for name, condition, _ in HAPPENED]
        parts.append(self._macro("container", "container.id != host"))
        parts.append(self._macro("proc_name_exists", 'not proc.name in ("<NA>", "N/A", "")'))
        parts += self._known(self.macros - len(HAPPENED) - 2)
        parts += self._rules()
        return "\n".join(parts)

    def _word(self) -> str:
        return f"{self.rng.choice(WORDS)}-{self.rng.randrange(1000)}"

    def _path(self) -> str:
        return f"{self.rng.choice(DIRECTORIES)}/{self._word()}"

    def _lists(self) -> list[str]:
        parts = []
        for number, name in enumerate(self.programs):
            items = [self._word() for _ in range(self.rng.randrange(3, 40))]
            if number and number % 4 == 0:
                items += self.rng.sample(self.programs[:number], min(2, number))
            parts.append(self._list(name, items))
        for name in self.paths:
            parts.append(self._list(name, [self._path() for _ in range(self.rng.randrange(2, 15))]))
        for name in self.images:
            items = [f"registry.example.com/team/{self._word()}" for _ in range(8)]
            parts.append(self._list(name, items))
        for name in self.ports:
            items = [str(self.rng.randrange(1, 5000)) for _ in range(6)]
            parts.append(self._list(name, items))
        return parts

    def _known(self, count: int) -> list[str]:
        """Macros of known cases; a third is empty, for users to fill in."""
        shapes: tuple[Callable[[], str], ...] = (
            lambda: f"proc.name = {self._word()} and fd.name startswith {self._path()}",
            lambda: f"proc.pname in ({self._programs()})",
            lambda: f"proc.name in ({self._programs()}) and proc.pname = {self._word()}",
            lambda: f"proc.aname[2] in ({self._programs()}) or proc.aname[3] = {self._word()}",
            lambda: f'proc.cmdline startswith "{self._word()} --{self._word()}"',
            lambda: f'proc.pcmdline contains "{self._word()}/{self._word()}"',
            lambda: f"container.image.repository in ({self.rng.choice(self.images)})",
            lambda: f"proc.aname = {self._word()}",
            lambda: f"fd.name startswith {self._path()} or fd.name startswith {self._path()}"
                    f" or fd.name contains /{self._word()}/",
            lambda: f"fd.directory in ({self.rng.choice(self.paths)}, {self._path()})",
            lambda: f"fd.sport in ({self.rng.choice(self.ports)}) and proc.name = {self._word()}",
            lambda: f"proc.exepath endswith /{self._word()} and user.name = {self._word()}",
            lambda: f"{self.rng.choice(self.known)} or proc.name = {self._word()}",
        )  # fmt: skip
        parts = []
        for number in range(count):
            name = f"known_case_{number}"
            if number % 3 == 0:
                condition = "never_true" if number else "evt.num = 0"
                name = f"user_known_case_{number}" if number else "never_true"
            else:
                condition = self.rng.choice(shapes if self.known else shapes[:-1])()
            parts.append(self._macro(name, f"({condition})"))
            self.known.append(name)
        return parts

    def _programs(self) -> str:
        return ", ".join(self.rng.sample(self.programs, self.rng.randrange(1, 3)))

    def _rules(self) -> list[str]:
        wrong: tuple[Callable[[], str], ...] = (
            lambda: f"fd.name startswith {self._path()}",
            lambda: f"(fd.name pmatch ({self.rng.choice(self.paths)}))",
            lambda: f"(fd.name endswith {self.rng.choice(SUFFIXES)} and"
                    f" fd.directory startswith {self.rng.choice(DIRECTORIES[:5])}/x)",
            lambda: f"fd.name glob {self._path()}/*{self.rng.choice(SUFFIXES)}",
        )  # fmt: skip
        started: tuple[Callable[[], str], ...] = (
            lambda: f"proc.name in ({self._programs()})",
            lambda: f"(proc.name in ({self._programs()}) and proc.args contains"
                    f' "{self._word()}")',
            lambda: f"(proc.pname in ({self._programs()}) and not proc.name in"
                    f" ({self._programs()}))",
            lambda: f'(proc.cmdline contains "{self._word()} " or'
                    f' proc.cmdline contains "{self._word()};")',
        )  # fmt: skip
        ends = list(
            zip((row[0] for row in HAPPENED), accumulate(row[2] for row in HAPPENED), strict=True)
        )
        total = ends[-1][1]
        parts = []
        for number in range(self.rules):
            # Spread evenly, so that a file of any size has the same shares.
            point = number * 37 % total
            happened = next(name for name, end in ends if point < end)
            by_file = happened in ("open_write", "open_read", "rename_or_remove", "mode_changed")
            terms = [happened, self.rng.choice(wrong if by_file else started)()]
            if number % 3 == 0:
                terms.append("container")
            if number % 5 == 0:
                terms.append("proc_name_exists")
            known = self.rng.sample(self.known, min(self.rng.randrange(3, 22), len(self.known)))
            terms += [f"not {name}" for name in known]
            parts.append(self._rule(number, terms))
        return parts

    def _list(self, name: str, items: list[str]) -> str:
        return f"- list: {name}\n  items: [{', '.join(items)}]\n"

    def _macro(self, name: str, condition: str) -> str:
        return f"- macro: {name}\n  condition: >\n    {condition}\n"

    def _rule(self, number: int, terms: list[str]) -> str:
        condition = "\n    and ".join(terms)
        return (
            f"- rule: Suspicious activity {number}\n"
            f"  desc: something happened that number {number} is about\n"
            f"  condition: >\n    {condition}\n"
            f"  output: Suspicious activity {number} (user=%user.name command=%proc.cmdline"
            f" parent=%proc.pname file=%fd.name container=%container.id)\n"
            f"  priority: WARNING\n"
            f"  tags: [host, container, maturity_stable]\n"
        )


def text(rules: int = RULES, macros: int = MACROS, lists: int = LISTS, seed: int = 1) -> str:
    """The file, with that many of each."""
    return Maker(rules, macros, lists, seed).text()


def scaled(rules: int) -> str:
    """A file with that many rules, its macros and lists in the same proportion."""
    return text(rules, max(20, rules * MACROS // RULES), max(12, rules * LISTS // RULES))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", type=int, default=RULES)
    arguments = parser.parse_args()
    print(scaled(arguments.rules), end="")


if __name__ == "__main__":
    main()
