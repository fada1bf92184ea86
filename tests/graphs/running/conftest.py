"""The same tests over both executors: in this process, and in one of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphs.catalogue.catalogue import Catalogue
from graphs.running.executors import Here
from graphs.running.worker import Worker
from tests.graphs.running.runs import Runs
from tests.graphs.toyshop import toys


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """A process that computes toy nodes."""
    made = Worker(toys())
    yield made
    made.close()


@pytest.fixture(params=["here", "worker"])
def runs(request: pytest.FixtureRequest) -> Iterator[Runs]:
    """Runs on one executor or the other, with a store in memory."""
    if request.param == "here":
        yield Runs(lambda catalogue: [Here(catalogue)])
        return
    shared: Worker = request.getfixturevalue("worker")
    own: list[Worker] = []

    def executors(catalogue: Catalogue) -> list[Worker]:
        if all(catalogue.nodes.get(name) == record for name, record in toys().nodes.items()):
            shared.drop(set(shared._names))
            return [shared]
        own.append(Worker(catalogue))
        return own[-1:]

    yield Runs(executors)
    for made in own:
        made.close()
