"""An executor in a process of its own: one for each device. A node that ends the process ends nothing else."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TypeAlias

from graphs.catalogue.catalogue import Catalogue
from graphs.errors import describe
from graphs.parts import Parts, parts_of, value_of
from graphs.running.context import Cancelled
from graphs.running.executors import Here
from graphs.running.exhaustion import KILLED, MEND
from graphs.running.tasks import Broken, Done, Shown, Task, Told
from graphs.values import PackingError

GRACE = 3.0
"""Seconds that a node is given to find out that it was cancelled."""

SHOW_EVERY = 0.1
"""Seconds between two previews that are sent, of what lies on the CPU."""

SHOW_DEVICE_EVERY = 0.25
"""The same of what lies on a GPU, which has to be waited for to send one."""


@dataclass(frozen=True, slots=True)
class Give:
    """Here is a content."""

    name: str
    parts: Parts


@dataclass(frozen=True, slots=True)
class Drop:
    """These are not needed any more."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fetch:
    """Answer with this content, or with None."""

    name: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the task under way."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Import what computes these node types, so that no task has to wait for it."""

    types: tuple[str, ...]


Message: TypeAlias = Give | Drop | Fetch | Cancel | Prepare | Task


class Worker:
    """Computes in another process, which is started when it is first needed, and anew after it died.

    It yields to others by `niceness` more than this process does.
    """

    def __init__(self, catalogue: Catalogue, device: str = "cpu", grace: float = GRACE, niceness: int = 0) -> None:
        self.catalogue, self.device, self.grace, self.niceness = catalogue, device, grace, niceness
        self.process: SpawnProcess | None = None
        self.connection: Connection | None = None
        self._names: set[str] = set()
        self._task: Task | None = None

    def prepare(self, types: Iterable[str]) -> None:
        """Start the process and let it import what computes these node types; it is not waited for."""
        if self._task is None:
            self._bury_idle()
            self._send(Prepare(tuple(types)))

    def holds(self, name: str) -> bool:
        """Whether the process has the value; one that died while it was idle has none."""
        self._bury_idle()
        return name in self._names

    def give(self, name: str, parts: Parts) -> None:
        """Send it a content."""
        self._send(Give(name, parts))
        self._names.add(name)

    def value(self, name: str) -> object:
        """The value, fetched; `KeyError` where it is a behaviour, which cannot leave its process."""
        parts = self._ask(name) if self._task is None and name in self._names else None
        if parts is None:
            raise KeyError(name)
        return value_of(parts, self.catalogue.value_class)

    def drop(self, names: Iterable[str]) -> None:
        """Let values go."""
        gone = self._names.intersection(names)
        if gone:
            self._names -= gone
            self._send(Drop(tuple(gone)))

    def submit(self, task: Task, cancelled: Callable[[], bool]) -> None:
        """Send it a task. Whether it is cancelled is looked at here; `stop` then tells the process."""
        if not task.inputs:  # else it is known that the process is there
            self._bury_idle()
        self._task = task
        self._send(task)

    def listen(self) -> Told | None:
        """What the process has told; that it died is told as a failure of its task."""
        if self._task is None or self.connection is None or not self.connection.poll():
            return None
        try:
            told = self.connection.recv()
        except (EOFError, OSError):
            return self._buried()
        if isinstance(told, Shown) and isinstance(told.value, Parts):
            return replace(told, value=value_of(told.value, self.catalogue.value_class))
        if isinstance(told, Done):
            self._names.update(name for name in (*self._task.outputs, *(name for name, _ in told.outputs)) if name)
            self._task = None
        elif isinstance(told, Broken):
            self._names = set() if told.emptied else self._names
            self._task = None
        return told if isinstance(told, Told) else None

    def stop(self) -> None:
        """Cancel the task under way; where the node does not find out in time, its process ends."""
        if self._task is None or self.connection is None:
            return
        self._send(Cancel())
        while self.connection is not None and self._task is not None:
            if not self.connection.poll(self.grace):
                self._end()
                return
            self.listen()

    def close(self) -> None:
        """End the process."""
        self._end()

    def _send(self, message: Message) -> None:
        if self.process is None:
            self._start()
        if self.connection is not None:
            try:
                self.connection.send(message)
            except OSError:  # it died; `listen` finds out
                return

    def _ask(self, name: str) -> Parts | None:
        self._send(Fetch(name))
        try:
            answer = self.connection.recv() if self.connection is not None else None
        except (EOFError, OSError):
            self._end()
            return None
        return answer if isinstance(answer, Parts) else None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=serve, args=(theirs, self.catalogue, self.device, self.niceness), daemon=True
        )
        self.process.start()
        theirs.close()

    def _bury_idle(self) -> None:
        """Where the process died while it had nothing to do, a new one may be started."""
        if self._task is None and self.process is not None and not self.process.is_alive():
            self._end()

    def _buried(self) -> Broken:
        process = self.process
        if process is not None:
            process.join()
        code = process.exitcode if process is not None else None
        self._end()
        how = f"killed by signal {-code}" if code is not None and code < 0 else f"exit status {code}"
        message = f"the process that computed it ended ({how}); a new one is started"
        killed = code == -signal.SIGKILL
        return Broken(describe(f"{message}; {KILLED}", mend=MEND) if killed else message, fault_of_input=False)

    def _end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process.close()
        if self.connection is not None:
            self.connection.close()
        self.process = self.connection = self._task = None
        self._names = set()


def serve(connection: Connection, catalogue: Catalogue, device: str, niceness: int = 0) -> None:
    """What the process does: it takes messages until its parent is gone."""
    if niceness and hasattr(os, "nice"):
        os.nice(niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to hear
    sys.stdout = sys.stderr  # what a node prints is no answer of the command
    _Server(connection, Here(catalogue, device)).run()


class _Server:
    def __init__(self, connection: Connection, here: Here) -> None:
        self.connection, self.here = connection, here
        self.asked = False
        self.shown = 0.0

    @property
    def pause(self) -> float:
        """Seconds between two previews."""
        return SHOW_EVERY if self.here.device == "cpu" else SHOW_DEVICE_EVERY

    def run(self) -> None:
        try:
            while True:
                self._take(self.connection.recv())
        except (EOFError, OSError):  # the parent is gone
            return

    def _take(self, message: object) -> None:
        match message:
            case Give(name, parts):
                self.here.give(name, parts)
            case Drop(names):
                self.here.drop(names)
            case Fetch(name):
                self.connection.send(self._content(name))
            case Cancel():
                self.asked = True
            case Prepare(types):
                self.here.prepare(types)
            case Task():
                self._work(message)

    def _work(self, task: Task) -> None:
        self.asked = False
        try:
            self.here.submit(task, self._cancelled)
            while True:
                told = self.here.listen()
                if isinstance(told, Shown):
                    if time.monotonic() - self.shown < self.pause:
                        continue
                    self.shown = time.monotonic()
                    try:
                        told = replace(told, value=parts_of(told.value))
                    except PackingError:  # no data: it cannot be shown elsewhere
                        continue
                self.connection.send(told)
                if isinstance(told, (Done, Broken)):
                    return
        except Cancelled:
            self.connection.send(Broken("cancelled", fault_of_input=False))

    def _cancelled(self) -> bool:
        while self.connection.poll():
            self._take(self.connection.recv())
        return self.asked

    def _content(self, name: str) -> Parts | None:
        try:
            return parts_of(self.here.value(name))
        except Exception:  # noqa: BLE001 - a behaviour, or nothing: there is no content to send
            return None
