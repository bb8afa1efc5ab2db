# SPDX-License-Identifier: Apache-2.0
"""All fields, and references to them: what rules, templates and docs ask.

The classes are imported here, in the order in which they are listed to users;
each declares its fields while it is imported.  TRANSFORMERS are what values of
fields can be made into others with; an expression of them is bound like a field.
"""

import re
from difflib import get_close_matches

from falcomod.engine.fields import evt  # isort: skip
from falcomod.engine.fields import kind, call, result, transfer, io, abspath, infra  # isort: skip
from falcomod.engine.fields import proc, session, executable, thread, standard  # isort: skip
from falcomod.engine.fields import user, fd, ends, fdlist, fs_path, syslog  # isort: skip
from falcomod.engine.fields import container, pod, owner, k8smeta, bygone  # isort: skip
from falcomod.engine.fields import audit, json_value  # isort: skip
from falcomod.engine.fields.expression import read
from falcomod.engine.fields.field import FIELDS, FieldInfo, FieldRef
from falcomod.engine.fields.transform import TRANSFORMERS
from falcomod.errors import FieldError

# proc.env[PATH], proc.env["a b"] and evt.arg.flags.
BRACKETED = re.compile(r"""\[(?:"([^"]+)"|'([^']+)'|([^\][\s"']+))\]""")
DOTTED = re.compile(r"\.(\w+)", re.ASCII)
# k8s.pod.label.app.kubernetes.io/name: a full stop behind it ends the sentence.
KEYED = re.compile(r"\.(\w(?:[\w./-]*\w)?)", re.ASCII)


def all_fields() -> tuple:
    """Every field as FieldInfo, in the order in which they are listed to users."""
    return tuple(info for _, info in FIELDS.values())


def bind(text: str) -> FieldRef:
    """The field or expression that *text* is, arguments included; raises FieldError."""
    ref, size = read(text, _bind_field)
    if ref is None:
        return _bind_field(text)
    if size < len(text):
        raise FieldError(f"{text}: {text[size:]!r} after the transformer {ref.info.name}")
    return ref


def bind_prefix(text: str) -> tuple:
    """The longest field or expression at the start of *text*, and how many characters of it; raises FieldError."""
    ref, size = read(text, _bind_field)
    if ref is not None:
        return ref, size
    errors = []
    for name in _names_at(text):
        try:
            return _reference(text, name)
        except FieldError as error:
            errors.append(error)
    raise errors[0] if errors else FieldError(_unknown(text))


def _bind_field(text: str) -> FieldRef:
    names = _names_at(text)
    errors = []
    for name in names:
        try:
            ref, size = _reference(text, name)
        except FieldError as error:
            errors.append(error)
            continue
        if size == len(text):
            return ref
    if errors:
        raise errors[0]
    raise FieldError(_unreadable(text, names[0]) if names else _unknown(text))


def _names_at(text: str) -> list:
    """Names of fields that *text* begins with, longest first."""
    return sorted((name for name in FIELDS if text.startswith(name)), key=len, reverse=True)


def _reference(text: str, name: str) -> tuple:
    """The field *name* with the argument that follows it in *text*, and the size of both."""
    info = FIELDS[name][1]
    match = None
    if info.argument != "none":
        match = BRACKETED.match(text, len(name))
        if match is None and "named" in info.flags:
            match = (KEYED if "keyed" in info.flags else DOTTED).match(text, len(name))
    size = match.end() if match else len(name)
    argument = next(group for group in match.groups() if group) if match else None
    return FieldRef(name, argument, text[:size]), size


def _unreadable(text: str, name: str) -> str:
    """What is wrong with a text that begins with a field."""
    if text[len(name)] != "[":
        return _unknown(text)
    if FIELDS[name][1].argument == "none":
        return f"{name} takes no argument, but {text} has one"
    return f"{text}: {text[len(name):]!r} is not an argument in brackets"


def _unknown(text: str) -> str:
    word = re.match(r"[\w.]*", text).group()
    if word and text.startswith("(", len(word)):
        return f"unknown transformer '{word}': expected one of {', '.join(TRANSFORMERS)}"
    close = get_close_matches(word, FIELDS, n=1)
    return f"unknown field {word or text!r}" + (f"; did you mean {close[0]}?" if close else "")
