# SPDX-License-Identifier: Apache-2.0
"""How long an alert takes from its event to its line: python -m bench.alert."""

from __future__ import annotations

import time
from collections.abc import Callable

from falcomod.alert.format import Template, json_line, text_line
from falcomod.alert.model import Alert, Priority
from falcomod.engine.fields.probe import Probe
from falcomod.engine.state.tables import State
from tests.record_builder import build

ROUNDS = 20_000
OUTPUT = (
    "Sensitive file opened (file=%fd.name gparent=%proc.aname[2] evt_type=%evt.type"
    " user=%user.name user_uid=%user.uid user_loginuid=%user.loginuid process=%proc.name"
    " proc_exepath=%proc.exepath parent=%proc.pname command=%proc.cmdline terminal=%proc.tty"
    " container_id=%container.id)"
)


def probe() -> Probe:
    state = State()
    state.set_users({1000: "ada"}, {1000: "ada"})
    for pid, comm in enumerate(("systemd", "sshd", "bash", "cat"), 1):
        state.seed_thread(
            tid=pid,
            pid=pid,
            ptid=pid - 1,
            comm=comm,
            exe=comm,
            exepath=f"/usr/bin/{comm}",
            args=["-n", "/etc/shadow"],
            uid=1000,
            loginuid=1000,
        )
    return Probe(state)


def report(what: str, call: Callable[[], object]) -> None:
    best = min(_timed(call) for _ in range(5))
    print(f"{what:<24}{best * 1e6:>8.1f} us")


def _timed(call: Callable[[], object]) -> float:
    started = time.thread_time()
    for _ in range(ROUNDS // 5):
        call()
    return (time.thread_time() - started) / (ROUNDS // 5)


def main() -> None:
    host = probe()
    record = build("openat", ts=10**18, tid=4, fd=3, dirfd=-100, name="/etc/shadow", flags=1)
    view = host.at(record)
    template = Template.parse(OUTPUT)

    def alert() -> Alert:
        return Alert(
            time_ns=view.ts_ns,
            priority=Priority.WARNING,
            rule="Sensitive file opened",
            output=template.render(view),
            output_fields=template.fields(view),
            tags=("filesystem",),
            hostname="node-1",
        )

    made = alert()
    report("text of the template", lambda: template.render(view))
    report("its fields", lambda: template.fields(view))
    report("alert", alert)
    report("text line", lambda: text_line(made))
    report("JSON line", lambda: json_line(made))


if __name__ == "__main__":
    main()
