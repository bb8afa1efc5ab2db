# SPDX-License-Identifier: Apache-2.0
"""Whose handler answers a request, and the few threads on which handlers work.

A slow handler stops neither the loop of connections nor, as requests with a body never
take all threads, the answer to a health probe.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from falcomod.app.http.message import Handler, Refusal, Request, Response, Routes, json_response

log = logging.getLogger(__name__)

THREADS = 4
BODY_THREADS = 2  # … of which requests with a body take so many at the most
BODILESS = ("GET", "HEAD")


class Handlers:
    """Answers requests by *routes*, which may be set at any time; on the loop's thread."""

    def __init__(self, name: str, routes: Routes, counts: Counter[str]) -> None:
        self.name = name
        self.routes = routes
        self._counts = counts
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix=f"{name}-handler")
        self._start_threads()
        self._body_turns = asyncio.Semaphore(BODY_THREADS)
        self._jobs: set[asyncio.Future[Response]] = set()  # handlers that are at work

    def _start_threads(self) -> None:
        """All of them now: later there may be no more to be had, and health is asked for then."""
        together = threading.Barrier(THREADS)
        with contextlib.suppress(RuntimeError):
            for _ in range(THREADS):
                self._pool.submit(_meet, together)
            return
        together.abort()

    def close(self) -> None:
        """Waits for handlers that are at work, whom nobody waits for otherwise."""
        for job in self._jobs:
            job.cancel()
        self._pool.shutdown()

    def may_have_body(self, method: str, path: str) -> bool:
        """Whether a request may bring a body; raises Refusal where it is not served at all."""
        self._find(method, path)
        return method not in BODILESS

    async def answer(self, request: Request, wait_s: float) -> Response:
        """What the handler returns; raises Refusal where that takes longer than *wait_s*."""
        handler = self._find(request.method, request.path)
        try:
            async with asyncio.timeout(wait_s):
                if request.method not in BODILESS:
                    await self._body_turns.acquire()
                # A handler that is late goes on: no thread can be ended from outside.
                return await asyncio.shield(self._begin(handler, request))
        except TimeoutError:
            self._counts["handlers_late"] += 1
            raise Refusal(503, "the answer was not ready in time", {"Retry-After": "1"}) from None

    def _find(self, method: str, path: str) -> Handler:
        handlers = self.routes.get(path)
        if handlers is None:
            raise Refusal(404, f"nothing is at {path[:100]}")
        handler = handlers.get("GET" if method == "HEAD" else method)
        if handler is None:
            allowed = ", ".join(_allowed(handlers))
            raise Refusal(405, f"{path} takes {allowed}", {"Allow": allowed})
        return handler

    def _begin(self, handler: Handler, request: Request) -> asyncio.Future[Response]:
        """Has a thread of the pool call the handler; its turn is over when it has returned."""
        loop = asyncio.get_running_loop()
        try:
            job = loop.run_in_executor(self._pool, self._handled, handler, request)
        except RuntimeError as error:  # no thread can be started, and none was before
            if request.method not in BODILESS:
                self._body_turns.release()
            raise Refusal(503, str(error), {"Retry-After": "1"}) from None
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        if request.method not in BODILESS:
            job.add_done_callback(lambda _job: self._body_turns.release())
        return job

    def _handled(self, handler: Handler, request: Request) -> Response:
        """What a handler returns, on a thread of the pool; its failure ends here."""
        try:
            return handler(request)
        except Exception as error:
            self._counts["handlers_failed"] += 1
            log.error(
                "%s: %s %s failed: %s: %s",
                self.name,
                request.method,
                request.path,
                type(error).__name__,
                error,
            )
            return json_response({"error": "falcomod failed inside; its log says why"}, 500)


def _meet(together: threading.Barrier) -> None:
    with contextlib.suppress(threading.BrokenBarrierError):
        together.wait()


def _allowed(handlers: Mapping[str, Handler]) -> list[str]:
    return sorted({*handlers, "HEAD"} if "GET" in handlers else handlers)
