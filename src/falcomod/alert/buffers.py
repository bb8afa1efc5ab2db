# SPDX-License-Identifier: Apache-2.0
"""Data that a call read or wrote, in base64: buffer_format_base64.

It is made from the bytes, so that whoever decodes it has what the call had.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

from falcomod.engine.fields.registry import bind

# Arguments that are data where they are no text, and the fields with their bytes.  "data" is
# something else in some events (ptrace), which the second one knows.
DATA = {
    "data": "evt.buffer",
    "img": "evt.rawarg.img",
    "msgcontrol": "evt.rawarg.msgcontrol",
    "value_bytebuf": "evt.rawarg.value_bytebuf",
}
ARGUMENT = re.compile(rf"""evt\.arg(?:\.|\[["']?)({"|".join(DATA)})(?:["']?\])?""")


class Base64:
    """A field whose data is shown in base64, in place of its reference."""

    def __init__(self, ref: Any, data: Any) -> None:
        self.info = ref.info
        self.name = ref.name
        self.fields = ref.fields
        self._ref = ref
        self._data = data

    def text(self, view: Any) -> str | None:
        """The data; of an event that has something else there, that."""
        data = self._data.data(view)
        if data is None:
            found: str | None = self._ref.text(view)
            return found
        return b64encode(data).decode("ascii")

    value = text


def in_base64(ref: Any) -> Any:
    """The reference, or what stands in its place where it is one to data."""
    if argument := ARGUMENT.fullmatch(ref.name):
        return Base64(ref, bind(DATA[argument[1]]))
    return Base64(ref, ref) if ref.is_buffer else ref
