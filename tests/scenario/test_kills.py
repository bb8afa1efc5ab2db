# SPDX-License-Identifier: Apache-2.0
"""falcomod is killed at random moments, again and again: its spool stays whole.

What was answered for arrives, in order, and the file is never damaged.  FALCOMOD_KILLS is how
often it is killed (5), FALCOMOD_SEED repeats a run.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from falcomod.output.spool_file import ENDINGS
from tests.http_receiver import Receiver, receiver
from tests.scenario.test_receiver_away import BATCH, Watched, numbers

KILLS = int(os.environ.get("FALCOMOD_KILLS", "5"))
SEED = int(os.environ.get("FALCOMOD_SEED", str(random.randrange(1 << 32))))
QUIET_S = 3.0
LIFE_MAX_S = 0.3  # of posting, until it is killed
START_MAX_S = 1.5  # of a start that is killed
POSTS_MAX = 100_000


def post_for(watched: Watched, agent_kill: threading.Timer) -> None:
    """Posts until falcomod is killed."""
    agent_kill.start()
    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        watched.post_up_to(POSTS_MAX)
    agent_kill.join()


def check_spool(folder: Path, copy: Path) -> None:
    """Of a killed falcomod, and of a copy, so that its WAL is left for the next start."""
    for ending in ENDINGS:
        with contextlib.suppress(FileNotFoundError):
            shutil.copy(folder / f"http.db{ending}", copy / f"http.db{ending}")
    with contextlib.closing(sqlite3.connect(copy / "http.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if file.execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,):
            ids = [id for (id,) in file.execute("SELECT id FROM alerts ORDER BY id")]
            bodies = [body for (body,) in file.execute("SELECT body FROM alerts")]
            assert len(set(ids)) == len(bodies)
            assert all(body.startswith(b"{") and body.endswith(b"}") for body in bodies)
    for ending in ENDINGS:
        (copy / f"http.db{ending}").unlink(missing_ok=True)


def wait_for_the_last(there: Receiver) -> None:
    """Until the receiver, which gets one after the other, has had nothing for a while."""
    before = -1
    while len(there.requests) > before:
        before = len(there.requests)
        time.sleep(QUIET_S)


def test_spool_is_whole_after_every_kill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    print(f"FALCOMOD_SEED={SEED}")
    (tmp_path / "copy").mkdir()
    starts_killed = 0
    with receiver() as there:
        watched = Watched(tmp_path, there.url)
        for number in range(KILLS):
            there.close()
            if chance.random() < 0.6:
                there.open()
            if number and chance.random() < 0.2:
                starts_killed += 1
                with watched.started() as agent:
                    time.sleep(chance.uniform(0, START_MAX_S))
            else:
                with watched.running() as agent:
                    kill = threading.Timer(
                        chance.uniform(0, LIFE_MAX_S), agent.process.send_signal, [signal.SIGKILL]
                    )
                    post_for(watched, kill)
            assert not [line for line in agent.log if "damaged" in line.text], agent.said()
            check_spool(tmp_path / "spool", tmp_path / "copy")
        there.close()
        there.open()
        with watched.running() as agent:
            watched.post_up_to(watched.posted + BATCH)
            wait_for_the_last(there)
            assert agent.stop() == 0, agent.said()
    arrived = numbers(there)
    assert list(dict.fromkeys(arrived)) == list(range(watched.posted))
    with capsys.disabled():
        print(
            f"\n{KILLS} kills, {starts_killed} of them during a start: {watched.posted} alerts "
            f"answered for and arrived, {len(arrived) - watched.posted} of them again"
        )
