"""A process that computes and dies, hangs, or does what it may not: its node fails and the rest goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from graphs.document.model import Document
from graphs.errors import describe
from graphs.running.events import Advanced, Event, Failed, Finished, Previewed, Skipped, Started
from graphs.running.exhaustion import MEND
from graphs.running.worker import Worker
from graphs.store.store import Store
from tests.graphs.running.disturbed import fresh, mixture, outcome, ran
from tests.graphs.running.runs import Runs, amount, value_of
from tests.graphs.toyshop import graph, toy, toys


@pytest.fixture
def lone() -> Iterator[Worker]:
    """A process of its own, which gives a node little time to find out that it was cancelled."""
    made = Worker(toys(), grace=0.05)
    yield made
    made.close()


@pytest.fixture
def own(lone: Worker) -> Runs:
    return Runs(lambda _: [lone])


def number_of(worker: Worker) -> int:
    """The number of its process."""
    assert worker.process is not None
    assert worker.process.pid is not None
    return worker.process.pid


def around(kind: str) -> Document:
    """A node, a behaviour and a result that are there before it, siblings, and one that depends on it."""
    return graph(
        one=amount(2),
        machine=toy("making.machine", gain="one"),
        before=toy("mixing.apply", machine="machine", amount="one"),
        dies=toy(f"working.{kind}", amount="before"),
        after=toy("mixing.more", amount="dies"),
        sibling=toy("mixing.apply", machine="machine", amount="before"),
        last=toy("mixing.add", left="sibling", right="before"),
    )


HOW = {
    "vanish": r"the process that computed it ended (exit status 3); a new one is started",
    "fall": describe(
        "the process that computed it ended (killed by signal 9); a new one is started; "
        "memory probably ran out, for the system ends a process like this then",
        mend=MEND,
    ),
}


@pytest.mark.parametrize("memory", [2**20, 0])
@pytest.mark.parametrize("kind", HOW)
def test_a_process_that_ends_takes_its_node_along_and_a_new_one_does_the_rest(
    own: Runs, lone: Worker, tmp_path: Path, kind: str, memory: int
) -> None:
    with Store(tmp_path, memory_limit=memory) as store:
        runs = replace(own, store=store)
        first = list(runs.start(graph(one=amount(2))))
        assert isinstance(first[-1], Finished)
        process = number_of(lone)
        told = runs.events(around(kind))
        (failed,) = [event for event in told if isinstance(event, Failed)]
        assert (failed.node, failed.message, failed.fault_of_input) == ("dies", HOW[kind], False)
        assert [event for event in told if isinstance(event, Skipped)] == [Skipped("after", "dies")]
        assert {event.node for event in told if isinstance(event, Finished)} >= {"before", "sibling", "last"}
        assert value_of(runs.seen["last"]["out"]) == 12.0
        assert number_of(lone) != process
        assert [event.node for event in told if isinstance(event, Started)].count("machine") == 2


def test_what_a_dead_process_held_is_computed_again_where_nobody_else_has_it(own: Runs) -> None:
    runs = replace(own, store=Store(memory_limit=0))
    told = runs.events(around("fall"))
    started = [event.node for event in told if isinstance(event, Started)]
    assert started.count("before") == 2
    assert value_of(runs.seen["last"]["out"]) == 12.0


def test_a_process_that_died_while_it_was_idle_is_not_missed(own: Runs, lone: Worker) -> None:
    expected = fresh(2.0)
    outcome(own, mixture(), own.store)
    process = lone.process
    assert process is not None
    os.kill(number_of(lone), signal.SIGKILL)
    process.join()
    found, told = outcome(own, mixture(2.0), own.store)
    assert ran(told)
    assert found == expected
    assert number_of(lone)


def test_a_first_node_is_computed_though_the_process_died_while_it_was_idle(own: Runs, lone: Worker) -> None:
    own.events(graph(one=amount(1)))
    process = lone.process
    assert process is not None
    os.kill(number_of(lone), signal.SIGKILL)
    process.join()
    told = own.events(graph(one=amount(2)))
    assert isinstance(told[-1], Finished)


def test_a_result_that_is_looked_at_after_its_process_died_comes_from_the_store(own: Runs, lone: Worker) -> None:
    for event in own.start(graph(one=amount(2), end=toy("mixing.more", amount="one"))):
        if isinstance(event, Finished) and event.node == "end":
            process = lone.process
            assert process is not None
            os.kill(number_of(lone), signal.SIGKILL)
            process.join()
            assert value_of(event.outputs["out"]) == 3.0


def test_a_node_that_never_yields_again_is_ended_after_the_grace_and_the_next_run_works(
    own: Runs, lone: Worker
) -> None:
    told: list[Event] = []
    document = graph(one=amount(2), stuck=toy("working.stuck", amount="one"))
    own.until_cancelled(document, lambda: Advanced("stuck", 1, 2) in told, told)
    assert lone.process is None
    assert own.ran(graph(one=amount(2), end=toy("mixing.more", amount="one"))) == ["end"]
    assert number_of(lone)


def test_a_node_that_finds_out_in_time_keeps_its_process(own: Runs, lone: Worker) -> None:
    lone.grace = 30.0
    told: list[Event] = []
    document = graph(one=amount(2), slow=toy("working.slow", amount="one", params={"steps": 60_000}))
    own.until_cancelled(document, lambda: any(isinstance(event, Advanced) for event in told), told)
    process = number_of(lone)
    assert own.ran(graph(one=amount(2), end=toy("mixing.more", amount="one"))) == ["end"]
    assert number_of(lone) == process


def test_a_preview_that_is_no_data_stops_nothing(runs: Runs) -> None:
    document = graph(one=amount(2), odd=toy("working.show_wrong", amount="one"), end=toy("mixing.more", amount="odd"))
    told = runs.events(document)
    assert not [event for event in told if isinstance(event, Failed)]
    assert isinstance(told[-1], Finished)
    assert value_of(runs.seen["end"]["out"]) == 3.0


def test_where_memory_runs_out_the_node_fails_and_its_siblings_finish(runs: Runs) -> None:
    told = runs.events(around("hoard"))
    (failed,) = [event for event in told if isinstance(event, Failed)]
    assert failed.node == "dies"
    assert "MemoryError" in failed.message
    assert value_of(runs.seen["last"]["out"]) == 12.0


def longer(told: list[Event], cut: int) -> bool:
    """Whether more was told."""
    return len(told) > cut


def test_a_cancelled_run_can_be_run_again_to_its_end(runs: Runs) -> None:
    for cut in (0, 2, 4, 6):
        told: list[Event] = []
        runs.until_cancelled(mixture(), partial(longer, told, cut), told)
        assert not [event for event in told if isinstance(event, (Failed, Previewed))]
    found, told = outcome(runs, mixture(), runs.store)
    assert found == fresh()


def test_a_process_that_was_prepared_is_there_before_the_first_task_and_computes_it(own: Runs, lone: Worker) -> None:
    lone.prepare(["toys.making.amount", "toys.there.is.none"])
    process = number_of(lone)
    assert own.ran(graph(one=amount(2))) == ["one"]
    assert number_of(lone) == process


def test_a_worker_yields_to_others_by_as_much_as_it_is_told() -> None:
    polite = Worker(toys(), niceness=3)
    try:
        Runs(lambda _: [polite]).events(graph(one=amount(2)))
        assert os.getpriority(os.PRIO_PROCESS, number_of(polite)) == os.getpriority(os.PRIO_PROCESS, 0) + 3
    finally:
        polite.close()
