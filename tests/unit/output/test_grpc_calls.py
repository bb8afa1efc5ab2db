# SPDX-License-Identifier: Apache-2.0
"""What clients get, by the published paths and numbers, from a real server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Queue

import grpc
import pytest

from falcomod.output.grpc_calls import METHODS, VERSION_CALLS, Calls
from falcomod.output.memory_spool import MemorySpool
from tests.unit.output.grpc_serving import Serving, body, rules, serving, wait_for
from tests.unit.output.grpc_stub import Stub


@pytest.fixture
def served() -> Iterator[Serving]:
    with serving() as found:
        yield found


class Asking:
    """The requests of a stream: one for each ask(), the end at stop()."""

    def __init__(self) -> None:
        self._requests: Queue[bytes | None] = Queue()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._requests.get, None)

    def ask(self) -> None:
        self._requests.put(b"")

    def stop(self) -> None:
        self._requests.put(None)


def test_methods_are_those_that_falco_published() -> None:
    assert set(METHODS) == {
        "/falco.outputs.service/sub",
        "/falco.outputs.service/get",
        "/falco.output.service/subscribe",
        "/falco.version.service/version",
    }


def test_version(served: Serving) -> None:
    found = served.stub().version()
    assert (found.version, found.major, found.minor, found.patch) == ("1.2.3-rc1+4a2f", 1, 2, 3)
    assert (found.prerelease, found.build, found.engine_version) == ("rc1", "4a2f", 63)


def test_get_tells_all_that_wait_in_order_and_ends(served: Serving) -> None:
    served.put(*range(100))
    call = served.stub().get()
    assert rules(call) == [f"R{number}" for number in range(100)]
    assert call.code() is grpc.StatusCode.OK
    wait_for(lambda: served.spool.waiting() == 0)


def test_get_of_nothing_ends_at_once(served: Serving) -> None:
    assert rules(served.stub().get()) == []


def test_get_leaves_later_alerts_to_later_calls(served: Serving) -> None:
    stub = served.stub()
    served.put(1)
    assert rules(stub.get()) == ["R1"]
    served.put(2)
    assert rules(stub.get()) == ["R2"]
    assert rules(stub.get()) == []


def test_sub_answers_each_request_with_what_has_come(served: Serving) -> None:
    asking = Asking()
    answers = served.stub().sub(asking)
    served.put(1, 2)
    asking.ask()
    assert [next(answers).rule, next(answers).rule] == ["R1", "R2"]
    served.put(3)
    asking.ask()
    assert next(answers).rule == "R3"
    asking.stop()
    assert rules(answers) == []
    assert answers.code() is grpc.StatusCode.OK
    wait_for(lambda: served.spool.waiting() == 0)


def test_sub_tells_nothing_that_was_not_asked_for(served: Serving) -> None:
    """As Falco: a client that has not asked leaves alerts to those that do."""
    asking = Asking()
    answers = served.stub().sub(asking)
    wait_for(lambda: served.server.counters()["clients"] == 1)
    served.put(1)
    assert rules(served.stub().get()) == ["R1"]
    asking.ask()
    served.put(2)
    asking.ask()
    assert next(answers).rule == "R2"
    asking.stop()


def test_sub_that_asks_once_gets_what_waits_then(served: Serving) -> None:
    """client-go's Sub without OutputsWatch, with the stream left open."""
    served.put(1, 2, 3)
    asking = Asking()
    answers = served.stub().sub(asking)
    asking.ask()
    assert [next(answers).rule for _ in range(3)] == ["R1", "R2", "R3"]
    wait_for(lambda: all(call.is_idle for call in served.calls()))
    assert served.spool.waiting() == 3  # The client has not confirmed.
    served.put(4)
    assert rules(served.stub().get()) == ["R4"]
    answers.cancel()


def test_sub_of_one_request_and_the_end_is_a_get(served: Serving) -> None:
    served.put(1, 2)
    assert rules(served.stub().sub([b""])) == ["R1", "R2"]


def test_subscribe_ends_like_get(served: Serving) -> None:
    served.put(1, 2)
    call = served.stub().subscribe(keepalive=False)
    assert rules(call) == ["R1", "R2"]
    assert call.code() is grpc.StatusCode.OK


def test_subscribe_with_keepalive_goes_on(served: Serving) -> None:
    served.put(1)
    call = served.stub().subscribe(keepalive=True)
    assert next(call).rule == "R1"
    served.put(2)
    assert next(call).rule == "R2"
    call.cancel()
    wait_for(lambda: served.server.counters()["clients"] == 0)


