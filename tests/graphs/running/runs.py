"""Running graphs of toy nodes, in this process or in another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.document.model import Document
from graphs.opening import Opened
from graphs.running.context import Cancelled
from graphs.running.events import Cached, Event, Failed, Finished, Planned, Started
from graphs.running.executors import Executor, Here
from graphs.running.forecast import NodeState
from graphs.running.plan import Plan, plan_opened
from graphs.running.run import run
from graphs.store.store import Store
from tests.graphs.toys.values import Amount, Basket
from tests.graphs.toyshop import places, toy, toys


def amount(value: JsonValue) -> dict[str, JsonValue]:
    """A number as a node."""
    return toy("making.amount", params={"value": value})


def planned(
    document: Document,
    folder: Path | None = None,
    catalogue: Catalogue | None = None,
    only: Sequence[str] = (),
    place: str = "graph.json",
) -> Plan:
    """The plan of a document."""
    return plan_opened(Opened(document, places(folder), place=place), catalogue or toys(), only=only)


@dataclass
class Runs:
    """Runs graphs on an executor, and keeps a store between the runs."""

    executors: Callable[[Catalogue], Sequence[Executor]] = field(default=lambda catalogue: [Here(catalogue)])
    store: Store = field(default_factory=Store)

    def start(
        self,
        document: Document,
        folder: Path | None = None,
        catalogue: Catalogue | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        only: Sequence[str] = (),
    ) -> Iterator[Event]:
        """A run, told as it goes."""
        plan = planned(document, folder, catalogue, only)
        return run(plan, self.store, self.executors(plan.catalogue), cancelled)

    def events(
        self,
        document: Document,
        folder: Path | None = None,
        catalogue: Catalogue | None = None,
        only: Sequence[str] = (),
    ) -> list[Event]:
        """Everything that a run tells; outputs are read while they are there."""
        told: list[Event] = []
        for event in self.start(document, folder, catalogue, only=only):
            told.append(event)
            if isinstance(event, (Finished, Cached)):
                self._read(event, catalogue or toys())
        return told

    def _read(self, event: Finished | Cached, catalogue: Catalogue) -> None:
        found: dict[str, object] = {}
        for port in event.outputs:
            try:
                found[port] = event.outputs[port]
            except Exception:  # noqa: BLE001, S112 - a behaviour of another process cannot be looked at
                continue
        self.seen[event.node] = found

    seen: dict[str, Mapping[str, object]] = field(default_factory=dict)
    """The outputs of nodes, as they were when they were told."""

    def results(self, document: Document, folder: Path | None = None, only: Sequence[str] = ()) -> dict[str, object]:
        """The outputs of nodes that have one."""
        self.seen = {}
        self.events(document, folder, only=only)
        return {node: value for node, outputs in self.seen.items() for value in outputs.values()}

    def failures(self, document: Document, catalogue: Catalogue | None = None) -> dict[str, Failed]:
        """The failures by node."""
        told = self.events(document, None, catalogue)
        return {event.node: event for event in told if isinstance(event, Failed)}

    def ran(self, document: Document, folder: Path | None = None, only: Sequence[str] = ()) -> list[str]:
        """The nodes that were computed, in order."""
        return [event.node for event in self.events(document, folder, only=only) if isinstance(event, Started)]

    def states(self, document: Document, folder: Path | None = None) -> dict[str, tuple[str, str]]:
        """What a plan says of each node: the state, and why."""
        plan = planned(document, folder)
        states = plan.states(plan.forecast(self.store))
        return {place: (str(state.state), state.reason) for place, state in states.items()}

    def until_cancelled(self, document: Document, cancelled: Callable[[], bool], told: list[Event]) -> None:
        """Run until it is cancelled, and keep what was told."""
        try:
            told.extend(self.start(document, cancelled=cancelled))
        except Cancelled:
            return
        raise AssertionError("the run was not cancelled")


def plan_of(told: Sequence[Event]) -> Mapping[str, NodeState]:
    """What a run said that it would do."""
    return next(event.nodes for event in told if isinstance(event, Planned))


def value_of(found: object) -> float:
    """The value of an amount."""
    assert isinstance(found, Amount)
    return found.value


def items_of(found: object) -> tuple[float, ...]:
    """The items of a basket."""
    assert isinstance(found, Basket)
    return found.items


def same_store(runs: Runs, store: Store) -> Runs:
    """The same executors with another store."""
    return replace(runs, store=store)
