# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import dataclasses
from typing import Any

import pytest

from falcomod.alert.additions import AddedTo, Additions, additions_of
from falcomod.alert.format import Template
from falcomod.config.model import Config
from falcomod.config.output_options import AppendMatch, AppendOutput
from falcomod.errors import FieldError, TemplateError, UserError
from tests.record_builder import build
from tests.unit.engine.fields.host import CONTAINER, NOTHING, TS, host

ALL_SUGGESTED = (
    "o container_id=%container.id container_name=%container.name "
    "container_image_repository=%container.image.repository "
    "container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name"
)
OF_POD = (
    "container_id=%container.id container_image=%container.image.repository "
    "container_image_tag=%container.image.tag container_name=%container.name"
)


def require(ref: Any) -> None:
    """Events of this source have no fields of Kubernetes objects."""
    if any(name.startswith("ka.") for name in ref.fields):
        raise FieldError(f"{ref.name} is no field of events of the source syscall")


def rule(name: str = "r", source: str = "syscall", tags: tuple[str, ...] = ()) -> AddedTo:
    return AddedTo(name, source, frozenset(tags), require)


def additions(
    *steps: AppendOutput, print_format: str | None = None, **options: object
) -> Additions:
    config = dataclasses.replace(Config(), append_output=list(steps), **options)  # type: ignore[arg-type]
    return additions_of(config, print_format)


def step(match: dict[str, Any] | None = None, **keys: Any) -> AppendOutput:
    return AppendOutput(match=AppendMatch(**(match or {})), **keys)


def text(output: str, *steps: AppendOutput, to: AddedTo | None = None, **options: Any) -> str:
    return additions(*steps, **options).template(output, to or rule()).text


def fields(template: Template, record: bytes = NOTHING) -> dict[str, Any]:
    probe = host()
    return template.fields(probe.at(record))


# append_output


def test_nothing_is_added_where_nothing_is_asked_for() -> None:
    assert text(" o %proc.name ") == "o %proc.name"


def test_texts_follow_the_output_in_order() -> None:
    found = text("o", step(extra_output=" a=%evt.type "), step(extra_output="b"))
    assert found == "o a=%evt.type b"


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        ({}, True),
        ({"rule": "r"}, True),
        ({"rule": "R"}, False),
        ({"source": "syscall"}, True),
        ({"source": "k8s_audit"}, False),
        ({"tags": ["a"]}, True),
        ({"tags": ["b", "a"]}, True),
        ({"tags": ["a", "c"]}, False),
        ({"rule": "r", "tags": ["c"]}, False),
        ({"rule": "r", "tags": ["a"], "source": "syscall"}, True),
    ],
)
def test_a_step_is_for_the_rules_that_it_names(match: dict[str, Any], holds: bool) -> None:
    found = text("o", step(match, extra_output="x"), to=rule(tags=("a", "b")))
    assert found == ("o x" if holds else "o")


def test_suggested_fields_follow_the_output() -> None:
    assert text("o", step(suggested_output=True)) == ALL_SUGGESTED


def test_a_suggested_field_is_not_named_twice() -> None:
    found = text("(%container.id %8k8s.ns.name)", step(suggested_output=True))
    assert found == (
        "(%container.id %8k8s.ns.name) container_name=%container.name "
        "container_image_repository=%container.image.repository "
        "container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name"
    )
    twice = step(suggested_output=True)
    assert text("o", twice, twice) == ALL_SUGGESTED
    own = step(suggested_output=True, extra_output="in %container.name")
    assert text("o", own).count("%container.name") == 1
    # A longer name or a transformer is another field.
    assert text("%container.full_id %tolower(container.id)", twice).count("=%container.id ") == 1


def test_suggested_fields_are_those_that_the_events_have() -> None:
    audit = AddedTo("r", "k8s_audit", frozenset(), only_audit)
    assert text("o %ka.verb", step(suggested_output=True), to=audit) == "o %ka.verb"


def only_audit(ref: Any) -> None:
    if not all(name.startswith("ka.") for name in ref.fields):
        raise FieldError(f"{ref.name} is no field of events of the source k8s_audit")