def test_each_alert_goes_to_one_of_several_clients(served: Serving) -> None:
    seen: list[str] = []
    lock = threading.Lock()

    done = threading.Event()

    def ask_on() -> Iterator[bytes]:
        while not done.wait(0.005):
            yield b""

    def listen(stub: Stub) -> None:
        for alert in stub.sub(ask_on()):
            with lock:
                seen.append(alert.rule)
                if len(seen) == 600:
                    done.set()

    threads = [threading.Thread(target=listen, args=(served.stub(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for start in range(0, 600, 20):
        served.put(*range(start, start + 20))
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(f"R{number}" for number in range(600))
    wait_for(lambda: served.spool.waiting() == 0)


def test_alerts_of_a_client_that_is_gone_go_to_the_next_one_in_order(served: Serving) -> None:
    served.put(1, 2, 3)
    asking = Asking()
    answers = served.stub().sub(asking)
    asking.ask()
    assert next(answers).rule == "R1"
    answers.cancel()
    wait_for(lambda: served.server.counters()["clients"] == 0)
    served.put(4)
    assert rules(served.stub().get())[-3:] == ["R2", "R3", "R4"]


def test_request_that_cannot_be_read_is_refused(served: Serving) -> None:
    stub = served.stub()
    served.put(1)
    with pytest.raises(grpc.RpcError) as error:
        list(stub.get(b"\xff\xff\xff"))
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError) as error:
        list(stub.sub([b"\x0a\x7f"]))
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError) as error:
        stub.version(b"\x07")
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert rules(stub.get()) == ["R1"]


def test_too_large_request_is_refused(served: Serving) -> None:
    with pytest.raises(grpc.RpcError) as error:
        list(served.stub().get(b"\x0a\xff\x7f" + b"x" * 16383))
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_fields_that_nobody_knows_are_passed_over(served: Serving) -> None:
    served.put(1)
    assert rules(served.stub().get(b"\xa0\x06\x01")) == ["R1"]


def test_method_that_there_is_not_is_refused(served: Serving) -> None:
    call = served.channel().unary_unary("/falco.inputs.service/put", None, None)
    with pytest.raises(grpc.RpcError) as error:
        call(b"", timeout=20)
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_call_without_a_request_is_refused(served: Serving) -> None:
    call = served.channel().stream_stream("/falco.outputs.service/get", None, None)
    with pytest.raises(grpc.RpcError) as error:
        list(call(iter(()), timeout=20))
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_clients_beyond_the_limit_are_refused_and_versions_are_told() -> None:
    with serving(threadiness=1) as served:
        askings = [Asking() for _ in range(10)]
        answers = [served.stub().sub(asking) for asking in askings]
        wait_for(lambda: served.server.counters()["clients"] == 10)
        with pytest.raises(grpc.RpcError) as error:
            list(served.stub().get())
        assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "grpc.threadiness" in error.value.details()
        assert served.stub().version().major == 1
        assert served.server.counters()["refused"] == 1
        askings[0].stop()
        assert rules(answers[0]) == []
        served.put(1)
        assert rules(served.stub().get()) == ["R1"]


def test_calls_without_a_request_are_ended_and_versions_are_told_again() -> None:
    class Context:
        """Of a call that says nothing."""

        is_cancelled = False

        def cancel(self) -> None:
            self.is_cancelled = True

    now_s = 0.0
    calls = Calls(MemorySpool(1), b"", 1, lambda: now_s)
    contexts = [Context() for _ in range(VERSION_CALLS)]
    begun = [calls._begin(context, calls._askers, 9) for context in contexts]  # type: ignore[arg-type]
    now_s = 9.0
    calls.look_after()
    assert not any(context.is_cancelled for context in contexts)
    now_s = 11.0
    begun[0].is_asked = True
    calls.look_after()
    assert [context.is_cancelled for context in contexts] == [False, True, True, True]


def test_silence_counts_as_consent_after_a_while() -> None:
    now_s = 0.0
    spool = MemorySpool(1 << 20)
    calls = Calls(spool, b"", 1, lambda: now_s)
    spool.append([body(1)])
    call = calls._begin(None, calls._readers, 1)  # type: ignore[arg-type]
    call.is_asked = True
    for item in call.lease.take(1, 0):
        call.lease.written(item)
    now_s = 19.0
    calls.look_after()
    assert spool.waiting() == 1
    now_s = 21.0
    calls.look_after()
    assert spool.waiting() == 0


def test_slow_reader_holds_little_and_others_get_the_rest(served: Serving) -> None:
    for start in range(0, 400, 20):
        served.put(*range(start, start + 20), padding=50_000)
    slow = served.stub().get()
    assert next(slow).rule == "R0"
    wait_for(lambda: served.spool.counters()["leased"] > 1)
    found = rules(served.stub().get())
    assert len(found) > 100
    rest = rules(slow)
    numbers = sorted(int(rule[1:]) for rule in [*found, *rest])
    assert numbers == list(range(1, 400))


class EndingContext:
    """Of a call that is over already, ends now, or stays."""

    def __init__(self, ending: str) -> None:
        self._ending = ending

    def add_callback(self, callback: Callable[[], None]) -> bool:
        if self._ending == "now":
            callback()
        return self._ending != "over"


@pytest.mark.parametrize(("ending", "waiting"), [("over", 1), ("now", 1), ("stays", 0)])
def test_end_of_requests_is_no_good_end_where_the_connection_is_lost(
    ending: str, waiting: int
) -> None:
    spool = MemorySpool(1 << 20)
    spool.append([body(1)])
    calls = Calls(spool, b"", 1)
    call = calls._begin(EndingContext(ending), calls._readers, 1)  # type: ignore[arg-type]
    for item in call.lease.take(1, 0):
        call.lease.written(item)
    calls._ended_well(call)
    calls._end(call)
    assert spool.waiting() == waiting
