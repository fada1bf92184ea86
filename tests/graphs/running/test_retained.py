"""A graph that stays open: its plan is what a fresh one would be, at the cost of what an operation touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from hypothesis import given, strategies
from pydantic import JsonValue

from graphs.checking import check as checking
from graphs.document.model import Document
from graphs.document.operations import (
    Add,
    Batch,
    Decorate,
    Move,
    Operation,
    Remove,
    Rename,
    Reset,
    SetMode,
    SetParameter,
    Title,
    Wire,
)
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.faults import GraphError
from graphs.flattening import flatten
from graphs.opening import Opened
from graphs.running import plan as planning
from graphs.running import retained as retaining
from graphs.running.compiling import compile_graph
from graphs.running.events import Cached, Event, Failed, Finished, Started
from graphs.running.executors import Here
from graphs.running.forecast import NodeState
from graphs.running.plan import plan_opened
from graphs.running.retained import Retained
from graphs.running.run import run
from graphs.store.records import Action
from graphs.store.store import Store
from tests.graphs.running.at_random import KNOBS, changes, kind_of, random_graphs
from tests.graphs.running.runs import amount
from tests.graphs.toyshop import graph, places, toy, toys

P = ParamSpec("P")
R = TypeVar("R")

NUMBER = graph(a=amount(3)).nodes["a"]

LINE = {
    "a": amount(1),
    "b": toy("mixing.more", amount="a"),
    "c": toy("mixing.more", amount="b", params={"by": 2}),
    "d": toy("mixing.more", amount="a", params={"by": 5}),
    "e": toy("mixing.add", left="c", right="d"),
}
"""Two branches that meet."""


def opened(document: Document, folder: Path | None = None) -> Opened:
    """A document that was opened."""
    return Opened(document, places(folder), place="graph.json")


def kept(document: Document, store: Store | None = None) -> Retained:
    """A document that stays open."""
    return Retained(opened(document), toys(), store or Store())


def fresh(held: Retained) -> dict[str, NodeState] | str:
    """What a fresh plan of the same graph says with the same store."""
    try:
        plan = plan_opened(held.opened, toys())
    except (GraphError, InputError) as error:
        return str(error)
    return plan.states(plan.forecast(held.store))


def said(held: Retained) -> dict[str, NodeState] | str:
    """What the kept plan says."""
    try:
        return held.states()
    except (GraphError, InputError) as error:
        return str(error)


def results(events: Iterable[Event]) -> tuple[dict[str, list[object]], list[str]]:
    """What a run gave by node, by what it is made of, and the nodes that ran."""
    found, ran = dict[str, list[object]](), list[str]()
    for event in events:
        assert not isinstance(event, Failed)
        if isinstance(event, Started):
            ran.append(event.node)
        if isinstance(event, (Finished, Cached)):
            found[event.node] = [event.key, *(parts for _, _, parts in event.outputs.contents())]
    return found, ran


def sweep(*values: JsonValue) -> JsonValue:
    """A sweep over these values."""
    return {"sweep": list(values)}


@strategies.composite
def operations(draw: strategies.DrawFn, document: Document) -> Operation:
    """Any change, also such that the graph cannot run any more."""
    names = sorted(document.nodes)
    name = draw(strategies.sampled_from(names))
    last = max(int(other[1:]) for other in names)
    knob = KNOBS.get(kind_of(document, name), "none")
    found: list[Operation] = [
        draw(changes(document)),
        draw(changes(document)),
        Move(places={name: {"x": 1, "y": 2}}),
        Add(id=f"n{last + 1}", node=NUMBER),
        Rename(id=name, to=f"n{last + 2}"),
        Reset(id=name, name=knob),
        SetMode(id=name, mode="bypass"),
        SetMode(id=name, mode=draw(strategies.sampled_from([None, "mute"]))),
        SetParameter(id=name, name=knob, value=sweep(0, 1)),
        SetParameter(id=name, name=knob, value="wrong"),
        *(Wire(id=name, port=port, sources=None) for port in document.nodes[name].inputs),
        *([Remove(id=name)] if len(names) > 1 else []),
    ]
    return draw(strategies.sampled_from(found))


def mending(document: Document) -> list[Operation]:
    """What takes out the values that are wrong."""
    return [
        Reset(id=name, name=key)
        for name, node in document.nodes.items()
        for key, value in node.params.items()
        if value == "wrong" or key == "none"
    ]


@given(random_graphs(), strategies.data())
def test_after_any_operations_the_kept_plan_is_a_fresh_one(document: Document, data: strategies.DataObject) -> None:
    held = kept(document)
    for step in range(6):
        assert said(held) == fresh(held)
        if step % 2 and not isinstance(said(held), str):
            other = Store()
            plan = plan_opened(held.opened, toys())
            expected, _ = results(run(plan, other, [Here(plan.catalogue)]))
            found, ran = results(held.run([Here(held.plan.catalogue)]))
            assert {place: found[place] for place in plan.targets} == {place: expected[place] for place in plan.targets}
            assert len(set(ran)) == len(ran)
            assert said(held) == fresh(held)
        for operation in [*mending(held.opened.document), data.draw(operations(held.opened.document))]:
            held.apply(operation)
    assert said(held) == fresh(held)


@given(random_graphs(), strategies.data())
def test_inverse_operations_bring_the_plan_back(document: Document, data: strategies.DataObject) -> None:
    held = kept(document)
    results(held.run([Here(toys())]))
    before, units = held.states(), held.plan.compiled.units
    inverses = [held.apply(data.draw(operations(held.opened.document))) for _ in range(4)]
    said(held)
    for inverse in reversed(inverses):
        held.apply(inverse)
    assert held.states() == before
    assert held.plan.compiled.units == units
    assert dumps(held.opened.document) == dumps(document)


def test_another_value_runs_its_node_and_what_follows() -> None:
    held = kept(graph(**LINE))
    assert results(held.run([Here(toys())]))[1] == ["a", "b", "c", "d", "e"]
    assert results(held.run([Here(toys())]))[1] == []
    held.apply(SetParameter(id="c", name="by", value=7))
    assert results(held.run([Here(toys())]))[1] == ["c", "e"]
    held.apply(SetParameter(id="d", name="by", value=9))
    held.apply(Reset(id="c", name="by"))
    held.apply(SetParameter(id="c", name="by", value=2))
    assert results(held.run([Here(toys())]))[1] == ["d", "e"]


def test_a_value_of_a_swept_node_or_of_one_after_it_counts() -> None:
    swept = {**LINE, "a": toy("making.knobs", params={"seed": sweep(1, 2)}), "pile": toy("heaps.heaped", amount="e")}
    held = kept(graph(**swept))
    held.states()
    for operation in (
        SetParameter(id="a", name="share", value=0.25),
        SetParameter(id="b", name="by", value=7),
        SetParameter(id="e", name="weight", value=0.5),
    ):
        held.apply(operation)
        results(held.run([Here(held.plan.catalogue)]))
        held.apply(operation.model_copy(update={"value": 0.75}))
        assert "run" in {state.state for state in held.states().values()}
        assert held.states() == fresh(held)


def test_a_value_of_a_target_whose_cells_are_gathered_counts() -> None:
    nodes = {
        "a": toy("making.amount", params={"value": sweep(1, 2)}),
        "pile": toy("heaps.pile", heap="h"),
        "h": toy("heaps.heaped", amount="a"),
    }
    held = kept(graph(**nodes))
    results(held.run([Here(held.plan.catalogue)]))
    held.apply(SetParameter(id="pile", name="by", value=10))
    assert held.states() == fresh(held)
    found, _ = results(held.run([Here(held.plan.catalogue)]))
    plan = plan_opened(held.opened, toys())
    assert found["pile"] == results(run(plan, Store(), [Here(plan.catalogue)]))[0]["pile"]


def test_nodes_that_become_equal_are_one_and_that_differ_again_are_two() -> None:
    held = kept(graph(a=amount(1), b=amount(2), c=toy("mixing.add", left="a", right="b")))
    held.states()
    held.apply(SetParameter(id="b", name="value", value=1.0))
    assert held.states()["b"] == NodeState(held.states()["a"].state, "the same as a")
    assert results(held.run([Here(toys())]))[1] == ["a", "c"]
    held.apply(SetParameter(id="b", name="value", value=3))
    assert held.states() == fresh(held)
    assert results(held.run([Here(toys())]))[1] == ["b", "c"]


def test_values_may_change_places_one_after_the_other() -> None:
    held = kept(graph(a=amount(1), b=amount(2), c=toy("mixing.add", left="a", right="b", params={"weight": 0.5})))
    results(held.run([Here(toys())]))
    for node, value in (("a", 3), ("b", 1), ("a", 2)):
        held.apply(SetParameter(id=node, name="value", value=value))
        assert held.states() == fresh(held)
    assert results(held.run([Here(toys())]))[1] == ["c"]


def test_a_graph_with_a_fault_tells_it_until_it_is_mended() -> None:
    held = kept(graph(**LINE))
    before = held.states()
    undo = held.apply(SetParameter(id="b", name="by", value="wrong"))
    with pytest.raises(GraphError):
        held.states()
    assert [fault.node for fault in held.faults] == ["b"]
    held.apply(undo)
    assert (held.faults, held.states()) == ((), before)


def test_an_operation_that_is_refused_changes_nothing() -> None:
    held = kept(graph(**LINE))
    before, document = held.states(), held.opened.document
    with pytest.raises(InputError):
        held.apply(SetParameter(id="nobody", name="by", value=1))
    assert (held.states(), held.opened.document) == (before, document)


def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1")
    document = graph(k=toy("making.knobs", params={"picture": {"file": "a.txt"}}), m=toy("mixing.more", amount="k"))
    held = Retained(opened(document, tmp_path), toys(), Store())
    results(held.run([Here(toys())]))
    (tmp_path / "a.txt").write_text("22")
    assert {place: state.state for place, state in held.states().items()} == {"k": "run", "m": "depends"}


def test_what_gives_another_result_each_time_runs_each_time(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1")
    document = graph(look=toy("heaps.look", params={"note": {"file": "a.txt"}}), m=toy("mixing.more", amount="look"))
    held = Retained(opened(document, tmp_path), toys(), Store())
    assert results(held.run([Here(toys())]))[1] == ["look", "m"]
    assert results(held.run([Here(toys())]))[1] == ["look"]
    (tmp_path / "a.txt").write_text("2")
    assert results(held.run([Here(toys())]))[1] == ["look", "m"]


def test_a_result_that_was_dropped_is_noticed() -> None:
    held = kept(graph(**LINE))
    results(held.run([Here(toys())]))
    held.store.spoil(list(held.store.recent.parts))
    assert held.states() == fresh(held)
    assert results(held.run([Here(toys())]))[1] == ["a", "b", "c", "d", "e"]


def test_what_ran_elsewhere_is_noticed_once_it_is_said(tmp_path: Path) -> None:
    held = kept(graph(**LINE), Store(tmp_path))
    assert {state.state.value for state in held.states().values()} > {"run"}
    with Store(tmp_path) as other:
        list(run(plan_opened(opened(graph(**LINE)), toys()), other, [Here(toys())]))
    held.stir()
    assert {state.state.value for state in held.states().values()} == {"cached"}


def test_a_run_that_is_left_is_known_as_far_as_it_came() -> None:
    held = kept(graph(**LINE))
    for event in held.run([Here(toys())]):
        if isinstance(event, Finished) and event.node == "c":
            break
    assert held.states() == fresh(held)
    assert results(held.run([Here(toys())]))[1] == ["d", "e"]


def test_a_node_that_fails_is_tried_again() -> None:
    document = graph(a=amount(1), bad=toy("working.crash", amount="a"), m=toy("mixing.more", amount="bad"))
    held = kept(document)
    for _ in range(2):
        told = list(held.run([Here(toys())]))
        assert [event.node for event in told if isinstance(event, Failed)] == ["bad"]
        assert held.states() == fresh(held)


def counted(found: list[str], name: str, function: Callable[P, R]) -> Callable[P, R]:
    """The function; each call of it is noted."""

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        found.append(name)
        return function(*args, **kwargs)

    return call


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is worked out anew for the whole graph, as it is called."""
    found: list[str] = []
    monkeypatch.setattr(checking, "flatten", counted(found, "flatten", flatten))
    monkeypatch.setattr(retaining, "examine", counted(found, "examine", checking.examine))
    monkeypatch.setattr(planning, "compile_graph", counted(found, "compile", compile_graph))
    return found


