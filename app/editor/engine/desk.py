"""The server's handle on the engine process: what is wanted goes in, news come out. Imports neither torch nor nodes."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import multiprocessing.util
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from pydantic import JsonValue

from app.editor.engine.child import serve
from app.editor.engine.ledger import Ledger
from app.editor.engine.messages import Cancel, Close, Forget, Job, Message, News, Settings, Show
from app.editor.engine.trays import Tray

MOST_DEATHS = 3
"""Times in a row that an engine that never got ready is started anew."""


class Desk:
    """Shows documents to the engine and has them run; `hear` is called on the loop that `start` was called on.

    The engine process begins `patience` seconds after that, or when something is to run: the first page comes first.
    """

    def __init__(
        self,
        *,
        nodes: Sequence[Path] = (),
        plugins: bool = True,
        readable: Sequence[Path] = (),
        device: str = "auto",
        patience: float = 0.0,
        hear: Callable[[News], None],
    ) -> None:
        self.patience = patience
        self.settings = Settings(tuple(nodes), plugins, tuple(readable), device)
        self.hear = hear
        self.ledger = Ledger()
        self.process: SpawnProcess | None = None
        self._line: _Line | None = None
        self._begins: asyncio.TimerHandle | None = None
        self._deaths = 0
        self._closed = False

    async def start(self) -> None:
        """Start the engine; what is wanted meanwhile waits for it."""
        loop = asyncio.get_running_loop()
        self._begins = loop.call_later(self.patience, self._begin, loop)
        if not self.patience:
            self._begin_now()

    async def close(self) -> None:
        """End the engine, and with it whatever runs."""
        self._closed = True
        if self._begins is not None:
            self._begins.cancel()
        line, process = self._line, self.process
        self._line = self.process = None
        if line is not None:
            line.close()
        if process is not None:
            await asyncio.to_thread(_end, process)

    def show(self, document_id: str, revision: int, document: JsonValue, place: str) -> None:
        """Tell how a document is now; only the newest counts. Answered by news of the kind "plan"."""
        show = Show(document_id, revision, document, place)
        self.ledger.shown[document_id] = show
        self._send(f"show {document_id}", show)

    def forget(self, document_id: str) -> None:
        """Nobody looks at the document any more."""
        self.ledger.shown.pop(document_id, None)
        self._send(f"show {document_id}", Forget(document_id))

    def run(self, job: Job) -> None:
        """Run a document, after what is running already."""
        self._begin_now()
        self.ledger.begin(job)
        self._send(f"run {job.id}", job)

    def cancel(self, job_id: str) -> None:
        """Stop a job at the next step."""
        self._send(f"cancel {job_id}", Cancel(job_id))

    def _begin_now(self) -> None:
        if self._begins is not None:
            self._begins.cancel()
            self._begin(asyncio.get_running_loop())

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._begins = None
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.settings), name="noiseloom engine")
        self.process.start()
        theirs.close()
        self._line = line = _Line(ours, loop, self._hear, lambda: self._died(line, loop))
        line.begin()
        for show in self.ledger.shown.values():
            self._send(f"show {show.document_id}", show)

    def _send(self, name: str, message: Message) -> None:
        if self._line is not None:
            self._line.out.put(name, message)

    def _hear(self, batch: list[News]) -> None:
        for news in batch:
            if news.kind == "engine" and news.told.get("state") == "ready":
                self._deaths = 0
            self.ledger.hear(news)
            self.hear(news)

    def _died(self, line: _Line, loop: asyncio.AbstractEventLoop) -> None:
        """The engine is gone: what ran has failed, and a new one knows all documents again."""
        if line is not self._line or self._closed:
            return
        line.close()
        process, self._line, self.process = self.process, None, None
        code = None
        if process is not None:
            process.join(1)
            code = process.exitcode
            process.close()
        text = f"the engine process ended ({how_it_ended(code)})"
        self._deaths += 1
        again = self._deaths <= MOST_DEATHS
        for told in self.ledger.lost(f"{text}; a new one is started" if again else text):
            self.hear(News(told))
        self.hear(News({"kind": "engine", "document": "", "state": "ended", "text": text}))
        if again:
            self._begin(loop)


class _Line:
    """The pipe to one engine process: a thread that sends, and one that reads no faster than news are heard."""

    def __init__(
        self,
        connection: Connection,
        loop: asyncio.AbstractEventLoop,
        hear: Callable[[list[News]], None],
        died: Callable[[], None],
    ) -> None:
        self.connection, self.loop = connection, loop
        self.hear, self.died = hear, died
        self.out: Tray[Message] = Tray()
        self._heard = threading.Semaphore(0)
        self._closed = False
        self._at_exit = multiprocessing.util.Finalize(self, _tell_to_close, (connection,), exitpriority=10)

    def begin(self) -> None:
        """Begin both threads."""
        for work in (self._read, self._send):
            threading.Thread(target=work, daemon=True).start()

    def close(self) -> None:
        """Send nothing and hear nothing any more."""
        self._closed = True
        self._at_exit.cancel()
        self.out.put("close", Close())
        self._heard.release()

    def _send(self) -> None:
        try:
            while not isinstance(message := self.out.take(), Close):
                self.connection.send(message)
            self.connection.send(message)
        except OSError:  # it died; who reads finds out
            return

    def _read(self) -> None:
        try:
            while not self._closed:
                batch = self.connection.recv()
                self.loop.call_soon_threadsafe(self._take, batch)
                self._heard.acquire()
        except (EOFError, OSError):  # it died, or was told to
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self.loop.call_soon_threadsafe(self.died)
        except RuntimeError:
            return
        finally:
            self.connection.close()

    def _take(self, batch: list[News]) -> None:
        try:
            if not self._closed:
                self.hear(batch)
        finally:
            self._heard.release()


def _tell_to_close(connection: Connection) -> None:
    """Where nobody closed the desk, the process must not be waited for."""
    with contextlib.suppress(OSError):
        connection.send(Close())


def how_it_ended(code: int | None) -> str:
    """An exit code in words."""
    if code is None:
        return "it does not answer"
    return f"killed by signal {-code}" if code < 0 else f"exit status {code}"


def _end(process: SpawnProcess) -> None:
    """End a process that was told to; it has a moment to do so by itself."""
    process.join(2)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()
