# SPDX-License-Identifier: Apache-2.0
"""Variables of the environment in configuration files.

${NAME} in a value becomes what NAME is set to, nothing where it is not set; $${ stands for ${
itself.  What a variable holds is not looked through again, and keys are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Variables

from falcomod.config.document import Mapping, Node, Scalar

_REFERENCE = re.compile(r"(\$\$\{)|\$\{([^{}]*)\}")
OPENING = "${"


def expand(node: Node, variables: Variables[str, str]) -> None:
    """Replaces the references in all values below a node."""
    if isinstance(node, Scalar):
        if OPENING in node.text:
            node.text = expanded(node.text, variables)
            # Nothing is an empty text here, and not a key without a value.
            node.plain = node.plain and node.text != ""
    elif isinstance(node, Mapping):
        for _, value in node.pairs:
            expand(value, variables)
    else:
        for item in node.items:
            expand(item, variables)


def expanded(text: str, variables: Variables[str, str]) -> str:
    """A text with its references replaced."""

    def value(match: re.Match[str]) -> str:
        return OPENING if match[1] else variables.get(match[2].strip(), "")

    return _REFERENCE.sub(value, text)


def escaped(text: str) -> str:
    """The text that is read as *text*, whatever stands in it."""
    return text.replace(OPENING, "$" + OPENING)
