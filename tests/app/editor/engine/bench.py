"""A desk with a loop of its own, for tests that are not asynchronous, and what it was told."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import JsonValue

from app.editor.engine.desk import Desk
from app.editor.engine.ledger import ENDED
from app.editor.engine.messages import Job, News, Told
from graphs.home import examples_folder

PATIENCE = 60.0
"""Seconds after which something that must happen has not."""

Saved = dict[str, JsonValue]


class Bench(AbstractContextManager["Bench"]):
    """Starts a desk and keeps all its news."""

    def __init__(self, nodes: Sequence[Path] = ()) -> None:
        self.loop = asyncio.new_event_loop()
        self.news: list[News] = []
        self.changed = threading.Condition()
        self.desk = Desk(nodes=nodes, plugins=bool(nodes), hear=self._hear)
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.wait(self.desk.start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wait(self.desk.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def wait(self, work: Coroutine[None, None, None]) -> None:
        """Have the loop do something, to its end."""
        asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def until(self, holds: Callable[[News], bool], after: int = 0) -> News:
        """The first news after so many of which this holds."""
        with self.changed:
            found: list[News] = []

            def look() -> bool:
                found.extend(news for news in self.news[after:] if not found and holds(news))
                return bool(found)

            assert self.changed.wait_for(look, PATIENCE), [news.told for news in self.news[after:][-6:]]
            return found[0]

    def show(self, document: Saved, *, revision: int = 1, name: str = "d", place: str = "") -> Told:
        """Show a document; its plan with NFE."""
        after = len(self.news)
        self.loop.call_soon_threadsafe(self.desk.show, name, revision, document, place)
        return self.until(
            lambda news: news.kind == "plan" and news.document == name and news.told["revision"] == revision
            and (news.told["nfe"] is not None or not news.told["states"]), after,
        ).told  # fmt: skip

    def begin(self, document: Saved, targets: tuple[str, ...] = (), name: str = "d", place: str = "") -> str:
        """Begin a run; its id."""
        job = uuid.uuid4().hex
        self.loop.call_soon_threadsafe(self.desk.run, Job(job, name, 1, document, place, targets))
        return job

    def end(self, job: str) -> list[News]:
        """All news of a job, once it came to its end."""
        self.until(lambda news: news.kind == "job" and news.job == job and news.told["state"] in ENDED)
        return [news for news in self.news if news.job == job]

    def run(self, document: Saved, targets: tuple[str, ...] = (), name: str = "d") -> list[News]:
        """All news of a run."""
        return self.end(self.begin(document, targets, name))

    def cancel(self, job: str) -> None:
        """Ask a run to stop."""
        self.loop.call_soon_threadsafe(self.desk.cancel, job)

    def _hear(self, news: News) -> None:
        with self.changed:
            self.news.append(news)
            self.changed.notify_all()


def state_of(news: Sequence[News]) -> JsonValue:
    """How a job ended."""
    return [entry.told["state"] for entry in news if entry.kind == "job"][-1]


def card(news: Sequence[News], node: str) -> Told:
    """All that was told of a node, the newest of each."""
    found: Told = {}
    for entry in news:
        if entry.kind == "node" and entry.told["node"] == node:
            found |= entry.told
    return found


def states(news: Sequence[News]) -> dict[str, JsonValue]:
    """How each node ended."""
    nodes = {str(entry.told["node"]) for entry in news if entry.kind == "node"}
    return {node: card(news, node)["state"] for node in nodes}


def small_digits(**changed: JsonValue) -> Saved:
    """The digits example with two pictures in two steps; `changed` sets "node.parameter"."""
    document: Saved = json.loads((examples_folder() / "digits.json").read_text())
    values = {"noise.count": 2, "karras.num_inference_steps": 2, **changed}
    return with_values(document, values)


def with_values(document: Saved, values: dict[str, JsonValue]) -> Saved:
    """A copy with these values set."""
    copy: Saved = json.loads(json.dumps(document))
    nodes = copy["nodes"]
    assert isinstance(nodes, dict)
    for place, value in values.items():
        name, _, parameter = place.partition(".")
        node = nodes[name]
        assert isinstance(node, dict)
        params = node.setdefault("params", {})
        assert isinstance(params, dict)
        params[parameter] = value
    return copy
