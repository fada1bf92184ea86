"""Events and failures as a card shows them: cells folded, costs added up, the port that is to blame."""

from __future__ import annotations

import pytest

from app.editor.engine.blaming import error_of
from app.editor.engine.changes import value_changes
from app.editor.engine.folding import folded_states, node_of
from app.editor.engine.messages import Told
from app.editor.engine.opening import inner_targets
from app.editor.engine.translating import Telling
from graphs.document.operations import Reset, SetParameter, apply
from graphs.errors import InputError
from graphs.estimates import Span
from graphs.parts import Parts
from graphs.running.context import Besides
from graphs.running.events import Advanced, Event, Failed, Finished, Planned, Skipped, Started
from graphs.running.forecast import NodeState, State
from graphs.running.outputs import Outputs
from tests.graphs.toyshop import box, boxes, graph, toy

CELLS = ("sample[scale=1]", "sample[scale=2]")
RUN, CACHED = NodeState(State.RUN, "never run", Span(8, 8)), NodeState(State.CACHED)


class Empty:
    """A source of outputs that has none."""

    def read(self, name: str) -> object:
        raise KeyError(name)

    def content(self, name: str) -> Parts | None:
        return None


def finished(node: str, nfe: int = 8) -> Finished:
    return Finished(node, 0.5, nfe, 2, Outputs((), (), Empty()), "", 10, Besides(rewards=3))


def told(*events: Event) -> list[Told]:
    telling = Telling("d", "j", lambda _: ("model", "noise"))
    return [news for event in events for news in telling.hear(event)]


def last(news: list[Told], kind: str, node: str = "") -> Told:
    found: Told = {}
    for entry in news:
        if entry["kind"] == kind and entry.get("node", "") == node:
            found |= entry
    return found


def test_the_cells_of_a_sweep_are_one_card_whose_costs_add_up() -> None:
    plan = Planned(dict.fromkeys(CELLS, RUN) | {"noise": CACHED, "sample:table": RUN})
    half = told(plan, Started(CELLS[0]), Advanced(CELLS[0], 1, 4, 3.0), finished(CELLS[0]))
    assert last(half, "node", "sample")["cells"] == {"done": 1, "count": 2}
    assert last(half, "node", "sample")["state"] == "running"
    assert (last(half, "job")["done"], last(half, "job")["count"]) == (0, 1)
    whole = told(plan, finished(CELLS[0]), finished(CELLS[1]), finished("sample:table", 0))
    card = last(whole, "node", "sample")
    assert (card["state"], card["nfe"], card["launches"], card["seconds"], card["bytes"]) == ("done", 16, 4, 1.0, 20)
    assert card["besides"] == "6 rewards"
    assert card["cells"] == {"done": 2, "count": 2}
    assert {entry.get("node") for entry in whole if entry["kind"] == "node"} == {"sample", "noise"}
    assert (last(whole, "job")["done"], last(whole, "job")["nfe"]) == (1, 16)


def test_a_plan_of_cells_says_what_of_them_runs_and_their_nfe_together() -> None:
    states = folded_states({CELLS[0]: CACHED, CELLS[1]: RUN, "sub/inner": CACHED})
    assert states == {
        "sample": {"state": "run", "reason": "never run", "nfe": 8, "cells": {"count": 2}},
        "sub/inner": {"state": "cached", "reason": ""},
    }
    assert node_of("sub/inner[a=1, b=2]") == "sub/inner"


def test_a_card_of_which_a_cell_failed_has_failed() -> None:
    failed = Failed(CELLS[0], "no", fault_of_input=True)
    news = told(Planned(dict.fromkeys(CELLS, RUN)), failed, finished(CELLS[1]))
    assert last(news, "node", "sample")["state"] == "failed"


def test_what_was_not_run_says_because_of_which_node() -> None:
    news = told(Planned({"sheet": RUN}), Skipped("sheet", "prompt[text#1]"))
    assert (last(news, "node", "sheet")["state"], last(news, "node", "sheet")["because"]) == ("skipped", "prompt")


@pytest.mark.parametrize(
    ("error", "port", "message"),
    [
        (InputError("too few", where="noise", given="3", mend="add one"), "noise", "too few"),
        (InputError("too few", where="sample.model", given="3", mend="add one"), "model", "too few"),
        (InputError("too few", where="Image", given="3", mend="add one"), "", "Image: too few"),
        (InputError("its input 'model' was changed", mend="add one"), "model", "its input 'model' was changed"),
        (InputError("its 'prompt' is no port", mend="add one"), "", "its 'prompt' is no port"),
    ],
)
def test_a_failure_names_the_port_that_is_to_blame_and_how_it_is_mended(
    error: InputError, port: str, message: str
) -> None:
    found = error_of(Failed("sample", str(error), fault_of_input=True, inputs={"noise": "4 rows"}), ("model", "noise"))
    assert (found["port"], found["message"], found["mend"]) == (port, message, "add one")
    assert (found["inputs"], found["of_input"]) == ({"noise": "4 rows"}, True)


def test_only_values_that_changed_are_set_again() -> None:
    before = graph(one=toy("making.amount", params={"value": 1}), end=toy("mixing.more", amount="one"))
    after = apply(before, SetParameter(id="one", name="value", value=2)).document
    assert value_changes(before, before) == []
    assert value_changes(before, after) == [SetParameter(id="one", name="value", value=2)]
    assert value_changes(after, graph(one=toy("making.amount"), end=toy("mixing.more", amount="one"))) == [
        Reset(id="one", name="value")
    ]
    true = graph(one=toy("making.amount", params={"value": True}), end=toy("mixing.more", amount="one"))
    assert value_changes(before, true) == [SetParameter(id="one", name="value", value=True)]
    assert value_changes(before, graph(one=toy("making.amount", params={"value": 1}))) is None
    assert value_changes(before, graph(one=toy("making.word"), end=toy("mixing.more", amount="one"))) is None


def test_a_subgraph_as_a_target_means_the_nodes_that_it_gives() -> None:
    inner = boxes({"one": toy("making.amount"), "two": toy("mixing.more", amount="one")}, outputs={"out": "two"})
    outer = graph(sub=box(inner), around=box(boxes({"deep": box(inner)}, outputs={"out": "deep.out"})))
    assert inner_targets(outer, ("sub", "around")) == ("sub/two", "around/deep/two")
    assert inner_targets(outer, ("elsewhere", "sub/one")) == ("elsewhere", "sub/one")
