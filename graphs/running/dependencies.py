"""Who waits for whom in a run, who still needs what, and whom a failure takes along."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from graphs.running.compiling import Unit
from graphs.running.forecast import State


class Dependencies:
    """Units by number. A result is *known* as soon as it has a name, computed or not."""

    def __init__(self, units: Sequence[Unit], states: Sequence[State], names: Sequence[tuple[str, ...] | None]) -> None:
        self.units = units
        self.known: set[int] = set()
        self.lost: set[int] = set()
        self._released: set[int] = set()
        self._users: dict[int, list[int]] = {}
        self._waits: dict[int, int] = {}
        self._left: dict[int, int] = {}
        needed: set[int] = set()
        for unit in reversed(units):
            number = unit.number
            stirred = states[number] is not State.CACHED
            if not stirred and not (unit.shape.builds and number in needed):
                continue
            sources = {source for source, _ in unit.needs}
            if stirred:
                self._waits[number] = sum(names[source] is None for source in sources)
            for source in sources:
                needed.add(source)
                self._left[source] = self._left.get(source, 0) + 1
                if stirred:
                    self._users.setdefault(source, []).append(number)

    def stir(self, number: int) -> None:
        """A unit that was known runs after all: what comes into it is needed once more."""
        for source in {source for source, _ in self.units[number].needs}:
            self._left[source] = self._left.get(source, 0) + 1

    def is_free(self, number: int) -> bool:
        """Whether all that comes into a unit is known."""
        return self._waits[number] == 0

    def is_needed(self, number: int) -> bool:
        """Whether anybody will still need the result of a unit."""
        return self._left.get(number, 0) > 0

    def learn(self, number: int) -> list[int]:
        """The result of a unit is known: those that now know all that comes in."""
        self.known.add(number)
        free = []
        for user in self._users.get(number, ()):
            self._waits[user] -= 1
            if self._waits[user] == 0:
                free.append(user)
        return free

    def lose(self, numbers: Iterable[int]) -> list[int]:
        """These units fail: they and all that needs them and is not known by other means, in order."""
        forced = set(numbers)
        waiting, lost = deque(forced), []
        while waiting:
            number = waiting.popleft()
            there = number in self.known and not self.units[number].shape.builds and number not in forced
            if number not in self.lost and not there:
                self.lost.add(number)
                lost.append(number)
                waiting.extend(self._users.get(number, ()))
        return sorted(lost)

    def release(self, start: int) -> list[int]:
        """A unit needs its inputs no more: those whose results now nobody needs."""
        waiting, dropped = [start], []
        while waiting:
            number = waiting.pop()
            if number in self._released:
                continue
            self._released.add(number)
            for source in {source for source, _ in self.units[number].needs}:
                if source not in self._left:
                    continue
                self._left[source] -= 1
                if self._left[source] == 0:
                    dropped.append(source)
                    if self.units[source].shape.builds:
                        waiting.append(source)
        return dropped
