"""Running jobs, one after the other, and telling what happens; only what a worker process computes is slow."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.editor.engine.drawing import view_of
from app.editor.engine.folding import is_between, node_of
from app.editor.engine.messages import Job, News, Told
from app.editor.engine.opening import inner_targets, open_document
from app.editor.engine.previews import drawn_preview
from app.editor.engine.results import Results
from app.editor.engine.translating import Telling
from graphs.catalogue.catalogue import Catalogue
from graphs.errors import InputError
from graphs.running.context import Cancelled
from graphs.running.events import Cached, Event, Finished, Previewed
from graphs.running.executors import Executor
from graphs.running.plan import plan_opened
from graphs.running.run import run
from graphs.signatures import Signature, signatures
from graphs.store.store import Store

PREVIEW_EVERY = 0.12
"""Seconds between two previews of a node."""


@dataclass
class Runner:
    """Runs jobs with these executors; `tell` takes the news."""

    catalogue: Catalogue
    store: Store
    executors: Sequence[Executor]
    readable: tuple[Path, ...]
    tell: Callable[[News], None]
    results: Results
    shown: dict[str, float] = field(default_factory=dict)

    def run(self, job: Job, cancelled: Callable[[], bool]) -> None:
        """Run a job up to its end, whatever that is; it is told."""
        telling = Telling(job.document_id, job.id)
        self._say(telling.of_job())
        try:
            state = "cancelled" if cancelled() else self._run(job, telling, cancelled)
        except Cancelled:
            state = "cancelled"
        except InputError as error:
            self._say(telling.line("error", str(error)))
            state = "refused"
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends this job and no other
            self._say(telling.line("error", f"{type(error).__name__}: {error}\n{traceback.format_exc()}"))
            state = "failed"
        if state == "cancelled":
            self._put_back(telling)
        self._say(telling.of_job(state, step=None, total=None, left=None))

    def _run(self, job: Job, telling: Telling, cancelled: Callable[[], bool]) -> str:
        opened = open_document(job.document, job.place, self.catalogue, self.readable)
        plan = plan_opened(opened, self.catalogue, only=inner_targets(opened.document, job.targets))
        known = signatures(opened.document, self.catalogue)
        telling.ports = lambda place: _names(known.get(place))
        draw = self.results.of(job, opened, telling)
        for event in run(plan, self.store, self.executors, cancelled):
            for told in telling.hear(event):
                self._say(told)
            self._show(event, telling)
            if isinstance(event, (Finished, Cached)) and not is_between(event.node):
                for news in draw(event, event.node in plan.targets):
                    self.tell(news)
        return "failed" if any(card.failed for card in telling.cards.values()) else "done"

    def _show(self, event: Event, telling: Telling) -> None:
        """A preview, where the last one of the node is old enough."""
        if not isinstance(event, Previewed) or is_between(event.node):
            return
        name, now = node_of(event.node), time.monotonic()
        if now - self.shown.get(name, 0.0) < PREVIEW_EVERY:
            return
        self.shown[name] = now
        drawn = drawn_preview(event.value)
        if drawn is not None:
            view, media = view_of(drawn)
            self.tell(News(telling.node(event.node, preview=view), media))

    def _put_back(self, telling: Telling) -> None:
        """What had not come to its end will have to run the next time."""
        for name, card in telling.cards.items():
            if card.left and not card.failed:
                self._say(telling.node(name, state="waiting", step=None, total=None, left=None))

    def _say(self, told: Told) -> None:
        self.tell(News(told))


def _names(signature: Signature | None) -> tuple[str, ...]:
    """The ports and the parameters of a node."""
    return (*signature.inputs, *signature.parameters) if signature is not None else ()
