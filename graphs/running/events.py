"""What a run tells while it runs; the doors decide what to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from graphs.running.context import NOTHING, Besides
from graphs.running.forecast import NodeState
from graphs.running.outputs import Outputs


@dataclass(frozen=True, slots=True)
class Planned:
    """What will happen to each node, in order."""

    nodes: Mapping[str, NodeState]


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that a person should know, and that stops nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Started:
    """A node begins."""

    node: str


@dataclass(frozen=True, slots=True)
class Advanced:
    """A node is at this step of so many, and may need so many seconds more."""

    node: str
    step: int
    total: int
    left: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a node has so far."""

    node: str
    value: object


@dataclass(frozen=True, slots=True)
class Finished:
    """A node is done: seconds, model rows (NFE) and in how many launches it asked for them, bytes, outputs by port.

    `besides`: passes backward, rewards and decodes.
    """

    node: str
    seconds: float
    nfe: int
    launches: int
    outputs: Outputs
    key: str = ""
    size: int = 0
    besides: Besides = NOTHING


@dataclass(frozen=True, slots=True)
class Cached:
    """A node need not run: its result is there from before. `outputs` are read when they are looked at."""

    node: str
    outputs: Outputs
    key: str = ""


@dataclass(frozen=True, slots=True)
class Built:
    """A behaviour was built from its recipe, because a node that runs needs it."""

    node: str
    seconds: float
    key: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """A node failed; `fault_of_input` where a person's input is to blame. `inputs` describes what it was given."""

    node: str
    message: str
    fault_of_input: bool
    inputs: Mapping[str, str] = field(default_factory=dict)
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A node did not run, because this other one failed."""

    node: str
    because: str


Event: TypeAlias = Planned | Noted | Started | Advanced | Previewed | Finished | Cached | Built | Failed | Skipped
