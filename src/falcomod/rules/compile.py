# SPDX-License-Identifier: Apache-2.0
"""A collection to the program that the engine runs.

The passes stand in PASSES in the order in which they run; each takes the whole
compilation and leaves its faults in it, so that one load tells all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from falcomod.alert.format import Template
from falcomod.alert.model import Priority
from falcomod.engine.decode.schema import EVENTS, SYSCALLS, codes_of
from falcomod.engine.fields.registry import all_fields, bind
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder
from falcomod.errors import RuleError, RuleLoadError, TemplateError
from falcomod.rules.ast import And, Check, Constant, Node, Not, Or
from falcomod.rules.check import Checker
from falcomod.rules.fold import Folder
from falcomod.rules.lost import without_lost
from falcomod.rules.model import SOURCE_SYSCALL, Rule, RuleCollection
from falcomod.rules.narrow import Narrower
from falcomod.rules.resolve import Resolver
from falcomod.rules.select import Selection, select

# More event codes than this in one rule cost more than most rules are worth.
MANY_EVENT_CODES = 100


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule under the number by which the engine names it."""

    rule_id: int
    rule: Rule
    template: Template


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """The rules that are on, by rule_id, and what they need to be captured."""

    ruleset: Ruleset
    rules: tuple[CompiledRule, ...]
    codes: frozenset[int]  # of events
    syscalls: frozenset[int]  # portable numbers
    warnings: tuple[RuleError, ...]  # of loading and compiling, sorted by place
    skipped: tuple[RuleError, ...] = ()  # faults of what was left out, sorted by place
    left_out: Mapping[str, RuleError] = field(default_factory=dict)  # rules, each with a reason


def compile_rules(
    collection: RuleCollection,
    *,
    priority: Priority = Priority.DEBUG,
    matching: str = "first",
    selection: Sequence[Selection] = (),
    skip_bad: bool = False,
) -> CompiledRules:
    """The program of all enabled rules that are at least as severe as *priority*.

    *selection* switches rules on and off, in its order.  Rules that are off are checked
    all the same.  Raises RuleLoadError with every fault; with *skip_bad* rules with a
    fault are left out instead.
    """
    collection, lost = without_lost(collection)
    work = _Compilation(collection, priority, RulesetBuilder(matching), selection, skip_bad)
    work.left_out.update(lost)
    work.errors.extend(lost.values())
    for run in PASSES:
        run(work)
    warnings = _once([*collection.warnings, *work.warnings])
    if work.errors and not skip_bad:
        raise RuleLoadError(_once(work.errors), warnings)
    return CompiledRules(
        ruleset=work.builder.build(),
        rules=tuple(work.compiled),
        codes=frozenset().union(*(draft.codes for draft in work.drafts if draft.on)),
        syscalls=frozenset().union(*(draft.syscalls for draft in work.drafts if draft.on)),
        warnings=tuple(warnings),
        skipped=tuple(_once([*collection.skipped, *work.errors])),
        left_out=work.left_out,
    )


_UNREAD = Constant(False)


@dataclass(slots=True)
class _Draft:
    """A rule on its way; one that has failed goes on to the next fault and is dropped then."""

    rule: Rule
    on: bool
    tree: Node = _UNREAD
    template: Template | None = None
    codes: frozenset[int] = frozenset()
    syscalls: frozenset[int] = frozenset()
    failed: bool = False
    fault: RuleError | None = None  # the first


@dataclass(slots=True)
class _Compilation:
    """What the passes share."""

    collection: RuleCollection
    priority: Priority
    builder: RulesetBuilder
    selection: Sequence[Selection]
    skip_bad: bool
    left_out: dict[str, RuleError] = field(default_factory=dict)
    drafts: list[_Draft] = field(default_factory=list)
    compiled: list[CompiledRule] = field(default_factory=list)
    errors: list[RuleError] = field(default_factory=list)
    warnings: list[RuleError] = field(default_factory=list)

    def require(self, passed: Callable[[_Draft], bool]) -> None:
        """Marks the rules that *passed* finds fault with; a RuleError is such a fault."""
        for draft in self.drafts:
            try:
                draft.failed = not passed(draft) or draft.failed
            except RuleError as error:
                draft.failed = True
                draft.fault = draft.fault or error
                self.errors.append(error)


