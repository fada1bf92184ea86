"""All that has to do with running, as the server sees it: the desk, the queue, the gallery and the media in one."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import JsonValue

from app.editor.engine.desk import Desk
from app.editor.engine.ledger import ENDED
from app.editor.engine.messages import Job, News, Told
from app.editor.runs.gallery import Gallery
from app.editor.runs.media import Media
from app.editor.runs.queue import RunQueue
from app.editor.runs.shelf import gallery_folder
from graphs.store.damage import Troubles

PATIENCE = 1.5
"""Seconds that the first page has before the engine process begins to compete with it, unless something is to run."""


class Runs:
    """Runs documents and keeps what came of it. `hear` takes every piece of news as JSON; its media are in `media`."""

    def __init__(
        self,
        *,
        nodes: Sequence[Path] = (),
        plugins: bool = True,
        readable: Sequence[Path] = (),
        device: str = "auto",
        hear: Callable[[Told], None],
        folder: Path | None = None,
    ) -> None:
        self._hear = hear
        self.gallery = Gallery(folder or gallery_folder())
        self.media = Media(self.gallery.shelf)
        self.desk = Desk(
            nodes=nodes, plugins=plugins, readable=readable, device=device, patience=PATIENCE, hear=self.take
        )
        self.queue = RunQueue(self._begin, self.desk.cancel, hear)

    async def start(self) -> None:
        """Start the engine, and tell which runs the end of the last editor cut short."""
        await self.desk.start()
        for job, document in self.gallery.take_interrupted():
            text = "the editor ended during this run; what was finished is kept, run it again to go on"
            head: Told = {"document": document, "job": job}
            self._hear(
                {"kind": "log", **head, "level": "warning", "node": "", "text": text, "time": round(time.time(), 3)}
            )
            self._hear({"kind": "job", **head, "state": "interrupted"})

    async def close(self) -> None:
        """End the engine and whatever runs."""
        await self.desk.close()
        self.gallery.close()

    def run(
        self, document_id: str, revision: int, document: JsonValue, place: str,
        targets: Sequence[str] = (), *, front: bool = False, replace: bool = False,
    ) -> str:  # fmt: skip
        """Queue a run; the id of its job."""
        job = Job(uuid.uuid4().hex, document_id, revision, document, place, tuple(targets))
        self.queue.add(job, front=front, replace=replace)
        return job.id

    def take(self, news: News) -> None:
        """Take news of the engine: keep what has to be kept, and pass them on."""
        self.media.keep(news)
        told = news.told
        if news.kind == "result":
            told = self._kept(told)
        elif news.kind == "job" and told.get("state") in ENDED:
            with contextlib.suppress(*Troubles):
                self.gallery.end_job(news.job)
        self._hear(told)
        self.queue.hear(news)

    def _begin(self, job: Job) -> None:
        with contextlib.suppress(*Troubles):
            self.gallery.begin_job(job.id, job.document_id)
        self.desk.run(job)

    def _kept(self, result: Told) -> Told:
        """A result with its item in the gallery; the graph stays there."""
        try:
            item = self.gallery.add(result)
        except Troubles as error:  # the disk may be full; the result is shown all the same
            head: Told = {"kind": "log", "document": result["document"], "job": result["job"], "node": result["node"]}
            text = f"this result is not kept in the gallery: {error}"
            self._hear({**head, "level": "warning", "text": text, "time": round(time.time(), 3)})
            item = {}
        return {key: value for key, value in result.items() if key not in ("graph", "digest")} | {"item": item}
