"""The events of a run as news: by node of the document, with cells folded and costs added up."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from app.editor.engine.blaming import error_of
from app.editor.engine.folding import folded, is_between, is_cell, node_of
from app.editor.engine.messages import Told
from graphs.running.context import NOTHING, Besides
from graphs.running.events import Advanced, Built, Cached, Event, Failed, Finished, Noted, Planned, Skipped, Started
from graphs.running.forecast import NodeState, State


@dataclass(slots=True)
class Card:
    """What became of a node of the document: its cells, those that ended, and what they cost."""

    cells: int = 0
    left: int = 0
    """Places of it that are still to run."""
    done: int = 0
    ran: bool = False
    failed: bool = False
    seconds: float = 0.0
    nfe: int = 0
    launches: int = 0
    besides: Besides = NOTHING
    bytes: int = 0


@dataclass(slots=True)
class Telling:
    """Turns the events of one job into news. `ports` gives the ports and parameters of a node by its path."""

    document: str
    job: str
    ports: Callable[[str], Collection[str]] = lambda _: ()
    clock: Callable[[], float] = time.monotonic
    cards: dict[str, Card] = field(default_factory=dict)
    count: int = 0
    done: int = 0
    nfe: int = 0
    began: float = 0.0

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def seconds(self) -> float:
        """How long the job has taken so far."""
        return round(self.clock() - self.began, 3)

    def hear(self, event: Event) -> Iterator[Told]:
        """The news of an event; of previews and results only what needs no drawing."""
        match event:
            case Planned(nodes):
                yield from self._planned(nodes)
            case Noted(text):
                yield self.line("info", text)
            case Advanced(node, step, total, left) if not is_between(node):
                yield self.node(node, state="running", step=step, total=total, left=left)
                yield self.of_job(step=step, total=total, left=self._left(node_of(node), left))
            case Started() | Built() | Cached() | Finished() | Failed() | Skipped() if not is_between(event.node):
                yield from self._of_node(event)
            case Failed(node, message):
                yield self.line("error", message, node_of(node))

    def node(self, place: str, **said: JsonValue) -> Told:
        """News of a node, which also say how many of its cells are done."""
        name = node_of(place)
        card = self.cards.setdefault(name, Card())
        cells: Told = {"cells": {"done": card.done, "count": card.cells}} if card.cells > 1 else {}
        return {"kind": "node", "document": self.document, "job": self.job, "node": name, **cells, **said}

    def of_job(self, state: str = "running", **said: JsonValue) -> Told:
        """News of the job as a whole."""
        head: Told = {"kind": "job", "document": self.document, "job": self.job, "state": state}
        return {**head, "seconds": self.seconds, "nfe": self.nfe, "done": self.done, "count": self.count, **said}

    def line(self, level: str, text: str, node: str = "") -> Told:
        """A line of the log."""
        head: Told = {"kind": "log", "document": self.document, "job": self.job}
        return {**head, "level": level, "node": node, "text": text, "time": round(time.time(), 3)}

    def _planned(self, nodes: Mapping[str, NodeState]) -> Iterator[Told]:
        for name, places in folded(nodes).items():
            left = sum(nodes[place].state is not State.CACHED for place in places)
            cells = sum(map(is_cell, places))
            self.cards[name] = Card(cells, left, cells - left if cells > 1 else 0)
            self.count += left > 0
            yield self.node(name, state="waiting" if left else "cached")
        yield self.of_job()

    def _of_node(self, event: Started | Built | Cached | Finished | Failed | Skipped) -> Iterator[Told]:
        card = self.cards.setdefault(node_of(event.node), Card())
        match event:
            case Started(node):
                yield self.node(node, state="running", step=0, total=None, left=None)
                return
            case Finished(node, seconds, nfe, launches, _, _, size, besides):
                card.ran = True
                card.seconds, card.nfe, card.launches = card.seconds + seconds, card.nfe + nfe, card.launches + launches
                card.besides = Besides(*(one + other for one, other in zip(card.besides, besides, strict=True)))
                card.bytes += size
                self.nfe += nfe
                state = "done"
            case Built(node, seconds):
                card.seconds += seconds
                state = "built"
            case Cached(node):
                state = "done" if card.ran else "cached"
            case Failed(node, message):
                card.failed = True
                yield self.node(node, state="failed", error=error_of(event, self.ports(node_of(node))))
                yield self.line("error", message, node_of(node))
                state = "failed"
            case Skipped(node, because):
                yield self.node(node, state="skipped", because=node_of(because))
                state = "skipped"
        self._count(card, node)
        yield self._ended(node, card, state)
        yield self.of_job(step=None, total=None, left=None)

    def _count(self, card: Card, place: str) -> None:
        """One place of a node came to its end."""
        if card.left > 0:
            card.left -= 1
            self.done += card.left == 0
            card.done = min(card.cells, card.done + is_cell(place))

    def _ended(self, place: str, card: Card, state: str) -> Told:
        """How a node stands after one of its places came to an end."""
        if card.failed:
            state = "failed"
        elif card.left and card.cells > 1:
            state = "running"
        if state in ("skipped", "cached"):
            return self.node(place, state=state)
        seconds = round(card.seconds, 4)
        spent: dict[str, JsonValue] = {"nfe": card.nfe, "launches": card.launches, "besides": str(card.besides)}
        return self.node(place, state=state, seconds=seconds, bytes=card.bytes, left=None, **spent)

    def _left(self, name: str, left: float | None) -> float | None:
        """The seconds left of a node, the cells that come after this one included, as far as the ones before tell."""
        card = self.cards.get(name)
        if left is None or card is None or card.left <= 1:
            return left
        return left + (card.left - 1) * (card.seconds / card.done) if card.done and card.seconds else None
