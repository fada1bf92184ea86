"""A node that was cut short goes on from what was kept of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.document.model import Document
from graphs.running import work
from graphs.running.events import Advanced, Event, Finished
from graphs.running.executors import Here
from graphs.store.store import Store
from tests.graphs.running.runs import Runs, amount, value_of
from tests.graphs.toyshop import graph, toy


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that a node offers is kept."""
    monkeypatch.setattr(work, "KEEP_EVERY", 0.0)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Runs in this process, with a store on disk."""
    return Runs(lambda catalogue: [Here(catalogue)], Store(tmp_path / "store"))


def patient(steps: int = 6) -> Document:
    """A graph with a node of so many steps."""
    return graph(one=amount(2), slow=toy("working.patient", amount="one", params={"steps": steps}))


def cut_short(runs: Runs, step: int) -> None:
    """Run until the node is at that step; what it had kept is that of the step before."""
    told: list[Event] = []
    runs.until_cancelled(patient(), lambda: Advanced("slow", step, 6) in told, told)


def steps_of(told: list[Event]) -> list[int]:
    """The steps that a node went through."""
    return [event.step for event in told if isinstance(event, Advanced)]


def spent(told: list[Event]) -> int:
    """The NFE of a run."""
    return sum(event.nfe for event in told if isinstance(event, Finished))


@pytest.mark.usefixtures("at_once")
def test_only_the_step_under_way_is_lost(runs: Runs, tmp_path: Path) -> None:
    cut_short(runs, 4)
    again = Runs(runs.executors, Store(tmp_path / "store"))
    told = again.events(patient())
    assert steps_of(told) == [4, 5, 6]
    assert spent(told) == 3
    assert value_of(again.seen["slow"]["out"]) == 8.0


@pytest.mark.usefixtures("at_once")
def test_it_may_be_cut_short_again_and_again(runs: Runs) -> None:
    for step in (2, 4, 6):
        cut_short(runs, step)
    assert steps_of(runs.events(patient())) == [6]
    assert value_of(runs.seen["slow"]["out"]) == 8.0


@pytest.mark.usefixtures("at_once")
def test_what_was_kept_goes_when_the_node_is_done(runs: Runs) -> None:
    cut_short(runs, 4)
    runs.events(patient())
    runs.store.settle()
    disk = runs.store.disk
    assert disk is not None
    assert (disk.size().contents, disk.size().actions) == (2, 2)


@pytest.mark.usefixtures("at_once")
def test_another_recipe_begins_from_the_start(runs: Runs) -> None:
    cut_short(runs, 4)
    assert steps_of(runs.events(patient(5))) == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("at_once")
def test_what_was_kept_and_is_damaged_is_not_used(runs: Runs) -> None:
    cut_short(runs, 4)
    disk = runs.store.disk
    assert disk is not None
    disk.index.execute("UPDATE contents SET body = x'00' WHERE used = (SELECT max(used) FROM contents)")
    again = Runs(runs.executors, Store(disk.folder))
    assert steps_of(again.events(patient())) == [1, 2, 3, 4, 5, 6]


def test_a_quick_node_keeps_nothing(runs: Runs) -> None:
    cut_short(runs, 4)
    assert steps_of(runs.events(patient())) == [1, 2, 3, 4, 5, 6]
