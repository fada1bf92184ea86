"""Faults of the graph as a whole: circles, axes, and too much of everything."""

from __future__ import annotations

import itertools

import pytest
from pydantic import JsonValue

from graphs.checking.whole import MOST_CYCLES, MOST_WORK
from graphs.faults import Code
from graphs.sweeps import MOST_CELLS
from tests.graphs.checking.broken import AMOUNT, knobs, shown
from tests.graphs.toyshop import box, boxes, codes, faults, graph, only, toy


def test_a_circle_is_told_in_the_order_of_its_wires() -> None:
    nodes = shown(
        amount=toy("mixing.add", left="three"),
        two=toy("mixing.add", left="amount"),
        three=toy("mixing.add", left="two"),
    )
    path = only(graph(**nodes)).given.split(" → ")
    assert path[0] == path[-1]
    steps = list(itertools.pairwise(path))
    assert sorted(steps) == [("amount", "two"), ("three", "amount"), ("two", "three")]


def test_a_node_wired_to_itself_is_a_circle() -> None:
    assert only(graph(**shown(amount=toy("mixing.add", left="amount")))).given == "amount → amount"


def test_a_circle_through_a_subgraph_is_told_by_paths() -> None:
    sub = box(boxes({"a": toy("mixing.add")}, {"n": ["a.left"]}, {"out": "a"}), n="other")
    fault = only(graph(**shown(amount=sub, other=toy("mixing.add", left="amount"))))
    assert set(fault.given.split(" → ")) == {"amount/a", "other"}


def test_each_circle_is_told_once() -> None:
    nodes = {f"n{index}": toy("mixing.add", left=f"n{index}") for index in range(5)}
    found = [fault.node for fault in faults(graph(**shown(**nodes))) if fault.code == Code.CYCLE]
    assert sorted(found) == sorted(nodes)


def test_of_very_many_circles_not_all_are_told() -> None:
    nodes: dict[str, JsonValue] = {f"n{index}": toy("mixing.add", left=f"n{index}") for index in range(MOST_CYCLES + 5)}
    assert codes(graph(**shown(**nodes))).count(Code.CYCLE) == MOST_CYCLES


def test_as_many_cells_as_are_allowed_and_one_more() -> None:
    def found(cells: int) -> list[Code]:
        return codes(graph(**knobs(seed={"sweep": list(range(cells))}, share={"sweep": [0.5, 1]})))

    assert found(MOST_CELLS // 2) == []
    assert found(MOST_CELLS // 2 + 1) == [Code.TOO_MANY_CELLS]


def test_sweeps_of_one_axis_go_in_step_and_do_not_multiply() -> None:
    swept: JsonValue = {"sweep": list(range(200)), "axis": "a"}
    assert codes(graph(**knobs(seed=swept, gain=swept))) == []


def test_a_sweep_into_a_subgraph_is_one_axis_however_many_it_sets() -> None:
    inner = boxes({"k": toy("making.knobs")}, {"x": ["k.seed", "k.gain"]}, {"out": "k"})
    assert codes(graph(sub=box(inner, {"x": {"sweep": list(range(200))}}))) == []


def test_an_uneven_axis_says_both_lengths_and_counts_once() -> None:
    fault = only(graph(**knobs(seed={"sweep": [1, 2], "axis": "a"}, share={"sweep": [0], "axis": "a"})))
    assert (fault.code, fault.given) == (Code.UNEVEN_AXIS, "1 values, elsewhere 2")


@pytest.mark.parametrize(("count", "steps", "found"), [(10_000, 10_000, []), (10_000, 10_001, [Code.TOO_MUCH_WORK])])
def test_as_much_work_as_is_allowed_and_a_little_more(count: int, steps: int, found: list[Code]) -> None:
    assert MOST_WORK == 10**8
    assert codes(graph(**knobs(count=count, steps=steps))) == found


def test_too_much_work_says_what_multiplies() -> None:
    fault = only(graph(**knobs(count=65536, steps=65536, seed={"sweep": [1, 2]})))
    assert fault.given == "count 65536 × steps 65536 × sweep cells 2"


def test_counts_of_one_name_do_not_multiply() -> None:
    more = {f"k{index}": toy("making.knobs", params={"count": 60000}) for index in range(5)}
    gather = toy("mixing.gather", parts=list(more))
    assert codes(graph(**more, gather=gather, show=toy("showing.show", basket="gather"))) == []


def test_an_output_node_inside_a_subgraph_is_a_target() -> None:
    inner = boxes({"a": AMOUNT, "b": toy("mixing.boxed", amount="a"), "s": toy("showing.show", basket="b")})
    assert codes(graph(sub=box(inner))) == []
