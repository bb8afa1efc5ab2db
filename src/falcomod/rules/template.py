# SPDX-License-Identifier: Apache-2.0
"""The template of a rule: its output, and what the configuration adds to it."""

from __future__ import annotations

from collections.abc import Callable

from falcomod.alert.additions import AddedTo, Additions
from falcomod.alert.format import Template
from falcomod.rules.model import Rule
from falcomod.rules.sources import SOURCES


def template_of(
    rule: Rule, additions: Additions, left_out: Callable[[str], None] | None = None
) -> Template:
    """The template; *left_out* is told of additions that events of the rule's source lack.

    Raises TemplateError or FieldError for a fault in the output, another UserError for one
    in the additions.
    """
    target = AddedTo(rule.name, rule.source, rule.tags, SOURCES[rule.source].require)
    return additions.template(rule.output.text, target, left_out)
