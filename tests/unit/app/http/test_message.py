# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

from falcomod.app.http.message import JSON, Limits, Refusal, json_response


def test_a_value_as_json() -> None:
    response = json_response({"rules": {1: "one"}, "kind": {2}}, 201)
    assert (response.status, response.content_type) == (201, JSON)
    assert json.loads(response.body) == {"rules": {"1": "one"}, "kind": "{2}"}


def test_a_refusal_says_why() -> None:
    response = Refusal(405, "not \N{SNOWMAN}", {"Allow": "GET"}).response()
    assert (response.status, response.headers) == (405, {"Allow": "GET"})
    assert json.loads(response.body) == {"error": "not \N{SNOWMAN}"}


def test_bodies_of_all_are_bounded() -> None:
    limits = Limits()
    assert limits.bodies_bytes < limits.connections * limits.body_bytes
    assert limits.connections_each < limits.connections
