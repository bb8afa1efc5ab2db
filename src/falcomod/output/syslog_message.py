# SPDX-License-Identifier: Apache-2.0
"""What an alert looks like as a message of syslog, as RFC 3164 or RFC 5424 have it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from falcomod.alert.model import Alert

SECOND_NS = 1_000_000_000
MSGID = "alert"  # RFC 5424: the kind of message
# RFC 5424 section 6: what its header takes of each name.
HOSTNAME_MAX = 255
APP_NAME_MAX = 48
# By strftime these would follow the locale; RFC 3164 section 4.1.2 has them in English.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# RFC 5424 section 6.2.1, under the names of man 3 syslog.
FACILITIES = {
    "kern": 0,
    "user": 1,
    "mail": 2,
    "daemon": 3,
    "auth": 4,
    "syslog": 5,
    "lpr": 6,
    "news": 7,
    "uucp": 8,
    "cron": 9,
    "authpriv": 10,
    "ftp": 11,
    **{f"local{number}": 16 + number for number in range(8)},
}

Format = Callable[["Header", Alert, str], bytes]


@dataclass(frozen=True)
class Header:
    """What messages of one output have in common."""

    facility: int
    ident: str  # the name of the program
    is_remote: bool  # the receiver may be another host, and is told the name of this one


def rfc3164(header: Header, alert: Alert, line: str) -> bytes:
    """`<PRI>Mmm dd hh:mm:ss IDENT: LINE` as syslog(3) writes it; to other hosts with HOSTNAME."""
    at = time.localtime(alert.time_ns // SECOND_NS)
    stamp = f"{MONTHS[at.tm_mon - 1]} {at.tm_mday:2d} {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}"
    host = f"{_name(alert.hostname or socket.gethostname(), HOSTNAME_MAX)} "
    return _encoded(
        f"<{_priority(header, alert)}>{stamp} {host if header.is_remote else ''}"
        f"{header.ident}: {line}"
    )


def rfc5424(header: Header, alert: Alert, line: str) -> bytes:
    """`<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID - LINE`, the time in UTC."""
    at = datetime.fromtimestamp(alert.time_ns // SECOND_NS, UTC)
    microseconds = alert.time_ns % SECOND_NS // 1000
    return _encoded(
        f"<{_priority(header, alert)}>1 {at:%Y-%m-%dT%H:%M:%S}.{microseconds:06}Z "
        f"{_name(alert.hostname or socket.gethostname(), HOSTNAME_MAX)} "
        f"{_name(header.ident, APP_NAME_MAX)} {os.getpid()} {MSGID} - {line}"
    )


def shortened(message: bytes, most: int) -> bytes:
    """Its first *most* bytes, or a few less: no character is cut in two."""
    if len(message) <= most:
        return message
    return message[:most].decode(errors="ignore").encode()


def _priority(header: Header, alert: Alert) -> int:
    return header.facility * 8 + alert.priority


def _name(text: str, most: int) -> str:
    """What RFC 5424 takes as a name: printable ASCII without blanks; "-" for none."""
    kept = "".join(letter if "!" <= letter <= "~" else "_" for letter in text)
    return kept[:most] or "-"


def _encoded(message: str) -> bytes:
    """As UTF-8; a message is one line, and has no character that ends it early."""
    return message.replace("\n", " ").replace("\0", " ").encode(errors="replace")


FORMATS: dict[str, Format] = {"rfc3164": rfc3164, "rfc5424": rfc5424}
