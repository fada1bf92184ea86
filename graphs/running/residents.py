"""What stays in memory between runs, as the weights of networks: loaded once, shared, moved and dropped by bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol, TypeVar, runtime_checkable

from graphs.errors import NoiseloomError
from graphs.running.budgets import Budgets
from graphs.running.exhaustion import is_out_of_memory

T = TypeVar("T")

HOME = "cpu"
"""Where residents are loaded, and where they go that have to leave another device."""


@runtime_checkable
class Resident(Protocol):
    """Something large that can lie on one device or another; it is made on the CPU."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        ...

    def move(self, device: str) -> None:
        """Go there. Where that fails half way, going to the CPU must still work."""
        ...


class ResidencyError(NoiseloomError):
    """A resident is asked to be in two places at once."""


@dataclass(eq=False)
class _Entry:
    value: object
    key: str = ""
    device: str = HOME
    users: int = 0

    @property
    def size(self) -> int:
        return self.value.size if isinstance(self.value, Resident) else 0

    def move(self, device: str) -> None:
        if isinstance(self.value, Resident):
            self.value.move(device)
        self.device = device


class Residents:
    """Values by key, one for each process and whoever asks for them; any number of threads may ask.

    Where a device's budget would be passed, the least recently used of those that are not in use go: from a GPU to the
    CPU, from the CPU altogether (whoever still has one may use it; it is only loaded anew for the next who asks). One
    that is in use never goes, so what does not fit beside it is tried nevertheless.
    """

    def __init__(self, budgets: Budgets | None = None) -> None:
        self.budgets = budgets or Budgets()
        self._lock = threading.RLock()
        self._gates: dict[str, threading.RLock] = {}
        self._kept: dict[str, _Entry] = {}
        self._by_use: dict[int, _Entry] = {}  # by the identity of the value, the least recently used first

    def keep(self, key: str, load: Callable[[], T], size: int = 0) -> T:
        """The value of that key; `load` makes it where it is not there, while others who want it wait.

        Room is made for `size` bytes before it is loaded, where they are known. A value that is a `Resident` is kept
        under the budget, any other until everything is released.
        """
        with self._lock:
            gate = self._gates.setdefault(key, threading.RLock())
        with gate:
            with self._lock:
                entry = self._kept.get(key)
                if entry is not None:
                    self._touch(entry)
                    found: T = attrgetter("value")(entry)  # the key says of which type it is
                    return found
                self._make_room(HOME, size)
            value = load()
            with self._lock:
                entry = self._kept[key] = self._by_use.get(id(value)) or _Entry(value)
                entry.key = key
                self._make_room(HOME, entry.size, entry)
                self._touch(entry)
        return value

    @contextmanager
    def use(self, resident: Resident, device: str) -> Iterator[None]:
        """Hold a resident on a device for as long as it computes, also one that was not asked for by `keep`.

        `ResidencyError` where it is in use on another device.
        """
        with self._lock:
            entry = self._by_use.get(id(resident)) or self._adopt(resident)
            if entry.device != device:
                if entry.users:
                    raise ResidencyError(f"what is in use on {entry.device} cannot move to {device}")
                self._bring(entry, device)
            entry.users += 1
            self._touch(entry)
        try:
            yield
        finally:
            with self._lock:
                entry.users -= 1

    def held(self, device: str) -> int:
        """Bytes that lie on a device."""
        with self._lock:
            return sum(entry.size for entry in self._by_use.values() if entry.device == device)

    def release(self) -> None:
        """Let everything go that is not in use: off every device, and out of memory where nobody else has it."""
        with self._lock:
            for entry in [entry for entry in self._by_use.values() if not entry.users]:
                if entry.device != HOME:
                    entry.move(HOME)
                self._forget(entry)

    def _adopt(self, resident: Resident) -> _Entry:
        entry = _Entry(resident)
        self._make_room(HOME, entry.size)
        self._touch(entry)
        return entry

    def _touch(self, entry: _Entry) -> None:
        self._by_use.pop(id(entry.value), None)
        self._by_use[id(entry.value)] = entry

    def _forget(self, entry: _Entry) -> None:
        self._by_use.pop(id(entry.value), None)
        if self._kept.get(entry.key) is entry:
            del self._kept[entry.key]

    def _bring(self, entry: _Entry, device: str) -> None:
        """Move it, with room made; where memory runs out all the same, once more without all that is not in use."""
        self._make_room(device, entry.size, entry)
        try:
            entry.move(device)
        except Exception as error:
            entry.move(HOME)
            if not is_out_of_memory(error):
                raise
            self._empty(device, entry)
            try:
                entry.move(device)
            except Exception:
                entry.move(HOME)
                raise

    def _make_room(self, device: str, size: int, besides: _Entry | None = None) -> None:
        if size == 0:
            return
        budget, taken = self.budgets.of(device), self.held(device)
        if besides is not None and besides.device == device and id(besides.value) in self._by_use:
            taken -= besides.size
        for entry in self._going(device, besides):
            if taken + size <= budget:
                return
            taken -= entry.size
            self._evict(entry)

    def _empty(self, device: str, besides: _Entry) -> None:
        for entry in self._going(device, besides):
            self._evict(entry)

    def _going(self, device: str, besides: _Entry | None) -> list[_Entry]:
        """What may leave a device, the first to go first; what takes no bytes stays."""
        entries = (entry for entry in self._by_use.values() if entry.device == device and not entry.users)
        return [entry for entry in entries if entry is not besides and entry.size]

    def _evict(self, entry: _Entry) -> None:
        if entry.device == HOME:
            self._forget(entry)
            return
        self._make_room(HOME, entry.size, entry)
        entry.move(HOME)
