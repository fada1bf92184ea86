"""Faults of the wires: what is said of each, and the conversions that are offered."""

from __future__ import annotations

import dataclasses

import pytest
from pydantic import JsonValue

from graphs.checking.check import check
from graphs.faults import Code
from tests.graphs.checking.broken import AMOUNT, SHOWN, SPLIT, fed, shown
from tests.graphs.toyshop import codes, graph, only, places, toy, toys


def test_a_wire_that_does_not_fit_says_both_types_in_words() -> None:
    fault = only(graph(**fed(left="word")))
    assert fault.message == "'left' takes Amount (One number), and this wire brings Word (A word)"
    assert (fault.node, fault.port, fault.given) == ("amount", "left", '"word"')


def test_a_conversion_is_offered_where_one_fits() -> None:
    fault = only(graph(amount=AMOUNT, show=toy("showing.show", basket="amount")))
    assert (fault.code, fault.offers) == (Code.WRONG_TYPE, ("toys.mixing.boxed",))
    assert fault.mend == "put toys.mixing.boxed between"


def test_another_port_of_the_node_is_named_where_the_wire_fits_there() -> None:
    nodes = shown(applied=toy("mixing.apply", machine="amount", amount="amount"))
    [fault] = [fault for fault in check(graph(**nodes), toys(), places()) if fault.node == "applied"]
    assert (fault.code, fault.port) == (Code.WRONG_TYPE, "machine")
    assert fault.mend == "wire it to amount, or wire another output"


def test_an_output_without_a_name_is_a_fault_where_there_are_several_and_says_which() -> None:
    nodes = shown(halves=SPLIT, sum=toy("mixing.boxed", amount="halves"), last=toy("showing.show", basket="sum"))
    fault = only(graph(**nodes))
    assert (fault.allowed, fault.mend) == ("low, high", 'name one, as "halves.low"')


@pytest.mark.parametrize(
    ("reference", "code", "mend"),
    [
        ("oen", Code.UNKNOWN_NODE, "did you mean 'one'?"),
        ("halves.lwo", Code.UNKNOWN_OUTPUT, "did you mean 'low'?"),
        ("sub/inner.out", Code.OUTWARD_REFERENCE, "lead it through the subgraph's inputs and outputs"),
    ],
)
def test_a_wire_to_nowhere_is_answered_with_the_nearest(reference: str, code: Code, mend: str) -> None:
    halves = {"halves": toy("mixing.split", basket="boxed"), "boxed": toy("mixing.boxed", amount="one")}
    fault = only(graph(**fed(left=reference), **halves))
    assert (fault.code, fault.mend) == (code, mend)


def test_a_misspelt_input_is_answered_with_the_nearest() -> None:
    fault = only(graph(**fed(left="one", rihgt="one")))
    assert (fault.allowed, fault.mend) == ("left, right, weight", "did you mean 'right'?")


def test_a_missing_wire_says_which_nodes_would_fit() -> None:
    fault = only(graph(**fed(right="one")))
    assert (fault.message, fault.mend) == ("'left' has no wire and needs one", "wire one to it")
    fault = only(graph(show=SHOWN | {"inputs": {}}))
    assert fault.mend == "add a node that gives Basket"


@pytest.mark.parametrize("sources", [[], ["amount"], ["amount", "amount"], "amount"])
def test_a_list_port_takes_any_number_of_wires_but_none_only_where_it_is_optional(sources: JsonValue) -> None:
    def found(kind: str) -> list[Code]:
        return codes(graph(amount=AMOUNT, many=toy(f"mixing.{kind}", parts=sources)))

    assert found("gather_some") == []
    assert found("gather") == ([Code.MISSING_INPUT] if sources == [] else [])


def test_each_wire_of_a_list_is_judged() -> None:
    nodes = {"amount": AMOUNT, "machine": toy("making.machine"), "word": toy("making.word")}
    many = toy("mixing.gather_some", parts=["amount", "machine", "word", "nowhere"])
    assert codes(graph(**nodes, many=many)) == [Code.WRONG_TYPE, Code.UNKNOWN_NODE]


@pytest.mark.parametrize(
    ("name", "source", "codes_of"),
    [
        ("gain", "amount", []),
        ("count", "amount", []),
        ("prompt", "word", []),
        ("mode", "word", []),
        ("gain", "word", [Code.WRONG_TYPE]),
        ("on", "amount", [Code.WRONG_TYPE]),
        ("weights", "amount", [Code.WRONG_TYPE]),
        ("gain", "machine", [Code.WRONG_TYPE]),
        ("gain", ["amount"], [Code.TOO_MANY_WIRES]),
    ],
)
def test_a_wire_sets_a_parameter_where_its_type_feeds_that_kind(
    name: str, source: JsonValue, codes_of: list[Code]
) -> None:
    nodes = {"amount": AMOUNT, "word": toy("making.word"), "machine": toy("making.machine")}
    assert codes(graph(**nodes, knobs=toy("making.knobs", **{name: source}))) == codes_of


def test_a_type_that_the_catalogue_does_not_hold_feeds_nothing_and_is_data_of_nobody() -> None:
    bare = dataclasses.replace(toys(), values={})
    found = check(graph(amount=AMOUNT, knobs=toy("making.knobs", gain="amount")), bare, places())
    assert Code.WRONG_TYPE in [fault.code for fault in found]


def test_a_node_of_unknown_type_is_one_fault_and_its_wires_are_none() -> None:
    nodes = fed(left="strange") | {"strange": toy("making.unknown", any_port="one")}
    assert codes(graph(**nodes)) == [Code.UNKNOWN_TYPE]
