"""Faults of a subgraph's interface, and what comes through it."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from graphs.faults import Code
from tests.graphs.checking.broken import AMOUNT
from tests.graphs.toyshop import Saved, box, boxes, codes, faults, graph, only, toy

INNER = {"a": toy("mixing.add"), "b": toy("mixing.boxed", amount="a"), "k": toy("making.knobs")}
OUT = {"basket": "b"}


def with_box(inputs: Saved, params: Saved | None = None, outputs: Saved | None = None, **wires: JsonValue) -> Saved:
    """A subgraph whose basket is shown, with this interface."""
    sub = box(boxes(INNER, inputs, outputs or OUT), params, **wires)
    others = {"amount": AMOUNT, "word": toy("making.word"), "machine": toy("making.machine")}
    return {**others, "sub": sub, "show": toy("showing.show", basket="sub")}


def test_ports_and_parameters_are_led_through() -> None:
    inputs: Saved = {"number": ["a.left", "a.right"], "weight": ["a.weight"]}
    assert codes(graph(**with_box(inputs, {"weight": 0.5}, number="amount"))) == []
    assert codes(graph(**with_box(inputs, number="amount", weight="amount"))) == []


@pytest.mark.parametrize(
    ("inputs", "part"),
    [
        ({"n": ["a.left"], "x": []}, "feeds nothing"),
        ({"n": ["a.left"], "x": ["a.left"]}, "fed by two inputs"),
        ({"n": ["a.left", "a.left"]}, "fed by two inputs"),
        ({"n": ["a.left"], "x": ["a"]}, "names no inner port"),
        ({"n": ["a.left"], "x": ["c.left"]}, "there is no inner node 'c'"),
        ({"n": ["a.left"], "x": ["a.rihgt"]}, "'a' has no port 'rihgt'"),
        ({"n": ["a.left"], "x": ["b.amount"]}, "'b.amount' is already wired or set inside"),
    ],
)
def test_an_interface_that_cannot_be_is_told_at_its_name(inputs: Saved, part: str) -> None:
    found = faults(graph(**with_box(inputs, n="amount")))
    (fault,) = [fault for fault in found if fault.code == Code.BAD_INTERFACE]
    assert fault.node == "sub"
    assert fault.port in inputs
    assert part in fault.message
    assert fault.mend


def test_an_interface_is_answered_with_the_nearest() -> None:
    assert only(graph(**with_box({"n": ["a.left"], "x": ["a.rihgt"]}, n="amount"))).mend == "did you mean 'right'?"


def test_ports_that_no_wire_fits_together_are_told_to_be_split() -> None:
    nodes = {**INNER, "m": toy("mixing.twice")}
    inner = boxes(nodes, {"n": ["a.left", "m.machine"]}, OUT)
    found = faults(graph(sub=box(inner, n="amount"), amount=AMOUNT, show=toy("showing.show", basket="sub")))
    assert [(fault.code, fault.port) for fault in found] == [(Code.BAD_INTERFACE, "n")]


def test_an_output_that_names_nothing_is_a_fault_at_its_name() -> None:
    outputs: Saved = {"basket": "b", "more": "c", "last": "b.x"}
    found = faults(graph(**with_box({"n": ["a.left"]}, None, outputs, n="amount")))
    assert {(fault.code, fault.node, fault.port) for fault in found} >= {
        (Code.UNKNOWN_NODE, "sub", "more"),
        (Code.UNKNOWN_OUTPUT, "sub", "last"),
    }


def test_an_input_port_that_is_fed_from_outside_needs_its_wire_there() -> None:
    fault = only(graph(**with_box({"n": ["a.left"]})))
    assert (fault.code, fault.node, fault.port) == (Code.MISSING_INPUT, "sub", "n")


def test_an_inner_node_cannot_be_wired_to_what_lies_outside() -> None:
    inner = boxes({"a": toy("mixing.add", left="amount")}, {}, {"out": "a"})
    fault = only(graph(amount=AMOUNT, sub=box(inner), gather=toy("mixing.gather", parts=["sub"])))
    assert (fault.code, fault.node) == (Code.OUTWARD_REFERENCE, "sub/a")
    assert fault.mend == "lead it through the subgraph's inputs"


@pytest.mark.parametrize(
    ("targets", "literal", "found"),
    [
        (["k.share", "k.gain"], 0.5, []),
        (["k.gain", "k.share"], 5, [Code.OUT_OF_RANGE]),
        (["k.count", "k.seed"], 0, [Code.OUT_OF_RANGE]),
        (["k.seed", "k.count"], 0, [Code.OUT_OF_RANGE]),
        (["k.gain", "k.mode"], 1, [Code.NOT_A_CHOICE]),
        (["k.gain", "k.share"], {"sweep": [0.5, 2]}, [Code.OUT_OF_RANGE]),
    ],
)
def test_a_value_fits_every_inner_parameter_that_it_sets(
    targets: list[JsonValue], literal: JsonValue, found: list[Code]
) -> None:
    params = {"x": literal}
    assert codes(graph(sub=box(boxes({"k": toy("making.knobs")}, {"x": targets}, {"out": "k"}), params))) == found


def test_a_wire_fits_every_inner_parameter_that_it_sets_also_two_levels_down() -> None:
    inner = box(boxes({"k": toy("making.knobs")}, {"x": ["k.gain", "k.mode"]}, {"out": "k"}))
    sub = box(boxes({"inner": inner}, {"y": ["inner.x"]}, {"out": "inner"}), y="amount")
    fault = only(graph(amount=AMOUNT, sub=sub))
    assert (fault.code, fault.node, fault.port) == (Code.WRONG_TYPE, "sub", "y")
    assert "a choice to set it" in fault.message


def test_a_wire_that_feeds_a_port_and_a_parameter_fits_both() -> None:
    nodes = {"a": toy("mixing.add"), "k": toy("making.knobs")}

    def found(target: str) -> list[Code]:
        sub = box(boxes(nodes, {"n": ["a.left", target]}, {"out": "a"}), n="amount")
        return codes(graph(amount=AMOUNT, sub=sub, gather=toy("mixing.gather", parts=["sub"])))

    assert found("k.gain") == []
    assert found("k.on") == [Code.WRONG_TYPE]


def test_an_input_is_optional_only_where_all_that_it_feeds_is() -> None:
    def found(targets: list[JsonValue]) -> list[Code]:
        return codes(
            graph(
                amount=AMOUNT,
                sub=box(
                    boxes(
                        {"a": toy("mixing.add", **({} if "a.left" in targets else {"left": "c"})), "c": AMOUNT},
                        {"n": targets},
                        {"out": "a"},
                    )
                ),
            )
        )

    assert found(["a.right"]) == []
    assert found(["a.right", "a.left"]) == [Code.MISSING_INPUT]
