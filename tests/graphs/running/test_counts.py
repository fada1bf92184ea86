"""What stands behind the engine's speed, as counts: nodes that run, statements, bytes of events, growth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from graphs.document.model import Document
from graphs.document.operations import SetParameter
from graphs.document.reading import loads
from graphs.opening import Opened
from graphs.running.events import Event, Planned, Started
from graphs.running.executors import Here
from graphs.running.retained import Retained
from graphs.running.run import run
from graphs.store.store import Store
from tests.benchmarks.engine import document, written
from tests.graphs.running.runs import planned
from tests.graphs.toyshop import places, toys

SIZE = 1_000
SHAPES = ("chain", "wide")


def graph_of(shape: str, size: int = SIZE) -> Document:
    """A graph as the benchmark measures it."""
    return loads(document(shape, size))


def statements(store: Store) -> Counter[str]:
    """Counts the statements from now on, by their first word."""
    counts: Counter[str] = Counter()
    disk = store.disk
    assert disk is not None
    disk.index.set_trace_callback(lambda text: counts.update([text.split()[0]]))
    return counts


def ran(told: Iterable[Event]) -> int:
    """How many nodes were computed."""
    return sum(isinstance(event, Started) for event in told)


def once(folder: Path, shape: str, size: int = SIZE) -> tuple[list[Event], Counter[str]]:
    """One run from a document, with what it told and the statements that it took."""
    with Store(folder) as store:
        counts = statements(store)
        plan = planned(graph_of(shape, size))
        return list(run(plan, store, [Here(plan.catalogue)])), counts


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_unchanged_runs_nothing_in_a_handful_of_statements(tmp_path: Path, shape: str) -> None:
    first, cold = once(tmp_path, shape)
    again, fresh = once(tmp_path, shape)
    assert (ran(first), ran(again)) == (SIZE, 0)
    assert cold["BEGIN"] <= 6
    assert fresh.total() <= 8


@pytest.mark.parametrize("shape", SHAPES)
def test_ten_times_the_nodes_are_at_most_ten_times_the_statements(tmp_path: Path, shape: str) -> None:
    totals = [[once(tmp_path / f"{size}", shape, size)[1].total() for _ in range(2)] for size in (50, 500)]
    assert all(large <= 10 * small for small, large in zip(*totals, strict=True))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_kept_plan_asks_the_store_for_next_to_nothing(tmp_path: Path, shape: str) -> None:
    with Store(tmp_path) as store:
        retained = Retained(Opened(graph_of(shape), places(), place="graph.json"), toys(), store)
        here = [Here(toys())]
        assert ran(retained.run(here)) == SIZE
        list(retained.run(here))
        counts = statements(store)
        assert ran(retained.run(here)) == 0
        assert counts.total() <= 3
        retained.apply(SetParameter(id=f"n{SIZE - 1}", name="by", value=0.5))
        assert ran(retained.run(here)) == 1
        assert counts.total() <= 20


def test_the_events_of_a_wide_graph_of_a_thousand_are_less_than_a_mebibyte(tmp_path: Path) -> None:
    cold, _ = once(tmp_path, "wide")
    served, _ = once(tmp_path, "wide")
    for told in (cold, served):
        assert isinstance(told[0], Planned)
        assert sum(map(written, told)) <= 2**20


def test_an_event_is_as_many_bytes_as_its_json() -> None:
    assert written(Started("a")) == len(json.dumps({"event": "Started", "node": "a"}))
