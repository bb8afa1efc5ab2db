# SPDX-License-Identifier: Apache-2.0
"""Alerts of a running falcomod (or Falco, up to 0.43) in a Python program, over gRPC.

from falcomod.client import Client

with Client("unix:///run/falco/falco.sock") as client:
    for alert in client.alerts():
        print(alert.time, alert.rule, alert.fields.get("proc.name"))
"""

from __future__ import annotations

from falcomod.client.alert import Alert, Priority
from falcomod.client.connection import Client
from falcomod.client.version import Version
from falcomod.errors import ClientError

__all__ = ["Alert", "Client", "ClientError", "Priority", "Version"]
