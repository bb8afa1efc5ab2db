# SPDX-License-Identifier: Apache-2.0
"""Old clients read the messages of new ones, and their requests are understood."""

from __future__ import annotations

from falcomod.api import output_pb2 as old
from falcomod.api import outputs_pb2
from tests.unit.api.test_outputs_pb2 import BYTES


def test_old_message_is_the_beginning_of_the_new_one() -> None:
    new = outputs_pb2.response.FromString(BYTES)
    message = old.response.FromString(BYTES)
    for field in old.response.DESCRIPTOR.fields:
        name = "source_deprecated" if field.name == "source" else field.name
        assert new.DESCRIPTOR.fields_by_name[name].number == field.number
        assert str(getattr(message, field.name)) == str(getattr(new, name))


def test_keepalive_is_the_first_field() -> None:
    assert old.request.FromString(b"\x08\x01").keepalive


def test_keepalive_of_the_oldest_clients_is_the_second() -> None:
    request = old.request.FromString(b"\x0a\x021s\x10\x01")
    assert (request.keepalive, request.keepalive_old) == (False, True)


def test_service_has_the_published_method() -> None:
    service = old.DESCRIPTOR.services_by_name["service"]
    (method,) = service.methods
    assert (service.full_name, method.name) == ("falco.output.service", "subscribe")
    assert (method.client_streaming, method.server_streaming) == (False, True)
