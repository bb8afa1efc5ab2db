# SPDX-License-Identifier: Apache-2.0
"""What clients may call, under the names that Falco published.

    /falco.outputs.service/get          all alerts that wait; then the call ends
    /falco.outputs.service/sub          the same for each request, as long as the client likes
    /falco.output.service/subscribe     as get; with keepalive also all that come later
    /falco.version.service/version      the version

Clients share one queue: an alert goes to whoever takes it first.  A thread serves a call as
long as it lasts, so there are only so many at once.  Requests are read by the handlers
themselves, also where there is one only: a client that never sends it must not hold a thread
that is not counted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from falcomod.api import output_pb2, outputs_pb2, version_pb2
from falcomod.output.grpc_lease import REQUEST_AGE_S, SILENCE_AGE_S, Lease
from falcomod.output.memory_spool import MemorySpool

if TYPE_CHECKING:
    import grpc

BATCH = 16  # alerts that a client takes at once; more would wait for a slow one
WAIT_S = 1.0  # until a client that waits for alerts is looked at: whether it is there
END_S = 0.1  # that a call is kept open to see whether its client is there
FIRST_REQUEST_S = 10.0  # that a call may be open without one, where it has one only
VERSION_CALLS = 4  # at once; they are short

Requests = Iterator[bytes]


class Message(Protocol):
    """What generated modules make of a message."""

    @staticmethod
    def FromString(data: bytes) -> Any: ...


@dataclass(eq=False)
class Call:
    """One call, while it lasts."""

    context: grpc.ServicerContext
    lease: Lease
    since_s: float
    is_asked: bool = False  # its first request is there
    is_idle: bool = False  # it waits for the next request
    places: set[Call] = field(default_factory=set, repr=False)  # that it has one of


class Calls:
    """The handlers of all methods, for at most *limit* clients that read alerts at once."""

    def __init__(
        self,
        spool: MemorySpool,
        version: bytes,
        limit: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spool = spool
        self._version = version  # falco.version.response
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()  # of all below
        self._readers: set[Call] = set()
        self._askers: set[Call] = set()  # for the version
        self._is_stopping = False
        self._total = {"calls": 0, "refused": 0, "handed": 0, "given_back": 0}

    def service(
        self, details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """The handler of a method, as gRPC asks for it; None where there is no such method."""
        handler = METHODS.get(details.method)
        if handler is None:
            return None
        import grpc

        return grpc.stream_stream_rpc_method_handler(
            lambda requests, context: handler(self, requests, context)
        )

    def look_after(self) -> None:
        """Called each second: takes silence for consent, and ends calls that never began."""
        for call in self._all():
            call.lease.confirm(SILENCE_AGE_S)
            if not call.is_asked and self._clock() - call.since_s > FIRST_REQUEST_S:
                call.context.cancel()  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Ends all calls: those that hand out alerts when they have handed out what they took."""
        with self._lock:
            self._is_stopping = True
        self._spool.wake()
        for call in self._all():
            if call.is_idle or not call.is_asked:
                call.context.cancel()  # type: ignore[no-untyped-call]

    def counters(self) -> dict[str, int]:
        """Calls since the start, and clients that read alerts now."""
        with self._lock:
            found = {"clients": len(self._readers), **self._total}
            found["handed"] += sum(call.lease.handed for call in self._readers)
            return found

    def get(self, requests: Requests, context: grpc.ServicerContext) -> Iterator[bytes]:
        call = self._begin(context, self._readers, self._limit)
        try:
            self._first(call, requests, outputs_pb2.request)
            yield from self._waiting_alerts(call)
            self._ended_well(call)
        finally:
            self._end(call)

    def sub(self, requests: Requests, context: grpc.ServicerContext) -> Iterator[bytes]:
        call = self._begin(context, self._readers, self._limit)
        call.is_asked = call.is_idle = True  # Clients may come long before they ask.
        try:
            for request in requests:
                call.is_idle = False
                self._parsed(call, request, outputs_pb2.request)
                call.lease.confirm(REQUEST_AGE_S)
                yield from self._waiting_alerts(call)
                call.is_idle = True
                self._check_going_on(call)
            self._ended_well(call)
        finally:
            self._end(call)

    def subscribe(self, requests: Requests, context: grpc.ServicerContext) -> Iterator[bytes]:
        call = self._begin(context, self._readers, self._limit)
        try:
            request = self._first(call, requests, output_pb2.request)
            yield from self._waiting_alerts(call)
            while request.keepalive or request.keepalive_old:
                self._check_going_on(call)
                if not context.is_active():
                    return
                yield from self._waiting_alerts(call, WAIT_S)
            self._ended_well(call)
        finally:
            self._end(call)

    def version(self, requests: Requests, context: grpc.ServicerContext) -> Iterator[bytes]:
        call = self._begin(context, self._askers, VERSION_CALLS)
        try:
            self._first(call, requests, version_pb2.request)
            yield self._version
        finally:
            self._end(call)

    def _waiting_alerts(self, call: Call, wait_s: float = 0.0) -> Iterator[bytes]:
        """Alerts until none waits, or falcomod stops; waits for the first."""
        items = call.lease.take(BATCH, wait_s)
        while items:
            for item in items:
                yield item.body
                # Only here when it was written: else whoever iterates has let go of this.
                call.lease.written(item)
            items = [] if self._is_stopping else call.lease.take(BATCH, 0.0)

    def _begin(self, context: grpc.ServicerContext, places: set[Call], limit: int) -> Call:
        """A place for a call; ends the call where there is none."""
        import grpc

        call = Call(context, Lease(self._spool, self._clock), self._clock(), places=places)
        with self._lock:
            self._total["calls"] += 1
            has_place = len(places) < limit
            if has_place:
                places.add(call)
            else:
                self._total["refused"] += 1
        if not has_place:
            context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"{limit} calls are open, and no more are served; see grpc.threadiness",
            )
        return call

    def _first(self, call: Call, requests: Requests, message: type[Message]) -> Any:
        """The only request of a call."""
        import grpc

        for request in requests:
            call.is_asked = True
            return self._parsed(call, request, message)
        call.context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a request was expected")
        return None

    def _parsed(self, call: Call, request: bytes, message: type[Message]) -> Any:
        import grpc
        from google.protobuf.message import DecodeError

        try:
            return message.FromString(request)
        except DecodeError:
            call.context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a request that cannot be read")

    def _check_going_on(self, call: Call) -> None:
        import grpc

        if self._is_stopping:
            call.context.abort(grpc.StatusCode.UNAVAILABLE, "falcomod stops")

    def _ended_well(self, call: Call) -> None:
        """The client has all that was written, unless it is gone.

        Of a connection that is lost gRPC says first that writes are over and requests at an
        end, as if all were well, and only then that the call is no more.
        """
        gone = threading.Event()
        if call.lease.is_open and call.context.add_callback(gone.set) and not gone.wait(END_S):
            call.lease.confirm(0.0)

    def _end(self, call: Call) -> None:
        call.lease.lose()
        with self._lock:
            call.places.discard(call)
            self._total["handed"] += call.lease.handed
            self._total["given_back"] += call.lease.returned

    def _all(self) -> list[Call]:
        with self._lock:
            return [*self._readers, *self._askers]


METHODS: dict[str, Callable[[Calls, Requests, grpc.ServicerContext], Iterator[bytes]]] = {
    "/falco.outputs.service/sub": Calls.sub,
    "/falco.outputs.service/get": Calls.get,
    "/falco.output.service/subscribe": Calls.subscribe,
    "/falco.version.service/version": Calls.version,
}
