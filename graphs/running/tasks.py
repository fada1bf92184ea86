"""What an executor is given and what it answers: plain data, never closures, so that it may sit in another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pydantic import JsonValue

from graphs.files import Places
from graphs.parts import Parts
from graphs.running.context import NOTHING, Besides
from graphs.values import Packed

if TYPE_CHECKING:
    from torch import Tensor


class Task(NamedTuple):
    """A node to compute: its type and values, and for each port the names of what comes in (digests and recipes).

    `outputs` are the names that the results are expected to have, where they are known: of behaviours their recipes,
    of data that is made again the digests that others already count on; "" where only the result will tell.
    `kept` names what an earlier run of the node had kept when it was cut short, or is empty.
    """

    place: str
    type: str
    params: Mapping[str, JsonValue]
    inputs: Mapping[str, tuple[str, ...]]
    outputs: tuple[str, ...]
    files: Places
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Stepped:
    """The node is at this step of so many."""

    step: int
    total: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The node has something to show."""

    value: object


@dataclass(frozen=True, slots=True)
class Saved:
    """The node could go on from here."""

    parts: Parts


class Done(NamedTuple):
    """The results by position: name and content, None for a behaviour; what they cost."""

    outputs: tuple[tuple[str, Parts | None], ...]
    seconds: float
    nfe: int
    launches: int
    besides: Besides = NOTHING


@dataclass(frozen=True, slots=True)
class Broken:
    """The node failed; `spoiled` where it changed what came in, so that nothing held in memory can be trusted.

    `exhausted` where memory ran out, and all that was held has been let go.
    """

    message: str
    fault_of_input: bool
    inputs: Mapping[str, str] = field(default_factory=dict)
    traceback: str = ""
    spoiled: bool = False
    exhausted: bool = False

    @property
    def emptied(self) -> bool:
        """Whether who computed it holds nothing any more."""
        return self.spoiled or self.exhausted


class Held(NamedTuple):
    """A value in memory; data with what it is made of."""

    value: object
    packed: Packed | None = None

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """The tensors of data."""
        return self.packed.tensors if self.packed is not None else ()


Told: TypeAlias = Stepped | Shown | Saved | Done | Broken
