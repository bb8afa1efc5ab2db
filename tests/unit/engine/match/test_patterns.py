# SPDX-License-Identifier: Apache-2.0
"""Several checks as one, compared with one after the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match import operators

KIND = PARAM_TYPES["CHARBUF"]
NAMES = ("=", "contains", "icontains", "startswith", "endswith", "glob", "regex")
CONSTANTS = st.text("abA/", max_size=5)
VALUES = st.text("abA/\n", max_size=12).map(str.encode)


@given(st.lists(st.tuples(st.sampled_from(NAMES), CONSTANTS), min_size=1, max_size=12), VALUES)
def test_any_of_several_kinds(pairs: list[tuple[str, str]], value: bytes) -> None:
    singles = [operators.prepare(KIND, name, [constant]).matches(value) for name, constant in pairs]
    assert operators.any_of(KIND, pairs).matches(value) == any(singles)


@given(
    st.sampled_from(sorted(operators.MODIFIED - {"bcontains", "bstartswith"})),
    st.lists(CONSTANTS, max_size=10),
    VALUES,
)
def test_modifiers_count_the_constants_that_fit(
    name: str, constants: list[str], value: bytes
) -> None:
    count = sum(operators.prepare(KIND, name, [text]).matches(value) for text in constants)
    results = {"oneof": count == 1, "anyof": count > 0, "allof": 0 < count == len(constants)}
    for modifier, holds in results.items():
        matcher = operators.prepare(KIND, f"{name} {modifier}", constants)
        assert matcher.matches(value) == holds, modifier


def test_edges_that_others_begin_with_are_enough() -> None:
    constants = ["/usr/lib", "/usr", "/usr/lib/x", "/var", "/usr-local"]
    matcher = operators.prepare(KIND, "startswith anyof", constants)
    for value in (b"/usr", b"/usr/li", b"/usr/lib/x/y", b"/usr-", b"/var"):
        assert matcher.matches(value)
    for value in (b"", b"/", b"/us", b"/va", b"/w", b"/usq", b"\xff"):
        assert not matcher.matches(value)


def test_many_constants_are_one_lookup() -> None:
    constants = [f"/srv/{number}/" for number in range(5000)]
    for name, value in (("startswith", b"/srv/77/x"), ("contains", b"x/srv/4999/")):
        matcher = operators.prepare(KIND, f"{name} anyof", constants)
        assert matcher.cost < 200
        assert matcher.matches(value)
        assert not matcher.matches(b"/srv/5000/")
