"""Sweeps opened: what depends on a swept value is there once for each cell, what does not is shared.

Axes multiply, the longest last and fastest; sweeps of one axis go in step. The axes end at the first port that gathers
them (one of type Table), or at a target, whose cells are gathered into one value where its type knows how (pictures: a
contact sheet).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.parameters import sweep_of
from graphs.declaration.records import NodeType, Port
from graphs.document.model import Node
from graphs.errors import InputError
from graphs.faults import brief
from graphs.flattening import MOST_NODES, Flat, FlatNode, Source
from graphs.media import Axis
from graphs.running.gathering import axes_literal, gather_type
from graphs.sweeps import Sweep, is_sweep

Cell = tuple[int, ...]
"""A position on each axis of a node."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """A graph without sweeps, what a person wants of it, and the catalogue with the nodes that gather."""

    flat: Flat
    targets: tuple[str, ...]
    catalogue: Catalogue


@dataclass
class _Work:
    flat: Flat
    catalogue: Catalogue
    sweeps: dict[str, dict[str, Sweep]] = field(default_factory=dict)
    axes: dict[str, Axis] = field(default_factory=dict)
    spans: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The axes that each node is spread over, in the order of their names' first use."""
    made: Flat = field(default_factory=dict)
    types: dict[str, NodeType] = field(default_factory=dict)


def expand(flat: Flat, targets: Sequence[str], needed: set[str], catalogue: Catalogue) -> Expanded:
    """The graph with every needed sweep opened; itself where there is none and no port gathers."""
    work = _Work(flat, catalogue)
    types = {flat[place].node.type for place in needed}
    gathers = any(_gathering(work, port) for name in types if (found := catalogue.find(name)) for port in found.inputs)
    if not gathers and not any(is_sweep(literal) for place in needed for literal in flat[place].params.values()):
        return Expanded(flat, tuple(targets), catalogue)
    order = _order(flat, needed)
    _read_sweeps(work, order)
    for place in order:
        _spread(work, place)
    wanted = tuple(itertools.chain.from_iterable(_target(work, place) for place in targets))
    nodes = {**catalogue.nodes, **work.types}
    return Expanded(work.made, wanted, replace(catalogue, nodes=nodes) if work.types else catalogue)


def _order(flat: Flat, needed: set[str]) -> list[str]:
    sources = {place: [s for found in flat[place].sources.values() for s, _ in found] for place in needed}
    return list(TopologicalSorter(dict(sorted(sources.items()))).static_order())


def _read_sweeps(work: _Work, order: Sequence[str]) -> None:
    """The sweeps of each node, and the axes with the values of every parameter on them."""
    on_axis: dict[str, dict[str, tuple[JsonValue, ...]]] = {}
    for place in sorted(order):
        node = work.flat[place]
        record = _record(work, node)
        for parameter in record.parameters:
            literal = node.params.get(parameter.name)
            if not is_sweep(literal):
                continue
            sweep = sweep_of(place, parameter, literal)
            if isinstance(sweep, str):
                raise InputError("this is no sweep", where=f"{place}.{parameter.name}", mend=sweep)
            work.sweeps.setdefault(place, {})[parameter.name] = sweep
            own = f"{place}.{parameter.name}"
            label = sweep.axis if "." in sweep.axis else own  # an axis that a person did not name is a place
            others = on_axis.setdefault(sweep.axis, {})
            length = len(next(iter(others.values()), sweep.values))
            if len(sweep.values) != length:
                given = f"{len(sweep.values)} values, elsewhere {length}"
                message, mend = f"sweeps of the axis '{sweep.axis}' differ in length", "give both as many values"
                raise InputError(message, where=own, given=given, mend=mend)
            others.setdefault(label, sweep.values)
    axes = [Axis(name, tuple(found.items())) for name, found in on_axis.items()]
    work.axes |= {axis.name: axis for axis in sorted(axes, key=lambda axis: (len(axis), axis.name))}


