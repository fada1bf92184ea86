"""A rate with a burst: the token bucket."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

SHORTEST_WAIT = 0.001
"""Seconds; a shorter wait may not move the clock at all."""


@dataclass
class Bucket:
    """Tokens that come at a rate up to a burst; each thing taken costs one."""

    rate: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _held: float = field(init=False)
    _seen: float = field(init=False)

    def __post_init__(self) -> None:
        self._held, self._seen = self.burst, self.clock()

    def take(self) -> float:
        """Take one. 0 where there was one, else the seconds until there will be; then nothing is taken."""
        now = self.clock()
        self._held = min(self.burst, self._held + (now - self._seen) * self.rate)
        self._seen = now
        if self._held < 1:
            return max((1 - self._held) / self.rate, SHORTEST_WAIT)
        self._held -= 1
        return 0
