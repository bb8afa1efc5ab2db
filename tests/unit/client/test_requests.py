# SPDX-License-Identifier: Apache-2.0
"""When the requests of a stream are sent."""

from __future__ import annotations

import threading

from falcomod.client.requests import Requests


def test_first_request_is_there_at_once() -> None:
    assert next(Requests(3600)) == b""


def test_requests_follow_each_other() -> None:
    requests = Requests(0)
    assert [next(requests) for _ in range(3)] == [b"", b"", b""]


def test_close_ends_them_also_while_one_is_waited_for() -> None:
    requests = Requests(3600)
    next(requests)
    rest: list[bytes] = []
    waiting = threading.Thread(target=lambda: rest.extend(requests))
    waiting.start()
    requests.close()
    waiting.join(20)
    assert not waiting.is_alive()
    assert rest == []
