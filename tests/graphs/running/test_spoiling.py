"""A node that writes to its input fails, and nobody else sees what it wrote, on either executor."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.catalogue.packages import Package
from graphs.declaration.node import NodeFunction
from graphs.declaration.values import value_type
from graphs.document.model import Document
from graphs.running.context import Cancelled
from graphs.running.events import Advanced, Event, Failed, Finished, Skipped
from graphs.running.executors import Executor, Here
from graphs.running.run import run
from graphs.running.worker import Worker
from graphs.store.store import Store
from tests.graphs.running.runs import planned
from tests.graphs.tensor_toys import fields
from tests.graphs.tensor_toys.fields import Field
from tests.graphs.toyshop import graph


def catalogue() -> Catalogue:
    """The toy nodes with tensors."""
    package = Package("fields", "tests.graphs.tensor_toys", Path(fields.__file__).parent, plugin=True)
    records = [
        entry.record(package.identifier(fields.__name__, name))
        for name, entry in vars(fields).items()
        if isinstance(entry, NodeFunction)
    ]
    return Catalogue({record.id: record for record in records}, {"Field": value_type(Field)}, (), (package,), {})


@pytest.fixture(scope="module")
def process() -> Iterator[Worker]:
    made = Worker(catalogue(), grace=60.0)
    yield made
    made.close()


@pytest.fixture(params=["here", "worker"])
def lanes(request: pytest.FixtureRequest) -> Sequence[Executor]:
    """One executor or the other."""
    if request.param == "here":
        return [Here(catalogue())]
    worker: Worker = request.getfixturevalue("process")
    worker.drop(set(worker._names))
    return [worker]


def field(kind: str, **inputs: JsonValue) -> dict[str, JsonValue]:
    """A node as JSON."""
    return {"type": f"fields.fields.{kind}", "inputs": dict(inputs)}


def around(kind: str) -> Document:
    """Two that use what the node in their midst writes to."""
    return graph(
        ramp=field("ramp"),
        early=field("doubled", field="ramp"),
        midst=field(kind, field="ramp"),
        late=field("plus", left="ramp", right="early"),
        never=field("doubled", field="midst"),
    )


LATE = [0.0, 3.0, 6.0, 9.0, 12.0]


def told(
    document: Document, lanes: Sequence[Executor], store: Store, cancelled: Callable[[], bool] = lambda: False
) -> tuple[list[Event], dict[str, list[float]]]:
    """Everything that a run tells, and the numbers of the targets."""
    events: list[Event] = []
    numbers: dict[str, list[float]] = {}
    plan = planned(document, catalogue=catalogue())
    for event in run(plan, store, lanes, cancelled):
        events.append(event)
        if isinstance(event, Finished) and event.node in plan.targets:
            found = event.outputs["out"]
            assert isinstance(found, Field)
            numbers[event.node] = found.numbers.tolist()
    return events, numbers


@pytest.mark.parametrize("memory", [2**20, 0])
@pytest.mark.parametrize("kind", ["spoil", "spoil_and_fail"])
def test_who_writes_to_its_input_fails_and_others_see_what_was_there(
    lanes: Sequence[Executor], kind: str, memory: int
) -> None:
    events, numbers = told(around(kind), lanes, Store(memory_limit=memory))
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert failed.node == "midst"
    assert failed.message == (
        "the node changed its input 'field' in place, which others use, too; work on a clone of it"
    )
    assert not failed.fault_of_input
    assert [event.node for event in events if isinstance(event, Skipped)] == ["never"]
    assert numbers == {"late": LATE}


AFTER = graph(ramp=field("ramp"), sum=field("plus", left="ramp", right="ramp"))
SUM = [0.0, 2.0, 4.0, 6.0, 8.0]


def test_what_was_written_before_a_cancel_is_seen_by_nobody(lanes: Sequence[Executor]) -> None:
    store = Store()
    seen: list[Event] = []
    plan = planned(around("spoil_slowly"), catalogue=catalogue())

    def cancelled() -> bool:
        return any(isinstance(event, Advanced) for event in seen)

    def cut() -> None:
        seen.extend(run(plan, store, lanes, cancelled))

    with pytest.raises(Cancelled):
        cut()
    assert told(AFTER, lanes, store)[1] == {"sum": SUM}


def test_what_was_written_before_a_run_was_left_is_seen_by_nobody(lanes: Sequence[Executor]) -> None:
    store = Store()
    running = run(planned(around("spoil_slowly"), catalogue=catalogue()), store, lanes)
    assert any(isinstance(event, Advanced) for event in running)
    assert isinstance(running, Generator)
    running.close()
    assert told(AFTER, lanes, store)[1] == {"sum": SUM}
