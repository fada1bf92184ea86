"""What the server has asked of the engine, so that it can be asked again of a new one."""

from __future__ import annotations

import time
from collections.abc import Iterator

from app.editor.engine.messages import Job, News, Show, Told

ENDED = ("done", "failed", "cancelled", "refused")
"""The states of a job that came to its end."""


class Ledger:
    """The documents that are shown, the jobs that are not done, and the nodes that are being computed."""

    def __init__(self) -> None:
        self.shown: dict[str, Show] = {}
        self.jobs: dict[str, Job] = {}
        self._running: dict[str, set[str]] = {}

    def begin(self, job: Job) -> None:
        """A job was handed over."""
        self.jobs[job.id] = job

    def hear(self, news: News) -> None:
        """Take some news in."""
        state = news.told.get("state")
        if news.kind == "job" and state in ENDED:
            self.jobs.pop(news.job, None)
            self._running.pop(news.job, None)
        elif news.kind == "node" and isinstance(state, str):
            running = self._running.setdefault(news.job, set())
            running.discard(str(news.told["node"]))
            if state == "running":
                running.add(str(news.told["node"]))

    def lost(self, text: str) -> Iterator[Told]:
        """The news that all these jobs have failed, and why: on the nodes that ran."""
        for job in list(self.jobs.values()):
            head: Told = {"document": job.document_id, "job": job.id}
            nodes = sorted(self._running.get(job.id, ()))
            error: Told = {"message": text, "mend": "run it again: what was finished is kept", "port": ""}
            error |= {"inputs": {}, "traceback": "", "of_input": False}
            for node in nodes:
                yield {"kind": "node", **head, "node": node, "state": "failed", "error": error, "left": None}
            log: Told = {"kind": "log", **head, "level": "error", "node": nodes[0] if nodes else ""}
            yield {**log, "text": text, "time": round(time.time(), 3)}
            yield {"kind": "job", **head, "state": "failed", "left": None, "step": None, "total": None}
        self.jobs.clear()
        self._running.clear()
