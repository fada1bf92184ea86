"""The document as typed, immutable data. Unknown keys are kept at every level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

FORMAT = 1
"""The format that this version writes."""

GRAPH_TYPE = "graph"
"""The type of a node that holds a subgraph."""

Wires: TypeAlias = str | tuple[str, ...]
"""A reference, or the references of a port that takes a list of wires."""


Mode: TypeAlias = Literal["bypass", "mute"]
"""How a node can be switched off: left out with its input led through, or silenced with all that needs it."""


class Part(BaseModel):
    """What all parts of a document share. A `default_factory` is cheaper than a default, which is copied deeply."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, defer_build=True)


class Node(Part):
    """One node. `version` is absent at 1, `mode` while it is on; `graph` is there on a subgraph and only there."""

    type: str
    version: Annotated[int, Field(ge=1)] = 1
    mode: Mode | None = None
    graph: Subgraph | None = None
    inputs: Mapping[str, Wires] = Field(default_factory=dict)
    params: Mapping[str, JsonValue] = Field(default_factory=dict)

    def wires(self) -> Iterator[tuple[str, str]]:
        """Every wire that comes in, as (port, reference)."""
        for port, sources in self.inputs.items():
            for source in (sources,) if isinstance(sources, str) else sources:
                yield port, source


class View(Part):
    """Where things lie on the canvas; never part of a result or of a key."""

    nodes: Mapping[str, Mapping[str, JsonValue]] = {}
    groups: tuple[Mapping[str, JsonValue], ...] = ()
    notes: tuple[Mapping[str, JsonValue], ...] = ()


def some_view(view: View | None) -> View | None:
    """None for a view that holds nothing, so that there is one way to say it."""
    return None if view == View() else view


Canvas: TypeAlias = Annotated[View | None, AfterValidator(some_view)]


class Subgraph(Part):
    """A graph in a node: `inputs` says which inner ports and parameters a name feeds, `outputs` what a name gives."""

    nodes: Mapping[str, Node] = {}
    inputs: Mapping[str, tuple[str, ...]] = {}
    outputs: Mapping[str, str] = {}
    view: Canvas = None


class Document(Part):
    """A whole graph."""

    noiseloom: int = FORMAT
    name: str = ""
    nodes: Mapping[str, Node] = {}
    view: Canvas = None


Level: TypeAlias = Document | Subgraph
"""Anything that has nodes."""


def walk(document: Level) -> Iterator[tuple[str, Level]]:
    """Every level of a document with its path: "" first, then "sub", "sub/inner", …"""
    waiting: list[tuple[str, Level]] = [("", document)]
    while waiting:
        path, level = waiting.pop()
        yield path, level
        for name, node in level.nodes.items():
            if node.graph is not None:
                waiting.append((join(path, name), node.graph))


def join(path: str, name: str) -> str:
    """The path of a node inside the subgraph at `path`."""
    return f"{path}/{name}" if path else name