def test_what_the_events_of_a_source_lack_is_left_out_and_told() -> None:
    audit = AddedTo("r", "k8s_audit", frozenset(), only_audit)
    told: list[str] = []
    made = additions(
        step(extra_output="pid=%proc.pid"),
        step(extra_output="verb=%ka.verb", extra_fields=["proc.pid", "ka.verb", {"x": "%fd.name"}]),
    ).template("o", audit, told.append)
    assert made.text == "o verb=%ka.verb"
    assert told == [
        "append_output[0].extra_output is not added to rules of this source: "
        "proc.pid is no field of events of the source k8s_audit",
        "append_output[1].extra_fields is not added to rules of this source: "
        "proc.pid is no field of events of the source k8s_audit",
        "append_output[1].extra_fields: x is not added to rules of this source: "
        "fd.name is no field of events of the source k8s_audit",
    ]


@pytest.mark.parametrize("match", [{"rule": "r"}, {"source": "k8s_audit"}])
def test_a_step_for_such_rules_alone_is_refused(match: dict[str, Any]) -> None:
    audit = AddedTo("r", "k8s_audit", frozenset(), only_audit)
    made = additions(step(match, extra_output="%proc.pid"))
    with pytest.raises(UserError, match=r"^append_output\[0\]\.extra_output: .* rule 'r' are$"):
        made.template("o", audit)


def test_fields_of_json_have_types_and_texts_are_texts() -> None:
    made = additions(
        step(extra_fields=["proc.pid", "fd.nameraw", {"who": "%user.name (%user.uid)"}]),
        step(extra_fields=[{"proc.name": "of %evt.type", "len": "%len(proc.name)"}]),
    ).template("o %proc.name", rule())
    found = fields(made)
    assert made.text == "o %proc.name"
    assert found == {
        "evt.time": TS,
        "proc.pid": 200,
        "fd.nameraw": None,
        "who": "ada (1000)",
        "proc.name": f"of {host_type()}",
        "len": "3",
    }


def host_type() -> str:
    probe = host()
    return Template.parse("%evt.type").render(probe.at(NOTHING))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"extra_output": "x %proc.nam"}, r"^append_output\[1\]\.extra_output: column 3: unknown"),
        ({"extra_output": "5%"}, r"^append_output\[1\]\.extra_output: column 2: a field was"),
        ({"extra_output": "%fd.ip"}, "can be compared but not printed"),
        ({"extra_output": "%static.no"}, "add no to static_fields"),
        ({"extra_fields": ["proc.nam"]}, r"^append_output\[1\]\.extra_fields: unknown field"),
        ({"extra_fields": ["proc.name "]}, r"' ' is no part of a field"),
        ({"extra_fields": ["fd.ip"]}, "can be compared but not printed"),
        ({"extra_fields": [{"a": "%proc.nam"}]}, r"^append_output\[1\]\.extra_fields: a: column 1"),
        ({"extra_fields": ["proc.pid", {"proc.pid": "x"}]}, "proc.pid stands there twice"),
    ],
)
def test_what_cannot_be_read_is_a_fault_of_the_configuration(
    keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message) as raised:
        additions(step(), step(**keys))
    assert not isinstance(raised.value, TemplateError | FieldError)


def test_a_fault_in_the_output_is_the_rules() -> None:
    made = additions(step(extra_output="x"))
    with pytest.raises(TemplateError) as raised:
        made.template("  x %proc.nam", rule())
    assert raised.value.offset == 2
    with pytest.raises(FieldError):
        made.template("%ka.verb", rule())


# -p


@pytest.mark.parametrize("word", ["c", "container"])
def test_print_container(word: str) -> None:
    assert text("o", print_format=word) == f"o {OF_POD}"


@pytest.mark.parametrize("word", ["k", "kubernetes"])
def test_print_kubernetes(word: str) -> None:
    found = text("o", print_format=word)
    assert found == f"o {OF_POD} k8s_ns=%k8s.ns.name k8s_pod_name=%k8s.pod.name"


@pytest.mark.parametrize("word", ["m", "mesos"])
def test_print_mesos_is_refused(word: str) -> None:
    with pytest.raises(UserError, match="Mesos is not supported; -pc names the container"):
        additions(print_format=word)


def test_print_names_no_field_twice() -> None:
    found = text("(%container.id %container.name) %container.image.repository", print_format="c")
    assert found.endswith("%container.image.repository container_image_tag=%container.image.tag")
    assert text("o", step(suggested_output=True), print_format="c") == ALL_SUGGESTED


