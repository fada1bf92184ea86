"""Sweeps: each cell is a run with these values, the shared part runs once, and cells are gathered where they may be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given, strategies
from pydantic import JsonValue

from graphs.checking.whole import targets, upstream
from graphs.document.model import Document
from graphs.errors import InputError
from graphs.flattening import Flat, FlatNode, flatten
from graphs.running import expanding
from graphs.running.events import Built, Cached, Finished, Started
from graphs.running.expanding import Expanded, expand
from tests.graphs.running.at_random import KNOBS, changed, kind_of, numbers, random_graphs
from tests.graphs.running.runs import Runs, amount, items_of, planned, value_of
from tests.graphs.toys.heaps import Heap
from tests.graphs.toyshop import box, boxes, graph, toy, toys


def sweep(*values: JsonValue, axis: str = "") -> JsonValue:
    """A sweep over these values."""
    return {"sweep": list(values), "axis": axis} if axis else {"sweep": list(values)}


def expanded(document: Document) -> Expanded:
    """A document with its sweeps opened."""
    flat = flatten(document)
    wanted = targets(flat, toys())
    return expand(flat, wanted, upstream(flat, wanted), toys())


def heap_of(found: object) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """The numbers of a heap and its labels."""
    assert isinstance(found, Heap)
    return found.items, found.labels


@dataclass(frozen=True)
class Swept:
    """A graph with sweeps: the graph without, and for every swept node its axis and values."""

    plain: Document
    sweeps: Mapping[str, tuple[str, tuple[JsonValue, ...]]]

    @property
    def document(self) -> Document:
        """The graph with its sweeps."""
        literals = {name: sweep(*values, axis=axis) for name, (axis, values) in self.sweeps.items()}
        return changed(self.plain, **{name: {self.knob(name): value} for name, value in literals.items()})

    def knob(self, name: str) -> str:
        """The parameter of a node that is swept."""
        return KNOBS[kind_of(self.plain, name)]

    def span(self, place: str) -> list[str]:
        """The axes that a node depends on, the longest last."""
        above = upstream(flatten(self.plain), [place])
        lengths = {axis: len(values) for name, (axis, values) in self.sweeps.items() if name in above}
        lengths = {axis: self.length(axis) for axis in lengths}
        return sorted(lengths, key=lambda axis: (lengths[axis], axis))

    def length(self, axis: str) -> int:
        """The values on an axis."""
        return next(len(values) for other, values in self.sweeps.values() if other == axis)

    def cells(self, place: str) -> list[Document]:
        """For each cell of a node the graph with these values."""
        span = self.span(place)
        found = []
        for cell in itertools.product(*(range(self.length(axis)) for axis in span)):
            at = dict(zip(span, cell, strict=True))
            values = {
                name: {self.knob(name): values[at[axis]]} for name, (axis, values) in self.sweeps.items() if axis in at
            }
            found.append(changed(self.plain, **values))
        return found


@strategies.composite
def swept_graphs(draw: strategies.DrawFn) -> Swept:
    """A random graph with up to three sweeps, some of them in step."""
    document = draw(random_graphs(6))
    knobs = [name for name in document.nodes if kind_of(document, name) in KNOBS]
    lengths = {"x": draw(strategies.integers(1, 3)), "y": draw(strategies.integers(1, 3))}
    sweeps: dict[str, tuple[str, tuple[JsonValue, ...]]] = {}
    for name in draw(strategies.lists(strategies.sampled_from(knobs), min_size=1, max_size=3, unique=True)):
        axis = draw(strategies.sampled_from("xy"))
        value = strategies.sampled_from(numbers(kind_of(document, name)))
        values = draw(strategies.lists(value, min_size=lengths[axis], max_size=lengths[axis]))
        sweeps[name] = (axis, tuple(values))
    return Swept(document, sweeps)


def amounts(runs: Runs, place: str) -> list[float]:
    """The numbers that a node gave."""
    return [value_of(found) for port, found in runs.seen[place].items() if port != "machine"]


@given(swept_graphs())
def test_each_cell_of_a_target_is_a_run_with_these_values(swept: Swept) -> None:
    runs, single = Runs(), Runs()
    runs.events(swept.document)
    wanted = expanded(swept.document).targets
    for place in targets(flatten(swept.plain), toys()):
        mine = [name for name in wanted if name.partition("[")[0] == place]
        expected = []
        for cell in swept.cells(place):
            single.events(cell)
            expected.append(amounts(single, place))
        assert len(set(mine)) == len(expected)
        assert [amounts(runs, name) for name in mine] == expected


@given(swept_graphs())
def test_a_node_is_there_once_for_each_cell_that_it_depends_on(swept: Swept) -> None:
    flat = expanded(swept.document).flat
    for place in upstream(flatten(swept.plain), targets(flatten(swept.plain), toys())):
        mine = [name for name in flat if name.partition("[")[0] == place]
        assert len(mine) == math.prod(swept.length(axis) for axis in swept.span(place))
        assert (mine == [place]) == (not swept.span(place))


@given(swept_graphs())
def test_a_graph_without_sweeps_is_itself(swept: Swept) -> None:
    flat = flatten(swept.plain)
    assert expand(flat, ["n0"], {"n0"}, toys()) == Expanded(flat, ("n0",), toys())


def test_the_shared_part_runs_once() -> None:
    nodes = {
        "shared": amount(2),
        "also": toy("mixing.more", amount="shared"),
        "s": toy("mixing.more", amount="also", params={"by": sweep(1, 2, 3)}),
        "end": toy("mixing.add", left="s", right="also"),
    }
    told = Runs().events(graph(**nodes))
    started = [event.node for event in told if isinstance(event, Started)]
    assert sorted(started) == sorted(
        ["shared", "also", *(f"{name}[by={value}]" for name in ("s", "end") for value in (1, 2, 3))]
    )


def test_a_cell_that_ran_before_does_not_run_again() -> None:
    runs = Runs()
    nodes = {"a": amount(2), "s": toy("mixing.more", amount="a", params={"by": sweep(1, 2)})}
    runs.events(graph(**nodes))
    document = changed(graph(**nodes), s={"by": sweep(1, 2.0, 3)})
    assert runs.ran(document) == ["s[by=3]"]
    assert runs.ran(changed(document, s={"by": 3})) == []


def test_axes_multiply_the_longest_fastest_and_one_axis_goes_in_step() -> None:
    nodes = {
        "a": toy("making.amount", params={"value": sweep(10, 20, 30)}),
        "s": toy("mixing.add", left="a", right="a", params={"weight": sweep(0, 1)}),
        "heap": toy("heaps.heaped", amount="s"),
    }
    found = Runs().results(graph(**nodes))["heap"]
    assert heap_of(found) == ((10, 20, 30, 20, 40, 60), ("s.weight:2", "a.value:3"))
    nodes["a"] = toy("making.amount", params={"value": sweep(10, 20, axis="t")})
    nodes["s"] = toy("mixing.add", left="a", right="a", params={"weight": sweep(0, 1, axis="t")})
    assert heap_of(Runs().results(graph(**nodes))["heap"]) == ((10, 40), ("t:2",))


def test_two_sweeps_on_one_node_multiply_or_go_in_step() -> None:
    two = {"count": sweep(1, 2, 3), "size": sweep(8, 16)}
    found = Runs().results(graph(k=toy("making.knobs", params=two), heap=toy("heaps.heaped", amount="k")))["heap"]
    assert heap_of(found) == ((8, 16, 24, 16, 32, 48), ("k.size:2", "k.count:3"))
    two = {"count": sweep(1, 2, axis="t"), "size": sweep(8, 16, axis="t")}
    found = Runs().results(graph(k=toy("making.knobs", params=two), heap=toy("heaps.heaped", amount="k")))["heap"]
    assert heap_of(found) == ((8, 32), ("t:2",))


def test_a_target_whose_type_gathers_itself_is_one_value_and_any_other_is_one_for_each_cell() -> None:
    a = toy("making.amount", params={"value": sweep(1, 2)})
    heap = Runs().results(graph(a=a, heap=toy("heaps.heaped", amount="a")))
    assert "heap" in heap
    basket = Runs().results(graph(a=a, basket=toy("mixing.boxed", amount="a")))
    assert [items_of(basket[f"basket[value={value}]"]) for value in (1, 2)] == [(1.0,), (2.0,)]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ((1, 2), ["value=1", "value=2"]),
        ((1, 1), ["value#1", "value#2"]),
        ((1, 1.0, 2), ["value#1", "value#2", "value=2"]),
        ((0.1, 1e-300), ["value=0.1", "value=1e-300"]),
    ],
)
def test_the_cells_of_a_target_have_names_that_differ(values: tuple[JsonValue, ...], names: list[str]) -> None:
    document = graph(a=toy("making.amount", params={"value": sweep(*values)}), b=toy("mixing.boxed", amount="a"))
    assert list(expanded(document).targets) == [f"b[{name}]" for name in names]


def test_cells_swept_in_step_or_by_text_are_numbered() -> None:
    words = graph(w=toy("making.word", params={"text": sweep("a", "b")}))
    assert list(expanded(words).targets) == ["w[text#1]", "w[text#2]"]
    step = {"count": sweep(1, 2, axis="t"), "size": sweep(8, 16, axis="t")}
    assert list(expanded(graph(k=toy("making.knobs", params=step))).targets) == ["k[t#1]", "k[t#2]"]


def test_a_port_that_gathers_ends_the_axes_and_what_follows_is_there_once() -> None:
    nodes = {
        "a": toy("making.amount", params={"value": sweep(3, 1, 2)}),
        "most": toy("heaps.most", heap="a"),
        "end": toy("mixing.add", left="most", right="most"),
    }
    told = Runs().events(graph(**nodes))
    started = [event.node for event in told if isinstance(event, Started)]
    assert [name for name in started if not name.startswith("a")] == ["most", "end"]
    assert value_of(Runs().results(graph(**nodes))["end"]) == 6.0


def test_a_port_that_gathers_takes_a_single_value_as_one_cell() -> None:
    nodes = {"a": amount(3), "pile": toy("heaps.pile", heap="a", params={"by": 2})}
    assert heap_of(Runs().results(graph(**nodes))["pile"]) == ((6.0,), ())


def test_a_port_that_gathers_may_belong_to_a_swept_node() -> None:
    nodes = {
        "a": toy("making.amount", params={"value": sweep(1, 2)}),
        "pile": toy("heaps.pile", heap="a", params={"by": sweep(1, 10, 100)}),
    }
    found = Runs().results(graph(**nodes))["pile"]
    assert heap_of(found) == ((1, 2, 10, 20, 100, 200), ("pile.by:3",))


def test_what_fits_a_port_as_it_is_is_not_gathered_there() -> None:
    nodes = {
        "a": toy("making.amount", params={"value": sweep(1, 2)}),
        "heap": toy("heaps.heaped", amount="a"),
        "most": toy("heaps.most", heap="heap"),
        "all": toy("mixing.gather", parts=["most", "a"]),
    }
    found = Runs().results(graph(**nodes))
    assert [items_of(found[f"all[value={value}]"]) for value in (1, 2)] == [(1.0, 1.0), (2.0, 2.0)]


def test_sweeps_that_meet_from_two_branches_keep_their_own_cells() -> None:
    nodes = {
        "a": toy("making.amount", params={"value": sweep(1, 2)}),
        "b": toy("making.amount", params={"value": sweep(10, 20)}),
        "most": toy("heaps.most", heap="a"),
        "sum": toy("mixing.add", left="b", right="most"),
        "heap": toy("heaps.heaped", amount="sum"),
    }
    assert heap_of(Runs().results(graph(**nodes))["heap"]) == ((12, 22), ("b.value:2",))


def test_a_swept_behaviour_is_built_for_each_cell() -> None:
    nodes = {
        "m": toy("making.machine", params={"gain": sweep(2, 3)}),
        "a": amount(5),
        "end": toy("mixing.apply", machine="m", amount="a"),
        "heap": toy("heaps.heaped", amount="end"),
    }
    told = Runs().events(graph(**nodes))
    assert [event.node for event in told if isinstance(event, Built)] == ["m[gain=2]", "m[gain=3]"]
    assert heap_of(Runs().results(graph(**nodes))["heap"]) == ((10, 15), ("m.gain:2",))


def test_a_sweep_that_enters_a_subgraph_is_one_axis_of_all_that_it_sets() -> None:
    inner = boxes(
        {"k": toy("making.knobs"), "s": toy("mixing.add", left="k", right="k")},
        {"x": ["k.share", "s.weight"]},
        {"out": "s"},
    )
    nodes = {"sub": box(inner, {"x": sweep(0, 1)}), "heap": toy("heaps.heaped", amount="sub")}
    assert heap_of(Runs().results(graph(**nodes))["heap"]) == ((8, 16), ("sub.x:2",))


def test_sweeps_inside_a_subgraph_reach_what_stands_outside() -> None:
    inner = box(boxes({"a": toy("making.amount", params={"value": sweep(1, 2)})}, {}, {"out": "a"}))
    outer = box(
        boxes({"in": inner, "m": toy("mixing.more", amount="in")}, {"by": ["m.by"]}, {"out": "m"}),
        {"by": sweep(10, 20, 30)},
    )
    nodes = {"sub": outer, "heap": toy("heaps.heaped", amount="sub")}
    found = heap_of(Runs().results(graph(**nodes))["heap"])
    assert found == ((11, 21, 31, 12, 22, 32), ("sub/in/a.value:2", "sub.by:3"))


def test_a_parameter_wired_from_a_swept_node_is_swept() -> None:
    nodes = {
        "a": toy("making.amount", params={"value": sweep(1, 2)}),
        "m": toy("making.machine", gain="a"),
        "b": amount(10),
        "end": toy("mixing.apply", machine="m", amount="b"),
        "heap": toy("heaps.heaped", amount="end"),
    }
    assert heap_of(Runs().results(graph(**nodes))["heap"]) == ((10, 20), ("a.value:2",))


def test_several_outputs_of_a_swept_node_are_told_apart() -> None:
    nodes = {
        "a": toy("making.amount", params={"value": sweep(1, 2)}),
        "b": amount(5),
        "all": toy("mixing.gather", parts=["b", "a"]),
        "h": toy("mixing.split", basket="all"),
        "low": toy("heaps.most", heap="h.low"),
        "high": toy("heaps.most", heap="h.high"),
    }
    found = Runs().results(graph(**nodes))
    assert (value_of(found["low"]), value_of(found["high"])) == (2.0, 5.0)


def test_a_range_is_swept_as_its_values() -> None:
    literal: JsonValue = {"sweep": {"from": 0, "to": 1, "count": 3}}
    nodes = {"a": toy("making.amount", params={"value": literal}), "heap": toy("heaps.heaped", amount="a")}
    assert heap_of(Runs().results(graph(**nodes))["heap"]) == ((0, 0.5, 1), ("a.value:3",))


def test_equal_cells_run_once_and_each_is_told() -> None:
    document = graph(a=toy("making.amount", params={"value": sweep(1, 1.0)}), b=toy("mixing.boxed", amount="a"))
    told = Runs().events(document)
    assert [event.node for event in told if isinstance(event, Finished)] == ["a[value#1]", "b[value#1]"]
    assert [event.node for event in told if isinstance(event, Cached)] == ["a[value#2]", "b[value#2]"]


def test_sweeps_that_nobody_needs_are_not_opened() -> None:
    nodes = {
        "a": toy("making.amount", params={"value": sweep(1, 2)}),
        "idle": toy("mixing.more", amount="a"),
        "b": amount(3),
        "basket": toy("mixing.boxed", amount="b"),
        "show": toy("showing.show", basket="basket"),
    }
    assert list(planned(graph(**nodes)).compiled.numbers) == ["b", "basket", "show"]


def chain(length: int, **params: JsonValue) -> Flat:
    """A flat chain whose first node has these values."""
    first = graph(a=toy("making.amount", params=dict(params))).nodes["a"]
    rest = graph(m=toy("mixing.more")).nodes["m"]
    flat = {"n0": FlatNode(first, first.params)}
    return flat | {f"n{index}": FlatNode(rest, {}, {"amount": [(f"n{index - 1}", None)]}) for index in range(1, length)}


def test_too_many_nodes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "MOST_NODES", 100)
    flat = chain(10, value=sweep(*range(10)))
    assert len(expand(flat, ["n9"], set(flat), toys()).flat) == 100
    flat = chain(10, value=sweep(*range(11)))
    with pytest.raises(InputError, match="the sweeps make too many nodes"):
        expand(flat, ["n9"], set(flat), toys())


def test_too_many_cells_are_refused_before_any_of_them_is_made() -> None:
    values = sweep(*range(10_000))
    node = graph(
        k=toy("making.knobs", params={"seed": values, "limit": values, "count": values, "gain": values})
    ).nodes["k"]
    with pytest.raises(InputError, match="the sweeps make too many nodes"):
        expand({"k": FlatNode(node, node.params)}, ["k"], {"k"}, toys())


def test_an_uneven_axis_of_nodes_that_are_wanted_by_name_is_refused() -> None:
    """The check only warns of what the targets do not need."""
    nodes = {
        "a": toy("making.amount", params={"value": sweep(1, 2, axis="t")}),
        "b": toy("mixing.more", amount="a", params={"by": sweep(1, 2, 3, axis="t")}),
        "one": amount(1),
        "basket": toy("mixing.boxed", amount="one"),
        "show": toy("showing.show", basket="basket"),
    }
    assert planned(graph(**nodes)).targets == ("show",)
    with pytest.raises(InputError, match="the axis 't' differ in length"):
        planned(graph(**nodes), only=["b"])


def test_a_deep_chain_is_swept() -> None:
    flat = chain(5_000, value=sweep(1, 2))
    found = expand(flat, ["n4999"], set(flat), toys())
    assert (len(found.flat), found.targets) == (10_000, ("n4999[value=1]", "n4999[value=2]"))


def test_what_is_no_sweep_or_of_no_type_is_refused() -> None:
    flat = chain(1, value={"sweep": []})
    with pytest.raises(InputError, match="this is no sweep"):
        expand(flat, ["n0"], set(flat), toys())
    strange = {"a": FlatNode(graph(a={"type": "no.such"}).nodes["a"], {"x": sweep(1)})}
    with pytest.raises(InputError, match="there is no node type"):
        expand(strange, ["a"], {"a"}, toys())