class Asked(Store):
    """A store that notes the keys that it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[str] = []

    def find(self, keys: Iterable[str]) -> dict[str, Action]:
        """As the store does."""
        wanted = list(keys)
        self.keys += wanted
        return super().find(wanted)


@pytest.mark.parametrize(
    "operation",
    [
        SetParameter(id="c", name="by", value=7),
        SetParameter(id="c", name="by", value=2.0),
        Reset(id="c", name="by"),
        SetParameter(id="idle", name="value", value=3),
        Move(places={"a": {"x": 1, "y": 1}}),
        Title(name="other"),
        Decorate(what="notes", id="n", value={"text": "here"}),
        Batch(operations=(Move(places={"a": {"x": 2}}), Batch(operations=(Title(name="both"),)))),
    ],
)
def test_a_plain_value_and_what_is_only_seen_work_nothing_out_anew(calls: list[str], operation: Operation) -> None:
    held = kept(graph(**LINE, idle=amount(1), show=toy("heaps.pile", heap="h"), h=toy("heaps.heaped", amount="e")))
    held.states()
    assert calls == ["examine", "flatten", "compile"]
    inverse = held.apply(operation)
    held.states()
    held.apply(inverse)
    held.states()
    assert calls == ["examine", "flatten", "compile"]
    assert held.states() == fresh(held)


@pytest.mark.parametrize(
    "operation",
    [
        SetParameter(id="c", name="by", value=sweep(1, 2)),
        Wire(id="c", port="amount", sources="a"),
        Rename(id="c", to="x"),
        Add(id="x", node=NUMBER),
        Batch(operations=(Reset(id="c", name="by"),)),
        SetMode(id="c", mode="bypass"),
        SetMode(id="e", mode="mute"),
    ],
)
def test_what_changes_the_graph_works_it_out_once(calls: list[str], operation: Operation) -> None:
    held = kept(graph(**LINE))
    held.states()
    held.apply(operation)
    held.states()
    held.states()
    assert calls == ["examine", "flatten", "compile"] * 2


def test_an_edit_of_the_layout_examines_nothing_where_there_are_faults_too(calls: list[str]) -> None:
    held = kept(graph(**LINE, bad=toy("mixing.more")))
    found = held.faults
    held.apply(Move(places={"bad": {"x": 1}}))
    held.apply(Decorate(what="groups", id="g", value={"nodes": ["bad"]}))
    held.apply(Title(name="faulty"))
    assert calls == ["examine", "flatten"]
    assert held.faults == found != ()


def test_only_what_a_value_touches_is_looked_up() -> None:
    store = Asked()
    held = kept(graph(**LINE), store)
    results(held.run([Here(toys())]))
    held.states()
    store.keys.clear()
    held.states()
    assert store.keys == []
    held.apply(SetParameter(id="c", name="by", value=7))
    held.states()
    assert len(store.keys) == 1
    results(held.run([Here(toys())]))
    store.keys.clear()
    assert {state.state for state in held.states().values()} == {"cached"}
    assert len(store.keys) == 2


def test_an_early_cut_off_ends_the_look_up() -> None:
    store = Asked()
    held = kept(graph(a=amount(1), b=toy("heaps.floor", amount="a"), c=toy("mixing.more", amount="b")), store)
    for value in (1.5, 1):
        results(held.run([Here(toys())]))
        held.apply(SetParameter(id="a", name="value", value=value))
    held.states()
    store.keys.clear()
    held.apply(SetParameter(id="a", name="value", value=1.5))
    assert {state.state for state in held.states().values()} == {"cached"}
    assert len(store.keys) == 2
