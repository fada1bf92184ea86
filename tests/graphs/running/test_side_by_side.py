"""Several executors at once: branches side by side, what one has made goes to the other, one dies alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphs.running.events import Failed, Finished, Started
from graphs.running.executors import Executor, Here
from graphs.running.worker import Worker
from tests.graphs.running.runs import Runs, amount, items_of, value_of
from tests.graphs.toyshop import graph, toy, toys


@pytest.fixture(scope="module")
def two() -> Iterator[list[Executor]]:
    """Two processes."""
    workers: list[Executor] = [Worker(toys()), Worker(toys())]
    yield workers
    for worker in workers:
        worker.close()


def test_branches_that_do_not_depend_on_each_other_run_at_once(two: list[Executor], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ends = {name: toy("working.meet", amount="one", params={"path": str(pipe), "writes": name == "b"}) for name in "ab"}
    runs = Runs(lambda _: two)
    found = runs.results(graph(one=amount(1), **ends, all=toy("mixing.gather", parts=["a", "b"])))
    assert items_of(found["all"]) == (1.0, 2.0)


def test_many_branches_over_two_give_what_one_gives(two: list[Executor]) -> None:
    machine = toy("making.machine", params={"gain": 3})
    parts = {f"p{n}": toy("mixing.apply", machine="m", amount=f"a{n}") for n in range(20)}
    numbers = {f"a{n}": amount(n) for n in range(20)}
    document = graph(m=machine, **numbers, **parts, all=toy("mixing.gather", parts=[*parts]))
    assert (
        items_of(Runs(lambda _: two).results(document)["all"])
        == items_of(Runs(lambda catalogue: [Here(catalogue)]).results(document)["all"])
        == tuple(3.0 * n for n in range(20))
    )


def test_each_node_runs_on_one_of_them_only(two: list[Executor]) -> None:
    numbers = {f"a{n}": amount(n) for n in range(20)}
    told = Runs(lambda _: two).events(graph(**numbers, all=toy("mixing.gather", parts=[*numbers])))
    started = [event.node for event in told if isinstance(event, Started)]
    assert sorted(started) == sorted([*numbers, "all"])


def test_one_that_dies_takes_only_its_own_node_along(two: list[Executor]) -> None:
    document = graph(
        one=amount(1),
        dies=toy("working.vanish", amount="one"),
        lives=toy("working.slow", amount="one"),
        after=toy("mixing.more", amount="lives"),
    )
    runs = Runs(lambda _: two)
    told = runs.events(document)
    (failed,) = [event for event in told if isinstance(event, Failed)]
    assert failed.node == "dies"
    assert "exit status 3" in failed.message
    assert {event.node for event in told if isinstance(event, Finished)} == {"one", "lives", "after"}
    assert value_of(runs.seen["after"]["out"]) == 4.0
