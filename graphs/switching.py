"""Nodes that are switched off: what is bypassed is left out and its input led through, what is muted rests.

Everything runs on what `settle` makes of a flat graph: the remaining nodes, wired as a person would wire them by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from graphs.declaration.records import Port
from graphs.document.model import Document, join, walk
from graphs.faults import Code, Fault
from graphs.flattening import Flat, FlatNode, Source
from graphs.naming import Reference
from graphs.signatures import Signature

T = TypeVar("T")
Known = Mapping[str, Signature | None]


@dataclass(frozen=True)
class Settled:
    """A flat graph without what is switched off. `resting` says of each node that does not run which one is the cause.

    `stuck` are the outputs of bypassed nodes that have nothing to lead through, with the nodes that want it.
    """

    flat: Flat
    resting: Mapping[str, str] = field(default_factory=dict)
    stuck: Mapping[Source, tuple[str, ...]] = field(default_factory=dict)


def settle(flat: Flat, known: Known) -> Settled:
    """The flat graph without what is switched off; itself where nothing is."""
    off = {place: node.mode for place, node in flat.items() if node.mode is not None}
    if not off:
        return Settled(flat)
    passing = _Passing(flat, known)
    stuck: dict[Source, list[str]] = {}
    wired: dict[str, dict[str, list[Source]]] = {}
    for place, node in flat.items():
        if place not in off:
            wired[place] = {port: list(passing.all(found, place, stuck)) for port, found in node.sources.items()}
    resting = _resting(wired, known, (place for place, mode in off.items() if mode == "mute"))
    settled = {
        place: FlatNode(node.node, node.params, _awake(wired[place], resting))
        for place, node in flat.items()
        if place not in off and place not in resting
    }
    causes = resting | {place: place for place, mode in off.items() if mode == "bypass"}
    wanting = {source: tuple(user for user in users if user not in resting) for source, users in stuck.items()}
    return Settled(settled, causes, {source: users for source, users in wanting.items() if users})


def passed(
    output: Port, ports: Iterable[Port], wires: Mapping[str, Iterable[T]], types: Callable[[T], tuple[str, ...] | None]
) -> T | None:
    """What a node that is left out gives in place of an output: its first wire, by port, that brings such a value.

    Of a wire whose `types` are not known those of its port count.
    """
    for port in ports:
        for wire in wires.get(port.name, ()):
            brought = types(wire)
            if set(port.types if brought is None else brought) <= set(output.types):
                return wire
    return None


def ports_in_order(signature: Signature, *, named: bool) -> list[Port]:
    """The input ports as the type declares them; of a subgraph, whose names have no order, by name."""
    ports = list(signature.inputs.values())
    return sorted(ports, key=lambda port: port.name) if named else ports


def switched_off(document: Document) -> set[str]:
    """The nodes that are bypassed or muted, by path."""
    return {
        join(path, name)
        for path, level in walk(document)
        for name, node in level.nodes.items()
        if node.mode is not None
    }


def lies_in(place: str, off: set[str]) -> str:
    """Which of these a node is or lies in, the outermost; or nothing."""
    steps = place.split("/")
    around = ("/".join(steps[: count + 1]) for count in range(len(steps)))
    return next((path for path in around if path in off), "")


def bypass_faults(settled: Settled, known: Known) -> Iterator[Fault]:
    """Every output of a bypassed node that something wants and nothing that comes in can stand for."""
    for (place, name), users in settled.stuck.items():
        signature = known.get(place)
        port = signature.output(Reference(place, name)) if signature else None
        wanted = f"'{users[0]}' wants what '{port.name if port else name or 'out'}' gives"
        yield Fault(
            code=Code.BAD_BYPASS,
            node=place,
            port=port.name if port else name or "out",
            message=f"it is bypassed, {wanted}, and no wire that comes in brings such a value",
            allowed=" or ".join(port.types) if port else "",
            mend="wire one that fits to it, wire past it, or switch it on again",
        )


class _Passing:
    """Where wires come from once bypassed nodes are left out."""

    def __init__(self, flat: Flat, known: Known) -> None:
        self.flat, self.known = flat, known
        self._ends: dict[Source, _End] = {}

    def all(self, found: Iterable[Source], user: str, stuck: dict[Source, list[str]]) -> Iterator[Source]:
        """Where each of these comes from; what leads nowhere is left out and noted with who wants it."""
        for source in found:
            end = self._end(source)
            if end.leads:
                yield end.at
            elif self._is_output(end.at):
                stuck.setdefault(end.at, []).append(user)

    def _end(self, source: Source) -> _End:
        """The output that a wire brings, followed through all that is bypassed."""
        trail: list[Source] = []
        end = self._ends.get(source)
        while end is None:
            trail.append(source)
            self._ends[source] = _End(source, leads=False)  # until it is known: a circle ends here
            following = self._following(source)
            if following is None:
                end = _End(source, leads=not self._is_bypassed(source))
            else:
                source, end = following, self._ends.get(following)
        self._ends |= dict.fromkeys(trail, end)
        return end

    def _following(self, source: Source) -> Source | None:
        """What a bypassed node gives in place of that output; None also for a node that is not bypassed."""
        place = source[0]
        signature, output = self.known.get(place), self._port(source)
        if not self._is_bypassed(source) or signature is None or output is None:
            return None
        node = self.flat[place]
        ports = ports_in_order(signature, named=node.node.graph is not None)
        return passed(output, ports, node.sources, self._types)

    def _is_bypassed(self, source: Source) -> bool:
        node = self.flat.get(source[0])
        return node is not None and node.mode == "bypass"

    def _is_output(self, source: Source) -> bool:
        """Whether there may be such an output; where there is none, the wire has a fault of its own."""
        return self.known.get(source[0]) is None or self._port(source) is not None

    def _port(self, source: Source) -> Port | None:
        signature = self.known.get(source[0])
        return signature.output(Reference(*source)) if signature else None

    def _types(self, source: Source) -> tuple[str, ...] | None:
        port = self._port(source)
        return port.types if port else None


@dataclass(frozen=True, slots=True)
class _End:
    """The last output on a wire's way, and whether the wire really comes from there."""

    at: Source
    leads: bool


def _resting(wired: Mapping[str, Mapping[str, list[Source]]], known: Known, muted: Iterable[str]) -> dict[str, str]:
    """The muted nodes and, as a circle that grows, all that cannot do without one; each with the muted one."""
    users: dict[str, list[str]] = {}
    for place, ports in wired.items():
        for source in dict.fromkeys(source for found in ports.values() for source, _ in found):
            users.setdefault(source, []).append(place)
    resting = {place: place for place in muted}
    waiting = list(resting)
    while waiting:
        cause = waiting.pop()
        for user in users.get(cause, ()):
            if user not in resting and _lacks(wired[user], known.get(user), resting):
                resting[user] = resting[cause]
                waiting.append(user)
    return resting


def _lacks(ports: Mapping[str, list[Source]], signature: Signature | None, resting: Mapping[str, str]) -> bool:
    """Whether a port that needs a wire has only such as bring nothing; of an unknown type every port needs its own."""
    needed = ports if signature is None else [port.name for port in signature.required]
    return any(found and all(source in resting for source, _ in found) for found in map(ports.get, needed))


def _awake(ports: Mapping[str, list[Source]], resting: Mapping[str, str]) -> dict[str, list[Source]]:
    """The wires that bring something; a port without any is as if it had never been wired."""
    kept = {port: [source for source in found if source[0] not in resting] for port, found in ports.items()}
    return {port: found for port, found in kept.items() if found}
