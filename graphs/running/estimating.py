"""The NFE of what a plan runs, by what the nodes declare of their cost."""

from __future__ import annotations

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.parameters import FilePath
from graphs.declaration.records import Parameter
from graphs.estimates import NOTHING_KNOWN, Estimate, Known
from graphs.running.compiling import Compiled, Unit
from graphs.running.gathering import is_gathering


def estimates(compiled: Compiled, catalogue: Catalogue, wanted: set[int]) -> dict[int, Estimate]:
    """What the wanted units will cost. Imports the modules of these nodes and of those that they depend on."""
    needed = _with_sources(compiled, wanted)
    known: dict[int, Estimate] = {}
    for unit in compiled.units:
        if unit.number in needed:
            known[unit.number] = _estimate(unit, known, catalogue)
    return {number: known[number] for number in wanted}


def _with_sources(compiled: Compiled, wanted: set[int]) -> set[int]:
    needed = set(wanted)
    for unit in reversed(compiled.units):
        if unit.number in needed:
            needed.update(source for source, _ in unit.needs)
    return needed


def _estimate(unit: Unit, known: dict[int, Estimate], catalogue: Catalogue) -> Estimate:
    record = unit.shape.record
    if is_gathering(record.id):
        return Estimate()
    inputs = {port: tuple(known[source] for source, _ in origins) for port, origins in unit.sources.items()}
    values = {
        parameter.name: _value(parameter, unit.params.get(parameter.name, parameter.default))
        for parameter in record.parameters
        if parameter.name not in unit.sources
    }
    try:
        cost = catalogue.function(record.id).options.cost
        if cost is None:
            return _undeclared(unit, catalogue)
        return cost if isinstance(cost, Estimate) else cost(Known(values, inputs))
    except Exception:  # noqa: BLE001 - a module that cannot be imported, an estimate that fails: it is only an estimate
        return NOTHING_KNOWN


def _undeclared(unit: Unit, catalogue: Catalogue) -> Estimate:
    """A node that takes no behaviour has nothing to ask a model with."""
    types = [name for port in unit.shape.record.inputs for name in port.types]
    asks = any(catalogue.values[name].behaviour for name in types if name in catalogue.values)
    return NOTHING_KNOWN if asks else Estimate()


def _value(parameter: Parameter, literal: JsonValue) -> object:
    return literal if literal is None or isinstance(parameter.kind, FilePath) else parameter.kind.decode(literal)
