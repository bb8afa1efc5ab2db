# SPDX-License-Identifier: Apache-2.0
"""A collection to the program that the engine runs.

The passes stand in PASSES in the order in which they run; each takes the whole
compilation and leaves its faults in it, so that one load tells all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from falcomod.alert.additions import CONTAINER_INFO, Additions
from falcomod.alert.format import Template
from falcomod.alert.model import Priority
from falcomod.engine.decode.schema import EVENTS, SYSCALLS, codes_of
from falcomod.engine.fields.registry import all_fields
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder
from falcomod.errors import FieldError, RuleError, RuleLoadError, TemplateError
from falcomod.rules import ast, deprecated
from falcomod.rules.ast import And, Check, Constant, Node, Not, Or
from falcomod.rules.check import Checker, checked_by
from falcomod.rules.fold import Folder
from falcomod.rules.lost import without_lost
from falcomod.rules.model import SOURCE_SYSCALL, Rule, RuleCollection
from falcomod.rules.narrow import Narrower
from falcomod.rules.resolve import Resolver
from falcomod.rules.select import Selection, select, unused
from falcomod.rules.sources import EVENT_TYPES, SOURCES, EventSource
from falcomod.rules.static_checks import StaticChecks
from falcomod.rules.template import template_of

# More event codes than this in one rule cost more than most rules are worth.
MANY_EVENT_CODES = 100


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule under the number by which the engine names it."""

    rule_id: int
    rule: Rule
    template: Template
    tree: Node  # of its condition, with nothing left to be put in
    codes: frozenset[int]  # of the events that it is tried on


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """The rules that are on, by rule_id, and what they need to be captured."""

    rulesets: Mapping[str, Ruleset]  # by source of the events, of every source there is
    rules: tuple[CompiledRule, ...]
    codes: frozenset[int]  # of events
    syscalls: frozenset[int]  # portable numbers
    warnings: tuple[RuleError, ...]  # of loading and compiling, sorted by place
    skipped: tuple[RuleError, ...] = ()  # faults of what was left out, sorted by place
    left_out: Mapping[str, RuleError] = field(default_factory=dict)  # rules, each with a reason
    unused: tuple[str, ...] = ()  # steps of the selection and of additions that mean no rule

    @property
    def ruleset(self) -> Ruleset:
        """The rules about system calls."""
        return self.rulesets[SOURCE_SYSCALL]


def compile_rules(
    collection: RuleCollection,
    *,
    priority: Priority = Priority.DEBUG,
    matching: str = "first",
    selection: Sequence[Selection] = (),
    skip_bad: bool = False,
    additions: Additions | None = None,
) -> CompiledRules:
    """The programs of all enabled rules that are at least as severe as *priority*.

    *selection* switches rules on and off, in its order.  Rules that are off are checked
    all the same.  *additions* are what a configuration adds to alerts, and its static
    fields.  Raises RuleLoadError with every fault; with *skip_bad* rules with a fault are
    left out instead.  A fault in *additions* is a UserError in any case.
    """
    collection, lost = without_lost(collection)
    builders = builders_of(matching)
    additions = additions or Additions()
    work = _Compilation(collection, priority, builders, selection, skip_bad, additions)
    work.left_out.update(lost)
    work.errors.extend(lost.values())
    for run in PASSES:
        run(work)
    warnings = _once([*collection.warnings, *work.warnings])
    if work.errors and not skip_bad:
        raise RuleLoadError(_once(work.errors), warnings)
    return CompiledRules(
        rulesets=rulesets_of(work.compiled, work.builders),
        rules=tuple(work.compiled),
        codes=frozenset().union(*(draft.codes for draft in work.drafts if draft.on)),
        syscalls=frozenset().union(*(draft.syscalls for draft in work.drafts if draft.on)),
        warnings=tuple(warnings),
        skipped=tuple(_once([*collection.skipped, *work.errors])),
        left_out=work.left_out,
        unused=(
            *map(str, unused(collection.rules.values(), selection)),
            *additions.without_rule(collection.rules),
        ),
    )


def builders_of(matching: str) -> dict[str, RulesetBuilder]:
    """A builder for each source of events."""
    return {source: RulesetBuilder(matching) for source in SOURCES}


def rulesets_of(
    rules: Iterable[CompiledRule], builders: Mapping[str, RulesetBuilder]
) -> dict[str, Ruleset]:
    """The programs of *rules*, by source."""
    nodes: dict[str, dict[int, tuple[Node, int]]] = {source: {} for source in builders}
    for entry in rules:
        source = entry.rule.source
        builder = builders[source]
        builder.rule(entry.rule_id, _emit(builder, entry.tree, nodes[source]), entry.codes)
    return {source: builder.build() for source, builder in builders.items()}


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
    builders: Mapping[str, RulesetBuilder]  # by source
    selection: Sequence[Selection]
    skip_bad: bool
    additions: Additions
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
        if rule.source in SOURCES:
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


