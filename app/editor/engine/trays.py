"""What waits for a thread: in order, and of several things under one name only the newest."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Tray(Generic[T]):
    """What waits, by name. Any thread may put something in; one takes it out."""

    def __init__(self) -> None:
        self._waiting: dict[str, T] = {}
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, name: str, thing: T) -> None:
        """Add something; in the place of what waits under that name."""
        with self._changed:
            self._waiting[name] = thing
            self._changed.notify_all()

    def take(self) -> T:
        """What has waited longest, as soon as anything does."""
        with self._changed:
            while not self._waiting:
                self._changed.wait()
            return self._waiting.pop(next(iter(self._waiting)))

    def drop(self, name: str) -> None:
        """Let what waits under a name go."""
        with self._changed:
            self._waiting.pop(name, None)
