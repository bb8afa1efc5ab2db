# SPDX-License-Identifier: Apache-2.0
"""Every exception that falcomod raises on purpose.

    FalcomodError                   exit code 70: a bug, unless a subclass says otherwise
    ├── UserError                   1: something the user wrote is wrong
    │   ├── LocatedError            … at a place in a file
    │   │   ├── RuleError           one fault in a rules file
    │   │   └── ConfigError         one fault in a configuration
    │   ├── RuleLoadError           all faults of a set of rules files
    │   ├── ConfigLoadError         all faults of a configuration
    │   ├── FieldError              a field that does not exist, or its argument
    │   ├── CheckError              an operator or value that a field does not take
    │   ├── TemplateError           an output template that cannot be read
    │   └── CaptureError            a file that cannot be read, or is no capture
    ├── EnvironmentFault            3: the host refuses: driver, permission
    │   ├── DriverError             no driver, or one of another version
    │   └── PermissionFault         not allowed to do what was asked
    ├── ClientError                 3: a gRPC server gave a client no answer, or a wrong one
    └── MetadataFault               a question about a container or pod without an answer; never
        │                           ends the program
        ├── ContainerUnknown        who was asked does not know it, or not yet
        ├── RuntimeUnavailable      nobody could be asked
        └── KubernetesUnavailable   the API server could not be asked, or refused

Bad arguments to functions are the builtin ValueError and TypeError.  The
command line turns the classes into exit codes and messages without a
traceback; anything else that reaches it is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

QUOTE_WIDTH = 110
QUOTE_BEFORE = 80

EXIT_OK = 0
EXIT_USER = 1
EXIT_USAGE = 2
EXIT_ENVIRONMENT = 3
EXIT_BUG = 70


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file; line and column count from 1, 0 where unknown."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = [self.path]
        if self.line:
            place.append(str(self.line))
            if self.column:
                place.append(str(self.column))
        return ":".join(place)


def harmless(text: str) -> str:
    """The text with what a terminal would obey, or hide, written as an escape; lines stay lines.

    Names of files, rules and containers are other people's, and end up in messages.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else ascii(letter)[1:-1]
        for letter in text
    )


class FalcomodError(Exception):
    """The root; never raised itself."""

    exit_code = EXIT_BUG


class UserError(FalcomodError):
    """What the user wrote cannot be carried out; the message says what to change."""

    exit_code = EXIT_USER


class LocatedError(UserError):
    """A fault at a place in a file.

    *message* says what is wrong and what was expected, *remedy* what to do,
    *quote* is the line of the file that the place points into.
    """

    def __init__(
        self, message: str, location: Location, *, quote: str = "", remedy: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.quote = quote
        self.remedy = remedy

    def __str__(self) -> str:
        lines = [f"{self.location}: {self.message}"]
        if self.quote:
            # Of a long line what is around the place.
            cut = max(0, self.location.column - 1 - QUOTE_BEFORE)
            shown = self.quote[cut : cut + QUOTE_WIDTH]
            lines.append("    " + ("…" + shown[1:] if cut else shown))
            if self.location.column:
                lines.append("    " + " " * (self.location.column - 1 - cut) + "^")
        if self.remedy:
            lines.append(f"    {self.remedy}")
        return "\n".join(lines)


class RuleError(LocatedError):
    """One fault in a rules file; *code* is the LOAD_… code that tools know."""

    def __init__(
        self,
        message: str,
        location: Location,
        *,
        code: str = "LOAD_ERR_VALIDATE",
        quote: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(message, location, quote=quote, remedy=remedy)
        self.code = code

    def __str__(self) -> str:
        return f"{super().__str__()}\n    {self.code}"


class ConfigError(LocatedError):
    """One fault in a configuration file or a -o override."""


class RuleLoadError(UserError):
    """Every fault found in a set of rules files, sorted by place.

    *warnings* are what was found beside them; they are no part of the message.
    """

    def __init__(self, errors: Sequence[RuleError], warnings: Sequence[RuleError] = ()) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: error.location))
        self.warnings = tuple(sorted(warnings, key=lambda warning: warning.location))
        super().__init__("\n".join(str(error) for error in self.errors))


class ConfigLoadError(UserError):
    """Every fault found in a configuration, sorted by place.

    *warnings* are what was found beside them, and *files* what was read; neither is in the
    message.
    """

    def __init__(
        self,
        errors: Sequence[ConfigError],
        warnings: Sequence[ConfigError] = (),
        files: Sequence[str] = (),
    ) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: error.location))
        self.warnings = tuple(warnings)
        self.files = tuple(files)
        super().__init__("\n".join(str(error) for error in self.errors))


class FieldError(UserError):
    """A field that does not exist, or an argument that it does not take."""


class CheckError(UserError):
    """An operator or a value that a field does not take."""


class TemplateError(UserError):
    """An output template that cannot be read.

    *reason* is the message without the place, *offset* the characters before that.
    """

    def __init__(self, message: str, *, reason: str = "", offset: int = 0) -> None:
        super().__init__(message)
        self.reason = reason or message
        self.offset = offset


class CaptureError(UserError):
    """A capture file cannot be opened or read, or is none."""


class EnvironmentFault(FalcomodError):
    """The host does not allow what was asked; the message says what to do."""

    exit_code = EXIT_ENVIRONMENT


class DriverError(EnvironmentFault):
    """No driver can be used, or one of another version is loaded."""


class PermissionFault(EnvironmentFault):
    """The process lacks a right that it needs."""


class ClientError(FalcomodError):
    """A gRPC server gave a client no answer, or refused; the message says which, and why.

    *is_passing*: the same may work in a while.
    """

    exit_code = EXIT_ENVIRONMENT

    def __init__(self, message: str, *, is_passing: bool = False) -> None:
        super().__init__(message)
        self.is_passing = is_passing


class MetadataFault(FalcomodError):
    """A question about a container or a pod that got no answer; the agent goes on without."""


class ContainerUnknown(MetadataFault):
    """Who was asked does not know the container, or does not know it yet."""


class RuntimeUnavailable(MetadataFault):
    """Nobody could be asked: no socket, no permission, no answer in time, or one that is wrong.

    The message says which socket, and why.
    """


class KubernetesUnavailable(MetadataFault):
    """The API server of Kubernetes gave no answer in time, one that is wrong, or refused.

    *status*: of HTTP, 0 without an answer.  *cause*: a word or two that stay the same
    however often it happens; what is warned of is warned of once for each.
    """

    def __init__(self, message: str, *, status: int = 0, cause: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.cause = cause or (f"HTTP {status}" if status else message)
