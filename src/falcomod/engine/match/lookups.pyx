# SPDX-License-Identifier: Apache-2.0
"""What rules need of one field's text, so that a textindex can rule most of them out.

A rule can be looked up by a field if one of the conditions that it needs is a check of
that field, or any of several checks of it, and each can only hold for texts that are,
begin with, end with or contain some constant.
"""

import re

from falcomod.engine._uapi cimport FM_PT_CHARBUF, FM_PT_FSPATH, FM_PT_FSRELPATH
from falcomod.engine.fields.field cimport FIELD_ANY, FIELD_LIST, FieldRef
from falcomod.engine.match.textindex cimport GRAM_SIZE

from falcomod.engine.match.texts import encoded

# Fewer rules of a bucket are as quickly evaluated one after the other.
RULES_MIN = 6

_WILDCARD = re.compile(rb"[*?]")
_SPECIAL = re.compile(rb"[\[\\]")


class Lookup:
    """The rules of a bucket that need something of a field's text."""

    def __init__(self, ref):
        self.ref = ref               # FieldRef
        self.patterns = []           # (kind, text, position), for textindex_new()
        self.positions = set()       # of the rules


def lookups_of(graph, entries) -> list:
    """A Lookup for each field that is worth one; *entries* are (rule id, needed handles)."""
    found = {}
    for position, (_, handles) in enumerate(entries):
        chosen = {}
        for handle in handles:
            ref, texts = needed_texts(graph, handle)
            if texts is not None and (ref.name not in chosen or len(texts) < len(chosen[ref.name][1])):
                chosen[ref.name] = (ref, texts)
        for name, (ref, texts) in chosen.items():
            lookup = found.setdefault(name, Lookup(ref))
            lookup.positions.add(position)
            lookup.patterns += [(kind, text, position) for kind, text in texts]
    return [lookup for lookup in found.values() if len(lookup.positions) >= RULES_MIN]


def needed_texts(graph, handle) -> tuple:
    """(field, [(kind, text), …]) of which one must fit where *handle* holds; (None, None) where that is not known."""
    node = graph.nodes[handle >> 1]
    if node.check is not None:
        checks = [] if handle & 1 else [node.check]
    else:
        # Not all of them not: any of them.
        checks = [graph.nodes[child >> 1].check for child in node.children if handle & 1 and child & 1]
        if len(checks) < len(node.children) or None in checks:
            checks = []
    if len({check.ref.name for check in checks}) != 1:
        return None, None
    texts = []
    for check in checks:
        part = _texts_of(check)
        if part is None:
            return None, None
        texts += part
    return checks[0].ref, texts


def _texts_of(check):
    """The texts of which one must fit where a check holds; None: not known."""
    cdef FieldRef ref = check.ref
    operator, _, modifier = check.operator.partition(" ")
    if operator not in KINDS or check.rhs is not None or ref.row.flags & (FIELD_ANY | FIELD_LIST):
        return None
    if ref.row.type not in (FM_PT_CHARBUF, FM_PT_FSPATH, FM_PT_FSRELPATH):
        return None
    values = check.values[:1] if modifier == "allof" else check.values
    texts = [KINDS[operator](encoded(value)) for value in values]
    return None if None in texts else texts


def _whole(text):
    return "whole", text


def _beginning(text):
    return "beginning", text


def _ending(text):
    return "ending", text


def _part(text):
    return ("part", text) if len(text) >= GRAM_SIZE else None


def _component(text):
    """Of a path that a value lies at or below: its components are in the value, whatever is around them."""
    plain = [part for part in text.split(b"/") if part and not _WILDCARD.search(part)]
    return _longest([part for part in plain if not _SPECIAL.search(part)])


def _wildcard(text):
    """Of a pattern with wildcards: what stands before the first, else the longest plain piece."""
    text = _SPECIAL.split(text, maxsplit=1)[0] + (b"*" if _SPECIAL.search(text) else b"")
    pieces = _WILDCARD.split(text)
    if len(pieces) == 1:
        return _whole(text)
    return _beginning(pieces[0]) if pieces[0] else _longest(pieces)


def _longest(texts):
    return _part(max(texts, key=len, default=b""))


# operator → the (kind, text) that a constant stands for, None: none.
KINDS = {
    "=": _whole,
    "in": _whole,
    "startswith": _beginning,
    "endswith": _ending,
    "contains": _part,
    "glob": _wildcard,
    "pmatch": _component,
}
