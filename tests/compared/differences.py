# SPDX-License-Identifier: Apache-2.0
"""Where falcomod prints something else than sysdig 0.29.3 (2022), and why.

A row is as narrow as it can be: of which events, which fields, and what both print.
Everything else is equal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.compared.sysdig import NO_VALUE, Argument, Pair

# Values of one field, or of one argument; None: the event has no such argument.
Value = str | Argument | None
Holds = Callable[[Value, Value, Pair], bool]

ANY = "*"


@dataclass(frozen=True)
class Difference:
    """Values that differ with a reason."""

    events: str  # names, or ANY
    fields: str  # names; a last "*" stands for anything; those of arguments begin with "arg."
    why: str
    holds: Holds  # theirs, ours, and the events

    def explains(self, field: str, theirs: Value, ours: Value, pair: Pair) -> bool:
        return (
            (self.events == ANY or pair.theirs["evt.type"] in self.events.split())
            and any(_is(field, name) for name in self.fields.split())
            and self.holds(theirs, ours, pair)
        )


def _is(field: str, name: str) -> bool:
    return field.startswith(name[:-1]) if name.endswith("*") else field == name


# Arguments that changed their names: event, name today, name in 2022.
RENAMED = {
    ("dup", "oldfd"): "fd",
    ("execve", "vpgid"): "pgid",
}


def _are(theirs: Value, ours: Value) -> Holds:
    return lambda their_value, our_value, _pair: (their_value, our_value) == (theirs, ours)


def _theirs_is(*values: str) -> Holds:
    return lambda theirs, _ours, _pair: theirs in values


def _new(text: str = NO_VALUE, meaning: str = NO_VALUE) -> Holds:
    """An argument that theirs lacks: old records have nothing for it but a default."""
    return lambda theirs, ours, _pair: theirs is None and ours == (text, meaning)


def _argument(value: Value) -> Argument:
    return value if isinstance(value, tuple) else ("", "")


def _unknown(theirs: Value, ours: Value, _pair: Pair) -> bool:
    return ours == NO_VALUE and theirs in ("", "-1", "0", NO_ID)


def _no_id(theirs: Value, ours: Value, _pair: Pair) -> bool:
    their_id, our_id = str(theirs), str(ours)
    return their_id.isdigit() and int(their_id) >= int(NO_ID) and our_id.isdigit()


def _learnt(theirs: Value, ours: Value, pair: Pair) -> bool:
    return theirs in (NO_VALUE, NO_ID) and pair.theirs["user.uid"] == NO_ID and ours != NO_VALUE


def _pipe(theirs: Value, ours: Value, _pair: Pair) -> bool:
    if isinstance(theirs, str):
        return theirs in ("", ":") and str(ours).startswith(f"{theirs}pipe:[")
    return _argument(theirs)[1] == "<p>" and _argument(ours)[1].startswith("<p>pipe:[")


def _hexadecimal(theirs: Value, ours: Value, _pair: Pair) -> bool:
    number = _argument(ours)[0]
    return number.isdigit() and f"{int(number):X}" == _argument(theirs)[0]


def _of_a_thread(theirs: Value, _ours: Value, pair: Pair) -> bool:
    return pair.ours["thread.tid"] != pair.ours["proc.pid"] and theirs == pair.theirs["proc.name"]


def _other_end(theirs: Value, ours: Value, pair: Pair) -> bool:
    """Both know the two ends, and each takes the other for this one."""
    ends = [(pair.ours[client], pair.ours[server]) for client, server in ENDS]
    return theirs != NO_VALUE and any((theirs, ours) in (end, end[::-1]) for end in ends)


def _listening(theirs: Value, ours: Value, pair: Pair) -> bool:
    return theirs == NO_VALUE and ours in (pair.theirs["fd.sip"], pair.theirs["fd.sport"])


def _local_server(theirs: Value, ours: Value, pair: Pair) -> bool:
    return (theirs, ours) == ("true", "false") and pair.ours["fd.type"] in ("ipv4", "ipv6")


def _no_event(_theirs: Value, ours: Value, pair: Pair) -> bool:
    return ours == "other" and not pair.ours.arguments


def _unseen(theirs: Value, ours: Value, pair: Pair) -> bool:
    return (theirs, ours) == ("/", NO_VALUE) and pair.ours["fd.type"] == NO_VALUE


def _escaped(theirs: Value, ours: Value, _pair: Pair) -> bool:
    return "\n" in str(theirs) and str(theirs).replace("\n", r"\x0a") == ours


def _exited(theirs: Value, ours: Value, _pair: Pair) -> bool:
    number, name = _argument(ours)
    return theirs == (number, number) and not name.isdigit()


def _before(theirs: Value, ours: Value, pair: Pair) -> bool:
    """Theirs has given the descriptor the address that it is about to connect to."""
    address = pair.theirs.arguments.get("addr", (NO_VALUE, NO_VALUE))[0]
    their_text, our_text = (
        value if isinstance(value, str) else _argument(value)[1] for value in (theirs, ours)
    )
    return pair.theirs["evt.dir"] == ">" and their_text == our_text + address


def _at_the_end(theirs: Value, ours: Value, pair: Pair) -> bool:
    """Theirs is as it was when the call began; ours has the name that fd.name has."""
    enter = pair.enter.arguments if pair.enter else {}
    name = pair.theirs["fd.name"]
    return enter.get("fd") == theirs and _argument(ours)[1].endswith(f">{name}")


NO_ID = str(2**32 - 1)
ENDS = (("fd.cip", "fd.sip"), ("fd.cport", "fd.sport"))

DIFFERENCES = (
    # What the schema of today has otherwise.
    Difference(
        "execve",
        "arg.cap_inheritable arg.cap_permitted arg.cap_effective arg.exe_ino arg.exe_ino_ctime "
        "arg.exe_ino_mtime arg.uid arg.trusted_exepath arg.pgid arg.gid arg.tty arg.vpgid "
        "arg.loginuid arg.flags arg.filename",
        "Arguments added since, and those that the captures of 2016 lack.",
        _new(),
    ),
    Difference("clone clone3 vfork", "arg.pidns_init_start_ts", "Added since.", _new()),
    Difference("open openat creat", "arg.ino arg.dev arg.creat_flags", "Added since.", _new()),
    Difference("open", "arg.name arg.flags arg.mode", "Added to its start since.", _new()),
    Difference("connect", "arg.addr", "Added since the captures of 2016.", _new()),
    Difference("fcntl", "arg.arg", "Added since.", _new("0", "0")),
    Difference("socket", "arg.flags", "Added since.", _new("0", "O_NONE")),
    Difference(
        "mmap", "arg.res", "An address is a result like others, which are decimal.", _hexadecimal
    ),
    Difference(
        "execve",
        "arg.loginuid",
        "Is a user's id today, not a number.",
        _are(("-1", "-1"), ("-1", "<NONE>")),
    ),
    Difference(
        "openat",
        "arg.name",
        "A path that could not be read is absent today.",
        _are(("(NULL)", "/tmp/w/(NULL)"), (NO_VALUE, NO_VALUE)),
    ),
    Difference(
        "read execve",
        "arg.data arg.args",
        "No bytes are NULL today.",
        _are(("", ""), ("NULL", NO_VALUE)),
    ),
    Difference("read", "evt.buffer", "No bytes are no value today.", _are("", NO_VALUE)),
    Difference("mmap", "fd.*", "Is about a descriptor since.", _theirs_is(NO_VALUE)),
    Difference(
        "setsockopt getsockopt",
        "fd.*",
        "Are about a descriptor since.",
        _theirs_is(NO_VALUE, "-1", "o", "", ":", "/"),
    ),
    Difference("accept", "evt.type syscall.type", "Is accept4 today.", _are("accept", "accept4")),
    Difference(
        "<unknown>",
        "evt.type syscall.type",
        "A call that neither knows is called syscall.",
        _are("<unknown>", "syscall"),
    ),
    Difference(
        ANY,
        "evt.category",
        "Calls without an event of their own are all of one category.",
        _no_event,
    ),
    Difference(
        "getuid geteuid getgid getegid",
        "evt.res evt.rawres",
        "The first argument is the result whatever its name.",
        _theirs_is(NO_VALUE),
    ),
    Difference(
        "procexit signaldeliver",
        "syscall.type",
        "These are no calls.",
        lambda theirs, ours, pair: (theirs, ours) == (pair.theirs["evt.type"], NO_VALUE),
    ),
    Difference(
        ANY,
        "thread.cgroups",
        "What breaks a line is shown; that sysdig has written such names.",
        _escaped,
    ),
    # What is not known.
    Difference(
        ANY,
        "proc.* user.* group.gid",
        "What is not known has no value; theirs is an empty text, -1, 0 or 4294967295.",
        _unknown,
    ),
    Difference(
        ANY, "group.gid", "Theirs is no id, but that of a thread that it does not know.", _no_id
    ),
    Difference(
        ANY,
        "user.uid user.name proc.vpid thread.vtid",
        "A clone tells of its caller, too; theirs learns only of the child.",
        _learnt,
    ),
    Difference("signaldeliver", "arg.spid", "Who has exited still has its name.", _exited),
    Difference(
        ANY, "fd.directory", "A descriptor that nobody has opened is in no directory.", _unseen
    ),
    Difference(
        "recvfrom sendto",
        "arg.tuple",
        "evt.arg of what is absent has no value.",
        _are(("NULL", "NULL"), ("NULL", NO_VALUE)),
    ),
    Difference("bind listen", "fd.cport", "Nobody has connected yet.", _are("0", NO_VALUE)),
    # What is told more exactly.
    Difference(
        ANY,
        "fd.name fd.containername arg.fd arg.fd1 arg.fd2 arg.oldfd arg.res",
        "A pipe is called as /proc calls it.",
        _pipe,
    ),
    Difference(
        ANY,
        "proc.pname",
        "The parent of a thread is its process's; theirs is the process.",
        _of_a_thread,
    ),
    Difference(
        ANY,
        "fd.lip fd.rip fd.lport fd.rport",
        "Of a connection within the host, theirs takes the client's end for this one.",
        _other_end,
    ),
    Difference(ANY, "fd.lip fd.lport", "A socket that is bound to an address has one.", _listening),
    Difference(
        ANY,
        "fd.is_server",
        "Who connects is no server; theirs asks whether the server's address is one of this host.",
        _local_server,
    ),
    Difference(
        "connect",
        "fd.name fd.containername arg.fd",
        "Before a connect its descriptor is as it was.",
        _before,
    ),
    Difference(
        "connect bind", "arg.fd", "There is only the end, when a socket has its name.", _at_the_end
    ),
)
