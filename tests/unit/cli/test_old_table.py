# SPDX-License-Identifier: Apache-2.0
"""The rows: what they set exists, and every flag of Falco means something."""

from __future__ import annotations

import pytest

from falcomod.cli.old_table import OLD
from falcomod.cli.start import start
from falcomod.config.load import load

# Every option that any Falco since 0.25 had, but -h and --version.
FLAGS = """
-c --config-schema --rule-schema --disable-source --enable-source --dry-run -i -L -l --list
--list-events --list-plugins -M --markdown --format -N -o --option -P --pidfile -p --print
--plugin-info -r --support -U --unbuffered -V --validate -v --verbose --page-size
-A -b --print-base64 -e -S --snaplen -d --daemon -D -T -t -s --stats-interval -k --k8s-api
-K --k8s-api-cert --k8s-node -m --mesos-api --cri --disable-cri-async -u --userspace
--modern-bpf --nodriver -g --gvisor-config --gvisor-root --gvisor-generate-config
--alternate-lua-dir --list-syscall-events
"""

# Options of `falcomod fields` and `falcomod events`, which --list and --list-events become.
OF_LISTS = {"-N", "--markdown"}


@pytest.mark.parametrize("name", FLAGS.split())
def test_every_option_of_falco_means_something(name: str) -> None:
    own = {opt for parameter in start.params for opt in parameter.opts}
    assert name in OLD or name in own or name in OF_LISTS


@pytest.mark.parametrize(
    "name", [name for name, old in OLD.items() if "-o" in (old.start + old.arguments)]
)
def test_keys_that_are_set_exist(name: str, tmp_path: object) -> None:
    old = OLD[name]
    words = [word.replace("{}", "100") for word in (*old.arguments, *old.start)]
    path = f"{tmp_path}/falcomod.yaml"
    with open(path, "w") as file:
        file.write("{}\n")
    assert load(path, words[1::2]) != load(path)


def test_a_value_stands_for_something() -> None:
    for name, old in OLD.items():
        words = old.arguments + old.start
        assert any("{}" in word for word in words) == (old.value != "no") or old.answer, name
        assert bool(words or old.command) != bool(old.answer), name
