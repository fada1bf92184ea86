"""What an examination gives besides the faults, and how often it looks anything up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest

from graphs.catalogue.catalogue import Catalogue
from graphs.checking import wires
from graphs.checking.check import check, check_opened, examine, require_sound
from graphs.checking.whole import targets
from graphs.declaration.records import NodeType
from graphs.document.model import Document
from graphs.faults import Code, Fault, GraphError
from graphs.flattening import flatten
from graphs.naming import Reference, parse_reference
from graphs.opening import Opened
from tests.graphs.checking.broken import AMOUNT, fed, shown
from tests.graphs.toyshop import box, boxes, graph, places, toy, toys

SUBGRAPH = box(boxes({"a": toy("mixing.add")}, {"through": ["a.left"]}, {"out": "a"}), through="amount")


def opened(document: Document, *faults: Fault) -> Opened:
    """A document as if it had been opened."""
    return Opened(document, places(), faults=faults)


def test_an_examination_gives_the_flat_graph_and_what_runs() -> None:
    document = graph(**shown(sub=SUBGRAPH))
    examined = examine(opened(document), toys())
    assert examined.flat == flatten(document)
    assert list(examined.targets) == targets(examined.flat, toys()) == ["show"]
    assert examined.faults == ()


def test_faults_of_opening_come_first() -> None:
    document, early = graph(**fed(left="word")), Fault(code=Code.NEWER_NODE, message="newer", severity="warning")
    found = examine(opened(document, early), toys()).faults
    assert found == (early, *check(document, toys(), places())) == check_opened(opened(document, early), toys())
    assert len(found) > 1


def test_a_sound_graph_is_given_with_its_warnings() -> None:
    document = graph(**shown(idle=toy("making.knobs", params={"seed": -1})))
    examined = require_sound(opened(document), toys())
    assert [fault.severity for fault in examined.faults] == ["warning"]
    assert list(examined.flat) == list(document.nodes)


def test_a_graph_with_errors_is_refused_with_all_of_them_and_no_warning() -> None:
    nodes = fed(left="word") | {"idle": toy("making.knobs", params={"seed": -1})}
    with pytest.raises(GraphError) as caught:
        require_sound(opened(graph(**nodes)), toys())
    assert [(fault.node, fault.severity) for fault in caught.value.faults] == [("amount", "error")]


@dataclass(frozen=True)
class Counting(Catalogue):
    """A catalogue that counts what it is asked for."""

    asked: Counter[str] = field(default_factory=Counter)

    def find(self, identifier: str) -> NodeType | None:
        self.asked[identifier] += 1
        return super().find(identifier)


def many(count: int) -> Document:
    """Sums that are all wired to one number, and each to the one before it."""
    sums = {
        f"n{index}": toy("mixing.add", left="amount", right=f"n{index - 1}" if index else "amount")
        for index in range(count)
    }
    return graph(**shown(**sums))


def test_a_type_is_looked_up_as_often_in_a_large_graph_as_in_a_small_one() -> None:
    def asked(count: int) -> Counter[str]:
        known = toys()
        counting = Counting(known.nodes, known.values, known.broken, known.packages, known.earlier)
        assert check(many(count), counting, places()) == ()
        return counting.asked

    assert asked(3) == asked(300)
    assert max(asked(300).values()) <= 5


def test_a_reference_is_parsed_once_by_the_check_of_wires_however_many_wires_say_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: Counter[str] = Counter()

    def counting(text: str) -> Reference | None:
        parsed[text] += 1
        return parse_reference(text)

    monkeypatch.setattr(wires, "parse_reference", counting)
    assert check(many(50), toys(), places()) == ()
    assert parsed == Counter({"amount": 1, "basket": 1, **{f"n{index}": 1 for index in range(49)}})


def test_a_fault_of_a_reference_is_found_once_and_told_of_every_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    def counting(name: str, _: object) -> str:
        searched.append(name)
        return ""

    monkeypatch.setattr(wires, "suggestion", counting)
    nodes = {f"n{index}": toy("mixing.add", left="nowhere") for index in range(20)}
    found = check(graph(amount=AMOUNT, **nodes), toys(), places())
    assert [fault.node for fault in found if fault.code == Code.UNKNOWN_NODE] == list(nodes)
    assert searched == ["nowhere"]
