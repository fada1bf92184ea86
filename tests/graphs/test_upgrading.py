"""An old graph opens: earlier ids, other spellings, older versions; what cannot be upgraded stays as it is."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

from graphs.document.model import Document, Subgraph
from graphs.faults import Code
from graphs.upgrading import upgrade
from tests.graphs.checking.broken import AMOUNT
from tests.graphs.document.documents import documents
from tests.graphs.toyshop import Saved, box, boxes, graph, toy, toys


def upgraded(document: Document) -> tuple[Document, list[str]]:
    """A document in today's terms, and the notes; no faults are expected."""
    current, report = upgrade(document, toys())
    assert report.faults == []
    return current, report.notes


@given(documents())
def test_what_nobody_knows_stays_the_same_object(document: Document) -> None:
    assert upgraded(document) == (document, [])


def test_what_is_up_to_date_stays_the_same_object() -> None:
    document = graph(amount=AMOUNT, sub=box(boxes({"a": AMOUNT}, {"v": ["a.value"]})))
    assert upgrade(document, toys())[0] is document


@pytest.mark.parametrize("earlier", ["toys.aging.scale", "toys.older.scale"])
def test_an_earlier_id_becomes_the_present_one(earlier: str) -> None:
    node = toy("aging.part", amount="amount") | {"type": earlier, "version": 3}
    current, notes = upgraded(graph(amount=AMOUNT, n=node))
    assert current.nodes["n"].type == "toys.aging.part"
    assert notes == [f"n: {earlier} is called toys.aging.part now"]


def test_a_node_is_brought_through_every_version_in_order() -> None:
    current, notes = upgraded(graph(amount=AMOUNT, n=toy("aging.part", a="amount", params={"percent": 25})))
    node = current.nodes["n"]
    assert (node.version, node.inputs, node.params) == (3, {"amount": "amount"}, {"share": 0.25})
    assert notes == ["n: brought from version 1 of toys.aging.part to 3"]


def test_a_migration_begins_at_the_saved_version() -> None:
    node = toy("aging.part", a="amount", params={"percent": 25}) | {"version": 2}
    current, _ = upgraded(graph(n=node))
    assert current.nodes["n"].params == {"percent": 25}
    assert current.nodes["n"].inputs == {"amount": "amount"}


def test_unknown_keys_survive_an_upgrade() -> None:
    current, _ = upgraded(graph(n=toy("aging.part", a="amount") | {"colour": "red"}))
    assert current.nodes["n"].model_extra == {"colour": "red"}


def test_an_other_spelling_becomes_the_name_in_values_and_wires() -> None:
    current, notes = upgraded(
        graph(a=AMOUNT, k=toy("making.knobs", params={"times": 3}), w=toy("making.knobs", repeat="a"))
    )
    assert current.nodes["k"].params == {"count": 3}
    assert current.nodes["w"].inputs == {"count": "a"}
    assert notes == ["k: 'times' is called 'count'", "w: 'repeat' is called 'count'"]


@pytest.mark.parametrize(
    ("params", "kept"),
    [
        ({"times": 3, "count": 4}, {"times": 3, "count": 4}),
        ({"times": 3, "repeat": 4}, {"count": 3, "repeat": 4}),
    ],
)
def test_of_two_spellings_none_is_lost(params: Saved, kept: Saved) -> None:
    current, _ = upgraded(graph(k=toy("making.knobs", params=dict(params))))
    assert current.nodes["k"].params == kept


def test_an_interface_that_feeds_an_other_spelling_feeds_the_name() -> None:
    current, _ = upgraded(graph(sub=box(boxes({"k": toy("making.knobs")}, {"n": ["k.times", "k.seed"], "m": ["k"]}))))
    inner = current.nodes["sub"].graph
    assert isinstance(inner, Subgraph)
    assert inner.inputs == {"n": ("k.count", "k.seed"), "m": ("k",)}


def test_nodes_in_subgraphs_are_upgraded_and_told_by_path() -> None:
    inner = boxes({"n": toy("aging.part", a="x")})
    current, notes = upgraded(graph(sub=box(boxes({"in": box(inner)}))))
    assert notes == ["sub/in/n: brought from version 1 of toys.aging.part to 3"]
    outer = current.nodes["sub"].graph
    assert outer is not None
    assert outer.nodes["in"].graph is not None
    assert outer.nodes["in"].graph.nodes["n"].version == 3


def test_a_newer_node_stays_as_it_is_with_a_fault() -> None:
    document = graph(k=toy("making.knobs", params={"times": 3}) | {"version": 9})
    current, report = upgrade(document, toys())
    assert current is document
    (fault,) = report.faults
    assert (fault.code, fault.node, fault.given, fault.allowed) == (Code.NEWER_NODE, "k", "version 9", "up to 1")


def test_a_failing_migration_leaves_the_node_as_it_is_with_a_fault() -> None:
    document = graph(k=toy("aging.doomed"), n=toy("aging.part", a="x"))
    current, report = upgrade(document, toys())
    (fault,) = report.faults
    assert (fault.code, fault.node) == (Code.BAD_MIGRATION, "k")
    assert "KeyError" in fault.message
    assert current.nodes["k"] is document.nodes["k"]
    assert current.nodes["n"].version == 3


def test_a_migration_whose_code_is_gone_is_a_fault_and_no_crash() -> None:
    record = toys().nodes["toys.aging.part"].model_copy(update={"module": "tests.graphs.toys.gone"})
    catalogue = dataclasses.replace(toys(), nodes={record.id: record})
    _, report = upgrade(graph(n=toy("aging.part")), catalogue)
    assert [fault.code for fault in report.faults] == [Code.BAD_MIGRATION]
