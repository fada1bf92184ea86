"""The table of the methods tells of nodes that there are, each held to its oracle."""

from __future__ import annotations

import re

import pytest

from graphs.catalogue.catalogue import read_catalogue
from tests.methods import Collector, page
from tests.oracles import Held, hold

LINE = re.compile(
    r"^\| `(?P<method>[^`]+)` \| (?P<expected>.+) \| (?P<most>\S+) \| (?P<measured>\S+) \|$", re.MULTILINE
)


def test_every_line_is_of_a_node_that_was_within_its_tolerance() -> None:
    catalogue = read_catalogue(plugins=False)
    lines = list(LINE.finditer(page().read_text()))
    assert len(lines) > 100
    for line in lines:
        assert catalogue.find(line["method"]) is not None, line["method"]
        assert float(line["measured"]) <= float(line["most"]), line["expected"]


def test_what_is_beyond_its_tolerance_or_no_number_is_not_held() -> None:
    hold(Held("guidance.cfg", "x is y", 0.1, 0.1))
    with pytest.raises(AssertionError, match="x is y"):
        hold(Held("guidance.cfg", "x is y", 0.1, 0.11))
    with pytest.raises(AssertionError, match="no number"):
        hold(Held("guidance.cfg", "x is y", 0.1, float("nan")))


def test_lines_stand_by_method_in_the_order_of_their_tests() -> None:
    collector = Collector()
    collector.held = [Held("b.b", "second", 1, 0), Held("a.a", "first", 1, 0), Held("b.b", "third", 1, 0)]
    assert [line["expected"] for line in LINE.finditer(collector.table())] == ["first", "second", "third"]
