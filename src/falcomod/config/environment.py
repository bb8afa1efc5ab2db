# SPDX-License-Identifier: Apache-2.0
"""Variables of the environment in configuration files.

${NAME} in a value becomes what NAME is set to, nothing where it is not set; $${ stands for ${
itself.  What a variable holds is not looked through again, and keys are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Variables

from falcomod.config.document import MAX_BYTES, Mapping, Node, Scalar
from falcomod.config.findings import Findings

OPENING = "${"
_REFERENCE = re.compile(r"(\$\$\{)|\$\{([^{}]*)\}")


class Expansion:
    """Replaces the references of one file; what they are replaced with is bounded in all."""

    def __init__(self, variables: Variables[str, str], findings: Findings) -> None:
        self.variables = variables
        self.findings = findings
        self.left = MAX_BYTES

    def expand(self, node: Node) -> None:
        """Replaces the references in all values below a node; too much of it is a fault."""
        if isinstance(node, Scalar):
            if OPENING in node.text:
                self._scalar(node)
        elif isinstance(node, Mapping):
            for _, value in node.pairs:
                self.expand(value)
        else:
            for item in node.items:
                self.expand(item)

    def _scalar(self, node: Scalar) -> None:
        self.left -= sum(
            len(_value(match, self.variables)) for match in _REFERENCE.finditer(node.text)
        )
        if self.left < 0:
            self.findings.fault(node.place, f"variables of more than {MAX_BYTES} bytes in all")
            return
        node.text = expanded(node.text, self.variables)
        # Nothing is an empty text here, and not a key without a value.
        node.plain = node.plain and node.text != ""


def expanded(text: str, variables: Variables[str, str]) -> str:
    """A text with its references replaced."""
    return _REFERENCE.sub(lambda match: _value(match, variables), text)


def escaped(text: str) -> str:
    """The text that is read as *text*, whatever stands in it."""
    return text.replace(OPENING, "$" + OPENING)


def _value(match: re.Match[str], variables: Variables[str, str]) -> str:
    return OPENING if match[1] else variables.get(match[2].strip(), "")
