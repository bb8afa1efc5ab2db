# SPDX-License-Identifier: Apache-2.0
"""What it costs that an alert waits on disk until it is received: python -m bench.spool.

Alerts of 900 bytes, as JSON has them, in a file of a temporary folder (TMPDIR chooses the
disk).  Elapsed time, because waits for the disk are part of it.  The last lines are alerts
that are posted to a server in the same process, so the half of their time is the server's.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from falcomod.alert.model import Alert, Priority
from falcomod.config.output_options import HttpOutput
from falcomod.output.delivery import Delivery
from falcomod.output.http import Poster
from falcomod.output.spool import Spool
from tests.http_receiver import receiver

BODY = b'{"output":"' + b"x" * 887 + b'"}'
POLICIES = {"never": 10_000, "interval": 10_000, "always": 500}  # and how many alerts
POSTED = 3_000


def report(what: str, elapsed_s: float, count: int) -> None:
    each_s = elapsed_s / count
    print(f"{what:<36}{each_s * 1e6:>9.1f} us{1 / each_s:>12,.0f} alerts/s")


def appended(spool: Spool, count: int, at_once: int) -> float:
    bodies = [BODY] * at_once
    started = time.perf_counter()
    for _ in range(count // at_once):
        spool.append(bodies)
    return time.perf_counter() - started


def taken(spool: Spool, count: int, at_once: int) -> float:
    started = time.perf_counter()
    for _ in range(count // at_once):
        spool.done([item.id for item in spool.take(at_once, 0)])
    return time.perf_counter() - started


def bench_spool(folder: Path) -> None:
    for policy, most in POLICIES.items():
        spool = Spool(folder / f"{policy}.db", max_bytes=2**28, fsync=policy)
        for at_once in (1, 64):
            count = most // at_once * at_once
            report(f"append {at_once:>2}, fsync {policy}", appended(spool, count, at_once), count)
            report(f"take and done {at_once:>2}", taken(spool, count, at_once), count)
        spool.close()


def bench_delivery(folder: Path, keep_alive: bool) -> None:
    alert = Alert(time_ns=0, priority=Priority.ERROR, rule="r", output="")
    with receiver() as there:
        poster = Poster(HttpOutput(url=there.url, keep_alive=keep_alive))
        spool = Spool(folder / f"http-{keep_alive}.db", max_bytes=2**28, fsync="interval")
        sink = Delivery("http", spool, lambda alert: BODY, poster.post, hang_up=poster.hang_up)
        started = time.perf_counter()
        for _ in range(POSTED // 50):
            sink.write([alert] * 50)
        there.wait_for(POSTED, 300)
        elapsed_s = time.perf_counter() - started
        sink.close()
    report(
        "posted, " + ("one connection" if keep_alive else "a connection each"), elapsed_s, POSTED
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench_spool(Path(folder))
        for keep_alive in (True, False):
            bench_delivery(Path(folder), keep_alive)


if __name__ == "__main__":
    main()
