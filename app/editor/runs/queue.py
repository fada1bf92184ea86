"""The order in which runs take their turn: one runs, the others wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from app.editor.engine.ledger import ENDED
from app.editor.engine.messages import Job, News, Told


@dataclass(frozen=True, slots=True)
class Entry:
    """A job in the queue. `replaceable`: a newer one of its document takes its place, as where a slider is dragged."""

    job: Job
    replaceable: bool = False

    def told(self, **more: JsonValue) -> Told:
        """The entry as JSON, without the graph."""
        job = self.job
        head: Told = {"job": job.id, "document": job.document_id, "name": _name(job.document), "revision": job.revision}
        return {**head, "targets": [*job.targets], "replaceable": self.replaceable, **more}


class RunQueue:
    """Hands one job after the other to `start`; `stop` asks one that runs to end, `tell` takes news of the queue."""

    def __init__(self, start: Callable[[Job], None], stop: Callable[[str], None], tell: Callable[[Told], None]) -> None:
        self._start, self._stop, self._tell = start, stop, tell
        self.running: Entry | None = None
        self.stopping = False
        self.waiting: list[Entry] = []
        self.paused = False

    def told(self) -> Told:
        """The queue as JSON."""
        running: list[JsonValue] = [self.running.told(stopping=self.stopping)] if self.running is not None else []
        waiting: list[JsonValue] = [entry.told() for entry in self.waiting]
        return {"kind": "queue", "running": running, "waiting": waiting, "paused": self.paused}

    def add(self, job: Job, *, front: bool = False, replace: bool = False) -> None:
        """Queue a job, at the end or at the front.

        With `replace` it takes the place of one of its document that was queued so, and the one that runs is stopped.
        """
        entry = Entry(job, replace)
        same = [place for place, other in enumerate(self.waiting) if other.replaceable and self._alike(other, job)]
        runs = self.running is not None and self._alike(self.running, job)
        if replace and runs:
            self._ask_to_stop()
        if replace and same:
            self.waiting[same[0]] = entry
        elif front or (replace and runs):
            self.waiting.insert(0, entry)
        else:
            self.waiting.append(entry)
        self._turn()

    def cancel(self, job_id: str) -> None:
        """Stop a job, or take it out of the queue; of a job that is done nothing happens."""
        self.waiting = [entry for entry in self.waiting if entry.job.id != job_id]
        if self.running is not None and self.running.job.id == job_id:
            self._ask_to_stop()
        self._turn()

    def cancel_all(self, document_id: str | None = None) -> None:
        """Stop what runs and take all out of the queue; or all of one document."""
        self.waiting = [entry for entry in self.waiting if document_id not in (None, entry.job.document_id)]
        if self.running is not None and document_id in (None, self.running.job.document_id):
            self._ask_to_stop()
        self._turn()

    def to_front(self, job_id: str) -> None:
        """Let a waiting job be the next."""
        self.waiting.sort(key=lambda entry: entry.job.id != job_id)
        self._turn()

    def pause(self, *, paused: bool) -> None:
        """Begin no further job; or go on."""
        self.paused = paused
        self._turn()

    def hear(self, news: News) -> None:
        """Where the job that runs came to its end, the next one has its turn."""
        ended = news.kind == "job" and news.told.get("state") in ENDED
        if ended and self.running is not None and news.job == self.running.job.id:
            self.running, self.stopping = None, False
            self._turn()

    def _alike(self, entry: Entry, job: Job) -> bool:
        return entry.job.document_id == job.document_id

    def _ask_to_stop(self) -> None:
        if self.running is not None and not self.stopping:
            self.stopping = True
            self._stop(self.running.job.id)

    def _turn(self) -> None:
        """Begin the next job where none runs, and tell how it stands."""
        if self.running is None and self.waiting and not self.paused:
            self.running = self.waiting.pop(0)
            self._start(self.running.job)
        self._tell(self.told())


def _name(document: JsonValue) -> str:
    """What a document calls itself."""
    return str(document.get("name", "")) if isinstance(document, dict) else ""
