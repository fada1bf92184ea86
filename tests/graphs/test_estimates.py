"""Numbers and intervals of what a node will cost."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.estimates import NOTHING_KNOWN, UNKNOWN, Estimate, Known, Span

counts = st.integers(0, 10**6).map(float)
spans = st.tuples(counts, counts).map(lambda pair: Span(min(pair), max(pair)))


@given(spans, spans, st.floats(0, 1), st.floats(0, 1))
def test_sums_and_products_hold_all_that_their_parts_hold(left: Span, right: Span, a: float, b: float) -> None:
    x, y = left.low + a * (left.high - left.low), right.low + b * (right.high - right.low)
    for span, value in ((left + right, x + y), (left * right, x * y)):
        assert span.low <= value * (1 + 1e-12)
        assert value <= span.high * (1 + 1e-12)


def test_nothing_of_an_unknown_number_is_nothing() -> None:
    assert Span.of(0) * UNKNOWN == UNKNOWN * Span.of(0) == Span.of(0)
    assert Span.of(2) * UNKNOWN == UNKNOWN


@pytest.mark.parametrize(
    ("span", "text"),
    [(Span.of(1248), "1248"), (Span(0, 20), "at most 20"), (Span(3, 5), "3 to 5"), (Span(1, math.inf), "1 or more")],
)
def test_a_span_reads_as_a_person_says_it(span: Span, text: str) -> None:
    assert str(span) == text


def test_what_is_wired_or_missing_is_not_known() -> None:
    known = Known({"count": 3, "name": "x"}, {"model": (Estimate(each=Span.of(2)),)})
    assert known.number("count") == Span.of(3)
    assert known.number("name") == known.number("wired") == UNKNOWN
    assert known.input("model").each == Span.of(2)
    assert known.input("other") is NOTHING_KNOWN
