# SPDX-License-Identifier: Apache-2.0
"""A falcomod in this process: no driver, audit events for a source, real sockets."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from falcomod.app.attendants import Attendants
from falcomod.app.prepared import Prepared, prepare
from falcomod.app.service import Service
from falcomod.app.systemd import Notifier
from falcomod.config.load import Loaded, load_all

LIMIT_S = 20
RULE = """
- rule: {name}
  desc: d
  condition: ka.verb = create
  output: made %ka.target.name
  priority: NOTICE
  source: k8s_audit
"""
EVENT = {
    "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "1", "stage": "ResponseComplete",
    "verb": "create", "objectRef": {"resource": "pods", "name": "web"},
    "stageTimestamp": "2026-01-01T00:00:00.000000Z",
}  # fmt: skip


class Running:
    """A service without a driver, and its attendants."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.rules = folder / "r.yaml"
        self.rules.write_text(RULE.format(name="first"))
        self.alerts = folder / "alerts"
        self.options = [
            f"rules_files[]={self.rules}", "rules_cache_dir=", "json_output=true",
            "stdout_output.enabled=false", "file_output.enabled=true",
            f"file_output.filename={self.alerts}", "engine.kind=nodriver",
            "webserver.listen_address=127.0.0.1", "webserver.listen_port=0",
            f"control.socket={folder}/c.sock", *options,
        ]  # fmt: skip
        self.service = Service(self.prepare(), frozenset({"k8s_audit"}))
        self.teardown = ExitStack()
        self.service.watch(self.teardown)
        self.attendants = Attendants(self.service, self.prepare, Notifier({}))
        self.attending = ExitStack()
        self.attendants.start(self.attending)
        self.socket = f"{folder}/c.sock"
        self.thread = threading.Thread(target=self.service.run, args=(None,))
        self.thread.start()

    def load(self) -> Loaded:
        found = load_all(None, self.options)
        return replace(found, config=found.config)

    def prepare(self) -> Prepared:
        return prepare(self.load)

    def request(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        host, port = self.attendants.servers.web_address
        connection = http.client.HTTPConnection(host, port, timeout=LIMIT_S)
        headers = {"Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        try:
            return response.status, response.read()
        finally:
            connection.close()

    def told(self) -> list[dict[str, Any]]:
        text = self.alerts.read_text() if self.alerts.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def wait_until(self, done: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + LIMIT_S
        while not done():
            assert time.monotonic() < deadline_s, self.told()
            time.sleep(0.02)

    def end(self) -> None:
        self.attending.close()
        self.service.stop()
        self.thread.join()
        self.service.finish()
        self.teardown.close()
