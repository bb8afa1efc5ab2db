# SPDX-License-Identifier: Apache-2.0
"""Clients are killed while alerts go out over gRPC: every alert reaches somebody."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

from falcomod.config.output_options import OutputsSpool
from falcomod.config.service_options import Grpc
from falcomod.output.grpc_server import GrpcServer
from falcomod.output.spool import open_spool
from tests.unit.output.grpc_serving import VERSION, body, wait_for

ROOT = Path(__file__).resolve().parents[2]
ALERTS = 3000
KILLS = 6
CLIENTS = 3

# Writes the rule of each alert on a line; asks all the time, as Falco's client-py does.
CODE = """
import sys, time, grpc
sys.path[:0] = sys.argv[2:]
from tests.unit.output.grpc_stub import Stub
def requests():
    while True:
        yield b""
        time.sleep(0.02)
for alert in Stub(grpc.insecure_channel("unix:" + sys.argv[1])).sub(requests(), timeout_s=300):
    sys.stdout.write(alert.rule + "\\n")
    sys.stdout.flush()
"""


class Reader:
    """A client in a process of its own, and what it has told."""

    def __init__(self, socket: Path, seen: Counter[str]) -> None:
        self._seen = seen
        command = [sys.executable, "-c", CODE, str(socket), str(ROOT / "src"), str(ROOT)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            # The last line of one that is killed may be a part of one.
            self._seen.update(line.strip() for line in lines if line.endswith("\n"))


def test_every_alert_reaches_a_client_though_clients_are_killed(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    spool = open_spool(OutputsSpool(path=str(tmp_path)), "grpc")
    open_spool(OutputsSpool(path=str(tmp_path)), "grpc")  # For the server, which closes it.
    told: list[Counter[str]] = []

    def reader() -> Reader:
        told.append(Counter())
        return Reader(socket, told[-1])

    with tempfile.TemporaryDirectory(prefix="fm") as folder:
        socket = Path(folder, "s")
        server = GrpcServer(Grpc(bind_address=f"unix://{socket}"), spool, VERSION)
        server.start()
        readers = [reader() for _ in range(CLIENTS)]
        for part in range(KILLS):
            wait_for(lambda: server.counters()["clients"] == CLIENTS)
            handed = server.counters()["handed"]
            first = part * ALERTS // KILLS
            spool.append([body(n, 500) for n in range(first, first + ALERTS // KILLS)])
            # Somewhere in the middle of this part.
            limit = handed + chance.randrange(ALERTS // KILLS)
            wait_for(lambda limit=limit: server.counters()["handed"] >= limit)
            victim = chance.randrange(CLIENTS)
            readers[victim].kill()
            wait_for(lambda: server.counters()["clients"] < CLIENTS)
            readers[victim] = reader()
        wait_for(lambda: spool.waiting() == 0, 60)
        for each in readers:
            each.kill()
        server.stop()
    spool.close()
    seen = sum(told, Counter())
    assert set(seen) == {f"R{number}" for number in range(ALERTS)}