def _select(work: _Compilation) -> None:
    """Rules of a source that exists."""
    enabled = select(work.collection.rules.values(), work.selection)
    for rule in work.collection.rules.values():
        if rule.source == SOURCE_SYSCALL:
            on = rule.name in enabled and rule.priority <= work.priority
            work.drafts.append(_Draft(rule, on))
        else:
            message = f"Unknown source {rule.source}, skipping"
            work.warnings.append(rule.defined.error(message, 0, code="LOAD_UNKNOWN_SOURCE"))


def _resolve(work: _Compilation) -> None:
    """Conditions to trees, with lists, macros and exceptions in them."""
    resolver = Resolver(work.collection)
    for macro in work.collection.macros.values():
        try:
            resolver.expanded_macro(macro)
        except RuleError as error:
            work.errors.append(error)

    def resolved(draft: _Draft) -> bool:
        draft.tree = resolver.rule(draft.rule)
        return True

    work.require(resolved)
    _warn_unused(work, resolver)


def _warn_unused(work: _Compilation, resolver: Resolver) -> None:
    for name, macro in work.collection.macros.items():
        if name not in resolver.used_macros:
            message = "Macro not referred to by any other rule/macro"
            work.warnings.append(macro.defined.error(message, 0, code="LOAD_UNUSED_MACRO"))
    for name, words in work.collection.lists.items():
        if name not in resolver.used_lists:
            message = "List not referred to by any other rule/macro"
            work.warnings.append(words.defined.error(message, 0, code="LOAD_UNUSED_LIST"))


def _check(work: _Compilation) -> None:
    """Fields, operators and values, asked of the engine."""
    names = frozenset(info.name for info in all_fields())
    checkers = {
        True: Checker(work.builder, bind, _TYPES, names),
        # What is off is checked as well, but has no place in the graph that runs.
        False: Checker(RulesetBuilder("first"), bind, _TYPES, names),
    }

    def checked(draft: _Draft) -> bool:
        if draft.tree is _UNREAD:
            return False
        faults = checkers[draft.on].faults(draft.tree)
        work.warnings.extend(faults.warnings)
        return not _report(work, draft, faults.errors)

    work.require(checked)


def _format(work: _Compilation) -> None:
    """Outputs to templates."""

    def formatted(draft: _Draft) -> bool:
        output = draft.rule.output
        try:
            draft.template = Template.parse(output.text.strip())
        except TemplateError as error:
            return not _report(
                work, draft, [output.error(str(error), 0, code="LOAD_ERR_COMPILE_OUTPUT")]
            )
        return True

    work.require(formatted)


def _report(work: _Compilation, draft: _Draft, errors: Sequence[RuleError]) -> bool:
    """True when the rule has to go; a rule that wants to be skipped goes with a warning."""
    if not errors:
        return False
    unknown = all(error.code in _UNKNOWN_CODES for error in errors)
    if draft.rule.skip_if_unknown_filter and unknown:
        work.warnings.extend(_coded(error, "LOAD_UNKNOWN_FILTER") for error in errors)
    else:
        faults = [
            _coded(error, "LOAD_ERR_COMPILE_CONDITION")
            if error.code == "LOAD_UNKNOWN_FILTER"
            else error
            for error in errors
        ]
        draft.fault = draft.fault or faults[0]
        work.errors.extend(faults)
    return True


def _coded(error: RuleError, code: str) -> RuleError:
    """The same fault under another code."""
    return RuleError(
        error.message, error.location, code=code, quote=error.quote, remedy=error.remedy
    )


