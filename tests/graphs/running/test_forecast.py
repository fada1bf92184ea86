"""What a plan says will happen, and that it does: nothing runs that need not, and each reason is the true one."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, strategies
from pydantic import JsonValue

from graphs.document.model import Document
from graphs.document.operations import apply
from graphs.running.events import Built, Cached, Event, Finished, Skipped, Started
from graphs.running.forecast import reason
from graphs.store.records import Memory
from graphs.store.store import Store
from tests.graphs.running.at_random import changed, changes, random_graphs
from tests.graphs.running.runs import Runs, amount, plan_of, planned, value_of
from tests.graphs.toyshop import graph, toy, toys

LINE = {"a": amount(1), "b": toy("mixing.more", amount="a"), "c": toy("mixing.more", amount="b", params={"by": 2})}
"""Three nodes in a line."""

BRANCHES = {
    **LINE,
    "d": toy("mixing.more", amount="a", params={"by": 5}),
    "e": toy("mixing.add", left="c", right="d"),
    "f": toy("mixing.more", amount="d", params={"by": 7}),
}
"""Two branches that meet, and an end of its own."""


@pytest.fixture
def here(tmp_path: Path) -> Runs:
    """Runs in this process with a store on disk, which remembers reasons."""
    return Runs(store=Store(tmp_path / "store"))


def of_kind(told: Sequence[Event], kind: type[Finished | Built | Cached | Started | Skipped]) -> list[str]:
    """The nodes of events of a kind, in order."""
    return [event.node for event in told if isinstance(event, kind)]


def states_of(runs: Runs, document: Document, folder: Path | None = None) -> dict[str, str]:
    """The state of each node."""
    return {place: state for place, (state, _) in runs.states(document, folder).items()}


def drop(runs: Runs, document: Document, *places: str) -> None:
    """Take the results of nodes out of the store."""
    plan = planned(document)
    found = plan.forecast(runs.store)
    for place in places:
        outputs = found.digests[plan.compiled.numbers[place]]
        assert outputs
        runs.store.spoil([digest for digest in outputs if "." not in digest])


def test_before_its_first_run_a_node_has_never_run_and_what_follows_depends_on_it(here: Runs) -> None:
    assert here.states(graph(**LINE)) == {
        "a": ("run", "never run"),
        "b": ("depends", "after a"),
        "c": ("depends", "after b"),
    }


def test_after_a_run_everything_is_cached_and_nothing_runs_again(here: Runs) -> None:
    document = graph(**BRANCHES)
    assert sorted(here.ran(document)) == sorted(BRANCHES)
    assert set(here.states(document).values()) == {("cached", "")}
    here.seen = {}
    told = here.events(document)
    assert of_kind(told, Started) == []
    assert of_kind(told, Cached) == ["e", "f"]
    assert {place: value_of(found["out"]) for place, found in here.seen.items()} == {"e": 10.0, "f": 13.0}


@pytest.mark.parametrize(
    ("place", "name", "states"),
    [
        ("a", "value", {"a": "run", "b": "depends", "c": "depends", "d": "depends", "e": "depends", "f": "depends"}),
        ("b", "by", {"a": "cached", "b": "run", "c": "depends", "d": "cached", "e": "depends", "f": "cached"}),
        ("d", "by", {"a": "cached", "b": "cached", "c": "cached", "d": "run", "e": "depends", "f": "depends"}),
        ("e", "weight", {"a": "cached", "b": "cached", "c": "cached", "d": "cached", "e": "run", "f": "cached"}),
    ],
)
def test_a_changed_value_runs_its_node_and_what_follows_depends(
    here: Runs, place: str, name: str, states: dict[str, str]
) -> None:
    here.events(graph(**BRANCHES))
    document = changed(graph(**BRANCHES), **{place: {name: 0.25}})
    assert states_of(here, document) == states
    assert here.states(document)[place] == ("run", f"{name} changed")
    assert set(here.ran(document)) == {place for place, state in states.items() if state != "cached"}


def test_a_reason_names_what_changed(here: Runs, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1")
    picture: JsonValue = {"file": "a.txt"}
    nodes = {"one": amount(1), "two": amount(2), "k": toy("making.knobs", params={"picture": picture})}
    sums = {"s": toy("mixing.add", left="one", right="two"), "t": toy("mixing.gather", parts=["s", "k"])}
    here.events(graph(**nodes, **sums), tmp_path)
    swapped = {**nodes, **sums, "s": toy("mixing.add", left="two", right="two")}
    assert here.states(graph(**swapped), tmp_path)["s"] == ("run", "input left changed")
    unwired = {**nodes, **sums, "s": toy("mixing.add", left="one", params={"weight": 0.5})}
    assert here.states(graph(**unwired), tmp_path)["s"] == ("run", "weight changed, input right changed")
    wired = {**nodes, **sums, "s": toy("mixing.add", left="one", right="two", weight="one")}
    assert here.states(graph(**wired), tmp_path)["s"] == ("run", "weight changed, input weight changed")
    (tmp_path / "a.txt").write_text("2")
    assert here.states(graph(**nodes, **sums), tmp_path)["k"] == ("run", "picture changed")
    many: JsonValue = {"count": 2, "steps": 2, "seed": 2, "mode": "slow", "on": True, "picture": picture}
    more = {**nodes, **sums, "k": toy("making.knobs", params=many)}
    assert here.states(graph(**more), tmp_path)["k"][1] == "count changed, mode changed, on changed and 3 more"


def test_a_reason_names_the_sign_of_nothing(here: Runs) -> None:
    here.events(graph(a=amount(0.0)))
    assert here.states(graph(a=amount(-0.0)))["a"] == ("run", "value changed")


def test_a_reason_names_the_code_and_the_version(here: Runs) -> None:
    document = graph(**LINE)
    here.events(document)
    record = toys().nodes["toys.mixing.more"]
    newer = {**toys().nodes, record.id: record.model_copy(update={"version": 2})}
    edited = dataclasses.replace(toys(), code={record.module: "another"})
    others = {"version changed": dataclasses.replace(toys(), nodes=newer), "code changed": edited}
    for because, catalogue in others.items():
        plan = planned(document, catalogue=catalogue)
        states = plan.states(plan.forecast(here.store))
        assert (states["a"].state, states["b"].state, states["b"].reason) == ("cached", "run", because)


def test_a_reason_names_torch_or_the_device_and_not_a_parameter_of_another_name() -> None:
    unit = planned(graph(**LINE)).compiled.units[0]
    old = Memory("", "a", "", '{"with":"torch 2.6","params":{"mixed_with":1}}', "", 0.0)
    new = '{"with":"torch 2.7","params":{"mixed_with":2}}'
    assert reason(unit, old, new) == "torch or the device changed, mixed_with changed"


def test_a_dropped_result_is_made_again_only_where_somebody_needs_it(here: Runs) -> None:
    document = graph(**BRANCHES)
    here.events(document)
    drop(here, document, "b")
    assert set(here.states(document).values()) == {("cached", "")}
    assert here.ran(document) == []
    drop(here, document, "f")
    assert here.states(document)["f"] == ("run", "its result was dropped")
    assert here.ran(document) == ["f"]
    drop(here, document, "f", "d", "a", "b")
    said = {place: state for place, state in here.states(document).items() if state[0] != "cached"}
    assert said == dict.fromkeys("adf", ("run", "its result was dropped"))
    assert here.ran(document) == ["a", "d", "f"]


def test_a_dropped_result_is_told_as_such_also_where_another_value_ran_last(here: Runs) -> None:
    first, second = graph(a=amount(1)), graph(a=amount(2))
    for document in (first, second):
        here.events(document)
    drop(here, first, "a")
    assert here.states(first)["a"] == ("run", "its result was dropped")


def test_a_changed_node_with_the_same_result_lets_nothing_after_it_run(runs: Runs) -> None:
    nodes = {"a": amount(2.25), "b": toy("heaps.floor", amount="a"), "c": toy("mixing.more", amount="b")}
    runs.events(graph(**nodes))
    document = graph(**{**nodes, "a": amount(2.5)})
    assert states_of(runs, document) == {"a": "run", "b": "depends", "c": "depends"}
    told = runs.events(document)
    assert of_kind(told, Started) == ["a", "b"]
    assert of_kind(told, Cached) == ["c"]
    assert value_of(runs.seen["c"]["out"]) == 3.0
    assert set(states_of(runs, document).values()) == {"cached"}


def test_what_gives_another_result_each_time_runs_each_time_and_the_rest_only_where_it_does(
    runs: Runs, tmp_path: Path
) -> None:
    note = tmp_path / "a.txt"
    note.write_text("1")
    look = toy("heaps.look", params={"note": {"file": "a.txt"}})
    document = graph(look=look, more=toy("mixing.more", amount="look"))
    assert runs.ran(document, tmp_path) == ["look", "more"]
    assert runs.states(document, tmp_path) == {"look": ("run", "runs each time"), "more": ("depends", "after look")}
    assert runs.ran(document, tmp_path) == ["look"]
    note.write_text("2")
    assert runs.ran(document, tmp_path) == ["look", "more"]
    assert value_of(runs.results(document, tmp_path)["more"]) == 3.0


def test_two_nodes_that_give_another_result_each_time_are_two(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1")
    look = toy("heaps.look", params={"note": {"file": "a.txt"}})
    assert Runs().ran(graph(a=look, b=look), tmp_path) == ["a", "b"]


MACHINES = {
    "m": toy("making.machine", params={"gain": 3}),
    "t": toy("mixing.twice", machine="m"),
    "a": amount(2),
    "end": toy("mixing.apply", machine="t", amount="a"),
}
"""A machine of a machine, and a number that goes through it."""


def test_a_behaviour_is_built_where_a_running_node_needs_it_and_never_otherwise(runs: Runs) -> None:
    told = runs.events(graph(**MACHINES))
    assert of_kind(told, Built) == ["m", "t"]
    assert of_kind(told, Finished) == ["a", "end"]
    assert set(states_of(runs, graph(**MACHINES)).values()) == {"cached"}
    assert not of_kind(runs.events(graph(**MACHINES)), Built)
    document = changed(graph(**MACHINES), a={"value": 5})
    assert states_of(runs, document) == {"m": "cached", "t": "cached", "a": "run", "end": "depends"}
    told = runs.events(document)
    assert (of_kind(told, Built), of_kind(told, Finished)) == (["m", "t"], ["a", "end"])
    assert value_of(runs.seen["end"]["out"]) == 30.0


def test_a_behaviour_is_not_built_where_a_node_turns_out_the_same(runs: Runs) -> None:
    nodes = {**MACHINES, "f": toy("heaps.floor", amount="a"), "end": toy("mixing.apply", machine="t", amount="f")}
    runs.events(graph(**nodes))
    told = runs.events(changed(graph(**nodes), a={"value": 2.5}))
    assert of_kind(told, Started) == ["a", "f"]


def test_another_recipe_of_a_behaviour_runs_what_needs_it(runs: Runs) -> None:
    runs.events(graph(**MACHINES))
    document = changed(graph(**MACHINES), m={"gain": 4})
    assert states_of(runs, document) == {"m": "run", "t": "run", "a": "cached", "end": "run"}
    told = runs.events(document)
    assert (of_kind(told, Built), of_kind(told, Finished)) == (["m", "t"], ["end"])
    assert value_of(runs.seen["end"]["out"]) == 16.0


TOOL = {
    "a": amount(1),
    "tool": toy("heaps.tool", amount="a"),
    "plain": toy("mixing.more", amount="tool.amount"),
    "b": amount(5),
    "end": toy("mixing.apply", machine="tool.machine", amount="b"),
}
"""A node that gives a number and a machine, one that needs the number, and one that needs the machine."""


def test_of_a_node_with_data_and_a_behaviour_the_data_is_kept(runs: Runs) -> None:
    runs.events(graph(**TOOL))
    assert set(states_of(runs, graph(**TOOL)).values()) == {"cached"}
    document = changed(graph(**TOOL), plain={"by": 9})
    assert {place for place, state in states_of(runs, document).items() if state != "cached"} == {"plain"}
    assert runs.ran(document) == ["plain"]


def test_of_a_node_with_data_and_a_behaviour_the_behaviour_is_built_where_it_is_needed(runs: Runs) -> None:
    runs.events(graph(**TOOL))
    document = changed(graph(**TOOL), b={"value": 6})
    said = runs.states(document)
    assert said["tool"] == ("depends", "where it is needed")
    assert said["plain"] == ("cached", "")
    told = runs.events(document)
    assert "plain" not in of_kind(told, Started)
    assert value_of(runs.seen["end"]["out"]) == 12.0


def test_a_target_with_data_and_a_behaviour_is_cached(runs: Runs) -> None:
    document = graph(a=amount(1), tool=toy("heaps.tool", amount="a"))
    runs.events(document)
    assert set(states_of(runs, document).values()) == {"cached"}
    told = runs.events(document)
    assert of_kind(told, Started) == []
    assert value_of(runs.seen["tool"]["amount"]) == 2.0


def test_equal_nodes_run_once_and_each_is_told(runs: Runs) -> None:
    nodes = {"a": amount(1), "b": amount(1.0), "x": toy("mixing.more", amount="a"), "y": toy("mixing.more", amount="b")}
    document = graph(**nodes)
    assert runs.states(document)["y"] == ("depends", "the same as x")
    told = runs.events(document)
    assert of_kind(told, Started) == ["a", "x"]
    assert of_kind(told, Cached) == ["b", "y"]
    assert value_of(runs.seen["x"]["out"]) == value_of(runs.seen["y"]["out"]) == 2.0
    again = runs.events(document)
    assert of_kind(again, Started) == []
    assert sorted(of_kind(again, Cached)) == ["x", "y"]


def test_where_one_of_equal_nodes_fails_all_are_told(runs: Runs) -> None:
    bad = toy("working.crash", amount="a")
    told = runs.events(graph(a=amount(1), b=bad, c=bad))
    assert of_kind(told, Skipped) == ["c"]


def test_what_no_target_needs_never_runs(runs: Runs) -> None:
    nodes = {**LINE, "basket": toy("mixing.boxed", amount="b"), "show": toy("showing.show", basket="basket")}
    assert runs.ran(graph(**nodes)) == ["a", "b", "basket", "show"]
    assert "c" not in runs.states(graph(**nodes))


def test_only_takes_the_place_of_the_targets(runs: Runs) -> None:
    assert runs.ran(graph(**BRANCHES), only=["b"]) == ["a", "b"]
    assert runs.ran(graph(**BRANCHES), only=["d", "c"]) == ["c", "d"]


def test_a_behaviour_may_be_all_that_is_wanted(runs: Runs) -> None:
    told = runs.events(graph(**MACHINES), only=["t"])
    assert (of_kind(told, Built), of_kind(told, Finished)) == (["m"], ["t"])


@given(random_graphs(), strategies.data())
def test_a_plan_keeps_its_promise(document: Document, data: strategies.DataObject) -> None:
    runs = Runs()
    for _ in range(3):
        runs.seen = {}
        told = runs.events(document)
        states = plan_of(told)
        named = {
            state: {place for place, found in states.items() if found.state == state}
            for state in ("run", "depends", "cached")
        }
        finished, built = set(of_kind(told, Finished)), set(of_kind(told, Built))
        twins = {twin for unit in planned(document).compiled.units for twin in unit.twins}
        assert finished <= named["run"] | named["depends"]
        assert named["run"] - twins <= finished | built
        assert of_kind(told, Started) == list(dict.fromkeys(of_kind(told, Started)))
        fresh = Runs()
        fresh.events(document)
        for place in planned(document).targets:
            assert _numbers(runs, place) == _numbers(fresh, place)
        assert {state.state for state in plan_of(runs.events(document)).values()} == {"cached"}
        document = apply(document, data.draw(changes(document))).document
        kept = sorted(runs.store.recent.parts)
        runs.store.spoil(data.draw(strategies.lists(strategies.sampled_from(kept), max_size=2)))


def _numbers(runs: Runs, place: str) -> list[float]:
    """The numbers that a node gave."""
    return [value_of(found) for port, found in runs.seen[place].items() if port != "machine"]


@given(random_graphs(), strategies.data())
def test_what_an_earlier_run_computed_is_never_computed_again(document: Document, data: strategies.DataObject) -> None:
    """As long as the store keeps all. Behaviours are built as often as they are needed."""
    runs, done = Runs(), set[str]()
    for _ in range(3):
        plan = planned(document)
        mixed = {unit.place for unit in plan.compiled.units if any(unit.shape.behaviours)}
        told = runs.events(document)
        keys = {event.key for event in told if isinstance(event, Finished) and event.node not in mixed}
        assert not keys & done
        done |= keys
        document = apply(document, data.draw(changes(document))).document
