"""The engine process at work: one thread reads, one plans, one estimates, one runs, one sends.

None waits for another's work: a plan is answered during a run, and a server that does not read stops only the sender.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from app.editor.engine.computing import Again, Computing, Prepare
from app.editor.engine.messages import Cancel, Close, Forget, Job, Message, News, Settings, Show, Told
from app.editor.engine.outbox import Outbox
from app.editor.engine.planning import Costing, Planner, costed, unplanned
from app.editor.engine.trays import Tray
from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.store.store import Store, store_folder

BEAT = 1 / 30
"""Seconds between two sendings."""
PATIENCE = 1.0
"""Seconds that the first page has before slow imports begin to compete with it, unless something is to run."""
PLAN_MEMORY = 64 * 2**20
"""Bytes of results that planning keeps in memory; it only looks whether they are there."""


class Office:
    """Everything of the engine process."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self.connection, self.settings = connection, settings
        self.outbox = Outbox()
        self.plans: Tray[Show | Forget | Again] = Tray()
        self.costings: Tray[Costing] = Tray()
        self.computing = Computing(settings, self.outbox.put, self.plans)
        self.ended = threading.Event()
        self.hurried = threading.Event()
        self.newest: dict[str, Told] = {}
        self.telling = threading.Lock()

    def run(self) -> None:
        """Begin all threads, and read until the server is gone."""
        self._begin("send", self._send)
        self._tell("starting", "reading the nodes")
        try:
            catalogue = read_catalogue(self.settings.nodes, plugins=self.settings.plugins)
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; the person is told
            text = str(error)
            self._tell("failed", text)
            self._read(lambda message: self._refuse(message, text))
        else:
            self._begin("plan", lambda: self._plan(catalogue))
            self._begin("compute", lambda: self._compute(catalogue))
            self._begin("estimate", self._estimate)
            self._read(self._take)

    def _read(self, take: Callable[[Message], None]) -> None:
        try:
            while not isinstance(message := self.connection.recv(), Close):
                take(message)
        except (EOFError, OSError):  # the server is gone
            pass
        self.ended.set()
        self.computing.kill()
        os._exit(0)  # threads that compute are not waited for

    def _take(self, message: Message) -> None:
        match message:
            case Show(document) | Forget(document):
                self.plans.put(document, message)
            case Job(job):
                self.hurried.set()
                self.computing.tray.put(job, message)
            case Cancel(job):
                self.computing.cancelled.add(job)

    def _refuse(self, message: Message, text: str) -> None:
        """Without nodes nothing can be planned and nothing run."""
        match message:
            case Show():
                self.outbox.put(News(unplanned(message, text)))
            case Job(job, document):
                head: Told = {"document": document, "job": job}
                line: Told = {"kind": "log", **head, "level": "error", "node": "", "text": text}
                self.outbox.put(News({**line, "time": round(time.time(), 3)}))
                self.outbox.put(News({"kind": "job", **head, "state": "refused"}))

    def _send(self) -> None:
        try:
            while not self.ended.is_set():
                self.connection.send(self.outbox.take())
                self.ended.wait(BEAT)
        except OSError:  # the server is gone; who reads finds out
            self.outbox.close()

    def _plan(self, catalogue: Catalogue) -> None:
        with Store(store_folder(), memory_limit=PLAN_MEMORY) as store:
            planner = Planner(catalogue, store, self.settings.readable)
            while True:
                self._answer(planner, self.plans.take())

    def _answer(self, planner: Planner, wanted: Show | Forget | Again) -> None:
        if isinstance(wanted, Forget):
            planner.forget(wanted.document_id)
            self.newest.pop(wanted.document_id, None)
            return
        found = planner.show(wanted) if isinstance(wanted, Show) else planner.again(wanted.document_id)
        if found is None:
            return
        told, costing = found
        with self.telling:
            self.newest[str(told["document"])] = told
            self.outbox.put(News(told))
        if costing is not None:
            self.costings.put(str(told["document"]), costing)
            self.computing.tray.put("prepare", Prepare(costing.types))

    def _compute(self, catalogue: Catalogue) -> None:
        self.hurried.wait(PATIENCE)
        self.computing.run(catalogue)

    def _estimate(self) -> None:
        """Import what is slow to import while nobody waits for it, then estimate."""
        self.hurried.wait(PATIENCE)
        import torch  # slow

        import app.editor.engine.views.choosing  # noqa: F401 - likewise

        torch.set_num_threads(1)  # the cores are for what computes
        self._tell("ready", "")
        while True:
            costing = self.costings.take()
            told = costed(costing)
            with self.telling:
                if self.newest.get(str(told["document"])) is costing.told:  # else a newer plan was told meanwhile
                    self.outbox.put(News(told))

    def _tell(self, state: str, text: str) -> None:
        self.outbox.put(News({"kind": "engine", "document": "", "state": state, "text": text}))

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        threading.Thread(target=work, name=name, daemon=True).start()