def _spread(work: _Work, place: str) -> None:
    """Make the instances of a node, one for each cell of the axes that it or what it needs is swept over."""
    node = work.flat[place]
    record = _record(work, node)
    own = {sweep.axis for sweep in work.sweeps.get(place, {}).values()}
    wires = [(port, source) for port, found in node.sources.items() for source in found]
    ends = {wire: _end(work, record, *wire) for wire in wires}
    above = {axis for (port, source), end in ends.items() if end is None for axis in work.spans[source[0]]}
    span = work.spans[place] = tuple(axis for axis in work.axes if axis in own | above)
    if len(work.made) + math.prod(len(work.axes[axis]) for axis in span) > MOST_NODES:
        given, mend = f"more than {MOST_NODES} nodes", "sweep over fewer values"
        raise InputError("the sweeps make too many nodes", where=place, given=given, mend=mend)
    for cell in _cells(work, span):
        at = dict(zip(span, cell, strict=True))
        params = {**node.params, **{name: s.values[at[s.axis]] for name, s in work.sweeps.get(place, {}).items()}}
        sources = {
            port: [_instance(work, source, ends[port, source], at) for source in found]
            for port, found in node.sources.items()
        }
        work.made[_name(work, place, span, cell)] = FlatNode(node.node, params, sources)


def _gathering(work: _Work, port: Port) -> list[str]:
    """The types of a port that gather what the port does not take as it is."""
    known = work.catalogue.values
    return [name for name in port.types if name in known and set(known[name].gathers) - set(port.types)]


def _end(work: _Work, record: NodeType, port: str, source: Source) -> str | None:
    """The type into which a wire's cells are gathered where it arrives; None where they stay apart."""
    found = record.port(port)
    if found is None:
        return None
    outputs = _record(work, work.flat[source[0]]).outputs
    brought = next((output for output in outputs if output.name == source[1]), outputs[0]).types[0]
    targets = _gathering(work, found) if brought not in found.types else []
    return next((target for target in targets if brought in work.catalogue.values[target].gathers), None)


def _instance(work: _Work, source: Source, end: str | None, at: Mapping[str, int]) -> Source:
    """Where a wire of one cell comes from."""
    place, name = source
    if end is not None:
        return (_gather(work, f"{place}:{name or ''}{end.lower()}", source, end), None)
    span = work.spans[place]
    return (_name(work, place, span, tuple(at[axis] for axis in span)), name)


def _target(work: _Work, place: str) -> Iterator[str]:
    """What a person gets of a target: one value of all cells where its type gathers itself, else each cell."""
    span = work.spans[place]
    types = [port.types[0] for port in _record(work, work.flat[place]).outputs]
    value = work.catalogue.values.get(types[0])
    if span and len(types) == 1 and value is not None and types[0] in value.gathers:
        yield _gather(work, place, (place, None), types[0])
    else:
        yield from (_name(work, place, span, cell) for cell in _cells(work, span))


def _gather(work: _Work, made: str, source: Source, target: str) -> str:
    """The node that gathers all cells of an output, made where it is not there yet."""
    if made not in work.made:
        record = gather_type(work.catalogue.values[target])
        work.types[record.id] = record
        place, name = source
        span = work.spans[place]
        cells: list[Source] = [(_name(work, place, span, cell), name) for cell in _cells(work, span)]
        axes = axes_literal([work.axes[axis] for axis in span])
        work.made[made] = FlatNode(Node(type=record.id), {"axes": axes}, {"cells": cells})
    return made


def _cells(work: _Work, span: Sequence[str]) -> Iterator[Cell]:
    return itertools.product(*(range(len(work.axes[axis])) for axis in span))


def _name(work: _Work, place: str, span: Sequence[str], cell: Cell) -> str:
    """`sample[guidance_scale=2]`: a place with what its cell has for each axis."""
    if not span:
        return place
    return f"{place}[{', '.join(_coordinate(work.axes[axis], index) for axis, index in zip(span, cell, strict=True))}]"


def _coordinate(axis: Axis, index: int) -> str:
    """`guidance_scale=2`, or the value's number where the value is long or stands there twice."""
    name, values = axis.name.rpartition(".")[2], axis.parameters[0][1]
    value = values[index]
    text = brief(value)
    plain = isinstance(value, (int, float)) and values.count(value) == 1 and len(axis.parameters) == 1
    return f"{name}={text}" if plain else f"{name}#{index + 1}"


def _record(work: _Work, node: FlatNode) -> NodeType:
    record = work.catalogue.find(node.node.type)
    if record is None:
        raise InputError(f"there is no node type '{node.node.type}'", mend="check the graph first")
    return record
