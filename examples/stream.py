#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts as they come, one line of JSON each, until Ctrl-C; a server that is away is waited for.

examples/stream.py [ADDRESS [CA CERTIFICATE KEY]]
"""

from __future__ import annotations

import json
import sys

from falcomod.client import Client, ClientError, Priority


def main(arguments: list[str]) -> int:
    address, *files = arguments or ["unix:///run/falco/falco.sock"]
    ca, certificate, key = files or (None, None, None)
    try:
        with Client(address, ca=ca, certificate=certificate, key=key) as client:
            for alert in client.alerts(reconnect=True):
                is_urgent = alert.priority <= Priority.ERROR
                line = {
                    "time": alert.time.isoformat(),
                    "urgent": is_urgent,
                    "rule": alert.rule,
                    "process": alert.fields.get("proc.cmdline"),
                    "container": alert.fields.get("container.name"),
                }
                print(json.dumps(line), flush=True)
    except ClientError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
