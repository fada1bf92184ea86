"""Circles in a graph: those that a search from the beginning after every cut finds, in one walk."""

from __future__ import annotations

import graphlib
import itertools

import pytest
from hypothesis import given, strategies

from graphs.checking.cycles import cycles

Wires = dict[str, list[str]]

GRAPHS = strategies.lists(
    strategies.tuples(strategies.sampled_from("abcdefg"), strategies.sampled_from("abcdefg")), unique=True
)


def after(wires: list[tuple[str, str]]) -> Wires:
    """What comes after each node, the nodes in the order in which they are first named."""
    found: Wires = {}
    for source, target in wires:
        found.setdefault(target, [])
        found.setdefault(source, []).append(target)
    return found


def searched_again_and_again(wires: list[tuple[str, str]]) -> list[list[str]]:
    """The same by the standard library: find one circle, cut its first wire, begin anew."""
    found, left = [], list(wires)
    while True:
        sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
        for target in after(wires):
            sorter.add(target)
        for source, target in left:
            sorter.add(target, source)
        try:
            sorter.prepare()
        except graphlib.CycleError as error:
            circle: list[str] = error.args[1]
            left.remove((circle[0], circle[1]))
            found.append(circle)
        else:
            return found


@given(GRAPHS)
def test_one_walk_finds_the_circles_that_searching_again_after_every_cut_finds(wires: list[tuple[str, str]]) -> None:
    assert list(cycles(after(wires))) == searched_again_and_again(wires)


@given(GRAPHS)
def test_every_circle_follows_wires_and_once_all_are_cut_none_is_left(wires: list[tuple[str, str]]) -> None:
    left = after(wires)
    found = list(cycles(left))
    for circle in found:
        assert circle[0] == circle[-1]
        assert set(itertools.pairwise(circle)) <= set(wires)
    assert list(cycles(left)) == []
    assert sum(map(len, left.values())) == len(wires) - len(found)


class Watched(dict[str, list[str]]):
    """Counts how often what comes after a node is asked for."""

    asked = 0

    def __getitem__(self, place: str) -> list[str]:
        self.asked += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("size", [10, 1000])
def test_many_circles_are_found_in_steps_in_proportion_to_their_number(size: int) -> None:
    pairs = Watched({f"{side}{index}": [f"{other}{index}"] for index in range(size) for side, other in ("pq", "qp")})
    assert len(list(cycles(pairs))) == size
    assert pairs.asked <= 4 * size


def test_a_circle_deeper_than_the_stack_of_calls_is_found() -> None:
    ring = {f"n{index}": [f"n{(index + 1) % 50_000}"] for index in range(50_000)}
    (circle,) = cycles(ring)
    assert len(circle) == 50_001
