"""A document with its subgraphs opened."""

from __future__ import annotations

from pydantic import JsonValue

from graphs.flattening import flatten
from tests.graphs.checking.broken import AMOUNT
from tests.graphs.toyshop import box, boxes, graph, toy


def test_wires_run_through_nested_subgraphs_to_the_node_that_gives_the_value() -> None:
    innermost = box(
        boxes({"a": toy("mixing.add")}, {"n": ["a.left"], "m": ["a.right"]}, {"sum": "a"}), n="one", m="two"
    )
    middle = boxes({"one": AMOUNT, "two": toy("mixing.add"), "deep": innermost}, {"x": ["two.left"]}, {"y": "deep"})
    nodes = {"amount": AMOUNT, "sub": box(middle, x="amount"), "last": toy("mixing.boxed", amount="sub.y")}
    flat = flatten(graph(**nodes))
    assert sorted(flat) == ["amount", "last", "sub/deep/a", "sub/one", "sub/two"]
    assert flat["sub/two"].sources == {"left": [("amount", None)]}
    assert flat["sub/deep/a"].sources == {"left": [("sub/one", None)], "right": [("sub/two", None)]}
    assert flat["last"].sources == {"amount": [("sub/deep/a", None)]}


def test_a_named_output_keeps_its_name_through_the_border() -> None:
    inner = boxes({"h": toy("mixing.split")}, {"b": ["h.basket"]}, {"small": "h.low", "large": "h.high"})
    nodes = {"amount": AMOUNT, "basket": toy("mixing.boxed", amount="amount"), "sub": box(inner, b="basket")}
    flat = flatten(graph(**nodes, sum=toy("mixing.add", left="sub.large", right="sub.small")))
    assert flat["sum"].sources == {"left": [("sub/h", "high")], "right": [("sub/h", "low")]}


def test_one_input_feeds_several_ports_and_lists_keep_their_order() -> None:
    inner = boxes({"p": toy("mixing.gather"), "q": toy("mixing.gather")}, {"all": ["p.parts", "q.parts"]})
    flat = flatten(graph(a=AMOUNT, b=AMOUNT, sub=box(inner, all=["b", "a", "b"])))
    order = [("b", None), ("a", None), ("b", None)]
    assert flat["sub/p"].sources == {"parts": order}
    assert flat["sub/q"].sources == {"parts": order}
    assert flat["sub/p"].sources["parts"] is not flat["sub/q"].sources["parts"]


def test_a_value_set_outside_reaches_the_inner_parameter_and_a_sweep_its_axis() -> None:
    inner = box(boxes({"k": toy("making.knobs")}, {"x": ["k.seed"], "y": ["k.share"]}))
    swept: JsonValue = {"sweep": [1, 2]}
    params = {"x": 3, "y": swept}
    outer = box(boxes({"in": inner}, {"x": ["in.x"], "y": ["in.y"]}), params)
    flat = flatten(graph(sub=outer))
    assert flat["sub/in/k"].params == {"seed": 3, "share": {"sweep": [1, 2], "axis": "sub.y"}}


def test_what_cannot_be_resolved_is_left_out() -> None:
    inner = boxes({"a": toy("mixing.add", left="gone")}, {"n": ["nobody.left", "a"]}, {"out": "a", "more": "a"})
    nodes = {"sub": box(inner, n="other", m="other"), "other": toy("mixing.add", left="sub", right="sub.none")}
    flat = flatten(graph(**nodes, last=toy("mixing.add", left="a/b", right="")))
    assert sorted(flat) == ["last", "other", "sub/a"]
    assert not any(sources for node in flat.values() for sources in node.sources.values())
