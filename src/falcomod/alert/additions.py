# SPDX-License-Identifier: Apache-2.0
"""What a configuration adds to alerts: append_output, -p, and how time and data are shown.

It becomes part of each rule's template before that is checked, so nothing of it costs
anything when an alert is made.  Faults in it are those of the configuration, not of rules.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from falcomod.alert.buffers import in_base64
from falcomod.alert.format import TIME_FIELD, TIME_FIELD_ISO, Readable, Template
from falcomod.alert.static_fields import StaticFields
from falcomod.config.model import Config
from falcomod.config.output_options import AppendOutput
from falcomod.errors import FieldError, TemplateError, UserError

# No field, but what -p of old versions put others in place of.
CONTAINER_INFO = "%container.info"
PRINT = "-p"

Require = Callable[[Any], None]  # raises FieldError for a field that a rule's events do not have


@dataclass(frozen=True)
class AddedTo:
    """The rule that something is added to."""

    name: str
    source: str
    tags: frozenset[str]
    require: Require


@dataclass(frozen=True)
class Step:
    """One entry of append_output, or -p."""

    place: str  # in the configuration: append_output[2]
    rule: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    output: str = ""
    suggested: tuple[tuple[str, str], ...] = ()  # word and field, where the output has it not yet
    fields: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()  # name and text with fields

    def means(self, rule: AddedTo) -> bool:
        """Whether it is for that rule."""
        return (
            self.rule in ("", rule.name)
            and self.source in ("", rule.source)
            and rule.tags.issuperset(self.tags)
        )


@dataclass(frozen=True)
class Additions:
    """All of it; equal ones make equal templates, and their repr says all that they are."""

    steps: tuple[Step, ...] = ()
    printed: Step | None = None  # -p
    static: StaticFields = field(default_factory=StaticFields)
    time_field: str = TIME_FIELD
    base64: bool = False

    def template(
        self, output: str, rule: AddedTo, left_out: Callable[[str], None] | None = None
    ) -> Template:
        """The template of a rule with that output, and what is added to it.

        *left_out* is told in a sentence of what the rule's events do not have.  Raises
        TemplateError or FieldError for a fault in the output, another UserError for
        one in what is added.
        """
        replaced = CONTAINER_INFO in output
        if replaced:
            output = output.replace(CONTAINER_INFO, self._in_place(output, rule))
        base = self.parsed(output.strip())
        for ref in base.refs:
            rule.require(ref)
        steps = list(self.steps)
        if self.printed is not None and not replaced:
            steps.append(self.printed)
        extra: dict[str, Readable] = {}
        whole = base
        for step in steps:
            if step.means(rule):
                found = _Fitting(self, step, rule, left_out or _ignored)
                whole = whole.followed_by(found.behind(whole))
                extra.update(found.fields())
        return whole.with_fields(extra, self.time_field)

    def check(self) -> None:
        """Raises UserError for what no rule could be given."""
        nothing = AddedTo("", "", frozenset(), _ignored)
        for step in filter(None, (*self.steps, self.printed)):
            found = _Fitting(self, step, nothing, _ignored)
            list(found.behind(Template("", ())))
            dict(found.fields())

    def without_rule(self, names: Container[str]) -> Iterator[str]:
        """Steps for a rule that is not among *names*, in words."""
        for step in self.steps:
            if step.rule and step.rule not in names:
                yield f"{step.place}.match.rule: {step.rule}"

    def bind(self, text: str) -> Any:
        """The field or expression that all of *text* is; raises FieldError."""
        ref, size = self.bind_prefix(text)
        if size < len(text):
            raise FieldError(f"{text}: {text[size:]!r} is no part of a field")
        return ref

    def bind_prefix(self, text: str) -> tuple[Any, int]:
        """The longest field or expression at the start of *text*, and its size."""
        ref, size = self.static.bind_prefix(text)
        return (in_base64(ref) if self.base64 else ref), size

    def parsed(self, text: str) -> Template:
        """A text with fields; raises TemplateError."""
        return Template.parse(text, self.bind_prefix)

    def parsed_once(self, text: str) -> Template:
        """The same, for a text that is added to many rules."""
        if text not in self._parsed:
            self._parsed[text] = self.parsed(text)
        return self._parsed[text]

    @cached_property
    def _parsed(self) -> dict[str, Template]:
        return {}

    def _in_place(self, output: str, rule: AddedTo) -> str:
        """What %container.info stands for in an output."""
        if self.printed is None or not self.printed.means(rule):
            return ""
        others = self.parsed(output.replace(CONTAINER_INFO, "").strip())
        found = _Fitting(self, self.printed, rule, _ignored)
        return " ".join(template.text for template in found.behind(others))


class _Fitting:
    """A step at a rule: as much of it as the rule's events have."""

    def __init__(
        self, additions: Additions, step: Step, rule: AddedTo, left_out: Callable[[str], None]
    ) -> None:
        self._additions = additions
        self._step = step
        self._rule = rule
        self._left_out = left_out

    def behind(self, template: Template) -> Iterator[Template]:
        """What goes behind a template that has its own fields already."""
        named = set(template.field_names)
        if self._step.output:
            place = f"{self._step.place}.extra_output" if self._step.place != PRINT else PRINT
            added = self._parsed(self._step.output, place)
            if self._fits(added.refs, place):
                yield added
                named.update(added.field_names)
        for word, name in self._step.suggested:
            added = self._additions.parsed_once(f"{word}=%{name}")
            if name not in named and self._has(added.refs):
                yield added

    def fields(self) -> Iterator[tuple[str, Readable]]:
        """Values of JSON by their names."""
        place = f"{self._step.place}.extra_fields"
        for name in self._step.fields:
            try:
                ref = self._additions.bind(name)
            except FieldError as error:
                raise UserError(f"{place}: {error}") from None
            if "filter-only" in ref.info.flags:
                raise UserError(f"{place}: {name} can be compared but not printed")
            if self._fits((ref,), place):
                yield name, ref
        for name, text in self._step.texts:
            template = self._parsed(text, f"{place}: {name}")
            if self._fits(template.refs, f"{place}: {name}"):
                yield name, _Rendered(template)

    def _parsed(self, text: str, place: str) -> Template:
        try:
            return self._additions.parsed_once(text)
        except TemplateError as error:
            raise UserError(f"{place}: {error}") from None

    def _fits(self, refs: Iterable[Any], place: str) -> bool:
        """Whether the rule's events have the fields; raises UserError where they have to."""
        try:
            for ref in refs:
                self._rule.require(ref)
        except FieldError as error:
            if self._step.rule or self._step.source:
                raise UserError(
                    f"{place}: {error}, as those of the rule {self._rule.name!r} are"
                ) from None
            self._left_out(f"{place} is not added to rules of this source: {error}")
            return False
        return True

    def _has(self, refs: Iterable[Any]) -> bool:
        try:
            for ref in refs:
                self._rule.require(ref)
        except FieldError:
            return False
        return True