def _drop(work: _Compilation) -> None:
    """Rules with a fault, once all their faults are known."""
    for draft in work.drafts:
        if draft.fault is not None:
            work.left_out[draft.rule.name] = draft.fault
    work.drafts = [draft for draft in work.drafts if not draft.failed]


def _fold(work: _Compilation) -> None:
    """Parts that are known before any event."""
    folder = Folder()
    for draft in work.drafts:
        draft.tree = folder.fold(draft.tree)


def _narrow(work: _Compilation) -> None:
    """Event types that a rule is tried on."""
    narrower = Narrower(_TYPES)
    for draft in work.drafts:
        names = narrower.types(draft.tree)
        draft.codes = frozenset().union(*(codes_of(name) for name in names))
        draft.syscalls = frozenset().union(*(_SYSCALLS_OF.get(name, ()) for name in names))
        if len(draft.codes) > MANY_EVENT_CODES and draft.rule.warn_evttypes:
            message = (
                "Rule matches too many evt.type values. This has a significant performance penalty."
            )
            remedy = "name the event types it is about: evt.type in (...)"
            work.warnings.append(
                draft.rule.condition.error(message, 0, code="LOAD_NO_EVTTYPE", remedy=remedy)
            )


def _build(work: _Compilation) -> None:
    """Rules that are on to nodes of one graph, in the order of definition."""
    if work.errors and not work.skip_bad:
        return
    nodes: dict[int, int] = {}
    for draft in work.drafts:
        if not draft.on:
            continue
        assert draft.template is not None, "formatting comes before building"
        rule_id = len(work.compiled)
        work.compiled.append(CompiledRule(rule_id, draft.rule, draft.template))
        work.builder.rule(rule_id, _emit(work.builder, draft.tree, nodes), draft.codes)


def _emit(builder: RulesetBuilder, node: Node, nodes: dict[int, int]) -> int:
    """The id of a tree in the graph; *nodes* knows trees by identity while drafts hold them."""
    if id(node) in nodes:
        return nodes[id(node)]
    if isinstance(node, And | Or):
        children = [_emit(builder, child, nodes) for child in node.children]
        made = builder.all_of(children) if isinstance(node, And) else builder.any_of(children)
    elif isinstance(node, Not):
        made = builder.negate(_emit(builder, node.child, nodes))
    elif isinstance(node, Check):
        made = builder.check(node.field, node.operator, node.values)
    else:
        assert isinstance(node, Constant), "macros are put in before building"
        made = builder.constant(node.value)
    nodes[id(node)] = int(made)
    return nodes[id(node)]


def _once(errors: Iterable[RuleError]) -> list[RuleError]:
    """Each fault once, by place: a fault in a macro is met by every rule that uses it."""
    found = {(error.location, error.code, error.message): error for error in errors}
    return [found[key] for key in sorted(found)]


def _syscalls_by_type() -> dict[str, frozenset[int]]:
    """Portable system call numbers by the evt.type of the event that they end in."""
    numbers: dict[str, set[int]] = {}
    for syscall in SYSCALLS.values():
        own = codes_of(syscall.name)
        name = syscall.name if syscall.event in own else EVENTS[syscall.event].name
        numbers.setdefault(name, set()).add(syscall.sc)
    return {name: frozenset(found) for name, found in numbers.items()}


PASSES: tuple[Callable[[_Compilation], None], ...] = (
    _select,
    _resolve,
    _check,  # before folding: a part that is never true has to be right as well
    _format,
    _drop,
    _fold,
    _narrow,
    _build,
)

_SYSCALLS_OF = _syscalls_by_type()
_TYPES = frozenset(
    {event.name for event in EVENTS.values()} | {name for name in SYSCALLS if codes_of(name)}
)
_UNKNOWN_CODES = ("LOAD_UNKNOWN_FILTER", "LOAD_ERR_COMPILE_OUTPUT")
