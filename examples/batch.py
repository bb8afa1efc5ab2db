#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How often each rule matched since the last time: for a cron job.

examples/batch.py [ADDRESS [CA CERTIFICATE KEY]]
"""

from __future__ import annotations

import sys
from collections import Counter

from falcomod.client import Client, ClientError


def main(arguments: list[str]) -> int:
    address, *files = arguments or ["unix:///run/falco/falco.sock"]
    ca, certificate, key = files or (None, None, None)
    try:
        with Client(address, ca=ca, certificate=certificate, key=key) as client:
            counts = Counter((alert.priority, alert.rule) for alert in client.alerts(follow=False))
    except ClientError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    for (priority, rule), count in sorted(counts.items()):
        print(f"{count:6} {priority.name:13} {rule}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