class _Rendered:
    """A text with fields as a value of JSON."""

    def __init__(self, template: Template) -> None:
        self.value = template.render


def _ignored(_: object) -> None:
    """For those who do not want to know."""


def additions_of(config: Config, print_format: str | None = None) -> Additions:
    """What a configuration adds; *print_format* is the value of Falco's option -p.

    Raises UserError for what cannot be read, with its place in the configuration.
    """
    steps = (_step(f"append_output[{n}]", step) for n, step in enumerate(config.append_output))
    additions = Additions(
        steps=tuple(steps),
        printed=None if print_format is None else _printed(print_format),
        static=StaticFields.of(config.static_fields),
        time_field=TIME_FIELD_ISO if config.time_format_iso_8601 else TIME_FIELD,
        base64=config.buffer_format_base64,
    )
    additions.check()
    return additions


def _step(place: str, entry: AppendOutput) -> Step:
    match = entry.match
    fields = [item for item in entry.extra_fields if isinstance(item, str)]
    texts = [
        pair for item in entry.extra_fields if not isinstance(item, str) for pair in item.items()
    ]
    names = [*fields, *(name for name, _ in texts)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"{place}.extra_fields: {twice} stands there twice")
    return Step(
        place,
        rule=match.rule,
        source=match.source,
        tags=tuple(sorted(match.tags)),
        output=entry.extra_output.strip(),
        suggested=SUGGESTED if entry.suggested_output else (),
        fields=tuple(fields),
        texts=tuple(texts),
    )


def _printed(text: str) -> Step:
    """-p: a text with fields, or a word that stands for fields."""
    if text in MESOS:
        raise UserError(
            f"-p {text}: Mesos is not supported; -pc names the container and -pk the pod"
        )
    if text in PRINTED:
        return Step(PRINT, source="syscall", suggested=PRINTED[text])
    return Step(PRINT, source="syscall", output=text.strip())


# What Falco's container plugin suggests.
SUGGESTED = tuple(
    (name.replace(".", "_"), name)
    for name in (
        "container.id",
        "container.name",
        "container.image.repository",
        "container.image.tag",
        "k8s.pod.name",
        "k8s.ns.name",
    )
)

# The texts of -pc and -pk in Falco 0.36 to 0.40.
_CONTAINER = (
    ("container_id", "container.id"),
    ("container_image", "container.image.repository"),
    ("container_image_tag", "container.image.tag"),
    ("container_name", "container.name"),
)
_POD = (("k8s_ns", "k8s.ns.name"), ("k8s_pod_name", "k8s.pod.name"))
PRINTED = {
    "c": _CONTAINER,
    "container": _CONTAINER,
    "k": _CONTAINER + _POD,
    "kubernetes": _CONTAINER + _POD,
}
MESOS = ("m", "mesos")
