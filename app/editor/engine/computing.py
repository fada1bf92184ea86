"""The thread that runs jobs, and the worker processes that compute for it, started before they are needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.editor.engine.messages import Forget, Job, News, Settings, Show
from app.editor.engine.results import Results
from app.editor.engine.running import Runner
from app.editor.engine.trays import Tray
from app.editor.runs.shelf import Shelf, gallery_folder
from graphs.catalogue.catalogue import Catalogue
from graphs.running.devices import find_devices
from graphs.running.worker import Worker
from graphs.store.store import Store, store_folder

NICENESS = 5
"""By how much a worker yields to the engine."""
MEMORY = 256 * 2**20
"""Bytes of results that a run keeps in memory."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """These types of nodes may soon be computed."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Again:
    """Plan this document again: it ran."""

    document_id: str


class Computing:
    """Runs jobs one after the other."""

    def __init__(self, settings: Settings, tell: Callable[[News], None], plans: Tray[Show | Forget | Again]) -> None:
        self.settings, self.tell, self.plans = settings, tell, plans
        self.tray: Tray[Job | Prepare] = Tray()
        self.cancelled: set[str] = set()
        self.workers: list[Worker] = []
        self.types: set[str] = set()

    def run(self, catalogue: Catalogue) -> None:
        """Take what comes, for ever."""
        wanted = self.settings.device
        devices = find_devices(wanted) if "," in wanted else [wanted]
        self.workers = [Worker(catalogue, device, niceness=NICENESS) for device in devices]
        self._prepare(set())
        with Store(store_folder(), memory_limit=MEMORY) as store:
            results = Results(catalogue, store, Shelf(gallery_folder()))
            runner = Runner(catalogue, store, self.workers, self.settings.readable, self.tell, results)
            while True:
                found = self.tray.take()
                if isinstance(found, Prepare):
                    self._prepare(set(found.types) - self.types)
                    continue
                runner.run(found, self._asked(found.id))
                self.cancelled.discard(found.id)
                self.plans.put(f"again {found.document_id}", Again(found.document_id))
                if any(worker.process is None for worker in self.workers):
                    self._prepare(self.types)

    def kill(self) -> None:
        """End the processes that compute."""
        for worker in self.workers:
            process = worker.process
            if process is not None:
                process.kill()

    def _asked(self, job: str) -> Callable[[], bool]:
        return lambda: job in self.cancelled

    def _prepare(self, types: set[str]) -> None:
        self.types |= types
        for worker in self.workers:
            if types or worker.process is None:
                worker.prepare(sorted(types))
