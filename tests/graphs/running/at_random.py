"""Random graphs of toy nodes that can run, and changes of them that leave them so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies
from pydantic import JsonValue

from graphs.document.model import Document
from graphs.document.operations import Operation, SetParameter, Title, Wire, apply
from tests.graphs.toyshop import graph, toy

NUMBERS: Sequence[JsonValue] = (0, 0.5, 1, 1.25, 2)
KNOBS = {
    "making.amount": "value",
    "mixing.add": "weight",
    "mixing.more": "by",
    "making.machine": "gain",
    "heaps.tool": "gain",
}
"""What of each type can be set to a number from 0 to 1, and the rest to any."""

PORTS = {
    "mixing.add": ("left", "right"),
    "mixing.more": ("amount",),
    "heaps.floor": ("amount",),
    "heaps.tool": ("amount",),
    "mixing.twice": ("machine",),
    "mixing.apply": ("machine", "amount"),
}
MACHINES = ("making.machine", "mixing.twice")
BEGINNINGS = ("making.amount", "making.machine")


def kind_of(document: Document, name: str) -> str:
    """The type of a node without its package."""
    return document.nodes[name].type.removeprefix("toys.")


def numbers(kind: str) -> Sequence[JsonValue]:
    """What the knob of a type may be."""
    return [number for number in NUMBERS if isinstance(number, (int, float)) and (kind != "mixing.add" or number <= 1)]


@strategies.composite
def random_graphs(draw: strategies.DrawFn, most: int = 8) -> Document:
    """A graph of numbers and machines, each node wired to earlier ones; the last gives a number."""
    nodes: dict[str, JsonValue] = {"n0": toy("making.amount", params={"value": draw(strategies.sampled_from(NUMBERS))})}
    givers: dict[str, list[str]] = {"amount": ["n0"], "machine": []}
    for index in range(1, draw(strategies.integers(2, most))):
        name = f"n{index}"
        kinds = [*BEGINNINGS, *(kind for kind in PORTS if givers["machine"] or "machine" not in PORTS[kind])]
        kind = draw(strategies.sampled_from(kinds))
        wires: dict[str, JsonValue] = {
            port: draw(strategies.sampled_from(givers["machine" if port == "machine" else "amount"]))
            for port in PORTS.get(kind, ())
        }
        if kind in KNOBS and draw(strategies.booleans()):
            wires["params"] = {KNOBS[kind]: draw(strategies.sampled_from(numbers(kind)))}
        nodes[name] = toy(kind, **wires)
        if kind == "heaps.tool":
            givers["amount"].append(f"{name}.amount")
            givers["machine"].append(f"{name}.machine")
        else:
            givers["machine" if kind in MACHINES else "amount"].append(name)
    nodes[f"n{len(nodes)}"] = toy("mixing.more", amount=draw(strategies.sampled_from(givers["amount"])))
    return graph(**nodes)


def sources(document: Document, name: str, port: str) -> list[str]:
    """What could be wired to a port: outputs of that type of earlier nodes."""
    found = []
    for other in document.nodes:
        if int(other[1:]) >= int(name[1:]):
            continue
        kind = kind_of(document, other)
        if kind == "heaps.tool":
            found.append(f"{other}.{'machine' if port == 'machine' else 'amount'}")
        elif (kind in MACHINES) == (port == "machine"):
            found.append(other)
    return found


@strategies.composite
def changes(draw: strategies.DrawFn, document: Document) -> Operation:
    """Another value or another wire; the graph can still run."""
    name = draw(strategies.sampled_from(sorted(document.nodes)))
    kind = kind_of(document, name)
    if kind in PORTS and (kind not in KNOBS or draw(strategies.booleans())):
        port = draw(strategies.sampled_from(PORTS[kind]))
        found = sources(document, name, port)
        if found:
            return Wire(id=name, port=port, sources=draw(strategies.sampled_from(found)))
    if kind in KNOBS:
        return SetParameter(id=name, name=KNOBS[kind], value=draw(strategies.sampled_from(numbers(kind))))
    beginning = next((other for other in document.nodes if kind_of(document, other) == "making.amount"), None)
    if beginning is None:
        return Title(name=draw(strategies.sampled_from("ab")))
    return SetParameter(id=beginning, name="value", value=draw(strategies.sampled_from(NUMBERS)))


def changed(document: Document, **params: Mapping[str, JsonValue]) -> Document:
    """The graph with these values, `node={name: value}`."""
    for name, values in params.items():
        for key, value in values.items():
            document = apply(document, SetParameter(id=name, name=key, value=value)).document
    return document
