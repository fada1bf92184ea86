"""Sweeps in a script: a call a cell, cells gathered as in the run, names that are short and that differ."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from pydantic import JsonValue

from graphs.catalogue.catalogue import read_catalogue
from graphs.document.reading import loads
from graphs.files import Places
from graphs.home import examples_folder
from graphs.opening import Opened
from graphs.running.gathering import is_gathering
from graphs.running.plan import plan_opened
from graphs.script_names import LONGEST
from tests.graphs.test_exporting import (
    amount,
    assert_clean,
    calls_in,
    letters,
    saved_by_run,
    saved_by_script,
    script,
)
from tests.graphs.toyshop import FOLDER, box, boxes, graph, toy, toys


def swept(*values: JsonValue, axis: str = "") -> JsonValue:
    """A sweep over these values."""
    return {"sweep": [*values], **({"axis": axis} if axis else {})}


def piled(**nodes: JsonValue) -> dict[str, JsonValue]:
    """Nodes of which `sum` is gathered."""
    return {**nodes, "pile": toy("gathering.pile", heap="sum")}


INNER = boxes(
    {"a": toy("making.amount"), "b": toy("mixing.add", left="a", right="a"), "c": toy("mixing.more", amount="b")},
    {"n": ["a.value", "c.by"]},
    {"sum": "c"},
)
TEN = [index / 8 for index in range(10)]
SWEEPS = {
    "product": graph(
        **piled(
            one=amount(swept(1, 2.5, -2.5)),
            two=amount(swept(1e-9, 1e300, axis="large")),
            sum=toy("mixing.add", left="one", right="two"),
        )
    ),
    "zip": graph(
        **piled(
            one=amount(swept(1, 2, 3, axis="both")),
            sum=toy("mixing.more", amount="one", params={"by": swept(3, 3, 1, axis="both")}),
        )
    ),
    "a long product": graph(
        **piled(
            one=amount(swept(*TEN)),
            two=amount(swept(*range(20))),
            sum=toy("mixing.add", left="one", right="two"),
        )
    ),
    "subgraph": graph(
        sub=box(INNER, {"n": swept(2, 3)}),
        sum_1=amount(5),
        sum=toy("mixing.add", left="sub.sum", right="sum_1"),
        pile=toy("gathering.pile", heap="sum"),
        inside=box(boxes({"pile": toy("gathering.pile")}, {"heap": ["pile.heap"]}, {}), heap="sub.sum"),
    ),
    "no sweep, and a port that gathers": graph(**piled(sum=amount(3))),
    "one port of several": graph(
        one=amount(swept(1, 2)),
        b=toy("mixing.gather", parts=["one", "one"]),
        halves=toy("mixing.split", basket="b"),
        halves_low_heap=toy("gathering.pile", heap="halves.low"),
        high=toy("gathering.pile", heap="halves.high"),
    ),
    "behaviour": graph(
        **piled(
            one=amount(2),
            m=toy("making.machine", params={"gain": swept(2, {"curve": [[0.1, 1], [2, 3]]})}),
            twice=toy("mixing.twice", machine="m"),
            sum=toy("mixing.apply", machine="twice", amount="one"),
        )
    ),
    "cells apart": graph(
        w=toy("making.word", params={"text": swept("a b", "a/b", "\u2028" * 50)}),
        say=toy("showing.say", word="w"),
        none=toy("mixing.gather_some"),
        shown=toy("showing.show", basket="none", caption="w"),
    ),
    "every kind": graph(
        **piled(
            sum=toy(
                "making.knobs",
                params={
                    "level": swept("inf", 1, axis="one"),
                    "weights": swept([1, 2.5], [3], axis="one"),
                    "on": swept(True, False, axis="one"),
                    "picture": swept("asset:pictures/mixture.png", None, axis="one"),
                    "limit": swept(None, 3),
                },
            )
        )
    ),
    "long names": graph(
        **piled(
            one=amount(swept(1, 2, axis="a" * 30)),
            two=amount(swept(1, 2, axis="b" * 30)),
            sum=toy("mixing.add", left="one", right="two"),
            sum_1=amount(7),
            more=toy("showing.show", basket="all_of_them"),
            all_of_them=toy("mixing.gather", parts=["sum", "sum_1"]),
        )
    ),
}


@pytest.mark.parametrize("name", SWEEPS)
def test_a_script_of_sweeps_saves_what_the_run_saves_byte_for_byte(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = SWEEPS[name]
    text = script(document)
    assert_clean(text, tmp_path)
    assert saved_by_script(text, tmp_path, monkeypatch) == saved_by_run(document)
    backwards = document.model_copy(update={"nodes": dict(reversed(list(document.nodes.items())))})
    assert calls_in(script(backwards)) == calls_in(text)


def test_a_cell_is_a_call_and_what_does_not_depend_on_the_sweep_is_there_once() -> None:
    document = graph(
        **piled(
            one=amount(swept(1, -2.5)),
            two=amount(3),
            sum=toy("mixing.add", left="one", right="two", params={"weight": swept(0.5, axis="w")}),
        )
    )
    assert calls_in(script(document)) == [
        "one_value_1 = toys_making_amount(value=1.0)",
        "two = toys_making_amount(value=3.0)",
        "sum_w_0_5_value_1 = toys_mixing_add(left=one_value_1, right=two, weight=0.5)",
        "one_value_minus_2_5 = toys_making_amount(value=-2.5)",
        "sum_w_0_5_value_minus_2_5 = toys_mixing_add(left=one_value_minus_2_5, right=two, weight=0.5)",
        'sum_heap_axes = {"w": {"sum.weight": [0.5]}, "one.value": {"one.value": [1, -2.5]}}',
        "sum_heap = gathered(Heap, (sum_w_0_5_value_1, sum_w_0_5_value_minus_2_5), sum_heap_axes)",
        "pile = toys_gathering_pile(heap=sum_heap)",
    ]


@pytest.mark.parametrize("name", ["product", "zip", "behaviour", "one port of several"])
def test_calls_stand_in_the_order_in_which_the_engine_has_the_cells(name: str) -> None:
    plan = plan_opened(Opened(SWEEPS[name], Places(FOLDER)), toys())
    assert not any(unit.twins for unit in plan.compiled.units)
    types = [unit.shape.record.id for unit in plan.compiled.units]
    functions = ["gathered" if is_gathering(found) else found.replace(".", "_") for found in types]
    called = [found.group(1) for line in calls_in(script(SWEEPS[name])) if (found := re.match(r"\w+ = (\w+)\(", line))]
    assert called == functions


def test_cells_whose_names_would_be_long_are_numbered_and_take_no_name_of_a_node() -> None:
    calls = calls_in(script(SWEEPS["long names"]))
    names = [line.partition(" = ")[0] for line in calls if line[:1] not in " )"]
    assert {"sum_1", "sum_1_", "sum_2", "sum_3", "sum_4"} <= set(names)
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= LONGEST
    assert "sum_1 = toys_making_amount(value=7.0)" in calls


def test_any_swept_text_and_any_name_of_an_axis_stand_as_ruff_would_write_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = random.Random(3)  # noqa: S311 - repeatable, not secret
    nodes: dict[str, JsonValue] = {}
    for index in range(25):
        texts: list[JsonValue] = [letters(source) for _ in range(1 + (index % 5 == 0))]
        axis = f"{index}{letters(source)[:9]}"
        nodes[f"sum{index}"] = toy("making.knobs", params={"prompt": swept(*texts, axis=axis)})
        nodes[f"pile{index}"] = toy("gathering.pile", heap=f"sum{index}")
    document = graph(**nodes)
    text = script(document)
    assert_clean(text, tmp_path)
    assert saved_by_script(text, tmp_path, monkeypatch) == saved_by_run(document)


OWN = '''
from typing import Self

from graphs import data, node
from graphs.media import Cells
from nodes.contracts.media import Number


@data(colour="#123456", gathers=("Number",))
class Total:
    """A sum."""

    value: float

    @classmethod
    def gather(cls, cells: Cells) -> Self:
        return cls(sum(cell.value for cell in cells.values))


@node
def number(*, value: float = 1) -> Number:
    """A number."""
    return Number(value)


@node(output=True)
def shown(total: Total) -> Number:
    """The sum as a number."""
    return Number(total.value)
'''


def test_a_type_of_a_folder_of_ones_own_gathers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "own.py").write_text(OWN)
    one: JsonValue = {"type": "mine.own.number", "params": {"value": swept(1, 2, 4)}}
    document = graph(one=one, shown={"type": "mine.own.shown", "inputs": {"total": "one"}})
    text = script(document, catalogue=read_catalogue([folder]))
    assert_clean(text, tmp_path)
    assert 'Total = mine.value("own", "Total")\n' in text
    assert saved_by_script(text, tmp_path, monkeypatch) == {"shown.txt": b"7.0\n"}


def test_the_guidance_example_gives_the_files_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = json.loads((examples_folder() / "guidance.json").read_text())
    assert_clean(script(loads(json.dumps(saved)), catalogue=read_catalogue()), tmp_path)
    saved["nodes"]["noise"]["params"]["count"] = 1
    saved["nodes"]["karras"]["params"]["num_inference_steps"]["sweep"] = [1, 2]
    saved["nodes"]["cfg"]["params"]["guidance_scale"]["sweep"] = [1.0, 2.0]
    small = loads(json.dumps(saved))
    text = script(small, catalogue=read_catalogue())
    assert_clean(text, tmp_path)
    files = saved_by_script(text, tmp_path, monkeypatch)
    assert sorted(files) == ["sheet.png", "table.csv"]
    assert files == saved_by_run(small, catalogue=read_catalogue())
