"""What a run tells while it runs; the doors decide what to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Planned:
    """The nodes that will run, in order."""

    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Started:
    """A node begins."""

    node: str


@dataclass(frozen=True)
class Advanced:
    """A node is at this step of so many."""

    node: str
    step: int
    total: int


@dataclass(frozen=True)
class Previewed:
    """What a node has so far."""

    node: str
    value: object


@dataclass(frozen=True)
class Finished:
    """A node is done: seconds, model rows (NFE) and in how many launches it asked for them, outputs by port."""

    node: str
    seconds: float
    nfe: int
    launches: int
    outputs: Mapping[str, object]


@dataclass(frozen=True)
class Failed:
    """A node failed; `fault_of_input` where a person's input is to blame. `inputs` describes what it was given."""

    node: str
    message: str
    fault_of_input: bool
    inputs: Mapping[str, str] = field(default_factory=dict)
    traceback: str = ""
    spoiled: tuple[str, ...] = ()
    """The nodes whose results it changed; what else needs them cannot run."""


@dataclass(frozen=True)
class Skipped:
    """A node did not run, because this other one failed."""

    node: str
    because: str


Event: TypeAlias = Planned | Started | Advanced | Previewed | Finished | Failed | Skipped
