# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading

from falcomod.app.outbox import Call, Outbox

LIMIT_S = 60


def test_calls_are_made_in_order_until_there_is_nothing_to_wait_for() -> None:
    outbox = Outbox()
    made: list[int] = []

    def first() -> None:
        made.append(0)
        outbox(lambda: made.append(2))

    outbox(first)
    outbox(lambda: made.append(1))
    assert outbox.run_until(lambda: True, wait_s=0)
    assert made == [0, 1, 2]


def test_waiting_ends_with_a_call_of_another_thread() -> None:
    outbox = Outbox()
    made: list[str] = []
    thread = threading.Thread(target=outbox, args=(lambda: made.append("call"),))
    thread.start()
    assert outbox.run_until(lambda: bool(made), wait_s=LIMIT_S)
    thread.join(LIMIT_S)


def test_time_is_over() -> None:
    assert not Outbox().run_until(lambda: False, wait_s=0)


def test_question_is_asked_without_the_lock() -> None:
    """Who answers may wait for one that is putting a call into the outbox."""
    outbox = Outbox()

    made: list[bool] = []
    ended: list[bool] = []

    def is_done() -> bool:
        if not ended:
            thread = threading.Thread(target=outbox, args=(lambda: made.append(True),))
            thread.start()
            thread.join(LIMIT_S)
            ended.append(not thread.is_alive())
        return bool(made)

    assert outbox.run_until(is_done, wait_s=LIMIT_S)
    assert ended == [True]


def test_handed_over_calls_keep_their_order() -> None:
    outbox = Outbox()
    posted: list[Call] = []
    made: list[int] = []
    outbox(lambda: made.append(0))
    outbox.hand_over(posted.append)
    outbox(lambda: made.append(1))
    for call in posted:
        call()
    assert made == [0, 1]
