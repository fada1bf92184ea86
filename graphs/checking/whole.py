"""Faults of the graph as a whole: cycles, nothing to run, and too much of everything."""

from __future__ import annotations

import graphlib
import math
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.parameters import sweep_of
from graphs.curves import LARGEST_NUMBER
from graphs.declaration.parameters import Number
from graphs.declaration.records import Parameter
from graphs.faults import Code, Fault
from graphs.flattening import MOST_NODES, Flat
from graphs.sweeps import MOST_CELLS, Sweep, is_sweep

MOST_CYCLES = 100
"""Cycles that are told apart at the most."""

MOST_WORK = 10**8
"""Product of all counts and step numbers of a graph, sweeps included, at the most."""


def targets(flat: Flat, catalogue: Catalogue) -> list[str]:
    """The nodes that run by default: the output nodes, or else the sinks that give data."""
    records = {place: catalogue.find(node.node.type) for place, node in flat.items()}
    outputs = [place for place, record in records.items() if record and record.output]
    if outputs:
        return outputs
    used = {source for node in flat.values() for found in node.sources.values() for source, _ in found}
    sinks = [(place, record) for place, record in records.items() if record and place not in used]
    return [place for place, record in sinks if any(_is_data(port.types, catalogue) for port in record.outputs)]


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


def whole_faults(flat: Flat, wanted: list[str], catalogue: Catalogue) -> Iterator[Fault]:
    """Every fault that no single node has."""
    if len(flat) > MOST_NODES:
        message, given = "the graph has too many nodes", f"{len(flat)} with subgraphs opened"
        yield Fault(code=Code.TOO_MANY_NODES, message=message, given=given, allowed=f"at most {MOST_NODES}")
    if not wanted and all(catalogue.find(node.node.type) for node in flat.values()):
        yield Fault(
            code=Code.NOTHING_TO_RUN,
            message="the graph has nothing to run",
            mend="add an output node, as output.picture",
        )
    yield from _cycle_faults(flat)
    yield from _size_faults(flat, upstream(flat, wanted), catalogue)


def _cycle_faults(flat: Flat) -> Iterator[Fault]:
    """Every cycle once: one is found, reported, cut, and the rest is searched again; no more than anyone would read."""
    edges = {place: {source for found in node.sources.values() for source, _ in found} for place, node in flat.items()}
    for _ in range(min(len(flat), MOST_CYCLES)):
        try:
            graphlib.TopologicalSorter(edges).prepare()
        except graphlib.CycleError as error:
            cycle: list[str] = error.args[1]
            message, given = "the wires run in a circle", " → ".join(cycle)
            yield Fault(
                code=Code.CYCLE, node=cycle[0], message=message, given=given, mend="take out one of these wires"
            )
            edges[cycle[1]].discard(cycle[0])
        else:
            return


def _size_faults(flat: Flat, needed: set[str], catalogue: Catalogue) -> Iterator[Fault]:
    """Axes that are uneven, and what would take for ever; only what will run counts for that."""
    axes: dict[str, int] = {}
    lengths: dict[str, int] = {}
    work: dict[str, float] = {}
    for place, node in sorted(flat.items(), key=lambda entry: entry[0] not in needed):
        record = catalogue.find(node.node.type)
        for parameter in record.parameters if record else ():
            literal = node.params.get(parameter.name, parameter.default)
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
