# SPDX-License-Identifier: Apache-2.0
"""Why a rule matches an event or does not: its condition tried part by part.

The condition is taken as it was written, macros and exceptions under their
names.  Each different check becomes a rule of its own in a ruleset of the
engine, so that the verdict about it is that of the very code that matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from falcomod.alert.explanation import Finding
from falcomod.alert.model import FieldValue
from falcomod.alert.static_fields import StaticFields
from falcomod.engine.fields.field import FieldRef
from falcomod.engine.fields.registry import bind
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder
from falcomod.engine.state.context import ContextView
from falcomod.errors import UserError
from falcomod.rules import ast, exceptions
from falcomod.rules.ast import And, Check, Constant, MacroRef, Node, Not, Or
from falcomod.rules.check import checked_by
from falcomod.rules.grammar import parse
from falcomod.rules.model import Rule, RuleCollection
from falcomod.rules.resolve import Resolver
from falcomod.rules.static_checks import StaticChecks
from falcomod.rules.text import SourceText

DEPTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a condition before it is tried; see Finding."""

    kind: str
    text: str
    parts: tuple[Part, ...] = ()
    check: Check | None = None
    negated: bool = False  # of a check
    always: bool = False  # of a part that is known without an event


class Explainer:
    """One rule, ready to be tried on events of any code.

    The rule has to be one that compiles, with the same static fields.  Raises UserError
    where its parts are in each other more than DEPTH_MAX deep: nobody would read that.
    """

    def __init__(
        self, collection: RuleCollection, rule: Rule, static: StaticFields | None = None
    ) -> None:
        self.rule = rule
        self.outline = _outline(collection, rule)
        self._checks = list(dict.fromkeys(_checks(self.outline)))
        fields = static or StaticFields()
        self._static = StaticChecks(fields)
        self._refs = {
            name: bind(fields.put_in(name)) for check in self._checks for name in _fields(check)
        }
        self._rulesets: dict[int, Ruleset] = {}

    def condition(self, view: ContextView) -> Finding:
        """Every part of the condition at the view's event, with its verdict."""
        held = self._ruleset(view.code).matching(view)
        holds = {check: number in held for number, check in enumerate(self._checks)}
        return self._tried(self.outline, holds, view)

    def _ruleset(self, code: int) -> Ruleset:
        """The checks as rules for events of *code*, numbered by their place in the list."""
        if code not in self._rulesets:
            builder = RulesetBuilder("all")
            for number, check in enumerate(self._checks):
                builder.rule(number, checked_by(builder, self._static.check(check)), (code,))
            self._rulesets[code] = builder.build()
        return self._rulesets[code]

    def _tried(self, part: Part, holds: dict[Check, bool], view: ContextView) -> Finding:
        if part.check is not None:
            verdict = holds[part.check] is not part.negated
            values = tuple((name, self._value(name, view)) for name in _fields(part.check))
            return Finding(part.kind, part.text, verdict, values)
        below = tuple(self._tried(inner, holds, view) for inner in part.parts)
        if not below:
            return Finding(part.kind, part.text, part.always)
        return Finding(part.kind, part.text, _VERDICTS[part.kind](below), parts=below)

    def _value(self, name: str, view: ContextView) -> FieldValue:
        ref: FieldRef = self._refs[name]
        value: FieldValue = ref.value(view)
        return value


def _outline(collection: RuleCollection, rule: Rule) -> Part:
    try:
        outline = _Outliner(collection).rule(rule)
        deep = _is_deeper(outline, DEPTH_MAX)
    except RecursionError:
        deep = True
    if deep:
        raise UserError(
            f"the condition of rule {rule.name!r} is nested more than {DEPTH_MAX} levels deep, "
            "too deep to be explained"
        )
    return outline


def _is_deeper(part: Part, levels: int) -> bool:
    """Whether there are more than *levels* parts in each other; macros are shared, not repeated."""
    layer = {id(part): part}
    for _ in range(levels):
        layer = {id(inner): inner for outer in layer.values() for inner in outer.parts}
        if not layer:
            return False
    return True


@dataclass(slots=True)
class _Outliner:
    """Conditions to parts; a macro is outlined once."""

    collection: RuleCollection
    resolver: Resolver = field(init=False)
    _macros: dict[str, Part] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.resolver = Resolver(self.collection)

    def rule(self, rule: Rule) -> Part:
        condition = self._outlined(self._parsed(rule.condition))
        excepted = tuple(self._exceptions(rule))
        if not excepted:
            return condition
        unless = Part("unless", "no exception applies", excepted)
        if condition.kind == "all" and condition.text == _JOINED["all"]:
            return Part("all", condition.text, (*condition.parts, unless))
        return Part("all", _JOINED["all"], (condition, unless))

    def _exceptions(self, rule: Rule) -> Iterator[Part]:
        for exception in rule.exceptions:
            text = exceptions.condition((exception,))
            if text is not None:
                yield _named(
                    f"exception {exception.name.value}", self._outlined(self._parsed(text))
                )

    def _parsed(self, condition: SourceText) -> Node:
        return parse(self.resolver.with_lists(condition))

    def _outlined(self, node: Node) -> Part:
        if isinstance(node, And | Or):
            kind = "all" if isinstance(node, And) else "any"
            return Part(
                kind, _JOINED[kind], tuple(self._outlined(child) for child in node.children)
            )
        if isinstance(node, Not):
            return self._negated(node.child)
        if isinstance(node, MacroRef):
            return self._macro(node.name)
        if isinstance(node, Check):
            return Part("check", ast.to_text(node), check=node)
        return Part("check", ast.to_text(node), always=node.value)

    def _negated(self, child: Node) -> Part:
        if isinstance(child, Check):
            return Part("check", ast.to_text(Not(child)), check=child, negated=True)
        if isinstance(child, Constant):
            return self._outlined(Constant(not child.value))
        return Part("not", "not", (self._outlined(child),))

    def _macro(self, name: str) -> Part:
        if name not in self._macros:
            macro = self.collection.macros[name]
            self._macros[name] = _named(name, self._outlined(self.resolver.macro(macro)))
        return self._macros[name]


def _named(name: str, part: Part) -> Part:
    """*part* under a name: in its own line where that only says what it is made of."""
    if part.kind in _JOINED and part.text == _JOINED[part.kind]:
        return Part(part.kind, f"{name}: {part.text}", part.parts)
    return Part("all", name, (part,))


def _checks(part: Part) -> Iterator[Check]:
    if part.check is not None:
        yield part.check
    for inner in part.parts:
        yield from _checks(inner)


def _fields(check: Check) -> tuple[str, ...]:
    """The fields that a check compares, without repetition."""
    return (check.field, check.rhs) if check.rhs and check.rhs != check.field else (check.field,)


_JOINED = {"all": "all of", "any": "any of"}
_VERDICTS: dict[str, Callable[[tuple[Finding, ...]], bool]] = {
    "all": lambda parts: all(part.holds for part in parts),
    "any": lambda parts: any(part.holds for part in parts),
    "not": lambda parts: not parts[0].holds,
    "unless": lambda parts: not any(part.holds for part in parts),
}
