"""Faults of behaviours that cannot do what is asked of them: a search that needs a stochastic solver has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import NodeType, Port
from graphs.faults import Code, Fault
from graphs.flattening import Flat, FlatNode
from graphs.naming import listing
from graphs.sweeps import is_sweep

TOKENS = "tokens"
"""The ability of what works on tokens, and on nothing else."""


def ability_faults(flat: Flat, catalogue: Catalogue) -> Iterator[Fault]:
    """Every wire that brings a behaviour without an ability that its port needs. What is not declared is not judged."""
    records = {name: catalogue.find(name) for name in {node.node.type for node in flat.values()}}
    needing = {name: ports for name, record in records.items() if record and (ports := _needing(record))}
    if not needing:
        return
    known = _Known(flat, records)
    for place, node in flat.items():
        for port in needing.get(node.node.type, ()):
            for source, _ in node.sources.get(port.name, ()):
                have = known.of(source)
                for need in port.needs:
                    if have is not None and need not in have:
                        yield _fault(place, port, need, source, known, catalogue)


def _needing(record: NodeType) -> list[Port]:
    return [port for port in record.inputs if port.needs]


class _Known:
    """The abilities of what each node gives, worked out as they are asked for; None where they are not declared."""

    def __init__(self, flat: Flat, records: Mapping[str, NodeType | None]) -> None:
        self.flat, self.records = flat, records
        self._found: dict[str, frozenset[str] | None] = {}

    def of(self, place: str) -> frozenset[str] | None:
        """The abilities of the node at that path; of one that is like several others, those that all of them have."""
        waiting, opened = [place], set[str]()
        while waiting:
            here = waiting[-1]
            inner = [] if here in self._found else self._like(here)
            open_ones = [source for source in inner if source not in self._found]
            if open_ones and here not in opened:
                opened.add(here)
                waiting += open_ones
                continue
            waiting.pop()
            if here not in self._found:
                self._found[here] = self._worked_out(here, inner)
        return self._found[place]

    def record(self, place: str) -> NodeType | None:
        """The type of the node at that path."""
        node = self.flat.get(place)
        return self.records.get(node.node.type) if node else None

    def _like(self, place: str) -> list[str]:
        """The nodes whose abilities the one at that path has besides."""
        record = self.record(place)
        port = record.abilities.like if record and record.abilities else None
        return [] if port is None else [source for source, _ in self.flat[place].sources.get(port, ())]

    def _worked_out(self, place: str, inner: list[str]) -> frozenset[str] | None:
        record = self.record(place)
        if record is None or record.abilities is None:
            return None
        declared, node = record.abilities, self.flat[place]
        theirs = [self._found.get(source) for source in inner]
        common: frozenset[str] = frozenset()
        if declared.like is not None:
            known = [abilities for abilities in theirs if abilities is not None]
            if not known or len(known) < len(theirs):
                return None
            common = frozenset.intersection(*known) - frozenset(declared.without)
        on = {name for name, parameter in declared.depending.items() if _on(node, record, parameter)}
        return common | set(declared.own) | on


def _on(node: FlatNode, record: NodeType, name: str) -> bool:
    """Whether a parameter is anything but 0, as far as is known before the run."""
    parameter = record.parameter(name)
    literal = node.params.get(name, parameter.default if parameter else None)
    return name in node.sources or is_sweep(literal) or literal not in (0, None, False)


def _fault(place: str, port: Port, need: str, source: str, known: _Known, catalogue: Catalogue) -> Fault:
    record = known.record(source)
    depending = record.abilities.depending if record and record.abilities else {}
    switch = f"set {depending[need]} of {source} above 0" if need in depending else ""
    types = {name for output in record.outputs for name in output.types} if record else set()
    able = sorted((record for record in catalogue.nodes.values() if _able(record, need, types)), key=_rank(need))
    return Fault(
        code=Code.MISSING_ABILITY,
        node=place,
        port=port.name,
        message=f"the port '{port.name}' needs the ability \"{need}\", and the node '{source}' does not have it",
        given=f'"{source}"',
        allowed=f"as of {listing([record.id for record in able], 6)}" if able else "",
        mend=switch or (f"wire {able[0].id}" if able else "wire one that has it"),
    )


def _able(record: NodeType, need: str, types: set[str]) -> bool:
    declared = record.abilities
    gives = {name for output in record.outputs for name in output.types}
    return declared is not None and bool(gives & types) and (need in declared.own or need in declared.depending)


def _rank(need: str) -> Callable[[NodeType], tuple[bool, bool]]:
    """Where a node stands among those that are offered: behind are those for tokens only, and those that depend."""
    return lambda record: (_has(record, TOKENS), not _has(record, need))


def _has(record: NodeType, ability: str) -> bool:
    """Whether a node always has it by itself."""
    return record.abilities is not None and ability in record.abilities.own
