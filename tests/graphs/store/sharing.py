"""What the tests of several processes run in theirs: a toy graph on a shared store. It imports no torch."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from graphs.document.model import Document
from graphs.parts import encode
from graphs.running.events import Cached, Event, Failed, Finished, Noted, Started
from graphs.running.executors import Here
from graphs.running.run import run
from graphs.store import store as store_module
from graphs.store.blobs import Blobs
from graphs.store.store import Store
from tests.graphs.running.runs import amount, planned
from tests.graphs.toyshop import graph, toy

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Barrier

LARGE = 700
"""Numbers in a basket that lies in a file of its own."""


def branches(count: int, first: int = 0) -> Document:
    """So many branches of a small, a large, and again a small result."""
    nodes = {"zero": amount(first)}
    for n in range(count):
        nodes |= {
            f"a{n}": toy("mixing.more", amount="zero", params={"by": n + 0.5}),
            f"b{n}": toy("working.pile", amount=f"a{n}", params={"count": LARGE if n % 2 else 3}),
            f"c{n}": toy("mixing.split", basket=f"b{n}"),
            f"d{n}": toy("mixing.boxed", amount=f"c{n}.high"),
        }
    return graph(**nodes)


def results(document: Document, store: Store) -> tuple[dict[str, str], list[Event]]:
    """The digest of the bytes of each target, and all that was told."""
    plan = planned(document)
    found, told = {}, []
    for event in run(plan, store, [Here(plan.catalogue)]):
        told.append(event)
        assert not isinstance(event, Failed), event
        if isinstance(event, (Finished, Cached)) and event.node in plan.targets:
            content = b"".join(encode(parts) for _, _, parts in event.outputs.contents())
            found[event.node] = hashlib.blake2b(content).hexdigest()
    return found, told


def ran(told: list[Event]) -> int:
    """How many nodes were computed."""
    return sum(isinstance(event, Started) for event in told)


def race(folder: Path, answers: Path, barrier: Barrier, rounds: int, count: int) -> None:
    """Run the same graphs as another process, each round at the same time, and write down what they gave."""
    store_module.WORTH_WRITING = 0.0
    found, notes = [], []
    for number in range(rounds):
        barrier.wait(60)
        with Store(folder) as store:
            given, told = results(branches(count, number), store)
        found.append(given)
        notes += [event.text for event in told if isinstance(event, Noted)]
    answers.write_text(json.dumps({"found": found, "notes": notes}))


def begin(folder: Path, answers: Queue[list[str]], barrier: Barrier, count: int) -> None:
    """Open so many new stores at the same time as others, and give what they had to say."""
    notes: list[str] = []
    for number in range(count):
        barrier.wait(60)
        with Store(folder / str(number)) as store:
            notes += store.take_notes()
    answers.put(notes)


class Death:
    """Kills this process at the so-manieth step of a kind: an event, a file put in place, a statement."""

    def __init__(self, kind: str, after: int) -> None:
        self.kind, self.left = kind, after

    def step(self, kind: str) -> None:
        """One more step of a kind."""
        self.left -= kind == self.kind
        if self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def die(folder: Path, count: int, kind: str, after: int) -> None:
    """Run until death, and say what was finished; each result is written at once."""
    store_module.WORTH_WRITING = 0.0
    death = Death(kind, after)
    write = Blobs.write

    def written(blobs: Blobs, digest: str, content: bytes) -> None:
        death.step("before a file")
        write(blobs, digest, content)
        death.step("after a file")

    setattr(Blobs, "write", written)  # noqa: B010 - in a process of its own
    with Store(folder) as store:
        assert store.disk is not None
        store.disk.index.set_trace_callback(lambda _: death.step("statement"))
        plan = planned(branches(count))
        for event in run(plan, store, [Here(plan.catalogue)]):
            if isinstance(event, Finished):
                print(event.node, flush=True)
            death.step("event")


if __name__ == "__main__":
    die(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
