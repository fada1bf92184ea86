"""Faults of the graph as a whole: cycles, nothing to run, and too much of everything."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.cycles import cycles
from graphs.checking.parameters import sweep_of
from graphs.curves import LARGEST_NUMBER
from graphs.declaration.parameters import Number
from graphs.declaration.records import NodeType, Parameter
from graphs.faults import Code, Fault
from graphs.flattening import MOST_NODES, Flat
from graphs.sweeps import MOST_CELLS, Sweep, is_sweep

MOST_CYCLES = 100
"""Cycles that are told apart at the most."""

MOST_WORK = 10**8
"""Product of all counts and step numbers of a graph, sweeps included, at the most."""


def targets(flat: Flat, catalogue: Catalogue, whole: Flat | None = None) -> list[str]:
    """The nodes that run by default: the output nodes, or else the sinks that give data.

    `whole` is the graph with what is switched off: where all outputs are, no sink takes their place.
    """
    records = _records(whole or flat, catalogue)
    outputs = {name for name, record in records.items() if record and record.output}
    if outputs:
        return [place for place, node in flat.items() if node.node.type in outputs]
    data = {
        name
        for name, record in records.items()
        if record and any(_is_data(port.types, catalogue) for port in record.outputs)
    }
    led_on = used(flat)
    return [place for place, node in flat.items() if node.node.type in data and place not in led_on]


def used(flat: Flat) -> set[str]:
    """The nodes that a wire leads on from."""
    return {source for node in flat.values() for found in node.sources.values() for source, _ in found}


def _records(flat: Flat, catalogue: Catalogue) -> dict[str, NodeType | None]:
    """What the catalogue knows of each type that there is."""
    return {name: catalogue.find(name) for name in {node.node.type for node in flat.values()}}


def upstream(flat: Flat, wanted: list[str]) -> set[str]:
    """The nodes that these need, themselves included."""
    reached: set[str] = set()
    waiting = list(wanted)
    while waiting:
        place = waiting.pop()
        if place not in reached and place in flat:
            reached.add(place)
            waiting += [source for found in flat[place].sources.values() for source, _ in found]
    return reached


def whole_faults(flat: Flat, wanted: list[str], catalogue: Catalogue, *, resting: bool = False) -> Iterator[Fault]:
    """Every fault that no single node has; `resting` says that something is switched off."""
    if len(flat) > MOST_NODES:
        message, given = "the graph has too many nodes", f"{len(flat)} with subgraphs opened"
        yield Fault(code=Code.TOO_MANY_NODES, message=message, given=given, allowed=f"at most {MOST_NODES}")
    if not wanted and all(_records(flat, catalogue).values()):
        yield Fault(
            code=Code.NOTHING_TO_RUN,
            message="the graph has nothing to run",
            mend="switch a node on again that gives a result" if resting else "add an output node, as output.picture",
        )
    yield from _cycle_faults(flat)
    yield from _size_faults(flat, wanted, catalogue)


def _cycle_faults(flat: Flat) -> Iterator[Fault]:
    """Every cycle once; no more than anyone would read."""
    for cycle in itertools.islice(cycles(_after(flat)), min(len(flat), MOST_CYCLES)):
        message, given = "the wires run in a circle", " → ".join(cycle)
        wires = flat[cycle[0]].sources.items()
        port = next((port for port, found in wires if any(source == cycle[-2] for source, _ in found)), "")
        mend = "take out one of these wires"
        yield Fault(code=Code.CYCLE, node=cycle[0], port=port, message=message, given=given, mend=mend)


def _after(flat: Flat) -> dict[str, list[str]]:
    """The nodes that each node is wired to, each of them once."""
    after: dict[str, list[str]] = {}
    for place, node in flat.items():
        after.setdefault(place, [])
        for found in node.sources.values():
            for source, _ in found:
                following = after.setdefault(source, [])
                if not following or following[-1] != place:
                    following.append(place)
    return after


def _size_faults(flat: Flat, wanted: list[str], catalogue: Catalogue) -> Iterator[Fault]:
    """Axes that are uneven, and what would take for ever; only what will run counts for that."""
    counting = _counting(flat, catalogue)
    needed = upstream(flat, wanted) if counting else set()
    axes: dict[str, int] = {}
    lengths: dict[str, int] = {}
    work: dict[str, float] = {}
    for place in [
        *(place for place in counting if place in needed),
        *(place for place in counting if place not in needed),
    ]:
        for parameter in counting[place].parameters:
            literal = flat[place].params.get(parameter.name, parameter.default)
            sweep = sweep_of(place, parameter, literal) if is_sweep(literal) else None
            values: tuple[JsonValue, ...] = (literal,)
            if isinstance(sweep, Sweep):
                values = sweep.values
                if lengths.setdefault(sweep.axis, len(values)) != len(values):
                    yield _uneven(place, parameter.name, sweep, lengths[sweep.axis])
            if place in needed:
                axes |= {sweep.axis: lengths[sweep.axis]} if isinstance(sweep, Sweep) else {}
                work[parameter.name] = max(work.get(parameter.name, 1), _work(parameter, values))
    yield from _excess(axes, {name: most for name, most in work.items() if most > 1})


def _counting(flat: Flat, catalogue: Catalogue) -> dict[str, NodeType]:
    """The nodes that anything can depend on for the size of a run, with their types: those that sweep or count."""
    records = {name: record for name, record in _records(flat, catalogue).items() if record}
    heavy = {name for name, record in records.items() if any(map(_counts, record.parameters))}
    return {
        place: records[node.node.type]
        for place, node in flat.items()
        if node.node.type in heavy
        or (node.params and node.node.type in records and any(map(is_sweep, node.params.values())))
    }


def _counts(parameter: Parameter) -> bool:
    """Whether a parameter may count without being set to a sweep."""
    return (isinstance(parameter.kind, Number) and parameter.kind.work) or is_sweep(parameter.default)


def _uneven(place: str, name: str, sweep: Sweep, length: int) -> Fault:
    given = f"{len(sweep.values)} values, elsewhere {length}"
    message, mend = f"sweeps of the axis '{sweep.axis}' differ in length", "give both as many values, or another axis"
    return Fault(code=Code.UNEVEN_AXIS, node=place, port=name, message=message, given=given, mend=mend)


def _work(parameter: Parameter, values: tuple[JsonValue, ...]) -> float:
    """The most that a parameter multiplies the work by."""
    if not isinstance(parameter.kind, Number) or not parameter.kind.work:
        return 1
    return max((min(value, LARGEST_NUMBER) for value in values if isinstance(value, (int, float))), default=1)


def _excess(axes: Mapping[str, int], work: Mapping[str, float]) -> Iterator[Fault]:
    cells = math.prod(axes.values())
    if cells > MOST_CELLS:
        given = " × ".join(str(length) for length in axes.values())
        yield Fault(
            code=Code.TOO_MANY_CELLS,
            message="the sweeps have too many combinations",
            given=given,
            allowed=f"{MOST_CELLS}",
        )
    elif cells * math.prod(work.values()) > MOST_WORK:
        given = " × ".join(f"{name} {number:g}" for name, number in {**work, "sweep cells": cells}.items())
        message, mend = "the graph asks for too much work", "lower a count or a number of steps"
        yield Fault(
            code=Code.TOO_MUCH_WORK, message=message, given=given, allowed=f"a product of {MOST_WORK:g}", mend=mend
        )


def _is_data(types: tuple[str, ...], catalogue: Catalogue) -> bool:
    return all(name in catalogue.values and not catalogue.values[name].behaviour for name in types)