def test_print_a_text() -> None:
    assert text("o", print_format="pid=%proc.pid") == "o pid=%proc.pid"
    assert text("o", print_format="") == "o"
    with pytest.raises(UserError, match=r"^-p: column 1: unknown field"):
        additions(print_format="%nothing")


@pytest.mark.parametrize(
    ("print_format", "found"),
    [
        (None, "o () end"),
        ("", "o () end"),
        ("pid=%proc.pid", "o (pid=%proc.pid) end"),
        ("c", f"o ({OF_POD}) end"),
    ],
)
def test_container_info_gives_way_to_it(print_format: str | None, found: str) -> None:
    assert text("o (%container.info) end", print_format=print_format) == found


def test_container_info_at_an_end_leaves_no_blanks() -> None:
    assert text("o %container.info ") == "o"
    assert text("o %container.info %container.id", print_format="c") == (
        f"o {OF_POD.partition(' ')[2]} %container.id"
    )


def test_print_is_about_system_calls() -> None:
    audit = AddedTo("r", "k8s_audit", frozenset(), only_audit)
    assert text("o %container.info", to=audit, print_format="%proc.name") == "o"


# Static fields, time, data


def test_static_fields_in_outputs() -> None:
    made = additions(
        step(extra_output="in %static.zone", extra_fields=["static.zone", {"e": "%static.env!"}]),
        static_fields={"env": "prod", "zone": "eu"},
    ).template("o %static.env. %toupper(static.env)", rule())
    probe = host()
    assert made.render(probe.at(NOTHING)) == "o prod. PROD in eu"
    assert fields(made) == {
        "evt.time": TS,
        "static.env": "prod",
        "toupper(static.env)": "PROD",
        "static.zone": "eu",
        "e": "prod!",
    }


def test_an_unknown_static_field_in_an_output_is_the_rules() -> None:
    with pytest.raises(TemplateError, match="add env to static_fields"):
        additions().template("%static.env", rule())


def test_the_time_has_the_name_of_its_format() -> None:
    made = additions(time_format_iso_8601=True)
    assert fields(made.template("o", rule())) == {"evt.time.iso8601": TS}
    named = made.template("%evt.time %evt.time.iso8601", rule())
    assert fields(named) == {"evt.time": TS, "evt.time.iso8601": TS}


def test_data_is_in_base64_where_that_is_asked_for() -> None:
    data = bytes(range(128, 140))
    record = build("write", ts=TS, tid=200, fd=3, res=12, data=data)
    probe = host()
    plain = additions().template("%evt.buffer %evt.arg.data", rule())
    assert plain.render(probe.at(record)) == "............ ............"
    made = additions(
        step(extra_fields=["evt.rawarg.data", {"x": "<%evt.buffer>"}]), buffer_format_base64=True
    ).template("%evt.buffer %evt.arg.data", rule())
    encoded = base64.b64encode(data).decode()
    assert made.render(probe.at(record)) == f"{encoded} {encoded}"
    assert fields(made, record) == {
        "evt.time": TS,
        "evt.buffer": encoded,
        "evt.arg.data": encoded,
        "evt.rawarg.data": encoded,
        "x": f"<{encoded}>",
    }


# The key in the cache of rules


@pytest.mark.parametrize(
    "changed",
    [
        {"append_output": [step(extra_output="x")]},
        {"append_output": [step(extra_fields=["proc.pid"])]},
        {"append_output": [step({"tags": ["a"]}, suggested_output=True)]},
        {"static_fields": {"a": "b"}},
        {"time_format_iso_8601": True},
        {"buffer_format_base64": True},
    ],
)
def test_their_repr_tells_them_apart(changed: dict[str, Any]) -> None:
    one = additions_of(dataclasses.replace(Config(), **changed))
    again = additions_of(dataclasses.replace(Config(), **changed))
    assert repr(one) == repr(again) != repr(additions_of(Config()))
    assert one == again
    assert repr(additions_of(Config(), "c")) != repr(additions_of(Config()))


def test_suggested_values_are_those_of_the_container() -> None:
    probe = host()
    record = build("close", ts=TS, tid=307, fd=3, res=0)
    made = additions(step(suggested_output=True)).template("o", rule())
    assert made.render(probe.at(record)) == (
        f"o container_id={CONTAINER[:12]} container_name=web "
        "container_image_repository=docker.io/library/nginx container_image_tag=1.27 "
        "k8s_pod_name=web-0 k8s_ns_name=shop"
    )
