"""`noiseloom nodes`: the catalogue, and one node's help."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.abilities import Abilities
from graphs.declaration.parameters import Number
from graphs.declaration.records import NodeType, Parameter, Port
from graphs.errors import InputError
from graphs.faults import brief
from graphs.naming import suggestion


def overview(catalogue: Catalogue) -> str:
    """All node types by kind, a line each, and the files that could not be imported."""
    lines = _by_kind(catalogue.nodes.values())
    types = [value for value in catalogue.values.values() if value.colour]
    width = max((len(f"{value.module}.{value.name}") for value in types), default=0)
    lines += ["port types, as they are imported"]
    lines += [f"  {f'{value.module}.{value.name}':{width}}  {value.meaning}" for value in types]
    lines += [f"not imported: {file.path}\n  {file.error}" for file in catalogue.broken]
    return "\n".join(lines).rstrip()


def of_kind(name: str, catalogue: Catalogue) -> list[NodeType]:
    """The node types of that kind, or of a package or folder of that name; none where there is none."""
    return [record for record in catalogue.nodes.values() if record.id.startswith(f"{name}.")]


def listed(records: Sequence[NodeType]) -> str:
    """Node types by kind, a line each."""
    return "\n".join(_by_kind(records)).rstrip()


def _by_kind(records: Collection[NodeType]) -> list[str]:
    width = max((len(record.id) for record in records), default=0)
    lines = []
    for kind, same in groupby(records, key=lambda record: record.id.rpartition(".")[0]):
        lines += [kind, *(f"  {record.id:{width}}  {record.summary}" for record in same), ""]
    return lines


def find_type(name: str, catalogue: Catalogue) -> NodeType:
    """The node type of that id, or of that last part of an id."""
    record = catalogue.find(name)
    if record is None:
        same = [entry for entry in catalogue.nodes.values() if entry.id.rpartition(".")[2] == name]
        record = same[0] if len(same) == 1 else None
    for file in catalogue.broken if record is None else ():
        if name.startswith(file.prefix):
            raise InputError(f"the file of '{name}' cannot be imported", where=str(file.path), given=file.error)
    if record is None:
        mend = suggestion(name, catalogue.nodes) or "noiseloom nodes lists them all"
        raise InputError(f"there is no node type '{name}'", mend=mend)
    return record


def node_help(record: NodeType, catalogue: Catalogue) -> str:
    """What a node does, takes and gives."""
    version = f"  (version {record.version})" if record.version > 1 else ""
    parts = [f"{record.id}{version}", "", record.help]
    if record.inputs:
        parts += ["", "inputs", *(_port(port, catalogue) for port in record.inputs)]
    if record.parameters:
        parts += ["", "parameters", *(_parameter(parameter) for parameter in record.parameters)]
    parts += ["", "outputs", *(_port(port, catalogue) for port in record.outputs)]
    if record.abilities is not None:
        parts += ["", "abilities", *_abilities(record.abilities)]
    return "\n".join(parts)


def _port(port: Port, catalogue: Catalogue) -> str:
    needed = [f'needs "{name}"' for name in port.needs]
    extra = ["list of wires"] * port.many + ["optional"] * port.optional + needed
    note = f" ({', '.join(extra)})" if extra else ""
    return f"  {port.name}{note}: {catalogue.meaning(port.types)}"


def _abilities(declared: Abilities) -> list[str]:
    lines = [f"  {name}" for name in declared.own]
    lines += [f"  {name}, where {parameter} is not 0" for name, parameter in declared.depending.items()]
    if declared.like is not None:
        without = f", but {', '.join(declared.without)}" if declared.without else ""
        lines.append(f"  those of {declared.like}{without}")
    return lines or ["  none"]


def _parameter(parameter: Parameter) -> str:
    kind = parameter.kind
    trouble = kind.problem([]) or kind.problem({})
    allowed = kind.allowed() if isinstance(kind, Number) else trouble.allowed if trouble else kind.kind
    names = f" (also {', '.join(parameter.also)})" if parameter.also else ""
    optional = ", or null" if parameter.optional else ""
    return f"  {parameter.name} = {brief(parameter.default)}{names}: {allowed}{optional}"
