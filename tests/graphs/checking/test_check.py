"""The check: everything at once, what blocks and what only warns, and graphs of any size."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

import pytest
from hypothesis import given
from pydantic import JsonValue

from graphs.document.model import Document, Node
from graphs.faults import Code
from tests.graphs.checking.broken import AMOUNT, SHOWN, fed, shown
from tests.graphs.mutations import mutated
from tests.graphs.toyshop import box, boxes, codes, faults, graph, only, outcome, toy

FINE = shown(
    machine=toy("making.machine", params={"gain": {"curve": [[0.1, 1], [10, 2]]}}),
    many=toy("mixing.gather", parts=["amount", "applied", "amount"]),
    applied=toy("mixing.apply", machine="twice", amount="amount"),
    twice=toy("mixing.twice", machine="machine"),
    halves=toy("mixing.split", basket="many"),
    low=toy("mixing.boxed", amount="halves.low"),
    set=toy("making.knobs", gain="amount", seed="amount", params={"count": 3}),
    last=toy("showing.show", basket="low", params={"caption": "lowest"}),
)


def test_a_graph_without_faults_has_none() -> None:
    assert faults(graph(**FINE)) == ()


def test_all_faults_are_found_at_once() -> None:
    knobs = toy("making.knobs", params={"seed": -1, "mode": "x", "on": 1, "colour": 2})
    nodes = shown(
        amount=toy("mixing.add", left="nowhere", right="word", weight="word"), word=toy("making.word"), knobs=knobs
    )
    found = sorted(codes(graph(**nodes)))
    expected = [Code.UNKNOWN_NODE, Code.WRONG_TYPE, Code.WRONG_TYPE, Code.BAD_SEED, Code.NOT_A_CHOICE, Code.BAD_VALUE]
    assert found == sorted([*expected, Code.UNKNOWN_PARAMETER])


def test_faults_that_no_target_needs_are_warnings_and_come_last() -> None:
    nodes = fed(left="word") | {
        "idle": toy("making.knobs", params={"seed": -1}),
        "lost": toy("mixing.add", left="gone"),
    }
    found = faults(graph(**nodes))
    assert [(fault.node, fault.severity) for fault in found] == [
        ("amount", "error"),
        ("idle", "warning"),
        ("lost", "warning"),
    ]


def test_a_circle_and_an_uneven_axis_that_no_target_needs_are_warnings() -> None:
    circle = {"p": toy("mixing.add", left="q"), "q": toy("mixing.add", left="p")}
    sweeps = {
        "k": toy("making.knobs", params={"seed": {"sweep": [1], "axis": "a"}, "share": {"sweep": [0, 1], "axis": "a"}})
    }
    found = faults(graph(**shown(**circle, **sweeps)))
    assert sorted((fault.code, fault.severity) for fault in found) == [
        (Code.CYCLE, "warning"),
        (Code.UNEVEN_AXIS, "warning"),
    ]


def test_what_is_swept_where_no_target_needs_it_counts_for_nothing() -> None:
    many: JsonValue = {"sweep": [0.5] * 200}
    idle = toy(
        "making.knobs", params={"seed": {"sweep": list(range(200))}, "share": many, "count": 65536, "steps": 65536}
    )
    assert codes(graph(**shown(idle=idle))) == []


def test_an_unknown_type_that_nothing_uses_may_be_an_output_and_blocks() -> None:
    fault = only(graph(**shown(strange=toy("showing.plot", basket="basket"))))
    assert (fault.code, fault.severity) == (Code.UNKNOWN_TYPE, "error")


def test_where_nothing_runs_every_fault_may_be_the_reason() -> None:
    found = faults(graph(p=toy("mixing.twice", machine="q"), q=toy("mixing.twice", machine="p")))
    assert sorted((fault.code, fault.severity) for fault in found) == [
        (Code.CYCLE, "error"),
        (Code.NOTHING_TO_RUN, "error"),
    ]


def test_a_fault_of_a_subgraph_blocks_where_a_node_inside_is_needed() -> None:
    inner = boxes({"a": AMOUNT, "b": toy("mixing.boxed", amount="a")}, {}, {"out": "b"})
    found = faults(graph(sub=box(inner, strange="a"), show=toy("showing.show", basket="sub"), a=AMOUNT))
    assert [(fault.code, fault.node, fault.severity) for fault in found] == [(Code.UNKNOWN_INPUT, "sub", "error")]


def test_sinks_that_give_data_run_where_there_is_no_output_node() -> None:
    assert faults(graph(amount=AMOUNT)) == ()


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("toys.making.amuont", "did you mean 'toys.making.amount'?"),
        ("toys.Making.Amount", "did you mean 'toys.making.amount'?"),
        ("toys.aging.zzzzzzzzzz", "of that kind there are toys.aging.part, toys.aging.doomed"),
        ("other.thing.zzzzzz", "name its folder with --nodes, or install its package"),
    ],
)
def test_an_unknown_type_is_answered_with_what_there_is(written: str, mend: str) -> None:
    node: dict[str, JsonValue] = {"type": written}
    assert only(graph(a=node)).mend == mend


def test_a_file_that_cannot_be_imported_is_a_fault_of_its_nodes_with_the_reason() -> None:
    fault = only(graph(a=toy("broken.thing")))
    assert "SyntaxError: invalid syntax" in fault.message
    assert fault.given.endswith("broken.py")


def nested(depth: int) -> dict[str, JsonValue]:
    """A number led through so many subgraphs, in and out again."""
    node = toy("mixing.add", params={"weight": 0.5})
    for level in range(depth):
        name = "left" if level == 0 else "through"
        node = box(boxes({"inner": node}, {"through": [f"inner.{name}"]}, {"out": "inner"}))
    return node | {"inputs": {"through": "amount"}}


def test_subgraphs_twenty_deep_are_checked_to_the_bottom() -> None:
    nodes: dict[str, JsonValue] = {"amount": AMOUNT, "basket": toy("mixing.boxed", amount="deep"), "show": SHOWN}
    assert faults(graph(**nodes, deep=nested(20))) == ()
    wrong = json.loads(json.dumps(nested(20)).replace('"weight": 0.5', '"weight": 5'))
    fault = only(graph(**nodes, deep=wrong))
    assert (fault.code, fault.node, fault.severity) == (Code.OUT_OF_RANGE, "deep" + "/inner" * 20, "error")


def long_chain(length: int, first: str) -> Document:
    """Sums one after another."""
    chain = {
        f"n{index}": Node(type="toys.mixing.add", inputs={"left": f"n{index - 1}" if index else first})
        for index in range(length)
    }
    return graph(amount=AMOUNT).model_copy(update={"nodes": {**graph(amount=AMOUNT).nodes, **chain}})


def test_a_chain_of_20000_nodes_is_checked() -> None:
    assert faults(long_chain(20_000, "amount")) == ()


def test_a_circle_of_5000_nodes_is_told_in_order() -> None:
    fault = next(fault for fault in faults(long_chain(5_000, "n4999")) if fault.code == Code.CYCLE)
    path = fault.given.split(" → ")
    assert len(path) == 5_001
    assert all(int(after[1:]) == (int(before[1:]) + 1) % 5_000 for before, after in itertools.pairwise(path))


@given(mutated(FINE))
def test_no_mutation_of_a_graph_is_more_than_faulty(text: str) -> None:
    assert all(fault.message for fault in outcome(text))


HEAVY = ("torch", "numpy", "networkx", "PIL")


def test_a_check_imports_nothing_heavy() -> None:
    code = "\n".join(
        [
            "import sys",
            "from tests.graphs.toyshop import faults, graph, toy",
            "basket = toy('mixing.boxed', amount='amount')",
            "show = toy('showing.show', basket='basket')",
            "found = faults(graph(amount=toy('making.amount'), basket=basket, show=show))",
            f"print(found, [name for name in {HEAVY} if name in sys.modules])",
        ]
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "() []\n"
