"""The compiled graph: the order, equal nodes merged, nothing too deep or too wide, and memory given back."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given, strategies

from graphs.document.model import Document, Node
from graphs.errors import InputError
from graphs.flattening import Flat, FlatNode, flatten
from graphs.running.compiling import Compiled, Unit, compile_graph
from graphs.running.events import Cached, Finished
from graphs.running.executors import Here
from graphs.running.forecast import State, first_forecast
from graphs.running.run import run
from graphs.store.store import Store
from tests.graphs.running.at_random import random_graphs
from tests.graphs.running.runs import amount, planned
from tests.graphs.toyshop import graph, places, toy, toys


def shuffled(document: Document, random: Random) -> Document:
    """The same graph, its JSON in another order."""
    nodes = list(document.nodes.items())
    random.shuffle(nodes)
    changed: dict[str, Node] = {}
    for name, node in nodes:
        inputs = list(node.inputs.items())
        random.shuffle(inputs)
        changed[name] = node.model_copy(update={"inputs": dict(inputs)})
    return document.model_copy(update={"nodes": changed})


def order(document: Document) -> list[str]:
    """The nodes in the order of the plan, those that are merged left out."""
    return [unit.place for unit in planned(document).compiled.units]


@given(random_graphs())
def test_each_unit_comes_after_what_it_needs_and_has_its_number(document: Document) -> None:
    compiled = planned(document).compiled
    for place, unit in enumerate(compiled.units):
        assert unit.number == place
        assert all(number < place for number, _ in unit.needs)
    told = {place: unit.number for unit in compiled.units for place in (unit.place, *unit.twins)}
    assert told == dict(compiled.numbers)


@given(random_graphs(), strategies.randoms(use_true_random=False))
def test_the_order_of_the_json_changes_nothing(document: Document, random: Random) -> None:
    first, second = planned(document).compiled, planned(shuffled(document, random)).compiled
    assert first.units == second.units
    assert (first.targets, first.numbers) == (second.targets, second.numbers)


def test_the_order_of_a_nodes_ports_changes_nothing() -> None:
    ends = {"one": amount(1), "two": amount(2)}
    there = order(graph(**ends, s=toy("mixing.add", left="two", right="one")))
    back = order(graph(**ends, s=toy("mixing.add", right="one", left="two")))
    assert there == back == ["two", "one", "s"]


@given(random_graphs())
def test_two_nodes_are_one_unit_where_they_are_equal_in_all_that_counts(document: Document) -> None:
    """Equal means: of one type, with the same values, wired to units that are one in turn."""
    flat = flatten(document)
    numbers = planned(document).compiled.numbers
    likes: dict[str, object] = {}
    for place in sorted(numbers, key=lambda name: int(name[1:])):
        node = flat[place]
        default = 1 if node.node.type in ("toys.making.amount", "toys.mixing.add", "toys.mixing.more") else 2
        wires = {port: [(likes[source], name) for source, name in found] for port, found in node.sources.items()}
        values = [float(str(value)) for value in node.params.values()] or [float(default)]
        likes[place] = repr((node.node.type, sorted(wires.items()), values))
    for place, number in numbers.items():
        merged = {other for other in numbers if numbers[other] == number}
        assert merged == {other for other in likes if likes[other] == likes[place]}


@given(random_graphs())
def test_what_no_target_needs_is_left_out(document: Document) -> None:
    plan = planned(document)
    needed, waiting = set[str](), list(plan.targets)
    flat = flatten(document)
    while waiting:
        place = waiting.pop()
        needed.add(place)
        waiting += [source for found in flat[place].sources.values() for source, _ in found]
    assert plan.compiled.numbers.keys() == needed


DEEP = 20_000


def more(source: str | None) -> FlatNode:
    """A node of a chain."""
    sources: dict[str, list[tuple[str, str | None]]] = {"amount": [(source, None)]} if source else {}
    return FlatNode(Node(type="toys.mixing.more" if source else "toys.making.amount"), {}, sources)


def compiled(flat: Flat, *targets: str) -> Compiled:
    """The compiled form of a flat graph of toys."""
    return compile_graph(flat, targets, toys())


def test_a_deep_chain_compiles_and_is_foreseen() -> None:
    flat = {f"n{index}": more(f"n{index - 1}" if index else None) for index in range(DEEP)}
    found = compiled(flat, f"n{DEEP - 1}")
    assert [unit.place for unit in found.units] == list(flat)
    states = first_forecast(found, Store(), places(), "").states
    assert states == [State.RUN] + [State.DEPENDS] * (DEEP - 1)


def test_a_wide_graph_compiles_and_is_foreseen() -> None:
    ends = {f"n{index}": FlatNode(Node(type="toys.making.amount"), {"value": index}) for index in range(DEEP)}
    all_of = FlatNode(Node(type="toys.mixing.gather"), {}, {"parts": [(place, None) for place in ends]})
    found = compiled({"all": all_of, **ends}, "all")
    assert [unit.place for unit in found.units] == [*ends, "all"]
    assert first_forecast(found, Store(), places(), "").states == [State.RUN] * DEEP + [State.DEPENDS]


def test_a_wide_graph_of_equal_nodes_is_one_of_two() -> None:
    ends = {f"n{index}": FlatNode(Node(type="toys.making.amount"), {"value": 1}) for index in range(DEEP)}
    all_of = FlatNode(Node(type="toys.mixing.gather"), {}, {"parts": [(place, None) for place in ends]})
    first, last = compiled({"all": all_of, **ends}, "all").units
    assert (len(first.twins), last.sources) == (DEEP - 1, {"parts": ((0, 0),) * DEEP})


def test_a_type_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="no node type"):
        compiled({"a": FlatNode(Node(type="toys.making.nothing"))}, "a")


def needed_later(units: Mapping[int, Unit], done: set[int]) -> set[int]:
    """The units whose results one that is not done still needs."""
    return {source for number, unit in units.items() if number not in done for source, _ in unit.needs}


@given(random_graphs())
def test_a_value_is_held_only_as_long_as_a_node_needs_it(document: Document) -> None:
    plan, here, store = planned(document), Here(toys()), Store()
    done: dict[str, tuple[str, ...]] = {}
    units = {unit.number: unit for unit in plan.compiled.units}
    for event in run(plan, store, [here]):
        place = event.node if isinstance(event, (Finished, Cached)) else ""
        if isinstance(event, (Finished, Cached)):
            done[place] = event.outputs.names
        finished = {plan.compiled.numbers[name] for name in done}
        needed = needed_later(units, finished) | {plan.compiled.numbers[name] for name in plan.targets}
        kept = {
            name for other in done if plan.compiled.numbers[other] in needed or other == place for name in done[other]
        }
        gone = {name for names in done.values() for name in names} - kept
        assert gone.isdisjoint(here.values)
    assert here.values == {}
