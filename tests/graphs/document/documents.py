"""Random documents, valid in shape: unknown keys at every level, unknown types, nested subgraphs, wires that dangle."""

from __future__ import annotations

import json

from hypothesis import strategies
from hypothesis.strategies import SearchStrategy
from pydantic import JsonValue

from graphs.document.model import Document
from graphs.document.reading import loads

ids = strategies.sampled_from(["a", "b", "c", "d_1", "noise"])
ports = strategies.sampled_from(["x", "y", "z2"])
texts = strategies.text(strategies.characters(exclude_categories=["Cs"]), max_size=6)
numbers = strategies.integers() | strategies.floats(allow_nan=False, allow_infinity=False)
values: SearchStrategy[JsonValue] = strategies.recursive(
    strategies.none() | strategies.booleans() | numbers | texts,
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
sound_references = strategies.builds(
    lambda node, port: f"{node}.{port}" if port else node, ids, strategies.none() | ports
)
references = sound_references | strategies.builds(
    lambda node, rest: node + rest, ids, strategies.sampled_from([".", "/x", ".x.y", " "])
)
wires = references | strategies.lists(references, max_size=3)
extras = strategies.dictionaries(strategies.sampled_from(["mine", "~note", "Ä"]), values, max_size=2)
places: SearchStrategy[dict[str, JsonValue]] = strategies.builds(lambda x, y: {"x": x, "y": y}, numbers, numbers)


@strategies.composite
def entries(draw: strategies.DrawFn) -> list[JsonValue]:
    """Groups or notes, each with an id of its own."""
    names = draw(strategies.lists(strategies.sampled_from(["g1", "g2", "g3"]), unique=True, max_size=3))
    return [{"id": name, "text": draw(texts)} for name in names]


@strategies.composite
def groups(draw: strategies.DrawFn) -> list[JsonValue]:
    """Groups that list members, whether these are there or not; some under an id that is no text, or that two have."""
    names = draw(strategies.lists(strategies.sampled_from(["g1", "g2", "g3", 3, None]), max_size=3))
    return [{"id": name, "nodes": list(draw(strategies.lists(ids, max_size=3)))} for name in names]


@strategies.composite
def views(draw: strategies.DrawFn) -> JsonValue:
    """What the canvas keeps."""
    nodes = draw(strategies.dictionaries(ids, places, max_size=3))
    return {**draw(extras), "nodes": dict(nodes), "groups": draw(entries() | groups()), "notes": draw(entries())}


@strategies.composite
def plain_nodes(draw: strategies.DrawFn) -> dict[str, JsonValue]:
    """A node of a type that nobody knows."""
    made: dict[str, JsonValue] = {**draw(extras), "type": draw(strategies.sampled_from(["noise.gaussian", "my.own"]))}
    made["inputs"] = draw(strategies.dictionaries(ports, wires, max_size=3))
    made["params"] = draw(strategies.dictionaries(ports, values, max_size=3))
    mode = draw(strategies.sampled_from([None, None, "bypass", "mute"]))
    if mode:
        made["mode"] = mode
    if draw(strategies.booleans()):
        made["version"] = draw(strategies.integers(1, 5))
    return made


@strategies.composite
def nodes(draw: strategies.DrawFn, depth: int = 2) -> dict[str, JsonValue]:
    """A node, perhaps with a subgraph in it."""
    made = draw(plain_nodes())
    if depth and draw(strategies.integers(0, 2)) == 0:
        made["type"] = "graph"
        made["graph"] = draw(levels(depth - 1))
    return made


@strategies.composite
def levels(draw: strategies.DrawFn, depth: int = 2) -> dict[str, JsonValue]:
    """The content of a subgraph."""
    made: dict[str, JsonValue] = {
        **draw(extras),
        "nodes": dict(draw(strategies.dictionaries(ids, nodes(depth), max_size=4))),
    }
    made["inputs"] = dict(draw(strategies.dictionaries(ports, strategies.lists(references, max_size=3), max_size=2)))
    made["outputs"] = dict(draw(strategies.dictionaries(ports, references, max_size=2)))
    if draw(strategies.booleans()):
        made["view"] = draw(views())
    return made


@strategies.composite
def raw_documents(draw: strategies.DrawFn) -> dict[str, JsonValue]:
    """A document as JSON."""
    made = {key: value for key, value in draw(levels()).items() if key not in ("inputs", "outputs")}
    return {**made, "noiseloom": 1, "name": draw(texts)}


def documents() -> SearchStrategy[Document]:
    """Random documents."""
    return raw_documents().map(lambda raw: loads(json.dumps(raw)))
