"""For every code of fault a graph that has it: most are found by the check, some by the reader or the upgrade."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from pydantic import JsonValue

from graphs.document import reading
from graphs.faults import Code, Fault, GraphError
from graphs.flattening import MOST_NODES
from graphs.upgrading import upgrade
from tests.graphs.toyshop import box, boxes, faults, graph, toy, toys

AMOUNT = toy("making.amount")
SHOWN = toy("showing.show", basket="basket")
BOXED = toy("mixing.boxed", amount="amount")
SPLIT = toy("mixing.split", basket="basket")


def shown(**nodes: JsonValue) -> dict[str, JsonValue]:
    """A number in a basket that is shown, and these nodes."""
    return {"amount": AMOUNT, "basket": BOXED, "show": SHOWN, **nodes}


def knobs(**params: JsonValue) -> dict[str, JsonValue]:
    """A graph whose output needs a node with these parameters."""
    return shown(amount=toy("making.knobs", params=dict(params)))


def fed(**wires: JsonValue) -> dict[str, JsonValue]:
    """A graph whose output needs a sum with these wires."""
    return shown(amount=toy("mixing.add", **wires), one=AMOUNT, word=toy("making.word"))


CHECKED: dict[Code, dict[str, JsonValue]] = {
    Code.UNKNOWN_KEY: shown(amount={"type": "toys.making.amount", "parms": {"value": 2}}),
    Code.UNKNOWN_TYPE: shown(amount=toy("making.amuont")),
    Code.PLUGIN_FAILED: shown(amount=toy("broken.thing")),
    Code.NOTHING_TO_RUN: {"machine": toy("making.machine")},
    Code.UNKNOWN_INPUT: fed(left="one", rihgt="one"),
    Code.MISSING_INPUT: fed(right="one"),
    Code.BAD_REFERENCE: fed(left="one.a.b"),
    Code.OUTWARD_REFERENCE: fed(left="sub/inner"),
    Code.UNKNOWN_NODE: fed(left="oen"),
    Code.UNKNOWN_OUTPUT: fed(left="one.value"),
    Code.SEVERAL_OUTPUTS: shown(
        halves=SPLIT, more=toy("mixing.boxed", amount="halves"), last=toy("showing.show", basket="more")
    ),
    Code.NO_OUTPUT: fed(left="sub") | {"sub": box(boxes({"a": AMOUNT}))},
    Code.TOO_MANY_WIRES: fed(left=["one", "one"]),
    Code.WRONG_TYPE: fed(left="word"),
    Code.MISSING_ABILITY: {"turn": toy("turning.turn", machine="motor"), "motor": toy("turning.motor")},
    Code.CYCLE: shown(amount=toy("mixing.add", left="other"), other=toy("mixing.add", left="amount")),
    Code.BAD_BYPASS: shown(basket={**BOXED, "mode": "bypass"}),
    Code.UNKNOWN_PARAMETER: knobs(sede=1),
    Code.WIRED_AND_SET: shown(amount=toy("making.knobs", gain="one", params={"gain": 1}), one=AMOUNT),
    Code.BAD_VALUE: knobs(on=1),
    Code.OUT_OF_RANGE: knobs(share=2),
    Code.NOT_A_CHOICE: knobs(mode="fats"),
    Code.BAD_SEED: knobs(seed=-1),
    Code.BAD_CURVE: knobs(gain={"curve": []}),
    Code.BAD_SWEEP: knobs(seed={"sweep": []}),
    Code.UNEVEN_AXIS: knobs(seed={"sweep": [1, 2], "axis": "a"}, share={"sweep": [0, 0.5, 1], "axis": "a"}),
    Code.TOO_MANY_CELLS: knobs(seed={"sweep": list(range(200))}, share={"sweep": [0.5] * 200}),
    Code.TOO_MUCH_WORK: knobs(count=65536, steps=65536),
    Code.BAD_INTERFACE: shown(amount=box(boxes({"a": AMOUNT}, {"in": ["a.nothing"]}, {"out": "a"}))),
    Code.FILE_MISSING: knobs(picture={"file": "valeus.txt"}),
    Code.FILE_FORBIDDEN: knobs(picture={"file": "../conftest.txt"}),
    Code.FILE_KIND: knobs(picture={"file": "values.py"}),
    Code.HUB_MISSING: shown(amount=toy("shelving.shelf", params={"model": "hub:nobody/nothing-of-that-name"})),
}
"""Nodes of graphs with that one fault, found by the check."""

READ: dict[Code, str] = {
    Code.NOT_TEXT: r'{"noiseloom": 1, "name": "\ud800"}',
    Code.NOT_JSON: "{",
    Code.DUPLICATE_KEY: '{"noiseloom": 1, "noiseloom": 1}',
    Code.NOT_A_NUMBER: '{"noiseloom": 1, "a": NaN}',
    Code.TOO_DEEP: "[" * 1000,
    Code.NOT_A_GRAPH: "{}",
    Code.NEWER_FORMAT: '{"noiseloom": 99}',
    Code.BAD_SHAPE: '{"noiseloom": 1, "nodes": []}',
    Code.BAD_ID: '{"noiseloom": 1, "nodes": {"A": {"type": "x"}}}',
}
"""Texts with that one fault, found by the reader."""

UPGRADED: dict[Code, JsonValue] = {
    Code.NEWER_NODE: {"type": "toys.making.amount", "version": 2},
    Code.BAD_MIGRATION: {"type": "toys.aging.doomed"},
}
"""Nodes with that one fault, found by the upgrade."""


def _too_large() -> tuple[Fault, ...]:
    return read(" " * (reading.LARGEST_TEXT + 1))


def _too_many_nodes() -> tuple[Fault, ...]:
    one = graph(a=AMOUNT).nodes["a"]
    document = graph().model_copy(update={"nodes": {f"n{index}": one for index in range(MOST_NODES + 1)}})
    return faults(document)


LARGE: dict[Code, Callable[[], tuple[Fault, ...]]] = {
    Code.TOO_LARGE: _too_large,
    Code.TOO_MANY_NODES: _too_many_nodes,
}
"""What gives that one fault, too large to be written down."""


def read(text: str) -> tuple[Fault, ...]:
    """The faults that the reader finds."""
    try:
        reading.loads(text)
    except GraphError as error:
        return error.faults
    return ()


def found(code: Code, folder: Path) -> tuple[Fault, ...]:
    """The faults of the graph for this code, whoever finds them."""
    if code in CHECKED:
        return faults(graph(**CHECKED[code]), folder)
    if code in READ:
        return read(READ[code])
    if code in UPGRADED:
        return tuple(
            upgrade(reading.loads(json.dumps({"noiseloom": 1, "nodes": {"n": UPGRADED[code]}})), toys())[1].faults
        )
    return LARGE[code]()