def _decide(work: _Compilation) -> None:
    """Static fields to their values."""
    if not work.additions.static.items:
        return  # and one that is named all the same is told of by the checker
    checks = StaticChecks(work.additions.static)
    for draft in work.drafts:
        if draft.tree is not _UNREAD:
            draft.tree = checks.tree(draft.tree)


def _check(work: _Compilation) -> None:
    """Fields, operators and values, asked of the engine."""
    names = frozenset(info.name for info in all_fields())
    checkers = {
        (source.name, on): Checker(builder, _binder(work, source), EVENT_TYPES, names)
        for source in SOURCES.values()
        for on, builder in (
            (True, work.builders[source.name]),
            # What is off is checked as well, but has no place in the graph that runs.
            (False, RulesetBuilder("first")),
        )
    }

    def checked(draft: _Draft) -> bool:
        if draft.tree is _UNREAD:
            return False
        checker = checkers[draft.rule.source, draft.on]
        faults = checker.faults(draft.tree)
        work.warnings.extend(faults.warnings)
        excepted = checker.exception_faults(draft.rule.exceptions)
        # The condition has the same fault where the exception has values.
        told = {error.location for error in excepted}
        rest = [error for error in faults.errors if error.location not in told]
        return not _report(work, draft, [*excepted, *rest])

    work.require(checked)


def _binder(work: _Compilation, source: EventSource) -> Callable[[str], object]:
    return lambda text: source.bind(work.additions.static.put_in(text))


def _format(work: _Compilation) -> None:
    """Outputs, with what is added to them, to templates."""
    left_out: dict[str, RuleError] = {}

    def formatted(draft: _Draft) -> bool:
        output = draft.rule.output

        def tell(what: str) -> None:
            left_out.setdefault(what, output.error(what, 0, code="LOAD_UNKNOWN_FILTER"))

        try:
            draft.template = template_of(draft.rule, work.additions, tell)
        except TemplateError as error:
            # The template is the text without the blanks before it.
            blanks = len(output.text) - len(output.text.lstrip())
            offset = blanks + error.offset if CONTAINER_INFO not in output.text else 0
            fault = output.error(error.reason, offset, code="LOAD_ERR_COMPILE_OUTPUT")
            return not _report(work, draft, [fault])
        except FieldError as error:
            fault = output.error(str(error), 0, code="LOAD_ERR_COMPILE_OUTPUT")
            return not _report(work, draft, [fault])
        fields = draft.template.field_names
        printed = work.additions.printed is not None
        work.warnings.extend(deprecated.warnings_of_output(output, fields, printed=printed))
        return True

    work.require(formatted)
    work.warnings.extend(left_out.values())


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
    narrowers = {source.name: Narrower(source.types) for source in SOURCES.values()}
    for draft in work.drafts:
        names = narrowers[draft.rule.source].types(draft.tree)
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


def _number(work: _Compilation) -> None:
    """Rules that are on get their numbers, in the order of definition."""
    for draft in work.drafts:
        if draft.on:
            assert draft.template is not None, "formatting comes before numbering"
            rule_id = len(work.compiled)
            compiled = CompiledRule(rule_id, draft.rule, draft.template, draft.tree, draft.codes)
            work.compiled.append(compiled)


def _emit(builder: RulesetBuilder, tree: Node, nodes: dict[int, tuple[Node, int]]) -> int:
    """The id of a tree in the graph; *nodes* knows those of all trees so far by identity."""

    def made(node: Node, children: list[int]) -> int:
        if isinstance(node, And):
            return int(builder.all_of(children))
        if isinstance(node, Or):
            return int(builder.any_of(children))
        if isinstance(node, Not):
            return int(builder.negate(children[0]))
        if isinstance(node, Check):
            return checked_by(builder, node)
        assert isinstance(node, Constant), "macros are put in before building"
        return int(builder.constant(node.value))

    return ast.bottom_up(tree, made, nodes)


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
    _decide,
    _check,  # before folding: a part that is never true has to be right as well
    _format,
    _drop,
    _fold,
    _narrow,
    _number,
)

_SYSCALLS_OF = _syscalls_by_type()
_UNKNOWN_CODES = ("LOAD_UNKNOWN_FILTER", "LOAD_ERR_COMPILE_OUTPUT")
