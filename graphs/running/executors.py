"""Who computes: what every executor offers, and the one in this process."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable
from functools import cached_property
from multiprocessing.connection import Connection
from typing import Protocol

from graphs.catalogue.catalogue import Catalogue
from graphs.media import Movable
from graphs.parts import Parts, value_of
from graphs.running.context import Cancelled
from graphs.running.devices import find_device
from graphs.running.exhaustion import give_back, is_out_of_memory
from graphs.running.residents import Residents
from graphs.running.tasks import Broken, Held, Task, Told
from graphs.running.work import Callables, Result, work
from graphs.values import pack


class Executor(Protocol):
    """Computes one task at a time and holds values by name: data by digest, behaviours by recipe."""

    @property
    def connection(self) -> Connection | None:
        """What to wait on for it to have something to tell; None where it only works while it is listened to."""
        ...

    def holds(self, name: str) -> bool:
        """Whether it has the value of that name."""
        ...

    def give(self, name: str, parts: Parts) -> None:
        """Hand it a content."""
        ...

    def value(self, name: str) -> object:
        """A value that it holds; `KeyError` where it holds none that can be shown here."""
        ...

    def drop(self, names: Iterable[str]) -> None:
        """Let values go that nobody needs any more."""
        ...

    def submit(self, task: Task, cancelled: Callable[[], bool]) -> None:
        """Begin a task; it holds all that comes in."""
        ...

    def listen(self) -> Told | None:
        """What it has to tell next; None where that is nothing yet. After `Done` and `Broken` it is idle."""
        ...

    def stop(self) -> None:
        """End the task under way, whatever it takes."""
        ...

    def close(self) -> None:
        """Let everything go."""
        ...


class Here:
    """Computes in this process, a step whenever it is listened to. What `auto` means is found out when it begins.

    Its `residents` stay from run to run until it is closed.
    """

    connection = None

    def __init__(self, catalogue: Catalogue, device: str = "cpu") -> None:
        self.catalogue, self._wanted = catalogue, device
        self.values: dict[str, Held] = {}
        self.residents = Residents()
        self._callables = Callables(catalogue)
        self._task: Generator[Told, None, Result] | None = None

    @cached_property
    def device(self) -> str:
        """Where it computes; `InputError` where that is not there."""
        return find_device(self._wanted)

    def holds(self, name: str) -> bool:
        """Whether the value is in memory."""
        return name in self.values

    def give(self, name: str, parts: Parts) -> None:
        """Take a content, onto the device where it can move."""
        value = value_of(parts, self.catalogue.value_class)
        moves = self.device != "cpu" and isinstance(value, Movable)
        there = self._moved(value) if moves and isinstance(value, Movable) else value
        self.values[name] = Held(there, pack(there))

    def _moved(self, value: Movable) -> object:
        """On the device; where there is no room, weights that are not in use make some."""
        try:
            return value.to(self.device)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        self._make_room()
        return value.to(self.device)

    def _make_room(self) -> None:
        self.residents.release()
        give_back()

    def value(self, name: str) -> object:
        """The value itself."""
        return self.values[name].value

    def drop(self, names: Iterable[str]) -> None:
        """Forget values."""
        for name in names:
            self.values.pop(name, None)

    def prepare(self, types: Iterable[str]) -> None:
        """Import what computes these node types; what cannot be imported is told by the task that needs it."""
        for name in types:
            with contextlib.suppress(Exception):
                self._callables[name]

    def submit(self, task: Task, cancelled: Callable[[], bool]) -> None:
        """Begin a task. What it needs stays its own, also where an equal content is dropped before it starts."""
        wanted = {task.kept, *(name for names in task.inputs.values() for name in names)}
        held = {name: self.values[name] for name in wanted if name in self.values}
        self._task = work(task, held, self._callables, self.device, cancelled, self.residents)

    def listen(self) -> Told | None:
        """Compute up to the next thing to tell. `Cancelled` where the node found out that it was cancelled."""
        if self._task is None:
            return None
        try:
            return next(self._task)
        except StopIteration as end:
            result: Result = end.value
        except Cancelled:
            self._task = None
            raise
        self._task = None
        if isinstance(result.told, Broken) and result.told.emptied:
            self.values.clear()
        if isinstance(result.told, Broken) and result.told.exhausted:
            self._make_room()
        self.values.update(result.values)
        return result.told

    def stop(self) -> None:
        """Close the node that works."""
        if self._task is not None:
            self._task.close()
            self._task = None

    def close(self) -> None:
        """Forget everything."""
        self.stop()
        self.values.clear()
        self.residents.release()
