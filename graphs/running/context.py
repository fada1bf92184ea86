"""What a running node may ask for and report: `RunContext`, `Progress`, `Preview`, `Keep`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, TypeVar

from graphs.errors import NoiseloomError
from graphs.running.residents import Residents

T = TypeVar("T")


class Cancelled(NoiseloomError):  # noqa: N818 - what a person did, not an error
    """The person stopped the run."""


class Besides(NamedTuple):
    """What was spent besides model rows, in rows of each."""

    backwards: int = 0
    rewards: int = 0
    decodes: int = 0

    def __str__(self) -> str:
        """Those that are not 0, in words."""
        words = ("passes backward", "rewards", "decodes")
        return ", ".join(f"{count} {word}" for count, word in zip(self, words, strict=True) if count)


NOTHING = Besides()


@dataclass
class Meter:
    """Counts of what a node spent, in rows; besides, it is where a long computation learns that it was cancelled.

    `rows` are those asked of networks (NFE), in so many `launches`. Passes backward, rewards and decodes count apart.
    """

    rows: int = 0
    launches: int = 0
    backwards: int = 0
    rewards: int = 0
    decodes: int = 0
    cancelled: Callable[[], bool] = field(default=lambda: False)

    @property
    def besides(self) -> Besides:
        """What is counted apart from the model rows."""
        return Besides(self.backwards, self.rewards, self.decodes)

    def launch(self, rows: int) -> None:
        """Count one call of a network on so many rows (one row is one NFE); raise `Cancelled` where asked to stop."""
        self.look()
        self.rows += rows
        self.launches += 1

    def backward(self, rows: int) -> None:
        """Count one pass backward through a network, for so many rows."""
        self.look()
        self.backwards += rows

    def reward(self, rows: int) -> None:
        """Count so many rows that a reward has scored."""
        self.look()
        self.rewards += rows

    def decode(self, rows: int) -> None:
        """Count so many rows that a codec has decoded or encoded."""
        self.look()
        self.decodes += rows

    def look(self) -> None:
        """Raise `Cancelled` where asked to stop; for work that is not counted."""
        if self.cancelled():
            raise Cancelled("the run was cancelled")


@dataclass(frozen=True)
class RunContext:
    """Given to a node that declares `run: RunContext`; neither port nor parameter.

    `kept` is what the node yielded last as `Keep`, where an earlier run of the same was cut short. `residents` are the
    executor's, there between runs: `run.residents.keep(key, load)` loads weights once for every node that asks.
    """

    meter: Meter
    device: str = "cpu"
    kept: object = None
    residents: Residents = field(default_factory=Residents)


@dataclass(frozen=True)
class Progress:
    """Yielded by a node that works in steps."""

    step: int
    total: int


@dataclass(frozen=True)
class Preview:
    """Yielded by a node that can show what it has so far; `value` is data with a picture of its own."""

    value: object


@dataclass(frozen=True)
class Keep:
    """Yielded by a node that could go on from here: data that the engine keeps now and then, until the node is done."""

    value: object


Steps: TypeAlias = Generator[Progress | Preview | Keep, None, T]
"""The return annotation of a node that yields `Progress`, `Preview` and `Keep` and returns its value."""
